"""How do incomes in town and country grow, place by place? A small panel for each region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from sim.analysis.results import Results
from sim.errors import ResultsError
from sim.pages.plots import fonts, labels, marks, style
from sim.pages.plots.bands import at_least, quantiles
from sim.pages.recorded import entry_of

TITLE = "Do town and country draw nearer everywhere?"
MEANING = "urban and rural income per head of each place by year, one panel each, log scale shared; observed points"

_MEASURE, _RATIO = "income_per_head", "urban_rural_ratio"
_KINDS = ("urban", "rural")
_HEIGHT, _GAP = 1.35, 0.54  # inches: a panel (twice as high if there is one row), and the room between two
_LINE, _BETWEEN = style.CAPTION_SIZE * 1.35 / 72, 0.055  # inches: height of a line, distance of two numbers


def figure(results: Sequence[Results]) -> Figure:
    """A panel for each region, those with the widest gap in the first year first; urban income above, rural below.

    Raises ResultsError if the results have no regions with urban and rural income.
    """
    at_least(results, 1, "cities")
    found = _incomes(results)
    gaps = _gaps(results, list(found))
    regions = sorted(found, key=lambda region: -gaps[region][0][0])
    columns = min(4, len(regions) + 1)
    across = (style.WIDTH - 2 * style.MARGIN - 0.87) / (columns + 0.12 * (columns - 1))  # inches: a panel
    inside = _key_fits(marks.names(results), across)
    called = labels.naming(marks.names(results), inside)
    rows = -(-(len(regions) + inside) // columns)  # one panel more for the key, if it fits there
    ratios = {region: _ratios(gaps[region], across) for region in regions}
    head = _LINE * max(map(len, ratios.values()))
    points = {(region, kind): marks.observed(results[0], _MEASURE, "cell", f"{region}/{kind}")
              for region in regions for kind in _KINDS}  # fmt: skip
    words = _words(
        results, called, [gaps[region] for region in regions], pd.concat([one["source"] for one in points.values()])
    )
    height, gap = _HEIGHT if rows > 1 else 2 * _HEIGHT, _GAP - _LINE + head
    foot = None if inside else labels.Key(called.long)
    page = style.page(words, height * rows + gap * (rows - 1) + 0.22 + head, left=0.82, right=0.05, foot=foot)
    grid = page.grid(rows, columns, headroom=0.22 + head, hspace=gap / height, wspace=0.12)

    everything = [table[kind] for tables in found.values() for table in tables for kind in _KINDS]
    low = min(float(table["p05"].min()) for table in everything) / 1.4
    high = max(float(table["p95"].max()) for table in everything) * (1.12 if rows > 1 else 1.5)
    events = marks.starts(results)
    for place, region in enumerate(regions):
        axes = page.figure.add_subplot(grid[place // columns, place % columns])
        _draw(axes, results, found[region], points, region)
        _head(axes, marks.place_name(region), ratios[region])
        marks.draw_starts(axes, events, height, named=False)
        axes.set_ylim(low, high)
        _scale(axes, low, high, named=place % columns == 0)
        if place == 0:
            _name_lines(axes, found[region][0])
    if inside:
        spot = grid[len(regions) // columns, len(regions) % columns]
        _key(page.figure.add_subplot(spot), called.long, any(map(len, points.values())))
    unit = results[0].units[_MEASURE]
    text = marks.sentence(marks.with_unit(_MEASURE, f"{unit}, log scale"))
    room, middle = page.top - page.bottom, (page.bottom + page.top) / 2 / page.figure.get_size_inches()[1]
    lines = "\n".join(fonts.fold(text, room, style.TEXT_SIZE))
    ink = {"size": style.TEXT_SIZE, "color": style.INK, "multialignment": "center", **fonts.plain()}
    page.figure.text(style.MARGIN / style.WIDTH, middle, lines, rotation=90, va="center", **ink)
    return page.figure


def _incomes(results: Sequence[Results]) -> dict[str, list[dict[str, pd.DataFrame]]]:
    """Quantiles of income by region, then by results, then by kind; regions that all results have."""
    series = results[0].series
    cells = set(series.loc[(series["scope"] == "cell") & (series["measure"] == _MEASURE), "place"].astype(str))
    reported = set(series.loc[series["scope"] == "region", "place"].astype(str))
    reported -= set(entry_of(results[0]).get("outside", ()))
    regions = sorted(region for region in reported if all(f"{region}/{kind}" in cells for kind in _KINDS))
    if not regions:
        raise ResultsError(f"{results[0].title}: no region has urban and rural {marks.phrase(_MEASURE)}.")
    cells_of = [_cells(one) for one in results]
    return {
        region: [{kind: quantiles(_of(one, table, f"{region}/{kind}")) for kind in _KINDS}
                 for one, table in zip(results, cells_of, strict=True)]
        for region in regions
    }  # fmt: skip


def _cells(results: Results) -> dict[str, pd.DataFrame]:
    """Income of every cell: a row per year, a column per finished replicate."""
    series = results.series
    rows = series[(series["scope"] == "cell") & (series["measure"] == _MEASURE)]
    return {
        str(cell): part.pivot(index="year", columns="replicate", values="value")
        for cell, part in rows.groupby("place", observed=True)
    }


def _of(results: Results, table: dict[str, pd.DataFrame], cell: str) -> pd.DataFrame:
    if cell not in table:
        raise ResultsError(f"{results.path}: no {marks.phrase(_MEASURE)} of {cell}.")
    return table[cell]


def _gaps(results: Sequence[Results], regions: Sequence[str]) -> dict[str, list[tuple[float, float]]]:
    """The ratio of every region, by results, in the first and the last year: median over replicates of what was recorded.

    The medians of a comparison's table; the ratio of two medians would be that of no replicate.
    """
    tables = []
    for one in results:
        rows = one.series[(one.series["scope"] == "region") & (one.series["measure"] == _RATIO)]
        middle = rows.groupby(["place", "year"], observed=True)["value"].median()
        ends = [middle.xs(year, level="year") for year in (one.years[0], one.years[-1])]
        lacking = [region for region in regions if any(region not in end.index for end in ends)]
        if lacking:
            raise ResultsError(f"{one.path}: no {marks.phrase(_RATIO)} of {lacking[0]}.")
        tables.append(ends)
    return {region: [(float(first[region]), float(last[region])) for first, last in tables] for region in regions}


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
        band = len(one.replicates) > 1 and len(results) <= marks.MOST_BANDS
        for kind in _KINDS:
            marks.draw_bands(axes, table[kind], order, band, width=1.2)
    for kind in _KINDS:
        seen = points[region, kind]
        axes.plot(seen["year"], seen["value"], linestyle="", zorder=4, **(marks.OBSERVED | {"markersize": 2.4}))
    dated = [int(year) for kind in _KINDS for year in points[region, kind]["year"]]
    first, last = min([results[0].years[0], *dated]), max([one.years[-1] for one in results] + dated)
    marks.year_axis(axes, first, last)
    step = next((step for step in (1, 2, 5, 10, 20) if (last - first) / step <= 3), 50)
    axes.set_xticks([year for year in range(first, last + 1) if year % step == 0 or first == last])


def _ratios(gaps: Sequence[tuple[float, float]], room: float) -> list[list[tuple[str, str]]]:
    """Urban over rural income in the first and, scenario by scenario, in the last year: lines of (text, colour)."""
    first, last = f"{gaps[0][0]:.2f} \u2192", [end for _, end in gaps]
    if len(gaps) > marks.MOST_BANDS:
        return [[(first, style.GREY), (f"{min(last):.2f} to {max(last):.2f}", style.INK)]]
    lines = [[(first, style.GREY)]]
    used = fonts.width_of(first, style.CAPTION_SIZE) + _BETWEEN
    for order, ratio in enumerate(last):
        wide = fonts.width_of(f"{ratio:.2f}", style.CAPTION_SIZE) + _BETWEEN
        if used + wide > room:
            lines.append([])
            used = 0.0
        lines[-1].append((f"{ratio:.2f}", style.on_white(style.colour(order))))
        used += wide
    return lines


def _head(axes: Axes, name: str, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Name of the region above its panel and, between the two, the lines of `_ratios`."""
    size, points = style.CAPTION_SIZE, _LINE * 72
    title: dict[str, Any] = {"size": style.TEXT_SIZE, "weight": "bold", "color": style.INK, **fonts.plain()}
    axes.set_title(name, loc="left", pad=3.5 + points * len(lines), **title)
    where: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    for row, line in enumerate(reversed(lines)):
        start = 0.0
        for text, ink in line:
            axes.annotate(text, xy=(0, 1), xytext=(start, 4 + points * row), size=size, color=ink, **where)
            start += (fonts.width_of(text, size) + _BETWEEN) * 72


