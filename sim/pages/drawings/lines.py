"""A line a scenario by year: curves of a measure, and paired differences with zero in sight."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.digits import plain, signed
from sim.pages.drawings import axes, ink
from sim.pages.drawings.axes import Scale
from sim.pages.drawings.svg import LEADING, NARROW, WIDE, block, drawing, element, group, path, text, width_of, wrapped

_SWATCH = 30
_LABEL, _TICK = 12.0, 11.0
_PAD = 0.07  # of the span of values, above and below them


@dataclass(frozen=True)
class Line:
    """One scenario by year: median, and the 90% band where there is one; end: how its last number is written.

    key: the scenario's name for scripts; order: its place among those shown, 0 the baseline.
    """

    name: str
    order: int
    years: Sequence[int]
    middle: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    end: str = ""
    key: str = ""


@dataclass(frozen=True)
class _Frame:
    left: float
    right: float
    top: float
    bottom: float


def swatch(order: int) -> str:
    """A short line in the colour and dashes of a scenario, to stand beside its name."""
    line = element("line", x1=1, x2=_SWATCH - 1, y1=5, y2=5, **_stroke(order, 3))
    return f'<svg class="swatch" viewBox="0 0 {_SWATCH} 10" width="{_SWATCH}" height="10" aria-hidden="true">{line}</svg>'


def curves(
    lines: Sequence[Line],
    label: str,
    width: int = WIDE,
    unit: str = "",
    dots: Sequence[tuple[int, float]] = (),
    dots_name: str = "",
    starts: Sequence[tuple[int, str]] = (),
    zero: bool = False,
    above: str = "",
    below: str = "",
) -> str:
    """A line for each scenario, baseline first and on top where lines agree, named where it ends.

    unit: written over the value axis; dots: observed points; starts: a year and what begins in it, a dotted line; zero: the
    axis holds zero, drawn dark, with `above` and `below` saying what either side means; label: for those who cannot see.
    """
    narrow = width < (WIDE + NARROW) / 2
    names = _labels(lines, narrow)
    room = max((width_of(row, _LABEL) for rows in names for row in rows), default=width_of(dots_name, _TICK)) + 22
    ordinates = _ordinates(lines, dots, zero)
    values = axes.ticks(*ordinates, most=5 if narrow else 6)
    digits = axes.decimals(values)
    written = [(signed if zero else plain)(value, digits) for value in values]
    left = max(width_of(word, _TICK) for word in written) + 8
    rows = [f"{year}: {words}" for year, words in starts]
    height = (300 if narrow else 370) + 15 * len(rows)
    frame = _Frame(left, width - room, 24 + 15 * len(rows), height - 22)
    years = _years(lines, dots)
    x, y = Scale(*years, frame.left + 4, frame.right - 4), Scale(*ordinates, frame.bottom, frame.top)
    parts = [text(unit, 0, 11, _TICK, fill=ink.GREY)]
    for value, word in zip(values, written, strict=True):
        parts.append(element("line", x1=frame.left, x2=frame.right, y1=y(value), y2=y(value), stroke=ink.PALE))
        parts.append(text(word, frame.left - 6, y(value) + 4, _TICK, fill=ink.GREY, text_anchor="end"))
    parts += _year_ticks(years, x, frame, 5 if narrow else 9)
    parts += _starts(starts, rows, x, frame)
    if zero:
        parts += _zero(y, frame, above, below)
    parts += [_band(line, x, y, None if line is lines[0] else lines[0]) for line in lines]
    parts += [_line(line, x, y) for line in reversed(lines)]
    parts += [
        element("circle", cx=x(year), cy=y(value), r=3.2, fill="#ffffff", stroke=ink.INK, stroke_width=1.3)
        for year, value in dots
    ]
    if dots and dots_name:
        parts.append(_named_dots(dots, dots_name, x, y))
    parts += _ends(lines, names, x, y, frame)
    return drawing(width, height, label, parts)


def _labels(lines: Sequence[Line], narrow: bool) -> list[list[str]]:
    """The words at the end of every line, broken; the number stands in the first row."""
    room = 104.0 if narrow else 190.0
    return [wrapped(f"{line.end} {line.name}".strip(), room, _LABEL) for line in lines]


def _ordinates(lines: Sequence[Line], dots: Sequence[tuple[int, float]], zero: bool) -> tuple[float, float]:
    known = [value for line in lines for row in (line.middle, line.low or (), line.high or ()) for value in row]
    known = [value for value in [*known, *(value for _, value in dots), *([0.0] if zero else [])] if math.isfinite(value)]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    pad = _PAD * (high - low) or abs(high) * _PAD or 1.0
    return low - pad, high + pad


def _years(lines: Sequence[Line], dots: Sequence[tuple[int, float]]) -> tuple[int, int]:
    known = [year for line in lines for year in line.years] + [year for year, _ in dots]
    return (min(known), max(known)) if known else (0, 1)


def _year_ticks(years: tuple[int, int], x: Callable[[float], float], frame: _Frame, most: int) -> list[str]:
    parts = [element("line", x1=frame.left, x2=frame.right, y1=frame.bottom, y2=frame.bottom, stroke=ink.GREY)]
    for year in axes.whole_years(*years, most):
        parts.append(element("line", x1=x(year), x2=x(year), y1=frame.bottom, y2=frame.bottom + 4, stroke=ink.GREY))
        parts.append(text(str(year), x(year), frame.bottom + 16, _TICK, fill=ink.GREY, text_anchor="middle"))
    return parts


def _starts(starts: Sequence[tuple[int, str]], rows: Sequence[str], x: Callable[[float], float], frame: _Frame) -> list[str]:
    """A dotted line in the years in which something starts; the earliest name stands highest, so no line crosses one."""
    parts = []
    for place, ((year, _), row) in enumerate(zip(starts, rows, strict=True)):
        top = 22 + 15 * place
        line: dict[str, Any] = {"x1": x(year), "x2": x(year), "y1": top, "y2": frame.bottom}
        parts.append(element("line", **line, stroke=ink.GREY, stroke_dasharray="1.5 3"))
        fits = x(year) + 5 + width_of(row, _TICK) <= frame.right + 60
        anchor = {} if fits else {"text_anchor": "end"}
        parts.append(text(row, x(year) + (5 if fits else -5), top + 8, _TICK, fill=ink.GREY, **anchor))
    return parts


def _zero(y: Callable[[float], float], frame: _Frame, above: str, below: str) -> list[str]:
    parts = [element("line", x1=frame.left, x2=frame.right, y1=y(0), y2=y(0), stroke=ink.INK, stroke_width=1.4)]
    if y(0) - frame.top > 18:
        parts.append(text(above, frame.left + 6, y(0) - 6, _TICK, fill=ink.GREY))
    if frame.bottom - y(0) > 18:
        parts.append(text(below, frame.left + 6, y(0) + 14, _TICK, fill=ink.GREY))
    return parts


def _stroke(order: int, width: float) -> dict[str, Any]:
    return {"stroke": ink.colour(order), "stroke_width": width, "stroke_dasharray": ink.dashes(order), "fill": "none"}


def _band(line: Line, x: Callable[[float], float], y: Callable[[float], float], first: Line | None) -> str:
    """The band of a line, from where it parts from the first line's: two of the same numbers would mix."""
    if line.low is None or line.high is None:
        return ""
    rows = list(zip(line.years, line.low, line.high, strict=True))
    if first is not None and first.low is not None and first.high is not None:
        same = {row for row in zip(first.years, first.low, first.high, strict=True)}
        parted = next((place for place, row in enumerate(rows) if row not in same), len(rows))
        rows = rows[max(0, parted - 1) :] if parted < len(rows) else []
    rows = [row for row in rows if math.isfinite(row[1]) and math.isfinite(row[2])]
    over, under = [(x(year), y(high)) for year, _, high in rows], [(x(year), y(low)) for year, low, _ in rows]
    shape = path([*over, *reversed(under)], close=True)
    return element("path", d=shape, fill=ink.colour(line.order), fill_opacity=0.17, data_policy=line.key) if shape else ""


