"""Years that several tasks live alike are lived once: until their laws differ, they are one economy."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sim.data import catalogue
from sim.economy.policies.base import PolicyInForce
from sim.experiments import refit
from sim.experiments.replicate import build_model, model_arguments, world_of
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.year.years import Years

_MANY = 2_000_000  # agents of a model beyond which no second one is kept: memory is what it runs out of first

History = list[Any]
"""What the laws of a scenario do, year by year from the first; equal beginnings are equal years."""


class Life(Protocol):
    """A task, as far as its years depend on it."""

    @property
    def scenario(self) -> Scenario:
        """The scenario, its draw taken in."""

    @property
    def replicate(self) -> int:
        """The number of its luck."""

    @property
    def refit(self) -> tuple[str, ...]:
        """Parameters that are estimated again at its draw."""


class _Moment(NamedTuple):
    """A model at the start of a year, and what it has lived through."""

    kin: Hashable
    history: History
    model: Years


def kin(life: Life) -> Hashable:
    """What those share whose economies are the same until their laws differ: world, parameters, luck, agents."""
    scenario, run = life.scenario, life.scenario.run
    agents = () if run.continuum else (run.labour_agents, run.capital_agents, run.land_agents)
    parameters = tuple(sorted(scenario.parameters.items()))
    return scenario.plays_in, parameters, life.refit, run.seed, life.replicate, run.continuum, agents


def history(scenario: Scenario) -> History:
    """By year, what is in force of every policy of a scenario, and the groups of regions these may name."""
    first = int(catalogue.entry(scenario.plays_in)["first_year"])
    laws = [PolicyInForce(name, terms) for name, terms in scenario.policies.items()]
    years = range(first, scenario.years.to + 1)
    in_force = ([force for law in laws if (force := law.in_force(year)) is not None] for year in years)
    return [(forces, scenario.groups) if forces else None for forces in in_force]


class FirstYears:
    """The first years of tasks that one process does one after the other.

    Who lives years that a later one would live alike leaves a copy of its model where they part, and the later one goes on
    from there. Nothing but time depends on it: a model that branched off lives on as one that lived all years itself.
    """

    def __init__(self, tasks: Sequence[Life]) -> None:
        self._tasks, self._kept = list(tasks), list[_Moment]()
        self._kin = [kin(task) for task in tasks]
        self._histories = [history(task.scenario) for task in tasks]
        self._partings = _partings(self._kin, self._histories)

    def begin(self, task: Life) -> Years:
        """The model of a task, at the start of the first year that nobody has lived for it."""
        scenario, place = task.scenario, self._tasks.index(task)
        world, mine = world_of(scenario.plays_in, refit.parameters(scenario, task.refit)), self._histories[place]
        fits = [one for one in self._kept if one.kin == self._kin[place] and one.history == mine[: len(one.history)]]
        if not fits:
            return build_model(scenario, task.replicate, world)
        words = model_arguments(scenario, task.replicate, world)
        longest = max(fits, key=lambda one: len(one.history))
        return longest.model.branch(words["world"], words["laws"], words["last_year"])

    def keep(self, task: Life, model: Years) -> None:
        """Keep a copy of a task's model at the start of a year where a later one parts from it."""
        place, lived = self._tasks.index(task), model.year - model.world.first_year
        if lived in self._partings[place] and sum(kind.size for kind in model.populations) <= _MANY:
            branch = model.branch(model.world, (), model.last_year)
            self._kept.append(_Moment(self._kin[place], self._histories[place][:lived], branch))


def _partings(kins: Sequence[Hashable], histories: Sequence[History]) -> list[set[int]]:
    """For each in turn, after how many years later ones part from it that share fewer with all before it."""
    found, most = [set[int]() for _ in kins], [0 for _ in kins]
    for place, years in enumerate(found):
        for later in range(place + 1, len(kins)):
            alike = _alike(histories[place], histories[later]) if kins[place] == kins[later] else 0
            if alike > most[later]:
                most[later] = alike
                years.add(alike)
    return found


def _alike(one: History, other: History) -> int:
    """The number of first years that two histories have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((year for year, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
