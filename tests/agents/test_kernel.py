"""The compiled pass: exact thresholds and guides, one rule in two drivers, counts that are those of the rows, any threads."""

from fractions import Fraction
from itertools import pairwise

import numba
import numpy as np
import pytest

from sim.agents.choice import MoveTables, choose, cumulative_shares, row_of
from sim.agents.odds import odds_of, words_below
from sim.agents.population import Population
from sim.agents.start import start_rows, workplace_luck
from sim.columns import LABOUR
from sim.streams import WORKPLACE, draws, fill_words, words
from tests.agents.conftest import KINDS, columns, small_model

LAST = 2**32 - 1


def tables(cells, seed=1, groups=1, **terms):
    """Tables with uneven rows, some of whose places nobody chooses."""
    rng = np.random.default_rng(seed)
    shares = rng.lognormal(0, 3, (groups * cells, cells)) * (rng.random((groups * cells, cells)) < 0.7)
    shares[np.arange(groups * cells), rng.integers(0, cells, groups * cells)] += 1.0
    shares /= shares.sum(axis=1, keepdims=True)
    town = np.arange(cells) // 2 * 2
    usual = {
        "cumulative": cumulative_shares(shares),
        "group": np.array([0, groups - 1, groups - 1]),
        "mobility": 0.3,
        "reclassify": np.where(town == np.arange(cells), 0.2, 0.1 * rng.random(cells)),
        "town": town,
        "stayers_only": True,
        "transfer": np.where(town == np.arange(cells), 0.15, 0.0),
        "training": 0.2 * rng.random(cells),
        "trainable": np.array([True, False, False]),
        "trained_skill": np.array([1, 1, 2]),
    }
    return MoveTables(**(usual | terms))


def population(cells, agents=20_000, seed=2):
    rng = np.random.default_rng(seed)
    values = {
        "home": rng.integers(0, cells, agents),
        "cell": rng.integers(0, cells, agents),
        "skill": rng.integers(0, 3, agents),
        "workplace_luck": rng.integers(0, 65536, agents),
    }
    return Population(LABOUR, values, cells, 1.0, 1, (7, 0), limits={"skill": 3})


def test_words_below_a_share_are_counted_exactly():
    """Against whole fractions: word w stands for (2 w + 1) / 2^33."""
    rng = np.random.default_rng(3)
    awkward = [0.0, 1.0, 0.5, 2.0**-33, 2.0**-32, 1.5 * 2.0**-32, np.nextafter(2.0**-33, 1), 1 - 2.0**-53]
    for share in [*awkward, *rng.random(200).tolist(), *(rng.random(50) * 1e-9).tolist()]:
        n = int(words_below(np.array(share)))
        exact = Fraction(share)
        assert n == 0 or Fraction(2 * n - 1, 2**33) < exact  # the last word that is below
        assert n == 2**32 or Fraction(2 * n + 1, 2**33) >= exact  # and the first that is not


@pytest.mark.parametrize("cells", [2, 24, 180, 300])
def test_the_guide_leads_where_a_search_through_the_shares_does(cells):
    asked = tables(cells, groups=2)
    odds = odds_of(asked)
    rng = np.random.default_rng(4)
    for skill, home in ((0, 0), (2, cells - 1), (1, cells // 2)):
        row = asked.cumulative[asked.group[skill] * cells + home]
        edges = words_below(row)
        near = np.concatenate([edges - 1, edges, edges + 1, [0, 1, LAST, LAST - 1], rng.integers(0, 2**32, 500)])
        drawn = np.unique(np.clip(near, 0, LAST))
        expected = np.searchsorted(row, (drawn + 0.5) / 2**32, side="right")
        assert [int(choose(row_of(home, skill, odds), np.uint32(word), odds)) for word in drawn] == expected.tolist()


def test_a_row_without_a_start_and_a_row_of_one_place():
    shares = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1e-12]])
    shares[2] /= shares[2].sum()
    odds = odds_of(tables(3, cumulative=cumulative_shares(shares), town=np.arange(3), reclassify=np.zeros(3)))
    for word in (0, 1, 2**31, LAST):
        assert [int(choose(row_of(home, 0, odds), np.uint32(word), odds)) for home in (1, 2)] == [1, 2]


def test_blocks_of_words_are_the_words_of_the_agents():
    """Also where the agents' numbers leave 32 bits within a block."""
    first, block = 2**32 - 3, np.empty((4, 8), dtype=np.uint32)
    fill_words(block, 7, 1, 2, 2030, first, 8)
    for place in range(8):
        assert tuple(block[:, place].tolist()) == tuple(int(word) for word in words(7, 1, 2, 2030, first + place))


