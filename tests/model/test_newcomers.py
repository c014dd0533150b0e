"""Newcomers of every tenth: by hand, adding up to what registration and tenths record, known from agents as from shares."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from sim import build_model, load
from sim.economy import individuals
from sim.economy.state import Workforce
from sim.units import NEWCOMERS, SUMS_OF_NEWCOMERS, TENTHS
from sim.world.build import build_world
from sim.year import record as records
from sim.year import recorder
from tests.agents.conftest import small_model
from tests.test_end_to_end import ROOT

ORDER, ALIKE = np.array([[0, 1]]), np.ones((1, 1))
REFORM = (
    "policies.reform={instrument: residence_permit_reform, cut: 0.5, from: 2015}",
    "policies.talent={instrument: talent_programme, paid_by: upper, share_of_budget: 0.001, uses: {graduates: 0.5, "
    "training: 0.5}, from: 2015}",
)


def five(newcomers, poor=4.25):
    """Five people in one cell, `poor` of them of a schooling that earns 10 and the others of one that earns 40."""
    skills = np.zeros((1, 2, 2))
    skills[0, :, 0] = poor, 5 - poor
    workforce = Workforce(np.array([[5.0]]), skills, np.array([newcomers]))
    return SimpleNamespace(workforce=workforce), np.array([[[10.0, 99.0], [40.0, 99.0]]])


def test_newcomers_by_hand():
    """Half of the poor came and all of the others: the ninth tenth has a quarter of either, so .125 at 10 and .25 at 40."""
    economy, incomes = five([2.125, 0.75])
    heads, money = individuals.newcomers_by_tenth(economy, incomes, ALIKE, ORDER)
    np.testing.assert_allclose(heads, [[0.25] * 8 + [0.375, 0.5]], rtol=1e-14)
    np.testing.assert_allclose(money / heads, [[10] * 8 + [30, 40]], rtol=1e-14)


def test_where_nobody_came_there_is_nobody_and_no_income():
    economy, incomes = five([0.0, 0.5], poor=4)
    heads, money = individuals.newcomers_by_tenth(economy, incomes, ALIKE, ORDER)
    assert (heads[0, :8] == 0).all() and (money[0, :8] == 0).all()
    np.testing.assert_allclose(money[0, 8:], 0.25 * 40, rtol=1e-14)
    record, places = records.Record(), SimpleNamespace(reported_cells=np.array([True, False]), cells=("a/urban", "b/urban"))
    recorder.record_newcomers(record, SimpleNamespace(places=places), 1, *(np.repeat(one, 2, 0) for one in (heads, money)))
    found = {row[3]: row[4] for row in record.series}
    assert len(record.series) == 20 and [found[name] for name in (*NEWCOMERS, *SUMS_OF_NEWCOMERS)] == [*heads[0], *money[0]]


def test_a_world_without_outside_records_none(two_cells):
    world = build_world("two_cells", {"ability_urban": 0.5, "ability_rural": 0.5})
    model = small_model(world)
    model.step()
    measures = {row[3] for row in model.record.series}
    assert measures >= set(TENTHS) and not measures & {*NEWCOMERS, *SUMS_OF_NEWCOMERS}
    assert model.economy.workforce.newcomers is None
    with pytest.raises(ValueError, match="nobody is registered outside"):
        individuals.newcomers_by_tenth(model.economy, np.ones((2, 5, 2)), np.ones((2, 1)), np.zeros((2, 5), dtype=int))


@pytest.fixture(scope="module", params=["agents", "continuum"])
def model(request):
    """Zhejiang three years on, under policies that bring people, move registrations and train."""
    few = ("run.labour_agents=20000", "run.capital_agents=24000", "run.land_agents=10000", "years.to=2017")
    alike = "run.continuum=true" if request.param == "continuum" else "run.continuum=false"
    model = build_model(load(ROOT / "scenarios/zhejiang/baseline.yaml", (*few, alike, *REFORM)))
    while model.running:
        model.step()
    return model


def test_newcomers_of_the_tenths_are_those_of_the_cell(model):
    found = {row[:4]: row[4] for row in model.record.series}
    places = model.world.places
    for year in (2014, 2017):
        for cell in np.array(places.cells)[places.reported_cells]:
            heads = np.array([found[year, "cell", cell, measure] for measure in NEWCOMERS])
            tenth = found[year, "cell", cell, "population"] / len(TENTHS)
            assert heads.sum() == pytest.approx(found[year, "cell", cell, "population_newcomers"], rel=1e-11)
            assert (heads >= 0).all() and (heads <= tenth * (1 + 1e-12)).all()
    assert not any(key[3] in NEWCOMERS and key[2].startswith("outside") for key in found)


def test_newcomers_and_those_registered_here_are_their_tenth(model):
    """Heads add up to a tenth of the cell, incomes weighed by heads to the tenth's; neither is worked out from the other."""
    economy, world, able = model.economy, model.world, model._able
    workforce = economy.workforce
    incomes = np.random.default_rng(4).lognormal(10.0, 0.5, workforce.skills.shape)
    here = replace(workforce, newcomers=workforce.skills.sum(axis=2) - workforce.newcomers)
    order, inside = model._order_of_kinds, world.places.reported_cells
    people, money = 0.0, 0.0
    for one in (workforce, here):
        heads, sums = individuals.newcomers_by_tenth(SimpleNamespace(workforce=one), incomes, able, order)
        people, money = people + heads, money + sums
    tenth = workforce.persons[inside, None] / len(TENTHS)
    np.testing.assert_allclose(people[inside], np.broadcast_to(tenth, people[inside].shape), rtol=1e-11)
    np.testing.assert_allclose(
        money[inside] / people[inside], individuals.tenths(economy, incomes, able, order)[inside], rtol=1e-9
    )


def test_newcomers_by_schooling_are_those_of_the_table_of_homes(model):
    """Whatever moved, was trained or changed its registration since: those counted by schooling are those by home."""
    places, workforce = model.world.places, model.economy.workforce
    outside = ~places.reported_cells
    by_home = workforce.residence[outside].sum(axis=0)
    np.testing.assert_allclose(workforce.newcomers.sum(axis=1), by_home, rtol=1e-11)
    assert (workforce.newcomers <= workforce.skills.sum(axis=2) * (1 + 1e-12)).all()


@pytest.mark.parametrize("model", ["agents"], indirect=True)
def test_newcomers_by_schooling_are_the_rows_of_agents_and_the_settled(model):
    stocks, labour, outside = model.world.stocks, model.labour, ~model.world.places.reported_cells
    counted = np.zeros((model.world.cells, len(stocks.skills)))
    came = outside[labour.columns["home"]]
    np.add.at(counted, (labour.columns["cell"][came], labour.columns["skill"][came]), labour.weight)
    counted += (model.economy.settled[outside][:, :, None] * stocks.skill_share[outside][:, None, :]).sum(axis=0)
    np.testing.assert_allclose(model.economy.workforce.newcomers, counted * model.economy.people_scale, rtol=1e-11)
    assert (counted[:, stocks.skills.index("secondary, trained")] > 0).any()  # some of them were trained
