"""What the tasks of an experiment say: a row a draw, replicate, policy and reading, paired with the baseline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.doubt.readings import COLUMNS, HALF_LIFE, INCOME, NET_COST, RATIO, REFIT, Reading, refit_columns
from sim.analysis.measures.base import available
from sim.analysis.panels import PANEL
from sim.arrays import Flag
from sim.cells import cell_name
from sim.data import catalogue
from sim.experiments.plan import Plan
from sim.experiments.reading import measured
from sim.experiments.store import Store
from sim.experiments.task import Task
from sim.scenario.checks import scope_of
from sim.scenario.experiment import Asked, Until
from sim.scenario.schema import Scenario
from sim.vocabulary import world_words

_AT_ONCE = 200  # tasks whose series are held together
_MONEY = {"public_cost": 1.0, "public_receipts": -1.0}

Key = tuple[int, int, str]
"""A task in an experiment: draw, replicate, name of its scenario."""


def readings_of(plan: Plan) -> list[Reading]:
    """What is read of every task: the ratio of town and country and its half-life, what is asked, real incomes of cells."""
    baseline = plan.baseline
    words = world_words(baseline.plays_in)
    last, outside = baseline.years.to, set(catalogue.entry(baseline.plays_in)["outside"])
    found = [Reading(RATIO, words.name, "world", last), Reading(HALF_LIFE, words.name, "world", last)]
    until = plan.words.replicates.until
    asked: list[Asked | Until] = [*plan.words.questions, *([until] if until is not None else [])]
    for one in asked:
        place = words.canonical(one.place or words.name)
        found.append(Reading(one.measure, place, scope_of(place, words) or "world", one.year))
    found.append(Reading(NET_COST, words.name, "policy", last))
    regions = [region for region in words.regions if region not in outside]
    found += [Reading(INCOME, cell_name(region, kind), "cell", last) for region in regions for kind in words.kinds]
    return list(dict.fromkeys(found))


def readings_of_task(
    series: pd.DataFrame, scenario: Scenario, keys: Sequence[tuple[str, str, int]]
) -> dict[tuple[str, str, int], float]:
    """What the series of one task says of (measure, place, year), as `table` reads it; what is not defined is not there."""
    words = world_words(scenario.plays_in)
    wanted = [
        Reading(measure, place, "policy" if measure == NET_COST else scope_of(place, words) or "world", int(year))
        for measure, place, year in keys
    ]
    needed = _needed(series, wanted)
    (found,) = _read(needed.assign(replicate=0), scenario, wanted).values()
    return {(one.measure, one.place, one.year): value for one, value in found.items()}


def table(
    plan: Plan,
    tasks: Mapping[Key, Task],
    values: Mapping[int, Mapping[str, Mapping[str, float]]],
    store: Store,
    lost: Mapping[str, str],
) -> pd.DataFrame:
    """Every reading of every task: columns draw, replicate, paths drawn, policy, measure, place, year, value, difference.

    What was estimated again at the draw stands after the paths, `refit.NAME`, with `refit.misfit`.

    A failed task is one row without measure, with its `reason`. values: by draw, scenario and path. difference: from the
    baseline in the same draw and replicate, missing where the baseline failed. Raises ResultsError.
    """
    wanted = readings_of(plan)
    found, reasons, fitted = _values(plan.baseline, tasks, wanted, store, lost)
    again = refit_columns(plan.refit)
    baseline = plan.baseline.name
    rows: list[tuple[Any, ...]] = []
    for key in tasks:
        draw, replicate, name = key
        place = [values[draw][name].get(path) for path in plan.paths]
        place += [fitted.get(key, {}).get(column) for column in again]
        if key in reasons:
            rows.append((draw, replicate, *place, name, None, None, None, None, None, reasons[key]))
            continue
        before = found.get((draw, replicate, baseline), {})
        for one in wanted:
            value = found[key].get(one)
            paired = value is not None and name != baseline and one in before
            difference = value - before[one] if paired and value is not None else None
            rows.append((draw, replicate, *place, name, one.measure, one.place, one.year, value, difference, None))
    columns = [*COLUMNS[:2], *plan.paths, *again, *COLUMNS[2:]]
    return pd.DataFrame(rows, columns=columns).astype({"year": "Int64"})


def _values(
    scenario: Scenario, tasks: Mapping[Key, Task], wanted: Sequence[Reading], store: Store, lost: Mapping[str, str]
) -> tuple[dict[Key, dict[Reading, float]], dict[Key, str], dict[Key, dict[str, float]]]:
    """Readings by task, the reasons of those that failed, and what was estimated again; some tasks are held at a time."""
    found: dict[Key, dict[Reading, float]] = {}
    reasons: dict[Key, str] = {}
    fitted: dict[Key, dict[str, float]] = {}
    coming = iter(tasks.items())
    while batch := dict(islice(coming, _AT_ONCE)):
        frames, keys = [], list[Key]()
        for key, task in batch.items():
            if task.digest in lost:
                reasons[key] = lost[task.digest]
                continue
            recorded = store.read(task, ("series",))
            if recorded.tables is None:
                reasons[key] = str(recorded.head["reason"])
                continue
            fitted[key] = {f"{REFIT}{name}": value for name, value in recorded.head.get("refit", {}).items()}
            frames.append(_needed(recorded.tables.series, wanted).assign(replicate=len(keys)))
            keys.append(key)
        if frames:
            for number, each in _read(pd.concat(frames, ignore_index=True), scenario, wanted).items():
                found[keys[number]] = each
    return {key: found.get(key, {}) for key in tasks if key not in reasons}, reasons, fitted


def _needed(series: pd.DataFrame, wanted: Sequence[Reading]) -> pd.DataFrame:
    """The rows of a task that are read, or that measures are worked out from."""
    cells = _where(series["scope"], ["cell"]) & _where(series["measure"], PANEL)
    money = _where(series["scope"], ["policy"]) & _where(series["measure"], _MONEY)
    named = _where(series["measure"], [one.measure for one in wanted])
    years = np.isin(series["year"].to_numpy(), [one.year for one in wanted])
    kept = series[cells | money | named & years]
    return kept.assign(**{word: kept[word].astype(str) for word in ("scope", "place", "measure")})


def _where(words: pd.Series[Any], wanted: Collection[str]) -> Flag:
    """Whether each of many words, kept as numbers of few, is one of those wanted."""
    known = np.array([word in wanted for word in words.cat.categories], dtype=bool)
    return np.asarray(known[words.cat.codes.to_numpy()])


def _read(series: pd.DataFrame, scenario: Scenario, wanted: Sequence[Reading]) -> dict[int, dict[Reading, float]]:
    """The readings by number of the task; what is not defined is not there."""
    files = sorted({file for one in wanted if (file := _file_of(one.measure)) is not None})
    computed, _ = measured(series[series["scope"] == "cell"], scenario, files)
    rows = pd.concat([series, computed], ignore_index=True)
    found: dict[int, dict[Reading, float]] = {int(number): {} for number in series["replicate"].unique()}
    keys = {(one.scope, one.place, one.measure, one.year): one for one in wanted}
    net = {number: 0.0 for number in found}
    columns = (rows[name].tolist() for name in ("replicate", "scope", "place", "measure", "year", "value"))
    for number, scope, place, measure, year, value in zip(*columns, strict=True):
        if scope == "policy" and measure in _MONEY:
            net[int(number)] += _MONEY[measure] * float(value)
        one = keys.get((scope, place, measure, year))
        if one is not None:
            found[int(number)][one] = float(value)
    (costs,) = [one for one in wanted if one.measure == NET_COST]
    return {number: {**each, costs: net[number]} for number, each in found.items()}


def _file_of(measure: str) -> str | None:
    """The file of measures that works a measure out; None where it is recorded."""
    files: Iterable[tuple[str, Any]] = available().items()
    return next((name for name, module in files if measure == name or measure in getattr(module, "ALSO", {})), None)
