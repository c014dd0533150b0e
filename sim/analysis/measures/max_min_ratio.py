"""Max-min ratio: income per head of the richest over that of the poorest region."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, admitted, divided

UNIT = "ratio"
TITLE = "Richest over poorest region"
SCOPES = ("world",)
MEANING = "income per head of the richest over the poorest region; 1 is parity; it reads two regions only"


def max_min_ratio(income: Array, weight: Array | None = None) -> Array:
    """Largest over smallest income (...,) along the last axis; 1 or more; NaN where the smallest is 0.

    Weights (..., region) only say which regions count: those of weight 0 do not. Incomes 10, 20, 40: 4.
    """
    income, share = admitted(income, weight)
    richest = np.where(share > 0, income, 0.0).max(axis=-1)
    poorest = np.where(share > 0, income, np.inf).min(axis=-1)
    return divided(richest, np.where(np.isfinite(poorest), poorest, 0.0))


def readings(panel: Panel) -> list[Reading]:
    """The ratio of the world's regions."""
    return [Reading("max_min_ratio", UNIT, "world", panel.world, max_min_ratio(*panel.regional()))]
