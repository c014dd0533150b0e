"""Measures of convergence and inequality, computed from the incomes and residents of the cells of a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.measures.base import Panel, evaluate_all
from sim.cells import kind_of, region_of
from sim.data import catalogue
from sim.experiments.replicate import groups_of
from sim.scenario.schema import Scenario


def measured(series: pd.DataFrame, scenario: Scenario) -> tuple[pd.DataFrame, dict[str, str]]:
    """The measures of convergence and inequality, computed from the cells, as rows of the series and their units."""
    outside = set(catalogue.entry(scenario.plays_in)["outside"])
    cells = series[series["scope"] == "cell"]
    incomes = _by_cell(cells, "income_per_head", outside)
    people = _by_cell(cells, "population", outside)
    names = tuple(str(cell) for cell in incomes.columns)
    replicates = incomes.index.get_level_values(0).unique()
    years = incomes.index.get_level_values(1).unique()
    shape = (len(replicates), len(years), len(names))
    regions = tuple(dict.fromkeys(map(region_of, names)))
    panel = Panel(
        income=incomes.to_numpy().reshape(shape),
        population=people.to_numpy().reshape(shape),
        years=years.to_numpy(),
        cells=names,
        regions=regions,
        region_of_cell=np.array([regions.index(region_of(name)) for name in names]),
        kind_of_cell=np.array([kind_of(name) for name in names]),
        world=scenario.world_name,
        groups=groups_of(scenario),
    )
    frames, units = [], {}
    index = pd.MultiIndex.from_product([replicates, years], names=["replicate", "year"]).to_frame(index=False)
    for reading in evaluate_all(panel):
        values = index.assign(scope=reading.scope, place=reading.place, measure=reading.measure, value=reading.values.ravel())
        frames.append(values[np.isfinite(values["value"])])
        units[reading.measure] = reading.unit
    return pd.concat(frames, ignore_index=True), units


def _by_cell(cells: pd.DataFrame, measure: str, outside: set[str]) -> pd.DataFrame:
    """One measure as a table (replicate and year, cell) of the reported cells."""
    rows = cells[cells["measure"] == measure]
    named = rows.assign(place=rows["place"].astype(str))
    inside = named[~named["place"].map(region_of).isin(list(outside))]
    return inside.pivot(index=["replicate", "year"], columns="place", values="value")
