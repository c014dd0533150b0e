"""From a YAML file to a Scenario: read, merged with what it extends, checked, every fault in one answer."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.errors import Fault, ScenarioFaults, Told, listed
from sim.hints import one_of
from sim.scenario.aliases import replace_aliases
from sim.scenario.checks import (
    Found,
    Spoken,
    check_groups,
    check_parameters,
    check_policy_years,
    check_target,
    check_years,
    overlaps,
)
from sim.scenario.explain import explain
from sim.scenario.inheritance import Draft, gather, lay, not_below
from sim.scenario.schema import PolicyTerms, Run, Scenario, Target, Years
from sim.scenario.settings import SETTING, as_settings
from sim.scenario.vocabulary import Vocabulary, WorldWords
from sim.scenario.words import with_groups
from sim.scenario.yaml_reader import read_file
from sim.units import YUAN

Model = TypeVar("Model", bound=BaseModel)


def load_scenario(
    path: Path | str,
    vocabulary: Vocabulary,
    settings: Sequence[str] | Mapping[str, Any] = (),
    content: bytes | None = None,
) -> Scenario:
    """The scenario of a file, with `path=value` settings laid on top; raises ScenarioFaults with all that is wrong.

    content: what is to be read in place of what stands in the file, as if it had been saved.
    """
    scenario, found = _load(Path(path), vocabulary, as_settings(settings), content)
    if scenario is None or found:
        raise ScenarioFaults(found)
    return scenario


def with_replicates(scenario: Scenario, replicates: int) -> Scenario:
    """The same scenario run so many times; raises ScenarioFaults as `--set run.replicates=N` does."""
    draft = Draft({"run": scenario.resolved()["run"]})
    lay(draft, as_settings({"run.replicates": replicates}))
    try:
        run = validated(Run, draft.data["run"], {})
    except ValidationError as error:
        explain(error, Run, draft, ("run",))
    if draft.faults:
        raise ScenarioFaults(draft.faults)
    origins = {**scenario.origins, "run.replicates": SETTING}
    tables = None if scenario.plays_in is scenario.world else scenario.plays_in
    return scenario.model_copy(update={"run": run}).come_from(scenario.name, origins, tables)


def faults(path: Path | str, vocabulary: Vocabulary, settings: Sequence[str] = ()) -> list[Fault]:
    """Everything that is wrong with a scenario file; an empty list when it can be run."""
    return _load(Path(path), vocabulary, settings)[1]


def _load(
    path: Path, vocabulary: Vocabulary, settings: Sequence[str], content: bytes | None = None
) -> tuple[Scenario | None, list[Fault]]:
    draft = gather(path, settings, content)
    if not draft.data and draft.faults:
        return None, sorted(set(draft.faults))
    if draft.data.get("kind") == "experiment":
        draft.fault((), "is an experiment, not a scenario; `factorflow doubt` runs it.")
        return None, sorted(set(draft.faults))
    world, tables = _world(draft, vocabulary, path)
    context: dict[str, Any] = {"world": world, "vocabulary": vocabulary}
    if world is not None:
        replace_aliases(draft, world)
    years = _attempt(Years, draft.data.get("years"), context)
    context["run"] = None if years is None else (years.from_, years.to)
    policies = _policies(draft, vocabulary, {**context, "world": _own_words(draft, world)})
    scenario: Scenario | None = None
    try:
        mapping = isinstance(draft.data.get("policies", {}), dict)
        scenario = validated(Scenario, {**draft.data, **({"policies": policies} if mapping else {})}, context)
    except ValidationError as error:
        explain(error, Scenario, draft)
    _cross_checks(draft, policies, world, vocabulary, context)
    if scenario is not None and not draft.faults:
        scenario = scenario.come_from(path.stem, dict(_origins(scenario.resolved(), draft, path)), tables)
    money = YUAN if world is None else world.money
    return scenario, sorted({_in_money(fault, money) for fault in draft.faults})


def _in_money(fault: Fault, money: str) -> Fault:
    """A fault in the money of its world; what it tells without words knows no money but the usual."""
    if money == YUAN or YUAN not in fault.message:
        return fault
    return replace(fault, message=fault.message.replace(YUAN, money), told=None)


def validated(model: type[Model], data: object, context: Mapping[str, Any]) -> Model:
    """Values as read, checked by a model and nothing converted; raises pydantic's ValidationError."""
    # by_name=False: a file may say `from`, never the attribute's name `from_`
    return model.model_validate(_in_order(data), context=dict(context), by_alias=True, by_name=False)


