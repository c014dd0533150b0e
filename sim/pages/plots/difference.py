"""What does a scenario change? Differences from the reference by year, paired by replicate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.change import Change
from sim.analysis.results import Results
from sim.pages.plots import labels, marks, style
from sim.pages.plots.bands import Difference, at_least, difference, quantiles

TITLE = "What does a scenario change?"
MEANING = "scenario less reference (the first results) by year, paired by replicate: median, bands and the zero line"

_LABELS, _NUMBERS = 1.7, 0.9  # inches beside the axes, for names and for numbers
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
    shown = {measure: [quantiles(one.values) for one in found] for measure, found in table.items()}
    scales = {
        measure: marks.scaled(max(float(part.abs().max().max()) for part in found), results[0].units[measure])
        for measure, found in shown.items()
    }
    changes = {
        measure: [_change(one, marks.read(results[0], measure, place), *scales[measure]) for one in found]
        for measure, found in table.items()
    }
    ends = {measure: ["0", *map(_signed, found)] for measure, found in changes.items()}
    widest = max(ends.values(), key=lambda texts: max(map(len, texts)))
    called = marks.calling(results, widest, _LABELS, height)
    room = labels.room_for(called, [text for texts in ends.values() for text in texts], _LABELS, _NUMBERS)
    height = labels.height_for(len(results), height)
    page = style.page(
        _words(results, called, table, changes, place),
        height * count + _GAP * (count - 1) + marks.headroom(events),
        right=room,
        foot=labels.Key(called.long) if called.numbered else None,
    )
    grid = page.grid(count, 1, headroom=marks.headroom(events), hspace=_GAP / height)
    for row, (measure, found) in enumerate(shown.items()):
        axes = page.figure.add_subplot(grid[row, 0])
        style.dress(axes)
        divisor, unit = scales[measure]
        for order, (one, part) in enumerate(zip(table[measure], found, strict=True), start=1):
            marks.draw_bands(axes, part / divisor, order, one.has_band and len(results) <= marks.MOST_BANDS)
        axes.axhline(0, color=style.colour(0), linewidth=1.2, zorder=2.5)
        axes.margins(y=0.1)
        marks.year_axis(axes, results[0].years[0], max(part.index[-1] for one in shown.values() for part in one))
        marks.value_axis(axes, sign=True)
        axes.set_ylim(axes.get_ylim())
        style.side_words(axes, f"Change of {marks.with_unit(measure, unit)}")
        marks.draw_starts(axes, events, height, named=row == 0)
        values = [0.0, *[float(part["p50"].iloc[-1]) / divisor for part in found]]
        entries = [
            (value, called.label(order, text), style.colour(order))
            for order, (value, text) in enumerate(zip(values, ends[measure], strict=True))
        ]
        labels.end_labels(axes, entries, room)
    return page.figure


def _change(found: Difference, reference: pd.DataFrame, divisor: float, unit: str) -> Change:
    """The difference of the last year with its band, and the level it is a difference from, in the unit of the axes."""
    year = found.values.index[-1]
    before = reference.loc[year, found.values.columns] if found.paired else reference.loc[year]
    low, middle, high = (float(value) / divisor for value in quantiles(found.values).loc[year, ["p05", "p50", "p95"]])
    base = float(np.median(before.to_numpy(dtype=float))) / divisor
    return Change(base, base + middle, middle, low, high, unit, found.paired, found.replicates)


def _signed(change: Change, value: float | None = None) -> str:
    """The difference (or another value of its kind) with its sign and as many digits as its band warrants."""
    return change.with_sign(change.difference if value is None else value).replace("-", "\u2212")


def _words(
    results: Sequence[Results],
    naming: labels.Naming,
    table: dict[str, list[Difference]],
    changes: dict[str, list[Change]],
    place: str | None,
) -> style.Words:
    called = naming.short
    where = marks.world_name(results[0]) if place in (None, results[0].world) else marks.place_name(str(place))
    if len(called) == 2:
        title = f"What does {called[1]} change?"
        finding = f"{where}, against {called[0]}. " + " ".join(
            _finding(measure, found[0], int(table[measure][0].values.index[-1])) for measure, found in changes.items()
        )
    else:
        title = "What does each scenario change?"
        finding = f"{where}, {len(called) - 1} scenarios against {called[0]}."
    caption = marks.joined(
        _line_words([found for row in table.values() for found in row][: len(called) - 1], len(results)),
        f"Zero: {called[0]}.",
        marks.starts_words(marks.starts(results), named=True),
        marks.standing_words(results),
        *marks.continuum_words(results, called),
        *marks.failures(results, called),
        marks.unshown_words(results),
    )
    return style.Words(title, finding, caption)


def _finding(measure: str, change: Change, year: int) -> str:
    """What the last year says: the median and its band, or that the band holds zero."""
    name = marks.sentence(marks.phrase(measure))
    unit = "" if change.unit == "ratio" else change.unit
    sentence = f"{name}: {_signed(change)} {unit}".rstrip() + f" by {year}"
    if change.replicates < 2:
        return f"{sentence}."
    if change.low == change.high == 0:
        return f"{name}: no difference by {year}."
    if change.low <= 0 <= change.high:
        return f"{name}: no difference larger than the spread between replicates by {year}."
    return f"{sentence} (90% between {_signed(change, change.low)} and {_signed(change, change.high)})."


def _line_words(found: Sequence[Difference], scenarios: int) -> str:
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
    if scenarios > marks.MOST_BANDS:
        return f"Line: median over {basis}. {marks.too_many_words()}"
    alone = " One pair alone has no band." if counts[0] == 1 else ""
    return f"Line: median over {basis}. Darker band: the middle 50%, paler band: 90%.{alone} {marks.luck_words()}"
