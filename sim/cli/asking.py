"""What commands ask the experiments for: results of scenarios, said what they cost or that they are there, and of folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.program import load_all
from sim.errors import FIRST, FactorFlowError, ResultsError, listed
from sim.experiments.executors import Where
from sim.files import check_writable
from sim.pages import terminal

if TYPE_CHECKING:
    from sim.analysis.results import Results
    from sim.scenario.schema import Scenario


@contextmanager
def tried(
    scenarios: Sequence[Scenario], new: Mapping[str, Scenario], where: Where, meanwhile: Callable[[], object] = lambda: None
) -> Iterator[Where]:
    """Where scenarios are run, with the processes there once they have tried those not known to run.

    new: these, by their file. meanwhile: done here while other processes make themselves ready. Raises ScenarioFaults.
    """
    if not scenarios:
        yield where
        return
    from sim.experiments import cost, trial
    from sim.experiments.executors import processes

    where = where.settled(lambda: cost.jobs_that_pay(scenarios))
    jobs = where.processes(sum(one.run.lived for one in new.values()))
    with processes.pool(jobs) if jobs > 1 else nullcontext() as pool:
        if pool is not None:
            pool.prepare(partial(trial.first_year, next(iter(new.values()))))
            meanwhile()
        trial.check(new, pool)
        yield replace(where, pool=pool)


def run_all(scenarios: Sequence[Scenario], outs: Sequence[Path | None], where: Where) -> Iterator[Results | FactorFlowError]:
    """Results of scenarios in their order, each in a folder of its own or the one named after it, with a bar of progress."""
    from sim.experiments import cost, experiment

    if not scenarios:
        return
    where = where.settled(lambda: cost.jobs_that_pay(scenarios))

    def begins(scenario: Scenario, folder: Path, there: int) -> None:
        terminal.say(_begins(scenario, folder, there, where.local_jobs or 1), err=True)

    title = scenarios[0].title if len(scenarios) == 1 else f"{len(scenarios)} scenarios"
    with terminal.progress(title) as progress:
        yield from experiment.run_all(scenarios, outs, where, progress, begins, _waits)


def _begins(scenario: Scenario, folder: Path, there: int, jobs: int) -> str:
    """What a run costs, or how much of it is there already."""
    from sim.experiments import cost

    asked = scenario.run.lived
    if there == asked:
        return f"Using {folder}, an unchanged run of {scenario.name}."
    if not there:
        return f"{scenario.name}: {cost.estimate(scenario, jobs).sentence}"
    left = scenario.model_copy(update={"run": scenario.run.model_copy(update={"replicates": asked - there})})
    sentence = cost.estimate(left, jobs).sentence
    return f"{scenario.name}: {there} of {asked} replicates are in {folder}. The others: {sentence[0].lower()}{sentence[1:]}"


def _waits(folder: Path) -> None:
    terminal.say(
        f"Another program works on {folder}; this one waits until it is done, and goes on if it is killed.", err=True
    )


def print_failed(results: Results) -> bool:
    """Say on stderr which replicates failed and why; returns whether any did."""
    rows = results.manifest["replicates"]
    failed = [row for row in rows if row["status"] != "done"]
    if failed:
        terminal.say(f"{len(failed)} of {len(rows)} replicates of {results.name} failed:", err=True)
        for row in failed[:FIRST]:
            terminal.say(f"  replicate {row['replicate']} (seed {row['seed']}): {row['reason']}", err=True)
        if len(failed) > FIRST:
            terminal.say(f"  and {len(failed) - FIRST:,} more", err=True)
    return bool(failed)


def results_of(
    names: Sequence[str],
    settings: Sequence[str],
    where: Where,
    written: Sequence[Path],
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[dict[str, Results], dict[str, FactorFlowError], bool]:
    """Results of folders and scenario files by name, in their order; why runs stopped; whether any replicate failed.

    written: files that will be written afterwards; whether they can be is known before the first year is computed.
    meanwhile: done while other processes make themselves ready for that year.
    """
    from sim.analysis.results import open_results, verify
    from sim.experiments import experiment

    missing = [name for name in names if not Path(name).exists()]
    if missing:
        raise ResultsError(f"there is no scenario file or results folder {listed(missing)}.")
    files = [name for name in names if not Path(name).is_dir()]
    if settings and not files:
        raise ResultsError("--set changes scenario files; a results folder cannot be changed.")
    scenarios = load_all(files, settings, where) if files else {}
    opened: dict[str, Results] = {}
    for name in names:  # folders first: a broken one is reported before anything is run
        if name not in scenarios and name not in opened:
            opened[name] = open_results(name)
            verify(opened[name])
    new = {file: scenario for file, scenario in scenarios.items() if experiment.found(scenario) is None}
    failed, stopped = False, dict[str, FactorFlowError]()
    with tried(list(scenarios.values()), new, where, meanwhile) as here:
        for path in written:
            check_writable(path)
        coming = run_all(list(scenarios.values()), [None] * len(scenarios), here)
        for file, found in zip(scenarios, coming, strict=True):
            if isinstance(found, FactorFlowError):
                terminal.say(f"{file} stopped before its last year and is left out: {found}", err=True)
                stopped[file] = found
                continue
            failed = print_failed(found) or failed
            opened[file] = found
    if stopped and len(opened) < 2:  # nothing to compare
        raise next(iter(stopped.values()))
    return {name: opened[name] for name in names if name in opened}, stopped, failed or bool(stopped)
