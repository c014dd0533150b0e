"""The pass over agents against slow and plain ways: who is listed, sums in their order, counts kept, room for tables."""

import tracemalloc
from itertools import pairwise

import numba
import numpy as np
import pytest

from sim.agents import kernel
from sim.agents.bits import not_above, unlike
from sim.agents.capital import capital_beginning
from sim.agents.choice import decide
from sim.agents.counted import in_65536ths, table_of
from sim.agents.labour import labour_beginning
from sim.agents.listing import BLOCK, list_block, scratch
from sim.agents.odds import odds_of
from sim.agents.population import Population
from sim.streams import words
from tests.agents.test_kernel import population, tables

WORDS = 2**32


@pytest.mark.parametrize("agents", [BLOCK, BLOCK - 1, 65, 64, 9, 1])
def test_listed_are_just_those_whose_words_may_matter(agents):
    """Also where a number of words is none or all of them, and in blocks that are no whole sixty-fours."""
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, WORDS, (4, BLOCK), dtype=np.uint32)
    drawn[:, ::7], drawn[:, ::11] = 0, WORDS - 1
    listed, odds = scratch().listed, odds_of(tables(24))
    for move, village, course in ((WORDS // 10, WORDS // 50, 0), (0, WORDS, 1), (WORDS, 0, 0), (0, 0, 0), (1, 1, WORDS - 1)):
        asked = odds._replace(mobility=move, village_any=village, training_any=course)
        movers, others = list_block(agents, drawn, listed, asked)
        wide = drawn[:, :agents].astype(np.int64)
        rare = (wide[2] < village) | (wide[3] < course)
        assert listed[1, :movers].tolist() == np.flatnonzero((wide[0] < move) & ~rare).tolist()
        assert listed[2, :others].tolist() == np.flatnonzero(rare).tolist()


@pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32"])
def test_bits_tell_of_sixty_four_numbers_each(kind):
    rng, largest = np.random.default_rng(8), np.iinfo(kind).max
    numbers = rng.integers(0, largest, 200, dtype=kind, endpoint=True)
    numbers[[3, 70, 140]] = 0, largest, 7
    told = numba.njit(lambda some, first, one: (not_above(some, first, one), unlike(some, first, one)))
    for first in (0, 1, 77, 136):
        for one in (0, 7, int(numbers[80]), largest):
            below, other = told(numbers, first, np.dtype(kind).type(one))
            here = numbers[first : first + 64].astype(np.int64)
            assert [below >> bit & 1 for bit in range(64)] == (here <= one).tolist()
            assert [other >> bit & 1 for bit in range(64)] == (here != one).tolist()


@pytest.mark.parametrize("cells", [24, 300])
@pytest.mark.parametrize("agents", [1, 63, 64, 700, 4_000])
def test_workers_are_counted_alike_in_any_order(agents, cells):
    """In the order of their kinds, as they begin, and mixed, where none is common; with nobody and with all in town."""
    rng = np.random.default_rng(agents)
    cell, skill = (
        np.sort(rng.integers(0, cells, agents)).astype("uint8" if cells == 24 else "uint16"),
        rng.integers(0, 3, agents),
    )
    luck, in_town = rng.integers(0, 65536, agents).astype(np.uint16), np.linspace(0, 65536, cells).astype(np.int32)
    luck[::5] = 65535
    mixed = rng.permutation(agents)
    for order in (slice(None), mixed):
        rows = (cell[order], cell[order], skill.astype(np.uint8)[order], luck[order])
        away = (np.arange(cells) % 3 == 1).astype(np.int64)
        homes, workers, newcomers = kernel.count(kernel.Table(*rows), in_town, 3, away)
        expected = np.zeros((cells, 3, 2), dtype=np.int64)
        np.add.at(expected, (cell, skill, (luck < in_town[cell]).astype(int)), 1)
        assert (workers == expected).all() and homes.trace() == agents
        assert (newcomers == expected.sum(axis=2) * away[:, None]).all()  # everybody lives at home


def _one_after_the_other(people, asked, year, worth):
    """Moves by the rule alone, (kind, origin, destination): by pieces and blocks, those with a rare word last."""
    odds, columns = odds_of(asked), {name: column.tolist() for name, column in people.columns.items()}
    borders, total = kernel.borders(people.size), 0.0
    for begin, end in pairwise(borders):
        moves = np.zeros((3, people.cells, people.cells))
        for first in range(begin, end, BLOCK):
            rows = range(first, min(first + BLOCK, end))
            drawn = {row: tuple(int(word) for word in words(*people.key, people.event, year, row)) for row in rows}
            rare = [w[2] < odds.village_any or w[3] < odds.training_any for w in drawn.values()]
            for last in (False, True):
                for row in (row for row, is_rare in zip(rows, rare, strict=True) if is_rare is last):
                    home, cell, skill = columns["home"][row], columns["cell"][row], columns["skill"][row]
                    now_home, now, _, happened = decide(home, cell, skill, *drawn[row], odds)
                    if happened:
                        at = (home, now_home) if happened == 3 else (cell, now)
                        moves[happened - 1, *at] += worth[home]
        total = total + moves
    return total


@pytest.mark.parametrize("stayers_only", [True, False])
def test_sums_of_unequal_worth_are_those_of_one_order_to_the_last_digit(stayers_only, monkeypatch):
    """Rounded sums depend on their order, which is therefore part of the rule; the room for tables does not change it."""
    cells, worth = 6, np.random.default_rng(6).random(6)
    asked = tables(cells, groups=2, stayers_only=stayers_only)
    expected = _one_after_the_other(population(cells), asked, 2030, worth)
    backwards = _one_after_the_other(population(cells), asked, 2030, worth[::-1].copy())
    assert expected.tobytes() != backwards.tobytes()
    for room in (kernel._ROOM, 0):
        monkeypatch.setattr(kernel, "_ROOM", room)
        moves = population(cells).advance(asked, 2030, worth)
        assert moves.migration.tobytes() == expected[0].tobytes()
        assert moves.reclassification.tobytes() == expected[1].tobytes()
        assert moves.transfers.tobytes() == expected[2].tobytes()


@pytest.mark.parametrize("cells", [24, 300])
def test_counts_that_follow_the_moves_are_those_of_all_rows(cells):
    people, in_town = population(cells), np.linspace(0, 1, cells)
    people.outside[::4] = 1
    for year in range(2030, 2034):
        people.advance(tables(cells, seed=year, groups=2), year, np.linspace(1, 2, cells), in_town)
        rows = people.columns
        homes, workers, _ = kernel.count(table_of(rows), in_65536ths(in_town, cells), 3)
        assert (people.counts() == homes).all() and (people.skills(in_town, 3) == workers).all()
        assert homes.sum() == people.size
        newcomers = np.zeros((cells, 3))
        np.add.at(newcomers, (rows["cell"], rows["skill"]), people.outside[rows["home"]])
        assert (people.newcomers() == newcomers).all() and newcomers.sum() == homes[::4].sum() > 0


def test_homes_are_known_at_the_start_without_counting(two_cells, monkeypatch):
    for beginning in (labour_beginning(two_cells, 5_000, (7, 0)), capital_beginning(two_cells, 3_000, (7, 0))):
        rows = beginning.rows()
        expected = np.zeros((two_cells.cells, two_cells.cells), dtype=np.int64)
        np.add.at(expected, (rows["home"], rows["cell"]), 1)
        begun = Population.begun(beginning)
        monkeypatch.setattr(begun, "_recount", None)
        assert (begun.counts() == expected).all()


def test_tables_take_no_more_room_for_pieces_or_turns_with_many_cells():
    """Where moves are counted by ones a table a thread is enough: some 50 n^2 bytes, not 768."""
    cells, asked = 400, tables(400, transfer=np.zeros(400))
    people = population(cells)
    table, odds, in_town = table_of(people.columns), odds_of(asked), np.zeros(cells, dtype=np.int32)
    run = (table, kernel.Draw(7, 0, 1, 2030), odds, np.ones(cells), in_town, 3)
    kernel.advance(*run)
    tracemalloc.start()
    try:
        kernel.advance(*run)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (48 + 24 * numba.get_num_threads()) * cells**2
