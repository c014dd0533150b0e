"""The corners by name, and the model put into them: worlds, runs until nothing moves, and what is read off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.economy import treasury
from sim.economy.markets.clearing import Clearing
from sim.economy.markets.given import Supply
from sim.economy.markets.ways import whole
from sim.economy.policies import instruments
from sim.economy.policies.base import PolicyInForce
from sim.economy.state import baseline_rules
from sim.errors import FactorFlowError
from sim.world import theory
from sim.world.build import parameter_table
from sim.world.parameters import damped
from sim.world.technology import input_cost
from sim.world.world import World
from sim.year.markets import clear_markets
from sim.year.values import labour_gain, place_values, welfare
from sim.year.years import Law, Years

AUTARKY = 60.0  # log points: shares of trade of exp(-60 theta)

# Every corner is a scenario of the same name in scenarios/theory: its world, and the parameters it says otherwise.
CORNERS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "harris_todaro": ("theory_harris_todaro", {}),
    "todaro": ("theory_todaro", {}),
    "logit": ("theory_choice", {}),
    "barriers": ("theory_choice", {"migration_cost": 0.5}),
    "roback": ("theory_roback", {"labour_choice_elasticity": 10_000}),
    "tastes": ("theory_roback", {}),
    "free_factors": ("theory_factors", {}),
    "agents": ("theory_factors", {"labour_choice_elasticity": 1.5, "capital_choice_elasticity": 1.5}),
    "wedges": ("theory_wedges", {}),
    "solow": ("theory_solow", {}),
    "two_countries": ("theory_trade", {}),
    "free_trade": ("theory_trade", {"trade_cost": 0}),
    "five_countries": ("theory_countries", {}),
    "line": ("theory_line", {}),
    "twins": ("theory_twins", {}),
    "twins_congested": ("theory_twins", {"housing_share": 0.2, "labour_choice_elasticity": 25}),
    "core_periphery": ("theory_core_periphery", {}),
    "trade_and_tastes": ("theory_redding", {}),
    "provinces": ("theory_provinces", {}),
    "valley": ("two_cells", {}),  # no corner of its own making: the stylised world at rest
    "commuting": ("theory_commuting", {}),
    "roads": ("theory_roads", {}),
    "services": ("theory_choice", {"service_elasticity": 0.3}),
    "diffusion": ("theory_diffusion", {}),
    "belt": ("theory_choice", {}),
    "villages": ("theory_villages", {}),
    "income_tax": ("theory_budgets", {}),
    "transfer": ("theory_budgets", {}),
}


@dataclass(frozen=True)
class Reading:
    """A year read off a model: prices, supplies, people by cell, log values of places without amenity, welfare by home.

    welfare: (home,) the model's own, log points over what the places the corner starts from are worth at values of zero.
    """

    world: World
    clearing: Clearing
    supply: Supply
    money: treasury.Statement
    persons: Array
    values: Array
    welfare: Array

    @property
    def shares(self) -> Array:
        """Shares of people by cell, (cell,)."""
        return np.asarray(self.persons / self.persons.sum())

    @property
    def real_wage(self) -> Array:
        """Wages over the price of goods, (cell,)."""
        return np.asarray(self.clearing.wage / self.clearing.price_index)

    @property
    def unit_cost(self) -> Array:
        """Unit costs, (cell, sector); infinite where nothing is made."""
        clearing, made = self.clearing, self.supply.productivity > 0
        prices = (clearing.marginal_labour, clearing.marginal_capital, clearing.land_rent, clearing.prices)
        inputs = input_cost(self.world.technology, *prices)
        return np.asarray(np.where(made, inputs / np.where(made, self.supply.productivity, 1.0), np.inf))

    @property
    def trade_shares(self) -> Array:
        """Shares of spending (buying cell, producing cell, sector) at the prices that cleared: O_ncj (c_cj / P_nj)^-theta.

        They add up to one over producing cells where these prices are those of the unit costs.
        """
        ratio = np.where(np.isfinite(self.unit_cost), self.unit_cost, 1.0)[None] / self.clearing.prices[:, None]
        power = ratio**-self.world.parameters.trade_elasticity
        return np.asarray(np.where(np.isfinite(self.unit_cost)[None], whole(self.supply.openness) * power, 0.0))

    @property
    def spending(self) -> Array:
        """Spending (cell, sector): households', governments' and investors' baskets, and materials."""
        tech = self.world.technology
        bills = ((1 - tech.value_added) * self.clearing.revenue) @ tech.materials
        return np.asarray(self.money.final_demand[:, None] * tech.spending + bills)

    @property
    def flows(self) -> Array:
        """Trade (buying cell, producing cell, sector), what each spends on each."""
        return np.asarray(self.trade_shares * self.spending[:, None])

    @property
    def home_share(self) -> Array:
        """Share of spending on goods of the own cell, first sector, (cell,)."""
        return np.asarray(self.trade_shares[:, :, 0].diagonal())


