"""Who and what stands where at the start of a year: from agents or continua to the stocks of the economy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from sim.agents.choice import MoveTables
from sim.agents.continuum import Continuum
from sim.agents.counted import Moves
from sim.agents.land import mobile_land
from sim.agents.start import whole_agents
from sim.arrays import Array
from sim.economy import treasury
from sim.economy.state import Economy, Rules, Workforce, hours_of_work
from sim.errors import FactorFlowError
from sim.world.proof import proved, unusual
from sim.world.world import World


class Movers(Protocol):
    """Agents of a kind, or the continuum they tend to."""

    def branch(self, model: Any) -> Movers:
        """The same at the same moment, for another model."""

    def stock(self) -> Array:
        """The stock by (home, cell)."""

    def skills(self, in_town: Array, skills: int) -> Array:
        """Persons by (cell, skill, works in town)."""

    def newcomers(self) -> Array:
        """The stock of homes outside the reported area by (cell, skill)."""

    def advance(self, tables: MoveTables, year: int, worth: Array | None = None, in_town: Array | None = None) -> Moves:
        """Decide and move; a unit of home h counts worth[h] in the moves; in_town is where residents will then work."""


def continua(world: World) -> tuple[Continuum, Continuum, Continuum]:
    """Labour, capital and land as continua at the base-year stocks."""
    stocks = world.stocks
    return (
        Continuum(stocks.residents[:, :, None] * stocks.skill_share[:, None, :], ~world.places.reported_cells),
        Continuum(stocks.capital.copy()),
        Continuum(mobile_land(world)),
    )


def workforce(world: World, labour: Movers, in_town: Array, settled: Array, scale: float = 1.0) -> Workforce:
    """People by place: those who may move and the settled, (home, cell), all `scale` times as many as in the base year."""
    stocks = world.stocks
    staying = settled.T @ stocks.skill_share
    skills = labour.skills(in_town, len(stocks.skills)) + np.stack(
        [staying * (1 - in_town)[:, None], staying * in_town[:, None]], axis=2
    )
    residence, outside = (labour.stock() + settled) * scale, ~world.places.reported_cells
    if not outside.any():
        return Workforce(residence, skills * scale)
    newcomers = labour.newcomers() + settled[outside].T @ stocks.skill_share[outside]
    return Workforce(residence, skills * scale, newcomers * scale)


def at_their_hours(world: World, people: Workforce, rules: Rules) -> Workforce:
    """The same people at the hours they choose: (1 - l_c)^e over those of the base year.

    l: levies on income that people know of, by cell of residence; e: `hours_elasticity`. What a place offers is worked out
    at full hours: at the margin an hour is worth to a worker what it earns (the envelope theorem).
    """
    elasticity = world.parameters.hours_elasticity
    rate = rules.known_income_rate()
    if elasticity == 0.0 or not rate.any():
        return people
    return replace(people, effort=(1 - rate) ** elasticity)


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
    _slice_for_every_owner(world, held)
    owned = (stocks.capital + stocks.settled_capital).sum(axis=1)
    people = workforce(world, labour, stocks.work_in_town, stocks.settled)
    exact = stocks.residents + stocks.settled
    return Economy(
        year=world.first_year,
        people_scale=1.0,
        settled=stocks.settled.copy(),
        income_per_head=world.income_per_head.copy(),
        income_before_transfers=treasury.before_transfers(world, exact.sum(axis=0)),
        budgets=world.budgets.copy(),
        home_rents=np.zeros(world.cells),
        charge_rate=np.zeros(world.cells),
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
        ground=None if world.public.ground is None else world.public.ground.copy(),
        revenue=world.revenue.copy(),
        labour_seed=world.choice.labour_seed.copy(),
        capital_seed=world.choice.capital_seed.copy(),
        land_seed=world.choice.land_seed.copy(),
    )


def _slice_for_every_owner(world: World, held: Array) -> None:
    """Raise FactorFlowError where an owner of capital has no slice to stand for it, naming how many agents it takes."""
    owned = (world.stocks.capital + world.stocks.settled_capital).sum(axis=1)
    without = np.flatnonzero((owned > 0) & (held <= 0))
    if without.size:
        raise FactorFlowError(
            f"run.capital_agents leaves no slice of capital to the owners in "
            f"{', '.join(world.places.cells[owner] for owner in without)}: "
            f"{enough_agents(world)['capital_agents']:,} are enough for every owner in the world {world.name}"
        )


def enough_agents(world: World) -> dict[str, int]:
    """Numbers of agents, by their word in `run`, at which every owner of capital and every cell surely has one.

    An entry of a table gets its share of the agents to within one, so ceil(total / entry) give it one: for every owner its
    largest entry, and for every cell the largest of what stands there. Zero where those who never move suffice.
    """
    stocks = world.stocks
    land, settled_land = mobile_land(world), stocks.land - mobile_land(world)
    by_owner = _enough(stocks.capital, stocks.settled_capital)
    return {
        "labour_agents": _enough(stocks.residents.T, stocks.settled.T),
        "capital_agents": max(by_owner, _enough(stocks.capital.T, stocks.settled_capital.T)),
        "land_agents": _enough(land.T, settled_land.T),
    }


def without_agents(world: World, agents: Mapping[str, int]) -> dict[str, list[str]]:
    """Owners and cells to which these numbers of agents, by their word in `run`, leave none, by that word."""
    stocks, cells = world.stocks, np.array(world.places.cells, dtype=object)
    land = mobile_land(world)
    tables = {
        "labour_agents": (np.einsum("hc,hk->ckh", stocks.residents, stocks.skill_share), stocks.settled.T),
        "capital_agents": (stocks.capital.T, stocks.settled_capital.T),
        "land_agents": (land.T, (stocks.land - land).T),
    }
    found: dict[str, list[str]] = {}
    for word, (mobile, settled) in tables.items():
        dealt = whole_agents(mobile, agents[word]).reshape(world.cells, -1, world.cells).sum(axis=1)
        held = mobile.reshape(world.cells, -1, world.cells).sum(axis=1)
        bare = {
            "in": (held.sum(axis=1) > 0) & (dealt.sum(axis=1) + settled.sum(axis=1) <= 0),
            "the owners in": (held.sum(axis=0) > 0) & (dealt.sum(axis=0) + settled.sum(axis=0) <= 0),
        }
        names = [*cells[bare["in"]]]
        if word == "capital_agents":
            names += [f"the owners in {cell}" for cell in cells[bare["the owners in"]]]
        if names:
            found[word] = names
    return found


def _enough(mobile: Array, settled: Array) -> int:
    """Agents at which every row of a table has one, rows left out that are empty or hold some of what never moves."""
    needing = (mobile.sum(axis=1) > 0) & ~(settled.sum(axis=1) > 0)
    # a little more, so that a share of exactly one agent is not rounded down where running totals end in one half
    return int(np.ceil((mobile.sum() / mobile[needing].max(axis=1)).max() * 1.0001)) if needing.any() else 0


def check_every_cell(world: World, economy: Economy, agents: bool) -> None:
    """Raise FactorFlowError where a cell has run out of people or of a factor: whole agents can all leave a small cell.

    agents: whether what moves are agents, so that more of them would help.
    """
    stocks = (
        ("people", "labour", economy.workforce.persons),
        ("labour", "labour", hours_of_work(world, economy.workforce).sum(axis=0)),
        ("capital", "capital", economy.capital),
        ("land", "land", economy.effective_land),
    )
    check_public_stocks(world, economy)
    for what, kind, stock in stocks:
        for cell in np.flatnonzero(~(stock > 0)):
            verb = "is" if economy.year == world.first_year else "is left"
            reason = (
                f"its agents are few. More agents (run.{kind}_agents) make a cell's share finer."
                if agents
                else "nothing can be made or paid for there."
            )
            raise FactorFlowError(
                f"no {what} {verb} in {world.places.cells[cell]} in {economy.year}: {reason}{unusual(world)}"
            )


def check_public_stocks(world: World, economy: Economy) -> None:
    """Raise FactorFlowError where a public stock that raises something by its log is zero."""
    for what, elasticity, stock in (
        ("infrastructure", "infrastructure_elasticity", economy.infrastructure),
        ("public services", "service_elasticity", economy.services),
    ):
        if getattr(world.parameters, elasticity) > 0:
            what = f"{what}, needed as {elasticity} is above zero,"
            proved(world, economy.year, what, stock, np.finfo(float).tiny)


def hours_at_work(world: World, economy: Economy) -> Array:
    """Efficiency units with a job by cell of work, (cell,)."""
    return np.asarray(hours_of_work(world, economy.workforce).sum(axis=0) * economy.employment)


def base_hours(world: World) -> Array:
    """Efficiency units by (residence, work) of the base year, exact."""
    labour = continua(world)[0]
    return hours_of_work(world, workforce(world, labour, world.stocks.work_in_town, world.stocks.settled))
