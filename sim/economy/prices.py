"""Prices of the base year and the cost of living: what money buys where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.economy.markets.clearing import Clearing
from sim.economy.state import Economy, hours_of_work, log_change
from sim.once import once
from sim.world.world import World


@dataclass(frozen=True)
class BaseYear:
    """What the base year was, against which changes are measured; (cell,) each, yuan of 2014.

    other_income is disposable income per head other than net wages; infrastructure is an index of 1. general: general
    purchases per head; general_share: the same over consumption per head; home_rents: (home,) the rents of a home's land.
    """

    wage: Array
    rental: Array
    land_rent: Array
    price_index: Array
    value: Array
    mean_efficiency: float
    other_income: Array
    general: Array
    general_share: Array
    home_rents: Array


@once(keeper=1)
def living_cost(world: World, clearing: Clearing, base: BaseYear, discount: Array) -> Array:
    """Cost of living over the base year, (cell,): (p prod_j (1 - v_j)^mu_j)^(1-h) rho^h (Rosen 1979, Roback 1982).

    discount: v, the share of a good's price that vouchers pay, (cell, sector).
    """
    share = world.parameters.housing_share
    goods = log_change(clearing.price_index, base.price_index) + np.log1p(-discount) @ world.technology.spending
    housing = log_change(clearing.land_rent, base.land_rent)
    return np.asarray(np.exp((1 - share) * goods + share * housing))


def income_at_base_returns(world: World, economy: Economy, base: BaseYear) -> Array:
    """Income per head had every return stayed that of the base year, (cell,): composition alone.

    (1 - wedge) sum_d hours_cd w_d0 / N_c + other income per head of the base year
    """
    pay = hours_of_work(world, economy.workforce) @ base.wage / economy.workforce.persons
    return np.asarray((1 - world.public.wedge) * pay + base.other_income)