def corner(name: str, parts: Mapping[str, Any] | None = None, **parameters: float) -> World:
    """The world of a corner; `parts` replaces arrays of its description, keywords replace parameters."""
    world, own = CORNERS[name]
    values = parameter_table(world, {**own, **parameters})
    return theory.assemble(world, replace(theory.described(world), **(parts or {})), values)


def model_of(world: World, laws: Sequence[Law] = ()) -> Years:
    """The model in the continuum, which has no luck."""
    return Years(world, laws, last_year=10**6, continuum=True)


def lived(world: World, years: int, laws: Sequence[Law] = ()) -> Years:
    """The model after so many years."""
    return onward(model_of(world, laws), years)


def onward(model: Years, years: int) -> Years:
    """The same model so many years later."""
    for _ in range(years):
        model.step()
    return model


def settled(world: World, laws: Sequence[Law] = ()) -> Reading:
    """The year in which nothing moves any more."""
    return read(at_rest(world, laws))


def at_rest(world: World, laws: Sequence[Law] = (), most: int = 5_000, still: float = 1e-13) -> Years:
    """The model once no stock of people or capital changes by more than `still` of all in a year.

    Raises FactorFlowError where that takes more than `most` years.
    """
    return until_still(model_of(world, laws), most, still)


def until_still(model: Years, most: int = 5_000, still: float = 1e-13) -> Years:
    """The same model once nothing moves, as `at_rest` has it."""
    for _ in range(most):
        before = _stocks(model)
        model.step()
        if np.abs(_stocks(model) - before).max() <= still:
            return model
    name = model.world.name
    raise FactorFlowError(f"{name} still moves after {most} years: the corner has no resting point near its start")


def law(name: str, instrument: str, **terms: Any) -> PolicyInForce:
    """A policy in force from the first year on unless `from_` says otherwise."""
    return PolicyInForce(name, instruments()[instrument].Terms(**{"instrument": instrument, "from_": 1, **terms}))


def _stocks(model: Years) -> Array:
    """Shares of people and of capital by (home, cell), or by cell where home makes no difference to what is chosen."""
    people, capital = model.economy.workforce.residence, model.economy.capital_units
    if np.ptp(model.world.choice.pull, axis=0).max() == 0:
        people = people.sum(axis=0, keepdims=True)
    parts = (people / people.sum(), capital.sum(axis=0) / capital.sum())
    return np.concatenate([part.ravel() for part in parts])


def read(model: Years) -> Reading:
    """The markets of the year a model stands in, cleared under the law in force."""
    world, economy = model.world, model.economy
    rules = baseline_rules(world, economy)
    for law in model.laws:
        rules = law(rules, world, model.year)
    clearing, maps, supply = clear_markets(world, economy, rules)
    money = treasury.statement(maps, clearing.revenue)
    values = place_values(world, economy, rules, clearing, money, model.base)[0]  # alike for every home
    gain = labour_gain(world, economy, rules, clearing, money, model.base)
    gained = welfare(world, economy, rules, gain)[0]
    return Reading(world, clearing, supply, money, economy.workforce.persons, values, gained)


def at_start(world: World) -> Reading:
    """The first year of a world."""
    return read(model_of(world))


def chosen(world: World) -> Array:
    """Shares of places chosen in the first year by those who reconsider, (home, place)."""
    model = model_of(world)
    before = model.economy.workforce.residence.copy()
    model.step()
    mobility = damped(world.parameters.labour_mobility, world.parameters.labour_choice_elasticity)
    arrived = model.economy.workforce.residence - (1 - mobility) * before
    return np.asarray(arrived / (mobility * before.sum(axis=1, keepdims=True)))
