"""The temporary equilibrium of a year: revenues at which all goods and factor markets clear where the factors are."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from sim.errors import MarketDidNotClear
from sim.world.world import Array, World

TOLERANCE = 1e-12  # largest relative excess demand of any market at which the year counts as cleared
ACCEPTED = 1e-9  # what rounding may leave where the tolerance is below it
MOST_SWEEPS = 20_000


@dataclass(frozen=True)
class Clearing:
    """Prices and quantities of a cleared year; money in yuan of 2014 (the numeraire's price is that of the base year).

    revenue: (cell, sector); prices of goods: (cell, sector); price_index: (cell,) of the goods basket; wage per
    efficiency unit, rental of capital, land_rent per km2: (cell,); residual: largest relative excess demand.
    """

    revenue: Array
    prices: Array
    price_index: Array
    wage: Array
    rental: Array
    land_rent: Array
    residual: float
    sweeps: int


@dataclass(frozen=True)
class Supply:
    """What stands still while markets clear: factors by cell, productivity (cell, sector), openness of trade."""

    labour: Array
    capital: Array
    land: Array
    productivity: Array
    openness: Array


@dataclass(frozen=True)
class Demand:
    """What is bought, linear in revenues R: maps (cell, cell x sector) of final demand F, housing and households' goods C.

    vouchers: v (cell, sector), what public money adds to every yuan of C for a good.
    """

    final: Array
    housing: Array
    goods: Array
    vouchers: Array


def clear(world: World, supply: Supply, demand: Demand, start: Array, year: int) -> Clearing:
    """Find revenues R that reproduce themselves, and deflate them by the numeraire.

    R_cj = sum_n pi_ncj X_nj,   X_nj = mu_j F_n + v_nj C_n + sum_k (1 - gamma_k) a_kj R_nk

    Within a year incomes are linear in revenues, and so is demand. A damped fixed point on R from `start` (last year's);
    total revenue is held while searching, since every price is free up to a scale, and fixed afterwards by the numeraire:
    the base-year basket's geometric price index at its base-year value. Raises MarketDidNotClear naming the worst market.
    """
    tech, theta = world.technology, world.parameters["trade_elasticity"]
    size = start.sum()
    # an own-price elasticity near theta gamma turns a full step into an oscillation (Alvarez and Lucas 2007)
    damping = 1.0 / (1.0 + 0.5 * theta * tech.value_added)
    revenue, prices, wage, rental, rent, residual, sweeps = _sweeps(
        start,
        size,
        supply.labour,
        supply.capital,
        supply.land,
        supply.productivity,
        np.ascontiguousarray(supply.openness.transpose(2, 0, 1)),
        np.ascontiguousarray(demand.final),
        np.ascontiguousarray(demand.housing),
        np.ascontiguousarray(demand.goods),
        demand.vouchers,
        tech.labour,
        tech.capital,
        tech.land,
        tech.value_added,
        tech.materials,
        tech.spending,
        theta,
        damping,
        TOLERANCE,
        MOST_SWEEPS,
    )
    worst = float(np.nanmax(residual)) if np.isfinite(residual).all() else np.inf
    if worst > ACCEPTED:
        cell, sector = np.unravel_index(np.argmax(np.where(np.isfinite(residual), residual, np.inf)), residual.shape)
        raise MarketDidNotClear(f"{tech.sectors[sector]} in {world.places.cells[cell]}", year, worst, sweeps)
    index = np.exp(np.log(prices) @ tech.spending)
    level = float(np.exp(np.log(index) @ world.price_weights)) / world.price_level
    return Clearing(
        revenue=revenue / level,
        prices=prices / level,
        price_index=index / level,
        wage=wage / level,
        rental=rental / level,
        land_rent=rent / level,
        residual=worst,
        sweeps=sweeps,
    )


@numba.njit(cache=True)
def _sweeps(  # type: ignore[no-untyped-def]
    start, size, labour, capital, land, productivity, openness, spending_map, housing_map, goods_map, vouchers,
    labour_share, capital_share, land_share, value_added, materials, spending, theta, damping, tolerance, most,
):  # fmt: skip
    """Sweep until every market clears: factor prices, unit costs, prices, spending, sales; one geometric step a sweep."""
    cells, sectors = start.shape
    revenue = start * (size / start.sum())
    log_prices, potential = np.zeros((cells, sectors)), np.zeros((cells, sectors))
    factor_prices = np.zeros((cells, 3))
    residual = np.zeros((cells, sectors))
    with_vouchers = vouchers.max() > 0.0
    sweep = 0
    while sweep < most:
        sweep += 1
        flat = revenue.ravel()
        final, housing = spending_map @ flat, housing_map @ flat
        goods = goods_map @ flat if with_vouchers else housing
        _pay_factors(
            factor_prices, revenue, housing, labour, capital, land, labour_share, capital_share, land_share, value_added
        )
        _make(
            potential, factor_prices, log_prices, productivity,
            labour_share, capital_share, land_share, value_added, materials, theta,
        )  # fmt: skip
        market = np.ones((cells, sectors))
        price_change = _price(market, log_prices, potential, openness, theta)
        total = _sell(
            residual, revenue, final, goods, vouchers, market, productivity, potential, openness,
            value_added, materials, spending, damping,
        )  # fmt: skip
        if residual.max() < tolerance and price_change < tolerance:
            break
        revenue *= size / total
    wage, rental, rent = factor_prices[:, 0].copy(), factor_prices[:, 1].copy(), factor_prices[:, 2].copy()
    return revenue, np.exp(log_prices), wage, rental, rent, residual, sweep


@numba.njit(cache=True)
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
        factor_prices[c, 0] = pay_labour / labour[c]
        factor_prices[c, 1] = pay_capital / capital[c] if pay_capital > 0.0 else 0.0
        factor_prices[c, 2] = pay_land / land[c] if pay_land > 0.0 else 0.0


@numba.njit(cache=True)
def _make(  # type: ignore[no-untyped-def]
    potential, factor_prices, log_prices, productivity,
    labour_share, capital_share, land_share, value_added, materials, theta,
):  # fmt: skip
    """Supply potentials c^-theta of every cell and sector from factor and material prices; zero where nothing is made."""
    for c in range(potential.shape[0]):
        log_wage = np.log(factor_prices[c, 0])
        log_rental = np.log(factor_prices[c, 1]) if factor_prices[c, 1] > 0.0 else 0.0
        log_rent = np.log(factor_prices[c, 2]) if factor_prices[c, 2] > 0.0 else 0.0
        for j in range(potential.shape[1]):
            if productivity[c, j] > 0.0:
                factors = labour_share[j] * log_wage + capital_share[j] * log_rental + land_share[j] * log_rent
                bill = 0.0
                for k in range(potential.shape[1]):
                    bill += materials[j, k] * log_prices[c, k]
                cost = value_added[j] * factors + (1.0 - value_added[j]) * bill
                potential[c, j] = np.exp(-theta * (cost - np.log(productivity[c, j])))


@numba.njit(cache=True)
def _price(market, log_prices, potential, openness, theta):  # type: ignore[no-untyped-def]
    """Competition in every market and its log price; returns the largest change of a log price."""
    change = 0.0
    for j in range(market.shape[1]):
        for n in range(market.shape[0]):
            total = 0.0
            for c in range(market.shape[0]):
                total += openness[j, n, c] * potential[c, j]
            market[n, j] = total
            log_price = -np.log(total) / theta
            change = max(change, abs(log_price - log_prices[n, j]))
            log_prices[n, j] = log_price
    return change


@numba.njit(cache=True)
def _sell(  # type: ignore[no-untyped-def]
    residual, revenue, final, goods, vouchers, market, productivity, potential, openness,
    value_added, materials, spending, damping,
):  # fmt: skip
    """Sales of every cell at these prices, its excess demand, and a damped step of its revenue; returns all revenue."""
    cells, sectors = revenue.shape
    spent = np.zeros((cells, sectors))
    for n in range(cells):
        for j in range(sectors):
            demand = spending[j] * final[n] + vouchers[n, j] * goods[n]
            for k in range(sectors):
                demand += (1.0 - value_added[k]) * materials[k, j] * revenue[n, k]
            spent[n, j] = demand / market[n, j]
    total = 0.0
    for j in range(sectors):
        for c in range(cells):
            if productivity[c, j] > 0.0:
                sales = 0.0
                for n in range(cells):
                    sales += openness[j, n, c] * spent[n, j]
                sales *= potential[c, j]
                residual[c, j] = abs(sales / revenue[c, j] - 1.0)
                revenue[c, j] *= (sales / revenue[c, j]) ** damping[j]
                total += revenue[c, j]
    return total
