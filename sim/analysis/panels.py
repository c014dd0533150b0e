"""The panel that measures read, from the series of a run; and the measures no run records, worked out from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from sim.analysis.measures.base import Panel, Reading, derived, evaluate
from sim.cells import kind_of, region_of
from sim.errors import ResultsError

PANEL = ("income_per_head", "population")
"""The measures of cells that a panel is made of."""

_KEYS = ["replicate", "year"]
_COLUMNS = [*_KEYS, "scope", "place", "measure", "value"]


def panel_of(
    series: pd.DataFrame,
    world: str,
    outside: Collection[str],
    groups: Mapping[str, tuple[str, ...]] | None = None,
    links: Mapping[str, float] | None = None,
    survey: Mapping[str, float] | None = None,
) -> Panel:
    """Incomes and residents of the cells of a run's series (columns as saved), those of regions outside left out.

    links: by kind, and survey: by cell, as published figures of the world have it (see `Panel`).
    Raises ResultsError where income or residents of cells were not recorded, or not for every cell, replicate and year.
    """
    cells = series[series["scope"] == "cell"]
    incomes, people = (_by_cell(cells, measure, outside) for measure in PANEL)
    if not len(incomes) or not (incomes.index.equals(people.index) and incomes.columns.equals(people.columns)):
        raise ResultsError("income_per_head and population were not both recorded for every cell, replicate and year.")
    names = tuple(str(cell) for cell in incomes.columns)
    replicates, years = (incomes.index.get_level_values(key).unique() for key in _KEYS)
    shape = (len(replicates), len(years), len(names))
    if len(incomes) != shape[0] * shape[1]:
        raise ResultsError("the replicates do not all have the same years.")
    regions = tuple(dict.fromkeys(map(region_of, names)))
    return Panel(
        income=incomes.to_numpy().reshape(shape),
        population=people.to_numpy().reshape(shape),
        years=years.to_numpy(),
        cells=names,
        regions=regions,
        region_of_cell=np.array([regions.index(region_of(name)) for name in names]),
        kind_of_cell=np.array([kind_of(name) for name in names]),
        world=world,
        groups=groups or {},
        links=links or {},
        survey=np.array([survey[name] for name in names]) if survey else None,
    )


def rows_of(readings: Iterable[Reading], replicates: Iterable[int], years: Iterable[int]) -> pd.DataFrame:
    """Readings as rows of the series: replicate, year, scope, place, measure, value; what is not defined has no row."""
    index = pd.MultiIndex.from_product([replicates, years], names=_KEYS).to_frame(index=False)
    frames = []
    for reading in readings:
        values = index.assign(scope=reading.scope, place=reading.place, measure=reading.measure, value=reading.values.ravel())
        frames.append(values[np.isfinite(values["value"])])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_COLUMNS)


def derived_rows(series: pd.DataFrame, world: str, outside: Collection[str], names: Collection[str]) -> pd.DataFrame:
    """Rows of derived measures by name, from the cells of a run; what is not defined in any year has no row."""
    register = derived()
    files = sorted({register[name].measure for name in names})
    panel = panel_of(series, world, outside)
    readings = [one for one in evaluate(panel, files) if one.measure in names]
    replicates = sorted(int(number) for number in series["replicate"].unique())
    return rows_of(readings, replicates, panel.years)


def _by_cell(cells: pd.DataFrame, measure: str, outside: Collection[str]) -> pd.DataFrame:
    """One measure as a table (replicate and year, cell) of the reported cells."""
    rows = cells[cells["measure"] == measure]
    named = rows.assign(place=rows["place"].astype(str))
    inside = named[~named["place"].map(region_of).isin(list(outside))]
    return inside.pivot(index=_KEYS, columns="place", values="value")