def _name_lines(axes: Axes, tables: dict[str, pd.DataFrame]) -> None:
    """Urban and rural, written above and below the lines of the first panel, near their beginning."""
    for kind, factor, side in (("urban", 1.36, "bottom"), ("rural", 1 / 1.2, "top")):
        middle = tables[kind]["p50"]
        year = min(1 if kind == "urban" else 4, len(middle) - 1)
        spot = (float(middle.index[year]), float(middle.iloc[year]) * factor)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        axes.text(*spot, kind, size=style.CAPTION_SIZE, color=style.GREY, va=side, bbox=paper)


def _scale(axes: Axes, low: float, high: float, named: bool) -> None:
    """Round values on the log axis, written only beside the first panel of a row."""
    steps = [digit * 10.0**power for power in range(0, 13) for digit in (1, 2, 5)]
    axes.yaxis.set_major_locator(FixedLocator([step for step in steps if low <= step <= high]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}") if named else NullFormatter())


def _key_fits(names: Sequence[str], room: float) -> bool:
    """Whether the key fits into a panel: three lines for a name at most, no word broken, and all in its height."""
    lines = [len(fonts.fold(name, room - 0.3, style.CAPTION_SIZE)) for name in names]
    whole = all(fonts.whole_words(name, room - 0.3, style.CAPTION_SIZE) for name in names)
    return whole and max(lines) <= 3 and sum(count + 0.5 for count in [*lines, 1]) * _LINE <= _HEIGHT


def _key(axes: Axes, names: Sequence[str], observed: bool) -> None:
    """What the colours mean, in the place of the last panel."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    figure = axes.get_figure(root=True)
    width, high = (style.WIDTH, 8.0) if figure is None else figure.get_size_inches()
    room, height = axes.get_position().width * width, axes.get_position().height * high
    step, top, left = _LINE / height, 1.0, 0.26 / room
    small: dict[str, Any] = {"size": style.CAPTION_SIZE, "va": "top", **fonts.plain()}
    for order, name in enumerate(names):
        text = fonts.fold(name, room - 0.3, style.CAPTION_SIZE)
        sample = [0.0, 0.2 / room], [top - step / 2] * 2
        axes.plot(*sample, color=style.colour(order), linestyle=style.dashes(order), linewidth=1.4)
        axes.text(left, top, "\n".join(text), color=style.on_white(style.colour(order)), **small)
        top -= step * (len(text) + 0.5)
    if observed:
        axes.plot([0.1 / room], [top - step / 2], linestyle="", **(marks.OBSERVED | {"markersize": 2.8}))
        axes.text(left, top, "observed", color=style.INK, **small)
    axes.set_ylim(0, 1)


def _words(
    results: Sequence[Results],
    called: labels.Naming,
    gaps: Sequence[Sequence[tuple[float, float]]],
    sources: pd.Series,
) -> style.Words:
    """`gaps`: by region and results, the ratio in the first and in the last year."""
    first, last = results[0].years[0], results[0].years[-1]
    fallen = [sum(region[order][1] < region[order][0] for region in gaps) for order in range(len(results))]
    counts = []
    for order, name in enumerate(called.short):
        mean = float(np.mean([np.log(region[order][1]) for region in gaps]))
        counts.append(f"{name} {fallen[order]} of {len(gaps)} (mean {np.exp(mean):.2f})")
    start = float(np.exp(np.mean([np.log(region[0][0]) for region in gaps])))
    if len(counts) > 3:
        count = f"{min(fallen)} to {max(fallen)}" if min(fallen) < max(fallen) else f"{fallen[0]}"
        counts = [f"{count} of {len(gaps)} in each of {len(results)} scenarios"]
    finding = (
        f"Urban over rural income per head was {start:.2f} in the mean of the places in {first}. "
        f"Places where it has fallen by {last}: {'; '.join(counts)}."
    )
    which = ", from the lowest to the highest of the scenarios" if len(results) > marks.MOST_BANDS else ""
    which = ", in the order and colours of the key" if 1 < len(results) <= marks.MOST_BANDS else which
    caption = marks.joined(
        f"Upper lines: urban, lower lines: rural. Above each panel: urban over rural in {first} and in {last}{which}.",
        marks.replicate_words(results, called.short, "Lines"),
        marks.starts_words(marks.starts(results)),
        marks.standing_words(results),
        marks.unshown_words(results),
        marks.observed_words(sources),
    )
    return style.Words(TITLE, finding, caption)
