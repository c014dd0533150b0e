"""Which numbers of a text can be dragged: what they mean, from where to where, and where their characters stand."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.scenario.dated import YEAR_PATTERN, datable
from sim.scenario.inheritance import gather
from sim.scenario.schema import Scenario
from sim.scenario.spots import Spot, fields_of, spot_at
from sim.scenario.vocabulary import Vocabulary, WorldWords
from sim.scenario.yaml_reader import KeyPath, read_text

_STEPS = 100  # at least, from one end of a slider to the other
_WIDE = 100  # times its value: a range wider than that is not drawn whole, or no hand could set the value again
_DRAWN = 4  # times its value is what is drawn of such a range
_FINEST = 1e-9  # no step is smaller
_YEARS = ("from", "until")


@dataclass(frozen=True)
class Slider:
    """One number of the text: its path and line, unit, meaning and range, and its characters [start, end).

    low, high: what the slider spans; least, most: what the loader allows. Characters are counted as browsers do, in units
    of UTF-16.
    """

    path: KeyPath
    line: int
    value: float
    unit: str
    meaning: str
    least: float
    most: float
    low: float
    high: float
    step: float
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**vars(self), "path": list(self.path), "decimals": decimals(self.step)}


def sliders_of(
    text: str, content: bytes, file: Path, vocabulary: Vocabulary, world: WorldWords | None, saved: str = ""
) -> tuple[Slider, ...]:
    """The numbers of a text that have a range, in the order of the text; none while it cannot be read to its end.

    content: the text as it would be saved; world: the words of the world it last named soundly; saved: the text of the file,
    whose values every slider can reach again.
    """
    reading = read_text(text, str(file))
    if not reading.complete or not isinstance(reading.data, dict):
        return ()
    first = _numbers(saved, str(file))
    draft = gather(file, (), content)
    named = draft.data.get("world")
    world = vocabulary.worlds.get(named, world) if isinstance(named, str) else world
    found = []
    for path, (start, end) in reading.numbers.items():
        spot = _spot(path, draft.data, vocabulary, world)
        value = _at(reading.data, path)
        if spot is None or spot.low is None or spot.high is None:
            continue
        whole = spot.annotation is int
        stops = [one for one in (first.get(path, value), value) if spot.low <= one <= spot.high] or [spot.low]
        low, high = _drawn(stops[0], spot.low, spot.high, whole)
        if not low <= stops[-1] < high:  # dragged to the end of what was drawn, or typed: as far again
            low, high = _drawn(stops[-1], spot.low, spot.high, whole)
        span = Slider(
            path=path,
            line=reading.places[path].line,
            value=value,
            unit="" if spot.unit == "none" else spot.unit,
            meaning=spot.meaning,
            least=spot.low,
            most=spot.high,
            low=low,
            high=high,
            step=_step(high - low, whole, (low, *stops)),
            start=_units(text, start),
            end=_units(text, end),
        )
        found.append(span)
    return tuple(sorted(found, key=lambda one: one.start))


def decimals(step: float) -> int:
    """Digits after the point that a number in steps needs."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _numbers(text: str, file: str) -> dict[KeyPath, float]:
    """The numbers of a text by path; none where it cannot be read to its end."""
    reading = read_text(text, file)
    whole = reading.complete and isinstance(reading.data, dict)
    return {path: _at(reading.data, path) for path in reading.numbers} if whole else {}


def _at(data: Any, path: KeyPath) -> float:
    for key in path:
        data = data[int(key)] if isinstance(data, list) else data[key]
    return float(data)


def _spot(path: KeyPath, data: Mapping[str, Any], vocabulary: Vocabulary, world: WorldWords | None) -> Spot | None:
    """What may stand at a path, with its range; None where nothing with a range may."""
    if path[0] == "parameters":
        word = world.parameters.get(path[-1]) if world is not None and len(path) == 2 else None
        return None if word is None else Spot(float, word.meaning, word.unit, word.low, word.high)
    if path[0] == "policies":
        return _of_policy(path, data, vocabulary)
    if path[0] == "years" and world is not None and len(path) == 2:
        return replace(spot_at(Scenario, path), low=world.first_year, high=world.last_year)
    spot = spot_at(Scenario, path)
    if path[0] == "targets" and path[-1] == "year":
        return _within_the_run(spot, data)
    return spot if spot.annotation in (int, float) else None


def _of_policy(path: KeyPath, data: Mapping[str, Any], vocabulary: Vocabulary) -> Spot | None:
    policies = data.get("policies")
    written = policies.get(path[1]) if isinstance(policies, dict) and len(path) > 2 else None
    name = written.get("instrument") if isinstance(written, dict) else None
    if not isinstance(name, str) or name not in vocabulary.instruments:
        return None
    terms, where = vocabulary.instruments[name], path[2:]
    if len(where) == 2 and where[0] in datable(terms) and re.fullmatch(YEAR_PATTERN, where[1]):
        where = where[:1]
    if where[0] not in fields_of(terms):
        return None
    spot = spot_at(terms, where)
    if where[0] in _YEARS:
        return _within_the_run(spot, data)
    return spot if spot.annotation in (int, float) else None


def _within_the_run(spot: Spot, data: Mapping[str, Any]) -> Spot | None:
    years = data.get("years")
    ends = [years.get(word) for word in ("from", "to")] if isinstance(years, dict) else []
    if len(ends) < 2 or not all(isinstance(year, int) and not isinstance(year, bool) for year in ends):
        return None
    return replace(spot, low=ends[0], high=ends[1])


def _drawn(value: float, low: float, high: float, whole: bool) -> tuple[float, float]:
    """The part of a range that is drawn: all of it, or where that is many times the value, what lies round it."""
    if value > 0 and low >= 0 and high - low > _WIDE * value:
        least = low + 1 if whole else low
        return low, min(high, max(_nice(max(_DRAWN * value, 2 * low)), least))
    return low, high


def _nice(number: float) -> float:
    """The next number upward of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(number))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= number * (1 - 1e-9))


def _step(span: float, whole: bool, stops: Sequence[float]) -> float:
    """The largest step of the form 1, 2 or 5 times a power of ten that divides a span into a hundred parts or more.

    Smaller where that would pass over one of the stops: at the smallest the unit of the last digit of one of them.
    """
    if span <= 0:
        return 1.0
    exponent = math.floor(math.log10(span / _STEPS))
    most = span / _STEPS * (1 + 1e-9)
    while True:
        for step in (float(f"{factor}e{exponent}") for factor in (5, 2, 1)):
            if whole and step <= 1:
                return 1.0
            if step <= _FINEST or (step <= most and all(abs(one / step - round(one / step)) < 1e-6 for one in stops)):
                return step
        exponent -= 1


def _units(text: str, characters: int) -> int:
    """How many units of UTF-16 the first characters of a text take."""
    return characters + sum(one > "\uffff" for one in text[:characters])