@pytest.mark.parametrize("stayers_only", [True, False])
@pytest.mark.parametrize("cells", [24, 300])
def test_rows_moves_and_counts_are_those_of_one_step_after_the_other(cells, stayers_only):
    """More than 256 cells take two bytes a cell number, and one rule all the same."""
    asked = tables(cells, groups=2, stayers_only=stayers_only)
    whole, single = population(cells), population(cells)
    assert whole.columns["cell"].dtype == (np.uint8 if cells == 24 else np.uint16)
    worth, in_town = np.linspace(1, 2, cells), np.linspace(0, 1, cells)
    moves = whole.advance(asked, 2030, worth, in_town)
    before = {name: column.astype(np.int64) for name, column in single.columns.items()}
    single.tables, single.year = asked, 2030
    happened = np.array([single.advance_one(row) for row in range(single.size)])
    for name, column in whole.columns.items():
        assert column.tobytes() == single.columns[name].tobytes(), name
    assert set(happened) == ({0, 1, 2, 3} if stayers_only else {0, 1, 2})
    assert (whole.columns["skill"] != before["skill"]).any()
    for number, table in ((1, moves.migration), (2, moves.reclassification)):
        rows = happened == number
        expected = np.zeros((cells, cells))
        np.add.at(expected, (before["cell"][rows], single.columns["cell"][rows]), worth[before["home"][rows]])
        np.testing.assert_allclose(table, expected, rtol=1e-12)
    rows, transfers = happened == 3, np.zeros((cells, cells))
    np.add.at(transfers, (before["home"][rows], single.columns["home"][rows]), worth[before["home"][rows]])
    np.testing.assert_allclose(moves.transfers, transfers, rtol=1e-12)
    counted = np.zeros((cells, cells), dtype=np.int64)
    np.add.at(counted, (single.columns["home"], single.columns["cell"]), 1)
    assert (whole.counts() == counted).all() and (single.counts() == counted).all()
    workers = np.zeros((cells, 3, 2))
    town = single.columns["workplace_luck"] < in_town[single.columns["cell"]] * 65536
    np.add.at(workers, (single.columns["cell"], single.columns["skill"], town.astype(int)), 1)
    assert (whole.skills(in_town, 3) == workers).all() and (single.skills(in_town, 3) == workers).all()


def test_counts_follow_when_shares_or_rows_change():
    people = population(24)
    people.advance(tables(24), 2030, in_town=np.full(24, 0.5))
    half, none = people.skills(np.full(24, 0.5), 3), people.skills(np.zeros(24), 3)
    assert half[:, :, 1].sum() > 0 and none[:, :, 1].sum() == 0
    assert people.get("works_in_town").sum() == 0
    people.set("cell", 5)
    assert people.counts()[:, 5].sum() == people.size
    assert people.skills(np.ones(24), 3)[5, :, 1].sum() == people.size


def test_moves_of_agents_alike_are_whole_numbers_times_their_worth():
    """Summed as whole numbers: no rounding, however many agents there are."""
    moves = population(24).advance(tables(24), 2030, np.full(24, 1.1))
    ones = population(24).advance(tables(24), 2030)
    assert (moves.migration == ones.migration * 1.1).all()
    assert (ones.migration == np.rint(ones.migration)).all()


@pytest.mark.parametrize("long", [10**4, 10**9], ids=["tried on pieces", "tried as a whole"])
@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_bytes(threads, long, monkeypatch):
    """Five years in which one thread and several are tried in turn, against one thread alone."""
    asked, in_town = [tables(24, seed=year, groups=2) for year in range(5)], np.linspace(0, 1, 24)

    def lived(allowed):
        monkeypatch.setattr(numba, "get_num_threads", lambda: allowed)
        people, found = population(24), []
        for year, table in enumerate(asked):
            worth = np.linspace(1, 2, 24) if year % 2 else None
            moves = people.advance(table, 2030 + year, worth, in_town)
            found += [moves.migration, moves.reclassification, moves.transfers, people.counts(), people.skills(in_town, 3)]
        return [one.tobytes() for one in (*found, *people.columns.values())], people._threads

    for name, small in (("_AGENTS_A_THREAD", 100), ("_AGENTS_AT_A_TIME", 100), ("_LONG", long)):
        monkeypatch.setattr(f"sim.agents.threads.{name}", small)
    alone, _ = lived(1)
    together, tried = lived(threads)
    assert together == alone
    assert set(tried._took) == {1, threads}  # both were taken


def test_five_thousand_agents_of_every_kind_ten_years_both_ways(two_cells):
    """One model lives by the kernel; in its twin every agent takes its own step, year after year."""
    lived, twin = (small_model(two_cells, labour=5_000, others=5_000) for _ in range(2))
    for year in range(10):
        lived.step()
        for kind in KINDS:
            whole, single = getattr(lived, kind), getattr(twin, kind)
            single.tables, single.year = whole.tables, whole.year
            for row in range(single.size) if year else ():
                single.advance_one(row)
            if not year:  # once through Mesa's own words, which cost more
                single.do("step")
        assert columns(lived) == columns(twin), year


def test_a_population_starts_in_narrow_columns(zhejiang):
    model = small_model(zhejiang, labour=30_000, others=24_000)
    assert sum(column.itemsize for column in model.labour.columns.values()) == 5
    assert sum(column.itemsize for column in model.capital.columns.values()) == 2
    numbers = np.array([[2, 0], [1, 3]])
    cell, home = start_rows(numbers, ["uint16", "uint8"])
    assert (cell.tolist(), home.tolist()) == ([0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1])
    assert (cell.dtype, home.dtype) == (np.uint16, np.uint8)


def test_luck_is_spread_evenly_within_every_cell_and_skill():
    workers = np.array([[1000, 7], [0, 251]])
    luck = workplace_luck(workers, 7, 0)
    bounds = np.cumsum([0, *workers.ravel()])
    for number, (first, last) in enumerate(pairwise(bounds)):
        group = luck[first:last]
        cell, skill = divmod(number, 2)
        start = draws(7, 0, WORKPLACE, 0, cell * 256 + skill)[0]
        expected = ((start + 0.6180339887498949 * np.arange(last - first)) % 1.0 * 65536).astype(np.uint16)
        assert group.tolist() == expected.tolist()
        for share in (0.1, 0.5, 0.9):
            assert abs((group < share * 65536).sum() - share * group.size) <= 3
