"""Experiments: a scenario's replicates on one or several processes, gathered into one results folder."""

from __future__ import annotations

import datetime
import gc
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.agents.sharded import MOST_SHARDS, Holder
from sim.analysis.measures.base import Panel, evaluate_all
from sim.analysis.results import (
    Results,
    Tables,
    check_folder,
    default_folder,
    open_results,
    save_results,
    versions,
)
from sim.data import catalogue
from sim.economy.policies.base import PolicyInForce
from sim.errors import FactorFlowError
from sim.experiments.cost import check_cost
from sim.experiments.executors import Lived, Where, processes
from sim.experiments.executors import cluster as dask_cluster
from sim.scenario.schema import Scenario
from sim.scenario.words import with_groups
from sim.units import recorded_units
from sim.vocabulary import world_words
from sim.world.build import build_world
from sim.world.world import World

if TYPE_CHECKING:
    from sim.model import FactorFlowModel
    from sim.year.recorder import Record

Progress = Callable[[int, int], None]

_MANY = 2_000_000  # agents whose columns are worth a search through all objects
_SERIES = ["year", "scope", "place", "measure", "value"]
_FLOWS = ["year", "factor", "event", "origin", "destination", "value"]
_ACCOUNTS = ["year", "identity", "residual"]


@dataclass(frozen=True)
class Replicate:
    """One run of a scenario: its tables, or the reason why there are none."""

    number: int
    series: pd.DataFrame | None
    flows: pd.DataFrame | None
    accounts: pd.DataFrame | None
    reason: str | None = None


def build_model(
    scenario: Scenario, replicate: int = 0, world: World | None = None, holder: Holder | None = None, shards: int = 1
) -> FactorFlowModel:
    """The Mesa model of one replicate of a scenario; a world built before may be passed to save the time.

    With a holder its agents live there, each kind in so many shards.
    """
    from sim.model import FactorFlowModel

    run = scenario.run
    world = build_world(scenario.world, scenario.parameters) if world is None else world
    return FactorFlowModel(
        replace(world, places=replace(world.places, groups=_groups(scenario))),
        [PolicyInForce(name, terms) for name, terms in scenario.policies.items()],
        last_year=scenario.years.to,
        seed=run.seed,
        replicate=replicate,
        labour_agents=run.labour_agents,
        capital_agents=run.capital_agents,
        land_agents=run.land_agents,
        continuum=run.continuum,
        holder=holder,
        shards=shards,
    )


