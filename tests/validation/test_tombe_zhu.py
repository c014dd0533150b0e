"""Tombe and Zhu (2019): the corners that theory fixes, on drawn economies and on the observed one, and agents in them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import FactorFlowError, MarketDidNotClear
from sim.evidence.tombe_zhu import (
    accounting,
    agriculture,
    conflict,
    costs,
    data,
    experiments,
    outcomes,
    people,
    published,
    solver,
    stylised,
)  # fmt: skip
from sim.evidence.tombe_zhu.solver import Shock, System, solve
from sim.evidence.tombe_zhu.tables import Row, Table

TECHNOLOGY = published.technology()


def drawn(seed, **changes):
    generator = np.random.default_rng(seed)
    return stylised.stylised(int(generator.integers(3, 7)), generator, replace(TECHNOLOGY, **changes))


@pytest.fixture(params=["drawn 1", "drawn 2", "observed"])
def economy(request):
    if request.param == "observed":
        return request.getfixturevalue("observed").economy
    return drawn(int(request.param[-1]))


# -- corners --


def test_no_shock_changes_nothing(economy):
    after = solve(economy, Shock())
    assert np.abs(outcomes.six(after)).max() < 1e-6
    assert np.abs(after.real_wage - 1).max() < 1e-8


def test_cells_without_land_income_have_no_land_market_to_clear():
    """Land in farming alone and no housing: nothing changes without a shock, and non-farm rents never do."""
    economy = drawn(3)
    economy = economy.with_technology(
        replace(TECHNOLOGY, goods=1.0, land=np.array([0.28, 0.0]), labour=np.array([0.29, 0.25]))
    )
    assert list(economy.technology.rebate) == pytest.approx([0.28 / 0.29, 0.0])
    assert np.abs(outcomes.six(solve(economy, Shock()))).max() < 1e-6
    after = solve(economy, everything(economy))
    assert (after.rent[1::2] == 1).all() and np.abs(after.rent[::2] - 1).min() > 1e-3


def test_productivity_up_by_three_tenths_raises_every_real_wage_by_the_leontief_multiple(economy):
    after = solve(economy, Shock(productivity=np.full(economy.registrants.size, 1.3)))
    tech = economy.technology
    exponent = tech.goods * tech.spending @ np.linalg.solve(np.eye(2) - tech.materials, np.ones(2))
    expected = math.exp(exponent * math.log(1.3) / tech.trade_elasticity)
    assert expected == pytest.approx(1.2295796, abs=5e-8)
    assert np.abs(after.real_wage / expected - 1).max() < 1e-9
    assert np.abs(after.migration - economy.migration).max() < 1e-9


def test_infinite_migration_costs_keep_everybody_home(economy):
    within, between = economy.types()
    after = solve(economy, Shock(migration_cost=np.where(within | between, np.inf, 1.0)))
    assert outcomes.stocks(economy, after.migrants).max() == 0
    assert list(outcomes.six(after)[2:4]) == pytest.approx([-100, -100], abs=1e-12)
    assert outcomes.six(after)[5] < 0


def test_without_costs_and_land_income_shares_do_not_depend_on_origin(economy):
    """m_od is proportional to V_d^kappa where mu = 1 and delta = 1."""
    free = economy.with_technology(experiments.without(economy.technology, land=True, housing=True))
    assert np.abs(free.rebate_factor - 1).max() == 0
    after = solve(free, Shock(migration_cost=1 / costs.levels(free)))
    inside = after.migration[:-2, :-2]
    assert np.abs(inside / inside[0] - 1).max() < 1e-8
    value = (free.real_income * after.real_wage)[:-2] ** free.technology.migration_elasticity
    assert inside[0] == pytest.approx(value / value.sum(), rel=1e-8)


def test_land_rebates_are_those_of_the_article(economy):
    bracket = economy.technology.rebate
    assert list(bracket) == pytest.approx([1.259, 0.306], abs=5e-4)
    stayers = np.diagonal(economy.migration) * economy.registrants
    assert economy.rebate_factor == pytest.approx(1 + np.tile(bracket, len(economy.regions)) * economy.labour / stayers)


def everything(economy, seed=3, **more):
    """A shock of everything at once."""
    generator = np.random.default_rng(seed)
    regions, cells = len(economy.regions), economy.registrants.size
    trade = np.exp(generator.uniform(-0.3, 0.1, (2, regions, regions)))
    return Shock(
        migration_cost=np.exp(generator.uniform(-0.6, 0.3, (cells, cells)) * (1 - np.eye(cells))),
        trade_cost=np.where(np.eye(regions, dtype=bool), 1.0, trade),
        productivity=np.exp(generator.uniform(0, 0.5, cells)),
        **more,
    )


@pytest.mark.parametrize("more", [{}, {"kept_rent": 0.6}, {"agglomeration": 0.3}, {"kept_rent": 1.0, "agglomeration": 0.2}])
def test_a_shock_of_everything_satisfies_the_equations_written_out_one_by_one(more):
    economy = drawn(4)
    shock, tech = everything(economy, **more), economy.technology
    after = solve(economy, shock)
    regions, kept, nu = range(len(economy.regions)), shock.kept_rent, shock.agglomeration
    people = after.migrants
    bill = after.wage * economy.wage * after.labour
    land = economy.by_cell(tech.rebate) * economy.wage * economy.labour * after.rent
    growth = after.labour / economy.labour
    assert after.income.sum() == pytest.approx(bill.sum() + land.sum(), rel=1e-10)  # all income is somebody's
    for d in range(people.shape[0]):
        j, n = d % 2, d // 2
        cost = after.wage[d] ** tech.labour[j] * after.rent[d] ** tech.land[j] / growth[d] ** (nu * tech.value_added[j])
        cost *= after.price[n, 0] ** tech.materials[j, 0] * after.price[n, 1] ** tech.materials[j, 1]
        cost *= shock.productivity[d] ** (-1 / tech.trade_elasticity)
        own = after.trade[j, n, n] / economy.trade[j, n, n]
        price = cost * own ** (1 / tech.trade_elasticity)  # P_hat = c_hat pi_hat_nn^(1/theta)
        assert after.price[n, j] == pytest.approx(price, rel=1e-9)
        due = (1 - tech.goods) * after.income[d] + tech.land[j] / tech.labour[j] * bill[d]
        assert land[d] == pytest.approx(due, rel=1e-9)
        sold = 0.0
        for buyer in regions:  # every market clears, also the one the solver leaves to Walras's law
            cells = [2 * buyer, 2 * buyer + 1]
            spent = tech.goods * tech.spending[j] * sum(after.income[c] for c in cells)
            spent += sum(tech.materials[k, j] * bill[c] / tech.labour[k] for k, c in enumerate(cells))
            sold += after.trade[j, buyer, n] * spent
        assert sold * tech.labour[j] == pytest.approx(bill[d], rel=1e-9)
    for o in range(people.shape[0]):
        rent = land[o] / economy.registrants[o]
        income = after.wage * economy.wage + kept * rent
        income[o] += (1 - kept) * land[o] / people[o, o]
        before = economy.wage.copy()
        before[o] *= economy.rebate_factor[o]
        value = income / before / after.living_cost / shock.migration_cost[o]
        weight = economy.migration[o] * value**tech.migration_elasticity
        assert after.migration[o] == pytest.approx(weight / weight.sum(), rel=1e-9, abs=1e-14)
        welfare = (weight.sum()) ** (1 / tech.migration_elasticity)
        assert outcomes.welfare_by_cell(after)[o] == pytest.approx(welfare, rel=1e-9)
        stayed = value[o] * (after.migration[o, o] / economy.migration[o, o]) ** (-1 / tech.migration_elasticity)
        assert welfare == pytest.approx(stayed, rel=1e-9)  # the hat formula both ways


def test_the_gains_from_trade_are_those_of_the_home_shares():
    """Without land and with people at home, w_hat / P_hat = prod of own-share changes through the Leontief inverse (ACR)."""
    economy = drawn(5)
    economy = economy.with_technology(experiments.without(economy.technology, land=True, housing=True))
    regions, tech = len(economy.regions), economy.technology
    cost = np.where(np.eye(regions, dtype=bool), 1.0, 0.85)
    after = solve(economy, Shock(trade_cost=np.stack([cost, cost]), migrants=economy.migrants))
    for n in range(regions):
        own = np.array([after.trade[j, n, n] / economy.trade[j, n, n] for j in (0, 1)])
        wage = np.log(after.wage[2 * n : 2 * n + 2])
        prices = np.linalg.solve(np.eye(2) - tech.materials, tech.labour * wage + np.log(own) / tech.trade_elasticity)
        assert after.price[n] == pytest.approx(np.exp(prices), rel=1e-9)
    assert outcomes.product(after) > 1


def test_one_answer_from_many_initial_populations_while_agglomeration_is_weak():
    economy, cost = stylised.example()
    found = conflict.conflict(economy, cost, "", agglomeration=(0.0, 0.8))
    for line in found.lines:
        assert line.starts[0] == line.starts[1] >= 3
        assert line.apart < conflict.SAME


def test_derivatives_are_those_of_differences():
    system = System(drawn(2), everything(drawn(2), kept_rent=0.3, agglomeration=0.2))
    generator = np.random.default_rng(0)
    point = generator.normal(0, 0.1, 4 * system.cells)
    direction = generator.normal(0, 1, point.size)
    step = 1e-6
    slope = (system.residuals(point + step * direction) - system.residuals(point - step * direction)) / (2 * step)
    assert system.jacobian(point) @ direction == pytest.approx(slope, abs=1e-7)


def test_what_was_not_found_is_said_with_its_size(monkeypatch):
    monkeypatch.setattr(solver, "MOST_STEPS", 1)
    with pytest.raises(MarketDidNotClear, match=r"after 1 sweeps supply and demand still differ by \d") as answer:
        solve(drawn(1), everything(drawn(1)))
    assert answer.value.size > 1e-6


# -- signs --


def test_rent_kept_by_migrants_frees_them_and_raises_welfare(economy):
    after = solve(economy, Shock(kept_rent=1.0))
    *_, within, between, _, welfare = outcomes.six(after)
    assert within > 0 and between > 0 and welfare > 0


def test_rent_kept_by_migrants_lowers_product_in_the_observed_economy(observed):
    assert outcomes.product(solve(observed.economy, Shock(kept_rent=1.0))) < 1 - 0.01


@pytest.mark.parametrize("seed", range(1, 6))
def test_freer_migration_raises_product_and_welfare_and_empties_expensive_moves_last(seed):
    economy = drawn(seed)
    _, between = economy.types()
    after = solve(economy, Shock(migration_cost=np.where(between, 0.7, 1.0)))
    _, _, within, moved, product, welfare = outcomes.six(after)
    assert moved > 20 and within < 0 and product > 0 and welfare > 0


# -- the steps before --


def test_gravity_sells_every_revenue_at_the_given_costs():
    generator = np.random.default_rng(1)
    index = np.exp(generator.uniform(0, 6, (8, 8)))
    index = np.sqrt(index * index.T)
    np.fill_diagonal(index, 1.0)
    spending = generator.uniform(1, 9, 8)
    revenue = generator.dirichlet(np.full(8, 3.0)) * spending.sum()
    shares = agriculture.gravity(index, revenue, spending)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert spending @ shares == pytest.approx(revenue, rel=1e-11)
    assert agriculture.head_ries(shares) == pytest.approx(index, rel=1e-9)


def test_the_measured_cost_change_undoes_a_simulated_one():
    """Shares and incomes after a known change of costs give this change back."""
    economy = drawn(6)
    within, between = economy.types()
    inside = (within | between) & economy.home[:, None] & economy.home[None, :]
    cost = np.where(inside, np.random.default_rng(1).uniform(0.5, 1.2, inside.shape), 1.0)
    after = solve(economy, Shock(migration_cost=cost))
    later = data.Observed(economy, after.migration, after.labour, economy.registrants, after.real_wage, {})
    assert costs.measured_change(later) == pytest.approx(cost, rel=1e-8)
    assert costs.average(economy, costs.levels(economy), inside) > 1


def test_contributions_are_averaged_over_all_orders_and_add_up():
    worth = {"a": 1.0, "b": 2.0, "c": 4.0}

    def outcome(parts):
        return sum(worth[part] for part in parts) + (3.0 if {"a", "b"} <= parts else 0.0)

    found = accounting.over_orders(("a", "b", "c"), outcome)
    assert found.mean == pytest.approx({"a": 2.5, "b": 3.5, "c": 4.0})  # what only both give is shared equally
    assert found.deviation == pytest.approx({"a": 1.5, "b": 1.5, "c": 0.0}, abs=1e-12)
    assert sum(found.mean.values()) == pytest.approx(found.total) == pytest.approx(10.0)


def test_the_distance_of_a_table_counts_what_is_published():
    rows = (Row("a", (1.0, 2.0), (2.0, 2.0)), Row("b", (5.0, 5.0)), Row("c", (0.0, 1.0), (3.0, 0.0)))
    table = Table("t", "T", (("x", "%"), ("y", "%")), rows)
    assert table.distance() == (2.0, 0.5)
    heads, lines = table.cells()
    assert heads[2:] == ("x, %", "y, %") and len(lines) == 3 + 1 + 3 + 1
    assert replace(table, rows=rows[1:2]).distance() is None


# -- agents --


def test_agents_are_within_sampling_error_of_the_continuum_and_repeat_themselves():
    economy, cost = stylised.example()
    shock = Shock(migration_cost=cost)
    continuum = solve(economy, shock)
    found = people.with_agents(economy, shock, 200_000, seed=5)
    assert found.moved <= economy.home.sum() and found.counts.sum() == 200_000
    registered = 200_000 * economy.registrants[:-2] / economy.registrants[:-2].sum()
    assert found.counts.sum(axis=1) == pytest.approx(registered, abs=1)
    assert 0.8 < people.standard_errors(found, continuum) < 1.25
    assert outcomes.six(found.after)[4:] == pytest.approx(outcomes.six(continuum)[4:], abs=0.3)
    again = people.with_agents(economy, shock, 200_000, seed=5)
    assert (again.counts == found.counts).all()
    assert (people.with_agents(economy, shock, 200_000, seed=6).counts != found.counts).any()


def test_agents_who_do_not_settle_are_no_result(monkeypatch):
    economy, cost = stylised.example()
    monkeypatch.setattr(people, "MOST_PASSES", 2)
    with pytest.raises(FactorFlowError, match=r"20,000 agents did not settle: [\d,]+ of them .* in pass 2"):
        people.with_agents(economy, Shock(migration_cost=cost), 20_000, seed=5)
