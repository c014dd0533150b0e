"""Horizontal bars round zero: ranking and payers, a number a row, with an outline for a second number and words beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.drawings import ink
from sim.pages.drawings.axes import Scale
from sim.pages.drawings.svg import LEADING, NARROW, WIDE, block, drawing, element, group, text, width_of, wrapped

_SIZE = 12.0


@dataclass(frozen=True)
class Bar:
    """A row: its name, its number (None: only the words), how that is written, and a second number drawn as an outline.

    order: the scenario whose colour it has, None for plain grey; key: the scenario's name for scripts.
    """

    name: str
    value: float | None
    words: str
    second: float | None = None
    order: int | None = None
    key: str = ""


def bars(
    rows: Sequence[Bar], label: str, width: int = WIDE, unit: str = "", limit: float | None = None, names: float | None = None
) -> str:
    """Rows below each other on one scale from zero; limit, names: the largest number of the scale and the room for names,
    for drawings that are to be compared.

    On a phone names stand above their bars. Words stand at the end of a bar where there is room, else below it.
    """
    narrow = width < (WIDE + NARROW) / 2
    known = [value for row in rows for value in (row.value, row.second) if value is not None and math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if limit:
        low, high = (-limit if low < 0 else 0.0), limit
    longest = max((width_of(row.name, _SIZE) for row in rows), default=0.0) + 4
    room = width - 8.0 if narrow else min(210.0, names or longest)
    said = max((width_of(row.words, _SIZE) for row in rows if row.value is not None), default=0.0) + 9
    said = min(said, width * (0.45 if narrow else 0.4))
    start = 0.0 if narrow else room + 10
    if low < 0:
        start += said * 0.5
    scale = Scale(low, high if high > low else low + 1.0, start, width - said)
    parts, top = [], 0.0
    if unit:
        parts.append(text(unit, 0, 12, 11, fill=ink.GREY))
        top = 22.0
    first = top
    for row in rows:
        drawn, height = _row(row, scale, top, room, width, narrow)
        parts.append(drawn)
        top += height
    if not narrow:
        parts.append(element("line", x1=scale(0), x2=scale(0), y1=first, y2=top, stroke=ink.INK))
    return drawing(width, top + 4, label, parts)


def _row(row: Bar, scale: Scale, top: float, names: float, width: int, narrow: bool) -> tuple[str, float]:
    lines = wrapped(row.name, names, _SIZE)
    high = len(lines) * _SIZE * LEADING
    fill = ink.GREY if row.order is None else ink.colour(row.order)
    name_fill = ink.INK if row.order is None else ink.on_white(fill)
    bar_top = top + (high + 2 if narrow else max(0.0, (high - 16) / 2) + 3)
    parts = [block(lines, 0, top + (0 if narrow else max(3.0, 3 + (16 - high) / 2)), _SIZE, fill=name_fill)]
    tall = 16.0
    if row.value is None or not math.isfinite(row.value):
        said = wrapped(row.words, width - scale(0) - 8, _SIZE)
        parts.append(block(said, scale(0) + 6, bar_top, _SIZE, fill=ink.GREY))
        tall = max(tall, len(said) * _SIZE * LEADING)
    else:
        parts += _bar(row, row.value, scale, bar_top, fill)
        end = max(scale(0), scale(row.value), scale(row.second or 0.0))
        said = wrapped(row.words, width - end - 8, _SIZE)
        parts.append(block(said, end + 6, bar_top + 1.5, _SIZE, fill=ink.INK))
        tall = max(tall, len(said) * _SIZE * LEADING)
    height = (high + 2 + tall + 8) if narrow else max(high, tall) + 9
    return group(parts, data_policy=row.key), height


def _bar(row: Bar, value: float, scale: Scale, top: float, fill: str) -> list[str]:
    ends = sorted((scale(0), scale(value)))
    parts = [element("rect", x=ends[0], y=top, width=max(ends[1] - ends[0], 0.8), height=16, fill=fill)]
    if row.second is not None and math.isfinite(row.second) and row.second != value:
        ends = sorted((scale(0), scale(row.second)))
        outline: dict[str, Any] = {"x": ends[0], "y": top - 1.5, "width": max(ends[1] - ends[0], 0.8), "height": 19}
        parts.append(element("rect", **outline, fill="none", stroke=fill, stroke_width=1.2, stroke_dasharray="3 2"))
    return parts


def shares(gain: float, still: float, lose: float, label: str, width: int = 150) -> str:
    """One bar of everybody: who loses, who neither gains nor loses, who gains, as parts of the whole."""
    whole = gain + still + lose
    parts, left = [], 0.0
    for heads, fill in ((lose, "#b35806"), (still, ink.PALE), (gain, "#542788")):
        wide = width * heads / whole if whole > 0 else 0.0
        parts.append(element("rect", x=left, y=0, width=wide, height=10, fill=fill))
        left += wide
    return drawing(width, 10, label, parts)
