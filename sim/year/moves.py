"""The decisions of a year: the tables by which labour, capital and land choose where to go."""

from __future__ import annotations

import numpy as np

from sim.agents.capital import capital_tables
from sim.agents.choice import MoveTables
from sim.agents.labour import labour_tables, share_in_town
from sim.agents.land import land_tables
from sim.arrays import Array
from sim.economy import treasury
from sim.economy.markets.clearing import Clearing
from sim.economy.prices import BaseYear
from sim.economy.state import Economy, Rules, log_change
from sim.world.world import TRAINING, World
from sim.year.values import capital_gain, training_odds


def labour_decision(world: World, economy: Economy, rules: Rules, money: treasury.Statement, gain: Array) -> MoveTables:
    """How workers choose, from the value every place gained, (home, cell) or (2, home, cell) with graduates apart."""
    training, _ = training_odds(world, economy, treasury.spent_on(rules, money, TRAINING))
    return labour_tables(world, economy.labour_seed, gain, rules.registration_cut, training)


def work_in_town_next(world: World, economy: Economy, rules: Rules, clearing: Clearing, base: BaseYear) -> Array:
    """Share of the residents of every village who work in its town next year, (cell,), by wages and wage subsidies."""
    net_wage = clearing.wage * (1 + rules.subsidy_rate("wages"))
    return share_in_town(world, economy.work_in_town, net_wage, base.wage)


def capital_decision(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, base: BaseYear, turned: Array
) -> MoveTables:
    """How capital chooses: log(r_c / r_c0) - log(P_c / P_c0) + log(1 + subsidy_c) + barriers removed, (owner, cell).

    turned: share of every village that became urban this year, (cell,).
    """
    returns = log_change(clearing.rental, base.rental) - log_change(clearing.price_index, base.price_index)
    returns = returns + np.log1p(rules.subsidy_rate("capital"))
    return capital_tables(world, economy.capital_seed, returns + capital_gain(world, rules), turned)


def land_decision(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, base: BaseYear, turned: Array
) -> MoveTables:
    """How rights to land choose: by log rent over that of the base year, among places that the law opens to them."""
    rents = log_change(clearing.land_rent, base.land_rent)
    seed = economy.land_seed + rules.land_opening * economy.land_seed.diagonal()[:, None]
    return land_tables(world, seed, rents, turned)
