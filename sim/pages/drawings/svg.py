"""SVG as text: elements with escaped words and short numbers, words that are broken to a width, a drawing in two widths."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from typing import Any

from sim.pages.drawings.ink import INK

WIDE, NARROW = 760, 360
"""Widths of the two drawings of a figure, px: a page of text, and a phone."""

FAMILY = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_SLIM, _BROAD = frozenset("iljI.,:;'|!()[] ftr/-"), frozenset("mwMW@%")
_BREAKS_AFTER = "，、。；：）"


def both(draw: Callable[[int], str]) -> str:
    """A drawing for pages and one for phones; the style sheet shows the one that fits."""
    return f'<div class="wide">{draw(WIDE)}</div><div class="narrow">{draw(NARROW)}</div>'


def drawing(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    """A whole drawing; label: what somebody who cannot see it is told."""
    size = f'viewBox="0 0 {short(width)} {short(height)}" width="{short(width)}" height="{short(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(label, quote=True)}" '
        f'font-family="{FAMILY}" fill="{INK}">{"".join(parts)}</svg>'
    )


def element(name: str, inside: str = "", /, **attributes: Any) -> str:
    """An element; `stroke_width` becomes `stroke-width`, None and "" leave an attribute out; inside: SVG, not words."""
    said = "".join(
        f' {word.rstrip("_").replace("_", "-")}="{escape(short(value), quote=True)}"'
        for word, value in attributes.items()
        if value is not None and value != ""
    )
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def text(words: str, x: float, y: float, size: float = 12, **attributes: Any) -> str:
    """A line of words, its baseline at y."""
    return element("text", escape(words, quote=False), x=x, y=y, font_size=size, **attributes) if words else ""


def block(lines: Sequence[str], x: float, top: float, size: float = 12, **attributes: Any) -> str:
    """Lines of words below each other, the first of them just under `top`."""
    return "".join(
        text(line, x, top + size * (0.85 + LEADING * place), size, **attributes) for place, line in enumerate(lines)
    )


LEADING = 1.22
"""Distance of two lines over the size of type."""


def group(parts: Iterable[str], **attributes: Any) -> str:
    """Elements together."""
    return element("g", "".join(parts), **attributes)


def path(points: Iterable[tuple[float, float]], close: bool = False) -> str:
    """Points as the `d` of a path, relative to each other and to a tenth of a px; points that fall together are one."""
    words, last = list[str](), (0, 0)
    for x, y in points:
        here = (round(10 * x), round(10 * y))
        if not words:
            words.append(f"M{short(here[0] / 10)} {short(here[1] / 10)}")
        elif here != last:
            words.append(f"l{short((here[0] - last[0]) / 10)} {short((here[1] - last[1]) / 10)}")
        last = here
    return "".join(words).replace(" -", "-") + ("z" if close and words else "")


def short(value: object) -> str:
    """A number with a decimal at most and no needless zero; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    written = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".removesuffix(".0")
    return "0" if written in ("-0", "") else written


def width_of(words: str, size: float) -> float:
    """About how wide words are in a sans-serif face, px; rather too wide than too narrow."""
    return size * sum(map(_em, words))


@cache
def _em(one: str) -> float:
    if unicodedata.east_asian_width(one) in "WF":
        return 1.0
    if one in _SLIM:
        return 0.39
    return 0.95 if one in _BROAD else 0.72 if one.isupper() else 0.615


def wrapped(words: str, room: float, size: float) -> list[str]:
    """Words in lines of at most `room` px, broken at spaces, between Chinese characters, and in longer words."""
    lines, line = list[str](), ""
    for piece in _pieces(words):
        if line and width_of((line + piece).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while width_of(line.rstrip(), size) > room and len(line) > 1:
            cut = next(end for end in range(len(line) - 1, 0, -1) if end == 1 or width_of(line[:end], size) <= room)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(words: str) -> list[str]:
    """Words and Chinese characters one by one; a mark that ends a clause stays with what it ends."""
    found = list[str]()
    for one in words:
        wide = unicodedata.east_asian_width(one) in "WF"
        starts = not found or found[-1].endswith(" ") or (wide and one not in _BREAKS_AFTER)
        after_wide = bool(found) and unicodedata.east_asian_width(found[-1][-1]) in "WF" and one not in _BREAKS_AFTER
        if starts or (after_wide and one != " "):
            found.append(one)
        else:
            found[-1] += one
    return found
