"""How do incomes in town and country grow, city by city? A small panel for each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from sim.analysis.results import Results
from sim.data import catalogue
from sim.errors import ResultsError
from sim.pages.plots import marks, style
from sim.pages.plots.bands import at_least, quantiles

TITLE = "Do town and country draw nearer in every city?"
MEANING = "urban and rural income per head of each city by year, one panel each, log scale shared; observed points"

_MEASURE, _RATIO = "income_per_head", "urban_rural_ratio"
_KINDS = ("urban", "rural")
_HEIGHT, _GAP = 1.35, 0.5  # inches: a panel (twice as high if there is one row), and the room between two


def figure(results: Sequence[Results]) -> Figure:
    """A panel for each region, those with the widest gap in the first year first; urban income above, rural below.

    Raises ResultsError if the results have no regions with urban and rural income.
    """
    at_least(results, 1, "cities")
    found = _incomes(results)
    regions = sorted(found, key=lambda region: -_gap(found[region][0], 0))
    columns = min(4, len(regions) + 1)
    rows = -(-(len(regions) + 1) // columns)  # one more than regions: the key
    points = {(region, kind): marks.observed(results[0].world, _MEASURE, "cell", f"{region}/{kind}")
              for region in regions for kind in _KINDS}  # fmt: skip
    words = _words(results, found, regions, pd.concat([table["source"] for table in points.values()]))
    height = _HEIGHT if rows > 1 else 2 * _HEIGHT
    page = style.page(words, height * rows + _GAP * (rows - 1) + 0.3, left=0.82, right=0.05)
    grid = page.grid(rows, columns, headroom=0.3, hspace=_GAP / height, wspace=0.12)

    everything = [table[kind] for tables in found.values() for table in tables for kind in _KINDS]
    low = min(float(table["p05"].min()) for table in everything) / 1.4
    high = max(float(table["p95"].max()) for table in everything) * (1.12 if rows > 1 else 1.5)
    events = marks.starts(results)
    for place, region in enumerate(regions):
        axes = page.figure.add_subplot(grid[place // columns, place % columns])
        _draw(axes, results, found[region], points, region)
        marks.draw_starts(axes, events, height, named=False)
        axes.set_ylim(low, high)
        _scale(axes, low, high, named=place % columns == 0)
        if place == 0:
            _name_lines(axes, found[region][0])
    _key(
        page.figure.add_subplot(grid[len(regions) // columns, len(regions) % columns]),
        results,
        any(map(len, points.values())),
    )
    unit = results[0].units[_MEASURE]
    text = marks.sentence(marks.with_unit(_MEASURE, f"{unit}, log scale"))
    room, middle = page.top - page.bottom, (page.bottom + page.top) / 2 / page.figure.get_size_inches()[1]
    lines = "\n".join(style.fold(text, room, style.TEXT_SIZE))
    ink = {"size": style.TEXT_SIZE, "color": style.INK, "multialignment": "center", **style.plain()}
    page.figure.text(style.MARGIN / style.WIDTH, middle, lines, rotation=90, va="center", **ink)
    return page.figure


def _incomes(results: Sequence[Results]) -> dict[str, list[dict[str, pd.DataFrame]]]:
    """Quantiles of income by region, then by results, then by kind; regions that all results have."""
    series = results[0].series
    cells = set(series.loc[(series["scope"] == "cell") & (series["measure"] == _MEASURE), "place"].astype(str))
    reported = set(series.loc[series["scope"] == "region", "place"].astype(str))
    reported -= set(catalogue.worlds().get(results[0].world, {}).get("outside", ()))
    regions = sorted(region for region in reported if all(f"{region}/{kind}" in cells for kind in _KINDS))
    if not regions:
        raise ResultsError(f"{results[0].title}: no region has urban and rural {marks.phrase(_MEASURE)}.")
    return {
        region: [{kind: quantiles(one.values(_MEASURE, "cell", f"{region}/{kind}")) for kind in _KINDS} for one in results]
        for region in regions
    }


def _gap(tables: dict[str, pd.DataFrame], year: int) -> float:
    """Ratio of the median urban to the median rural income in the first (0) or last (-1) year."""
    return float(tables["urban"]["p50"].iloc[year] / tables["rural"]["p50"].iloc[year])


def _draw(
    axes: Axes,
    results: Sequence[Results],
    tables: Sequence[dict[str, pd.DataFrame]],
    points: dict[tuple[str, str], pd.DataFrame],
    region: str,
) -> None:
    style.dress(axes)
    axes.set_yscale("log")
    for order, (one, table) in enumerate(zip(results, tables, strict=True)):
        for kind in _KINDS:
            marks.draw_bands(axes, table[kind], order, len(one.replicates) > 1, width=1.2)
    for kind in _KINDS:
        seen = points[region, kind]
        axes.plot(seen["year"], seen["value"], linestyle="", zorder=4, **(marks.OBSERVED | {"markersize": 2.4}))
    first, last = results[0].years[0], max(one.years[-1] for one in results)
    marks.year_axis(axes, first, last)
    axes.set_xlim(first - 0.6)  # a whole circle in the first year
    step = next((step for step in (1, 2, 5, 10, 20) if (last - first) / step <= 3), 50)
    axes.set_xticks([year for year in range(first, last + 1) if year % step == 0])
    axes.set_title(marks.place_name(region), size=style.TEXT_SIZE, weight="bold", color=style.INK, loc="left", pad=13)
    said = [(f"{_gap(tables[0], 0):.2f} \u2192", style.GREY)]
    said += [(f"{_gap(table, -1):.2f}", style.colour(order)) for order, table in enumerate(tables[:4])]
    start = 0.0
    for text, ink in said:
        word: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
        axes.annotate(text, xy=(0, 1), xytext=(start, 4), size=style.CAPTION_SIZE, color=ink, **word)
        start += style.width_of(text, style.CAPTION_SIZE) * 72 + 4


def _name_lines(axes: Axes, tables: dict[str, pd.DataFrame]) -> None:
    """Urban and rural, written above and below the lines of the first panel, near their beginning."""
    for kind, factor, side in (("urban", 1.36, "bottom"), ("rural", 1 / 1.2, "top")):
        middle = tables[kind]["p50"]
        year = min(1 if kind == "urban" else 4, len(middle) - 1)
        spot = (float(middle.index[year]), float(middle.iloc[year]) * factor)
        axes.text(*spot, kind, size=style.CAPTION_SIZE, color=style.GREY, va=side)


def _scale(axes: Axes, low: float, high: float, named: bool) -> None:
    """Round values on the log axis, written only beside the first panel of a row."""
    steps = [digit * 10.0**power for power in range(0, 13) for digit in (1, 2, 5)]
    axes.yaxis.set_major_locator(FixedLocator([step for step in steps if low <= step <= high]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}") if named else NullFormatter())


def _key(axes: Axes, results: Sequence[Results], observed: bool) -> None:
    """What the colours mean, in the place of the last panel."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    figure = axes.get_figure(root=True)
    room = axes.get_position().width * style.WIDTH if figure is not None else 1.5
    lines = [style.fold(name, room - 0.3, style.CAPTION_SIZE)[:3] for name in marks.names(results)]
    height = axes.get_position().height * float(figure.get_size_inches()[1]) if figure is not None else _HEIGHT
    step = style.CAPTION_SIZE * 1.35 / 72 / height
    top = 1.0
    for order, text in enumerate(lines):
        axes.plot([0.0, 0.13], [top - step / 2] * 2, color=style.colour(order), linestyle=style.dashes(order))
        axes.text(0.18, top, "\n".join(text), size=style.CAPTION_SIZE, color=style.colour(order), va="top", **style.plain())
        top -= step * (len(text) + 0.5)
    if observed:
        axes.plot([0.065], [top - step / 2], linestyle="", **(marks.OBSERVED | {"markersize": 2.8}))
        axes.text(0.18, top, "observed", size=style.CAPTION_SIZE, color=style.INK, va="top")
    axes.set_ylim(min(0.0, top - step), 1)


