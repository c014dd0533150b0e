"""Sigma convergence: the standard deviation of log income per head between regions; it falls when they converge."""

from __future__ import annotations

import numpy as np

from sim.measures.base import Array, Panel, Reading, shares

UNIT = "log points"
TITLE = "Standard deviation of log income between regions"
SCOPES = ("world",)
MEANING = "dispersion of log income per head between regions, each region one unit, or weighted by residents"


def sigma(income: Array, weight: Array | None = None) -> Array:
    """Standard deviation of log income (...,) over the last axis; population form; weights optional.

    sigma = sqrt(sum_i w_i (ln y_i - mean)^2), w = 1/n without weights.
    Incomes 10, 20, 30, 40, 50: the variance is 0.3230978. Source: Barro and Sala-i-Martin (1992).
    """
    w = shares(np.ones_like(income) if weight is None else weight)
    log = np.log(np.where(w > 0, income, 1.0))
    mean = (w * log).sum(axis=-1, keepdims=True)
    return np.asarray(np.sqrt((w * (log - mean) ** 2).sum(axis=-1)))


def readings(panel: Panel) -> list[Reading]:
    """Sigma between regions, unweighted and weighted by residents."""
    income, people = panel.regional()
    return [
        Reading("sigma_convergence", UNIT, "world", panel.world, sigma(income)),
        Reading("sigma_convergence_weighted", UNIT, "world", panel.world, sigma(income, people)),
    ]
