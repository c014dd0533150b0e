"""Gini coefficient of incomes per head between cells, weighted by residents."""

from __future__ import annotations

import numpy as np

from sim.measures.base import Array, Panel, Reading, shares

UNIT = "index 0 to 1"
TITLE = "Gini coefficient between cells"
SCOPES = ("world",)
MEANING = "half the mean income difference of two residents drawn at random, over the mean; everybody earns their cell's mean"


def gini(income: Array, weight: Array) -> Array:
    """Gini coefficient (...,) of income and weight (..., unit).

    G = sum_ij w_i w_j |y_i - y_j| / (2 m), w shares, m the weighted mean; 0 at equality.
    Incomes 10, 20, 30, 40, 50 with equal weights: 0.2666667. Source: Gini (1912); Sen (1973).
    """
    order = np.argsort(income, axis=-1, kind="stable")
    y, w = np.take_along_axis(income, order, axis=-1), np.take_along_axis(shares(weight), order, axis=-1)
    below = np.cumsum(w, axis=-1)
    rank = below - w / 2
    mean = (w * y).sum(axis=-1)
    return np.asarray(2 * (w * y * rank).sum(axis=-1) / mean - 1)


def readings(panel: Panel) -> list[Reading]:
    """The coefficient of the world's cells."""
    return [Reading("gini", UNIT, "world", panel.world, gini(panel.income, panel.population))]
