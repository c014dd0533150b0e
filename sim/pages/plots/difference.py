"""What does a scenario change? Differences from the reference by year, paired by replicate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matplotlib.figure import Figure

from sim.analysis.results import Results
from sim.pages.plots import marks, style
from sim.pages.plots.bands import Difference, at_least, difference, quantiles

TITLE = "What does a scenario change?"
MEANING = "scenario less reference (the first results) by year, paired by replicate: median, bands and the zero line"

_LABELS = 1.7  # inches beside the axes
_HEIGHT = {1: 3.4, 2: 2.4}  # of the axes, by their number; smaller from three on
_GAP = 0.42  # inches between axes: years below the upper, name of the measure above the lower


def figure(
    results: Sequence[Results], measures: str | Sequence[str] = "urban_rural_ratio", place: str | None = None
) -> Figure:
    """One axes for each measure, a line with its bands for each of the results after the first.

    Raises ResultsError if there are fewer than two results, or if a measure or the place was not recorded.
    """
    at_least(results, 2, "difference")
    measures = (measures,) if isinstance(measures, str) else tuple(measures)
    table = {
        measure: [difference(results[0], other, partial(marks.read, measure=measure, place=place)) for other in results[1:]]
        for measure in measures
    }
    events, count = marks.starts(results), len(measures)
    height = _HEIGHT.get(count, 1.8)
    room = height * count + _GAP * (count - 1) + marks.headroom(events)
    page = style.page(_words(results, table, place), room, right=_LABELS)
    grid = page.grid(count, 1, headroom=marks.headroom(events), hspace=_GAP / height)
    shown = {measure: [quantiles(one.values) for one in found] for measure, found in table.items()}
    for row, (measure, found) in enumerate(shown.items()):
        axes = page.figure.add_subplot(grid[row, 0])
        style.dress(axes)
        divisor, unit = marks.scaled(max(float(part.abs().max().max()) for part in found), results[0].units[measure])
        for order, (one, part) in enumerate(zip(table[measure], found, strict=True), start=1):
            marks.draw_bands(axes, part / divisor, order, one.has_band)
        axes.axhline(0, color=style.colour(0), linewidth=1.2, zorder=2.5)
        axes.margins(y=0.1)
        marks.year_axis(axes, results[0].years[0], max(part.index[-1] for one in shown.values() for part in one))
        marks.value_axis(axes, sign=True)
        axes.set_ylim(axes.get_ylim())
        style.side_words(axes, f"Change of {marks.with_unit(measure, unit)}")
        marks.draw_starts(axes, events, height, named=row == 0)
        ends = [float(part["p50"].iloc[-1]) / divisor for part in found]
        called = marks.names(results)
        entries = [(0.0, f"0  {called[0]}", style.colour(0))]
        entries += [
            (end, f"{style.signed(end)}  {name}", style.colour(order))
            for order, (end, name) in enumerate(zip(ends, called[1:], strict=True), start=1)
        ]
        style.end_labels(axes, entries, _LABELS)
    return page.figure


def _words(results: Sequence[Results], table: dict[str, list[Difference]], place: str | None) -> style.Words:
    called = marks.names(results)
    where = marks.world_name(results[0]) if place in (None, results[0].world) else marks.place_name(str(place))
    if len(called) == 2:
        title = f"What does {called[1]} change?"
        finding = f"{where}, against {called[0]}. " + " ".join(
            _finding(measure, found[0], results[0].units[measure]) for measure, found in table.items()
        )
    else:
        title = "What does each scenario change?"
        finding = f"{where}, {len(called) - 1} scenarios against {called[0]}."
    caption = marks.joined(
        _line_words([found for row in table.values() for found in row][: len(called) - 1]),
        f"Zero: {called[0]}.",
        "Dotted line: a policy starts." if marks.starts(results) else "",
        *marks.failures(results),
    )
    return style.Words(title, finding, caption)


def _finding(measure: str, found: Difference, unit: str) -> str:
    """What the last year says: the median and its band, or that the band holds zero."""
    last = quantiles(found.values).iloc[-1]
    year, name = int(found.values.index[-1]), marks.sentence(marks.phrase(measure))
    divisor, unit = marks.scaled(float(last.abs().max()), unit)
    low, middle, high = (float(last[word]) / divisor for word in ("p05", "p50", "p95"))
    told = f"{name}: {style.signed(middle)} {unit if unit != 'ratio' else ''}".rstrip() + f" by {year}"
    if not found.has_band:
        return f"{told}."
    if low == high == 0:
        return f"{name}: no difference by {year}."
    if low <= 0 <= high:
        return f"{name}: no difference larger than the spread between replicates by {year}."
    return f"{told} (90% between {style.signed(low)} and {style.signed(high)})."


def _line_words(found: Sequence[Difference]) -> str:
    counts = sorted({one.replicates for one in found})
    number = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    if all(one.paired for one in found):
        pairs = "the one pair" if counts[-1] == 1 else f"{number} pairs"
        basis = f"{pairs} of replicates (scenario less reference, same seed and agents)"
    else:
        basis = (
            f"all differences between the replicates of two runs ({number} each); seeds or agents differ, so runs "
            "are not paired and the bands hold the luck of both"
        )
    if counts[-1] == 1:
        return f"Line: {basis}, so there is no band."
    return f"Line: median over {basis}. Darker band: the middle 50%, paler band: 90%."
