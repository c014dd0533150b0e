"""One task: a scenario, a draw of what nobody knows, a replicate; and everything that determines what it records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.analysis.taskfile import encoded
from sim.analysis.versions import versions
from sim.data import catalogue
from sim.digest import digest_of
from sim.errors import FactorFlowError, printable
from sim.experiments import refit
from sim.experiments import replicate as replicates_of
from sim.experiments.executors import Lived
from sim.experiments.first_years import FirstYears
from sim.experiments.replicate import Replicate, build_model, run_replicate, world_of
from sim.scenario.schema import SAID, Scenario

if TYPE_CHECKING:
    from sim.agents.sharded import Holder
    from sim.year.years import Years

_FORMAT = 1  # of the file of a task; another one is another task
_UNHEARD = (*SAID, "targets")  # words of a scenario that no year of it depends on


@dataclass(frozen=True)
class Draw:
    """One set of values of what nobody knows, by the path a scenario file would give them.

    A path is `parameters.NAME` or `policies.NAME.TERM`.
    """

    number: int
    values: Mapping[str, float]


UNDRAWN = Draw(0, {})
"""The one draw of a scenario that is run as it stands."""


@dataclass(frozen=True, order=True)
class Task:
    """What is run as one piece and kept as one file; `digest` stands for everything that determines its bytes."""

    digest: str
    scenario: Scenario = field(compare=False, repr=False)
    draw: int = field(compare=False)
    replicate: int = field(compare=False)
    refit: tuple[str, ...] = field(compare=False, default=())  # parameters that are estimated again at its draw

    @property
    def first_year(self) -> int:
        """The first year that is simulated, which may be before the first that is recorded."""
        return int(catalogue.entry(self.scenario.plays_in)["first_year"])

    @property
    def years(self) -> int:
        """Years that are simulated."""
        return self.scenario.years.to - self.first_year + 1


@dataclass(frozen=True)
class Done:
    """A task that came to an end: its bytes; `lasting` where it would end so again, so that they are worth keeping."""

    task: Task
    content: bytes
    reason: str | None
    lasting: bool


def program_of(scenario: Scenario) -> dict[str, Any]:
    """What besides a scenario determines its numbers: versions with the hash of the source, hashes of the tables read."""
    return {"versions": versions(), "data": catalogue.fingerprints(scenario.plays_in)}


def tasks_of(
    scenarios: Sequence[Scenario],
    draws: Sequence[Draw] = (UNDRAWN,),
    replicates: Iterable[int] | None = None,
    program: Mapping[str, Any] | None = None,
) -> Iterator[Task]:
    """All tasks of scenarios crossed with draws and replicates: draw by draw, so that pairs to compare end early.

    replicates: their numbers, by default as many as each scenario says, of a continuum one. program: by default that which
    runs here.
    The same values in two draws are one task, as are two scenarios that compute the same. Raises FactorFlowError for a
    path that a scenario does not have.
    """
    own = [program_of(scenario) if program is None else program for scenario in scenarios]
    numbers = None if replicates is None else list(replicates)
    for draw in draws:
        for scenario, runs in zip(scenarios, own, strict=True):
            yield from tasks_of_draw(scenario, draw, range(scenario.run.lived) if numbers is None else numbers, runs)


def tasks_of_draw(
    scenario: Scenario, draw: Draw, replicates: Iterable[int], program: Mapping[str, Any], again: tuple[str, ...] = ()
) -> Iterator[Task]:
    """Tasks of one scenario in one draw, at which the parameters in `again` are estimated again.

    Raises FactorFlowError for a path that the scenario does not have.
    """
    lived = drawn(scenario, draw.values)
    asked = {"format": _FORMAT, "scenario": _computed(lived), **program, **({"refit": list(again)} if again else {})}
    for number in replicates:
        yield Task(digest_of({**asked, "replicate": number}), lived, draw.number, number, again)


def drawn(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with the values of a draw in place of its own; raises FactorFlowError for a path it does not have."""
    if not values:
        return scenario
    parameters, policies = dict(scenario.parameters), dict(scenario.policies)
    for path, value in values.items():
        head, _, name = path.partition(".")
        policy, _, term = name.partition(".")
        if head == "parameters" and name in catalogue.parameters(scenario.plays_in):
            parameters[name] = float(value)
        elif head == "policies" and policy in policies and term in type(policies[policy]).model_fields:
            policies[policy] = policies[policy].model_copy(update={term: float(value)})
        else:
            raise FactorFlowError(f"{scenario.name} has no {printable(path, 100)} that a draw could give a value.")
    return scenario.model_copy(update={"parameters": parameters, "policies": policies})


def _computed(scenario: Scenario) -> dict[str, Any]:
    """The words of a scenario that its numbers depend on: seed, agents, years, policies, parameters, but no counts."""
    words = {word: value for word, value in scenario.resolved().items() if word not in _UNHEARD}
    words["run"] = {word: value for word, value in words["run"].items() if word not in ("replicates", "minutes")}
    world = scenario.plays_in
    return words if isinstance(world, str) else {**words, "world": [world.name, world.digest]}


def ignored(_year: int) -> None:
    """Years that nobody counts."""


def perform(task: Task, lived: Lived = ignored, first_years: FirstYears | None = None) -> Done:
    """Run a task in this process, its world built and its first years lived once for all tasks that share them."""
    shared = FirstYears([task]) if first_years is None else first_years

    def begins(model: Years) -> None:
        shared.keep(task, model)

    return done(task, run_replicate(lambda: shared.begin(task), task.scenario, task.replicate, lived, begins))


def perform_in_shards(holder: Holder, shards: int, task: Task, lived: Lived = ignored) -> Done:
    """Run a task whose agents are held elsewhere; a failure may be theirs, so it is not kept."""
    scenario, number = task.scenario, task.replicate

    def builder() -> Years:
        world = world_of(scenario.plays_in, refit.parameters(scenario, task.refit))
        return build_model(scenario, number, world, holder, shards)

    found = run_replicate(builder, scenario, number, lived)
    return done(task, found if found.reason is None else replicates_of.failed(number, found.reason))


def given_up(task: Task, reason: str) -> Done:
    """A task that no process came to the end of: a row with a reason, tried again when it is asked for again."""
    return done(task, replicates_of.failed(task.replicate, reason))


def done(task: Task, found: Replicate) -> Done:
    """What became of a task, as the bytes of its file."""
    head = {
        "format": _FORMAT,
        "task": task.digest,
        "replicate": task.replicate,
        "seed": [task.scenario.run.seed, task.replicate],
        "reason": None if found.reason is None else printable(found.reason, 5_000, keep="\n"),
    }
    if found.tables is None:
        return Done(task, encoded(head, None), found.reason, found.lasting)
    if task.refit:
        head["refit"] = refit.estimates(task.scenario, task.refit)
    return Done(task, encoded(head, found.tables), None, True)
