"""Experiments: a scenario's replicates, one task each, gathered into one results folder; what is there is not run again."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.analysis.frames import stacked
from sim.analysis.manifest import ASKED, TASKS
from sim.analysis.results import Results, open_results
from sim.analysis.saving import Batch, arranged_batch, complete, default_folder
from sim.analysis.tables import joined
from sim.analysis.taskfile import ENDING
from sim.data import catalogue
from sim.data.folder import WorldFolder
from sim.errors import FactorFlowError
from sim.experiments.cost import check_cost
from sim.experiments.executors import Where
from sim.experiments.manifest import manifest
from sim.experiments.reading import measured
from sim.experiments.replicate import Replicate, failed
from sim.experiments.runfolder import RunFolder, place, remove_own, whole
from sim.experiments.runner import Progress, Wanted, run_missing
from sim.experiments.store import in_batches
from sim.experiments.task import Task, program_of, tasks_of
from sim.scenario.schema import Scenario
from sim.units import YUAN, recorded_units

_ROWS_AT_ONCE = 2_000_000  # of the tables, when they are gathered: fifty replicates of 22 cells and years


def run(
    scenario: Scenario,
    out: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    cluster: str | None = None,
    shards: int | None = None,
) -> Results:
    """Run all replicates and write a results folder; a replicate that fails is a row with its reason.

    `progress(done, all)` is called with years simulated. The folder is `out`, or one named after the scenario; where that
    holds something else, one beside it (`-2`, `-3`, ...). Each replicate is kept as it ends: asked again, also after it was
    killed, only what is missing is run, and nothing where nothing is.
    cluster: the address of a Dask scheduler whose workers do the work; shards: into how many parts, each held by a process or
    a worker, the agents of one replicate at a time are cut. Neither changes a number.
    Raises FactorFlowError when it cannot fit in memory, and when every replicate failed, with the first reason.
    """
    (found,) = run_all([scenario], [out], Where(jobs, cluster, shards), progress)
    if isinstance(found, FactorFlowError):
        raise found
    return found


def run_all(
    scenarios: Sequence[Scenario],
    outs: Sequence[Path | None],
    where: Where,
    progress: Progress | None = None,
    begins: Callable[[Scenario, Path, int], object] = lambda *_: None,
    waits: Callable[[Path], object] = lambda _: None,
) -> Iterator[Results | FactorFlowError]:
    """As `run`, of several scenarios as one stream of tasks for one set of workers; yields in their order.

    A scenario all of whose replicates failed yields its FactorFlowError and does not keep the others from going on.
    begins: called before the first year with each scenario, its folder and how many of its replicates are there.
    waits: called with a folder that another program works on and that is waited for.
    """
    for scenario in scenarios:
        _check_where(scenario, where)
    runs = [_asked(scenario, out) for scenario, out in zip(scenarios, outs, strict=True)]
    with ExitStack() as alone:
        for folder in sorted({run.folder.path: run.folder for run in runs}.values(), key=lambda one: one.path):
            alone.enter_context(folder.alone(waits))  # in one order whoever asks, so that no two wait for each other
        try:
            yield from _lived(runs, where, progress or (lambda *_: None), begins)
        except BaseException as reason:
            if not isinstance(reason, GeneratorExit):
                reason.add_note(_kept(runs))
            raise


def found(scenario: Scenario) -> Path | None:
    """The folder of a whole, unchanged run of the same scenario by the same program on the same data, below results/."""
    return whole(_words(scenario, program_of(scenario)), default_folder(scenario.name, scenario.digest()))


@dataclass
class _Run:
    """A scenario that is run: its tasks, its folder, and what is known of tasks that nobody could bring to an end."""

    scenario: Scenario
    tasks: Sequence[Task]
    folder: RunFolder
    lost: dict[int, str] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.folder.store, self.tasks)


def _asked(scenario: Scenario, out: Path | None) -> _Run:
    """What is asked of a scenario, and the folder in which it is begun or goes on."""
    program = program_of(scenario)
    tasks = list(tasks_of([scenario], program=program))
    asked = _words(scenario, program) | {
        "started": _now(),
        "tasks": [{"task": task.digest, "draw": task.draw, "replicate": task.replicate} for task in tasks],
    }
    wanted = default_folder(scenario.name, scenario.digest()) if out is None else Path(out)
    return _Run(scenario, tasks, place(asked, wanted, beside=out is None))


def _words(scenario: Scenario, program: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked, but for its tasks."""
    words = {"format": 1, "name": scenario.name, "title": scenario.title, "scenario_digest": scenario.digest()}
    return {**words, **program}