def draft_of(path: Path) -> Draft:
    """What stands in a file that extends no other, with all faults of reading it."""
    reading = read_file(path, str(path))
    return Draft(reading.data, reading.places, reading.faults, reading.faulty, not reading.complete)


def words_of(draft: Draft, model: type[Model], whole: str) -> Model:
    """The words of a draft, checked by a model; `whole` is what a file of them is called in faults.

    Raises ScenarioFaults with all that is wrong with them.
    """
    if draft.data or not draft.faults:
        try:
            return validated(model, draft.data, {})
        except ValidationError as error:
            explain(error, model, draft, whole=whole)
    raise ScenarioFaults(set(draft.faults))


def _in_order(data: object) -> object:
    """Mappings sorted by key: the order of words in a file means nothing, so it may not reach a run either."""
    if isinstance(data, dict):
        return {key: _in_order(data[key]) for key in sorted(data)}
    return [_in_order(item) for item in data] if isinstance(data, list) else data


def _attempt(model: type[Model], data: object, context: Mapping[str, Any]) -> Model | None:
    """The part of a scenario, or None when it has faults of its own, which are reported elsewhere."""
    try:
        return validated(model, data, context)
    except ValidationError:
        return None


def _world(draft: Draft, vocabulary: Vocabulary, path: Path) -> tuple[WorldWords | None, Any]:
    """The words of the world that is named, and its tables where it is a folder; what is wrong with them is noted."""
    name = draft.data.get("world")
    if not isinstance(name, str):
        return None, None
    if name not in vocabulary.worlds:  # it may be another name of one
        own = next((world.name for world in vocabulary.worlds.values() if world.aliases.get(name) == world.name), name)
        draft.data["world"] = name = own
    if name in vocabulary.worlds or draft.spoiled(("world",)):
        return vocabulary.worlds.get(name), None
    place = draft.place(("world",))
    folder = path.parent if place.file == SETTING else Path(place.file).parent
    wrong = not_below(name, folder, vocabulary.worlds)
    if wrong is not None or vocabulary.read_tables is None or vocabulary.words_of_tables is None:
        draft.fault(("world",), wrong or f"there is no such world. {one_of(name, vocabulary.worlds)}", name)
        return None, None
    tables, found = vocabulary.read_tables(folder / name, os.path.normpath(folder / name))
    if tables is None:
        count = f"{len(found)} fault{'s' if len(found) > 1 else ''}"
        draft.fault(("world",), f"cannot be built: {count}, listed with the lines where they stand.", name)
        draft.faults += found
        return None, None
    return vocabulary.words_of_tables(tables), tables


def _own_words(draft: Draft, world: WorldWords | None) -> WorldWords | None:
    """The words of the world and of the groups the scenario adds, as far as their members are known."""
    groups = draft.data.get("groups")
    if world is None or not isinstance(groups, dict):
        return world
    known = {*world.regions, *world.groups}
    named = {
        name: [member for member in members if isinstance(member, str) and member in known]
        for name, members in groups.items()
        if isinstance(members, list) and name not in world.regions
    }
    return with_groups(world, {**{name: [] for name in groups}, **named})


def _policies(draft: Draft, vocabulary: Vocabulary, context: Mapping[str, Any]) -> dict[str, PolicyTerms]:
    """The policies without faults of their own, each checked by the terms of its instrument."""
    written = draft.data.get("policies", {})
    policies: dict[str, PolicyTerms] = {}
    for name, data in written.items() if isinstance(written, dict) else ():
        path = ("policies", name)
        if not name.isidentifier():
            draft.fault(path, "a policy's name must be one word of letters, digits and _, starting with a letter.")
        if draft.spoiled(path):
            continue
        if not isinstance(data, dict):
            draft.fault(path, "must be a mapping: an instrument and its terms.", data)
            continue
        terms = _terms_of(draft, path, data, vocabulary)
        if terms is None:
            continue
        try:
            policies[name] = validated(terms, data, context)
        except ValidationError as error:
            explain(error, terms, draft, path, owner=data["instrument"])
    return policies


