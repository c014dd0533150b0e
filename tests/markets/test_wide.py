"""Worlds of many cells: shares applied to every guess, ways of trade kept once, and aimed sweeps find what maps find."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.economy import accounts, growth, treasury
from sim.economy.markets import trade
from sim.economy.markets.search import Mixing
from sim.economy.markets.ways import Pairs, Ways, ways, whole
from sim.economy.state import baseline_rules
from sim.evidence.benchmark.wide import write_wide
from sim.model import FactorFlowModel
from sim.world import world as worlds
from sim.world.build import build_world
from sim.world.strict.reading import read_world
from sim.year import recorder
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy
from tests.policies.test_signs import law

POLICIES = {
    "none": [],
    "rents": [law("land_market_integration", migrants_keep_rent=1.0, rural_share_of_gains=0.5)],
    "vouchers": [law("rural_consumption", voucher=0.5, network=0.1), law("cash_transfer", share_of_upper_budget=0.1)],
    "subsidies": [law("investment_subsidy", on_capital=0.05, on_wages=0.05), law("land_value_tax", rate=0.5, returned=0.5)],
    "enclaves": [law("growth_pole", regions=("Wenzhou",), share_of_budget=0.2, agglomeration=0.0)],
    "market": [law("market_unification", cut=0.5)],
    "floor": [law("minimum_wage", floor=60_000.0, regions=("mountain",))],
}


@pytest.fixture(params=POLICIES, ids=POLICIES.keys())
def year(request, zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    economy.year = 2016
    rules = baseline_rules(zhejiang, economy)
    for one in POLICIES[request.param]:
        rules = one(rules, zhejiang, 2016)
    return zhejiang, economy, rules


def test_markets_clear_alike_with_maps_and_without(year, monkeypatch):
    world, economy, rules = year
    narrow, maps, _ = clear_markets(world, economy, rules)
    monkeypatch.setattr(worlds, "WIDE", 0)
    wide, applied, _ = clear_markets(world, economy, rules)
    assert (narrow.labour_cost > 1.0001 * narrow.wage).any() == rules.wage_floor.any()
    assert isinstance(maps, treasury.IncomeMaps) and isinstance(applied, treasury.AppliedShares)
    for name in ("revenue", "prices", "price_index", "wage", "labour_cost", "rental", "land_rent"):
        np.testing.assert_allclose(getattr(wide, name), getattr(narrow, name), rtol=1e-11, err_msg=name)
    money, same = treasury.statement(maps, narrow.revenue), treasury.statement(applied, narrow.revenue)
    for name, flow in vars(money).items():
        size = np.abs(flow).max(initial=0.0)
        np.testing.assert_allclose(getattr(same, name), flow, rtol=1e-12, atol=1e-13 * size, err_msg=name)
    assert accounts.demand_residuals(world, applied)["every_yuan_is_spent"] < 1e-11


@pytest.mark.parametrize("share", ["wages", "farm_rent", "saved", "purchased"])
def test_a_yuan_lost_anywhere_shows_at_drawn_revenues(share, zhejiang, monkeypatch):
    monkeypatch.setattr(worlds, "WIDE", 0)
    economy = first_economy(zhejiang, *continua(zhejiang))
    applied = treasury.income_maps(zhejiang, economy, baseline_rules(zhejiang, economy))
    table = getattr(applied.shares, share).copy()
    if isinstance(table, np.ndarray):
        table[3, 5] += 1e-6
    else:
        table.data[11] += 1e-6
    losing = replace(applied, shares=replace(applied.shares, **{share: table}))
    assert accounts.demand_residuals(zhejiang, losing)["every_yuan_is_spent"] > 1e-9


def test_ways_are_the_openness_of_every_pair(year):
    world, economy, rules = year
    index = growth.infrastructure_index(economy) * np.random.default_rng(3).lognormal(0, 0.2, world.cells)
    km = trade.travelled(world, rules.distance_km, rules.links)
    pairs = trade.openness_of_year(world, km, index, rules, wide=False)
    found = trade.openness_of_year(world, km, index, rules, wide=True)
    np.testing.assert_allclose(whole(found), pairs, rtol=1e-13)
    rng, sectors = np.random.default_rng(4), len(world.technology.sectors)
    numbers = rng.random((sectors, world.cells))
    for table in (found if isinstance(found, Ways) else Pairs.of(found), Pairs.of(pairs)):
        np.testing.assert_allclose(table.market(numbers), np.einsum("ncj,jc->jn", pairs, numbers), rtol=1e-13)
        np.testing.assert_allclose(table.sales(numbers), np.einsum("ncj,jn->jc", pairs, numbers), rtol=1e-13)
    unit_cost, bought = rng.random((world.cells, sectors)) + 0.5, rng.random((world.cells, sectors))
    np.testing.assert_allclose(
        trade.sold(found, unit_cost, bought, 4.0), trade.sold(pairs, unit_cost, bought, 4.0), rtol=1e-12
    )


def test_few_pairs_are_set_apart_and_many_are_not():
    rng, cells = np.random.default_rng(5), 40
    there, crossed = rng.random((cells, cells)), 1.0 - np.eye(cells)
    cost, cut = np.array([0.3, 0.5]), np.zeros((cells, cells, 2))
    cut[3, 7] = 0.1
    cut[8, 9] = 9.0  # a way that is made free costs nothing and no less
    for taken_off, few in ((np.zeros(2), cells), (cut, cells + 2)):
        found = ways(there, crossed, (cost, taken_off), 4.0)
        assert isinstance(found, Ways) and [apart.nnz for apart in found.apart] == [few, few]
        paid = np.maximum(there[:, :, None] + crossed[:, :, None] * cost - taken_off, 0.0)
        np.testing.assert_allclose(whole(found), np.exp(-4.0 * paid), rtol=1e-13)
    assert whole(found)[8, 9, 0] == pytest.approx(1.0, rel=1e-13)
    assert ways(there, crossed, (cost, rng.random((cells, cells, 2))), 4.0) is None


def test_mixing_solves_a_linear_problem_in_as_many_steps_as_it_has_unknowns():
    rng = np.random.default_rng(6)
    matrix, constant, point = 0.3 * rng.normal(size=(4, 4)), rng.normal(size=4), np.zeros(4)
    mixing = Mixing()
    for _ in range(7):
        point = mixing.next(point, matrix @ point + constant)
    np.testing.assert_allclose(point, np.linalg.solve(np.eye(4) - matrix, constant), rtol=1e-10)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wide") / "wide"
    write_wide(folder, 360)
    return build_world(read_world(folder))


def test_a_world_of_360_cells_lives_and_its_accounts_close(wide):
    model = FactorFlowModel(wide, last_year=wide.first_year + 1, continuum=True)
    while model.running:
        model.step()
    residuals = {identity: value for _, identity, value in model.record.accounts}
    assert len(residuals) > 25 and max(residuals.values()) < 1e-9
    assert residuals["markets_cleared"] < 1e-12 and residuals["every_yuan_is_spent"] < 1e-10


def test_the_base_year_of_a_wide_world_is_that_of_its_data(wide):
    clearing, maps, _ = clear_markets(wide, first := first_economy(wide, *continua(wide)), baseline_rules(wide, first))
    np.testing.assert_allclose(clearing.revenue, wide.revenue, rtol=1e-9)
    money = treasury.statement(maps, clearing.revenue)
    np.testing.assert_allclose(money.disposable / first.workforce.persons, wide.income_per_head, rtol=1e-9)


def test_flows_are_kept_for_the_pairs_that_saw_any_and_add_up_to_all_moves(wide, monkeypatch):
    tables, honest = {}, recorder.record_moves

    def kept(record, world, year, factor, event, table):
        tables[factor, event] = table.copy()
        honest(record, world, year, factor, event, table)

    monkeypatch.setattr(recorder, "record_moves", kept)
    model = FactorFlowModel(
        wide, last_year=wide.first_year, labour_agents=20_000, capital_agents=1_500_000, land_agents=10_000
    )
    model.step()
    flows = pd.DataFrame(model.record.flows, columns=["year", "factor", "event", "origin", "destination", "value"])
    place = {cell: number for number, cell in enumerate(wide.places.cells)}
    assert {*zip(flows["factor"], flows["event"], strict=True)} <= set(tables)
    for (factor, event), table in tables.items():
        rows = flows[(flows["factor"] == factor) & (flows["event"] == event)]
        assert len(rows) == np.count_nonzero(table) and (rows["value"] > 0).all()
        whole_table = np.zeros_like(table)
        whole_table[rows["origin"].map(place).to_numpy(int), rows["destination"].map(place).to_numpy(int)] = rows["value"]
        np.testing.assert_array_equal(whole_table, table)
    movers = tables["labour", "migration"]
    assert 0 < np.count_nonzero(movers) < 2_000  # of 129,600 pairs, since 20,000 people hardly ever go the same way
