"""Questions to a scenario: what a word means and where its value comes from, and what two scenarios say differently."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sim.errors import FactorFlowError
from sim.hints import one_of
from sim.scenario.schema import SAID, PolicyTerms, Scenario
from sim.scenario.spots import Spot, fields_of, spot_at
from sim.scenario.vocabulary import Vocabulary
from sim.units import YUAN

DEFAULT = "default"
ASSUMED = "assumed: a default of the instrument, which no data decide"


@dataclass(frozen=True)
class Span:
    """Years in which a policy is equally strong and, where a quantity was asked for, has one value."""

    first: int
    last: int
    strength: float
    value: float | None

    def years(self) -> str:
        """The years in words."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Answer:
    """What stands at a path of a scenario: its value (None: left out), what it means, and where it comes from."""

    path: str
    value: str | None
    meaning: str
    unit: str
    range: str
    source: str
    origin: str
    by_year: tuple[Span, ...]


@dataclass(frozen=True)
class Difference:
    """A path at which two scenarios say different things; None where one says nothing."""

    path: str
    values: tuple[str | None, str | None]
    origins: tuple[str, str]


def explained(scenario: Scenario, path: str, vocabulary: Vocabulary) -> Answer:
    """What stands at a dotted path and what it means; raises FactorFlowError with the nearest path there is."""
    where = tuple(word.strip() for word in path.split("."))
    resolved = scenario.resolved()
    hint = _whole_path(scenario, where[0], vocabulary) if len(where) == 1 and where[0] not in fields_of(Scenario) else ""
    if hint:
        raise FactorFlowError(f'"{path}" is the end of a path.{hint}')
    spot, source, default = _spot(scenario, where, vocabulary)
    _counted(resolved, where)
    value = _at(resolved, where)
    dotted = ".".join(where)
    origin = scenario.origins.get(dotted) or _origins_below(scenario.origins, dotted) or default
    if value is None and where[0] == "parameters" and len(where) == 2:
        value = vocabulary.words_of(scenario.plays_in).parameters[where[1]].value
    unit = spot.unit.replace(YUAN, vocabulary.words_of(scenario.plays_in).money) if spot.unit != "none" else ""
    return Answer(
        dotted,
        None if value is None else said(value),
        spot.meaning,
        unit,
        spot.range(),
        source,
        origin,
        tuple(_by_year(scenario, where)),
    )


def _spot(scenario: Scenario, where: tuple[str, ...], vocabulary: Vocabulary) -> tuple[Spot, str, str]:
    """What may stand at a path, the source of its number, and where its value comes from when no file gives it."""
    if where[0] == "policies" and len(where) > 1:
        _known(where[1], scenario.policies, "policies")
        terms = scenario.policies[where[1]]
        source = _text_of_instrument(type(terms))
        if len(where) == 2:
            meaning = f"a policy: {terms.instrument}, {_first_sentence(type(terms))}"
            return Spot(type(terms), meaning), source, DEFAULT
        everywhere = where[2] in fields_of(PolicyTerms) and where[2] != "instrument"
        spot = _walked(type(terms), where[2:], f"policies.{where[1]}")
        return spot, "" if everywhere else _of_term(scenario, ".".join(where)), DEFAULT
    if where[0] == "parameters" and len(where) > 1:
        parameters = vocabulary.words_of(scenario.plays_in).parameters
        _known(where[1], parameters, "parameters")
        word = parameters[where[1]]
        source = f"assumed; {word.source}" if word.assumed and "assumed" not in word.source else word.source
        return Spot(float, word.meaning, word.unit, word.low, word.high), source, f"the world {scenario.world_name}"
    return _walked(Scenario, where, ""), "", DEFAULT


def _of_term(scenario: Scenario, path: str) -> str:
    """Where the value of an instrument's own term is from: its file, or nobody measured it."""
    origin = scenario.origins.get(path) or _origins_below(scenario.origins, path) or DEFAULT
    return ASSUMED if origin == DEFAULT and _at(scenario.resolved(), path.split(".")) is not None else ""


def _walked(model: type[BaseModel], where: Sequence[str], above: str) -> Spot:
    """What may stand at a path below a model, every step of it known."""
    for depth, step in enumerate(where):
        here = spot_at(model, where[:depth]).annotation
        name = ".".join((above, *where[:depth])).strip(".")
        if isinstance(here, type) and issubclass(here, BaseModel):
            _known(step, fields_of(here), name)
        elif not (get_args(here) or (step.isdigit() and here in (int, float))):
            raise FactorFlowError(f"{name} is one value; it has no parts.")
        elif get_origin(here) in (tuple, list) and not step.isdigit():
            raise FactorFlowError(f"{name} is a list; its items are numbered from 0.")
    return spot_at(model, where)


def _known(step: str, names: Iterable[str], where: str) -> None:
    names = tuple(names)
    if step not in names:
        raise FactorFlowError(f'there is no "{step}" in {where or "a scenario"}. {one_of(step, names)}')