def _words(
    results: Sequence[Results],
    found: dict[str, list[dict[str, pd.DataFrame]]],
    regions: Sequence[str],
    sources: pd.Series,
) -> style.Words:
    tables = found[regions[0]][0]
    first, last = (int(tables["urban"].index[place]) for place in (0, -1))
    fallen = [
        sum(_gap(found[region][order], -1) < _gap(found[region][order], 0) for region in regions)
        for order in range(len(results))
    ]
    told = []
    for order, name in enumerate(marks.names(results)):
        mean = float(np.mean([np.log(_gap(found[region][order], -1)) for region in regions]))
        told.append(f"{name} {fallen[order]} of {len(regions)} (mean {np.exp(mean):.2f})")
    start = float(np.exp(np.mean([np.log(_gap(found[region][0], 0)) for region in regions])))
    if len(told) > 3:
        told = [f"{min(fallen)} to {max(fallen)} of {len(regions)} in {len(results)} scenarios"]
    finding = (
        f"Urban over rural income per head was {start:.2f} in the mean of the cities in {first}. "
        f"Cities where it has fallen by {last}: {'; '.join(told)}."
    )
    caption = marks.joined(
        f"Upper lines: urban, lower lines: rural. Above each panel: urban over rural in {first} and in {last}.",
        marks.replicate_words(results, "Lines"),
        marks.starts_words(marks.starts(results)),
        marks.observed_words(sources),
    )
    return style.Words(TITLE, finding, caption)
