"""What the stages of a year compute: the base year, cleared markets, values of places, odds of training."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sim import growth, treasury
from sim.agents.choice import MoveTables
from sim.agents.continuum import Continuum
from sim.agents.counted import Moves
from sim.agents.labour import expected_gain, value_of_places
from sim.agents.land import mobile_land
from sim.economy import Economy, Rules, Workforce, baseline_rules, hours_of_work
from sim.errors import FactorFlowError
from sim.markets import trade
from sim.markets.clearing import Clearing, Demand, Supply, clear
from sim.recorder import BaseYear, living_cost
from sim.world.skills import GRADUATE, TRAINABLE
from sim.world.technology import input_cost
from sim.world.world import GRADUATES, RETURNEES, Array, World


class Movers(Protocol):
    """Agents of a kind, or the continuum they tend to."""

    def stock(self) -> Array:
        """The stock by (home, cell)."""

    def skills(self, in_town: Array, skills: int) -> Array:
        """Persons by (cell, skill, works in town)."""

    def advance(self, tables: MoveTables, year: int, worth: Array | None = None, in_town: Array | None = None) -> Moves:
        """Decide and move; a unit of home h counts worth[h] in the moves; in_town is where residents will then work."""


def continua(world: World) -> tuple[Continuum, Continuum, Continuum]:
    """Labour, capital and land as continua at the base-year stocks."""
    stocks = world.stocks
    return (
        Continuum(stocks.residents[:, :, None] * stocks.skill_share[:, None, :]),
        Continuum(stocks.capital.copy()),
        Continuum(mobile_land(world)),
    )


def workforce(world: World, labour: Movers, in_town: Array, scale: float = 1.0) -> Workforce:
    """People by place: those who may move and those who never do, all `scale` times as many as in the base year."""
    stocks = world.stocks
    settled = stocks.settled.T @ stocks.skill_share
    skills = labour.skills(in_town, len(stocks.skills)) + np.stack(
        [settled * (1 - in_town)[:, None], settled * in_town[:, None]], axis=2
    )
    return Workforce(residence=(labour.stock() + stocks.settled) * scale, skills=skills * scale)


def slice_value(world: World, capital: Movers) -> float:
    """Value of one unit of the capital movers in the base year, yuan of 2014: one for the continuum."""
    return float(world.stocks.capital.sum() / capital.stock().sum())


def capital_units(world: World, capital: Movers, value: float) -> Array:
    """Slices by (owner, place), those that never move included."""
    return np.asarray(capital.stock() + world.stocks.settled_capital / value)


def land_table(world: World, land: Movers) -> Array:
    """Land by (owner, place), km2, that of the rest of the country included."""
    return np.asarray(land.stock() + world.stocks.land - mobile_land(world))


def first_economy(world: World, labour: Movers, capital: Movers, land: Movers) -> Economy:
    """The state of the base year with these agents; every owner's slices are worth what the owner has."""
    stocks = world.stocks
    value = slice_value(world, capital)
    units = capital_units(world, capital, value)
    held = units.sum(axis=1)
    _slice_for_every_owner(world, held, value)
    owned = (stocks.capital + stocks.settled_capital).sum(axis=1)
    people = workforce(world, labour, stocks.work_in_town)
    exact = stocks.residents + stocks.settled
    return Economy(
        year=world.first_year,
        people_scale=1.0,
        income_per_head=world.income_per_head.copy(),
        income_before_transfers=treasury.before_transfers(world, exact.sum(axis=0)),
        budgets=world.budgets.copy(),
        employment=np.ones(world.cells),
        workforce=people,
        work_in_town=stocks.work_in_town.copy(),
        capital_units=units,
        unit_value=np.where(held > 0, owned / np.where(held > 0, held, 1.0), value),
        enclave=np.zeros_like(units),
        land=land_table(world, land),
        land_quality=np.ones(world.cells),
        size=world.productivity.copy(),
        knowledge=np.zeros(world.cells),
        infrastructure=stocks.infrastructure.copy(),
        services=stocks.services.copy(),
        labour_reference=base_hours(world).sum(axis=0),
        infrastructure_reference=stocks.infrastructure.copy(),
        services_reference=stocks.services.copy(),
        persons_reference=exact.sum(axis=0),
        revenue=world.revenue.copy(),
        labour_seed=world.choice.labour_seed.copy(),
        capital_seed=world.choice.capital_seed.copy(),
        land_seed=world.choice.land_seed.copy(),
    )


def _slice_for_every_owner(world: World, held: Array, value: float) -> None:
    """Raise FactorFlowError where an owner of capital has no slice to stand for it, naming how many agents it takes."""
    stocks = world.stocks
    owned = (stocks.capital + stocks.settled_capital).sum(axis=1)
    for owner in np.flatnonzero((owned > 0) & (held <= 0)):
        needed = int(np.ceil(stocks.capital.sum() / stocks.capital.sum(axis=1)[owner]))
        raise FactorFlowError(
            f"run.capital_agents leaves no slice of capital to the owners in {world.places.cells[owner]}: "
            f"at least {needed:,} are needed in the world {world.name}"
        )


