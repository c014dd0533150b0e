"""Measures of convergence and inequality, computed from the incomes and residents of the cells of a run."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sim.analysis.measures.base import evaluate, evaluate_all
from sim.analysis.panels import panel_of, rows_of
from sim.data import catalogue, published
from sim.experiments.replicate import groups_of
from sim.scenario.schema import Scenario


def measured(
    series: pd.DataFrame, scenario: Scenario, files: Iterable[str] | None = None
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The measures of convergence and inequality, computed from the cells, as rows of the series and their units.

    files: those whose measures are wanted, by default all that runs record.
    """
    outside = set(catalogue.entry(scenario.plays_in)["outside"])
    here = catalogue.folder(scenario.plays_in)
    panel = panel_of(
        series, scenario.world_name, outside, groups_of(scenario), published.links(here), published.survey_weights(here)
    )
    readings = evaluate_all(panel) if files is None else evaluate(panel, files)
    replicates = sorted(int(number) for number in series["replicate"].unique())
    return rows_of(readings, replicates, panel.years), {reading.measure: reading.unit for reading in readings}
