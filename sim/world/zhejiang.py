"""The world `zhejiang`: eleven cities x urban and rural and the rest of China, base year 2014, from published data.

Every assumption stands in `sim/data/parameters_zhejiang.csv` beside its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.arrays import Array
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.errors import WorldError
from sim.world import inversion
from sim.world.base_year import Accounts, Observed, base_year_accounts
from sim.world.parameters import Parameters
from sim.world.registration import CityCounts, fit_margins, registration_table
from sim.world.skills import SKILLS, efficiency, skill_shares
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
    Technology,
    World,
    local_purposes,
    spending_by_residents,
)

NAME = "zhejiang"
YEAR = 2014
_CENSUS_WEIGHT = (YEAR - 2010) / 10.0


def build(p: Mapping[str, float]) -> World:
    """The world of the base year 2014 that reproduces observed incomes, products and populations exactly."""
    tech = technology(NAME)
    places = _places(p)
    residents, settled = _residents(p)
    shares = skill_shares(_mean_years(p), p)
    labour = (residents + settled).T @ (shares @ efficiency(p))  # efficiency units by residence
    data = _observed(p, (residents + settled).sum(axis=0), labour)
    accounts = base_year_accounts(data, tech, p)
    capital, mobile_capital, settled_capital, rental = _capital(accounts, tech, p)
    land = _land(p)
    public, budgets, spending_by_cell = _public_money(accounts, data, places, p)
    demand = _final_demand(accounts, capital, rental, spending_by_cell, p)
    value_added = accounts.value_added.reshape(-1, len(tech.sectors))
    revenue = value_added / tech.value_added
    tech = replace(tech, spending=inversion.final_demand_shares(revenue, demand, tech))
    transport, border = _distances(places, p)
    cost = transport[:, :, None] + border[:, :, None] * (tech.segmentation + tech.local_cost)
    openness = np.exp(-p["trade_elasticity"] * cost)
    spending = demand[:, None] * tech.spending + ((1 - tech.value_added) * revenue) @ tech.materials
    potential = inversion.competitiveness(revenue, spending, openness)
    prices = inversion.goods_prices(potential, openness, p["trade_elasticity"])
    rent = (accounts.farm_rent + accounts.other_rent).ravel() / land.sum(axis=0)
    rental_rate = value_added @ tech.capital / capital.sum(axis=0)
    bundle = input_cost(tech, accounts.wage.ravel(), rental_rate, rent, prices)
    weights = demand / demand.sum()
    stock_growth = p["infrastructure_depreciation"] + p["infrastructure_trend"]
    in_town = np.zeros(places.region_of_cell.size)
    in_town[1::2] = data.work_in_town
    return World(
        name=NAME,
        first_year=YEAR,
        places=places,
        technology=tech,
        parameters=Parameters.of(p),
        border=border,
        public=public,
        stocks=Stocks(
            residents=residents,
            settled=settled,
            skill_share=shares,
            efficiency=efficiency(p),
            skills=SKILLS,
            capital=mobile_capital,
            settled_capital=settled_capital,
            land=land,
            work_in_town=in_town,
            infrastructure=spending_by_cell[INFRASTRUCTURE] / stock_growth,
            services=spending_by_cell[SERVICES] / stock_growth,
            saving_rate=accounts.saving_rate.ravel(),
            retained=accounts.retained,
        ),
        choice=_choice(places, residents, mobile_capital, land, p),
        productivity=inversion.productivity(potential, bundle, p["trade_elasticity"]),
        revenue=revenue,
        income_per_head=data.income.ravel(),
        budgets=budgets,
        trade_shares=inversion.trade_shares(potential, openness),
        price_weights=weights,
        price_level=float(np.exp(np.log(prices) @ tech.spending @ weights)),
    )


def _final_demand(accounts: Accounts, capital: Array, rental: Array, public: Array, p: Mapping[str, float]) -> Array:
    """Final demand for goods by cell, (cell,): consumption less housing, public purchases, investment where it stands."""
    income, saving_rate = accounts.disposable.ravel(), accounts.saving_rate.ravel()
    saving = saving_rate * income + accounts.retained * (capital * rental).sum(axis=1)
    investment = (saving / capital.sum(axis=1)) @ capital
    return np.asarray((1 - p["housing_share"]) * (1 - saving_rate) * income + public.sum(axis=0) + investment)


def _distances(places: Places, p: Mapping[str, float]) -> tuple[Array, Array]:
    """Log transport cost and whether a region's border is crossed, each (importing cell, producing cell)."""
    transport = p["transport_elasticity"] * np.log1p(places.distance_km / 20.0)
    border = (places.region_of_cell[:, None] != places.region_of_cell[None, :]).astype(float)
    return transport, border


def _cities() -> tuple[str, ...]:
    """The cities in the order of the alphabet, whatever that of the file: agents are numbered by place."""
    return tuple(sorted(region for region in catalogue.worlds()[NAME]["regions"] if region != "outside"))


def _series(variable: str, year: int = YEAR) -> Array:
    facts = catalogue.facts(NAME)
    return np.array([facts[city, variable, year] for city in _cities()])


