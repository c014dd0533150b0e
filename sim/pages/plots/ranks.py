"""Who overtakes whom? The order of regions by income in the base year and in the last year of each scenario."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.measures.class_mobility import LIMITS, income_class
from sim.analysis.results import Results
from sim.errors import ResultsError
from sim.pages.plots import fonts, labels, marks, regions, style
from sim.pages.plots.bands import at_least

TITLE = "Which regions change places?"
MEANING = (
    "rank and income class of every region in the base year and in the last year of each scenario, lines from rank to rank"
)

_SIZE = 7.0  # points: the names of regions
_ROW = 0.158  # inch: from rank to rank
_LEAST, _YEAR, _NAME, _KEY = (
    1.6,
    0.2,
    0.14,
    0.26,
)  # inches: the axes, above them year and name of a column, key of the classes
_MOST_NAME = 1.75  # inches for the longest name with rank and ratio
_CLASSES = ("#fbfde3", "#a8ddb5", "#43a2ca", "#08306b")  # paler is poorer; even in grey they are in order
_UP, _DOWN, _SAME = style.COLOURS[1], style.COLOURS[2], "#9a9a9a"


@dataclass(frozen=True)
class Column:
    """The regions in one year of one scenario: rank from 1, richest first; income over the mean region; class."""

    rank: pd.Series
    ratio: pd.Series
    klass: pd.Series


def figure(results: Sequence[Results]) -> Figure:
    """A column of ranks for the base year, and one for the last year of each scenario (of more than eight: first and last).

    Raises ResultsError if the results have fewer than two regions with income.
    """
    at_least(results, 1, "ranks")
    shown = list(results) if len(results) <= marks.MOST_BANDS else [results[0], results[-1]]
    tables = [regions.median(found) for found in regions.incomes(shown, "ranks")]
    last = min(int(table.index[-1]) for table in tables)
    first = int(tables[0].index[0])
    if any(last not in table.index for table in tables):
        raise ResultsError("the figure ranks needs a last year that all results have.")
    columns = [_column(tables[0], first), *(_column(table, last) for table in tables)]
    sides = [_side(columns[0]), _side(columns[-1])]
    room = min(_MOST_NAME, max(fonts.width_of(text, _SIZE) for side in sides for text in side.values()) + 0.05)
    step = (style.WIDTH - 2 * style.MARGIN - 2 * room - 0.3) / len(shown)
    called = regions.heads(shown, step - 0.1, style.CAPTION_SIZE)
    height = max(_LEAST, _ROW * len(columns[0].rank))
    foot = labels.Key(called.long, lines=False) if called.numbered and len(shown) > 1 else None
    words = _words(results, shown, called, columns, (first, last), tables)
    head = _YEAR + (_NAME if len(shown) > 1 else 0.0)
    page = style.page(
        words, height + head + _KEY, left=room + 0.15, right=room + 0.15, axis=0.18 if foot else 0.06, foot=foot
    )
    axes = page.figure.add_subplot(page.grid(1, 1, headroom=head + _KEY)[0, 0])
    _draw(axes, columns, sides, room)
    _name_columns(axes, called, (first, last), height)
    _key(axes, head)
    return page.figure


def _column(incomes: pd.DataFrame, year: int) -> Column:
    """Ranks of a year by income (year, region), those of equal income by name."""
    income = incomes.T[year]
    order = income.sort_index().sort_values(ascending=False, kind="stable").index
    rank = pd.Series(np.arange(1, len(order) + 1), index=order)
    values = income.to_numpy(dtype=float)
    klass = pd.Series(income_class(values), index=income.index)
    return Column(rank, income / values.mean(), klass)


def _side(column: Column) -> dict[str, str]:
    """Rank, name and income over the mean of every region, as text."""
    return {
        str(region): f"{column.rank[region]}  {marks.place_name(str(region))}  {column.ratio[region]:.2f}"
        for region in column.rank.index
    }


def _draw(axes: Axes, columns: Sequence[Column], sides: Sequence[dict[str, str]], room: float) -> None:
    axes.set_axis_off()
    count = len(columns[0].rank)
    axes.set_xlim(0, len(columns) - 1)
    axes.set_ylim(count + 0.5, 0.5)
    for start, (one, two) in enumerate(itertools.pairwise(columns)):
        for region in one.rank.index:
            before, after = int(one.rank[region]), int(two.rank[region])
            ink = _SAME if before == after else _UP if after < before else _DOWN
            wide = 2.2 if one.klass[region] != two.klass[region] else 1.1
            dashes: Any = "solid" if after <= before else (0, (4, 1.5))  # a fall differs in style too
            order = 2 if before == after else 3
            axes.plot([start, start + 1], [before, after], color=ink, linewidth=wide, linestyle=dashes, zorder=order)
    for place, column in enumerate(columns):
        for region in column.rank.index:
            fill = _CLASSES[int(column.klass[region])]
            spot: dict[str, Any] = {"marker": "o", "markersize": 6.5, "markerfacecolor": fill, "markeredgecolor": style.INK}
            axes.plot([place], [int(column.rank[region])], markeredgewidth=0.6, clip_on=False, zorder=5, **spot)
    _label(axes, 0, columns[0], sides[0], room)
    _label(axes, len(columns) - 1, columns[-1], sides[1], room)


def _label(axes: Axes, place: int, column: Column, side: dict[str, str], room: float) -> None:
    """Rank, name and number beside a column: to the left of the first, to the right of the last."""
    left = place == 0
    words: dict[str, Any] = {"size": _SIZE, "color": style.INK, "va": "center", **fonts.plain()}
    words |= {"textcoords": "offset points", "ha": "right" if left else "left", "annotation_clip": False}
    for region, text in side.items():
        spot = (place, int(column.rank[region]))
        axes.annotate(_cut(text, room), xy=spot, xytext=(-7 if left else 7, 0), **words)


def _cut(text: str, room: float) -> str:
    """A label within its room: of a longer one the name loses its end, never its rank or its number."""
    if fonts.width_of(text, _SIZE) <= room:
        return text
    rank, name, ratio = text.split("  ", 2)
    left = room - fonts.width_of(f"{rank}    {ratio}", _SIZE)
    return f"{rank}  {fonts.cut(name, left, _SIZE)}  {ratio}"


def _name_columns(axes: Axes, called: labels.Naming, years: tuple[int, int], height: float) -> None:
    """Year and scenario above every column; of one scenario the years alone."""
    short = [f"({order + 1})" for order in range(len(called.short))] if called.numbered else list(called.short)
    names = ["", *(short if len(short) > 1 else [""])]
    above = _NAME if len(short) > 1 else 0.0
    top: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "bottom", **fonts.plain()}
    for place, name in enumerate(names):
        year = years[0] if place == 0 else years[1]
        axes.text(place, 1 + (0.03 + above) / height, str(year), size=style.TEXT_SIZE, weight="bold", color=style.INK, **top)
        if name:
            axes.text(place, 1 + 0.03 / height, name, size=style.CAPTION_SIZE, color=style.GREY, **top)


def _key(axes: Axes, head: float) -> None:
    """What the discs mean, in a line above the columns."""
    figure = axes.get_figure(root=True)
    if figure is None:  # an axes taken out of its figure has no page
        return
    tall = figure.get_size_inches()[1]
    y = axes.get_position().y1 + (head + 0.16) / tall
    texts = ["Income over the mean region:", f"below {LIMITS[0]:g}"]
    texts += [f"{low:g} to {high:g}" for low, high in itertools.pairwise(LIMITS)] + [f"{LIMITS[-1]:g} or more"]
    x = style.MARGIN
    for order, text in enumerate(texts):
        if order:
            spot = {"marker": "o", "markersize": 6.0, "markerfacecolor": _CLASSES[order - 1], "markeredgecolor": style.INK}
            figure.add_artist(_disc(x + 0.05, y, spot))
            x += 0.16
        words: dict[str, Any] = {"size": style.CAPTION_SIZE, "color": style.INK, "va": "center", **fonts.plain()}
        figure.text(x / style.WIDTH, y, text, **words)
        x += fonts.width_of(text, style.CAPTION_SIZE) + 0.22


def _disc(x: float, y: float, spot: dict[str, Any]) -> Line2D:
    return Line2D([x / style.WIDTH], [y], linestyle="", markeredgewidth=0.6, **spot)


def _moved(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """How many regions have another rank, and another class, than in the base year, by scenario."""
    start = columns[0]
    return [
        (int((one.rank[start.rank.index] != start.rank).sum()), int((one.klass != start.klass).sum())) for one in columns[1:]
    ]


def _words(
    results: Sequence[Results],
    shown: Sequence[Results],
    called: labels.Naming,
    columns: Sequence[Column],
    years: tuple[int, int],
    tables: Sequence[pd.DataFrame],
) -> style.Words:
    count, moved = len(columns[0].rank), _moved(columns)
    where = marks.world_name(results[0])
    if len(moved) <= 2:
        said = [
            f"{rank} of {count} regions have another rank than in {years[0]} and {klass} another class"
            + (f" ({name})" if len(moved) > 1 else "")
            for (rank, klass), name in zip(moved, called.short, strict=True)
        ]
        finding = f"{where}. By {years[1]} {'; '.join(said)}."
    else:
        ranks, classes = [[pair[place] for pair in moved] for place in (0, 1)]
        finding = (
            f"{where}. Of {count} regions {_between(ranks)} have another rank in {years[1]} than in {years[0]}, "
            f"{_between(classes)} another class, in each of {len(moved)} scenarios."
        )
    left_out = len(results) - len(shown)
    several = "From column to column a line joins the places of a region: after the base year, scenario by scenario. "
    one = "A line joins the two places of a region. "
    caption = marks.joined(
        "Regions in the order of their disposable income per head, the richest first, with rank, name and income over the "
        "mean of the regions (each counts once; no unit).",
        (several if len(shown) > 1 else one)
        + "Blue: it rises; red and dashed: it falls; grey: as before; thick: its class changes.",
        f"Of {len(results)} scenarios the first and the last are shown; between them columns would be too narrow."
        if left_out
        else "",
        regions.median_words(shown, called.short),
        marks.standing_words(shown),
        marks.unshown_words(results),
        regions.unshown_words(tables),
    )
    return style.Words(TITLE, finding, caption)


def _between(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low}" if low == high else f"{low} to {high}"
