"""Colours and dashes of drawings: one of each a scenario, a diverging scale round zero, ink that can be read on a fill."""

from __future__ import annotations

import math
from functools import cache

INK, GREY, PALE, FAINT = "#222222", "#5f5f5f", "#d9d9d9", "#f2f2f2"
# Okabe and Ito (2008) and, last, Tol's indigo: distinguishable by colour-blind readers; the baseline is dark grey.
COLOURS = ("#4d4d4d", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288")
_DASHES = ("", "", "9 3", "4 2.5", "10 3 2 3", "2 2", "12 3 5 3", "7 2 2 2 2 2")
# Brewer's PuOr: orange where something falls, purple where it rises, told apart by colour-blind readers and in grey.
_FALL = ("#f7f4ef", "#fee0b6", "#f1a340", "#b35806")
_RISE = ("#f4f3f7", "#d8daeb", "#998ec3", "#542788")
_PART = ("#fafafa", "#d0d0d0", "#969696")  # Brewer's Greys, for parts of a whole
_ENOUGH = 4.5  # contrast of text (WCAG 2.1, AA)

Colour = tuple[float, float, float]


def colour(order: int) -> str:
    """Colour of the scenario at a place in the order; the baseline, 0, is grey and no other is."""
    return COLOURS[0] if order == 0 else COLOURS[1 + (order - 1) % (len(COLOURS) - 1)]


def dashes(order: int) -> str:
    """Dashes of the scenario at a place in the order, as `stroke-dasharray`; empty for a solid line."""
    lap, place = divmod(order - 1, len(COLOURS) - 1) if order else (0, -1)
    return _DASHES[(1 + place + 2 * lap) % len(_DASHES)] if order else ""


@cache
def on_white(fill: str) -> str:
    """The colour for text on white: darkened until the contrast is 4.5 to 1 (WCAG 2.1)."""
    part = _parts(fill)
    while 1.05 / (luminance(part) + 0.05) < _ENOUGH:
        part = (0.97 * part[0], 0.97 * part[1], 0.97 * part[2])
    return _hex(part)


@cache
def ink_on(fill: str) -> str:
    """Black or white, whichever is told better from a fill."""
    light = luminance(_parts(fill))
    return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


def diverging(value: float, limit: float) -> str:
    """The colour of a signed value on a scale from -limit to limit; nearly white at zero, beyond the ends as at the ends."""
    if not math.isfinite(value):
        return FAINT
    part = min(1.0, abs(value) / limit) if limit > 0 else 0.0
    return _step(_RISE if value > 0 else _FALL, round(part, 2))


def part(share: float) -> str:
    """A grey, the darker the larger a part of a whole is, 0 to 1."""
    return _step(_PART, round(min(1.0, max(0.0, share)), 2)) if math.isfinite(share) else FAINT


@cache
def _step(scale: tuple[str, ...], part: float) -> str:
    place = part * (len(scale) - 1)
    first = min(int(place), len(scale) - 2)
    one, other = _parts(scale[first]), _parts(scale[first + 1])
    share = place - first
    return _hex(
        (
            one[0] + share * (other[0] - one[0]),
            one[1] + share * (other[1] - one[1]),
            one[2] + share * (other[2] - one[2]),
        )
    )


def luminance(part: Colour) -> float:
    """Relative luminance of a colour, 0 to 1 (WCAG 2.1)."""
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in part)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(fill: str) -> Colour:
    return int(fill[1:3], 16) / 255, int(fill[3:5], 16) / 255, int(fill[5:7], 16) / 255


def _hex(part: Colour) -> str:
    return "#" + "".join(f"{round(255 * one):02x}" for one in part)
