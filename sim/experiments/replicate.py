"""One replicate of a scenario: its model, the years it runs through, and the tables that are left of it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.columns import Columns
from sim.data.catalogue import AnyWorld
from sim.economy.policies.base import PolicyInForce
from sim.errors import FactorFlowError
from sim.experiments.executors import Lived
from sim.scenario.schema import Scenario
from sim.scenario.words import with_groups
from sim.vocabulary import world_words
from sim.world.build import build_world
from sim.world.world import World

if TYPE_CHECKING:
    from sim.agents.sharded import Holder
    from sim.year.record import Record
    from sim.year.years import Years

MODEL_FAILURES = (FactorFlowError, ArithmeticError, np.linalg.LinAlgError)
"""What a model may raise of itself in a year it cannot live through: the reason of a failed replicate, not a defect."""

_MANY = 2_000_000  # agents whose columns are worth a search through all objects


@dataclass(frozen=True)
class Replicate:
    """One run of a scenario: its tables by name, as columns, or the reason why there are none."""

    number: int
    tables: Mapping[str, Columns] | None
    reason: str | None = None
    lasting: bool = True  # whether it would end so again: what the machine could not do another time it may


def failed(number: int, reason: str, lasting: bool = False) -> Replicate:
    """A replicate of which there is a reason and nothing else."""
    return Replicate(number, None, reason, lasting)


@lru_cache(maxsize=8)
def _world(world: AnyWorld, parameters: tuple[tuple[str, float], ...]) -> World:
    return build_world(world, dict(parameters))


def world_of(world: AnyWorld, parameters: Mapping[str, float]) -> World:
    """A world as several runs of one process use it, built once; a world is half the time of a run in the continuum.

    Raises WorldError where no base year has these parameters.
    """
    return _world(world, tuple(sorted(parameters.items())))


def build_model(
    scenario: Scenario, replicate: int = 0, world: World | None = None, holder: Holder | None = None, shards: int = 1
) -> Years:
    """The years of one replicate of a scenario; a world built before may be passed to save the time.

    With a holder the rows of its agents are kept there, each kind in so many shards.
    """
    from sim.year.years import Years

    return Years(**model_arguments(scenario, replicate, world), holder=holder, shards=shards)


def model_arguments(scenario: Scenario, replicate: int, world: World | None = None) -> dict[str, Any]:
    """What a model of one replicate of a scenario is made from, by name."""
    run = scenario.run
    world = build_world(scenario.plays_in, scenario.parameters) if world is None else world
    groups = groups_of(scenario)
    return {
        # the same world for all replicates, with what is known of it, unless a scenario names groups of its own
        "world": world if world.places.groups == groups else replace(world, places=replace(world.places, groups=groups)),
        "laws": [PolicyInForce(name, terms) for name, terms in scenario.policies.items()],
        "last_year": scenario.years.to,
        "seed": run.seed,
        "replicate": replicate,
        "labour_agents": run.labour_agents,
        "capital_agents": run.capital_agents,
        "land_agents": run.land_agents,
        "continuum": run.continuum,
    }


def groups_of(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """The groups of regions a policy may name: the world's, and those the scenario adds."""
    return with_groups(world_words(scenario.plays_in), scenario.groups).groups


def run_replicate(
    builder: Callable[[], Years],
    scenario: Scenario,
    number: int,
    lived: Lived,
    begins: Callable[[Years], object] = lambda _: None,
) -> Replicate:
    """Run one replicate to its last year; what goes wrong in the model becomes its reason, never a gap.

    begins: called with the model at the start of every year.
    """
    try:
        model = builder()
        while model.running:
            begins(model)
            model.step()
            lived(model.lived)
    except MODEL_FAILURES as error:
        return failed(number, str(error), lasting=True)
    except MemoryError as error:
        return failed(number, f"there was not enough memory for it ({str(error) or 'none could be had'}).")
    record = model.record
    del model
    if scenario.run.labour_agents + scenario.run.capital_agents + scenario.run.land_agents > _MANY:
        gc.collect()  # a model and its agents refer to each other, so their columns would stay until Python searches
    return _tabled(record, number, scenario.years.from_)


def _tabled(record: Record, number: int, first: int) -> Replicate:
    """The record as tables, years before the first one asked for left out."""
    tables = {
        "series": record.series_columns(first),
        "flows": record.flow_columns(first),
        "accounts": record.account_columns(first),
    }
    return Replicate(
        number,
        {name: {"replicate": np.full(len(columns["year"]), number), **columns} for name, columns in tables.items()},
    )
