"""What would stop a scenario, found before anything is run: its world is built, its agents are dealt out, and its continuum,
which has no draws and takes moments, runs all years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.analysis import extreme
from sim.data import catalogue
from sim.errors import Fault, ScenarioFaults, WorldError
from sim.experiments import cost
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.experiments.executors.processes import Pool
    from sim.world.world import World

# The model is imported where years are lived: most scenarios that are checked have nothing to try.

_SECONDS = 5.0  # of years lived on trial, at most
_SOON = 1.0  # seconds that a process may spend on making itself ready
_STEPS = 10  # halvings in search of a bound: a thousandth of the way
_FEW = 20_000  # agents of a kind from which on no world on offer is short of one


def _world_of(scenario: Scenario) -> World:
    """The world of a scenario with the groups it names; raises WorldError where there is none."""
    from sim.experiments.replicate import groups_of, world_of

    world = world_of(scenario.plays_in, scenario.parameters)
    return replace(world, places=replace(world.places, groups=groups_of(scenario)))


def check(scenarios: Mapping[str, Scenario], pool: Pool | None = None) -> None:
    """Raise ScenarioFaults with everything that would stop these scenarios, by their file.

    pool: processes that try them.
    """
    asked = [_Tried(file, scenario) for file, scenario in scenarios.items() if _is_unusual(scenario)]
    if pool is None or not asked:
        found = {one.file: _found(one)[1] for one in asked}
    else:
        found = dict(pool.finished(_found, asked, _not_tried))
    wrong = [fault for one in asked for fault in found[one.file]]
    if wrong:
        raise ScenarioFaults(wrong)


@dataclass(frozen=True)
class _Tried:
    """A scenario that is tried, known by its file."""

    file: str
    scenario: Scenario = field(compare=False)


def _found(one: _Tried) -> tuple[str, list[Fault]]:
    return one.file, faults(one.scenario, one.file)


def _not_tried(one: _Tried, _: str) -> tuple[str, list[Fault]]:
    """What is known of a scenario on which processes ended: its run will tell."""
    return one.file, []


def first_year(scenario: Scenario) -> None:
    """Live a year of few agents, so that this process has imported and compiled what the years of a scenario need.

    Not where a year takes long by itself: then nothing is won.
    """
    if cost.seconds_a_year(cost.cells_of(scenario.plays_in)) > _SOON:
        return
    from sim.experiments.replicate import MODEL_FAILURES, build_model, world_of

    agents = {word: min(_FEW, getattr(scenario.run, word)) for word in ("labour_agents", "capital_agents", "land_agents")}
    few = scenario.model_copy(update={"run": scenario.run.model_copy(update=agents)})
    with suppress(*MODEL_FAILURES):  # what stops it is found where it is tried
        build_model(few, 0, world_of(few.plays_in, few.parameters)).step()


def faults(scenario: Scenario, file: str, notes: list[str] | None = None) -> list[Fault]:
    """What would stop a scenario, each at the line of what to change; nothing is tried where nothing is unusual.

    notes: takes a sentence for each policy that spends far more than what the model was held against.
    """
    if not _is_unusual(scenario):
        return []
    try:
        world = _world_of(scenario)
    except WorldError as reason:
        return [_of_parameters(scenario, file, str(reason))]
    found = [] if scenario.run.continuum else _of_agents(scenario, file, world)
    stopped = _stopped(scenario, world, notes=notes)
    return found if stopped is None else [*found, _of_year(scenario, file, stopped)]


def _is_unusual(scenario: Scenario) -> bool:
    run = scenario.run
    few = not run.continuum and min(run.labour_agents, run.capital_agents, run.land_agents) < _FEW
    return bool(scenario.parameters or scenario.policies or few or scenario.plays_in != scenario.world)


def _of_agents(scenario: Scenario, file: str, world: World) -> list[Fault]:
    """Kinds of agents too few to give every owner and every place one, with a number that surely is enough."""
    from sim.year.stocks import enough_agents, without_agents

    enough = enough_agents(world)
    found = []
    for word, names in without_agents(world, {word: getattr(scenario.run, word) for word in enough}).items():
        left_out = f"leaves none to {', '.join(names[:6])}{f' and {len(names) - 6} more' if len(names) > 6 else ''}"
        answer = f"{left_out}; {enough[word]:,} are enough for every owner and place of the world {world.name}."
        found.append(cost.located(scenario, file, f"run.{word}", f"run.{word} = {getattr(scenario.run, word)}", answer))
    return found


def _stopped(scenario: Scenario, world: World, most: float = _SECONDS, notes: list[str] | None = None) -> str | None:
    """Why the continuum of a scenario stops, None where it reaches its last year, or as many as time allows."""
    from sim.economy.policies.base import PolicyInForce
    from sim.experiments.replicate import MODEL_FAILURES
    from sim.year.years import Years

    laws = [PolicyInForce(name, terms) for name, terms in scenario.policies.items()]
    years = max(2, int(most / cost.seconds_a_year(world.cells)))
    try:
        model = Years(world, laws, last_year=scenario.years.to, continuum=True)
        while model.running and model.lived < years:
            model.step()
    except MODEL_FAILURES as reason:
        return str(reason)
    if notes is not None:
        notes += [f"{one}." for one in extreme.of_record(model.record.series)]
    return None


def _of_year(scenario: Scenario, file: str, reason: str) -> Fault:
    """The fault of a year that stops, at the policy it names, else at the parameters."""
    named = re.match(r"policy (\w+) in \d+: ", reason)
    if named is None and scenario.parameters:
        return _of_parameters(scenario, file, reason)
    name = named.group(1) if named else next((name for name in scenario.policies if name in reason), None)
    name = name or next(iter(scenario.policies), None)
    path = f"policies.{name}" if name else "world"
    return cost.located(scenario, file, path, path, reason)


def _of_parameters(scenario: Scenario, file: str, reason: str) -> Fault:
    """The fault at the parameter that alone brings the reason about, with the values at which there would be none."""
    for name, value in scenario.parameters.items():
        if len(scenario.parameters) > 1 and not _lives(scenario, {**scenario.parameters, name: _own(scenario, name)}):
            continue
        good, bad = _own(scenario, name), value
        others = {other: there for other, there in scenario.parameters.items() if other != name}
        if len(scenario.parameters) == 1 and not _lives(scenario, others):
            break
        for _ in range(_STEPS):
            middle = (good + bad) / 2
            good, bad = (middle, bad) if _lives(scenario, {**others, name: middle}) else (good, middle)
        side = "at most" if value > good else "at least"
        answer = f"{reason} All else as it is, {name} can be {side} about {good:.4g}."
        return cost.located(scenario, file, f"parameters.{name}", f"parameters.{name} = {value:g}", answer)
    first = next(iter(scenario.parameters), None)
    path = f"parameters.{first}" if first else "world"
    return cost.located(scenario, file, path, path, reason)


def _own(scenario: Scenario, name: str) -> float:
    return catalogue.parameters(scenario.plays_in)[name].value


def _lives(scenario: Scenario, parameters: Mapping[str, float]) -> bool:
    """Whether the scenario could be run with these parameters, as far as a few years show."""
    tried = scenario.model_copy(update={"parameters": dict(parameters)})
    try:
        world = _world_of(tried)
    except WorldError:
        return False
    return _stopped(tried, world, most=0.1) is None
