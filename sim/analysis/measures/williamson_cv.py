"""Williamson's coefficient of variation: dispersion of regional incomes, each region weighted by its residents."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, admitted, divided

UNIT = "ratio"
TITLE = "Population-weighted coefficient of variation"
SCOPES = ("world",)
MEANING = "standard deviation of income per head between regions over the mean, weighted by residents"


def williamson_cv(income: Array, weight: Array | None = None) -> Array:
    """Weighted coefficient of variation (...,) of income and weight (..., region); equal weights where none are given.

    CV = sqrt(sum_i w_i (y_i - m)^2) / m, w shares, m the weighted mean; 0 at equality. NaN where m is 0.
    Incomes 30, 50, 90 of populations 100, 300, 50: 0.3265986. Source: Williamson (1965).
    """
    income, share = admitted(income, weight)
    mean = (share * income).sum(axis=-1, keepdims=True)
    return divided(np.sqrt((share * (income - mean) ** 2).sum(axis=-1)), mean[..., 0])


def readings(panel: Panel) -> list[Reading]:
    """The coefficient of the world's regions."""
    return [Reading("williamson_cv", UNIT, "world", panel.world, williamson_cv(*panel.regional()))]
