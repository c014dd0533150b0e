"""Urban-rural income ratio in the definition of published figures: survey means of the whole, linked in the base year."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Flag, Panel, Reading
from sim.analysis.measures.urban_rural_ratio import urban_rural_ratio

UNIT = "ratio"
TITLE = "Urban-rural income ratio as published"
SCOPES = ("world",)
MEANING = (
    "urban_rural_ratio times a factor that makes it the published one in the base year: towns and villages each at their "
    "published mean, then as the model moves them"
)
MISSING = "it needs a published urban and rural income of the whole world in the base year (income.csv, place `all`)"


def urban_rural_ratio_published(income: Array, population: Array, urban: Flag, links: tuple[float, float]) -> Array:
    """Ratio of linked mean incomes (...,), from income and population (..., cell), urban (cell,) and links of both kinds.

    R = (l_u sum_u N y / sum_u N) / (l_v sum_v N y / sum_v N),   l_k = published mean / mean of the tables, base year
    Two cells of 20 and 10 with links 1 and 0.8: R = 2.5. Source: statistics publish the mean of a household survey.
    """
    return np.asarray(urban_rural_ratio(income, population, urban) * (links[0] / links[1]))


def readings(panel: Panel) -> list[Reading]:
    """The ratio of the world, where its means are published."""
    if not panel.links:
        return []
    links = (panel.links["urban"], panel.links["rural"])
    ratio = urban_rural_ratio_published(panel.income, panel.population, panel.urban, links)
    return [Reading("urban_rural_ratio_published", UNIT, "world", panel.world, ratio)]
