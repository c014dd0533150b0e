"""Sigma convergence: the standard deviation of log income per head between regions; it falls when they converge."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, Series, admitted

UNIT = "log points"
TITLE = "Standard deviation of log income between regions"
SCOPES = ("world", "kind")
MEANING = "dispersion of log income per head between regions (for a kind: between its cells), each region one unit"
ALSO = {
    "sigma_convergence_weighted": Series(
        UNIT, SCOPES, "dispersion of log income per head between regions, each weighted by its residents"
    )
}


def sigma(income: Array, weight: Array | None = None) -> Array:
    """Standard deviation of log income (...,) over the last axis; population form; weights optional.

    sigma = sqrt(sum_i w_i (ln y_i - mean)^2), w = 1/n without weights; 0 at equality, no upper bound.
    Incomes 10, 20, 30, 40, 50: the variance is 0.3230978. Source: Barro and Sala-i-Martin (1992).
    """
    income, share = admitted(income, weight, positive=True)
    log = np.log(income)
    mean = (share * log).sum(axis=-1, keepdims=True)
    return np.asarray(np.sqrt((share * (log - mean) ** 2).sum(axis=-1)))


def readings(panel: Panel) -> list[Reading]:
    """Sigma between regions, and between their towns and their countrysides; unweighted and weighted by residents."""
    found = []
    everywhere = np.ones(len(panel.cells), dtype=bool)
    for scope, place, where in (
        ("world", panel.world, everywhere),
        ("kind", "urban", panel.urban),
        ("kind", "rural", ~panel.urban),
    ):
        income, people = panel.regional(where)
        lived_in = (people > 0).astype(float)
        found += [
            Reading("sigma_convergence", UNIT, scope, place, sigma(income, lived_in)),
            Reading("sigma_convergence_weighted", UNIT, scope, place, sigma(income, people)),
        ]
    return found
