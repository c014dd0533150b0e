"""What world.yaml says, read strictly: title, years, currency, sectors, the rest of the country, groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.cells import KINDS
from sim.data.folder import ALL, ENTRY, EVERYWHERE, NATION, OUTSIDE
from sim.hints import one_of
from sim.scenario.yaml_reader import Reading, read_text, shown
from sim.world.strict.noted import Noted

FIRST_YEAR, LAST_YEAR = 1800, 2500
_LONGEST_RUN = 500  # years from the base year to the last
OUTSIDES = ("none", NATION, "given")
_NEEDED = ("title", "base_year", "last_year", "currency", "sectors", "outside")
_KEYS = (*_NEEDED, "names", "groups", "pairs", "observed_incomes")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CURRENCY = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
NAME_WORDS = "1 to 60 plain letters, digits, _ and -, the first a letter"
TAKEN = frozenset({NATION, OUTSIDE, EVERYWHERE, ALL, "world", "kind", "region", "cell", "policy", *KINDS})


@dataclass(frozen=True)
class Entry:
    """The words of world.yaml that the tables are checked against."""

    base_year: int
    last_year: int
    currency: str
    sectors: tuple[str, ...]
    outside: str


class _Words:
    """The values of world.yaml with their lines."""

    def __init__(self, reading: Reading, noted: Noted) -> None:
        self.reading, self.noted = reading, noted
        self.data: Mapping[str, Any] = reading.data if isinstance(reading.data, dict) else {}

    def fault(self, path: tuple[str, ...], message: str, value: object = None) -> None:
        where = path
        while where and where not in self.reading.places:
            where = where[:-1]
        line = self.reading.places[where].line if where in self.reading.places else 1
        if not any(path[:length] in self.reading.faulty for length in range(len(path) + 1)):
            self.noted.add(ENTRY, line, shown(path, value), message)

    def text(self, key: str, longest: int) -> str | None:
        value = self.data.get(key)
        if isinstance(value, str) and value.strip() and "\n" not in value and len(value) <= longest:
            return value
        if key in self.data:
            self.fault((key,), f"must be text of 1 to {longest} characters in one line.", value)
        return None

    def whole(self, key: str, low: int, high: int) -> int | None:
        value = self.data.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        if key in self.data:
            self.fault((key,), f"must be a whole number from {low} to {high}.", value)
        return None


def entry(text: str, noted: Noted) -> tuple[Entry | None, Mapping[str, Any]]:
    """The words of world.yaml, None where one that the tables need is wrong; and all that it says."""
    reading = read_text(text, noted.called(ENTRY))
    noted.faults += reading.faults
    words = _Words(reading, noted)
    if not isinstance(reading.data, dict):
        if reading.complete and not reading.faults:
            noted.add(ENTRY, 1, "(whole file)", "must be a mapping: lines of the form  key: value.")
        return None, {}
    for key in words.data:
        if key not in _KEYS:
            words.fault((key,), f"there is no such word. {one_of(key, _KEYS)}")
    if reading.complete:
        for key in _NEEDED:
            if key not in words.data:
                words.fault((), f"lacks {key}; it must say {', '.join(_NEEDED)}.")
    words.text("title", 200)
    words.text("observed_incomes", 500)
    found = _found(words)
    _names(words)
    return found, words.data


def _found(words: _Words) -> Entry | None:
    base = words.whole("base_year", FIRST_YEAR, LAST_YEAR)
    last = words.whole("last_year", FIRST_YEAR, LAST_YEAR)
    if base is not None and last is not None and not 1 <= last - base <= _LONGEST_RUN:
        words.fault(("last_year",), f"must be 1 to {_LONGEST_RUN} years after base_year {base}.", last)
        last = None
    currency = words.text("currency", 30)
    if currency is not None and not _CURRENCY.fullmatch(currency):
        words.fault(("currency",), "must be a word such as yuan.", currency)
        currency = None
    outside = words.data.get("outside")
    if "outside" in words.data and outside not in OUTSIDES:
        words.fault(("outside",), f"{one_of(str(outside), OUTSIDES)} none: a closed world.", outside)
        outside = None
    sectors = _sectors(words)
    if base is None or last is None or currency is None or sectors is None or not isinstance(outside, str):
        return None
    return Entry(base, last, currency, sectors, outside)


def _sectors(words: _Words) -> tuple[str, ...] | None:
    value = words.data.get("sectors")
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) and _WORD.fullmatch(one) for one in value):
        words.fault(("sectors",), "must be a list of words of small letters, digits and _, the first sector farming.")
        return None
    if not 2 <= len(value) <= 12 or len(set(value)) < len(value):
        words.fault(("sectors",), "must name 2 to 12 sectors, each once; the first is farming, the last holds housing.")
        return None
    return tuple(value)


def _names(words: _Words) -> None:
    names = words.data.get("names", [])
    if not isinstance(names, list) or not all(isinstance(one, str) and one.strip() and len(one) <= 100 for one in names):
        words.fault(("names",), "must be a list of other names of the world.")


def check_groups(text_data: Mapping[str, Any], places: Iterable[str], text: str, noted: Noted) -> None:
    """Note groups and pairs that name what is no place of the world."""
    words = _Words(read_text(text, noted.called(ENTRY)), noted)
    known = tuple(places)
    groups = text_data.get("groups", {})
    if not isinstance(groups, dict):
        words.fault(("groups",), "must be a mapping: a name of yours, and a list of places.", groups)
        groups = {}
    for name, members in groups.items():
        if not NAME.fullmatch(name) or name in TAKEN or name in known:
            words.fault(("groups", name), f"a group's name must be {NAME_WORDS}, and no place's.")
        if not isinstance(members, list) or not members:
            words.fault(("groups", name), "must be a list of places.", members)
            continue
        _check_places(words, ("groups", name), members, known)
    pairs = text_data.get("pairs", {})
    if not isinstance(pairs, dict):
        words.fault(("pairs",), "must be a mapping: a name of yours, and a list of pairs of places.", pairs)
        pairs = {}
    for name, listed in pairs.items():
        for number, pair in enumerate(listed if isinstance(listed, list) else [None]):
            at = ("pairs", name, str(number))
            if not isinstance(pair, list) or len(pair) != 2:
                words.fault(at, "must be a list of pairs: [giver, receiver].")
            else:
                _check_places(words, at, pair, known)


def _check_places(words: _Words, path: tuple[str, ...], members: list[Any], known: tuple[str, ...]) -> None:
    for number, member in enumerate(members):
        at = (*path, str(number))
        if not isinstance(member, str) or member not in known:
            words.fault(at, f"there is no such place in places.csv. {one_of(str(member), known)}", member)
        elif member in members[:number]:
            words.fault(at, "is named twice.", member)
