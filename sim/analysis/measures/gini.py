"""Gini coefficient of incomes per head between cells, weighted by residents."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, admitted, divided

UNIT = "index 0 to 1"
TITLE = "Gini coefficient between cells"
SCOPES = ("world",)
MEANING = "half the mean income difference of two residents drawn at random, over the mean; all earn their cell's mean"


def gini(income: Array, weight: Array | None = None) -> Array:
    """Gini coefficient (...,) of income and weight (..., unit); equal weights where none are given.

    G = sum_ij w_i w_j |y_i - y_j| / (2 m), w shares, m the weighted mean; 0 at equality, below 1. NaN where m is 0.
    The small-sample form is n / (n - 1) times as large.
    Incomes 10, 20, 30, 40, 50 with equal weights: 0.2666667. Source: Gini (1912); Sen (1973).
    """
    income, share = admitted(income, weight)
    order = np.argsort(income, axis=-1, kind="stable")
    return gini_of_ranked(np.take_along_axis(income, order, axis=-1), np.take_along_axis(share, order, axis=-1))


def gini_of_ranked(y: Array, w: Array) -> Array:
    """The coefficient (...,) of incomes (..., unit) that stand from the lowest to the highest, and shares of people.

    G = 2 sum_i w_i y_i F_i / sum_i w_i y_i - 1, F_i the share of people below, and half of one's own.
    """
    # By rank instead of by pair, so that memory grows with the number of units and not with its square.
    rank = np.cumsum(w, axis=-1) - w / 2
    found = divided(2 * (w * y * rank).sum(axis=-1), (w * y).sum(axis=-1)) - 1
    return np.maximum(found, 0.0)  # at equality rounding could leave it just below


def readings(panel: Panel) -> list[Reading]:
    """The coefficient of the world's cells."""
    return [Reading("gini", UNIT, "world", panel.world, gini(panel.income, panel.population))]
