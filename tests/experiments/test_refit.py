"""With refit, what the past identifies is estimated again at each draw, once for all policies, and kept beside the draws."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim.estimation as estimation_module
from sim.analysis.doubt.opened import open_experiment
from sim.errors import FactorFlowError, ScenarioFaults
from sim.estimation import Fit, fit, fitted, observed_changes, residuals, simulated_changes
from sim.experiments import refit
from sim.experiments.doubt import crossed, run
from sim.experiments.executors import Where
from sim.experiments.plan import Plan, load_experiment
from sim.experiments.price import price
from sim.experiments.rerun import kept_by_experiment
from sim.vocabulary import vocabulary

ALONE = Where(1, None, None)
TEXT = """schema: 1
kind: experiment
title: With the past kept
compare: [residence_permit_reform.yaml, cash_transfer.yaml]
to: baseline.yaml
uncertain:
  parameters.labour_mobility: {uniform: [0.04, 0.19]}
design: {draws: 2, sampler: grid}
refit: true
run: {continuum: true, last_year: 2024}
"""
NAMES = ("growth", "catching_up", "village_to_town_flow", "between_regions_flow", "outside_flow", "return_flow")


@pytest.fixture
def province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the scenarios of the province in `z`, and nothing estimated yet."""
    shutil.copytree(Path(__file__).parents[2] / "scenarios/zhejiang", tmp_path / "z")
    monkeypatch.chdir(tmp_path)
    refit._estimated.cache_clear()
    yield tmp_path
    refit._estimated.cache_clear()


def read(text: str) -> Plan:
    Path("z/e.yaml").write_text(text)
    return load_experiment("z/e.yaml", vocabulary())


@pytest.fixture
def estimated(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, float]]:
    """What was held at every estimation; the estimates are made up, growth as large as a tenth of mobility."""
    held: list[dict[str, float]] = []

    def made_up(world: Any, names: Any, fixed: Any) -> Fit:
        held.append(dict(fixed))
        if fixed["labour_mobility"] > 0.15:
            raise FactorFlowError("the search did not end.")
        values = {name: 0.01 for name in names} | {"growth": fixed["labour_mobility"] / 10}
        return Fit(values, np.zeros(len(names)), 0.5)

    monkeypatch.setattr(estimation_module, "fit", made_up)
    return held


def test_each_draw_agrees_with_the_past_as_well_as_it_can(province: Path) -> None:
    """The estimates are the ones that leave least, and the task is lived with them."""
    plan = read(
        TEXT.replace("draws: 2", "draws: 1").replace(", cash_transfer.yaml", "").replace("[0.04, 0.19]", "[0.05, 0.07]")
    )
    assert plan.refit == fitted("zhejiang") and set(NAMES) < set(plan.refit)
    words, frame = open_experiment(run(plan, Path("out"), ALONE))
    assert len(kept_by_experiment(Path("out"), words, frame).tasks) == 2  # the folder says what was estimated again
    rows = frame.drop_duplicates([f"refit.{name}" for name in plan.refit])
    assert len(rows) == 1  # the same under the policy and without
    values = {name: float(rows[f"refit.{name}"].item()) for name in plan.refit}
    observed, held = observed_changes("zhejiang"), {"labour_mobility": 0.06}
    left = {
        word: float(np.sqrt(np.mean(residuals(simulated_changes("zhejiang", given), observed) ** 2)))
        for word, given in {"again": held | values, "before": held}.items()
    }
    assert left["again"] == pytest.approx(float(rows["refit.misfit"].item()), rel=1e-12)
    assert left["again"] < 0.99 * left["before"]
    assert words["refit"]["growth"] == 0.0301 != values["growth"]
    ratio = frame[(frame["policy"] == "baseline") & (frame["measure"] == "urban_rural_ratio")]["value"].item()
    model = estimation_module.simulated(estimation_module.build_world("zhejiang", held | values), 2024)
    income = {
        row[2]: row[4] for row in model.record.series if row[0] == 2024 and row[1] == "kind" and row[3] == "income_per_head"
    }
    assert ratio == pytest.approx(income["urban"] / income["rural"], rel=1e-12)


def test_one_estimate_a_draw_and_a_draw_without_one_is_a_row(
    province: Path, estimated: list[dict[str, float]], asked: Callable[..., Any]
) -> None:
    folder = run(read(TEXT), Path("out"), ALONE)
    assert estimated == [{"labour_mobility": 0.0775}, {"labour_mobility": 0.1525}]  # of two draws x three scenarios
    _, frame = open_experiment(folder)
    done, failed = frame[frame["draw"] == 0], frame[frame["draw"] == 1]
    assert set(done["refit.growth"]) == {0.00775} and set(done["refit.misfit"]) == {0.5}
    assert len(failed) == 3 and failed["refit.growth"].isna().all()
    assert set(failed["parameters.labour_mobility"]) == {0.1525}
    assert all("cannot be estimated at this draw: the search did not end" in reason for reason in failed["reason"])
    refit._estimated.cache_clear()
    run(read(TEXT), Path("out"), ALONE)
    assert len(estimated) == 2  # what is there is not estimated again
    said = " ".join(asked("doubt", "out").output.split())
    assert "Estimated again at each draw" in said and "1 of 2 draws: growth," in said


def test_an_estimate_is_part_of_what_is_asked(province: Path) -> None:
    again, before = read(TEXT), read(TEXT.replace("refit: true", "refit: false"))
    assert before.refit == () and again.digest() != before.digest()
    digests = [{task.digest for task in crossed(plan, 1).tasks.values()} for plan in (again, before)]
    assert len(digests[0]) == len(digests[1]) == 6 and not digests[0] & digests[1]
    asked, less = price(again), price(before)
    assert asked.seconds > 2 * less.seconds and "7 parameters are estimated 2 x 1 times" in asked.sentence()


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("parameters.labour_mobility: {uniform: [0.04, 0.19]}", "parameters.growth: {choice: [0.02]}", 7, "draws growth"),
        ("design:", "  posterior: known.csv\ndesign:", 8, "gives reclassification. It is estimated again"),
        ("baseline.yaml", "own.yaml", 9, "own gives parameters.growth itself"),
    ],
)  # fmt: skip
def test_what_is_estimated_is_neither_drawn_nor_given(province: Path, old: str, new: str, line: int, words: str) -> None:
    Path("z/known.csv").write_text("parameters.reclassification\n0.02\n0.03\n")
    Path("z/own.yaml").write_text("schema: 1\nextends: baseline.yaml\ntitle: Own\nparameters: {growth: 0.02}\n")
    with pytest.raises(ScenarioFaults) as raised:
        read(TEXT.replace("grid", "sobol").replace(old, new))
    (found,) = raised.value.faults
    assert found.line == line and words in found.message and "refit: true" in found.message


def test_where_no_world_can_be_built_nothing_is_fitted() -> None:
    with pytest.raises(FactorFlowError, match="mean years of schooling of a cell would be"):
        fit("zhejiang", names=("growth",), fixed={"rural_schooling_gap": 7.0})


def test_the_shipped_file_is_the_first_draws_of_the_one_without(province: Path) -> None:
    again, whole = (load_experiment(f"z/experiments/{name}.yaml", vocabulary()) for name in ("refit", "doubt"))
    assert again.draws == 16 and again.refit == fitted("zhejiang") and list(again.policies) == list(whole.policies)
    for path in whole.paths:
        assert np.array_equal(again.drawn["baseline"][path], whole.drawn["baseline"][path][:16])
