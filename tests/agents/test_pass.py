"""The pass over agents against slow and plain ways: who is listed, sums in their order, counts kept, room for tables."""

import tracemalloc
from itertools import pairwise

import numba
import numpy as np
import pytest

from sim.agents import kernel
from sim.agents.capital import capital_beginning
from sim.agents.choice import decide
from sim.agents.counted import in_65536ths, table_of
from sim.agents.labour import labour_beginning
from sim.agents.listing import BLOCK, EIGHT, list_block
from sim.agents.odds import odds_of
from sim.agents.population import Population
from sim.streams import words
from tests.agents.test_kernel import population, tables

WORDS = 2**32


@pytest.mark.parametrize("agents", [BLOCK, BLOCK - 1, 9, 1])
def test_listed_are_just_those_whose_words_may_matter(agents):
    """Also where a number of words is none or all of them, and in blocks that are no whole eights."""
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, WORDS, (4, BLOCK), dtype=np.uint32)
    drawn[:, ::7], drawn[:, ::11] = 0, WORDS - 1
    flags, listed = np.ones(BLOCK, dtype=np.uint8), np.empty((3, BLOCK + EIGHT), dtype=np.uint16)
    odds = odds_of(tables(24))
    for move, village, course in ((WORDS // 10, WORDS // 50, 0), (0, WORDS, 1), (WORDS, 0, 0), (0, 0, 0), (1, 1, WORDS - 1)):
        asked = odds._replace(mobility=move, village_any=village, training_any=course)
        movers, others = list_block(agents, drawn, flags, listed, asked)
        wide = drawn[:, :agents].astype(np.int64)
        rare = (wide[2] < village) | (wide[3] < course)
        assert listed[1, :movers].tolist() == np.flatnonzero((wide[0] < move) & ~rare).tolist()
        assert listed[2, :others].tolist() == np.flatnonzero(rare).tolist()


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
    for year in range(2030, 2034):
        people.advance(tables(cells, seed=year, groups=2), year, np.linspace(1, 2, cells), in_town)
        homes, workers = kernel.count(table_of(people.columns), in_65536ths(in_town, cells), 3)
        assert (people.counts() == homes).all() and (people.skills(in_town, 3) == workers).all()
        assert homes.sum() == people.size


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
