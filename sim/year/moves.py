"""The decisions of a year: the tables by which labour, capital and land choose where to go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from sim.agents.capital import capital_tables
from sim.agents.choice import InvalidTable, MoveTables
from sim.agents.labour import labour_tables, pull_of_year, share_in_town
from sim.agents.land import land_tables
from sim.arrays import Array
from sim.economy import treasury
from sim.economy.markets.clearing import Clearing
from sim.economy.people import transfer_odds
from sim.economy.prices import BaseYear
from sim.economy.state import Economy, Rules, as_without_policies, log_change
from sim.errors import FactorFlowError
from sim.world.proof import proved, unusual
from sim.world.world import TRAINING, World
from sim.year.values import capital_gain, training_odds


def labour_decision(world: World, economy: Economy, rules: Rules, money: treasury.Statement, gain: Array) -> MoveTables:
    """How workers choose, from the value every place gained, (home, cell) or (2, home, cell) with graduates apart."""
    training, _ = training_odds(world, economy, treasury.spent_on(rules, money, TRAINING))
    proved(world, economy.year, "the value to labour", np.moveaxis(gain, -1, 0))
    with _named(world, economy, "labour"):
        pull, transfer = pull_of_year(world, economy.year), transfer_odds(world, economy)
        return labour_tables(world, economy.labour_seed, gain, rules.registration_cut, transfer, training, pull)


def work_in_town_next(world: World, economy: Economy, rules: Rules, clearing: Clearing, base: BaseYear) -> Array:
    """Share of the residents of every village who work in its town next year, (cell,), by wages and wage subsidies."""
    net_wage = clearing.wage * (1 + rules.subsidy_rate("wages"))
    shares = share_in_town(world, economy.work_in_town, net_wage, base.wage)
    return proved(world, economy.year, "the share of residents who work in town", shares, 0.0, 1.0)


def capital_decision(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, base: BaseYear, turned: Array
) -> MoveTables:
    """How capital chooses: log(r_c / r_c0) - log(P_c / P_c0) + log(1 + subsidy_c) + barriers removed, (owner, cell).

    turned: share of every village that became urban this year, (cell,).
    """
    returns = log_change(clearing.rental, base.rental) - log_change(clearing.price_index, base.price_index)
    returns = returns + np.log1p(rules.subsidy_rate("capital"))
    gain = proved(world, economy.year, "the return to capital", np.transpose(returns + capital_gain(world, rules))).T
    proved(world, economy.year, "the worth of a slice of capital", economy.unit_value, 0.0)
    with _named(world, economy, "capital"):
        return capital_tables(world, economy.capital_seed, gain, turned)


def land_decision(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, base: BaseYear, turned: Array
) -> MoveTables:
    """How rights to land choose: by log rent over that of the base year, among places that the law opens to them."""
    rents = log_change(clearing.land_rent, base.land_rent)
    seed, own = economy.land_seed, economy.land_seed.diagonal()[:, None]
    if not as_without_policies(rules.land_opening, 0.0):
        seed = seed + rules.land_opening * own
    proved(world, economy.year, "the rent of land", rents)
    proved(world, economy.year, "the land on offer", seed.T, 0.0)
    with _named(world, economy, "land"):
        return land_tables(world, seed, rents, turned)


@contextmanager
def _named(world: World, economy: Economy, factor: str) -> Iterator[None]:
    """Name the factor, the places and the year of a table that is not valid."""
    try:
        yield
    except InvalidTable as error:
        cells = world.places.cells
        places = " to ".join(cells[place % len(cells)] for place in error.at)
        raise FactorFlowError(
            f"{factor} in {economy.year}: {error.what} of {places} are {error.value:.4g}; they {error.wanted}."
            f"{unusual(world)}"
        ) from error
