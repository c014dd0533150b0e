"""Tombe and Zhu (2019): the corners that theory fixes, on drawn economies and on the observed one, and its tables."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.errors import DataFolder, MarketDidNotClear
from sim.validation.tombe_zhu import (
    accounting,
    agriculture,
    conflict,
    costs,
    data,
    experiments,
    figure,
    outcomes,
    people,
    published,
    solver,
    stylised,
)  # fmt: skip
from sim.validation.tombe_zhu.solver import Shock, System, solve
from sim.validation.tombe_zhu.tables import Row, Table
from tests.plots.test_figures import placed
from tests.validation.folders import made_up_folder, observed_folder

TECHNOLOGY = published.technology()


def drawn(seed, **changes):
    generator = np.random.default_rng(seed)
    return stylised.stylised(int(generator.integers(3, 7)), generator, replace(TECHNOLOGY, **changes))


@pytest.fixture(scope="module")
def observed():
    return data.read(observed_folder())


@pytest.fixture(scope="module")
def calibration(observed):
    return experiments.calibrate(observed)


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


# -- the figure --


def test_agglomeration_turns_the_sign_and_kept_rent_turns_it_earlier():
    economy, cost = stylised.example()
    found = conflict.conflict(economy, cost, stylised.EXAMPLE, agglomeration=tuple(np.linspace(0, 0.8, 5)))
    forfeited, kept = found.lines
    assert (forfeited.institution, kept.institution) == ("forfeited", "kept")
    for line in found.lines:
        assert line.effect[0] < 0 < line.effect[-1] and line.flip is not None
        assert max(line.sectors) < 0  # farm and other work come nearer whatever nu is
        law = conflict.INSTITUTIONS[line.institution]
        assert abs(conflict.effect(economy, cost, line.flip, law)[0]) < 1e-3
        below, above = (conflict.effect(economy, cost, line.flip + step, law)[0] for step in (-0.02, 0.02))
        assert below < 0 < above
    assert kept.flip < forfeited.flip
    drawn = figure.figure(found)
    assert any(f"{forfeited.flip:.2f}" in text and f"{kept.flip:.2f}" in text for text, _ in placed(drawn))
    width, height = drawn.get_size_inches() * drawn.dpi
    for text, box in placed(drawn):
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text


# -- reading --


def test_a_made_up_folder_becomes_an_economy_in_balance(tmp_path):
    read = data.read(made_up_folder(tmp_path))
    table = pd.read_csv(tmp_path / "provinces.csv")
    assert read.economy.registrants[:-2] == pytest.approx(table["registrants_2000_m"])
    farm = table["nominal_gdp_2000_rel"].to_numpy()[::2]
    value_added = read.economy.revenue[:-2] * np.tile(TECHNOLOGY.value_added, 30)
    assert value_added[::2] == pytest.approx(farm, rel=1e-8)
    assert value_added[1::2].sum() == pytest.approx(table["nominal_gdp_2000_rel"].to_numpy()[1::2].sum(), rel=1e-8)
    assert np.abs(outcomes.six(solve(read.economy, Shock()))).max() < 1e-6
    assert set(read.head_ries) == {(sector, year) for sector in ("ag", "na") for year in (2002, 2007)}


def test_everything_that_is_missing_or_wrong_is_named(tmp_path):
    with pytest.raises(DataFolder, match="no folder was given") as answer:
        data.read(None)
    assert all(name in str(answer.value) for name in data.FILES)
    with pytest.raises(DataFolder) as answer:
        data.read(tmp_path)
    assert answer.value.faults == tuple(f"{name} is missing" for name in data.FILES)
    made_up_folder(tmp_path)
    for name in ("migration_shares_2005.csv", "trade_shares_nonag_2002.csv"):
        table = pd.read_csv(tmp_path / name, index_col=0)
        table.iloc[7] *= 1.1
        table.to_csv(tmp_path / name)
    table = pd.read_csv(tmp_path / "head_ries_ag_2007.csv", index_col=0)
    table.iloc[3, 4] = -1.0
    table.to_csv(tmp_path / "head_ries_ag_2007.csv")
    table = pd.read_csv(tmp_path / "head_ries_na_2007.csv", index_col=0)
    table.iloc[::-1].to_csv(tmp_path / "head_ries_na_2007.csv")
    with pytest.raises(DataFolder) as answer:
        data.read(tmp_path)
    assert len(answer.value.faults) == 4
    assert "sums to 1.1" in str(answer.value) and "in its order" in str(answer.value) and "positive" in str(answer.value)


# -- the command --


def factorflow(*words):
    return CliRunner().invoke(main, ["validate", "tombe-zhu", *map(str, words)])


def test_without_data_the_command_says_what_is_needed():
    answer = factorflow()
    assert answer.exit_code == 2
    assert "--data DIR" in answer.stderr and all(name in answer.stderr for name in data.FILES)


def test_with_a_file_missing_the_command_names_it(tmp_path):
    (made_up_folder(tmp_path) / "migration_shares_2005.csv").unlink()
    answer = factorflow("--data", tmp_path, "--figure", tmp_path / "figure.png")
    assert answer.exit_code == 2
    assert "migration_shares_2005.csv is missing" in answer.stderr and "provinces.csv is missing" not in answer.stderr
    assert not (tmp_path / "figure.png").exists()


def test_without_data_the_figure_is_of_a_made_up_economy(tmp_path):
    answer = factorflow("--figure", tmp_path / "figure.png", "--json")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert told["tables"] == [] and told["conflict"]["place"] == stylised.EXAMPLE
    assert (tmp_path / "figure.png").stat().st_size > 10_000


# -- against what was published; these need the observed shares --


@pytest.fixture(scope="module")
def table7(calibration):
    return experiments.table7(calibration)


def test_the_first_row_of_table_7_is_the_published_one(table7):
    """Stocks of migrants are fitted; product and welfare are not."""
    row = table7.rows[0]
    assert row.name == "all" and row.published == (0.1, 0.1, 14.5, 80.8, 4.8, 11.1)
    assert row.ours[2:4] == pytest.approx(row.published[2:4], abs=1e-3)
    assert row.ours[4] == pytest.approx(4.8, abs=0.1)
    assert row.ours[5] == pytest.approx(11.1, abs=0.6)


def test_table_7_lies_as_near_as_these_data_come(table7):
    assert [row.name for row in table7.rows] == list(published.tables()["table7"])
    for row in table7.rows:
        apart = np.abs(np.array(row.ours) - row.published)
        if row.name != "and_theta_infinite":
            assert apart[4] < 0.5 and apart[3] < 5 and apart[2] < 3
        assert apart[5] < 0.75 and (apart[:2] < 0.6).all()
    assert table7.distance()[4] < 0.35 and table7.distance()[5] < 0.35


def test_observed_2005_comes_out_of_measured_changes(observed):
    """Measured costs and the productivity that reproduces incomes give the shares of 2005, except abroad's trade."""
    shock = Shock(migration_cost=costs.measured_change(observed))
    productivity = accounting.residual_productivity(observed, shock)
    after = solve(observed.economy, replace(shock, productivity=productivity))
    assert after.real_wage[:-2] == pytest.approx(observed.growth[:-2], rel=1e-6)
    shares = after.migration[:-2, :-2]
    assert np.abs(shares - observed.migration_later[:-2, :-2]).max() < 0.04  # registrants changed; the model keeps them


def test_the_text_of_the_article_comes_out(calibration):
    ours = {row.name: row.ours[0] for row in experiments.facts(calibration).rows}
    assert ours["workers in another province, %"] == pytest.approx(7.5, abs=0.15)
    assert ours["workers in the other sector of their province, %"] == pytest.approx(15.2, abs=0.15)
    assert ours["farm workers, points of employment"] == pytest.approx(-3, abs=0.3)
    assert ours["the same, a third between provinces"] == pytest.approx(-33.3, abs=5)


@pytest.mark.slow
def test_the_command_prints_every_table(tmp_path):
    folder = observed_folder()
    answer = factorflow("--data", folder, "--json", "--figure", tmp_path / "figure.png")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    names = [table["name"] for table in told["tables"]]
    assert names == ["table5", "table7", "facts", "agents", "trade", "growth", "reforms"]
    flips = {line["institution"]: line["flip"] for line in told["conflict"]["lines"]}
    assert flips == pytest.approx({"forfeited": 0.175, "kept": 0.100}, abs=0.01)