def hours_at_work(world: World, economy: Economy) -> Array:
    """Efficiency units with a job by cell of work, (cell,)."""
    return np.asarray(hours_of_work(world, economy.workforce).sum(axis=0) * economy.employment)


def base_hours(world: World) -> Array:
    """Efficiency units by (residence, work) of the base year, exact."""
    labour = continua(world)[0]
    return hours_of_work(world, workforce(world, labour, world.stocks.work_in_town))


def base_year(world: World) -> BaseYear:
    """Prices, returns and values of the base year in the continuum, the point from which changes are counted.

    Worlds whose choice is in levels count from prices of one and values of zero.
    """
    economy = first_economy(world, *continua(world))
    rules = baseline_rules(world, economy)
    clearing, maps, _ = clear_markets(world, economy, rules)
    money = treasury.statement(maps, clearing.revenue)
    persons = economy.workforce.persons
    hours = hours_of_work(world, economy.workforce)
    net_wages = (1 - world.public.wedge) * (hours @ clearing.wage) / persons
    ones, levels = np.ones(world.cells), world.choice.levels
    start = BaseYear(
        wage=clearing.wage,
        rental=ones if levels else clearing.rental,
        land_rent=ones if levels else clearing.land_rent,
        price_index=ones if levels else clearing.price_index,
        value=np.zeros(world.cells),
        mean_efficiency=float(hours.sum() / persons.sum()),
        other_income=money.disposable / persons - net_wages,
    )
    if levels:
        return start
    # without a policy a place is worth the same whatever one's home: any row tells it
    return BaseYear(**{**start.__dict__, "value": place_values(world, economy, rules, clearing, money, start)[0]})


def clear_markets(world: World, economy: Economy, rules: Rules) -> tuple[Clearing, treasury.IncomeMaps, Supply]:
    """Clear the year's markets where the factors are, under the law in force; also the maps and supplies they cleared on."""
    maps = treasury.income_maps(world, economy, rules)
    index = growth.infrastructure_index(economy)
    km = trade.over_links(rules.distance_km, rules.links)
    costs = trade.trade_costs(world, km, index, rules.segmentation, rules.trade_cost_cut)
    supply = Supply(
        labour=hours_of_work(world, economy.workforce).sum(axis=0),
        capital=economy.capital,
        land=economy.effective_land,
        productivity=growth.productivity(world, economy, index, rules.belts),
        openness=trade.openness(costs, world.parameters["trade_elasticity"]),
        wage_floor=rules.wage_floor,
    )
    _in_every_cell(world, supply, economy.year)
    demand = Demand(
        final=maps.final_demand,
        housing=maps.housing,
        goods=maps.consumption - maps.housing,
        vouchers=treasury.voucher_rates(world, rules.goods_discount, rules.goods_discount),
    )
    clearing = clear(world, supply, demand, economy.revenue, economy.year)
    return clearing, maps, supply


def _in_every_cell(world: World, supply: Supply, year: int) -> None:
    """Raise FactorFlowError where a cell has run out of a factor: whole agents can all leave a small cell."""
    for factor, stock in (("labour", supply.labour), ("capital", supply.capital), ("land", supply.land)):
        for cell in np.flatnonzero(~(stock > 0)):
            raise FactorFlowError(
                f"no {factor} is left in {world.places.cells[cell]} in {year}: its agents are few and all of them have "
                f"left. More agents (run.{factor}_agents) make a cell's share finer."
            )


