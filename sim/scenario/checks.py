"""Checks that need more than one value: names of the vocabulary, years inside the run, rules changed once.

One function a possible contradiction; each yields the path and the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from sim.errors import Told
from sim.hints import nearest, one_of
from sim.scenario.schema import PolicyTerms, Target, Years
from sim.scenario.spots import Spot, range_answer
from sim.scenario.vocabulary import Vocabulary, WorldWords
from sim.scenario.yaml_reader import KeyPath

Found = Iterator[tuple[KeyPath, str, object]]
Spoken = Iterator[tuple[KeyPath, str, object, Told | None]]
"""What was found, with the same without words where it is met often."""


def check_years(years: Years, world: WorldWords) -> Found:
    """The run lies inside the years of the world and has at least one step."""
    for word, year in (("from", years.from_), ("to", years.to)):
        if not world.first_year <= year <= world.last_year:
            span = f"{world.first_year} to {world.last_year}"
            yield ("years", word), f"lies outside the years of the world {world.name} ({span}).", year
    if years.to <= years.from_:
        yield ("years", "to"), f"must be later than from = {years.from_}.", years.to


def check_groups(groups: Mapping[str, object], world: WorldWords) -> Found:
    """A group of the scenario's own has a name of one word that means nothing else in the world."""
    for name in groups:
        path = ("groups", name)
        if not name.isidentifier():
            yield path, "a group's name must be one word of letters, digits and _, starting with a letter.", None
        for kind, names in (
            ("a group", world.groups),
            ("a region", world.regions),
            ("a kind of cell", world.kinds),
            ("the name", (world.name,)),
        ):
            if name in names:
                yield path, f"is {kind} of the world {world.name} already; choose another name.", None


def check_parameters(parameters: Mapping[str, object], world: WorldWords) -> Spoken:
    """Every parameter belongs to the world and lies in its range."""
    for name, value in parameters.items():
        path = ("parameters", name)
        known = world.parameters.get(name)
        if known is None:
            guess = nearest(name, world.parameters)
            meant = world.parameters[guess] if guess is not None else None
            spot = Spot(float, "", meant.unit, meant.low, meant.high) if meant else None
            end = f'Did you mean "{guess}"{spot.terms()}?' if spot else one_of(name, world.parameters)
            said = {"guess": guess, **spot.values()} if spot else {"choices": tuple(world.parameters)}
            told = Told("meant" if spot else "choice", {"word": name, **said})
            yield path, f"the world {world.name} has no such parameter. {end}", None, told
        elif isinstance(value, int | float) and not isinstance(value, bool) and not known.low <= value <= known.high:
            spot = Spot(float, "", known.unit, known.low, known.high)
            yield path, range_answer(spot), value, Told("range", spot.values())


def check_policy_years(policies: Mapping[str, object], years: Years) -> Spoken:
    """A policy, as written, starts and ends inside the run, and ends no earlier than it starts."""
    for name, written in policies.items():
        if not isinstance(written, dict):
            continue
        start, end = written.get("from"), written.get("until")
        for word, year in (("from", start), ("until", end)):
            if _is_year(year) and not years.from_ <= year <= years.to:
                told = Told("outside_run", {"first": years.from_, "last": years.to})
                yield ("policies", name, word), f"lies outside the run ({years.from_} to {years.to}).", year, told
        if _is_year(start) and _is_year(end) and end < start:
            yield ("policies", name, "until"), f"must not be earlier than from = {start}.", end, None


def _is_year(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def overlaps(policies: Mapping[str, PolicyTerms], years: Years, world: WorldWords) -> Iterator[tuple[str, str, str]]:
    """Pairs of policies that change the same rule in the same years and do not both say `combine`: (one, other, years).

    Of the policies a given one contradicts only the first is named.
    """
    earlier: dict[str, list[str]] = {}
    for name, terms in policies.items():
        rivals = dict.fromkeys(rival for key in sorted(terms.rule_keys(world)) for rival in earlier.get(key, ()))
        for rival in rivals:
            other = policies[rival]
            start = max(terms.from_, other.from_)
            end = min(terms.last_year(years.to), other.last_year(years.to))
            if start <= end and not (terms.combine and other.combine):
                yield rival, name, f"{start} to {end}" if start < end else f"{start}"
                break
        for key in terms.rule_keys(world):
            earlier.setdefault(key, []).append(name)


def check_target(target: Target, number: int, years: Years | None, world: WorldWords, vocabulary: Vocabulary) -> Found:
    """A target names what the run can be read for, and a bound."""
    path = ("targets", str(number))
    yield from check_reading(path, target.measure, target.place, target.year, years, world, vocabulary)
    if target.at_most is None and target.at_least is None:
        yield path, "needs a bound: at_most or at_least.", None
    elif target.at_most is not None and target.at_least is not None and target.at_least > target.at_most:
        yield (*path, "at_least"), f"must not be above at_most = {target.at_most:.10g}.", target.at_least


def check_reading(
    path: KeyPath,
    measure: str,
    place: str | None,
    year: int,
    years: Years | None,
    world: WorldWords,
    vocabulary: Vocabulary,
) -> Found:
    """What is read of a run exists: the measure, the place, the measure of this place, the year."""
    scopes = vocabulary.measures.get(measure)
    if scopes is None:
        yield (*path, "measure"), f"there is no such measure. {one_of(measure, vocabulary.measures)}", measure
    if years is not None and not years.from_ <= year <= years.to:
        yield (*path, "year"), f"lies outside the run ({years.from_} to {years.to}).", year
    scope = scope_of(place, world)
    if scope is None:
        places = (*world.regions, *world.cells, *world.kinds, world.name)
        yield (*path, "place"), f"there is no such place in the world {world.name}. {one_of(str(place), places)}", place
    elif scopes is not None and scope not in scopes:
        at = (*path, "place") if place is not None else path
        yield at, f"{measure} is not read for a {scope}, only for a {' or a '.join(scopes)}.", place


def scope_of(place: str | None, world: WorldWords) -> str | None:
    """Whether a name means the world, a region, a cell or a kind; None: nothing."""
    if place is None or place == world.name:
        return "world"
    for scope, places in (("region", world.regions), ("cell", world.cells), ("kind", world.kinds)):
        if place in places:
            return scope
    return None
