"""People of one kind differ: means, Gini's coefficient against the formula, tenths that add up and follow the same people."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtr

from sim.economy import individuals
from sim.economy.state import Workforce
from sim.model import FactorFlowModel
from sim.units import NEWCOMERS, SUMS_OF_NEWCOMERS, TENTHS
from sim.world.build import build_world
from tests.agents.conftest import small_model

SPREADS = {"ability_urban": 0.54, "ability_rural": 0.66}


@pytest.fixture(scope="module")
def equal_world():
    return build_world("zhejiang", dict.fromkeys(SPREADS, 0.0))


@pytest.fixture(scope="module")
def unequal():
    return build_world("zhejiang", SPREADS)


def alone(income, spread, people=None):
    """A world of one cell, one skill and no commuting, whose people differ by ability alone."""
    skills = np.zeros((1, 1, 2))
    skills[0, 0, 0] = 5.0 if people is None else people
    world = SimpleNamespace(
        places=SimpleNamespace(urban=np.array([True]), reported_cells=np.array([True]), town_of_cell=np.array([0])),
        parameters=SimpleNamespace(ability_urban=spread, ability_rural=0.0),
        cells=1,
    )
    return world, SimpleNamespace(workforce=Workforce(np.array([[5.0]]), skills)), np.full((1, 1, 2), income)


@pytest.mark.parametrize("spread", [0.01, 0.3, 0.54, 0.66, 1.2, 2.0])
def test_slices_have_mean_one_and_rise(spread):
    means = individuals.slice_means(np.array([spread]))[0]
    assert means.mean() == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(means) > 0).all() and means[0] > 0


@pytest.mark.parametrize("spread", [0.2, 0.54, 0.66, 1.0])
def test_gini_of_one_kind_is_that_of_the_lognormal_up_to_its_slices(spread):
    """G = 2 Phi(s / sqrt 2) - 1 (Aitchison and Brown 1957); what slices leave out is inside them, so it is less."""
    world, economy, incomes = alone(10_000.0, spread)
    found = individuals.distribution(world, economy, incomes, individuals.ability(world))
    exact = 2 * ndtr(spread / np.sqrt(2)) - 1
    assert 0.995 * exact < found["individual_gini"][0] < exact
    assert found["individual_gini"][1][0] == pytest.approx(found["individual_gini"][0], rel=1e-12)


def test_the_median_of_one_kind_is_below_its_mean_by_half_the_variance():
    world, economy, incomes = alone(10_000.0, 0.6)
    found = individuals.distribution(world, economy, incomes, individuals.ability(world))
    assert found["income_p50"][0] == pytest.approx(10_000 * np.exp(-0.18), rel=0.03)


def test_nobody_differs_where_both_spreads_are_zero(equal_world):
    assert individuals.ability(equal_world) is None
    model = small_model(equal_world, continuum=True)
    model.step()
    assert not {row[3] for row in model.record.series} & set(TENTHS)


def test_a_spread_of_nothing_is_what_there_is_without_one():
    world, economy, incomes = alone(10_000.0, 0.0)
    found = individuals.distribution(world, economy, incomes, individuals.slice_means(np.zeros(1)))
    assert found["individual_gini"][0] == pytest.approx(0.0, abs=1e-14)
    assert found["income_p10"][0] == pytest.approx(10_000.0, rel=1e-12)


def lived(world, years=1, **more):
    model = FactorFlowModel(world, last_year=world.first_year + years - 1, continuum=True, **more)
    while model.running:
        model.step()
    return {row[:4]: row[4] for row in model.record.series}


def test_ability_moves_no_aggregate(equal_world, unequal):
    """All that is recorded of two years but what speaks of individuals is the same to the last bit."""
    equal, differing = lived(equal_world, 2), lived(unequal, 2)
    own = {"individual_gini", *individuals.QUANTILES}
    by_tenth = {*TENTHS, *NEWCOMERS, *SUMS_OF_NEWCOMERS}
    assert {key for key in differing.keys() - equal.keys()} == {key for key in differing if key[3] in by_tenth}
    moved = {key[3] for key, value in equal.items() if differing[key] != value}
    assert moved == own


def test_inequality_of_individuals_is_that_of_surveys(unequal):
    """Nation .474, towns .315, villages .381 (published effects, gini_1); the province lies between .30 and .45."""
    found = lived(unequal)
    assert 0.30 < found[2014, "world", "zhejiang", "individual_gini"] < 0.45
    cells = {key[2]: value for key, value in found.items() if key[3] == "individual_gini" and key[1] == "cell"}
    for kind, published in (("urban", 0.315), ("rural", 0.381)):
        inside = [value for cell, value in cells.items() if cell.endswith(kind) and not cell.startswith("outside")]
        assert np.mean(inside) == pytest.approx(published, abs=0.01)


def test_tenths_rise_and_add_up_to_their_cell(unequal):
    found = lived(unequal, 3)
    for year in (2014, 2016):
        for cell in np.array(unequal.places.cells)[unequal.places.reported_cells]:
            tenths = np.array([found[year, "cell", cell, measure] for measure in TENTHS])
            assert (np.diff(tenths) > 0).all()
            assert tenths.mean() == pytest.approx(found[year, "cell", cell, "real_income_per_head"], rel=1e-12)
    assert (2014, "cell", "outside/urban", TENTHS[0]) not in found


def test_tenths_by_hand():
    """Four people of one unit and one of three, all at home: the poorest four fifths earn 10 each, the last fifth 40."""
    skills = np.zeros((1, 2, 2))
    skills[0, :, 0] = 4, 1
    world = SimpleNamespace(
        places=SimpleNamespace(town_of_cell=np.array([0])),
        public=SimpleNamespace(wedge=np.array([0.5])),
        stocks=SimpleNamespace(efficiency=np.array([1.0, 3.0]), work_in_town=np.array([0.0])),
    )
    economy = SimpleNamespace(workforce=Workforce(np.array([[5.0]]), skills))
    base = SimpleNamespace(other_income=np.array([1.0]), wage=np.array([10.0]))
    np.testing.assert_allclose(individuals.base_incomes(world, base), [[6, 16]], rtol=1e-14)
    incomes = np.array([[[10.0, 99.0], [40.0, 99.0]]])
    found = individuals.tenths(economy, incomes, np.ones((1, 1)), individuals.order_of_kinds(world, np.ones((1, 1)), base))
    np.testing.assert_allclose(found, [[10] * 8 + [40] * 2], rtol=1e-14)


def test_a_tenth_holds_the_same_people_when_incomes_change_places():
    """Ranked by the base year: who was richest stays in the last tenth, and what it loses shows there."""
    skills = np.zeros((1, 2, 2))
    skills[0, :, 0] = 4, 1
    world = SimpleNamespace(
        places=SimpleNamespace(town_of_cell=np.array([0])),
        public=SimpleNamespace(wedge=np.array([0.0])),
        stocks=SimpleNamespace(efficiency=np.array([1.0, 3.0]), work_in_town=np.array([0.0])),
    )
    economy = SimpleNamespace(workforce=Workforce(np.array([[5.0]]), skills))
    base = SimpleNamespace(other_income=np.array([1.0]), wage=np.array([10.0]))
    found = individuals.tenths(
        economy,
        np.array([[[10.0, 0.0], [5.0, 0.0]]]),
        np.ones((1, 1)),
        individuals.order_of_kinds(world, np.ones((1, 1)), base),
    )
    np.testing.assert_allclose(found, [[10] * 8 + [5] * 2], rtol=1e-14)


def test_what_kinds_earned_in_the_base_year_is_what_the_model_pays_in_it(unequal):
    """Kinds averaged over where they work, in the year whose prices are the base's."""
    model = FactorFlowModel(unequal, last_year=2014, continuum=True)
    people, kept = model.economy.workforce.skills.copy(), {}
    record = model._record
    model._record = lambda rules, clearing, money: (
        kept.update(incomes=individuals.individual_incomes(unequal, model.economy, rules, clearing, money)),
        record(rules, clearing, money),
    )
    model.step()
    there = people.sum(axis=2) > 0  # nobody is trained yet
    mean = (kept["incomes"] * people).sum(axis=2)[there] / people.sum(axis=2)[there]
    np.testing.assert_allclose(mean, individuals.base_incomes(unequal, model.base)[there], rtol=1e-9)


def test_agents_have_an_ability_of_their_own_that_stays(two_cells):
    """Standard normal over the agents, the same in another model with the same seed, and no column of a byte."""
    model, again = (small_model(two_cells, labour=4_000, others=1_000) for _ in range(2))
    drawn = np.array([agent.ability for agent in model.labour])
    assert abs(drawn.mean()) < 0.06 and drawn.std() == pytest.approx(1.0, abs=0.04)
    assert len(np.unique(drawn)) > 3_990
    again.step()
    assert [agent.ability for agent in list(again.labour)[:50]] == drawn[:50].tolist()
    assert set(model.labour.columns) == {"home", "cell", "skill", "workplace_luck"}


def test_more_able_places_are_more_unequal(unequal):
    parameters = replace(unequal.parameters, ability_rural=0.9)
    wider = lived(replace(unequal, parameters=parameters))
    before = lived(unequal)
    for cell in ("Hangzhou/rural", "Lishui/rural"):
        assert wider[2014, "cell", cell, "individual_gini"] > before[2014, "cell", cell, "individual_gini"] + 0.05
    town = (2014, "cell", "Hangzhou/urban", "individual_gini")
    assert wider[town] == before[town]
