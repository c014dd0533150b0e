"""Beta convergence: do regions that started poorer grow faster? The slope of growth on log initial income."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, Series, admitted, divided

UNIT = "per year"
TITLE = "Beta convergence between regions"
SCOPES = ("world",)
MEANING = "slope of yearly growth since the first year on log income then: below zero poor regions catch up"
ALSO = {
    "beta_convergence_speed": Series(
        UNIT, SCOPES, "rate at which gaps of log income close, as the slope implies: above zero poor regions catch up"
    )
}

# Logs of first incomes that differ by less than this are the same but for rounding: no slope can be drawn through them.
_SAME = 1e-9


def beta(first: Array, last: Array, years: Array | float, weight: Array | None = None) -> Array:
    """Slope b (...,) of (1/T) ln(y_T / y_0) on ln y_0 by least squares; first and last income (..., region), T years.

    b = cov(ln y_0, growth) / var(ln y_0), per year; NaN where all first incomes are the same. Weights (..., region)
    are optional, 0 leaves a region out. Incomes of 1 and e that become e and e in 2 years: b = -1/2.
    b < 0 does not imply falling sigma (Galton's fallacy): read both. Source: Barro and Sala-i-Martin (1992).
    """
    start, share = admitted(first, weight, positive=True)
    end, _ = admitted(last, weight, positive=True)
    x = np.log(start)
    growth = np.log(end / start) / np.asarray(years)[..., None]
    x = x - (share * x).sum(axis=-1, keepdims=True)
    spread = np.where(share > 0, np.abs(x), 0.0).max(axis=-1)
    variance = np.where(spread > _SAME, (share * x**2).sum(axis=-1), 0.0)
    return divided((share * x * growth).sum(axis=-1), variance)


def speed(slope: Array, years: Array | float) -> Array:
    """Speed of convergence lambda = -ln(1 + b T) / T, per year; NaN where 1 + b T is not positive.

    The income gap halves in ln 2 / lambda years. A slope of -0.0091532 over 80 years: 0.0164716.
    """
    inside = 1 + np.asarray(slope) * years
    return np.asarray(np.where(inside > 0, -np.log(np.where(inside > 0, inside, 1.0)) / years, np.nan))


def readings(panel: Panel) -> list[Reading]:
    """Slope and speed from the first year to every later one; regions nobody lives in are left out."""
    income, people = panel.regional()
    since = (panel.years - panel.years[0]).astype(float)
    slope, lambda_ = np.full(income.shape[:2], np.nan), np.full(income.shape[:2], np.nan)
    lived_in = ((people[:, :1] > 0) & (people[:, 1:] > 0)).astype(float)
    slope[:, 1:] = beta(income[:, :1], income[:, 1:], since[1:], lived_in)
    lambda_[:, 1:] = speed(slope[:, 1:], since[1:])
    return [
        Reading("beta_convergence", UNIT, "world", panel.world, slope),
        Reading("beta_convergence_speed", UNIT, "world", panel.world, lambda_),
    ]
