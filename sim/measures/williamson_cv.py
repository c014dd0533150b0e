"""Williamson's coefficient of variation: dispersion of regional incomes, each region weighted by its residents."""

from __future__ import annotations

import numpy as np

from sim.measures.base import Array, Panel, Reading, shares

UNIT = "ratio"
TITLE = "Population-weighted coefficient of variation"
SCOPES = ("world",)
MEANING = "standard deviation of income per head between regions over the mean, weighted by residents"


def williamson_cv(income: Array, weight: Array) -> Array:
    """Weighted coefficient of variation (...,) of income and weight (..., region).

    CV = sqrt(sum_i w_i (y_i - m)^2) / m. Incomes 30, 50, 90 of populations 100, 300, 50: 0.3265986.
    Source: Williamson (1965).
    """
    w = shares(weight)
    mean = (w * income).sum(axis=-1, keepdims=True)
    return np.asarray(np.sqrt((w * (income - mean) ** 2).sum(axis=-1)) / mean[..., 0])


def readings(panel: Panel) -> list[Reading]:
    """The coefficient of the world's regions."""
    return [Reading("williamson_cv", UNIT, "world", panel.world, williamson_cv(*panel.regional()))]
