"""The recipe of worlds made from tables: observed base year -> accounts -> inversion -> World, reproduced exactly.

It knows no place, year or currency: regions have a town and villages, and one of them may be the rest of the country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.arrays import Array, Flag
from sim.cells import KINDS, cell_name
from sim.data.catalogue import AnyWorld
from sim.errors import WorldError
from sim.world import inversion, tables
from sim.world.base_year import Accounts, base_year_accounts
from sim.world.observed import Observed
from sim.world.parameters import Parameters, damped
from sim.world.registration import fit_margins, registration_table
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
    check_bases,
    local_purposes,
    spending_shares,
)


def build(world: AnyWorld, p: Mapping[str, float]) -> World:
    """The world of a folder of tables with these parameters."""
    return assemble(tables.observed(world, p), technology(world), p)


def assemble(data: Observed, tech: Technology, p: Mapping[str, float]) -> World:
    """The world that reproduces observed incomes, products and populations of the base year exactly."""
    places = _places(data)
    residents, settled = registration_table(data, p)
    shares = skill_shares(data.schooling.ravel(), p)
    labour = (residents + settled).T @ (shares @ efficiency(p))  # efficiency units by residence
    accounts = base_year_accounts(data, labour.reshape(-1, 2), tech, p)
    capital, mobile_capital, settled_capital, rental = _capital(accounts, data, tech, p)
    land = _land(data, p)
    check_bases(places, land, p)
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
    return World(
        name=data.name,
        first_year=data.base_year,
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
            work_in_town=_of_villages(data.work_in_town),
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
        registered_growth=data.registered_growth,
    )


def _of_villages(shares: Array) -> Array:
    """Shares by region, (region,), as those of its rural cell, (cell,); none in towns."""
    return np.stack([np.zeros_like(shares), shares], axis=1).ravel()


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


def _places(data: Observed) -> Places:
    distance = np.asarray(np.kron(data.distance_km, np.ones((2, 2))), dtype=np.float64)
    np.fill_diagonal(distance, 0.0)
    return Places(
        world=data.name,
        regions=data.regions,
        cells=tuple(cell_name(region, kind) for region in data.regions for kind in KINDS),
        region_of_cell=np.repeat(np.arange(len(data.regions)), 2),
        urban=np.tile([True, False], len(data.regions)),
        reported=data.reported,
        groups=data.groups,
        distance_km=distance,
    )


def _capital(
    accounts: Accounts, data: Observed, tech: Technology, p: Mapping[str, float]
) -> tuple[Array, Array, Array, Array]:
    """Capital by (owner, place), all, mobile and settled, and its return by place.

    Regions share out capital by its observed weight, as far as that is trusted, else so that returns are equal; within
    a region the rural return exceeds the urban one by the finance gap. Owners' claims follow their dividends; who owns
    what where is fitted from home bias.
    """
    income = accounts.value_added @ tech.capital  # (region, 2)
    product = accounts.value_added.sum(axis=(1, 2))
    here, out = data.reported, np.repeat(data.outside, 2)
    total = p["capital_output_ratio"] * product
    weight = income * np.exp([0.0, -p["finance_gap"]])
    alike, trust = weight[here].sum(axis=1), p["investment_weight"]
    seen = data.capital_weight
    if seen is None or trust == 0:
        share = alike
    else:
        share = seen if trust == 1 else trust * seen / seen.sum() + (1 - trust) * alike / alike.sum()
    total[here] = p["capital_output_ratio"] * (product[here].sum() * share / share.sum())
    stock = (total[:, None] * weight / weight.sum(axis=1, keepdims=True)).ravel()
    rental = income.ravel() / stock
    claims = accounts.dividends.ravel() / (1 - accounts.retained)
    owned = fit_margins(_home_bias(out, p) * income.ravel()[None, :], claims, income.ravel())
    capital = owned / rental
    settled = np.zeros_like(capital)
    if out.any():
        at_home, away = np.ix_(out, out), np.ix_(out, ~out)
        waiting = (p["capital_pool"] - 1) * capital[away].sum()
        settled[at_home] = (1 - min(1.0, waiting / capital[at_home].sum())) * capital[at_home]
    return capital, capital - settled, settled, rental


def _home_bias(out: Flag, p: Mapping[str, float]) -> Array:
    """Where owners start to put their capital, (owner, place), weights: least across the border, most at home."""
    bias = np.ones((out.size, out.size))
    bias[out[:, None] != out[None, :]] = 1.0 / p["home_share_of_capital"]
    bias[np.kron(np.eye(out.size // 2), np.ones((2, 2))) > 0] = p["home_share_of_capital"] / 5
    bias[np.diag_indices(out.size)] = p["home_share_of_capital"]
    return bias


def _land(data: Observed, p: Mapping[str, float]) -> Array:
    """Land in km2 by (owner, place of use): building land and fields; some building land in town belongs to villages."""
    urban = p["urban_land_share"] * data.built_up
    rural = (1 - p["urban_land_share"]) * data.built_up + data.fields
    use = np.stack([urban, rural], axis=1).ravel()
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
    local_share, grants = _local_budgets(data, revenue, accounts.transfers.sum(), p)
    upper = ((1 - local_share) * revenue).sum() - accounts.transfers.sum()
    budgets = np.append(local_share * revenue + grants, upper - grants.sum())
    ground = accounts.value_added.sum(axis=2).ravel() if p["infrastructure_stock"] > 0 else None
    purpose_share = np.vstack([np.tile(local_purposes(p), (people.shape[0], 1)), np.eye(len(PURPOSES))[GENERAL]])
    if ground is not None:
        purpose_share = _with_infrastructure(purpose_share, budgets, ground.sum(), p)
    public = PublicMoney(
        wedge=np.repeat(accounts.wedge, 2),
        transfer_rate=transfer_rate,
        local_share=local_share,
        grant_share=grants / upper,
        purpose_share=purpose_share,
        ground=ground,
    )
    if min(budgets.min(), upper, local_share.min()) <= 0:
        raise WorldError("public money does not suffice: a budget of the base year would be negative")
    share = spending_shares(public, places.territories(), people.ravel(), ground)
    return public, budgets, np.einsum("g,gpc->pc", budgets, share)


def _with_infrastructure(purposes: Array, budgets: Array, product: float, p: Mapping[str, float]) -> Array:
    """Purposes of all governments, (government, purpose), such that together they keep `infrastructure_stock` growing.

    What local budgets lack is built by the government above, up to `grants_of_net_revenue` of its budget; what it lacks, too,
    comes out of local general purchases, everywhere the same share of a budget.
    Raises WorldError where that does not suffice, or local budgets alone build more.
    """
    wanted = p["infrastructure_stock"] * (p["infrastructure_depreciation"] + p["infrastructure_trend"]) * product
    lacking = wanted - budgets[:-1] @ purposes[:-1, INFRASTRUCTURE]
    above = min(lacking, p.get("grants_of_net_revenue", 1.0) * budgets[-1])
    rest = (lacking - above) / budgets[:-1].sum()
    if lacking < 0 or rest > purposes[:-1, GENERAL].min():
        least = wanted - lacking
        most = least + above + budgets[:-1].sum() * purposes[:-1, GENERAL].min()
        raise WorldError(
            f"infrastructure_stock {p['infrastructure_stock']:g} years of product asks for {wanted:.4g} a year; budgets "
            f"can pay {least:.4g} to {most:.4g}"
        )
    shares = purposes.copy()
    shares[:-1, INFRASTRUCTURE] += rest
    shares[:-1, GENERAL] -= rest
    shares[-1, [INFRASTRUCTURE, GENERAL]] = above / budgets[-1], 1 - above / budgets[-1]
    return shares


def _local_budgets(data: Observed, revenue: Array, transfers: float, p: Mapping[str, float]) -> tuple[Array, Array]:
    """The part of what is raised in a region, (region,), that its own budget keeps, and the grants it is given.

    Outside as in all regions together. Where budgets are not known, all keep alike what leaves the government above
    with a tenth more than its transfers, and nobody is granted anything.
    """
    here, out = data.reported, data.outside
    if data.revenue is None or data.expenditure is None:
        alike = 1 - min(1.0, 1.1 * transfers / revenue.sum())
        return np.full(revenue.size, alike), np.zeros(revenue.size)
    budget, outlay = data.revenue, data.expenditure
    local_share, grants = np.empty(revenue.size), np.empty(revenue.size)
    local_share[here] = budget / revenue[here]
    local_share[out] = budget.sum() / revenue[here].sum()
    grants[here] = outlay - budget
    grants[out] = local_share[out] * revenue[out] * (outlay.sum() / budget.sum() - 1)
    upper = ((1 - local_share) * revenue).sum() - transfers
    most = p["grants_of_net_revenue"] * upper
    return local_share, grants * most / grants.sum() if grants.sum() > most > 0 else grants


def _rents_of_households(accounts: Accounts, p: Mapping[str, float]) -> Array:
    """Land rent of a region that reaches households: farm rent whole, the household share of the rest."""
    return np.asarray(accounts.farm_rent.sum(axis=1) + p["household_rent_share"] * accounts.other_rent.sum(axis=1))


def _choice(places: Places, residents: Array, capital: Array, land: Array, p: Mapping[str, float]) -> Choice:
    """Base-year stocks as the start of choice, a pull by type of move, the registration barrier by kind of move."""
    cells = residents.shape[0]
    region, urban, inside = places.region_of_cell, places.urban, places.reported_cells
    same = region[:, None] == region[None, :]
    both = inside[:, None] & inside[None, :]
    pull = np.where(same, 0.0, np.where(both, p["between_regions_pull"], p.get("outside_pull", 0.0)))
    pull[same & ~urban[:, None] & urban[None, :] & both] = p["village_to_town_pull"]
    pull[~inside[:, None] & ~inside[None, :]] = 0.0
    to_town = ~urban[:, None] & urban[None, :]
    barrier = np.where(to_town, p["registration_barrier_rural_urban"], p["registration_barrier_other"])
    barrier[np.diag_indices(cells)] = 0.0
    return Choice(
        labour_seed=residents,
        capital_seed=capital,
        land_seed=land,
        pull=pull,
        registration_barrier=barrier,
        flow=_flows(same, urban, inside, p),
    )


def _flows(same: Flag, urban: Flag, inside: Flag, p: Mapping[str, float]) -> Array | None:
    """Yearly rates of moves beyond what incomes move, (home, cell), by kind of move; None where there are none.

    Raises WorldError where a rate is below minus the share of people who reconsider: more would leave than decide.
    """
    names = ("village_to_town_flow", "between_regions_flow", "outside_flow", "return_flow")
    to_town, between, coming, returning = (p.get(name, 0.0) for name in names)
    if not any((to_town, between, coming, returning)):
        return None
    deciding = damped(p["labour_mobility"], p["labour_choice_elasticity"])
    short = [name for name in names if p.get(name, 0.0) <= -deciding]
    if short:
        raise WorldError(f"{', '.join(short)}: a yearly rate must be above -{deciding:g}, the share of people who reconsider")
    here, there = inside[:, None], inside[None, :]
    rates = np.where(here & there & ~same, between, 0.0)
    rates[same & ~urban[:, None] & urban[None, :] & here & there] = to_town
    rates[~here & there] = coming
    rates[here & ~there] = returning
    return rates
