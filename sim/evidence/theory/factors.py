"""Factors that move freely: equal returns, allocation by productivity, and what wedges cost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import Reading, at_start, corner, settled
from sim.evidence.theory.row import Row
from sim.world.theory import described

_HSIEH_KLENOW = "Hsieh and Klenow (2009)"


def factor_shares(
    productivity: Array, land: Array, shares: tuple[float, float, float], kappas: tuple[float, float], theta: float
) -> tuple[Array, Array]:
    """Shares of labour and of capital by place, where both follow returns with elasticities kappa and trade is free.

    R = (A T^g L^y K^x)^(theta/(1+theta)), L ~ R^(k_L/(1+k_L)), K ~ R^(k_K/(1+k_K)); all elasticities to infinity:
    R, L, K ~ A^(1/g) T.
    """
    y, x, g = shares
    follow = [1.0 if np.isinf(kappa) else kappa / (1 + kappa) for kappa in kappas]
    phi = 1.0 if np.isinf(theta) else theta / (1 + theta)
    log_revenue = phi * (np.log(productivity) + g * np.log(land)) / (1 - phi * (y * follow[0] + x * follow[1]))
    labour, capital = (np.exp(part * (log_revenue - log_revenue.max())) for part in follow)
    return labour / labour.sum(), capital / capital.sum()


def rows() -> Iterator[Row]:
    """Two places with labour, capital and land; then eleven places whose wages differ by lognormal wedges."""
    technology = (0.5, 0.3, 0.2)
    productivity, land = np.array([1.0, 2.0]), np.ones(2)
    for kappa, theta in ((50.0, 4.0), (1000.0, 100.0)):
        labour, capital = factor_shares(productivity, land, technology, (kappa, kappa), theta)
        near = {"people": labour.round(4), "capital": capital.round(4)}  # large elasticities move few at a time
        elastic = {"labour_choice_elasticity": kappa, "capital_choice_elasticity": kappa, "trade_elasticity": theta}
        ours = settled(corner("free_factors", near, **elastic))
        name = f"elasticities {kappa:g}, trade {theta:g}"
        yield Row(f"labour by place, {name}", "free_factors", _HSIEH_KLENOW, labour, ours.shares)
        share = ours.supply.capital / ours.supply.capital.sum()
        yield Row(f"capital by place, {name}", "free_factors", _HSIEH_KLENOW, capital, share)
    yield from _equal_returns(productivity, land, technology)
    yield from _wedges()


def _equal_returns(productivity: Array, land: Array, technology: tuple[float, float, float]) -> Iterator[Row]:
    """Perfect mobility: at the allocation it brings about, wages, rentals and output per worker are the same."""
    labour, capital = factor_shares(productivity, land, technology, (np.inf, np.inf), 4.0)
    ours = at_start(corner("free_factors", {"people": labour, "capital": capital}))
    output = ours.clearing.revenue.sum(axis=1) / ours.persons
    gaps = [float(np.ptp(np.log(part))) for part in (ours.clearing.wage, ours.clearing.rental, output)]
    name = "free factors: gaps of wage, rental, output"
    yield Row(name, "free_factors", _HSIEH_KLENOW, np.zeros(3), np.array(gaps))


def _wedges() -> Iterator[Row]:
    """ln(Y / Y*) = -b v / (2 (1 - b theta / (1 + theta))); perfect substitutes: -b v / (2 (1 - b)).

    Eleven places stand at the nodes of Gauss and Hermite, so the lognormal mean is exact to 1e-11.
    """
    b, v, theta = 0.6, 0.25, 4.0
    phi = theta / (1 + theta)
    place = described("theory_wedges")
    size = (place.productivity[:, 0] * place.land ** (1 - b)) ** (phi / (1 - b * phi))
    held = at_start(corner("wedges"))
    free = at_start(corner("wedges", {"people": size / size.sum()}))
    wages = np.log(held.clearing.wage)
    variance = size @ (wages - size @ wages / size.sum()) ** 2 / size.sum()
    yield Row("variance of log marginal products", "wedges", _HSIEH_KLENOW, v, float(variance))
    yield Row("no wedges: gap of log wages", "wedges", _HSIEH_KLENOW, 0.0, float(np.ptp(np.log(free.clearing.wage))))
    loss = np.log(_output(held) / _output(free))
    yield Row("log output lost to wedges", "wedges", _HSIEH_KLENOW, -b * v / (2 * (1 - b * phi)), float(loss))


def _output(reading: Reading) -> float:
    """Real output of the world: under free trade every place pays the same price."""
    return float(reading.clearing.revenue.sum() / reading.clearing.price_index[0])
