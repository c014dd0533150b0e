"""Beta convergence: do regions that started poorer grow faster? Slope of growth on log initial income, and the speed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measures.base import Array, Panel, Reading

UNIT = "per year"
TITLE = "Beta convergence between regions"
SCOPES = ("world",)
MEANING = "slope of yearly growth since the first year on log income then: below zero poor regions catch up"


def beta(first: Array, last: Array, years: Array | float) -> Array:
    """Slope b (...,) of (1/T) ln(y_T / y_0) on ln y_0 by least squares; first and last income (..., region), T years.

    b < 0 does not imply falling sigma (Galton's fallacy): read both. Source: Barro and Sala-i-Martin (1992).
    """
    x = np.log(first)
    growth = np.log(last / first) / np.asarray(years)[..., None]
    x = x - x.mean(axis=-1, keepdims=True)
    return np.asarray((x * growth).sum(axis=-1) / (x**2).sum(axis=-1))


def speed(slope: Array, years: Array | float) -> Array:
    """Speed of convergence lambda = -ln(1 + b T) / T, per year; NaN where 1 + b T is not positive."""
    inside = 1 + np.asarray(slope) * years
    return np.asarray(np.where(inside > 0, -np.log(np.where(inside > 0, inside, 1.0)) / years, np.nan))


def readings(panel: Panel) -> list[Reading]:
    """Slope and speed from the first year to every later one; the first year has none."""
    income, _ = panel.regional()
    since: NDArray[np.float64] = (panel.years - panel.years[0]).astype(float)
    slope, lambda_ = np.full(income.shape[:2], np.nan), np.full(income.shape[:2], np.nan)
    if len(panel.regions) > 1 and len(since) > 1:
        slope[:, 1:] = beta(income[:, :1], income[:, 1:], since[1:])
        lambda_[:, 1:] = speed(slope[:, 1:], since[1:])
    return [
        Reading("beta_convergence", UNIT, "world", panel.world, slope),
        Reading("beta_convergence_speed", UNIT, "world", panel.world, lambda_),
    ]
