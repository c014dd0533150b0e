"""The temporary equilibrium of a year: revenues at which all goods and factor markets clear where the factors are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.economy.markets.given import Demand, DemandAt, Supply, marginal_floor, prove
from sim.economy.markets.search import search
from sim.economy.markets.sweeps import Markets, State, beginning, exponentials, sweeps
from sim.economy.markets.ways import Pairs, Ways
from sim.errors import FactorFlowError, MarketDidNotClear
from sim.world.proof import unusual
from sim.world.world import World

TOLERANCE = 1e-12  # largest relative excess demand of any market at which the year counts as cleared
ACCEPTED = 1e-9  # what rounding may leave where the tolerance is below it
MOST_SWEEPS = 20_000


@dataclass(frozen=True)
class Clearing:
    """Prices and quantities of a cleared year; money in yuan of 2014 (the numeraire's price is that of the base year).

    revenue: (cell, sector); prices of goods: (cell, sector); price_index: (cell,) of the goods basket; wage per
    efficiency unit there, the mean over those with and without a job; labour_cost: what a unit at work is paid, the same or
    the wage floor where that binds; rental of capital, after what it pays of a floor; land_rent per km2: (cell,).
    marginal_labour, marginal_capital: (cell,) what enters unit costs, labour_cost and rental where capital pays nothing of a
    floor. residual: largest relative excess demand.
    """

    revenue: Array
    prices: Array
    price_index: Array
    wage: Array
    labour_cost: Array
    rental: Array
    land_rent: Array
    marginal_labour: Array
    marginal_capital: Array
    residual: float
    sweeps: int

    @property
    def employment(self) -> Array:
        """Share of the efficiency units of a cell that have a job, (cell,): E / H = w / W, 1 where no floor binds."""
        return np.asarray(self.wage / self.labour_cost)


def clear(world: World, supply: Supply, demand: Demand | DemandAt, start: Array, year: int) -> Clearing:
    """Find revenues R that reproduce themselves, and deflate them by the numeraire.

    R_cj = sum_n pi_ncj X_nj,   X_nj = mu_j F_n + v_nj C_n + sum_k (1 - gamma_k) a_kj R_nk

    Within a year incomes are linear in revenues, and so is demand. A damped fixed point on R from `start` (the base year's
    on the ground cells now cover); total revenue is held while searching, since every price is free up to a scale, and fixed
    afterwards by the numeraire: the base-year basket's geometric price index at its base-year value. Where a wage floor W
    binds, labour costs W and jobs are rationed: E = wage bill / W < H (Harris and Todaro 1970); with a markdown m it costs
    (1 - m) W at the margin, and only where that is above the wage are jobs fewer. Raises MarketDidNotClear naming the worst
    market.
    """
    tech = world.technology
    prove(world, supply, demand, start, year)
    floor, state = marginal_floor(world, supply), beginning(start)
    taken = _swept(world, year, state, _markets(world, supply, demand.vouchers, start), supply.openness, demand)
    revenue, residual, factor_prices = state.revenue, state.residual, state.factor_prices
    prices, (wage, rental, rent) = exponentials(state.work[0]).T, factor_prices
    sound = all(np.isfinite(table).all() for table in (residual, revenue, prices, factor_prices))
    worst = float(residual.max()) if sound else np.inf
    if worst > ACCEPTED:
        cell, sector = np.unravel_index(np.argmax(np.where(np.isfinite(residual), residual, np.inf)), residual.shape)
        beside = "" if sound else " Prices left what numbers can hold."
        beside += " A wage floor binds there or elsewhere." if floor.max() > 0.0 else ""
        market = f"{tech.sectors[sector]} in {world.places.cells[cell]}"
        raise MarketDidNotClear(market, year, worst, taken, beside + unusual(world))
    index = np.exp(np.log(prices) @ tech.spending)
    level = float(np.exp(np.log(index) @ world.price_weights)) / world.price_level
    added = np.zeros(world.cells) if supply.topped_up is None else supply.topped_up
    wage, rental, rent = wage / level, rental / level, rent / level
    dearest = np.maximum(wage, floor)
    return Clearing(
        revenue=revenue / level,
        prices=prices / level,
        price_index=index / level,
        wage=wage * (1.0 + added),
        labour_cost=dearest * (1.0 + added),
        rental=rental - added * wage * supply.labour / supply.capital if added.any() else rental,
        land_rent=rent,
        marginal_labour=dearest,
        marginal_capital=rental,
        residual=worst,
        sweeps=taken,
    )


def _markets(world: World, supply: Supply, vouchers: Array, start: Array) -> Markets:
    """The markets of a year as the sweeps read them: tables by (sector, cell), so that cells lie side by side."""
    tech, theta = world.technology, world.parameters.trade_elasticity
    floor = marginal_floor(world, supply)
    return Markets(
        size=start.sum(),
        labour=supply.labour,
        capital=supply.capital,
        land=supply.land,
        productivity=supply.productivity,
        vouchers=vouchers,
        with_vouchers=bool(vouchers.max() > 0.0),
        labour_share=tech.labour,
        capital_share=tech.capital,
        land_share=tech.land,
        value_added=tech.value_added,
        materials=tech.materials,
        spending=tech.spending,
        floor=floor / world.price_level,
        with_floor=bool(floor.max() > 0.0),
        weights=world.price_weights,
        theta=theta,
        # an own-price elasticity near theta gamma turns a full step into an oscillation (Alvarez and Lucas 2007)
        damping=1.0 / (1.0 + 0.5 * theta * tech.value_added),
    )


def _swept(world: World, year: int, state: State, markets: Markets, openness: Array | Ways, demand: Demand | DemandAt) -> int:
    """Sweep until the markets clear; returns how many sweeps it took.

    A market that falls below the smallest number a computer can hold is named in words.
    """
    try:
        if isinstance(demand, DemandAt):
            trade = openness if isinstance(openness, Ways) else Pairs.of(openness)
            return search(state, markets, trade, demand, TOLERANCE, MOST_SWEEPS)
        pairs = Pairs.of(openness)
        maps = (np.ascontiguousarray(table.T) for table in (demand.final, demand.housing, demand.goods))
        return int(sweeps(state, markets, pairs.by_buyer, pairs.by_seller, *maps, TOLERANCE, MOST_SWEEPS))
    except ZeroDivisionError:
        raise FactorFlowError(
            f"the markets of {year} leave what numbers can hold: some place can sell or buy nothing.{unusual(world)}"
        ) from None
