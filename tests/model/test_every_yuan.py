"""Money that a row normalised by an empty total would lose: every yuan of revenue is spent, in every year, by everybody."""

from dataclasses import replace

import numpy as np
import pytest

from sim.economy import accounts, charges, growth, treasury
from sim.economy.policies.base import PolicyInForce, instruments
from sim.economy.state import baseline_rules
from sim.errors import AccountsDoNotClose, FactorFlowError
from sim.evidence import steps
from sim.model import FactorFlowModel
from sim.world.build import build_world
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy
from tests.reading import largest_residual

FEW = {"labour_agents": 20_000, "capital_agents": 5_000, "land_agents": 2_000}
FEWER = {"labour_agents": 5_000, "capital_agents": 5_000, "land_agents": 5_000}
GONE = "Quzhou/rural"


def law(name, **terms):
    return PolicyInForce("it", instruments()[name].Terms(instrument=name, from_=2015, **terms))


def spent(model):
    return [residual for _, identity, residual in model.record.accounts if identity == "every_yuan_is_spent"]


@pytest.fixture
def without_slices(zhejiang):
    """The base year, but for one village whose slices have all taken the name of its town."""
    economy = first_economy(zhejiang, *continua(zhejiang))
    village = zhejiang.places.cells.index(GONE)
    town = zhejiang.places.town_of_cell[village]
    units = economy.capital_units.copy()
    units[town] += units[village]
    units[village] = 0.0
    economy.unit_value = growth.merged_value(economy, units, zhejiang.places.town_of_cell)
    economy.capital_units = units
    return economy, village


def test_a_slice_keeps_its_worth_where_no_slice_is_left(zhejiang, without_slices):
    """Capital that comes to such a village later comes at the old worth, not for nothing; what left is worth the same."""
    economy, village = without_slices
    before = first_economy(zhejiang, *continua(zhejiang))
    assert economy.unit_value[village] == before.unit_value[village] > 0
    worth = (economy.capital_units.sum(axis=1) * economy.unit_value).sum()
    assert worth == pytest.approx((before.capital_units.sum(axis=1) * before.unit_value).sum(), rel=1e-12)


@pytest.mark.parametrize(("seed", "few", "last"), [(0, FEW, 2017), (3, FEWER, 2035), (5, FEWER, 2035)])
def test_a_village_whose_last_slice_is_reclassified_still_invests(seed, few, last):
    """In the economy of version 0.2, whose owners keep so much at home that few slices stand for each of them."""
    zhejiang = build_world("zhejiang", steps.landed())
    model = FactorFlowModel(zhejiang, last_year=last, seed=seed, **few)
    while model.running:
        model.step()
    left = np.flatnonzero(~model.economy.has_slices)
    assert left.size  # otherwise this seed shows nothing
    assert max(spent(model)) < 1e-12 and largest_residual(model) < 1e-9
    assert (model.economy.enclave[left].sum(axis=1) > 0).all()  # what they saved since is theirs


@pytest.mark.parametrize(
    "laws",
    [
        [],
        [law("land_market_integration", migrants_keep_rent=1.0, rural_share_of_gains=0.5)],
        [law("rural_consumption", voucher=0.5, network=0.1), law("cash_transfer", share_of_upper_budget=0.1)],
        [law("investment_subsidy", on_capital=0.05, on_wages=0.05), law("land_value_tax", rate=0.5, returned=0.5)],
        [law("growth_pole", regions=("Wenzhou",), share_of_budget=0.2, agglomeration=0.0)],
    ],
    ids=["none", "rents", "vouchers", "subsidies", "enclaves"],
)
def test_one_yuan_of_revenue_is_one_yuan_of_demand_whoever_owns_what(zhejiang, without_slices, laws):
    economy, village = without_slices
    economy.year = 2016
    rules = baseline_rules(zhejiang, economy)
    for one in laws:
        rules = one(rules, zhejiang, 2016)
    _, maps, _ = clear_markets(zhejiang, economy, rules)
    materials = np.tile(1 - zhejiang.technology.value_added, zhejiang.cells)
    assert np.abs((maps.final_demand + maps.vouchers).sum(axis=0) + materials - 1).max() < 1e-12
    money = treasury.statement(maps, economy.revenue)
    bought = growth.capital_bought(economy, money.saving + money.retained, np.ones(zhejiang.cells))
    assert bought[village].sum() == pytest.approx(money.saving[village], rel=1e-12) and money.saving[village] > 0