def _whole_path(scenario: Scenario, last: str, vocabulary: Vocabulary) -> str:
    """A hint at the whole paths that end in a word, where it stands in a policy or among the world's parameters."""
    known = [f"policies.{name}.{last}" for name, terms in scenario.policies.items() if last in fields_of(type(terms))]
    known += [f"parameters.{last}"] if last in vocabulary.words_of(scenario.plays_in).parameters else []
    return f" Did you mean {', '.join(known[:3])}?" if known else ""


def _text_of_instrument(terms: type[PolicyTerms]) -> str:
    """What the file of an instrument says of its economics, below its first line."""
    text = getattr(sys.modules.get(terms.__module__), "__doc__", None) or ""
    return " ".join(text.partition("\n")[2].split())


def _first_sentence(terms: type[PolicyTerms]) -> str:
    module = sys.modules.get(terms.__module__)
    return str(getattr(module, "MEANING", None) or " ".join((terms.__doc__ or "").split("\n\n")[0].split()))


def _at(tree: Any, where: Sequence[str]) -> Any:
    for step in where:
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return None
    return tree


def _counted(tree: Any, where: Sequence[str]) -> None:
    """Raise FactorFlowError where a path asks for an item beyond the end of a list."""
    for depth, step in enumerate(where):
        above = _at(tree, where[:depth])
        if isinstance(above, list) and step.isdigit() and int(step) >= len(above):
            raise FactorFlowError(f"{'.'.join(where[:depth])} has {len(above)} items, numbered from 0.")


def _origins_below(origins: Mapping[str, str], path: str) -> str:
    """Where the parts of a mapping or a list come from: `file:11 to 15`, a file at a time, then the rest."""
    lines: dict[str, list[int]] = {}
    for part, origin in origins.items():
        if part.startswith(f"{path}."):
            file, colon, line = origin.rpartition(":")
            lines.setdefault(file if colon else origin, []).extend([int(line)] if colon else [])
    places = []
    for file, found in lines.items():
        ends = dict.fromkeys((min(found), max(found))) if found else ()
        places.append(f"{file}:{' to '.join(map(str, ends))}" if ends else file)
    return ", ".join(sorted(places, key=lambda place: ":" not in place))


def _by_year(scenario: Scenario, where: tuple[str, ...]) -> Iterator[Span]:
    """For a policy and its quantities: strength and value by year, equal years together."""
    if where[0] != "policies" or len(where) < 2:
        return
    terms = scenario.policies[where[1]]
    term = where[2] if len(where) > 2 else ""

    def of(year: int) -> tuple[float, float | None]:
        strength = terms.strength(year)
        return strength, (terms.at(year).model_dump()[term] if term in terms.dated and strength > 0 else None)

    for (strength, value), years in groupby(range(scenario.years.from_, scenario.years.to + 1), of):
        span = list(years)
        yield Span(span[0], span[-1], strength, value)


def differences(one: Scenario, other: Scenario) -> list[Difference]:
    """Every path at which two scenarios compute different things, with all they extend and all defaults.

    A policy that only one of them has is one difference, with the terms that are not left to their defaults.
    """
    shared = one.policies.keys() & other.policies.keys()
    left, right = (dict(_leaves(_computed(scenario, shared))) for scenario in (one, other))
    found = []
    for path in sorted(left.keys() | right.keys(), key=_sorting):
        values = (left.get(path), right.get(path))
        if values[0] != values[1]:
            dotted = ".".join(path)
            texts = [None if value is None else said(value) for value in values]
            origins = [
                "" if value is None else scenario.origins.get(dotted) or _origins_below(scenario.origins, dotted)
                for value, scenario in zip(values, (one, other), strict=True)
            ]
            found.append(Difference(dotted, (texts[0], texts[1]), (origins[0], origins[1])))
    return found


def _computed(scenario: Scenario, shared: Set[str]) -> dict[str, Any]:
    """What a run follows from, the policies the other scenario lacks as one value each."""
    tree = {word: part for word, part in scenario.resolved().items() if word not in SAID}
    for name in tree["policies"].keys() - shared:
        terms = tree["policies"][name]
        given = {
            word: part
            for word, part in terms.items()
            if scenario.origins.get(f"policies.{name}.{word}", "") != DEFAULT
            and _origins_below(scenario.origins, f"policies.{name}.{word}") != DEFAULT
        }
        tree["policies"][name] = [given]  # a list, so that it is not taken apart
    return tree


def _leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Single values, whole lists and whole dated values: half of one means little."""
    if isinstance(tree, dict) and tree and not all(key.isdigit() for key in tree):
        for key, part in tree.items():
            yield from _leaves(part, (*path, key))
    elif tree not in ({}, [], ""):
        yield path, tree[0] if path[:1] == ("policies",) and len(path) == 2 else tree


def _sorting(path: tuple[str, ...]) -> tuple[Any, ...]:
    """In the order of the words of a scenario, years as numbers."""
    words = list(fields_of(Scenario))
    return (words.index(path[0]), *(step.zfill(6) if step.isdigit() else step for step in path[1:]))


def said(value: Any) -> str:
    """A value as one would write it in a file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {said(part)}" for key, part in sorted(value.items(), key=_by_key)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(said(part) for part in value) + "]"
    return str(value)


def _by_key(item: tuple[str, Any]) -> str:
    return item[0].zfill(6) if item[0].isdigit() else item[0]
