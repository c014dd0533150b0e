"""What is uncertain in an experiment file: distributions by path, held against what scenarios have and what is permitted."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.data import catalogue
from sim.errors import DesignError, Fault, printable
from sim.experiments.sampling.design import Posterior
from sim.experiments.sampling.distributions import Distribution, distribution
from sim.experiments.sampling.wildcards import spread
from sim.hints import one_of
from sim.scenario.checks import Found
from sim.scenario.experiment import Experiment
from sim.scenario.inheritance import Draft, absent, badly_written
from sim.scenario.schema import Scenario
from sim.scenario.spots import fields_of

_POSTERIOR = "posterior"
_MOST_BYTES, _MOST_ROWS = 64 * 1024 * 1024, 1_000_000
_KINDS = ("parameters", "policies")


def distributions_of(
    uncertain: Mapping[str, Any], scenarios: Sequence[Scenario], draft: Draft
) -> tuple[dict[str, dict[str, Distribution]], tuple[str, ...]]:
    """Distributions by scenario name and path, faults noted in the draft; and notes of what was cut off."""
    trees = {one.name: _tree(one) for one in scenarios}
    said: dict[str, tuple[str, Any]] = {}
    for written, terms in uncertain.items():
        at = ("uncertain", written)
        if written == _POSTERIOR or draft.spoiled(at):
            continue
        wrong = _wrong_path(written, scenarios[0])
        if wrong is not None:
            draft.fault(at, wrong)
            continue
        try:
            for path in spread({written: None}, trees):
                if path not in uncertain or path == written:
                    said[path] = (written, terms)
        except DesignError as reason:
            draft.fault(at, str(reason))
    found: dict[str, dict[str, Distribution]] = {one.name: {} for one in scenarios}
    notes: dict[str, None] = {}
    for path, (written, terms) in said.items():
        reached = 0
        for scenario in scenarios:
            try:
                one = _of_scenario(path, terms, scenario)
            except DesignError as reason:
                draft.fault(("uncertain", written), str(reason))
                break
            if one is not None:
                found[scenario.name][path] = one
                reached += 1
                if one.note:
                    notes[f"{path}: {one.note}"] = None
        else:
            if not reached:
                draft.fault(("uncertain", written), _nobody(path, scenarios))
    return found, tuple(notes)


def _tree(scenario: Scenario) -> dict[str, Any]:
    """The words that a star may stand for: all parameters of the world, and what the policies say."""
    own = {name: scenario.parameters.get(name, one.value) for name, one in catalogue.parameters(scenario.plays_in).items()}
    return {"parameters": own, "policies": scenario.resolved().get("policies", {})}


def _wrong_path(path: str, scenario: Scenario) -> str | None:
    """Why a path is none that could be drawn."""
    kind, _, rest = path.partition(".")
    steps = path.split(".")
    if kind not in _KINDS or not rest or len(steps) != (2 if kind == "parameters" else 3) or not all(steps):
        return "must be parameters.NAME, policies.NAME.TERM or posterior."
    known = catalogue.parameters(scenario.plays_in)
    if kind == "parameters" and rest not in known and rest != "*":
        return f"the world {scenario.world_name} has no such parameter. {one_of(rest, known)}"
    return None


def _nobody(path: str, scenarios: Sequence[Scenario]) -> str:
    _, name, term = path.split(".")
    there = {policy: terms for one in scenarios for policy, terms in one.policies.items()}
    if name not in there:
        return f"no scenario here has a policy {printable(name, 100)}. {one_of(name, there)}"
    words = [word for word, spot in fields_of(type(there[name])).items() if spot.annotation is float]
    return f"the policy {name} says no {printable(term, 100)}. {one_of(term, words)}"


def _of_scenario(path: str, terms: Any, scenario: Scenario) -> Distribution | None:
    """The distribution of a path in a scenario; None where the scenario has no such path. Raises DesignError."""
    kind, _, rest = path.partition(".")
    if kind == "parameters":
        known = catalogue.parameters(scenario.plays_in)[rest]
        return distribution(terms, scenario.parameters.get(rest, known.value), known.low, known.high)
    name, _, term = rest.partition(".")
    policy = scenario.policies.get(name)
    if policy is None:
        return None
    spot = fields_of(type(policy)).get(term)
    if spot is None:
        return None
    if spot.annotation is not float:
        raise DesignError("is no number with decimals, so that no distribution can stand for it.")
    if term in policy.dated:
        raise DesignError(f"has values by year in {scenario.name}: a dated term cannot be drawn.")
    value = getattr(policy, term, None)
    if value is None:
        return None
    low, high = (-math.inf if spot.low is None else spot.low), (math.inf if spot.high is None else spot.high)
    return distribution(terms, float(value), low, high)


def choices(words: Experiment, scenarios: Sequence[Scenario]) -> Found:
    """What is wrong with the terms that may be chosen: each a number of a policy, its ends in range, and drawn nowhere."""
    for path, (low, high, step) in words.choose.items():
        at = ("choose", path)
        if path in words.uncertain:
            yield at, "is uncertain too: a term is drawn or chosen.", None
        if not low < high or not 0 < step <= (high - low) * (1 + 1e-9):
            yield at, "must be [lower end, upper end, step], ends rising and a step that fits in.", [low, high, step]
        if path.count(".") != 2 or not path.startswith("policies."):
            yield at, "must be policies.NAME.TERM.", None
            continue
        for end in (low, high):
            try:
                there = [_of_scenario(path, {"choice": [end]}, scenario) for scenario in scenarios]
            except DesignError as reason:
                yield at, str(reason), None
                break
            if not any(there):
                yield at, _nobody(path, scenarios), None
                break


def posterior_of(name: Any, folder: Path, scenarios: Sequence[Scenario], draft: Draft) -> Posterior | None:
    """The table of draws that a file names: a column a path, a row a draw; weights in a column `weight`, if any."""
    at = ("uncertain", _POSTERIOR)
    if name is None or draft.spoiled(at):
        return None
    if not isinstance(name, str):
        draft.fault(at, "must be the path of a table (.csv), as seen from this file.", name)
        return None
    wrong = badly_written(name) or absent(folder / name)
    if wrong is not None:
        draft.fault(at, wrong, name)
        return None
    file = str(folder / name)
    before = len(draft.faults)
    found = _table(Path(file), file, scenarios[0], draft)
    if found is None and len(draft.faults) > before:
        draft.fault(at, "cannot be read: its faults are listed with the lines where they stand.", name)
    return found


def _table(path: Path, file: str, scenario: Scenario, draft: Draft) -> Posterior | None:
    def amiss(line: int, what: str, message: str) -> None:
        draft.faults.append(Fault(file, line, printable(what, 100), message))

    try:
        content = path.read_bytes()[: _MOST_BYTES + 1]
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        amiss(1, "(whole file)", f"cannot be read: {printable(reason, 200)}.")
        return None
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(content) > _MOST_BYTES or len(rows) > _MOST_ROWS:
        amiss(1, "(whole file)", f"is longer than {_MOST_ROWS:,} rows or {_MOST_BYTES // 1024**2} MiB.")
        return None
    if len(rows) < 2:
        amiss(1, "(whole file)", "needs a line of paths and one draw at least.")
        return None
    head, count = rows[0], len(draft.faults)
    known = catalogue.parameters(scenario.plays_in)
    for column in head:
        kind, _, parameter = column.partition(".")
        if column != "weight" and (kind != "parameters" or parameter not in known):
            amiss(1, column, f"is no column of draws: weight, or parameters.NAME. {one_of(parameter or column, known)}")
        if head.count(column) > 1:
            amiss(1, column, "is the name of two columns.")
    values = np.full((len(rows) - 1, len(head)), np.nan)
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            amiss(line, f"{len(row)} cells", f"must be {len(head)} cells, as many as the first line has.")
            continue
        for place, cell in enumerate(row):
            values[line - 2, place] = _cell(cell)
            low, high = (0.0, math.inf) if head[place] == "weight" else _range(known, head[place])
            if not low <= values[line - 2, place] <= high:
                amiss(line, f"{head[place]} = {cell}", f"must be a number from {low:g} to {high:g}.")
    if len(draft.faults) > count:
        return None
    paths = tuple(column for column in head if column != "weight")
    weight = values[:, head.index("weight")] if "weight" in head else None
    return Posterior(paths, values[:, [head.index(one) for one in paths]], weight)


def _cell(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _range(known: Mapping[str, Any], column: str) -> tuple[float, float]:
    one = known.get(column.partition(".")[2])
    return (-math.inf, math.inf) if one is None else (one.low, one.high)
