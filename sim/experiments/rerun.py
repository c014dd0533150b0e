"""Running tasks of a folder anew, from nothing but the folder, to see whether they give the same bytes."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.asked import asked_of
from sim.analysis.manifest import RECORD, RECORD_HASH, TASKS, WORLD
from sim.analysis.results import Results, versions
from sim.analysis.taskfile import ENDING
from sim.data import catalogue
from sim.errors import FactorFlowError, ResultsError, listed
from sim.experiments.refit import names_of
from sim.experiments.task import Draw, Task, perform, tasks_of, tasks_of_draw
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.vocabulary import vocabulary

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Kept:
    """The tasks that a folder keeps, as its own words say them, with what they were computed by and the folder's record."""

    path: Path
    tasks: tuple[Task, ...]
    program: Mapping[str, Mapping[str, str]]
    record: Mapping[str, str]
    start: str


@dataclass(frozen=True)
class Rerun:
    """A task that was run anew: whether its bytes are those that were kept."""

    task: Task
    same: bool


def kept_by_run(results: Results) -> Kept:
    """The replicates that a run keeps; raises ResultsError where there are none, or its scenario is not what was run."""
    words = results.manifest
    names = {str(row.get("task")) for row in words["replicates"] if row.get("task")}
    if not names:
        raise ResultsError(f"{results.path} keeps no tasks that could be run anew: it was written by a version before 0.3.")
    scenario = _scenario(results.name, words["scenario"], results.world, results.world_files)
    if scenario.digest() != words["scenario_digest"]:
        raise ResultsError(f"{results.path}: the manifest's scenario is not what was run, or means something else now.")
    found = [task for task in tasks_of([scenario], program=_program(words)) if task.digest in names]
    return _kept(results.path, words, found, len(names))


def kept_by_experiment(path: Path, words: Mapping[str, Any], frame: pd.DataFrame) -> Kept:
    """The tasks that an experiment keeps, from its words, its table and what it was asked; raises ResultsError."""
    files = {name: path / name for name in words[RECORD] if name.startswith(f"{WORLD}/")}
    world = {name.removeprefix(f"{WORLD}/"): file.read_bytes() for name, file in files.items()}
    scenarios = {name: _scenario(name, said, words["world"], world) for name, said in words["scenarios"].items()}
    paths, program = list(words["paths"]), _program(words)
    values = {
        (int(row["draw"]), row["policy"]): {name: float(row[name]) for name in paths if row[name] == row[name]}
        for row in frame.drop_duplicates(["draw", "policy"])[["draw", "policy", *paths]].to_dict("records")
    }
    asked = {str(row["task"]): row for row in (asked_of(path) or {"tasks": []})["tasks"]}
    names = {name: row for name, row in asked.items() if f"{TASKS}/{name}{ENDING}" in words[RECORD]}
    again = names_of(scenarios[words["baseline"]].plays_in) if words.get("refit") else ()
    found = list[Task]()
    try:
        for row in names.values():
            draw = Draw(int(row["draw"]), values[int(row["draw"]), row["scenario"]])
            found += tasks_of_draw(scenarios[row["scenario"]], draw, [int(row["replicate"])], program, again)
    except (KeyError, FactorFlowError) as reason:
        raise ResultsError(f"{path}: what was asked does not fit its table: {reason}") from reason
    return _kept(path, words, [task for task in found if task.digest in names], len(names))


def _kept(path: Path, words: Mapping[str, Any], tasks: Sequence[Task], count: int) -> Kept:
    if len(tasks) < count:
        raise ResultsError(f"{path}: {count - len(tasks)} tasks are not of what its record says was run.")
    return Kept(path, tuple(tasks), _program(words), words[RECORD], str(words.get(RECORD_HASH)))


def _program(words: Mapping[str, Any]) -> dict[str, Any]:
    return {"versions": words["versions"], "data": words["data"]}


def _scenario(name: str, words: Mapping[str, Any], world: str, files: Mapping[str, bytes]) -> Scenario:
    """A scenario as a folder's words have it, its world from the tables the folder keeps, where it keeps any."""
    said = {**words, "world": f"./{world}"} if files else dict(words)
    with tempfile.TemporaryDirectory() as place:
        if files:
            (Path(place) / world).mkdir()
        for file, content in files.items():
            (Path(place) / world / file).write_bytes(content)
        path = Path(place) / f"{name}.yaml"
        path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
        return load_scenario(path, vocabulary())


def chosen(kept: Kept, count: int) -> list[Task]:
    """So many of the tasks, spread over scenarios and draws, in an order that the folder's own hash draws."""
    left = sorted(kept.tasks, key=lambda task: hashlib.sha256(f"{kept.start}{task.digest}".encode()).digest())
    scenarios, draws, found = Counter[str](), Counter[int](), list[Task]()
    while left and len(found) < count:
        task = min(left, key=lambda one: (scenarios[one.scenario.name], draws[one.draw]))  # of equals the first
        left.remove(task)
        found.append(task)
        scenarios[task.scenario.name] += 1
        draws[task.draw] += 1
    return found


def differing(kept: Kept) -> str | None:
    """What computes here otherwise than what computed the results, so that their bytes may differ; None: nothing."""
    own = {**versions(), **catalogue.fingerprints(kept.tasks[0].scenario.plays_in)}
    then = {**kept.program["versions"], **kept.program["data"]}
    names = [name for name in sorted(own | then) if own.get(name) != then.get(name)]
    return listed(f"{name} {str(then.get(name))[:16]}, here {str(own.get(name))[:16]}" for name in names) if names else None


def rerun(kept: Kept, tasks: Sequence[Task]) -> Iterator[Rerun]:
    """Each task run anew in this process, and whether its bytes have the hash that the record names."""
    for task in tasks:
        expected = kept.record.get(f"{TASKS}/{task.digest}{ENDING}")
        yield Rerun(task, hashlib.sha256(perform(task).content).hexdigest() == expected)
