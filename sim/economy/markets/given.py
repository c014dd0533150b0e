"""What markets take as given while they clear: factors, productivity, openness, and demand as shares of revenues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.economy.markets.ways import Ways
from sim.world.proof import proved
from sim.world.world import World


@dataclass(frozen=True)
class Supply:
    """What stands still while markets clear: factors by cell, productivity (cell, sector), openness of trade.

    wage_floor: (cell,) yuan of 2014 per efficiency unit at work, 0 or left out where there is none. topped_up: (cell,) what
    capital adds to wages to pay it, over labour's bill; left out: nothing.
    """

    labour: Array
    capital: Array
    land: Array
    productivity: Array
    openness: Array | Ways
    wage_floor: Array | None = None
    topped_up: Array | None = None


@dataclass(frozen=True)
class Demand:
    """What is bought, linear in revenues R: maps (cell, cell x sector) of final demand F, housing and households' goods C.

    vouchers: v (cell, sector), what public money adds to every yuan of C for a good.
    """

    final: Array
    housing: Array
    goods: Array
    vouchers: Array


@dataclass(frozen=True)
class DemandAt:
    """What is bought at any revenues, (cell, sector), and incomes, (cell,), where maps would be too large.

    bought_at: final demand, housing and households' goods, and the incomes that follow, (cell,) each; incomes_at: those that
    follow from themselves; vouchers: as in `Demand`.
    """

    bought_at: Callable[[Array, Array], tuple[Array, Array, Array, Array]]
    incomes_at: Callable[[Array], Array]
    vouchers: Array


def marginal_floor(world: World, supply: Supply) -> Array:
    """What a unit of labour costs at least at the margin, (cell,): (1 - markdown) W, as a floor takes what employers keep."""
    if supply.wage_floor is None:
        return np.zeros(world.cells)
    return np.asarray((1.0 - world.parameters.markdown) * supply.wage_floor)


def prove(world: World, supply: Supply, demand: Demand | DemandAt, start: Array, year: int) -> None:
    """Raise FactorFlowError where what the compiled sweeps take in is not finite, or negative where that means nothing."""
    least = np.finfo(float).tiny
    for what, stock in (("labour", supply.labour), ("capital", supply.capital), ("land", supply.land)):
        proved(world, year, f"the {what}", stock, least)
    made = supply.productivity > 0
    proved(world, year, "the productivity", supply.productivity, 0.0)
    opened = supply.openness
    proved(world, year, "the openness of trade", opened.shared if isinstance(opened, Ways) else opened, 0.0)
    proved(world, year, "the revenue it starts from", np.where(made, start, least), least)
    if supply.wage_floor is not None:
        proved(world, year, "the wage floor", supply.wage_floor, 0.0)
    if isinstance(demand, Demand):
        maps = (demand.final, demand.housing, demand.goods)
        for what, table in zip(("final demand", "housing", "purchases of goods"), maps, strict=True):
            proved(world, year, f"the map of {what}", table)
    proved(world, year, "what vouchers add to purchases", demand.vouchers, 0.0)
