"""Who moved where? Moves between groups of regions, town and country, summed over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, PowerNorm, TwoSlopeNorm
from matplotlib.figure import Figure

from sim.data import catalogue
from sim.errors import ResultsError
from sim.plots import marks, style
from sim.plots.bands import Difference, at_least, difference, quantiles
from sim.results import FLOW_UNITS, Results

TITLE = "Who moved where?"
MEANING = "moves of a factor between groups of regions, urban and rural, summed over the years; against the reference"

# What moves, the event that is a move in space, and the unit it is shown in.
_SHOWN = {
    "labour": ("people", "migration", 1e3, "thousand persons"),
    "capital": ("capital", "placement", 1e9, "billion yuan of 2014"),
    "land": ("land", "conversion", 1.0, "km2"),
}
_KINDS = ("rural", "urban")
_CELL = 0.34  # inch: height of a field
_LEVEL = LinearSegmentedColormap.from_list("level", ["#ffffff", "#9ecae1", "#08519c"])
_CHANGE = LinearSegmentedColormap.from_list("change", ["#b35806", "#fdb863", "#ffffff", "#b2abd2", "#542788"])


def figure(
    results: Sequence[Results],
    factor: str = "labour",
    event: str | None = None,
    years: tuple[int, int] | None = None,
) -> Figure:
    """A table of origins by destinations for the first results, and one of differences for each of the others.

    event: migration, reclassification, conversion or placement (default: the one that moves the factor in space);
    years: first and last to be added up (default: all that the results share). Raises ResultsError for an unknown
    factor, and if nothing moved.
    """
    at_least(results, 1, "flows")
    if factor not in _SHOWN:
        raise ResultsError(f'there is no factor "{factor}"; flows are of {", ".join(_SHOWN)}.')
    event = event or _SHOWN[factor][1]
    span = years or (max(one.years[0] for one in results), min(one.years[-1] for one in results))
    group_of = groups(results[0])
    rows = list(dict.fromkeys(group_of.values()))
    sums = {id(one): _between(one, factor, event, span, group_of) for one in results}
    if not any(len(table) for table in sums.values()):
        raise ResultsError(f"no {event} of {factor} was recorded from {span[0]} to {span[1]}.")

    called = marks.names(results)
    panels = [(called[0], Difference(sums[id(results[0])], True, len(results[0].replicates)), False)]
    for other, name in zip(results[1:], called[1:], strict=True):
        panels.append((f"{name}, less {called[0]}", difference(results[0], other, lambda one: sums[id(one)]), True))
    columns = min(len(panels), 2)
    tall = -(-len(panels) // columns)
    height = _CELL * (len(rows) + 1.3)
    words = _words(results, panels, factor, event, span, group_of)
    page = style.page(words, (height + 1.2) * tall, left=1.15, right=0.0, axis=0.0)
    grid = page.grid(tall, columns, headroom=1.2, hspace=1.2 / height, wspace=0.06)
    for place, (name, found, change) in enumerate(panels):
        axes = page.figure.add_subplot(grid[place // columns, place % columns])
        _draw(axes, name, found, rows, _SHOWN[factor][2], change, named=place % columns == 0)
    return page.figure
