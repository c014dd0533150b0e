"""The temporary equilibrium of a year: revenues at which all goods and factor markets clear where the factors are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.arrays import Array
from sim.compiled import compiled
from sim.economy.markets.given import Demand, Supply, marginal_floor, prove
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


class _Markets(NamedTuple):
    """What the compiled sweeps read, in their order and layout; `_sweeps` says what each is."""

    size: float
    labour: Array
    capital: Array
    land: Array
    productivity: Array
    by_buyer: Array
    by_seller: Array
    final_map: Array
    housing_map: Array
    goods_map: Array
    vouchers: Array
    with_vouchers: bool
    labour_share: Array
    capital_share: Array
    land_share: Array
    value_added: Array
    materials: Array
    spending: Array
    floor: Array
    with_floor: bool
    weights: Array
    theta: float
    damping: Array


def clear(world: World, supply: Supply, demand: Demand, start: Array, year: int) -> Clearing:
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
    floor = marginal_floor(world, supply)
    cells, sectors = start.shape
    revenue, residual = start.copy(), np.zeros((cells, sectors))
    goods_prices, factor_prices = np.zeros((sectors, cells)), np.zeros((3, cells))
    markets, work = _markets(world, supply, demand, start), _work(cells, sectors)
    sweeps = _swept(world, year, revenue, goods_prices, factor_prices, residual, *work, *markets, TOLERANCE, MOST_SWEEPS)
    prices, (wage, rental, rent) = goods_prices.T, factor_prices
    sound = all(np.isfinite(table).all() for table in (residual, revenue, prices, factor_prices))
    worst = float(residual.max()) if sound else np.inf
    if worst > ACCEPTED:
        cell, sector = np.unravel_index(np.argmax(np.where(np.isfinite(residual), residual, np.inf)), residual.shape)
        beside = "" if sound else " Prices left what numbers can hold."
        beside += " A wage floor binds there or elsewhere." if floor.max() > 0.0 else ""
        market = f"{tech.sectors[sector]} in {world.places.cells[cell]}"
        raise MarketDidNotClear(market, year, worst, sweeps, beside + unusual(world))
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
        sweeps=sweeps,
    )


def _markets(world: World, supply: Supply, demand: Demand, start: Array) -> _Markets:
    """The markets of a year as the sweeps read them: tables by (sector, cell), so that cells lie side by side."""
    tech, theta = world.technology, world.parameters.trade_elasticity
    floor = marginal_floor(world, supply)
    return _Markets(
        size=start.sum(),
        labour=supply.labour,
        capital=supply.capital,
        land=supply.land,
        productivity=supply.productivity,
        by_buyer=np.ascontiguousarray(supply.openness.transpose(2, 0, 1)),
        by_seller=np.ascontiguousarray(supply.openness.transpose(2, 1, 0)),
        final_map=np.ascontiguousarray(demand.final.T),
        housing_map=np.ascontiguousarray(demand.housing.T),
        goods_map=np.ascontiguousarray(demand.goods.T),
        vouchers=demand.vouchers,
        with_vouchers=bool(demand.vouchers.max() > 0.0),
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


def _work(cells: int, sectors: int) -> tuple[Array, Array, Array]:
    """Zeros for the sweeps to work on."""
    return np.zeros((5, sectors, cells)), np.zeros((4, cells)), np.zeros((cells, sectors))


def _swept(world: World, year: int, *tables: object) -> int:
    """The compiled sweeps; a market that falls below the smallest number a computer can hold is named in words."""
    try:
        return int(_sweeps(*tables))
    except ZeroDivisionError:
        raise FactorFlowError(
            f"the markets of {year} leave what numbers can hold: some place can sell or buy nothing.{unusual(world)}"
        ) from None


# Sums over cells run in the order of the cells, never in that of a linear-algebra library, which may change with the number
# of threads: a matrix is laid out by column, each column is added to all rows at once, and the compiler uses wide registers.


@compiled()
def _sweeps(  # type: ignore[no-untyped-def]
    revenue, prices, factor_prices, residual, work, by_cell, log_productivity,
    size, labour, capital, land, productivity, by_buyer, by_seller, final_map, housing_map, goods_map, vouchers,
    with_vouchers, labour_share, capital_share, land_share, value_added, materials, spending, floor, with_floor, weights,
    theta, damping, tolerance, most,
):  # fmt: skip
    """Sweep until every market clears: factor prices, unit costs, prices, spending, sales; one geometric step a sweep.

    Writes revenue, residual (cell, sector), prices (sector, cell), factor_prices (factor, cell); returns the number of
    sweeps. work, by_cell, log_productivity: zeros to work on. by_buyer, by_seller: openness (sector, buyer, seller) and
    (sector, seller, buyer); maps: (cell x sector, cell); floor: wage floors over the base year's level of prices, weights:
    those of the numeraire. Loops in place of array expressions compile in a third of the time.
    """
    # by (sector, cell), so that cells lie side by side
    log_prices, potential, market, spent, sales = work[0], work[1], work[2], work[3], work[4]
    final, housing, goods, least = by_cell[0], by_cell[1], by_cell[2], by_cell[3]
    _scale(revenue, size / _sum(revenue))
    _logs(log_productivity, productivity)
    flat = revenue.reshape(revenue.size)
    sweep = 0
    while sweep < most:
        sweep += 1
        _times(final, final_map, flat)
        _times(housing, housing_map, flat)
        if with_vouchers:
            _times(goods, goods_map, flat)
        _pay_factors(
            factor_prices, revenue, housing, labour, capital, land, labour_share, capital_share, land_share, value_added
        )
        if with_floor:
            level = _level(log_prices, weights, spending)
            for c in range(floor.size):
                least[c] = floor[c] * level
        _make(
            potential, factor_prices, least, log_prices, productivity, log_productivity,
            labour_share, capital_share, land_share, value_added, materials, theta,
        )  # fmt: skip
        price_change = _price(market, log_prices, potential, by_seller, theta)
        _spend(spent, revenue, final, goods, vouchers, market, value_added, materials, spending)
        total = _sell(residual, sales, revenue, spent, productivity, potential, by_buyer, damping)
        if price_change < tolerance and _all_below(residual, tolerance):
            break
        _scale(revenue, size / total)
    for j in range(prices.shape[0]):
        for c in range(prices.shape[1]):
            prices[j, c] = np.exp(log_prices[j, c])
    return sweep


@compiled()
def _sum(table):  # type: ignore[no-untyped-def]
    """The sum of a table, row by row."""
    total = 0.0
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            total += table[row, column]
    return total


@compiled()
def _scale(table, factor):  # type: ignore[no-untyped-def]
    """Multiply a table by a number, in place."""
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            table[row, column] *= factor


@compiled()
def _logs(logs, table):  # type: ignore[no-untyped-def]
    """Write the logs of a table; zero where it is not positive."""
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            logs[row, column] = np.log(table[row, column]) if table[row, column] > 0.0 else 0.0


@compiled()
def _all_below(table, bound):  # type: ignore[no-untyped-def]
    """Whether every number of a table is below a bound, which one that is no number is not."""
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            if not table[row, column] < bound:
                return False
    return True


@compiled()
def _level(log_prices, weights, spending):  # type: ignore[no-untyped-def]
    """The numeraire's price: geometric index of the base-year basket over places and goods."""
    total = 0.0
    for c in range(weights.size):
        for j in range(spending.size):
            total += weights[c] * spending[j] * log_prices[j, c]
    return np.exp(total)


