"""Where? A map of one measure: every city's country as an area, its towns as a disc at the seat of the city."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.patheffects import withStroke
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter

from sim.errors import ResultsError
from sim.plots import marks, style
from sim.plots.bands import Difference, at_least, difference, quantiles
from sim.results import Results

TITLE = "Where are incomes high, and where does a scenario change them?"
MEANING = "map of a measure of the cells, rural as areas and urban as discs; for two results the change, round zero"

_KM = 111.2  # per degree of latitude, mean radius of the earth
_LEVEL = LinearSegmentedColormap.from_list("level", ["#f7fcf0", "#a8ddb5", "#43a2ca", "#084081"])
_CHANGE = LinearSegmentedColormap.from_list("change", ["#7f3b08", "#e08214", "#fee0b6", "#f7f7f7", "#d8daeb", "#8073ac", "#2d004b"])
_HALO = [withStroke(linewidth=2.0, foreground="white")]


@dataclass(frozen=True)
class Outline:
    """A region on the plane: rings of (x, y) in km, and its seat."""

    rings: tuple[np.ndarray, ...]
    seat: tuple[float, float]


def figure(results: Sequence[Results], measure: str = "income_per_head", year: int | None = None) -> Figure:
    """A map of the first results if there is only one, otherwise of the change in each of the others.

    Changes of quantities (yuan, persons) are in per cent of the reference, others in their own unit. year: default the
    last one all have. Raises ResultsError if the world has no boundaries or the cells do not have the measure.
    """
    at_least(results, 1, "map")
    outlines = boundaries(results[0].world)
    year = min(one.years[-1] for one in results) if year is None else year
    change, called = len(results) > 1, marks.names(results)
    unit = results[0].units.get(measure, "")
    relative = change and any(word in unit for word in ("yuan", "persons"))
    if change:
        found = [difference(results[0], other, lambda one: _cells(one, measure, year)) for other in results[1:]]
        if relative:
            found = [_per_cent(results[0], one, measure, year) for one in found]
            unit = f"% of {called[0]}"
    else:
        cells = _cells(results[0], measure, year)
        found = [Difference(cells, True, cells.shape[1])]
    people = [_people(one, year) for one in (results[1:] if change else results)]
    medians = pd.concat([quantiles(one.values)["p50"] for one in found])
    tone = _tone(medians, change)

    columns = min(len(found), 2)
    rows = -(-len(found) // columns)
    height = 5.6 / columns
    words = _words(results, found, measure, unit, year, change)
    page = style.page(words, (height + 0.25) * rows + 0.75, left=0.0, right=0.0, axis=0.0)
    grid = page.grid(rows, columns, headroom=0.25, hspace=0.25 / height, wspace=0.02)
    return page.figure