def _line(line: Line, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    points = [(x(year), y(value)) for year, value in zip(line.years, line.middle, strict=True) if math.isfinite(value)]
    if len(points) == 1:
        return element("circle", cx=points[0][0], cy=points[0][1], r=3.5, fill=ink.colour(line.order), data_policy=line.key)
    return element("path", d=path(points), **_stroke(line.order, 2.2), stroke_linejoin="round", data_policy=line.key)


def _named_dots(
    dots: Sequence[tuple[int, float]], name: str, x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    """The name of the observed points, beside the last of them."""
    year, value = max(dots, key=lambda one: one[0])
    return text(name, x(year) + 8, y(value) - 3, _TICK, fill=ink.INK)


def _ends(
    lines: Sequence[Line],
    names: Sequence[Sequence[str]],
    x: Callable[[float], float],
    y: Callable[[float], float],
    frame: _Frame,
) -> list[str]:
    """The names where lines end, moved apart, each with a thin line to its own end."""
    last = [next((value for value in reversed(line.middle) if math.isfinite(value)), 0.0) for line in lines]
    heights = [_LABEL * LEADING * len(rows) + 5 for rows in names]
    middles = axes.apart([y(value) for value in last], heights, frame.top - 14, frame.bottom + 14)
    parts = []
    for line, value, rows, height, middle in zip(lines, last, names, heights, middles, strict=True):
        end = x(line.years[-1]) if line.years else frame.right
        lead = path([(end + 2, y(value)), (frame.right + 6, middle), (frame.right + 14, middle)])
        fill = ink.on_white(ink.colour(line.order))
        parts.append(
            group(
                [
                    element("path", d=lead, stroke=fill, stroke_width=0.8, fill="none"),
                    block(rows, frame.right + 17, middle - height / 2 + 2.5, _LABEL, fill=fill),
                ],
                data_policy=line.key,
            )
        )
    return parts
