"""An experiment is run: draws crossed with replicates and policies, task by task in its store, resumed where it was left."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.doubt.counting import means_of_draws
from sim.analysis.doubt.readings import draws_by_seeds
from sim.analysis.doubt.stopping import look
from sim.analysis.manifest import ASKED, EXPERIMENT, RESULTS, TASKS, WORLD
from sim.analysis.record import sealed
from sim.analysis.saving import default_folder
from sim.analysis.taskfile import ENDING
from sim.analysis.versions import versions
from sim.data import catalogue
from sim.data.folder import WorldFolder
from sim.errors import FactorFlowError, ResultsError
from sim.experiments.answers import Key, table
from sim.experiments.executors import Where
from sim.experiments.plan import Plan, numbered
from sim.experiments.price import price
from sim.experiments.runfolder import RunFolder, place
from sim.experiments.runner import Progress, Wanted, run_missing
from sim.experiments.task import Draw, Task, program_of, tasks_of_draw
from sim.files import written

_FORMAT = 1
_NO_PROGRESS: Progress = lambda *_: None  # noqa: E731  # a default that does nothing


@dataclass(frozen=True)
class Crossed:
    """All tasks of an experiment by draw, replicate and scenario, with the values of each draw by scenario and path."""

    tasks: Mapping[Key, Task]
    values: Mapping[int, Mapping[str, Mapping[str, float]]]

    @property
    def each(self) -> Set[Task]:
        """Every task once: a scenario without what is drawn is the same in every draw."""
        return dict.fromkeys(self.tasks.values()).keys()


def crossed(plan: Plan, replicates: int) -> Crossed:
    """Draws crossed with replicates and scenarios, draw by draw, so that what is to be compared ends early."""
    program = program_of(plan.baseline)
    tasks: dict[Key, Task] = {}
    values = dict(numbered(plan))
    for number, each in values.items():
        for scenario in plan.scenarios:
            draw = Draw(number, each[scenario.name])
            for task in tasks_of_draw(scenario, draw, range(replicates), program, plan.refit):
                tasks[number, task.replicate, scenario.name] = task
    return Crossed(tasks, values)


def run(
    plan: Plan,
    out: Path | None,
    where: Where,
    progress: Progress = _NO_PROGRESS,
    begins: Callable[[Path, int, int], object] = lambda *_: None,
    waits: Callable[[Path], object] = lambda _: None,
    shares: bool = False,
) -> Path:
    """Run what is missing of an experiment and write its table; returns the folder, `out` or one named after it.

    A task that fails is a row with its reason. begins: called with the folder, how many tasks are there and how many are
    asked. shares: whether tasks are taken from the folders beside `out`. Raises FactorFlowError where all fail, or where it
    does not fit its budget.
    """
    price(plan, where.local_jobs or 1).check()
    whole = crossed(plan, plan.looks[-1])
    asked = _asked(plan, whole)
    folder = place(asked, default_folder(_name(plan), plan.digest()) if out is None else Path(out), beside=out is None)
    folder = replace(folder, shares=folder.shares or shares)
    with folder.alone(waits):
        try:
            return _run(plan, whole, folder, where, progress, begins)
        except BaseException as reason:
            there = sum(folder.store.path(task).is_file() for task in whole.each)
            if there and not folder.is_whole() and not isinstance(reason, GeneratorExit):
                kept = f"{there} of {len(whole.each)} tasks of {plan.name} are kept in {folder.path}"
                reason.add_note(f"{kept}. Ask the same again, and only what is missing is computed.")
            raise


def _run(
    plan: Plan,
    whole: Crossed,
    folder: RunFolder,
    where: Where,
    progress: Progress,
    begins: Callable[[Path, int, int], object],
) -> Path:
    missing = {task.digest for task in folder.store.missing(whole.each)}
    begins(folder.path, len(whole.each) - len(missing), len(whole.each))
    if not missing and folder.is_whole():
        return folder.path
    lost: dict[str, str] = {}
    frame, said = pd.DataFrame(), ""
    for count in plan.looks:
        tasks = {key: task for key, task in whole.tasks.items() if key[1] < count}
        _finish(tasks, folder, where, progress, lost)
        frame = table(plan, tasks, whole.values, folder.store, lost)
        if frame["value"].isna().all():
            raise FactorFlowError(f"all {len(tasks)} tasks failed; the first: {frame['reason'].dropna().iloc[0]}")
        stop, said = _enough(plan, frame, count)
        if stop:
            break
    _write(plan, folder, frame, [task for task in tasks.values() if task.digest not in lost], count, said)
    return folder.path


def _finish(tasks: Mapping[Key, Task], folder: RunFolder, where: Where, progress: Progress, lost: dict[str, str]) -> None:
    wanted = Wanted(folder.store, [task for task in tasks.values() if task.digest not in lost])
    with closing(run_missing([wanted], where, progress)) as coming:
        for _, done in coming:
            if not done.lasting:
                lost[done.task.digest] = done.reason or "it was lost"


def _enough(plan: Plan, frame: pd.DataFrame, count: int) -> tuple[bool, str]:
    """Whether the interval of every policy's mean difference is as narrow as asked, and what is to be said of it."""
    until = plan.words.replicates.until
    if until is None:
        return True, ""
    place = until.place or plan.baseline.world_name
    said = []
    for policy in plan.policies:
        differences = draws_by_seeds(frame, policy, until.measure, place, until.year, "difference", plan.draws, count)
        means, _ = means_of_draws(differences.T)  # by seed: over draws, what luck leaves
        said.append((policy, look(means, plan.looks, until.half_width)))
    stop = all(one.stop for _, one in said)
    widest = max(said, key=lambda one: one[1].half_width)
    return stop, f"{count} replicates: {widest[0]}: {widest[1].reason}"


