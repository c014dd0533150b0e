"""The markets of a year: costs, supplies and demands as they stand, cleared."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.economy import accounts, growth, incomes, treasury
from sim.economy.markets import trade
from sim.economy.markets.clearing import Clearing, clear
from sim.economy.markets.given import Demand, DemandAt, Supply
from sim.economy.state import Economy, Rules, hours_of_work
from sim.errors import FactorFlowError
from sim.world.technology import input_cost
from sim.world.world import World

Maps = treasury.IncomeMaps | treasury.AppliedShares

MOST_ROUNDS = 200  # of clearing markets anew for what capital pays of wage floors
SETTLED = 1e-12  # change of it, over the wage bill, at which it counts as agreed


def clear_markets(world: World, economy: Economy, rules: Rules) -> tuple[Clearing, Maps, Supply]:
    """Clear the year's markets where the factors are, under the law in force; also the maps and supplies they cleared on.

    What capital adds to wages under a floor depends on the wage that clears, so markets clear until both agree.
    """
    added, start = np.zeros(world.cells), economy.revenue
    for _ in range(MOST_ROUNDS):
        clearing, maps, supply = _clear_at(world, economy, rules, added, start)
        wanted = _topped_up(world, rules, clearing.wage / (1.0 + added))
        if np.abs(wanted - added).max() <= SETTLED:
            _check_capital_can_pay(world, clearing, added, economy.year)
            return clearing, maps, supply
        added, start = wanted, clearing.revenue
    raise FactorFlowError(f"what capital adds to wages under the floors of {economy.year} does not settle")


def _topped_up(world: World, rules: Rules, wage: Array) -> Array:
    """What capital adds to wages over labour's bill, (cell,): min(W / w, 1 / (1 - markdown)) - 1, 0 where w is W or more."""
    most = 1.0 / (1.0 - world.parameters.markdown)
    return np.asarray(np.clip(rules.wage_floor / wage, 1.0, most) - 1.0)


def _check_capital_can_pay(world: World, clearing: Clearing, added: Array, year: int) -> None:
    """Raise FactorFlowError where a wage floor asks more of capital than it earns."""
    short = np.flatnonzero((added > 0) & ~(clearing.rental > 0))
    if short.size:
        raise FactorFlowError(
            f"the wage floor in {world.places.cells[short[0]]} in {year} takes all that capital earns there; lower it or the "
            "parameter markdown"
        )


def _clear_at(world: World, economy: Economy, rules: Rules, added: Array, start: Array) -> tuple[Clearing, Maps, Supply]:
    """Clear with what capital adds to wages over labour's bill given, (cell,), searching from `start`."""
    maps = treasury.income_maps(world, economy, rules, added)
    accounts.close(accounts.demand_residuals(world, maps), economy.year)  # no market clears where money is lost
    index = growth.infrastructure_index(economy)
    km = trade.travelled(world, rules.distance_km, rules.links)
    supply = Supply(
        labour=hours_of_work(world, economy.workforce).sum(axis=0),
        capital=economy.capital,
        land=economy.effective_land,
        productivity=growth.productivity(world, economy, index, rules.belts),
        openness=trade.openness_of_year(world, km, index, rules, world.wide),
        wage_floor=rules.wage_floor,
        topped_up=added,
    )
    vouchers = incomes.voucher_rates(world, rules.goods_discount, rules.goods_discount)
    demand = (
        DemandAt(maps.bought_at, maps.incomes_at, vouchers)
        if isinstance(maps, treasury.AppliedShares)
        else Demand(maps.final_demand, maps.housing, maps.goods, vouchers)
    )
    return clear(world, supply, demand, start, economy.year), maps, supply


def cost_at_size_one(world: World, economy: Economy, rules: Rules, clearing: Clearing) -> Array:
    """Unit cost a cell would have at size one, (cell, sector): input cost over productivity gained since the base year."""
    factors = (clearing.marginal_labour, clearing.marginal_capital, clearing.land_rent)
    inputs = input_cost(world.technology, *factors, clearing.prices)
    size = np.where(economy.size > 0, economy.size, 1.0)
    index = growth.infrastructure_index(economy)
    gain = np.where(economy.size > 0, growth.productivity(world, economy, index, rules.belts) / size, 1.0)
    return np.asarray(inputs / gain)
