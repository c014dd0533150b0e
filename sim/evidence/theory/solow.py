"""Saving and growth: Solow's steady state, the discrete eigenvalue, and beta and sigma convergence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.analysis.measures.beta_convergence import beta, speed
from sim.analysis.measures.sigma_convergence import sigma
from sim.arrays import Array
from sim.evidence.theory.corner import corner, lived, model_of, read
from sim.evidence.theory.row import Row
from sim.year.years import Years

_SOLOW = "Solow (1956)"
_BARRO = "Barro and Sala-i-Martin (1992)"


def steady_capital(alpha: float, saving: float, population: float, efficiency: float, wear: float) -> float:
    """k* = [s / ((1 + n)(1 + g) - (1 - d))]^(1 / (1 - alpha)), capital per efficient worker."""
    return float((saving / ((1 + population) * (1 + efficiency) - (1 - wear))) ** (1 / (1 - alpha)))


def eigenvalue(alpha: float, population: float, efficiency: float, wear: float) -> float:
    """1 - (1 - alpha) [(1 + n)(1 + g) - (1 - d)] / ((1 + n)(1 + g)): part of a log gap left after a year."""
    growth = (1 + population) * (1 + efficiency)
    return 1 - (1 - alpha) * (growth - (1 - wear)) / growth


def rows() -> Iterator[Row]:
    """Five closed economies near and at their steady state."""
    alpha, saving, population, efficiency, wear = 1 / 3, 0.2, 0.01, 0.02, 0.05
    steady = steady_capital(alpha, saving, population, efficiency, wear)
    model = lived(corner("solow"), 50)
    yield Row("capital a worker after 50 years at rest", "solow", _SOLOW, steady, _capital(model, 50)[2])
    left = eigenvalue(alpha, population, efficiency, wear)
    gaps = 1e-5 * np.arange(-2, 3)
    near = model_of(corner("solow", {"capital": steady * np.exp(gaps)}))
    near.step()
    ratio = np.ptp(np.log(_capital(near, 1))) / np.ptp(gaps)
    yield Row("part of a capital gap left after a year", "solow", _SOLOW, left, float(ratio))
    yield from _convergence(steady, left)
    path = 0.5 * steady
    for _ in range(30):
        path = ((1 - wear) * path + saving * path**alpha) / ((1 + population) * (1 + efficiency))
    far = lived(corner("solow", {"capital": np.full(5, 0.5 * steady)}), 30)
    yield Row("capital 30 years after half of it is lost", "solow", _SOLOW, path, _capital(far, 30)[0])


def _capital(model: Years, years: int) -> Array:
    """Capital per efficient worker by place: per person over 1.02 to the years."""
    economy = model.economy
    return np.asarray(economy.capital / economy.workforce.persons / 1.02**years)


def _convergence(steady: float, left: float) -> Iterator[Row]:
    """The product's own measures on real incomes of twenty years; gaps so small that only the first order counts."""
    years, gaps = 20, 1e-5 * np.arange(-2, 3)
    model = model_of(corner("solow", {"capital": steady * np.exp(gaps)}))
    first = _income(model)
    for _ in range(years):
        model.step()
    last = _income(model)
    slope = beta(first, last, float(years))
    exact = (left**years - 1) / years
    yield Row("slope of growth on first income, 20 years", "solow", _BARRO, exact, float(slope))
    implied = float(speed(slope, float(years)))
    yield Row("speed of convergence from that slope", "solow", _BARRO, -np.log(left), implied)
    shrunk = float(sigma(last) / sigma(first))
    yield Row("dispersion left after 20 years", "solow", _BARRO, left**years, shrunk)


def _income(model: Years) -> Array:
    """Real income per head by place."""
    reading = read(model)
    return np.asarray(reading.money.disposable / reading.persons / reading.clearing.price_index)
