"""The corners at parameters nobody chose: drawn anew for every seed, held against the closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.evidence.theory import choice, factors, geography, jobs, places, solow, todaro
from sim.evidence.theory.corner import AUTARKY, Reading, at_start, chosen, corner, model_of, read, settled
from sim.world import theory
from sim.world.build import parameter_table
from sim.world.world import Technology

SEEDS = range(6)


def drawn(name, world, parts, **parameters):
    """The world of a corner with as many places as its drawn parts have, and its technology if that is drawn too."""
    place = theory.described(world)
    cells = len(parts["people"])
    names = tuple(f"place_{number}" for number in range(cells))
    plain = {field: np.ones(cells) for field in ("amenity", "land", "capital")}
    plain |= {field: np.zeros(cells) for field in ("settled", "wedge")}
    plain |= {field: np.zeros((cells, cells)) for field in ("trade_cost", "migration_cost")}
    plain |= {"productivity": np.ones((cells, 1))}
    place = replace(place, regions=names, cells=tuple(f"{one}/urban" for one in names), **{**plain, **parts})
    values = parameter_table(world, parameters)
    return theory.assemble(f"{world}_{name}", place, values)


def technology(labour, capital=0.0, land=0.0, added=1.0):
    shares = [np.array([share]) for share in (labour, capital, land, added)]
    one, none = np.ones((1, 1)), np.zeros(1)
    return Technology(("goods",), *shares, materials=one, spending=one[0], segmentation=none, local_cost=one[0])


def off_diagonal(rng, cells, scale, symmetric=False):
    cost = rng.exponential(scale, size=(cells, cells))
    cost = (cost + cost.T) / 2 if symmetric else cost
    return cost * (1 - np.eye(cells))


@pytest.mark.parametrize("seed", SEEDS)
def test_shares_by_home(seed):
    """Equations (10) and (12): p_hd proportional to (amenity_d exp(-cost_hd) pay_d)^kappa, and the log sum of its weights."""
    rng = np.random.default_rng([1, seed])
    cells, kappa = int(rng.integers(2, 9)), rng.uniform(0.2, 6.0)
    pay, amenity, cost = rng.lognormal(size=cells), rng.lognormal(size=cells), off_diagonal(rng, cells, 1.0)
    parts = {"people": rng.dirichlet(np.ones(cells)), "productivity": pay[:, None], "amenity": amenity}
    world = drawn("random", "theory_choice", {**parts, "migration_cost": cost}, labour_choice_elasticity=kappa)
    assert np.abs(chosen(world) - choice.logit(pay * amenity * np.exp(-cost), kappa)).max() < 1e-8
    weight = (amenity * np.exp(-cost)) ** kappa
    welfare = np.log(weight @ pay**kappa / weight.sum(axis=1)) / kappa
    assert np.abs(at_start(world).welfare - welfare).max() < 1e-8


@pytest.mark.parametrize("seed", SEEDS)
def test_people_by_place_with_housing(seed):
    """Equations (5) and (6): Redding's shares, and the part of a subsidy that moves people."""
    rng = np.random.default_rng([2, seed])
    cells, kappa, h = int(rng.integers(2, 7)), rng.uniform(0.5, 5.0), rng.uniform(0.05, 0.6)
    pay, amenity, land = rng.lognormal(size=(3, cells)) ** 0.5
    wedge = rng.uniform(-0.02, 0.2, size=cells) * (rng.random(cells) < 0.5)
    parts = {"people": rng.dirichlet(np.ones(cells)), "productivity": pay[:, None], "amenity": amenity, "land": land}
    parts["wedge"] = wedge
    ours = settled(drawn("random", "theory_roback", parts, labour_choice_elasticity=kappa, housing_share=h)).shares
    assert np.abs(ours - places.taste_shares(pay * (1 - wedge), amenity, land, h, kappa)).max() < 1e-8