def _people() -> Array:
    """Residents of the base year by (city, kind), urban first, between the censuses (persons)."""
    residents = catalogue.residents(NAME, YEAR)
    return np.array([residents[city] for city in _cities()])


def _census(variable: str) -> Array:
    """A census count of 2010 and 2020, interpolated geometrically to the base year."""
    return np.asarray(_series(variable, 2010) ** (1 - _CENSUS_WEIGHT) * _series(variable, 2020) ** _CENSUS_WEIGHT)


def _nation(variable: str) -> float:
    return catalogue.facts("china")["China", variable, YEAR]


def _places(p: Mapping[str, float]) -> Places:
    regions = (*_cities(), "outside")
    latitude, longitude = np.radians(_series("latitude")), np.radians(_series("longitude"))
    half = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    between = np.zeros((len(regions), len(regions)))
    between[:-1, :-1] = 2 * 6371.0 * np.arcsin(np.sqrt(half))
    between[-1, :-1] = between[:-1, -1] = _series("distance_to_outside", 2015)
    distance = np.asarray(np.kron(between, np.ones((2, 2))), dtype=np.float64)
    # mean distance from the centre of a disc of the city's area to its points
    inside = np.append(2 / 3 * np.sqrt(_series("land_area", 2002) / np.pi), p["distance_inside_outside"])
    for region, km in enumerate(inside):
        distance[2 * region, 2 * region + 1] = distance[2 * region + 1, 2 * region] = km
    return Places(
        world=NAME,
        regions=regions,
        cells=tuple(cell_name(region, kind) for region in regions for kind in KINDS),
        region_of_cell=np.repeat(np.arange(len(regions)), 2),
        urban=np.tile([True, False], len(regions)),
        reported=np.array([region != "outside" for region in regions]),
        groups={name: tuple(members) for name, members in catalogue.worlds()[NAME]["groups"].items()},
        distance_km=distance,
    )


def _residents(p: Mapping[str, float]) -> tuple[Array, Array]:
    urban, rural = _people().T
    counts = CityCounts(
        urban=urban,
        rural=rural,
        registered=_series("registered_population"),
        from_other_provinces=_census("migrants_from_other_provinces"),
        from_other_counties=_census("migrants_from_other_counties"),
        within_county=_census("migrants_within_county"),
    )
    outside = np.array([_nation("urban_population") - urban.sum(), _nation("rural_population") - rural.sum()])
    return registration_table(counts, _places(p).distance_km[:-2:2, :-2:2], outside, p)


def _mean_years(p: Mapping[str, float]) -> Array:
    """Mean years of schooling by cell of registration; the rest of the country as the province's average (assumed)."""
    years, weight = _census("mean_years_of_schooling"), _people().sum(axis=1)
    urban = _people()[:, 0] / weight
    years = np.append(years, (years * weight).sum() / weight.sum())
    urban = np.append(urban, _nation("urban_population") / (_nation("urban_population") + _nation("rural_population")))
    gap = p["rural_schooling_gap"]
    return np.stack([years + gap * (1 - urban), years - gap * urban], axis=1).ravel()


def _observed(p: Mapping[str, float], residents: Array, labour: Array) -> Observed:
    income = np.stack([_series("income_urban"), _series("income_rural")], axis=1)
    people = residents.reshape(-1, 2)
    nation_people = np.array([_nation("urban_population"), _nation("rural_population")])
    nation_income = nation_people * np.array([_nation("income_urban"), _nation("income_rural")])
    outside_income = (nation_income - (people[:-1] * income).sum(axis=0)) / people[-1]
    sectors = ("product_agriculture", "product_industry", "product_services")
    product = np.stack([_series(sector) for sector in sectors], axis=1)
    outside_product = np.array([_nation(sector) for sector in sectors]) - product.sum(axis=0)
    farming = np.append(_census("agricultural_employment_share"), _nation("agricultural_employment") / _nation("employment"))
    rural = people[:, 1] / people.sum(axis=1)
    wanted = p["commuting_share_of_nonfarm"] * (1 - farming / rural)
    return Observed(
        residents=people,
        income=np.vstack([income, outside_income]),
        product=np.vstack([product, outside_product]),
        labour=labour.reshape(-1, 2),
        work_in_town=np.clip(wanted, p["commuting_share_low"], p["commuting_share_high"]),
    )


