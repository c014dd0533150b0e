"""Palma ratio of incomes per head between cells: what the richest tenth has over what the poorest four tenths have."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, admitted, divided

UNIT = "ratio"
TITLE = "Income of the richest tenth over that of the poorest four tenths"
SCOPES = ("world",)
RECORDED = False
MEANING = "income of the richest 10% of residents over that of the poorest 40%; all earn their cell's mean; 0.25 is equality"
MISSING = "it needs residents, and income among the poorest 40% of them"

_RICHEST, _POOREST = 0.1, 0.4


def palma(income: Array, weight: Array | None = None) -> Array:
    """Palma ratio (...,) of income and weight (..., unit); equal weights where none are given.

    P = (1 - L(0.9)) / L(0.4), L the Lorenz curve, a straight line between units: a unit that lies across a line is divided.
    0.25 at equality, no upper bound; NaN where the poorest 40% earn nothing.
    Incomes 10, 20, 30, 40, 50 with equal weights: 0.8333333. Source: Palma (2011), Cobham and Sumner (2013).
    """
    income, share = admitted(income, weight)
    order = np.argsort(income, axis=-1, kind="stable")
    y, w = np.take_along_axis(income, order, axis=-1), np.take_along_axis(share, order, axis=-1)
    below = np.cumsum(w, axis=-1) - w
    poor = (y * np.clip(_POOREST - below, 0.0, w)).sum(axis=-1)
    # Counted from above, as 1 - L(0.9) would be a difference of two nearly equal numbers.
    above = np.cumsum(w[..., ::-1], axis=-1)[..., ::-1] - w
    rich = (y * np.clip(_RICHEST - above, 0.0, w)).sum(axis=-1)
    return divided(rich, poor)


def readings(panel: Panel) -> list[Reading]:
    """The ratio of the world's cells."""
    return [Reading("palma", UNIT, "world", panel.world, palma(panel.income, panel.population))]