def test_an_owner_without_slices_invests_by_the_ties_of_the_base_year(zhejiang, without_slices):
    economy, village = without_slices
    ties = economy.capital_seed[village]
    np.testing.assert_allclose(economy.investment_places[village], ties / ties.sum(), rtol=1e-15)
    economy.capital_seed[village] = 0.0
    assert economy.investment_places[village, village] == 1.0
    np.testing.assert_allclose(economy.investment_places.sum(axis=1), 1.0, rtol=1e-14)


def test_rents_of_a_home_where_nobody_is_registered_reach_those_who_live_there(zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    rules = baseline_rules(zhejiang, economy)
    home = zhejiang.places.cells.index(GONE)
    residence = rules.residence.copy()
    residence[:, home] += 1.0
    residence[home] = 0.0
    followed = charges.rents_by_residence(replace(rules, residence=residence, rent_kept=np.full(zhejiang.cells, 0.6)))
    np.testing.assert_allclose(followed.sum(axis=0), 1.0, rtol=1e-12)
    assert followed[home, home] == 1.0


def test_a_lone_place_does_not_learn_from_places_that_are_not_there():
    world = build_world("theory_solow", {"diffusion": 0.5})
    poor, knowledge = np.full(world.cells, 1e-3), np.zeros(world.cells)
    lone = replace(world, places=replace(world.places, reported=np.arange(len(world.places.regions)) == 0))
    found = growth.learned(lone, knowledge, poor, np.ones(world.cells), world.first_year)
    np.testing.assert_array_equal(found, knowledge + world.parameters.growth)


def test_money_that_is_lost_stops_the_year_before_any_market_is_asked(zhejiang, monkeypatch):
    honest = treasury.income_maps

    def losing(*year):
        maps = honest(*year)
        final = maps.final_demand.copy()
        final[3, 7] -= 1e-6
        return replace(maps, final_demand=final)

    monkeypatch.setattr(treasury, "income_maps", losing)
    economy = first_economy(zhejiang, *continua(zhejiang))
    with pytest.raises(AccountsDoNotClose, match="every_yuan_is_spent is off by 1.00e-06"):
        clear_markets(zhejiang, economy, baseline_rules(zhejiang, economy))


@pytest.mark.parametrize(("stock", "word"), [("capital", "run.capital_agents"), ("land", "run.land_agents")])
def test_a_place_that_everything_left_is_named_with_the_number_to_raise(zhejiang, stock, word):
    from sim.year.stocks import check_every_cell

    economy = first_economy(zhejiang, *continua(zhejiang))
    cell = zhejiang.places.cells.index(GONE)
    if stock == "land":
        economy.land[:, cell] = 0.0
    else:
        economy.capital_units[:, cell] = 0.0
    with pytest.raises(FactorFlowError, match=f"no {stock} is in {GONE} in 2014: its agents are few. .*{word}"):
        check_every_cell(zhejiang, economy, agents=True)
    with pytest.raises(FactorFlowError) as answer:
        check_every_cell(zhejiang, economy, agents=False)
    assert "agents" not in str(answer.value)


def test_the_identity_sees_each_column(zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    maps = treasury.income_maps(zhejiang, economy, baseline_rules(zhejiang, economy))
    for column in (0, 17, 71):
        final = maps.final_demand.copy()
        final[:, column] *= 1 + 1e-6
        assert accounts.demand_residuals(zhejiang, replace(maps, final_demand=final))["every_yuan_is_spent"] > 1e-7
