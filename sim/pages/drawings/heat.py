"""A table of signed shares as colours and numbers: who gains and who loses, rows places, columns tenths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.pages.digits import signed
from sim.pages.drawings import ink
from sim.pages.drawings.svg import LEADING, NARROW, WIDE, block, drawing, element, group, short, text, width_of, wrapped

_ROW = 19.0  # px


@dataclass(frozen=True)
class Cell:
    """A share (0.01 is one per cent), and whether it is clear of the luck of the draw; None: not recorded."""

    share: float | None
    clear: bool = True


@dataclass(frozen=True)
class HeatRow:
    """A row: its name, its cells, and words at its end; gap: some room above it, where another place begins."""

    name: str
    cells: Sequence[Cell]
    beside: str = ""
    gap: bool = False


def limit_of(rows: Sequence[HeatRow], part: float = 0.97) -> float:
    """The end of the scale for these rows: what so large a part of their cells does not exceed."""
    known = sorted(abs(one.share) for row in rows for one in row.cells if one.share is not None and math.isfinite(one.share))
    return known[min(len(known) - 1, int(part * len(known)))] if known else 1.0


@dataclass(frozen=True)
class Head:
    """What stands over a table: the names of its columns, what they are, and what the words at the end of rows are.

    last_apart: the last column stands a little apart, for a mean of the others; signs: shares are changes with a sign, else
    parts of a whole, in grey without one.
    """

    columns: Sequence[str]
    over: str = ""
    beside: str = ""
    last_apart: bool = False
    signs: bool = True


def heat(rows: Sequence[HeatRow], head: Head, label: str, width: int = WIDE, limit: float = 1.0) -> str:
    """Cells in per cent with their sign, coloured on a scale from -limit to limit (shares); pale grey where unclear.

    Words at the end of rows are left out on a phone.
    """
    columns, beside = head.columns, head.beside
    narrow = width < (WIDE + NARROW) / 2
    size = 8.8 if narrow else 11.5
    names = min(max((width_of(row.name, size + 0.5) for row in rows), default=0.0) + 6, 100.0 if narrow else 200.0)
    tail = 0.0
    if beside and not narrow:
        tail = max(width_of(beside, 11), *(width_of(row.beside, size) for row in rows)) + 8
    apart = (3.0 if narrow else 8.0) if head.last_apart else 0.0
    wide = (width - names - tail - apart) / max(1, len(columns))
    starts = [
        names + wide * place + (apart if head.last_apart and place == len(columns) - 1 else 0.0)
        for place in range(len(columns))
    ]
    top, parts = _heading(head, starts, wide, names, 9.0 if narrow else 11.0)
    if tail:
        parts.append(text(beside, width, top - 5, 11, fill=ink.GREY, text_anchor="end"))
    for row in rows:
        top += 5.0 if row.gap else 0.0
        lines = wrapped(row.name, names - 3, size + 0.5)
        high = max(_ROW, len(lines) * (size + 0.5) * LEADING + 4)
        parts.append(block(lines, 0, top + (high - len(lines) * (size + 0.5) * LEADING) / 2 - 0.5, size + 0.5))
        parts.append(_cells(row.cells, starts, (wide, top, high), size, limit, head.signs))
        if tail:
            parts.append(text(row.beside, width, top + high / 2 + 4, size, fill=ink.GREY, text_anchor="end"))
        top += high
    return drawing(width, top + 2, label, parts)


def _heading(head: Head, starts: Sequence[float], wide: float, names: float, size: float) -> tuple[float, list[str]]:
    """The names of the columns, upright where they fit and turned where they do not, and where the rows begin."""
    over = wrapped(head.over, starts[-1] + wide - names, 11) if head.over and starts else []
    parts = [block(over, names, 0, 11, fill=ink.GREY)]
    longest = max((width_of(name, size) for name in head.columns), default=0.0)
    top = len(over) * 11 * LEADING + 1
    if longest <= wide + 2:
        top += 18.0
        anchor = {"fill": ink.GREY, "text_anchor": "middle"}
        return top, parts + [
            text(name, start + wide / 2, top - 5, size, **anchor) for name, start in zip(head.columns, starts, strict=True)
        ]
    top += longest + 8
    for name, start in zip(head.columns, starts, strict=True):
        x, y = start + wide / 2 + size / 3, top - 4
        parts.append(text(name, x, y, size, fill=ink.GREY, transform=f"rotate(-90 {x:.1f} {y:.1f})"))
    return top, parts


def _cells(
    cells: Sequence[Cell], starts: Sequence[float], box: tuple[float, float, float], size: float, limit: float, signs: bool
) -> str:
    """A row of cells in a box (width of one, top, height): those of one fill are one path, words of one ink one text."""
    wide, top, high = box
    fills, words = dict[str, list[str]](), dict[str, list[str]]()
    for cell, start in zip(cells, starts, strict=True):
        known = cell.share is not None and math.isfinite(cell.share)
        share = cell.share or 0.0
        shade = ink.diverging(share, limit) if signs else ink.part(share / limit)
        fill = shade if known and cell.clear else ink.FAINT
        right, down = short(wide - 1), short(high - 1)
        fills.setdefault(fill, []).append(f"M{short(start)} {short(top)}h{right}v{down}h-{right}z")
        said = "\u2013"
        if known and signs:
            said = signed(100 * share, 1 if abs(share) < 0.0995 or wide > 30 else 0)
        elif known:
            said = f"{100 * share:.0f}"
        colour = ink.ink_on(fill) if cell.clear else ink.GREY
        words.setdefault(colour, []).append(element("tspan", said, x=start + (wide - 1) / 2))
    drawn = [element("path", d="".join(path), fill=fill) for fill, path in fills.items()]
    below = top + high / 2 + size / 3
    said_in = [element("text", "".join(spans), y=below, font_size=size, fill=one) for one, spans in words.items()]
    return group([*drawn, group(said_in, text_anchor="middle")])


def scale_key(limit: float, low: str, high: str, width: int, label: str) -> str:
    """The scale that drawings share: its ends in words, zero in the middle."""
    steps, left = 21, 8.0
    span = min(300.0, width - 2 * left)
    parts = [
        element(
            "rect", x=left + span * place / steps, y=0, width=span / steps + 0.3, height=12,
            fill=ink.diverging((place - steps // 2) / (steps // 2) * limit, limit),
        )
        for place in range(steps)
    ]  # fmt: skip
    for share, words, anchor in ((0.0, low, "start"), (0.5, "0", "middle"), (1.0, high, "end")):
        parts.append(text(words, left + span * share, 26, 11, fill=ink.GREY, text_anchor=anchor))
    return drawing(span + 2 * left, 32, label, parts)