def _lived(
    runs: Sequence[_Run], where: Where, progress: Progress, begins: Callable[[Scenario, Path, int], object]
) -> Iterator[Results | FactorFlowError]:
    """Results of runs in their order, each as soon as its last task is there."""
    clock = time.perf_counter()
    left = [set(run.folder.store.missing(run.tasks)) for run in runs]
    for run, missing in zip(runs, left, strict=True):
        begins(run.scenario, run.folder.path, len(run.tasks) - len(missing))
    again = [run.folder.is_whole() and not missing for run, missing in zip(runs, left, strict=True)]
    gathered = 0
    with closing(run_missing([run.wanted for run in runs], where, progress)) as coming:
        while gathered < len(runs):
            if left[gathered]:
                number, done = next(coming)
                left[number].discard(done.task)
                if not done.lasting:
                    runs[number].lost[done.task.replicate] = done.reason or ""
                continue
            run = runs[gathered]
            yield _opened(run) if again[gathered] else _gathered(run, time.perf_counter() - clock)
            gathered += 1


def _opened(run: _Run) -> Results:
    """Results that are there, called as the scenario is."""
    return _called(open_results(run.folder.path), run.scenario)


def _called(results: Results, scenario: Scenario) -> Results:
    """Results under the titles of the scenario, which may have been reworded: what is asked does not depend on them."""
    results.manifest["title"] = scenario.title
    results.manifest["scenario"].pop("title_zh", None)
    if scenario.title_zh is not None:
        results.manifest["scenario"]["title_zh"] = scenario.title_zh
    return results


def _gathered(run: _Run, seconds: float) -> Results | FactorFlowError:
    """The results of a run whose tasks are all there, or known to be lost."""
    scenario, store = run.scenario, run.folder.store
    here = [task for task in run.tasks if task.replicate not in run.lost]
    failures = {task.replicate: reason for task in here if (reason := store.read(task, ()).head["reason"]) is not None}
    failures |= run.lost
    done = [task.replicate for task in run.tasks if task.replicate not in failures]
    if not done:
        remove_own(run.folder.path)
        return FactorFlowError(f"all {len(run.tasks)} replicates failed; the first: {failures[run.tasks[0].replicate]}")
    entry = catalogue.entry(scenario.plays_in)
    units = recorded_units(entry["sectors"], entry.get("money", YUAN))
    outcomes = [_outcome(task.replicate, failures) for task in run.tasks]

    def batches() -> Iterator[Batch]:
        for recorded in in_batches(store, (task for task in here if task.replicate not in failures), _ROWS_AT_ONCE):
            batch = joined([one.tables for one in recorded if one.tables is not None])
            found, found_units = measured(batch.series, scenario)
            units.update(found_units)
            batch.series = stacked([batch.series, found])
            yield arranged_batch(batch, units)

    def words() -> Mapping[str, Any]:
        said = manifest(scenario, outcomes, units, {task.replicate: task.digest for task in here})
        return said | {"started": run.folder.asked["started"], "finished": _now(), "seconds": round(seconds, 3)}

    own = scenario.plays_in.files if isinstance(scenario.plays_in, WorldFolder) else None
    also = [ASKED, *(f"{TASKS}/{task.digest}{ENDING}" for task in here)]
    complete(run.folder.path, batches(), words, done, own, also)
    return open_results(run.folder.path)


def _outcome(number: int, failures: Mapping[int, str]) -> Replicate:
    """How a replicate ended, without its tables."""
    return failed(number, failures[number]) if number in failures else Replicate(number, None)


def _kept(runs: Sequence[_Run]) -> str:
    """What is kept of runs that did not all come to their end, in words."""
    said = []
    for run in runs:
        there = sum(run.folder.store.path(task).is_file() for task in run.tasks)
        if there and not run.folder.is_whole():
            said.append(f"{there} of {len(run.tasks)} replicates of {run.scenario.name} are kept in {run.folder.path}")
    return f"{'; '.join(said)}. Ask the same again, and only what is missing is computed." if said else ""


def _check_where(scenario: Scenario, where: Where) -> None:
    """Raise FactorFlowError for work that cannot be done where it is asked for, before anything is computed."""
    jobs = where.jobs or 1
    if jobs > 1 and (where.cluster is not None or where.shards is not None):
        raise FactorFlowError("jobs are replicates at a time on this machine: leave them out with a cluster or with shards.")
    if where.shards is not None and scenario.run.continuum:
        raise FactorFlowError(f"{scenario.name} is run as a continuum: it has no agents that shards could hold.")
    if where.shards is not None:
        from sim.agents.sharded import MOST_SHARDS  # brings in the compiler, which results that are there do without

        if not 1 <= where.shards <= MOST_SHARDS:
            raise FactorFlowError(f"a population can be cut into 1 to {MOST_SHARDS} shards, not {where.shards}.")
    if where.cluster is None:  # the workers of a cluster have memories of their own
        check_cost(scenario, jobs)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
