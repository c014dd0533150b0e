"""Richest over poorest region by income of all residents as the household survey weighs town and country."""

from __future__ import annotations

from sim.analysis.measures.base import Array, Index, Panel, Reading, grouped
from sim.analysis.measures.max_min_ratio import max_min_ratio

UNIT = "ratio"
TITLE = "Richest over poorest region as published"
SCOPES = ("world",)
MEANING = (
    "max_min_ratio with town and country of a region weighted as the household survey weighs them in the base year, so "
    "that it starts from the published incomes of all residents"
)
MISSING = "it needs a published income of all residents of every region in the base year (income.csv, kind `all`)"


def max_min_ratio_published(income: Array, population: Array, survey: Array, region_of_cell: Index, regions: int) -> Array:
    """Largest over smallest mean (...,) of income (..., cell) by population (..., cell) times survey weights (cell,).

    y_r = sum_c f_c N_c y_c / sum_c f_c N_c over the cells c of r,   f from the published means of the base year
    Source: statistics publish the mean of a household survey, whose share of town residents is not the census's.
    """
    return max_min_ratio(*grouped(income, population * survey, region_of_cell, regions))


def readings(panel: Panel) -> list[Reading]:
    """The ratio of the world's regions, where the survey's weights are known of every cell."""
    if panel.survey is None:
        return []
    ratio = max_min_ratio_published(panel.income, panel.population, panel.survey, panel.region_of_cell, len(panel.regions))
    return [Reading("max_min_ratio_published", UNIT, "world", panel.world, ratio)]
