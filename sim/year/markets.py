"""The markets of a year: costs, supplies and demands as they stand, cleared."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.economy import growth, treasury
from sim.economy.markets import trade
from sim.economy.markets.clearing import Clearing, Demand, Supply, clear
from sim.economy.state import Economy, Rules, hours_of_work
from sim.errors import FactorFlowError
from sim.world.technology import input_cost
from sim.world.world import World


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
        openness=trade.openness(costs, world.parameters.trade_elasticity),
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


def cost_at_size_one(world: World, economy: Economy, rules: Rules, clearing: Clearing) -> Array:
    """Unit cost a cell would have at size one, (cell, sector): input cost over productivity gained since the base year."""
    inputs = input_cost(world.technology, clearing.labour_cost, clearing.rental, clearing.land_rent, clearing.prices)
    size = np.where(economy.size > 0, economy.size, 1.0)
    index = growth.infrastructure_index(economy)
    gain = np.where(economy.size > 0, growth.productivity(world, economy, index, rules.belts) / size, 1.0)
    return np.asarray(inputs / gain)