@compiled()
def _times(result, columns, vector):  # type: ignore[no-untyped-def]
    """Write the product of a matrix, laid out by column (column, row), and a vector into `result`."""
    for row in range(result.size):
        result[row] = 0.0
    for column in range(vector.size):
        factor = vector[column]
        if factor != 0.0:
            for row in range(result.size):
                result[row] += columns[column, row] * factor


@compiled()
def _pay_factors(  # type: ignore[no-untyped-def]
    factor_prices, revenue, housing, labour, capital, land, labour_share, capital_share, land_share, value_added
):
    """Wage, rental and land rent of every cell: each factor's bill over its stock; zero where there is no bill."""
    for c in range(revenue.shape[0]):
        pay_labour, pay_capital, pay_land = 0.0, 0.0, housing[c]
        for j in range(revenue.shape[1]):
            added = value_added[j] * revenue[c, j]
            pay_labour += labour_share[j] * added
            pay_capital += capital_share[j] * added
            pay_land += land_share[j] * added
        factor_prices[0, c] = pay_labour / labour[c]
        factor_prices[1, c] = pay_capital / capital[c] if pay_capital > 0.0 else 0.0
        factor_prices[2, c] = pay_land / land[c] if pay_land > 0.0 else 0.0


@compiled()
def _make(  # type: ignore[no-untyped-def]
    potential, factor_prices, least, log_prices, productivity, log_productivity,
    labour_share, capital_share, land_share, value_added, materials, theta,
):  # fmt: skip
    """Supply potentials c^-theta of every cell and sector from factor and material prices; zero where nothing is made.

    Labour costs the wage, but at least least[c].
    """
    sectors, cells = potential.shape
    for c in range(cells):
        log_wage = np.log(max(factor_prices[0, c], least[c]))
        log_rental = np.log(factor_prices[1, c]) if factor_prices[1, c] > 0.0 else 0.0
        log_rent = np.log(factor_prices[2, c]) if factor_prices[2, c] > 0.0 else 0.0
        for j in range(sectors):
            if productivity[c, j] > 0.0:
                factors = labour_share[j] * log_wage + capital_share[j] * log_rental + land_share[j] * log_rent
                bill = 0.0
                for k in range(sectors):
                    bill += materials[j, k] * log_prices[k, c]
                cost = value_added[j] * factors + (1.0 - value_added[j]) * bill
                potential[j, c] = np.exp(-theta * (cost - log_productivity[c, j]))


