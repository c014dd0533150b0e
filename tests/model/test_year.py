"""A year of the model: accounts close, people and land are conserved, growth and villages do what they say."""

from dataclasses import replace

import numpy as np
import pytest

from sim.agents.labour import share_in_town
from sim.economy import growth
from sim.world.build import build_world
from sim.year.base_year import base_year
from sim.year.markets import clear_markets, cost_at_size_one
from sim.year.stocks import continua, first_economy
from tests.reading import largest_residual, law_of, lived, ratio, rows

FEW = {"labour_agents": 20_000, "capital_agents": 30_000, "land_agents": 10_000}
STILL = {
    "labour_mobility": 0.0,
    "capital_mobility": 0.0,
    "land_mobility": 0.0,
    "reclassification": 0.0,
    "growth": 0.0,
    "natural_growth": 0.0,
    "diffusion": 0.0,
}


@pytest.mark.parametrize("options", [{"continuum": True}, FEW], ids=["continuum", "agents"])
def test_every_account_closes_every_year(zhejiang, options):
    model = lived(zhejiang, last_year=2024, **options)
    assert largest_residual(model) < 1e-9
    identities = {identity for _, identity, _ in model.record.accounts}
    assert {"goods_markets", "product_is_income", "product_is_expenditure", "people", "land", "capital"} <= identities
    assert len(model.record.accounts) == len(identities) * 11


def test_a_broken_identity_stops_the_run(zhejiang, monkeypatch):
    from sim.economy import treasury
    from sim.errors import AccountsDoNotClose
    from sim.model import FactorFlowModel

    honest = treasury.statement

    def forged(maps, revenue):
        money = honest(maps, revenue)
        return replace(money, consumption=money.consumption * (1 + 1e-6))

    monkeypatch.setattr(treasury, "statement", forged)
    model = FactorFlowModel(zhejiang, last_year=2015, continuum=True)
    monkeypatch.setattr("sim.year.years.treasury.statement", forged)
    with pytest.raises(AccountsDoNotClose, match="consumption_and_saving"):
        model.step()


def test_people_are_conserved_to_the_last_agent(zhejiang):
    model = lived(zhejiang, last_year=2020, **FEW)
    assert model.labour.counts().sum() == 20_000
    assert model.capital.counts().sum() == 30_000
    assert model.land.counts().sum() == 10_000
    rates = zhejiang.parameters.natural_growth + zhejiang.parameters.natural_growth_trend * np.arange(7)
    births = np.prod(1 + rates)
    start = (zhejiang.stocks.residents + zhejiang.stocks.settled).sum()
    assert model.economy.workforce.residence.sum() == pytest.approx(start * births, rel=1e-12)


def test_the_valley_stands_still(two_cells):
    """No shock, nothing changes: capital is maintained, nobody gains by moving."""
    read = rows(lived(two_cells, last_year=20, continuum=True))
    for measure in ("income_per_head", "population", "wage", "capital", "price_index", "land_rent"):
        for cell in two_cells.places.cells:
            assert read[20, "cell", cell, measure] == pytest.approx(read[1, "cell", cell, measure], rel=1e-10)


def test_the_valley_by_hand(two_cells):
    """w_u = beta_i mu_i Y / H_u, w_v = beta_a mu_a Y / H_v, r = a delta / (s (1 - t))."""
    read = rows(lived(two_cells, continuum=True))
    product = 1_000_000 * 30_000
    assert read[1, "cell", "valley/urban", "wage"] == pytest.approx(0.7 * 0.75 * product / 600_000, rel=1e-10)
    assert read[1, "cell", "valley/rural", "wage"] == pytest.approx(0.6 * 0.25 * product / 400_000, rel=1e-10)
    assert read[1, "cell", "valley/rural", "rental_rate"] == pytest.approx(0.3 * 0.1 / (0.2 * 0.9), rel=1e-10)
    assert read[1, "world", "two_cells", "output"] == pytest.approx(product, rel=1e-10)
    assert read[1, "region", "valley", "public_revenue"] == pytest.approx(0.1 * product, rel=1e-10)


def test_productivity_everywhere_raises_every_real_income_alike():
    """g acts on value added: with materials and roads, real income of every place rises by g itself, nobody moves."""
    world = build_world("zhejiang", {**STILL, "growth": 0.02, "saving_rate": 0.3, "infrastructure_elasticity": 0.0})
    model = lived(world, last_year=2015, continuum=True)
    read = rows(model)
    flat = rows(lived(build_world("zhejiang", {**STILL, "infrastructure_elasticity": 0.0}), last_year=2015, continuum=True))
    gains = [
        np.log(read[2015, "cell", cell, "income_per_head"] / flat[2015, "cell", cell, "income_per_head"])
        for cell in world.places.cells
    ]
    np.testing.assert_allclose(gains, 0.02, rtol=1e-9)


