"""Running tasks of a results folder anew, from nothing but the folder, to see whether they give the same bytes."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.analysis.manifest import RECORD, TASKS
from sim.analysis.results import Results, versions
from sim.analysis.taskfile import ENDING
from sim.data import catalogue
from sim.errors import ResultsError, listed
from sim.experiments.task import Task, perform, tasks_of
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.vocabulary import vocabulary


@dataclass(frozen=True)
class Rerun:
    """A replicate that was run anew: whether its bytes are those that were kept."""

    replicate: int
    same: bool


def scenario_of(results: Results) -> Scenario:
    """The scenario of results as their manifest has it, its world from the tables they keep.

    Raises ResultsError where that is not what was run.
    """
    words = dict(results.manifest["scenario"])
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{results.name}.yaml"
        file.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
        for name, content in results.world_files.items():
            folder = Path(place) / results.world
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        if results.world_files:
            file.write_text(json.dumps({**words, "world": f"./{results.world}"}, ensure_ascii=False), encoding="utf-8")
        scenario = load_scenario(file, vocabulary())
    if scenario.digest() != results.manifest["scenario_digest"]:
        raise ResultsError(f"{results.path}: the manifest's scenario is not what was run, or means something else now.")
    return scenario


def chosen(results: Results, count: int) -> list[Task]:
    """So many of the tasks that are kept, in an order that the folder's own hash draws; raises ResultsError for none."""
    kept = {str(row.get("task")): row for row in results.manifest["replicates"] if row.get("task")}
    if not kept:
        raise ResultsError(f"{results.path} keeps no tasks that could be run anew: it was written by a version before 0.3.")
    scenario = scenario_of(results)
    program = {"versions": results.manifest["versions"], "data": results.manifest["data"]}
    tasks = [task for task in tasks_of([scenario], program=program) if task.digest in kept]
    if len(tasks) < len(kept):
        raise ResultsError(f"{results.path}: {len(kept) - len(tasks)} tasks are not of the scenario that the manifest names.")
    start = str(results.manifest.get("record_sha256"))
    return sorted(tasks, key=lambda task: hashlib.sha256(f"{start}{task.digest}".encode()).digest())[:count]


def differing(results: Results) -> str | None:
    """What computes here otherwise than what computed the results, so that their bytes may differ; None: nothing."""
    own = {**versions(), **catalogue.fingerprints(scenario_of(results).plays_in)}
    then = {**results.manifest["versions"], **results.manifest["data"]}
    names = [name for name in sorted(own | then) if own.get(name) != then.get(name)]
    return listed(f"{name} {str(then.get(name))[:16]}, here {str(own.get(name))[:16]}" for name in names) if names else None


def rerun(results: Results, tasks: Sequence[Task]) -> Iterator[Rerun]:
    """Each task run anew in this process, and whether its bytes have the hash that the record names."""
    for task in tasks:
        expected = results.manifest[RECORD].get(f"{TASKS}/{task.digest}{ENDING}")
        yield Rerun(task.replicate, hashlib.sha256(perform(task).content).hexdigest() == expected)