def _asked(plan: Plan, whole: Crossed) -> dict[str, Any]:
    """What the folder is asked, in the words of the folder of a run."""
    program = program_of(plan.baseline)
    rows = [
        {"task": task.digest, "draw": draw, "replicate": replicate, "scenario": name}
        for (draw, replicate, name), task in whole.tasks.items()
    ]
    words = {"format": 1, "kind": "experiment", "name": plan.name, "title": plan.words.title}
    return {**words, "scenario_digest": plan.digest(), **program, "started": _now(), "tasks": rows}


def _write(plan: Plan, folder: RunFolder, frame: pd.DataFrame, tasks: Sequence[Task], replicates: int, said: str) -> None:
    """The table, and last of all what was asked, with the hash of every file."""
    known = catalogue.parameters(plan.baseline.plays_in)
    words = {
        "format": _FORMAT,
        "kind": "experiment",
        "verb": plan.verb,
        "name": plan.name,
        "title": plan.words.title,
        "experiment": plan.words.model_dump(mode="json", by_alias=True, exclude_none=True),
        "baseline": plan.baseline.name,
        "order": list(plan.policies),
        "policies": {name: one.title for name, one in plan.policies.items()},
        "scenarios": {one.name: one.resolved() for one in plan.scenarios},
        "world": plan.baseline.world_name,
        "last_year": plan.baseline.years.to,
        "continuum": plan.baseline.run.continuum,
        "paths": list(plan.paths),
        "refit": {name: known[name].value for name in plan.refit},
        "draws": plan.draws,
        "replicates": replicates,
        "questions": _questions(plan),
        "notes": [*plan.notes, *([said] if said else [])],
        "versions": versions(),
        "data": folder.asked["data"],
        "digest": plan.digest(),
        "started": folder.asked["started"],
        "finished": _now(),
    }
    here = plan.baseline.plays_in
    world = {f"{WORLD}/{name}": content for name, content in here.files.items()} if isinstance(here, WorldFolder) else {}
    files = [RESULTS, ASKED, *world, *dict.fromkeys(f"{TASKS}/{task.digest}{ENDING}" for task in tasks)]
    try:
        (folder.path / EXPERIMENT).unlink(missing_ok=True)
        for name, content in world.items():
            with written(folder.path / name) as aside:
                aside.write_bytes(content)
        with written(folder.path / RESULTS) as aside:
            aside.write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")
        text = sealed(words, folder.path, files)
        with written(folder.path / EXPERIMENT) as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
    except OSError as reason:
        raise ResultsError(f"could not write {folder.path}: {reason.strerror or reason}.") from reason


def _questions(plan: Plan) -> list[dict[str, Any]]:
    """What is asked, each with the place it is read for by the name the world gives it."""
    from sim.vocabulary import world_words

    words = world_words(plan.baseline.plays_in)
    found = []
    for one in plan.words.questions:
        place = words.canonical(one.place or words.name)
        found.append({**one.model_dump(mode="json", exclude_none=True), "place": place})
    return found


def _name(plan: Plan) -> str:
    return plan.name if plan.verb == "doubt" else f"{plan.name}-{plan.verb}"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
