"""Does the gap close? One measure of one place by year, a line for each scenario."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.results import Results
from sim.pages.plots import labels, marks, style
from sim.pages.plots.bands import at_least, parting, quantiles, scope_of

TITLE = "Does the income gap between town and country close?"
MEANING = "urban over rural income per head (or another measure) by year: median and bands of each scenario, observed points"

_QUESTIONS = dict.fromkeys(("urban_rural_ratio", "urban_rural_ratio_published"), TITLE)
_LABELS, _NUMBERS = 1.7, 0.85  # inches beside the axes, for names and for numbers
_HEIGHT = 3.5  # inches
_MARGIN = 0.08  # of the values, above and below them


def figure(results: Sequence[Results], measure: str = "urban_rural_ratio", place: str | None = None) -> Figure:
    """A line with its bands for each of the results; `place` is a region, a cell or a kind (default: the whole world).

    Raises ResultsError if the measure or the place was not recorded.
    """
    at_least(results, 1, "convergence")
    tables = [marks.read(one, measure, place) for one in results]
    found = [quantiles(table) for table in tables]
    apart = _own_bands(tables)
    largest = max(float(table["p95"].abs().max()) for table in found)
    divisor, unit = marks.scaled(largest, results[0].units.get(measure, ""))
    found = [table / divisor for table in found]
    events = marks.starts(results)
    points = marks.observed(results[0], measure, scope_of(results[0], place), place or results[0].world)
    last = max(one.years[-1] for one in results)
    points = points[points["year"] <= last]

    ends = [style.number(float(table["p50"].iloc[-1])) for table in found]
    called = marks.calling(results, ends, _LABELS, _HEIGHT)
    room = labels.room_for(called, ends, _LABELS, _NUMBERS)
    height = labels.height_for(len(results), _HEIGHT)
    page = style.page(
        _words(results, called, measure, place, unit, tables, found, points),
        height + marks.headroom(events),
        right=room,
        foot=labels.Key(called.long) if called.numbered else None,
    )
    grid = page.grid(1, 1, headroom=marks.headroom(events))
    axes = page.figure.add_subplot(grid[0, 0])
    style.dress(axes)
    for order, table in enumerate(found):
        band = tables[order].shape[1] > 1 and len(results) <= marks.MOST_BANDS and apart[order] is not None
        marks.draw_bands(axes, table, order, band, since=apart[order])
    axes.plot(points["year"], points["value"] / divisor, linestyle="", zorder=4, **marks.OBSERVED)
    marks.year_axis(axes, min([one.years[0] for one in results] + points["year"].tolist()), last)
    marks.value_axis(axes)
    style.side_words(axes, marks.sentence(marks.with_unit(measure, unit)))
    axes.margins(y=_MARGIN)
    axes.set_ylim(axes.get_ylim())
    marks.draw_starts(axes, events, height)
    entries = [
        (float(table["p50"].iloc[-1]), called.label(order, end), style.colour(order))
        for order, (table, end) in enumerate(zip(found, ends, strict=True))
    ]
    labels.end_labels(axes, entries, room)
    return page.figure


def _own_bands(tables: Sequence[pd.DataFrame]) -> list[int | None]:
    """First year of the bands of each table: a year before it parts from the first table's, None where it never does.

    Bands of the same numbers would lie over each other and mix their colours.
    """
    years = [int(tables[0].index[0]), *(parting(tables[0], table) for table in tables[1:])]
    return [year if year is None else max(year - 1, int(table.index[0])) for year, table in zip(years, tables, strict=True)]


def _shared_words(results: Sequence[Results], tables: Sequence[pd.DataFrame], name: str) -> str:
    """That scenarios have no band of their own as long as they are the first, if there are bands."""
    cut = any(year is None or year > table.index[0] for year, table in zip(_own_bands(tables), tables, strict=True))
    bands = tables[0].shape[1] > 1 and len(results) <= marks.MOST_BANDS
    return f"As long as a scenario is the same as {name}, it has no band of its own." if cut and bands else ""


def _axis_words(unit: str, found: Sequence[pd.DataFrame], points: pd.DataFrame) -> str:
    """That the axis of a ratio does not start where there is no gap."""
    values = pd.concat([*(table[["p05", "p95"]].stack() for table in found), points["value"]])
    numbers = values.to_numpy(dtype=float)
    low, high = float(numbers.min()), float(numbers.max())
    return "The axis does not start at 1 (no gap)." if unit == "ratio" and low - _MARGIN * (high - low) > 1 else ""


def _words(
    results: Sequence[Results],
    called: labels.Naming,
    measure: str,
    place: str | None,
    unit: str,
    tables: Sequence[pd.DataFrame],
    found: Sequence[pd.DataFrame],
    points: pd.DataFrame,
) -> style.Words:
    where = marks.world_name(results[0]) if place in (None, results[0].world) else marks.place_name(str(place))
    title = _QUESTIONS.get(measure, f"How does {marks.phrase(measure)} evolve?")
    start, (first, last) = float(found[0]["p50"].iloc[0]), found[0].index[[0, -1]]
    ends = sorted((float(table["p50"].iloc[-1]), name) for table, name in zip(found, called.short, strict=True))
    said = [f"{style.number(value)} ({name})" for value, name in reversed(ends)]
    final = ", ".join(said) if len(said) <= 3 else f"from {said[-1]} to {said[0]}"
    named = marks.sentence(marks.with_unit(measure, unit))
    before = f"{style.number(start)} in {first}; in" if first < last else "in"
    finding = f"{where}. {named}: {before} {last}: {final}."
    caption = marks.joined(
        marks.replicate_words(results, called.short),
        _shared_words(results, tables, called.short[0]),
        _axis_words(unit, found, points),
        marks.starts_words(marks.starts(results), named=True),
        marks.standing_words(results),
        marks.unshown_words(results),
        marks.observed_words(points["source"]),
    )
    return style.Words(title, finding, caption)
