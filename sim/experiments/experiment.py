"""Experiments: a scenario's replicates on one or several processes, gathered into one results folder."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pandas as pd

from sim.agents.sharded import MOST_SHARDS, Holder
from sim.analysis.results import (
    Results,
    check_folder,
    default_folder,
    open_results,
    save_results,
)
from sim.data import catalogue
from sim.data.folder import WorldFolder
from sim.errors import FactorFlowError
from sim.experiments.cost import check_cost
from sim.experiments.executors import Lived, Where, processes
from sim.experiments.executors import cluster as dask_cluster
from sim.experiments.manifest import manifest
from sim.experiments.reading import measured
from sim.experiments.replicate import Replicate, build_model, failed, joined, run_replicate, world_of
from sim.scenario.schema import Scenario
from sim.units import YUAN, recorded_units

Progress = Callable[[int, int], None]


def run(
    scenario: Scenario,
    out: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    cluster: str | None = None,
    shards: int | None = None,
) -> Results:
    """Run all replicates and write a results folder; a replicate that fails is a row with its reason.

    `progress(done, all)` is called with years simulated. The folder is `out`, or one named after the scenario; if another
    takes its name meanwhile, the results stand beside it (`-2`, `-3`, ...).
    cluster: the address of a Dask scheduler whose workers do the work; shards: into how many parts, each held by a process or
    a worker, the agents of one replicate at a time are cut. Neither changes a number.
    Raises FactorFlowError when it cannot fit in memory, and when every replicate failed, with the first reason.
    """
    where = Where(jobs, cluster, shards)
    _check_where(scenario, where)
    started, clock = _now(), time.perf_counter()
    folder = default_folder(scenario.name, scenario.digest()) if out is None else out
    check_folder(folder, beside=out is None)
    replicates = _live(scenario, where, progress or (lambda *_: None))
    done = [replicate for replicate in replicates if replicate.reason is None]
    if not done:
        raise FactorFlowError(f"all {len(replicates)} replicates failed; the first: {replicates[0].reason}")
    tables = joined(done)
    entry = catalogue.entry(scenario.plays_in)
    units = recorded_units(entry["sectors"], entry.get("money", YUAN))
    found, found_units = measured(tables.series, scenario)
    tables.series = pd.concat([tables.series, found], ignore_index=True)
    written = manifest(scenario, replicates, {**units, **found_units})
    written |= {"started": started, "finished": _now(), "seconds": round(time.perf_counter() - clock, 3)}
    own = scenario.plays_in.files if isinstance(scenario.plays_in, WorldFolder) else None
    return open_results(save_results(folder, tables, written, beside=True, world=own))


def _check_where(scenario: Scenario, where: Where) -> None:
    """Raise FactorFlowError for work that cannot be done where it is asked for, before anything is computed."""
    if where.jobs > 1 and (where.cluster is not None or where.shards is not None):
        raise FactorFlowError("jobs are replicates at a time on this machine: leave them out with a cluster or with shards.")
    if where.shards is not None and scenario.run.continuum:
        raise FactorFlowError(f"{scenario.name} is run as a continuum: it has no agents that shards could hold.")
    if where.shards is not None and not 1 <= where.shards <= MOST_SHARDS:
        raise FactorFlowError(f"a population can be cut into 1 to {MOST_SHARDS} shards, not {where.shards}.")
    if where.cluster is None:  # the workers of a cluster have memories of their own
        check_cost(scenario, where.jobs)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _live(scenario: Scenario, where: Where, progress: Progress) -> list[Replicate]:
    """All replicates in their order: one after the other, with the agents here or in shards, or several at a time."""
    count = scenario.run.replicates
    first = int(catalogue.entry(scenario.plays_in)["first_year"])
    years = scenario.years.to - first + 1
    if where.shards is not None or (where.cluster is None and min(where.jobs, count) == 1):
        world = world_of(scenario.plays_in, scenario.parameters)
        with _holder(where) as holder:
            builders = [partial(build_model, scenario, number, world, holder, where.shards or 1) for number in range(count)]
            return [
                run_replicate(builder, scenario, number, _counted(progress, number * years, count * years))
                for number, builder in enumerate(builders)
            ]
    replicates: dict[int, Replicate] = {}
    with closing(_elsewhere(scenario, where)) as coming:  # closed at once, so that an interrupt ends the work under way
        for replicate in coming:
            replicates[replicate.number] = replicate
            progress(len(replicates) * years, count * years)
    return [replicates[number] for number in range(count)]


def _counted(progress: Progress, before: int, whole: int) -> Lived:
    """A replicate's years as progress of the whole experiment."""
    return lambda year: progress(before + year, whole)


def _elsewhere(scenario: Scenario, where: Where) -> Generator[Replicate, None, None]:
    """Replicates as they finish, in processes of this machine or with the workers of a cluster: the same task to both."""
    task, numbers = partial(_alone, scenario), range(scenario.run.replicates)
    if where.cluster is None:
        yield from processes.finished(task, numbers, min(where.jobs, len(numbers)), failed)
        return
    with dask_cluster.connected(where.cluster) as client:
        yield from dask_cluster.finished(client, task, numbers, failed)


@contextmanager
def _holder(where: Where) -> Iterator[Holder | None]:
    """Who holds the agents of a model: workers of a cluster or processes, one a shard; None: the model's own process."""
    if where.shards is None:
        yield None
    elif where.cluster is None:
        with processes.holding(where.shards) as holder:
            yield holder
    else:
        with dask_cluster.connected(where.cluster) as client:
            yield dask_cluster.ClusterHolder(client)


def _ignored(year: int) -> None:
    """Years that nobody counts."""


def _alone(scenario: Scenario, number: int, lived: Lived = _ignored) -> Replicate:
    world = world_of(scenario.plays_in, scenario.parameters)
    return run_replicate(lambda: build_model(scenario, number, world), scenario, number, lived)