def _terms_of(
    draft: Draft, path: tuple[str, ...], data: Mapping[str, Any], vocabulary: Vocabulary
) -> type[PolicyTerms] | None:
    inside = (*path, "instrument")
    name = data.get("instrument")
    if isinstance(name, str) and name in vocabulary.instruments:
        return vocabulary.instruments[name]
    if draft.spoiled(inside) or ("instrument" not in data and draft.partial):
        return None
    if "instrument" not in data and draft.place(path).file == SETTING:
        file = draft.places[()].file
        draft.fault(path, f"{file} has no policy {path[1]}; {SETTING} applies to every file. {_policies_of(draft)}")
    elif "instrument" not in data:
        draft.fault(inside, f"is missing and must be given. {one_of('', vocabulary.instruments)}")
    else:
        choices = Told("choice", {"word": str(name), "choices": tuple(vocabulary.instruments)})
        draft.fault(inside, f"there is no such instrument. {one_of(str(name), vocabulary.instruments)}", name, choices)
    return None


def _policies_of(draft: Draft) -> str:
    """The policies that stand in a file, for whoever names one that does not."""
    there = [name for name in draft.data["policies"] if draft.place(("policies", name)).file != SETTING]
    return f"It has {listed(there)}." if there else "It has no policies."


def _cross_checks(
    draft: Draft,
    policies: Mapping[str, PolicyTerms],
    world: WorldWords | None,
    vocabulary: Vocabulary,
    context: Mapping[str, Any],
) -> None:
    """What can be checked of the parts that are sound, even when others are not."""
    years = _attempt(Years, draft.data.get("years"), context)
    written = draft.data.get("policies")
    if years is not None and isinstance(written, dict):
        _note_told(draft, check_policy_years(written, years))
    if world is None:
        return
    parameters, targets = draft.data.get("parameters"), draft.data.get("targets")
    if isinstance(parameters, dict):
        _note_told(draft, check_parameters(parameters, world))
    if isinstance(draft.data.get("groups"), dict):
        _note(draft, check_groups(draft.data["groups"], world))
    if years is not None:
        _note(draft, check_years(years, world))
        for one, other, span in overlaps(policies, years, _own_words(draft, world) or world):
            _note_overlap(draft, one, other, span)
    for number, data in enumerate(targets if isinstance(targets, list) else ()):
        target = _attempt(Target, data, context)
        if target is not None:
            _note(draft, check_target(target, number, years, world, vocabulary))


def _note(draft: Draft, found: Found) -> None:
    _note_told(draft, ((*one, None) for one in found))


def _note_told(draft: Draft, found: Spoken) -> None:
    for path, message, value, told in found:
        if not draft.spoiled(path):
            draft.fault(path, message, value, told)


def _note_overlap(draft: Draft, one: str, other: str, span: str) -> None:
    """Both lines are named; the fault stands at the policy further down."""
    first = draft.place(("policies", one))
    draft.fault(
        ("policies", other),
        f"changes the same rule as policies.{one} ({first.file}, line {first.line}) in {span}. "
        "Give them years that do not meet, or write combine: true in both.",
    )


def _origins(resolved: object, draft: Draft, path: Path, at: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Where each single value comes from; files are named relative to the folder of the scenario."""
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(resolved, dict):
        inner = resolved.items()
    elif isinstance(resolved, list):
        inner = enumerate(resolved)
    else:
        place = draft.places.get(at)
        yield ".".join(at), "default" if place is None else _named(place.file, place.line, path)
    for key, value in inner:
        yield from _origins(value, draft, path, (*at, str(key)))


def _named(file: str, line: int, path: Path) -> str:
    if file == SETTING:
        return SETTING
    return f"{Path(os.path.relpath(file, path.parent)).as_posix()}:{line}"
