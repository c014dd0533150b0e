"""Does the gap close? One measure of one place by year, a line for each scenario."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.results import Results
from sim.pages.plots import marks, style
from sim.pages.plots.bands import at_least, quantiles, scope_of

TITLE = "Does the income gap between town and country close?"
MEANING = "urban over rural income per head (or another measure) by year: median and bands of each scenario, observed points"

_QUESTIONS = {"urban_rural_ratio": "Does the income gap between town and country close?"}
_LABELS = 1.7  # inches beside the axes


def figure(results: Sequence[Results], measure: str = "urban_rural_ratio", place: str | None = None) -> Figure:
    """A line with its bands for each of the results; `place` is a region, a cell or a kind (default: the whole world).

    Raises ResultsError if the measure or the place was not recorded.
    """
    at_least(results, 1, "convergence")
    tables = [marks.read(one, measure, place) for one in results]
    found = [quantiles(table) for table in tables]
    largest = max(float(table["p95"].abs().max()) for table in found)
    divisor, unit = marks.scaled(largest, results[0].units.get(measure, ""))
    found = [table / divisor for table in found]
    events = marks.starts(results)
    points = marks.observed(results[0].world, measure, scope_of(results[0], place), place or results[0].world)
    last = max(one.years[-1] for one in results)
    points = points[points["year"] <= last]

    page = style.page(_words(results, measure, place, unit, found, points), 3.5 + marks.headroom(events), right=_LABELS)
    grid = page.grid(1, 1, headroom=marks.headroom(events))
    axes = page.figure.add_subplot(grid[0, 0])
    style.dress(axes)
    for order, table in enumerate(found):
        marks.draw_bands(axes, table, order, tables[order].shape[1] > 1)
    axes.plot(points["year"], points["value"] / divisor, linestyle="", zorder=4, **marks.OBSERVED)
    first = min([one.years[0] for one in results] + points["year"].tolist())
    marks.year_axis(axes, first, last)
    if len(points):
        axes.set_xlim(first - 0.35)  # a whole circle in the first year
    marks.value_axis(axes)
    style.side_words(axes, marks.sentence(marks.with_unit(measure, unit)))
    axes.margins(y=0.08)
    axes.set_ylim(axes.get_ylim())
    marks.draw_starts(axes, events, 3.5)
    entries = [
        (float(table["p50"].iloc[-1]), f"{style.number(float(table['p50'].iloc[-1]))}  {name}", style.colour(order))
        for order, (table, name) in enumerate(zip(found, marks.names(results), strict=True))
    ]
    style.end_labels(axes, entries, _LABELS)
    return page.figure


def _words(
    results: Sequence[Results],
    measure: str,
    place: str | None,
    unit: str,
    found: Sequence[pd.DataFrame],
    points: pd.DataFrame,
) -> style.Words:
    where = marks.world_name(results[0]) if place in (None, results[0].world) else marks.place_name(str(place))
    title = _QUESTIONS.get(measure, f"How does {marks.phrase(measure)} evolve?")
    start, (first, last) = float(found[0]["p50"].iloc[0]), found[0].index[[0, -1]]
    ends = sorted((float(table["p50"].iloc[-1]), name) for table, name in zip(found, marks.names(results), strict=True))
    said = [f"{style.number(value)} ({name})" for value, name in reversed(ends)]
    final = ", ".join(said) if len(said) <= 3 else f"from {said[-1]} to {said[0]}"
    named = marks.sentence(marks.with_unit(measure, unit))
    finding = f"{where}. {named}: {style.number(start)} in {first}; in {last}: {final}."
    caption = marks.joined(
        marks.replicate_words(results),
        "Dotted line: a policy starts." if marks.starts(results) else "",
        marks.observed_words(points["source"]),
    )
    return style.Words(title, finding, caption)
