"""Curves on axes of one's own: what `.plot` of results and of a comparison draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.results import Results
from sim.pages.plots import bands, fonts, labels, marks, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (7.5, 3.4)  # inch


def plot_levels(several: Sequence[Results], measure: str, place: str | None, ax: Axes | None) -> Axes:
    """A line with its bands for each of the results, their names at the ends; raises ResultsError as `values` does."""
    tables = [bands.quantiles(marks.read(one, measure, place)) for one in several]
    return _draw(several, tables, list(range(len(several))), measure, place, ax, sign=False)


def plot_differences(several: Sequence[Results], measure: str, place: str | None, ax: Axes | None) -> Axes:
    """Each of the results after the first less the first, by year, with bands, and a line at zero."""
    take = partial(marks.read, measure=measure, place=place)
    tables = [bands.quantiles(bands.difference(several[0], other, take).values) for other in several[1:]]
    axes = _draw(several, tables, list(range(1, len(several))), measure, place, ax, sign=True)
    axes.axhline(0, color=style.colour(0), linewidth=1.2, zorder=2.5)
    return axes


def _draw(
    several: Sequence[Results],
    tables: Sequence[pd.DataFrame],
    orders: Sequence[int],
    measure: str,
    place: str | None,
    ax: Axes | None,
    sign: bool,
) -> Axes:
    axes = _own_axes() if ax is None else ax
    largest = max(float(table.abs().max().max()) for table in tables)
    divisor, unit = marks.scaled(largest, several[0].units.get(measure, ""))
    style.dress(axes)
    for order, table in zip(orders, tables, strict=True):
        band = bool((table["p95"] > table["p05"]).any()) and len(several) <= marks.MOST_BANDS
        marks.draw_bands(axes, table / divisor, order, band)
    marks.year_axis(axes, min(int(table.index[0]) for table in tables), max(int(table.index[-1]) for table in tables))
    marks.value_axis(axes, sign=sign)
    said = marks.with_unit(measure, unit)
    where = marks.world_name(several[0]) if place in (None, several[0].world) else marks.place_name(str(place))
    axes.set_ylabel(f"Change of {said}" if sign else marks.sentence(said), size=style.TEXT_SIZE, **fonts.plain())
    axes.set_title(where, loc="left", size=style.TEXT_SIZE + 0.5, color=style.GREY, **fonts.plain())
    names = marks.names(several)
    ends = [float(table["p50"].iloc[-1]) / divisor for table in tables]
    number = style.signed if sign else style.number
    _name(axes, [(end, f"{number(end)}  {names[order]}", order) for end, order in zip(ends, orders, strict=True)])
    return axes


def _own_axes() -> Axes:
    """Axes of a new figure that a notebook shows below the cell."""
    from matplotlib import pyplot

    _, axes = pyplot.subplots(figsize=_SIZE, layout="constrained")
    return axes


def _name(axes: Axes, entries: Sequence[tuple[float, str, int]]) -> None:
    """Write names at the right end of lines, apart from each other; the limits are final from here on."""
    axes.set_ylim(axes.get_ylim())
    figure = axes.get_figure(root=True)
    height = axes.get_position().height * (72 * float(figure.get_size_inches()[1]) if figure is not None else 200.0)
    low, high = axes.get_ylim()
    wanted = [(value - low) / (high - low) * height for value, _, _ in entries]
    centres = labels.spread(wanted, [style.TEXT_SIZE * style.LINE] * len(entries), 0.0, height)
    for (_, text, order), centre in zip(entries, centres, strict=True):
        axes.annotate(
            text,
            xy=(1.0, centre / height),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            size=style.TEXT_SIZE,
            color=style.on_white(style.colour(order)),
            annotation_clip=False,
            **fonts.plain(),
        )