def offers(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> tuple[Array, Array]:
    """What a mover of mean efficiency would earn in a place, (cell,), and receive there besides, (home, cell).

    Earned: wages net of wedge and income tax, and wage subsidies. Besides: transfers per head, land income per head of
    those who live there, and the rent and the grants of one's home as far as they follow those who leave; yuan a year.
    """
    hours, persons = hours_of_work(world, economy.workforce), economy.workforce.persons
    keep = (1 - world.public.wedge) * (1 - rules.levy_rate("income"))
    subsidised = clearing.wage * rules.subsidy_rate("wages")
    pay = (keep * (hours @ clearing.wage) + hours @ subsidised) / hours.sum(axis=1) * base.mean_efficiency
    rent, taxed = treasury.rents_of_homes(world, economy, rules, clearing.revenue, money.housing)
    registered = rules.residence.sum(axis=1)
    each = rules.rent_kept / np.where(registered > 0, registered, 1.0)
    stays = (1 - rules.rent_kept) / persons
    land = keep * stays * rent - stays * taxed
    from_home = np.outer(each * rent, keep) - (each * taxed)[:, None]
    grants = rules.grants_by_home(money.budgets)[:, None]
    return pay, money.transfers / persons + land + from_home + grants


def capital_gain(world: World, rules: Rules) -> Array:
    """Log points of barriers that policies removed for capital of o in c, (owner, cell).

    Dearer credit in villages, the blockade of regions, and home bias, each times the share no longer in force.
    """
    p, places = world.parameters, world.places
    rural = np.broadcast_to(~places.urban, rules.capital_barriers.shape[1:])
    elsewhere = places.region_of_cell[:, None] != places.region_of_cell[None, :]
    barriers = np.stack(
        [p["finance_gap"] * rural, p["capital_blockade"] * elsewhere, p["capital_home_bias"] * (1 - np.eye(world.cells))]
    )
    return np.asarray((barriers * (1 - rules.capital_barriers)).sum(axis=0))


def place_values(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> Array:
    """Log value of every place to a worker of mean efficiency by home, (home, cell)."""
    pay, other = offers(world, economy, rules, clearing, money, base)
    cost = living_cost(world, clearing, base, rules.goods_discount)
    return value_of_places(pay, other, cost, growth.services_per_head(economy), world.parameters)


def targeted_gains(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> tuple[Array, Array]:
    """Log points that targeted grants add to a place, (cell,): for those registered there, and for graduates.

    log(1 + a / offer), a yuan a head of those it is meant for.
    """
    pay, other = offers(world, economy, rules, clearing, money, base)
    graduates = economy.workforce.skills.sum(axis=2) @ GRADUATE
    efficiency = float(world.stocks.efficiency[GRADUATE].mean())
    gains = []
    for purpose, heads, offer in (
        (RETURNEES, economy.workforce.residence.diagonal(), pay + other.diagonal()),
        (GRADUATES, graduates, pay * efficiency / base.mean_efficiency + other.diagonal()),
    ):
        grant = treasury.spent_on(rules, money, purpose) / np.where(heads > 0, heads, 1.0)
        gains.append(np.log1p(grant / offer))
    return gains[0], gains[1]


def labour_gain(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> Array:
    """Log points of value gained since the base year, (home, cell), or (2, home, cell) with graduates apart."""
    gain = place_values(world, economy, rules, clearing, money, base) - base.value
    if not rules.spending_share[:, [RETURNEES, GRADUATES]].any():
        return np.asarray(gain)
    returnees, graduates = targeted_gains(world, economy, rules, clearing, money, base)
    gain = np.asarray(gain + np.diag(returnees))
    return np.stack([gain, gain + graduates]) if graduates.any() else gain


def welfare(world: World, economy: Economy, rules: Rules, gain: Array) -> tuple[Array, float]:
    """Expected gain of those registered in a cell since the base year, (home,), and its mean over the reported area."""
    removed = rules.registration_cut * world.choice.registration_barrier
    kappa, graduates = world.parameters["labour_choice_elasticity"], world.stocks.skill_share @ GRADUATE
    groups = gain if gain.ndim == 3 else gain[None]
    shares = [1 - graduates, graduates] if len(groups) == 2 else [np.ones(world.cells)]
    by_home = sum(
        share * expected_gain(economy.labour_seed, kappa, group + removed, world.choice.pull)
        for share, group in zip(shares, groups, strict=True)
    )
    registered = np.where(world.places.reported_cells, economy.workforce.residence.sum(axis=1), 0.0)
    return np.asarray(by_home), float(registered @ by_home / registered.sum())


def training_odds(world: World, economy: Economy, spending: Array) -> tuple[Array, Array]:
    """Probability that a trainable worker of a cell is trained this year, and the part of the spending it takes, (cell,).

    Spending over its cost for all trainable workers; where it would train more than there are, the rest buys nothing.
    """
    trainable = economy.workforce.skills[:, TRAINABLE].sum(axis=(1, 2))
    cost = world.parameters["training_cost"] * trainable
    odds = np.where(cost > 0, np.minimum(1.0, spending / np.where(cost > 0, cost, 1.0)), 0.0)
    return odds, np.where(spending > 0, odds * cost / np.where(spending > 0, spending, 1.0), 1.0)


def cost_at_size_one(world: World, economy: Economy, rules: Rules, clearing: Clearing) -> Array:
    """Unit cost a cell would have at size one, (cell, sector): input cost over productivity gained since the base year."""
    inputs = input_cost(world.technology, clearing.labour_cost, clearing.rental, clearing.land_rent, clearing.prices)
    size = np.where(economy.size > 0, economy.size, 1.0)
    index = growth.infrastructure_index(economy)
    gain = np.where(economy.size > 0, growth.productivity(world, economy, index, rules.belts) / size, 1.0)
    return np.asarray(inputs / gain)