def _groups(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """The groups of regions a policy may name: the world's, and those the scenario adds."""
    return with_groups(world_words(scenario.world), scenario.groups).groups


def run(
    scenario: Scenario,
    out: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    cluster: str | None = None,
    shards: int | None = None,
) -> Results:
    """Run all replicates and write a results folder; a replicate that fails is a row with its reason.

    `progress(done, all)` is called with years lived through. The folder is `out`, or one named after the scenario; if another
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
    replicates = _live(scenario, where, progress or (lambda done, whole: None))
    done = [replicate for replicate in replicates if replicate.reason is None]
    if not done:
        raise FactorFlowError(f"all {len(replicates)} replicates failed; the first: {replicates[0].reason}")
    tables = _gather(done, scenario)
    units = recorded_units(catalogue.worlds()[scenario.world]["sectors"])
    measured, measured_units = _measured(tables.series, scenario)
    tables.series = pd.concat([tables.series, measured], ignore_index=True)
    manifest = _manifest(scenario, replicates, {**units, **measured_units})
    manifest |= {"started": started, "finished": _now(), "seconds": round(time.perf_counter() - clock, 3)}
    return open_results(save_results(folder, tables, manifest, beside=True))


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
    first = int(catalogue.worlds()[scenario.world]["first_year"])
    years = scenario.years.to - first + 1
    if where.shards is not None or (where.cluster is None and min(where.jobs, count) == 1):
        world = build_world(scenario.world, scenario.parameters)
        with _holder(where) as holder:
            builders = [partial(build_model, scenario, number, world, holder, where.shards or 1) for number in range(count)]
            return [
                _one(builder, scenario, number, _counted(progress, number * years, count * years))
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
        yield from processes.finished(task, numbers, min(where.jobs, len(numbers)), _given_up)
        return
    with dask_cluster.connected(where.cluster) as client:
        yield from dask_cluster.finished(client, task, numbers, _given_up)


def _given_up(number: int, reason: str) -> Replicate:
    return Replicate(number, None, None, None, reason)


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
    world = _world_of(scenario.world, tuple(sorted(scenario.parameters.items())))
    return _one(lambda: build_model(scenario, number, world), scenario, number, lived)


@cache
def _world_of(name: str, parameters: tuple[tuple[str, float], ...]) -> World:
    """The world of a process's replicates, built once."""
    return build_world(name, dict(parameters))


def _one(builder: Callable[[], FactorFlowModel], scenario: Scenario, number: int, lived: Lived) -> Replicate:
    """Live through one replicate; what goes wrong in the model becomes its reason, never a gap."""
    try:
        model = builder()
        while model.running:
            model.step()
            lived(model.steps)
    except (FactorFlowError, ArithmeticError, np.linalg.LinAlgError) as error:
        return _given_up(number, str(error))
    except MemoryError as error:
        return _given_up(number, f"there was not enough memory for it ({str(error) or 'none could be had'}).")
    record = model.record
    del model
    if scenario.run.labour_agents + scenario.run.capital_agents + scenario.run.land_agents > _MANY:
        gc.collect()  # a model and its agents know each other, so their columns would wait for Python to notice
    return _tabled(record, number, scenario.years.from_)


def _tabled(record: Record, number: int, first: int) -> Replicate:
    """The record as tables, years before the first one asked for left out."""

    def table(rows: list[Any] | Mapping[str, Any], columns: list[str]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=columns)
        frame = frame[frame["year"] >= first]
        for column in columns:
            if frame[column].dtype.kind not in "if":
                frame[column] = frame[column].astype("category")
        frame.insert(0, "replicate", number)
        return frame

    return Replicate(
        number, table(record.series, _SERIES), table(record.flow_columns(), _FLOWS), table(record.accounts, _ACCOUNTS)
    )


def _gather(done: list[Replicate], scenario: Scenario) -> Tables:
    def together(name: str) -> pd.DataFrame:
        frames = [getattr(replicate, name) for replicate in done]
        for column in frames[0].columns:
            if frames[0][column].dtype == "category":
                union = sorted(set().union(*(frame[column].cat.categories for frame in frames)))
                frames = [frame.assign(**{column: frame[column].cat.set_categories(union)}) for frame in frames]
        joined: pd.DataFrame = pd.concat(frames, ignore_index=True)
        return joined

    return Tables(series=together("series"), flows=together("flows"), accounts=together("accounts"))


def _measured(series: pd.DataFrame, scenario: Scenario) -> tuple[pd.DataFrame, dict[str, str]]:
    """The measures of convergence and inequality, computed from the cells, as rows of the series and their units."""
    outside = set(catalogue.worlds()[scenario.world]["outside"])
    cells = series[series["scope"] == "cell"]
    incomes = _by_cell(cells, "income_per_head", outside)
    people = _by_cell(cells, "population", outside)
    names = tuple(str(cell) for cell in incomes.columns)
    replicates = incomes.index.get_level_values(0).unique()
    years = incomes.index.get_level_values(1).unique()
    shape = (len(replicates), len(years), len(names))
    regions = tuple(dict.fromkeys(name.split("/")[0] for name in names))
    panel = Panel(
        income=incomes.to_numpy().reshape(shape),
        population=people.to_numpy().reshape(shape),
        years=years.to_numpy(),
        cells=names,
        regions=regions,
        region_of_cell=np.array([regions.index(name.split("/")[0]) for name in names]),
        kind_of_cell=np.array([name.split("/")[1] for name in names]),
        world=scenario.world,
        groups=_groups(scenario),
    )
    frames, units = [], {}
    index = pd.MultiIndex.from_product([replicates, years], names=["replicate", "year"]).to_frame(index=False)
    for reading in evaluate_all(panel):
        values = index.assign(scope=reading.scope, place=reading.place, measure=reading.measure, value=reading.values.ravel())
        frames.append(values[np.isfinite(values["value"])])
        units[reading.measure] = reading.unit
    return pd.concat(frames, ignore_index=True), units


def _by_cell(cells: pd.DataFrame, measure: str, outside: set[str]) -> pd.DataFrame:
    """One measure as a table (replicate and year, cell) of the reported cells."""
    rows = cells[cells["measure"] == measure]
    named = rows.assign(place=rows["place"].astype(str))
    inside = named[~named["place"].str.split("/").str[0].isin(list(outside))]
    return inside.pivot(index=["replicate", "year"], columns="place", values="value")


def _manifest(scenario: Scenario, replicates: list[Replicate], units: Mapping[str, str]) -> dict[str, Any]:
    entry = catalogue.worlds()[scenario.world]
    return {
        "name": scenario.name,
        "title": scenario.title,
        "scenario": scenario.resolved(),
        "scenario_digest": scenario.digest(),
        "origins": dict(scenario.origins),
        "world": scenario.world,
        "years": {"from": scenario.years.from_, "to": scenario.years.to},
        "seed": scenario.run.seed,
        "groups": {name: list(members) for name, members in _groups(scenario).items()},
        "outside": list(entry["outside"]),
        "versions": versions(),
        "data": catalogue.fingerprints(scenario.world),
        "policies": [
            {"name": name, "instrument": terms.instrument, "from": terms.from_, "until": terms.until}
            for name, terms in scenario.policies.items()
        ],
        "replicates": [
            {
                "replicate": replicate.number,
                "seed": [scenario.run.seed, replicate.number],
                "status": "done" if replicate.reason is None else "failed",
                "reason": replicate.reason,
            }
            for replicate in replicates
        ],
        "units": dict(units),
    }