@pytest.mark.parametrize("seed", SEEDS)
def test_labour_and_capital_follow_their_returns(seed):
    """Equations (1), (5) and (6): both factors mobile, land fixed, goods unlike by place."""
    rng = np.random.default_rng([3, seed])
    cells, theta = int(rng.integers(2, 6)), rng.uniform(2.0, 9.0)
    kappas = tuple(rng.uniform(0.5, 20.0, size=2))
    y, x, g = rng.dirichlet([5, 3, 3])
    productivity, land = rng.lognormal(size=(2, cells)) ** 0.5
    parts = {"people": rng.dirichlet(np.ones(cells)), "capital": rng.dirichlet(np.ones(cells))}
    parts |= {"productivity": productivity[:, None], "land": land, "technology": technology(y, x, g)}
    elastic = {"labour_choice_elasticity": kappas[0], "capital_choice_elasticity": kappas[1], "trade_elasticity": theta}
    ours: Reading = settled(drawn("random", "theory_factors", parts, **elastic))
    labour, capital = factors.factor_shares(productivity, land, (y, x, g), kappas, theta)
    assert np.abs(ours.shares - labour).max() < 1e-8
    assert np.abs(ours.supply.capital / ours.supply.capital.sum() - capital).max() < 1e-8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_eigenvalue_of_saving(seed):
    """Equations (7) and (9): steady state and the part of a gap that a year leaves."""
    rng = np.random.default_rng([4, seed])
    alpha, saving = rng.uniform(0.15, 0.7), rng.uniform(0.05, 0.6)
    births, efficiency, wear = rng.uniform(-0.02, 0.03), rng.uniform(0.0, 0.05), rng.uniform(0.03, 0.2)
    steady = solow.steady_capital(alpha, saving, births, efficiency, wear)
    gaps = np.array([-1e-5, 0.0, 1e-5])
    parts = {"people": np.ones(3), "capital": steady * np.exp(gaps), "technology": technology(1 - alpha, alpha)}
    parts["productivity"] = np.full((3, 1), alpha**alpha * (1 - alpha) ** (1 - alpha))
    growth = {"growth": (1 - alpha) * np.log(1 + efficiency), "natural_growth": births}
    world = drawn("random", "theory_solow", parts, saving_rate=saving, capital_depreciation=wear, **growth)
    model = model_of(world)
    model.step()
    capital = model.economy.capital / model.economy.workforce.persons / (1 + efficiency)
    assert capital[1] == pytest.approx(steady, rel=1e-10)
    left = np.log(capital[2] / capital[0]) / 2e-5
    assert left == pytest.approx(solow.eigenvalue(alpha, births, efficiency, wear), abs=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_gains_from_trade_and_costs_from_shares(seed):
    """Equations (1) to (4): ACR with materials, Head-Ries, one equilibrium."""
    rng = np.random.default_rng([5, seed])
    cells, theta, added = int(rng.integers(2, 8)), rng.uniform(2.0, 8.0), rng.uniform(0.3, 1.0)
    parts = {"people": rng.dirichlet(np.ones(cells)), "productivity": rng.lognormal(sigma=0.4, size=(cells, 1))}
    parts |= {"trade_cost": off_diagonal(rng, cells, 0.5), "technology": technology(1.0, added=added)}

    def cleared(**parameters):
        return at_start(drawn("random", "theory_countries", parts, trade_elasticity=theta, **parameters))

    now, closed, dearer = cleared(), cleared(trade_cost=AUTARKY), cleared(trade_cost=rng.uniform(0.05, 0.5))
    power = -1 / (theta * added)
    assert np.abs(np.log(now.real_wage / closed.real_wage) - power * np.log(now.home_share)).max() < 1e-8
    change = np.log(now.real_wage / dearer.real_wage) - power * np.log(now.home_share / dearer.home_share)
    assert np.abs(change).max() < 1e-8
    traded = now.flows[:, :, 0]
    assert traded.sum(axis=1) == pytest.approx(now.spending[:, 0], rel=1e-8)  # which holds at the right prices alone
    assert traded.sum(axis=0) == pytest.approx(now.clearing.revenue[:, 0], rel=1e-8)
    own = traded.diagonal()
    recovered = np.log(np.outer(own, own) / (traded * traded.T)) / theta
    assert np.abs(recovered - parts["trade_cost"] - parts["trade_cost"].T).max() < 1e-8
    model = model_of(now.world)
    model.economy.revenue = rng.lognormal(sigma=1.5, size=(cells, 1))
    assert np.abs(np.log(read(model).clearing.wage / now.clearing.wage)).max() < 1e-8


@pytest.mark.parametrize("seed", SEEDS)
def test_one_answer_inside_the_bound_of_allen_and_arkolakis(seed):
    """Any alpha + beta < 0 under symmetric costs: the model's places from two starts, and the theorem's own iteration."""
    rng = np.random.default_rng([6, seed])
    cells, sigma, kappa, h = int(rng.integers(2, 6)), rng.uniform(4.0, 9.0), rng.uniform(2.0, 8.0), rng.uniform(0.05, 0.4)
    beta = -(h + 1 / kappa) / (1 - h)
    alpha = rng.uniform(0.0, 0.8) * min(-beta, 0.4)
    productivity, amenity = rng.lognormal(sigma=0.15, size=(2, cells))
    cost = off_diagonal(rng, cells, 0.3, symmetric=True)
    elastic = {"labour_choice_elasticity": kappa, "housing_share": h, "trade_elasticity": sigma - 1}
    answers = []
    for start in rng.dirichlet(np.ones(cells), size=2):
        parts = {"people": start, "productivity": productivity[:, None], "amenity": amenity, "trade_cost": cost}
        answers.append(settled(drawn("random", "theory_line", parts, agglomeration=alpha, **elastic)).shares)
    assert np.abs(answers[0] - answers[1]).max() < 1e-8
    taste = amenity ** (1 / (1 - h))
    exact = geography.allen_arkolakis(productivity, taste, np.exp(cost), alpha, beta, sigma, np.ones(cells))
    assert np.abs(answers[0] - exact).max() < 1e-8


@pytest.mark.parametrize("seed", SEEDS)
def test_break_and_sustain_of_core_and_periphery(seed):
    """Any mu and sigma without black hole: the lead is zero at the break and at the sustain point, and signs around them."""
    rng = np.random.default_rng([7, seed])
    sigma = rng.uniform(3.0, 7.0)
    mu = rng.uniform(0.15, 0.75) * (sigma - 1) / sigma
    place = theory.described("theory_core_periphery")
    spending = np.array([1 - mu, mu])

    def lead(cost, share):
        parts = {"people": np.array([share, 0, 1 - share, 0]), "technology": replace(place.technology, spending=spending)}
        told = {"trade_elasticity": sigma - 1, "agglomeration": 1 / (sigma - 1), "trade_cost": np.log(cost)}
        values = parameter_table("theory_core_periphery", told)
        reading = at_start(theory.assemble("theory_core_periphery", replace(place, **parts), values))
        return reading.values[0] - reading.values[2]

    broken, held = geography.break_point(mu, sigma), geography.sustain_point(mu, sigma)
    assert broken < held
    assert abs(lead(broken, 0.5 + 1e-4)) < 1e-9
    assert abs(lead(held, 1 - 1e-12)) < 1e-8
    assert lead(0.98 * broken, 0.5 + 1e-4) > 0 > lead(1.02 * broken, 0.5 + 1e-4)
    assert lead(0.98 * held, 1 - 1e-12) > 0 > lead(1.02 * held, 1 - 1e-12)
    slope = (lead(1.1 * broken, 0.5 + 1e-5) - lead(1.1 * broken, 0.5 - 1e-5)) / 2e-5
    assert slope == pytest.approx(geography.slope_of_lead(1.1 * broken, mu, sigma), abs=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_expected_wage_in_town_is_the_wage_of_the_country(seed):
    """Equation (11): any floor above the free wage, w = W E / L_u and unemployment 1 - w / W."""
    rng = np.random.default_rng([8, seed])
    shares = {"town_share": rng.uniform(0.3, 0.8), "country_share": rng.uniform(0.3, 0.9)}
    made = {"town": rng.uniform(3.0, 8.0), "country": rng.uniform(2.0, 6.0)}
    free = jobs.DualEconomy(people=rng.uniform(50, 200), floor=1.0, **shares, **made)
    economy = replace(free, floor=free.rural_wage * rng.uniform(1.3, 4.0))
    assert economy.jobs < economy.in_town  # the floor binds
    ours = read(model_of(corner("harris_todaro", economy.parts()), [jobs.floor_of(economy.floor)]))
    town = ours.clearing.employment[0]
    assert town * ours.persons[0] == pytest.approx(economy.jobs, rel=1e-8)
    assert 1 - town == pytest.approx(1 - economy.rural_wage / economy.floor, abs=1e-8)
    assert abs(ours.values[0] - ours.values[1]) < 1e-8


@pytest.mark.parametrize("seed", SEEDS)
def test_people_settle_where_harris_and_todaro_have_them(seed):
    """Equations (6) and (11): people, jobs and both wages from far starts, and more people than jobs where a town gains."""
    rng = np.random.default_rng([9, seed])
    made = {"town": rng.uniform(5.0, 12.0), "country": rng.uniform(2.0, 6.0), "share": rng.uniform(0.4, 0.8)}
    lands = {"town_land": rng.uniform(0.5, 2.0), "country_land": rng.uniform(0.5, 2.0)}
    elastic = {"kappa": rng.uniform(5.0, 60.0), "theta": rng.uniform(2.0, 10.0)}
    free = todaro.OneGood(people=rng.uniform(50, 200), **made, **lands, **elastic)
    all_at_work = brentq(lambda wage: np.log(replace(free, floor=wage).jobs / replace(free, floor=wage).in_town), 1e-3, 1e3)
    economy = replace(free, floor=all_at_work * rng.uniform(1.1, 2.0))
    assert economy.jobs < economy.in_town  # the floor binds
    exact = np.array([economy.in_town, economy.jobs, economy.rural_wage, economy.expected_wage])
    for start in rng.uniform(0.1, 0.9, size=2):
        assert todaro.numbers(todaro.settle(economy, start)) == pytest.approx(exact, rel=1e-8)