def test_villages_that_become_urban_change_no_wage(zhejiang):
    """A new name alone: land, capital, people and productivity move together, wages and prices stay to first order."""
    before_economy = first_economy(zhejiang, *continua(zhejiang))
    before, _, _ = clear_markets(zhejiang, before_economy, law_of(zhejiang))
    share = np.where(zhejiang.places.urban | ~zhejiang.places.reported_cells, 0.0, 0.02)
    after_economy = first_economy(zhejiang, *continua(zhejiang))
    town = zhejiang.places.town_of_cell
    cost = cost_at_size_one(zhejiang, after_economy, law_of(zhejiang), before)
    growth.absorb_villages(after_economy, share, town, cost, zhejiang.parameters.trade_elasticity)
    for name in ("capital_units", "land"):
        table = getattr(after_economy, name)
        move = np.eye(zhejiang.cells) * (1 - share)[:, None]
        np.add.at(move, (np.arange(zhejiang.cells), town), share)
        if name == "land":
            ground = table.diagonal() * share
            joined = move.T @ np.diag(table.diagonal()) @ np.ones(zhejiang.cells)
            land = move.T @ (table - np.diag(table.diagonal())) + np.diag(joined)
            after_economy.land_quality = growth.merged_quality(after_economy, land, ground, town, before.land_rent)
        setattr(after_economy, name, land if name == "land" else table @ move)
    skills = after_economy.workforce.skills.copy()
    leaving = skills * share[:, None, None]
    skills -= leaving
    for cell in np.flatnonzero(share):
        skills[town[cell], :, 0] += leaving[cell].sum(axis=1)
    residence = after_economy.workforce.residence @ move
    after_economy.workforce = replace(after_economy.workforce, residence=residence, skills=skills)
    after, _, _ = clear_markets(zhejiang, after_economy, law_of(zhejiang))
    change = np.abs(np.log(after.wage / before.wage))[zhejiang.places.reported_cells]
    naive = 0.02  # what wages of the villages would move by if only their people left
    assert change.max() < 0.25 * naive


def test_commuting_answers_wages_with_its_elasticity(two_cells, zhejiang):
    wage = np.ones(zhejiang.cells)
    base = zhejiang.stocks.work_in_town
    better = np.where(zhejiang.places.urban, 1.10, 1.0)
    reached = share_in_town(zhejiang, base, better, wage)
    villages = base > 0
    wanted_odds = (base / (1 - base))[villages] * 1.10**4
    halfway = base[villages] + 0.5 * (wanted_odds / (1 + wanted_odds) - base[villages])
    np.testing.assert_allclose(reached[villages], halfway, rtol=1e-12)
    assert (reached[~villages] == 0).all()


def test_the_gap_falls_about_as_it_did(zhejiang):
    """Estimated on 2014 to 2019: the mean log city ratio falls by 0.035, give or take 0.005."""
    read = rows(lived(zhejiang, last_year=2019, continuum=True))

    def log_ratio(city, year):
        urban, rural = (read[year, "cell", f"{city}/{kind}", "income_per_head"] for kind in ("urban", "rural"))
        return np.log(urban / rural)

    change = [log_ratio(city, 2019) - log_ratio(city, 2014) for city in zhejiang.places.regions[:-1]]
    assert 100 * np.mean(change) == pytest.approx(-3.46, abs=0.5)


def test_agents_approach_the_continuum(zhejiang):
    """Errors of city populations fall with the number of agents; a hundred thousand come within two per cent."""
    exact = rows(lived(zhejiang, last_year=2019, continuum=True))

    def error(agents):
        read = rows(lived(zhejiang, last_year=2019, labour_agents=agents))
        keys = [(2019, "region", city, "population") for city in zhejiang.places.regions[:-1]]
        return np.sqrt(np.mean([np.log(read[key] / exact[key]) ** 2 for key in keys]))

    coarse, fine = error(2_000), error(200_000)
    assert fine < 0.01
    assert fine < 0.35 * coarse


def test_base_year_values_are_zero_gain(zhejiang):
    base = base_year(zhejiang)
    assert np.isfinite(base.value).all()
    assert (base.price_index > 0).all()
    assert ratio(lived(zhejiang, continuum=True), 2014) == pytest.approx(1.97655, abs=1e-4)


def test_ties_move_with_the_ground_and_keep_their_sums(zhejiang):
    """A village's own people become the town's; who came to its ground now came to the town; nobody is lost."""
    share = np.where(zhejiang.places.urban | ~zhejiang.places.reported_cells, 0.0, 0.1)
    town, seed = zhejiang.places.town_of_cell, zhejiang.choice.labour_seed
    after = growth.absorbed_seed(seed, share, town)
    assert after.sum() == pytest.approx(seed.sum(), rel=1e-14)
    assert after[1, 1] == pytest.approx(0.9 * seed[1, 1], rel=1e-14)
    assert after[0].sum() == pytest.approx(seed[0].sum() + 0.1 * seed[1].sum(), rel=1e-14)
    elsewhere = zhejiang.cells - 1  # the countryside outside, where no village turns
    assert after[elsewhere, 1] == pytest.approx(0.9 * seed[elsewhere, 1], rel=1e-14)
    assert after[elsewhere, 0] == pytest.approx(seed[elsewhere, 0] + 0.1 * seed[elsewhere, 1], rel=1e-14)


def test_villages_that_become_urban_are_not_refilled(zhejiang):
    """With no gain to moving, migration leaves the people of every cell's ground where they are."""
    still = {**STILL, "labour_mobility": 0.1, "reclassification": 0.05, "agglomeration": 0.0, "service_elasticity": 0.0}
    flows = (
        "village_to_town_flow",
        "between_regions_flow",
        "outside_flow",
        "return_flow",
        "moves_outside",
        "transfers_of_registration",
    )
    pulls = dict.fromkeys(flows, 0.0)
    world = build_world("zhejiang", {**still, **pulls, "labour_choice_elasticity": 0.0})
    model = lived(world, last_year=2020, continuum=True)
    net = np.zeros(world.cells)
    gross = 0.0
    index = {name: number for number, name in enumerate(world.places.cells)}
    for _, factor, event, origin, destination, value in model.record.flows:
        if factor == "labour" and event == "migration":
            net[index[destination]] += value
            net[index[origin]] -= value
            gross += value
    assert np.abs(net).max() < 0.01 * gross
