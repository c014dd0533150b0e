"""Coast-mountain ratio: income per head of the regions of the group `coast` over that of the group `mountain`."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, divided

UNIT = "ratio"
TITLE = "Coast over mountain"
SCOPES = ("world",)
MEANING = "income per head of the group coast over that of the group mountain; 1 is parity; worlds without both have none"


def coast_mountain_ratio(income: Array, weight: Array, coast: Array, mountain: Array) -> Array:
    """(sum_c N y / sum_c N) / (sum_m N y / sum_m N) along the last axis; NaN where a group has nobody.

    income: per head, (..., region); weight: residents; coast, mountain: 0/1 by region. Incomes 40, 50 and 30, residents 3, 1
    and 2, the first two on the coast: 42.5 / 30.
    """
    earned = np.where(weight > 0, income, 0.0) * weight
    mean_coast = divided(earned @ coast, weight @ coast)
    return divided(mean_coast, divided(earned @ mountain, weight @ mountain))


def readings(panel: Panel) -> list[Reading]:
    """The ratio of a world that names both groups and all their regions; none otherwise."""
    members = [panel.groups.get(name, ()) for name in ("coast", "mountain")]
    if not all(names and set(names) <= set(panel.regions) for names in members):
        return []
    coast, mountain = (np.array([region in names for region in panel.regions], dtype=float) for names in members)
    ratio = coast_mountain_ratio(*panel.regional(), coast, mountain)
    return [Reading("coast_mountain_ratio", UNIT, "world", panel.world, ratio)]
