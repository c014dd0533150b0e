"""Draws whose world cannot be built: known by check before, rows with place and lever after, never the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.doubt.failing import failing
from sim.analysis.doubt.opened import open_experiment
from sim.errors import WorldError
from sim.experiments.doubt import run
from sim.experiments.executors import Where
from sim.experiments.foreseen import foreseen
from sim.experiments.plan import load_experiment
from sim.experiments.sampling.samplers import unit_draws
from sim.vocabulary import vocabulary
from sim.world.build import build_world

TEXT = """schema: 1
kind: experiment
title: Base years that nobody measured
compare: [residence_permit_reform.yaml]
to: baseline.yaml
uncertain:
  parameters.rural_schooling_gap: {uniform: [2.5, 5]}
  parameters.labour_mobility: {uniform: [0.05, 0.15]}
design: {draws: 16, sampler: sobol, seed: 1}
run: {continuum: true, last_year: 2024}
"""
BASE_YEAR = {
    "wage_gap": (0.2, 0.6),
    "wage_gap_outside": (0.4, 1.2),
    "return_to_schooling": (0.05, 0.15),
    "rural_schooling_gap": (1.0, 5.0),
    "minimum_wedge": (0.15, 0.45),
    "urban_transfer_share": (0.08, 0.22),
    "rural_transfer_share": (0.06, 0.18),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(Path(__file__).parents[2] / "scenarios/zhejiang", tmp_path / "z")
    monkeypatch.chdir(tmp_path)
    Path("z/e.yaml").write_text(TEXT)
    return Path("z/e.yaml")


def test_no_draw_of_the_base_year_ends_in_anything_but_a_reason() -> None:
    """Half of such draws have none; what is raised names what was drawn."""
    ends = np.array(list(BASE_YEAR.values()))
    failed = 0
    for shares in unit_draws("sobol", 32, len(ends), 1):
        values = dict(zip(BASE_YEAR, (ends[:, 0] + shares * (ends[:, 1] - ends[:, 0])).tolist(), strict=True))
        try:
            build_world("zhejiang", values)
        except WorldError as reason:
            failed += 1
            assert all(f"parameters.{name} = " in str(reason) for name in BASE_YEAR)
    assert 8 < failed < 28


def test_check_knows_before_what_doubt_says_after(file: Path, asked: Callable[..., Any]) -> None:
    said = " ".join(asked("check", "z/e.yaml").output.split())
    plan = load_experiment(file, vocabulary())
    gaps = plan.drawn["baseline"]["parameters.rural_schooling_gap"]
    _, frame = open_experiment(run(plan, Path("out"), Where(1, None, None)))
    failed = frame[frame["reason"].notna()]
    draws = sorted(set(failed["draw"]))
    assert 3 < len(draws) < 14 and len(failed) == 2 * len(draws)
    assert f"In {len(draws)} of the first 16 draws no world can be built" in said
    assert sorted(gaps[draws]) == sorted(gaps)[-len(draws) :]  # where villagers went to school least
    edge = (min(gaps[draws]) + max(gap for i, gap in enumerate(gaps) if i not in draws)) / 2
    lever = f"They lie above parameters.rural_schooling_gap {edge:.3g}, right in 100% of draws"
    assert lever in said
    assert lever in " ".join(asked("doubt", "out").output.split())


def test_an_experiment_of_which_nothing_would_be_left_is_refused(file: Path, asked: Callable[..., Any]) -> None:
    file.write_text(TEXT.replace("[2.5, 5]", "[6, 8]"))
    answer = asked("check", "z/e.yaml")
    said = " ".join(answer.output.split())
    assert answer.exit_code == 2 and "line 6 uncertain" in said and "mean years of schooling" in said


def test_worlds_are_judged_by_the_baseline_and_others_are_named(
    file: Path, asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one scenario sets for itself may take its world away, not the experiment; refit says what it leaves open."""
    other = Path("z/residence_permit_reform.yaml")
    other.write_text(other.read_text() + "\nparameters: {wage_gap: 0.123}\n")

    def build(world: Any, parameters: dict[str, float]) -> None:
        if parameters.get("wage_gap") == 0.123:
            raise WorldError("too narrow")

    monkeypatch.setattr("sim.experiments.foreseen.build_world", build)
    plan = load_experiment(file, vocabulary())
    found = foreseen(plan)
    assert (found.failed, dict(found.others)) == (0, {"residence_permit_reform": 16}) and found.faults(plan) == []
    assert found.sentences() == [
        "In 16 of the first 16 draws the world of residence_permit_reform cannot be built, though that of the baseline can."
    ]
    every = replace(found, failed=16, kinds=failing(dict.fromkeys(range(16), "no"), np.zeros((16, 1)), ["a"]))
    assert len(every.faults(plan)) == 1
    again = replace(every, again=True)
    assert again.faults(plan) == [] and any("at its value in force here" in one for one in again.sentences())


def test_a_budget_that_is_too_small_is_named_at_its_line(file: Path, asked: Callable[..., Any]) -> None:
    file.write_text(TEXT + "budget:\n  memory_gb: 0.02\n  minutes: 0.05\n")
    said = " ".join(asked("check", "z/e.yaml").output.split())
    assert "line 12 budget.memory_gb = 0.02" in said and "line 13 budget.minutes = 0.05" in said


def test_failures_of_a_kind_are_counted_and_told_apart() -> None:
    values = np.random.default_rng(1).random((64, 3))
    values[:, 2] = np.nan  # a term that this scenario does not have
    reasons = {i: f"gap of {x:.3f} is too wide. Unusual here: x = {x}." for i, x in enumerate(values[:, 1]) if x > 0.7}
    reasons |= {i: "out of luck" for i in list(set(range(64)) - set(reasons))[::9]}
    wide, luck = failing(reasons, values, ["a", "b", "c"])
    assert (wide.parameter, wide.below, wide.draws, wide.of) == ("b", False, sum(values[:, 1] > 0.7), 64)
    assert wide.value == pytest.approx(0.7, abs=0.05) and wide.accuracy == 1.0 and "Unusual" not in wide.reason
    assert luck.parameter is None and luck.draws == len(reasons) - wide.draws
    assert failing({}, values, ["a", "b", "c"]) == ()
    (every,) = failing(dict.fromkeys(range(64), "no"), values, ["a", "b", "c"])
    assert every.parameter is None and every.draws == 64
