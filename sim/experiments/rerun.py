"""Running tasks of a folder anew, from nothing but the folder, to see whether they give the same bytes."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.asked import asked_of
from sim.analysis.columns import TABLES
from sim.analysis.manifest import RECORD, RECORD_HASH, TASKS, WORLD
from sim.analysis.results import Results
from sim.analysis.tables import Tables
from sim.analysis.taskfile import ENDING, decoded
from sim.analysis.versions import versions
from sim.data import catalogue
from sim.errors import FactorFlowError, ResultsError, listed
from sim.experiments.answers import readings_of_task
from sim.experiments.reading import measured
from sim.experiments.refit import names_of
from sim.experiments.task import Draw, Task, perform, tasks_of, tasks_of_draw
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.vocabulary import vocabulary

if TYPE_CHECKING:
    import pandas as pd

_SUMS = 1e-12  # of a number: what the order of a sum may leave between two that are one


@dataclass(frozen=True)
class Kept:
    """The tasks that a folder keeps, as its own words say them, with what they were computed by and the folder's record."""

    path: Path
    tasks: tuple[Task, ...]
    program: Mapping[str, Mapping[str, str]]
    record: Mapping[str, str]
    start: str
    said: Callable[[Task, Tables | None], bool]
    """Whether the tables of the folder say of a task what it gave."""


@dataclass(frozen=True)
class Rerun:
    """A task that was run anew: whether its bytes are those that were kept, and whether the tables say what it gives."""

    task: Task
    same: bool
    told: bool


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
    return _kept(results.path, words, found, len(names), partial(_told_by_run, results))


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
    said = partial(_told_by_experiment, frame, scenarios[words["baseline"]])
    return _kept(path, words, [task for task in found if task.digest in names], len(names), said)


def _kept(
    path: Path,
    words: Mapping[str, Any],
    tasks: Sequence[Task],
    count: int,
    said: Callable[[Task, Tables | None], bool],
) -> Kept:
    if not count:
        raise ResultsError(f"{path} keeps no tasks that could be run anew: none came to an end.")
    if len(tasks) < count:
        raise ResultsError(f"{path}: {count - len(tasks)} tasks are not of what its record says was run.")
    return Kept(path, tuple(tasks), _program(words), words[RECORD], str(words.get(RECORD_HASH)), said)


def _told_by_run(results: Results, task: Task, tables: Tables | None) -> bool:
    """Whether the rows of a replicate in the tables of a run are those of its task, and what is worked out from them."""
    if tables is None:
        return task.replicate not in results.replicates
    kept = {name: _rows(getattr(results, name), task.replicate) for name in TABLES}
    given = {name: _rows(getattr(tables, name), task.replicate) for name in TABLES}
    given["series"] |= _rows(measured(tables.series, task.scenario)[0], task.replicate)
    return all(kept[name].keys() == given[name].keys() for name in TABLES) and all(
        _alike(kept[name][key], value) for name in TABLES for key, value in given[name].items()
    )


def _rows(table: pd.DataFrame, replicate: int) -> dict[tuple[Any, ...], float]:
    """The numbers of a replicate by everything else that its rows say, in the order of the names of columns."""
    rows = table[table["replicate"] == replicate]
    (number,) = {"value", "residual"} & set(rows.columns)
    keys = [rows[name].tolist() for name in sorted(rows.columns) if name != number]
    return dict(zip(zip(*keys, strict=True), rows[number].tolist(), strict=True))


def _told_by_experiment(frame: pd.DataFrame, baseline: Scenario, task: Task, tables: Tables | None) -> bool:
    """Whether the readings of a task in `results.csv` are what it gives, and their differences those from the baseline."""
    there = (frame["draw"] == task.draw) & (frame["replicate"] == task.replicate)
    rows = frame[there & (frame["policy"] == task.scenario.name)]
    if tables is None:
        return bool(len(rows)) and bool(rows["reason"].notna().all())
    if rows.empty or rows["reason"].notna().any():
        return False
    base = frame[there & (frame["policy"] == baseline.name)] if task.scenario.name != baseline.name else frame.iloc[:0]
    columns = (base[name].tolist() for name in ("measure", "place", "year", "value"))
    before = {(measure, place, year): value for measure, place, year, value in zip(*columns, strict=True)}
    wanted = {(row["measure"], row["place"], row["year"]): row for row in rows.to_dict("records")}
    given = readings_of_task(tables.series, baseline, list(wanted))
    for key, row in wanted.items():
        value = given.get(key, math.nan)
        if not _alike(row["value"], value) or not _alike(row["difference"], value - before.get(key, math.nan), abs(value)):
            return False
    return True


def _alike(one: float, other: float, of: float = 0.0) -> bool:
    """Whether two numbers are one, or two sums of the same in another order; NaN: none, which is alike too."""
    return math.isclose(one, other, rel_tol=_SUMS, abs_tol=_SUMS * of) or (one != one and other != other)


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
        content = perform(task).content
        same = hashlib.sha256(content).hexdigest() == expected
        yield Rerun(task, same, kept.said(task, decoded(content).tables))
