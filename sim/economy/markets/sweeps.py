"""One sweep over all markets, compiled: factor prices, unit costs, prices of goods, spending, sales, a step of revenues."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Array
from sim.compiled import compiled


class Markets(NamedTuple):
    """What compiled sweeps read of a year, tables by (sector, cell) or as said, so that cells lie side by side.

    size: total revenue, held while searching; productivity, vouchers: (cell, sector); floor: wage floors over the base year's
    level of prices; weights: those of the numeraire.
    """

    size: float
    labour: Array
    capital: Array
    land: Array
    productivity: Array
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


class State(NamedTuple):
    """What sweeps write: revenue, residual (cell, sector), prices of factors (factor, cell), and room to work on.

    work: (5, sector, cell), log prices of goods first; by_cell: (4, cell): final demand, housing, households' goods and the
    least that labour costs.
    """

    revenue: Array
    residual: Array
    factor_prices: Array
    work: Array
    by_cell: Array
    log_productivity: Array


def beginning(start: Array) -> State:
    """The state before the first sweep from revenues (cell, sector): prices of goods are one."""
    cells, sectors = start.shape
    tables = np.zeros((cells, sectors)), np.zeros((3, cells)), np.zeros((5, sectors, cells)), np.zeros((4, cells))
    return State(start.copy(), *tables, np.zeros((cells, sectors)))


# Sums over cells run in the order of the cells, never in that of a linear-algebra library, which may change with the number
# of threads: a matrix is laid out by column, each column is added to all rows at once, and the compiler uses wide registers.


@compiled()
def sweeps(  # type: ignore[no-untyped-def]
    state, markets, by_buyer, by_seller, final_map, housing_map, goods_map, tolerance, most
):
    """Sweep until every market clears; returns how many sweeps it took.

    by_buyer, by_seller: openness (sector, buyer, seller) and (sector, seller, buyer); maps: (cell x sector, cell), what is
    bought of revenues. Loops in place of array expressions compile in a third of the time.
    """
    begin(state, markets)
    potential, market, spent, sales = state.work[1], state.work[2], state.work[3], state.work[4]
    flat = state.revenue.reshape(state.revenue.size)
    done = 0
    while done < most:
        done += 1
        _times(state.by_cell[0], final_map, flat)
        _times(state.by_cell[1], housing_map, flat)
        if markets.with_vouchers:
            _times(state.by_cell[2], goods_map, flat)
        offer(state, markets)
        for j in range(market.shape[0]):
            _times(market[j], by_seller[j], potential[j])
        change = price(state, markets)
        spend(state, markets)
        for j in range(sales.shape[0]):
            _times(sales[j], by_buyer[j], spent[j])
        total = sell(state, markets)
        if change < tolerance and _all_below(state.residual, tolerance):
            break
        scale(state.revenue, markets.size / total)
    return done


@compiled()
def begin(state, markets):  # type: ignore[no-untyped-def]
    """Scale revenues to their total, and take the logs of productivity."""
    scale(state.revenue, markets.size / _sum(state.revenue))
    _logs(state.log_productivity, markets.productivity)


@compiled()
def offer(state, markets):  # type: ignore[no-untyped-def]
    """First part of a sweep: factor prices at these revenues, and the potentials at which cells offer their goods."""
    log_prices, potential, least = state.work[0], state.work[1], state.by_cell[3]
    _pay_factors(
        state.factor_prices, state.revenue, state.by_cell[1], markets.labour, markets.capital, markets.land,
        markets.labour_share, markets.capital_share, markets.land_share, markets.value_added,
    )  # fmt: skip
    if markets.with_floor:
        level = _level(log_prices, markets.weights, markets.spending)
        for c in range(least.size):
            least[c] = markets.floor[c] * level
    _make(
        potential, state.factor_prices, least, log_prices, markets.productivity, state.log_productivity,
        markets.labour_share, markets.capital_share, markets.land_share, markets.value_added, markets.materials,
        markets.theta,
    )  # fmt: skip


@compiled()
def price(state, markets):  # type: ignore[no-untyped-def]
    """Second part: prices from the competition in every market; returns the largest change of a log price."""
    return _price(state.work[2], state.work[0], markets.theta)


@compiled()
def spend(state, markets):  # type: ignore[no-untyped-def]
    """Third part: spending on every good over the competition in its market."""
    _spend(
        state.work[3], state.revenue, state.by_cell[0], state.by_cell[2], markets.vouchers, state.work[2],
        markets.value_added, markets.materials, markets.spending,
    )  # fmt: skip


@compiled()
def sell(state, markets):  # type: ignore[no-untyped-def]
    """Last part: excess demand, and a damped geometric step of revenues, yet to be scaled; returns their sum."""
    return _sell(state.residual, state.work[4], state.revenue, markets.productivity, state.work[1], markets.damping)


@compiled()
def exponentials(logs):  # type: ignore[no-untyped-def]
    """The numbers a table holds the logs of."""
    table = np.empty_like(logs)
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            table[row, column] = np.exp(logs[row, column])
    return table


@compiled()
def _sum(table):  # type: ignore[no-untyped-def]
    """The sum of a table, row by row."""
    total = 0.0
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            total += table[row, column]
    return total


@compiled()
def scale(table, factor):  # type: ignore[no-untyped-def]
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
def _price(market, log_prices, theta):  # type: ignore[no-untyped-def]
    """Log prices from the competition in every market; returns the largest change of one."""
    change = 0.0
    for j in range(market.shape[0]):
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
def _sell(residual, sales, revenue, productivity, potential, damping):  # type: ignore[no-untyped-def]
    """Excess demand of every cell at its sales over its potential, and a damped step of its revenue; returns all revenue."""
    total = 0.0
    for j in range(sales.shape[0]):
        for c in range(sales.shape[1]):
            if productivity[c, j] > 0.0:
                ratio = sales[j, c] * potential[j, c] / revenue[c, j]
                residual[c, j] = abs(ratio - 1.0)
                revenue[c, j] *= ratio ** damping[j]
                total += revenue[c, j]
    return total
