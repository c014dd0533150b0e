"""The first and the last year: circles, lines and bands that are whole at both ends, and runs of a single year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.analysis.results import Results
from sim.pages.plots import available, cities, convergence, difference, marks
from tests.plots.conftest import Maker, policy
from tests.plots.page import beyond, overlapping, placed, words


def shortened(results: Results, first: int, last: int) -> Results:
    """The same results from first to last year alone."""
    results.manifest["years"] = {"from": first, "to": last}
    for table in ("series", "flows"):
        frame = getattr(results, table)
        setattr(results, table, frame[frame["year"].between(first, last)])
    return results


def circles(axes: Axes) -> tuple[float, float, float, float]:
    """How far the outermost circles lie inside the axes: left, right, below, above, in pixels less their radius."""
    line = next(line for line in axes.lines if line.get_marker() == "o")
    spots = axes.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float))
    box, radius = axes.get_window_extent(), (line.get_markersize() / 2 + 0.5) * axes.figure.dpi / 72
    low, high = spots.min(axis=0), spots.max(axis=0)
    return (low[0] - box.x0 - radius, box.x1 - high[0] - radius, low[1] - box.y0 - radius, box.y1 - high[1] - radius)


def whole(figure: Figure) -> None:
    boxes = placed(figure)
    assert beyond(figure, boxes) == [] and overlapping(boxes) == []


@pytest.mark.parametrize(("start", "last"), [(2014, 2017), (2017, 2017), (2019, 2019)])
def test_observed_circles_are_whole_in_the_first_and_in_the_last_year(make: Maker, start: int, last: int) -> None:
    late: dict[str, Any] = {"policies": [policy("open", start)], "effect": 0.01}
    results = [
        shortened(make(name="small", replicates=2), 2014, last),
        shortened(make(name="last", title="Late reform", replicates=2, **late), 2014, last),
    ]
    figure = convergence.figure(results)
    FigureCanvasAgg(figure).draw()
    assert min(circles(figure.axes[0])) >= 0
    for panel in cities.figure(results).axes[:1]:
        assert min(circles(panel)[:2]) >= 0
    whole(figure)


@pytest.mark.parametrize("name", ["convergence", "difference"])
def test_a_policy_of_the_last_year_has_its_line_and_name(name: str, make: Maker) -> None:
    results = [make(replicates=2), make(name="last", title="Last", replicates=2, policies=[policy("open", 2035)])]
    figure = available()[name].figure(results)
    axes = figure.axes[0]
    (line,) = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert line.get_xdata()[0] == 2035 < axes.get_xlim()[1] and "2035: open" in words(figure)
    whole(figure)


@pytest.mark.parametrize("name", ["convergence", "difference", "cities"])
def test_policies_of_the_first_year_are_named_in_the_caption(name: str, make: Maker) -> None:
    results = [make(replicates=2), make(name="first", title="First", replicates=2, policies=[policy("open_door", 2014)])]
    assert "In force from the first year on: open door." in words(available()[name].figure(results))


@pytest.mark.parametrize("name", sorted(available()))
def test_a_run_of_a_single_year_is_drawn(name: str, make: Maker) -> None:
    results = [
        shortened(make(name=word, title=word, replicates=2, effect=0.01 * order), 2019, 2019)
        for order, word in enumerate(("one", "two"))
    ]
    figure = available()[name].figure(results)
    whole(figure)
    if name == "convergence":
        ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
        assert ticks == [str(year) for year in range(2014, 2020)]  # observed from 2014 on
    if name == "difference":
        assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["2019"]


def test_bands_and_lines_end_inside_the_axes(make: Maker) -> None:
    results = [make(replicates=5), make(name="other", title="Other", replicates=5, effect=0.01)]
    for figure in (convergence.figure(results), difference.figure(results)):
        axes = figure.axes[0]
        low, high = axes.get_xlim()
        assert low < 2014 and high > 2035
        below, above = axes.get_ylim()
        for band in axes.collections:
            ends = band.get_paths()[0].vertices
            assert below < ends[:, 1].min() and ends[:, 1].max() < above


def test_an_observed_point_beyond_the_last_year_is_left_out(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = pd.DataFrame({"year": [2019, 2040], "value": [1.9, 0.1], "source": ["a", "b"]})
    monkeypatch.setattr(marks, "observed", lambda *_: seen)
    assert convergence.figure([make(replicates=1)]).axes[0].get_xlim()[1] < 2036
