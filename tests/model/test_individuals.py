"""Individual incomes: by hand, adding up to their cells, and those of the agents counted one by one."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from sim.analysis.measures.gini import gini
from sim.economy import individuals
from sim.economy.state import Workforce
from sim.errors import FactorFlowError
from sim.model import FactorFlowModel
from tests.agents.conftest import small_model

MEASURES = ("individual_gini", "income_p10", "income_p50", "income_p90")


def by_hand():
    """Town and village: 10 and 4 a unit, skills of 1 and 2 units, a wedge of a half, a subsidy of a half in the village."""
    places = SimpleNamespace(town_of_cell=np.array([0, 0]), reported_cells=np.array([True, True]))
    public = SimpleNamespace(wedge=np.array([0.5, 0.5]))
    world = SimpleNamespace(places=places, public=public, stocks=SimpleNamespace(efficiency=np.array([1.0, 2.0])), cells=2)
    skills = np.zeros((2, 2, 2))
    skills[0, :, 0] = 2, 1  # the town: two of one unit, one of two, all at home
    skills[1, :, 0] = 3, 1  # the village at home
    skills[1, 0, 1] = 2  # and two of one unit who work in town
    economy = SimpleNamespace(workforce=Workforce(residence=np.diag(skills.sum(axis=(1, 2))), skills=skills))
    rates = {"levy_rate": lambda base: np.array([0.0, 0.2]), "subsidy_rate": lambda base: np.array([0.0, 0.5])}
    rules = SimpleNamespace(**rates, charged=())
    money = SimpleNamespace(disposable=np.array([35.0, 44.0]))
    return world, economy, rules, SimpleNamespace(wage=np.array([10.0, 4.0])), money


def test_incomes_by_hand():
    """The town keeps a half of 10: pay 5 and 10, together 20, and shares 15 among three. The village keeps 0.4 and has the
    subsidy where it works: 3.6 and 7.2 at home, 4 in town, together 26, and shares 18 among six."""
    world, economy, *rest = by_hand()
    incomes = individuals.individual_incomes(world, economy, *rest)
    np.testing.assert_allclose(incomes[0], [[10, 10], [15, 15]], rtol=1e-14)
    np.testing.assert_allclose(incomes[1], [[6.6, 7.0], [10.2, 11.0]], rtol=1e-14)


def test_inequality_by_hand():
    """Nine people with 10, 10, 15; 6.6, 6.6, 6.6, 10.2, 7, 7: all pairs counted."""
    world, economy, *rest = by_hand()
    found = individuals.distribution(world, economy, individuals.individual_incomes(world, economy, *rest))
    everybody = np.array([10, 10, 15, 6.6, 6.6, 6.6, 10.2, 7, 7])
    pairs = np.abs(everybody[:, None] - everybody).sum() / (2 * 81 * everybody.mean())
    assert found["individual_gini"][0] == pytest.approx(pairs, rel=1e-14)
    # the town alone: differences of 5 in 4 of 9 ordered pairs over twice the mean 35/3
    assert found["individual_gini"][1][0] == pytest.approx((4 * 5 / 9) / (2 * 35 / 3), rel=1e-14)
    quantiles = {name: (pytest.approx(value), cells.tolist()) for name, (value, cells) in found.items() if "_p" in name}
    assert quantiles["income_p10"] == (6.6, [10.0, pytest.approx(6.6)])
    assert quantiles["income_p50"] == (7.0, [10.0, pytest.approx(6.6)])  # the fifth of nine, the third of six
    assert quantiles["income_p90"] == (15.0, [15.0, pytest.approx(10.2)])


def test_equal_incomes_have_no_inequality():
    world, economy, *_ = by_hand()
    found = individuals.distribution(world, economy, np.full((2, 2, 2), 7.0))
    assert found["individual_gini"][0] == 0.0
    assert [found[name][0] for name in individuals.QUANTILES] == [7.0] * 3


def test_who_is_not_there_does_not_count():
    """Nobody of two units works in town: their income may be anything, but for no number at all."""
    world, economy, *rest = by_hand()
    incomes = individuals.individual_incomes(world, economy, *rest)
    expected = individuals.distribution(world, economy, incomes)
    incomes[1, 1, 1] = 1e9
    for name, (value, cells) in individuals.distribution(world, economy, incomes).items():
        assert value == expected[name][0] and cells.tolist() == expected[name][1].tolist()
    incomes[0, 0, 0] = np.nan
    with pytest.raises(FactorFlowError):
        individuals.distribution(world, economy, incomes)


def lived(model):
    """A year lived: incomes of individuals with the people who had them, disposable income by cell, what was recorded."""
    economy, year = model.economy, model.year
    people = economy.workforce.skills.copy()
    kept = {}
    record = model._record
    model._record = lambda rules, clearing, money: (
        kept.update(incomes=individuals.individual_incomes(model.world, economy, rules, clearing, money), money=money),
        record(rules, clearing, money),
    )
    model.step()
    recorded = {row[1:4]: row[4] for row in model.record.series if row[0] == year and row[3] in MEASURES}
    return kept["incomes"], people, kept["money"].disposable, recorded


@pytest.mark.parametrize("continuum", [False, True])
@pytest.mark.parametrize("world", ["two_cells", "zhejiang"])
def test_individual_incomes_add_up_to_those_of_their_cells(world, continuum, request):
    world = request.getfixturevalue(world)
    model = small_model(world, labour=5_000, others=5_000, continuum=continuum)
    for _ in range(2):
        incomes, people, disposable, recorded = lived(model)
        np.testing.assert_allclose((incomes * people).sum(axis=(1, 2)), disposable, rtol=1e-12)
        for cell in world.places.cells:
            p10, p50, p90 = (recorded["cell", cell, name] for name in individuals.QUANTILES)
            assert 0 < p10 <= p50 <= p90
        assert 0 < recorded["world", world.places.world, "individual_gini"] < 1


def test_the_graduate_and_the_commuter_earn_more(zhejiang):
    """Where towns pay better, and by schooling everywhere; the gap between two skills is that of their efficiency."""
    model = small_model(zhejiang, continuum=True)
    incomes, _, _, _ = lived(model)
    assert (np.diff(incomes, axis=1) > 0).all()
    rural = ~zhejiang.places.urban & zhejiang.places.reported_cells
    assert (incomes[rural, :, 1] > incomes[rural, :, 0]).all()
    steps, units = np.diff(incomes[:, :, 0], axis=1), np.diff(zhejiang.stocks.efficiency)
    np.testing.assert_allclose(steps / steps[:, :1], np.tile(units / units[0], (zhejiang.cells, 1)), rtol=1e-9)


def test_agents_counted_one_by_one_have_the_recorded_distribution(two_cells):
    """Nobody is settled in two_cells, so its agents are its people."""
    assert not two_cells.stocks.settled.any()
    model = small_model(two_cells, labour=2_000, others=2_000)
    model.step()
    cell, skill, town = (model.labour.get(name) for name in ("cell", "skill", "works_in_town"))
    incomes, _, disposable, recorded = lived(model)
    own = incomes[cell, skill, town.astype(int)]
    persons = model.labour.weight * (1 + two_cells.parameters.natural_growth)
    np.testing.assert_allclose(np.bincount(cell, own) * persons, disposable, rtol=1e-10)
    ranked = np.sort(own)
    place = two_cells.places.world
    counted = 2 * (ranked * np.arange(1, 2_001)).sum() / (2_000 * ranked.sum()) - 2_001 / 2_000
    assert recorded["world", place, "individual_gini"] == pytest.approx(counted, rel=1e-9)
    for name, share in individuals.QUANTILES.items():
        assert recorded["world", place, name] in ranked[[round(share * 2_000) - 1, round(share * 2_000)]]


def test_a_gap_between_places_alone_is_the_gini_between_cells(zhejiang):
    """With one skill and no commuting everybody earns the mean of the cell (sim.analysis.measures.gini)."""
    stocks = replace(
        zhejiang.stocks, efficiency=np.ones_like(zhejiang.stocks.efficiency), work_in_town=np.zeros(zhejiang.cells)
    )
    model = FactorFlowModel(replace(zhejiang, stocks=stocks), last_year=2014, continuum=True)
    _, people, disposable, recorded = lived(model)
    inside, heads = zhejiang.places.reported_cells, people.sum(axis=(1, 2))
    between = gini((disposable / heads)[inside], heads[inside])
    assert recorded["world", zhejiang.places.world, "individual_gini"] == pytest.approx(float(between), rel=1e-12)
