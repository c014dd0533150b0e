"""More agents than 32 bits can number: a slice of them is made, draws its words and decides as those numbers say."""

import numba
import numpy as np
import pytest

from sim.agents import kernel
from sim.agents.capital import capital_beginning
from sim.agents.choice import decide
from sim.agents.labour import labour_beginning
from sim.agents.odds import odds_of
from sim.streams import WORKPLACE, draws, words
from sim.world.build import build_world
from tests.agents.test_kernel import population, tables

HALF, WHOLE = 2**31, 2**32
ROWS = 1_500


def lived(first, asked):
    """A slice of agents numbered from `first` after a year, its moves, and the change of its homes."""
    people = population(12, agents=ROWS)
    table = kernel.Table(*(people.columns[name] for name in ("home", "cell", "skill", "workplace_luck")))
    pieces = np.array([first, first + 701, first + ROWS], dtype=np.int64)
    run = (odds_of(asked), np.ones(12), np.zeros(12, dtype=np.int32), 3)
    moves, counted = kernel.advance_pieces(table, kernel.Draw(7, 1, 2, 2030), pieces, *run)
    return table, moves[0], counted.homes


@pytest.mark.parametrize("first", [HALF - 700, WHOLE - 700, 3 * WHOLE + HALF - 700])
def test_agents_about_a_border_of_numbers_decide_by_their_own_words(first):
    asked = tables(12, groups=2)
    odds, before = odds_of(asked), population(12, agents=ROWS).columns
    table, moves, change = lived(first, asked)
    moved, changed = np.zeros_like(moves), np.zeros_like(change)
    for row in range(ROWS):
        start = tuple(int(before[name][row]) for name in ("home", "cell", "skill"))
        home, cell, skill, happened = decide(*start, *words(7, 1, 2, 2030, first + row), odds)
        assert (table.home[row], table.cell[row], table.skill[row]) == (home, cell, skill), row
        changed[start[0], start[1]] -= 1
        changed[home, cell] += 1
        if happened:
            moved[happened - 1, *((start[0], home) if happened == 3 else (start[1], cell))] += 1
    assert (moves == moved).all() and (change == changed).all() and moved.sum() > 100


def test_numbers_that_differ_by_what_32_bits_hold_are_other_agents():
    asked = tables(12, groups=2)
    some = [lived(first, asked)[0].cell for first in (0, HALF, WHOLE, HALF + WHOLE)]
    for number, one in enumerate(some):
        for other in some[:number]:
            assert 0.05 < (one != other).mean() < 0.9


@pytest.mark.parametrize("agents", [1_410_000_000, 6_000_000_000])
def test_a_slice_of_a_nation_is_made_as_the_whole_would_be(agents):
    """The rows about 2^30, 2^31 and 2^32 and at the end, against the running totals, which are whole numbers below 2^53."""
    beginning = labour_beginning(build_world("china"), agents, (7, 0))
    assert beginning.agents == agents and beginning.homes().sum() == agents
    ends, shape = np.cumsum(beginning.numbers.ravel()), beginning.numbers.shape
    workers = beginning.numbers.sum(axis=2).ravel()
    starts = np.cumsum(workers) - workers
    for first in (HALF // 2, HALF, WHOLE, agents - 64):
        if first + 64 > agents:
            continue
        rows = beginning.rows(first, first + 64)
        for row in range(0, 64, 9):
            cell, skill, home = np.unravel_index(np.searchsorted(ends, first + row, side="right"), shape)
            assert (rows["cell"][row], rows["skill"][row], rows["home"][row]) == (cell, skill, home)
            rank = first + row - starts[cell * shape[1] + skill]
            place = draws(7, 0, WORKPLACE, 0, int(cell) * 256 + int(skill))[0] + 0.6180339887498949 * rank
            assert rows["workplace_luck"][row] == int((place - np.floor(place)) * 65536)


def test_pieces_of_many_agents_begin_where_whole_numbers_say():
    for agents in (WHOLE - 1, 1_410_000_000, 6_000_000_000):
        assert kernel.borders(agents).tolist() == [piece * agents // kernel.CHUNKS for piece in range(kernel.CHUNKS + 1)]


@pytest.mark.parametrize("beginning", [labour_beginning, capital_beginning], ids=["labour", "capital"])
def test_rows_are_the_same_bytes_made_by_one_thread_by_two_or_in_slices(beginning, monkeypatch):
    monkeypatch.setattr("sim.agents.threads._AGENTS_A_THREAD", 1_000)
    monkeypatch.setattr("sim.agents.threads._AGENTS_AT_A_TIME", 1_000)
    begun, made = beginning(build_world("china"), 300_001, (7, 0)), {}
    for threads in (1, 2):
        monkeypatch.setattr(numba, "get_num_threads", lambda threads=threads: threads)
        for long in (10**5, 10**9):  # tried on pieces, and as a whole
            monkeypatch.setattr("sim.agents.threads._LONG", long)
            made[threads, long] = begun.rows()
    made["slices"] = {
        name: np.concatenate([begun.rows(first, min(first + 70_001, 300_001))[name] for first in range(0, 300_001, 70_001)])
        for name in made[1, 10**5]
    }
    in_order = dict(zip(begun.axes, np.unravel_index(np.arange(begun.numbers.size), begun.numbers.shape), strict=True))
    for name, values in in_order.items():
        expected = np.repeat(values, begun.numbers.ravel())
        assert (made["slices"][name] == expected).all()
    for rows in made.values():
        assert {name: column.tobytes() for name, column in rows.items()} == {
            name: column.tobytes() for name, column in made["slices"].items()
        }