@compiled()
def _price(market, log_prices, potential, by_seller, theta):  # type: ignore[no-untyped-def]
    """Competition in every market and its log price; returns the largest change of a log price."""
    change = 0.0
    for j in range(market.shape[0]):
        _times(market[j], by_seller[j], potential[j])
        for n in range(market.shape[1]):
            log_price = -np.log(market[j, n]) / theta
            change = max(change, abs(log_price - log_prices[j, n]))
            log_prices[j, n] = log_price
    return change


@compiled()
def _spend(  # type: ignore[no-untyped-def]
    spent, revenue, final, goods, vouchers, market, value_added, materials, spending
):
    """Spending of every cell on every good over the competition in its market."""
    sectors, cells = spent.shape
    for n in range(cells):
        for j in range(sectors):
            demand = spending[j] * final[n] + vouchers[n, j] * goods[n]
            for k in range(sectors):
                demand += (1.0 - value_added[k]) * materials[k, j] * revenue[n, k]
            spent[j, n] = demand / market[j, n]


@compiled()
def _sell(residual, sales, revenue, spent, productivity, potential, by_buyer, damping):  # type: ignore[no-untyped-def]
    """Sales of every cell at these prices, its excess demand, and a damped step of its revenue; returns all revenue."""
    total = 0.0
    for j in range(sales.shape[0]):
        _times(sales[j], by_buyer[j], spent[j])
        for c in range(sales.shape[1]):
            if productivity[c, j] > 0.0:
                ratio = sales[j, c] * potential[j, c] / revenue[c, j]
                residual[c, j] = abs(ratio - 1.0)
                revenue[c, j] *= ratio ** damping[j]
                total += revenue[c, j]
    return total
