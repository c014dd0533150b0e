"""Max-min ratio: income per head of the richest over that of the poorest region."""

from __future__ import annotations

import numpy as np

from sim.measures.base import Array, Panel, Reading

UNIT = "ratio"
TITLE = "Richest over poorest region"
SCOPES = ("world",)
MEANING = "income per head of the richest over the poorest region; 1 is parity; it reads two regions only"


def max_min_ratio(income: Array) -> Array:
    """Largest over smallest income (...,) along the last axis. Incomes 10, 20, 40: 4."""
    return np.asarray(income.max(axis=-1) / income.min(axis=-1))


def readings(panel: Panel) -> list[Reading]:
    """The ratio of the world's regions."""
    return [Reading("max_min_ratio", UNIT, "world", panel.world, max_min_ratio(panel.regional()[0]))]