def _capital(accounts: Accounts, tech: Technology, p: Mapping[str, float]) -> tuple[Array, Array, Array, Array]:
    """Capital by (owner, place), all, mobile and settled, and its return by place.

    City totals follow fixed-asset investment; within a city the rural return exceeds the urban one by the finance gap.
    Owners' claims follow their dividends; who owns what where is fitted from home bias.
    """
    income = accounts.value_added @ tech.capital  # (region, 2)
    product = accounts.value_added.sum(axis=(1, 2))
    investment = _series("fixed_asset_investment")
    total = p["capital_output_ratio"] * np.append(product[:-1].sum() * investment / investment.sum(), product[-1])
    weight = income * np.exp([0.0, -p["finance_gap"]])
    stock = (total[:, None] * weight / weight.sum(axis=1, keepdims=True)).ravel()
    rental = income.ravel() / stock
    claims = accounts.dividends.ravel() / (1 - accounts.retained)
    cells = stock.size
    bias = np.ones((cells, cells))
    bias[:-2, -2:] = bias[-2:, :-2] = 1.0 / p["home_share_of_capital"]
    bias[np.kron(np.eye(cells // 2), np.ones((2, 2))) > 0] = p["home_share_of_capital"] / 5
    bias[np.diag_indices(cells)] = p["home_share_of_capital"]
    owned = fit_margins(bias * income.ravel()[None, :], claims, income.ravel())
    capital = owned / rental
    settled = np.zeros_like(capital)
    waiting = (p["capital_pool"] - 1) * capital[-2:, :-2].sum()
    share = min(1.0, waiting / capital[-2:, -2:].sum())
    settled[-2:, -2:] = (1 - share) * capital[-2:, -2:]
    return capital, capital - settled, settled, rental


def _land(p: Mapping[str, float]) -> Array:
    """Land in km2 by (owner, place of use): building land and fields; the rest of the country at the same land per head."""
    facts = catalogue.facts(NAME)
    built = _series("built_up_land")
    area = _series("land_area", 2002)
    fields = facts["Zhejiang", "cultivated_land", 2009] * area / area.sum()
    urban = p["urban_land_share"] * built
    rural = (1 - p["urban_land_share"]) * built + fields
    people = _people().sum()
    others = _nation("urban_population") + _nation("rural_population") - people
    use = np.append(np.stack([urban, rural], axis=1).ravel(), np.array([urban.sum(), rural.sum()]) * others / people)
    land = np.diag(use)
    for town in range(0, use.size, 2):
        land[town, town] = (1 - p["village_land_in_town"]) * use[town]
        land[town + 1, town] = p["village_land_in_town"] * use[town]
    return land


def _public_money(
    accounts: Accounts, data: Observed, places: Places, p: Mapping[str, float]
) -> tuple[PublicMoney, Array, Array]:
    """Budgets of the regions and the one above, and what they buy by (purpose, cell), from published local budgets."""
    people = data.residents
    before = (1 - accounts.wedge)[:, None] * accounts.market_income
    per_head = before.sum(axis=1) / people.sum(axis=1)
    transfer_rate = (accounts.transfers / people / per_head[:, None]).ravel()
    all_rents = (accounts.farm_rent + accounts.other_rent).sum(axis=1)
    rents = all_rents - _rents_of_households(accounts, p)
    revenue = accounts.wedge * accounts.market_income.sum(axis=1) + rents
    budget, outlay = _series("budget_revenue"), _series("budget_expenditure")
    local_share = np.append(budget / revenue[:-1], budget.sum() / revenue[:-1].sum())
    upper = ((1 - local_share) * revenue).sum() - accounts.transfers.sum()
    grants = np.append(outlay - budget, local_share[-1] * revenue[-1] * (outlay.sum() / budget.sum() - 1))
    purposes = local_purposes(p)
    purpose_share = np.vstack([np.tile(purposes, (people.shape[0], 1)), np.eye(len(PURPOSES))[GENERAL]])
    budgets = np.append(local_share * revenue + grants, upper - grants.sum())
    public = PublicMoney(
        wedge=np.repeat(accounts.wedge, 2),
        transfer_rate=transfer_rate,
        local_share=local_share,
        grant_share=grants / upper,
        purpose_share=purpose_share,
    )
    if min(budgets.min(), upper, local_share.min()) <= 0:
        raise WorldError("public money does not suffice: a budget of the base year would be negative")
    share = spending_by_residents(purpose_share, places.territories(), people.ravel())
    return public, budgets, np.einsum("g,gpc->pc", budgets, share)


def _rents_of_households(accounts: Accounts, p: Mapping[str, float]) -> Array:
    """Land rent of a region that reaches households: farm rent whole, the household share of the rest."""
    return np.asarray(accounts.farm_rent.sum(axis=1) + p["household_rent_share"] * accounts.other_rent.sum(axis=1))


def _choice(places: Places, residents: Array, capital: Array, land: Array, p: Mapping[str, float]) -> Choice:
    """Base-year stocks as the start of choice, a pull by type of move, the registration barrier by kind of move."""
    cells = residents.shape[0]
    region, urban, inside = places.region_of_cell, places.urban, places.reported_cells
    same = region[:, None] == region[None, :]
    both = inside[:, None] & inside[None, :]
    pull = np.where(same, 0.0, np.where(both, p["between_cities_pull"], p["across_provinces_pull"]))
    pull[same & ~urban[:, None] & urban[None, :] & both] = p["village_to_town_pull"]
    pull[~inside[:, None] & ~inside[None, :]] = 0.0
    to_town = ~urban[:, None] & urban[None, :]
    barrier = np.where(to_town, p["registration_barrier_rural_urban"], p["registration_barrier_other"])
    barrier[np.diag_indices(cells)] = 0.0
    return Choice(labour_seed=residents, capital_seed=capital, land_seed=land, pull=pull, registration_barrier=barrier)
