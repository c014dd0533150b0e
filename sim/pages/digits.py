"""Numbers with so many decimals, thousands apart, with signs as they are printed."""

from __future__ import annotations

import math

MINUS = "\u2212"


def signed(value: float, digits: int) -> str:
    """A difference: a plus, a true minus sign, or none where nothing is left to write."""
    text = plain(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def plain(value: float, digits: int) -> str:
    """A number with so many decimals, thousands apart, and a true minus sign."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", MINUS)
