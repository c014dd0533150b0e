"""Numbers as a language writes them: money, people, shares and differences with their units, signs and digits."""

from __future__ import annotations

import math

from sim.pages.digits import MINUS, plain, signed
from sim.pages.phrases import known, phrase

__all__ = ["MINUS", "currency", "dated_currency", "money", "people", "per_cent", "plain", "signed"]


def per_cent(share: float, digits: int = 1, sign: bool = True) -> str:
    """A share in per cent, `+2.4%`; one more digit where it is small."""
    finer = (signed if sign else plain)(100 * share, digits + 1)
    small = 0 < abs(share) < 0.0005 and finer.strip("0.")
    return f"{finer if small else (signed if sign else plain)(100 * share, digits)}%"


def currency(unit: str, lang: str) -> str:
    """The word for money of a unit such as `yuan of 2014`, as a reader says it."""
    word = unit.partition(" of ")[0]
    return known(f"currency.{word}", lang) or word


def dated_currency(unit: str, lang: str) -> str:
    """Money with the year of its prices: `yuan of 2014`, `元（2014年价）`."""
    year = unit.partition(" of ")[2]
    return phrase("number.dated_money", lang, currency=currency(unit, lang), year=year) if year else currency(unit, lang)


def money(value: float, unit: str, lang: str, sign: bool = False) -> str:
    """A sum: `365.0 billion yuan`, `3,650亿元`; below a million written out."""
    if lang == "zh":
        size, word = next(
            ((size, word) for size, word in ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")) if abs(value) >= size), (1.0, "")
        )
    else:
        size, word = next(
            ((size, word) for size, word in ((1e9, " billion"), (1e6, " million")) if abs(value) >= size / 20), (1.0, "")
        )
    number = value / size
    text = (signed if sign else plain)(number, _digits(number))
    joint = "" if lang == "zh" and not currency(unit, lang).isascii() else " "
    return f"{text}{word}{joint}{currency(unit, lang)}"


def _digits(number: float) -> int:
    """Decimals that leave four digits of a number of some size, three of a small one."""
    return 0 if number == 0 or abs(number) >= 1000 else 1 if abs(number) >= 10 else 2


def people(number: float, lang: str) -> str:
    """How many people: `7.2 million`, `810,000`; `720万人`, `8,100人`."""
    if not math.isfinite(number):
        return phrase("number.people_unknown", lang)
    if lang == "zh":
        size, word = (1e8, "亿") if abs(number) >= 1e8 else (1e4, "万") if abs(number) >= 1e4 else (1.0, "")
        part = number / size
        digits = 0 if size == 1 or abs(part) >= 100 else 1 if abs(part) >= 10 else 2
        return f"{plain(part, digits)}{word}人"
    if abs(number) >= 1e6:
        return f"{plain(number / 1e6, 1)} million"
    return plain(round(number, -3) if abs(number) >= 1e4 else number, 0)
