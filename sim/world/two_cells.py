"""The world `two_cells`: a valley whose town makes industry and whose villages farm, small enough to check by hand.

Each good is made in one place only, so revenues are the spending shares whatever trade costs are, the urban wage is
beta_i mu_i Y / H_u and the rural one beta_a mu_a Y / H_v; capital stands where its return is equal, at the stock that
saving just maintains: r = a delta / (s (1 - t)). Nothing changes until a policy or a parameter does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.arrays import Array
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.world import inversion
from sim.world.parameters import Parameters
from sim.world.registration import fit_margins
from sim.world.technology import input_cost, technology
from sim.world.world import (
    GENERAL,
    INFRASTRUCTURE,
    PURPOSES,
    SERVICES,
    Choice,
    Places,
    PublicMoney,
    Stocks,
    World,
    check_bases,
    local_purposes,
    spending_by_residents,
)

NAME = "two_cells"
SKILLS = ("primary", "primary, trained", "secondary", "secondary, trained", "tertiary")


def build(p: Mapping[str, float]) -> World:
    """The valley in its stationary state: product Y, spending shares mu, one skill (secondary, nine years)."""
    places = _places()
    spending = np.array([p["farm_share_of_spending"], 1 - p["farm_share_of_spending"]])
    tech = replace(technology(NAME), spending=spending)
    product = p["people"] * p["product_per_head"]
    value_added = np.array([[0.0, spending[1] * product], [spending[0] * product, 0.0]])  # urban first
    town = p["people"] * p["urban_share"]
    residents = np.array([[(1 - p["migrant_share"]) * town, 0.0], [p["migrant_share"] * town, p["people"] - town]])
    efficiency = np.exp(p["return_to_schooling"] * (np.array([6.0, 7.0, 9.0, 10.0, 15.5]) - 9.0))
    skill_share = np.tile([0.0, 0.0, 1.0, 0.0, 0.0], (2, 1))
    wages, capital_income, rents = value_added @ tech.labour, value_added @ tech.capital, value_added @ tech.land
    keep, saved = 1 - p["wedge"], p["saving_rate"]
    rental, owned, capital = _capital(capital_income, wages + rents, p)
    income = keep * (wages + rents + rental * owned)
    land = np.diag([0.1, 0.9]) * p["land_area"]
    check_bases(places, land, p)
    public, public_spending = _public_money(p, residents.sum(axis=0), product)
    consumption = (1 - saved) * income
    investment = (saved * income / owned) @ capital
    final = consumption + public_spending.sum(axis=0) + investment
    revenue = value_added / tech.value_added
    openness = _openness(places.distance_km, p)
    potential = np.where(revenue > 0, 1.0, 0.0)
    prices = inversion.goods_prices(potential, openness, p["trade_elasticity"])
    weights = final / final.sum()
    cost = input_cost(tech, wages / residents.sum(axis=0), np.full(2, rental), rents / land.sum(axis=0), prices)
    stock = p["infrastructure_depreciation"] + p["infrastructure_trend"]
    return World(
        name=NAME,
        first_year=int(catalogue.worlds()[NAME]["first_year"]),
        places=places,
        technology=tech,
        parameters=Parameters.of(p),
        border=np.zeros((2, 2)),
        public=public,
        stocks=Stocks(
            residents=residents,
            settled=np.zeros((2, 2)),
            skill_share=skill_share,
            efficiency=efficiency,
            skills=SKILLS,
            capital=capital,
            settled_capital=np.zeros((2, 2)),
            land=land,
            work_in_town=np.zeros(2),
            infrastructure=public_spending[INFRASTRUCTURE] / stock,
            services=public_spending[SERVICES] / stock,
            saving_rate=np.full(2, saved),
            retained=0.0,
        ),
        choice=_choice(residents, capital, land, p),
        productivity=inversion.productivity(potential, cost, p["trade_elasticity"]),
        revenue=revenue,
        income_per_head=income / residents.sum(axis=0),
        budgets=np.array([p["wedge"] * product, 0.0]),
        trade_shares=inversion.trade_shares(potential, openness),
        price_weights=weights,
        price_level=float(np.exp(np.log(prices) @ spending @ weights)),
    )


def _capital(capital_income: Array, other_income: Array, p: Mapping[str, float]) -> tuple[float, Array, Array]:
    """The return that keeps capital constant, what each cell owns, (cell,), and where that stands, (owner, cell), yuan."""
    kept, wear = p["saving_rate"] * (1 - p["wedge"]), p["capital_depreciation"]
    product = p["people"] * p["product_per_head"]
    rental = capital_income.sum() / product * wear / kept
    owned = kept * other_income / (wear - kept * rental)
    return rental, owned, fit_margins(np.array([[4.0, 1.0], [1.0, 4.0]]), owned, capital_income / rental)


def _openness(distance_km: Array, p: Mapping[str, float]) -> Array:
    """tau^-theta, (importing cell, producing cell, sector): transport alone, every good alike."""
    transport = p["transport_elasticity"] * np.log1p(distance_km / 20.0)
    return np.asarray(np.exp(-p["trade_elasticity"] * np.repeat(transport[:, :, None], 2, axis=2)))


def _places() -> Places:
    return Places(
        world=NAME,
        regions=("valley",),
        cells=tuple(cell_name("valley", kind) for kind in KINDS),
        region_of_cell=np.array([0, 0]),
        urban=np.array([True, False]),
        reported=np.array([True]),
        groups={},
        distance_km=np.array([[0.0, 20.0], [20.0, 0.0]]),
    )


def _public_money(p: Mapping[str, float], persons: Array, product: float) -> tuple[PublicMoney, Array]:
    """One budget, all of the wedge; the government above the valley has none. Spending by (purpose, cell)."""
    purpose_share = np.stack([local_purposes(p), np.eye(len(PURPOSES))[GENERAL]])
    share = spending_by_residents(purpose_share, _places().territories(), persons)
    public = PublicMoney(
        wedge=np.full(2, p["wedge"]),
        transfer_rate=np.zeros(2),
        local_share=np.ones(1),
        grant_share=np.zeros(1),
        purpose_share=purpose_share,
    )
    return public, p["wedge"] * product * share[0]


def _choice(residents: Array, capital: Array, land: Array, p: Mapping[str, float]) -> Choice:
    """Base-year stocks as the start of every choice; no pull: the valley stands still."""
    barrier = np.array([[0.0, p["registration_barrier_other"]], [p["registration_barrier_rural_urban"], 0.0]])
    return Choice(
        labour_seed=residents,
        capital_seed=capital,
        land_seed=land,
        pull=np.zeros((2, 2)),
        registration_barrier=barrier,
    )
