"""`sense` and `decompose` run through the same store: indices name what was made to matter, shares sum to the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim import load, run
from tests.experiments.conftest import PLAIN

PACKAGE = """schema: 1
title: Both
extends: baseline.yaml
policies:
  open_town: {instrument: residence_permit_reform, cut: 1, between: {origin: rural, destination: urban}, from: 2}
  roads: {instrument: infrastructure_investment, share_of_budget: 0.1, kind: rural, from: 2}
"""
SHORT = ("years.to=5", "run.continuum=true", "run.replicates=1")


def test_indices_name_the_parameter_that_matters(plain: Path, asked: Callable[..., Any]) -> None:
    # of a price of training that nobody pays nothing hangs; all else is fixed, so the cut is all of the variance
    text = PLAIN.replace("  parameters.labour_mobility: {log_uniform: [0.05, 0.3]}\n", "")
    text = text.replace("labour_choice_elasticity: {uniform: [1, 2]}", "training_cost: {uniform: [9000, 15000]}")
    plain.write_text(text)
    told = asked("sense", plain, "--rows", 8, "--out", "out", "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert found["parameters"] == ["parameters.training_cost", "policies.open_town.cut"]
    index = found["indices"]["open_registration"]
    assert index["rows"] == 8 and index["first"][0] == index["total"][0] == 0
    assert index["total"][1] == pytest.approx(1, abs=0.5) and index["total"][1] > 0.5
    assert len(list(Path("out/tasks").iterdir())) <= 2 * 8 * 4
    shown = asked("sense", plain, "--rows", 8, "--out", "out")
    assert "all 48 tasks are there" in shown.output and "Sobol indices of 8 rows" in shown.output
    assert asked("sense", plain, "--rows", 6).exit_code == 2


def test_shares_of_a_package_sum_to_what_it_changes(folder: Path, asked: Callable[..., Any]) -> None:
    Path("s/both.yaml").write_text(PACKAGE)
    settings = [word for setting in SHORT for word in ("--set", setting)]
    told = asked("decompose", "s/both.yaml", *settings, "--out", "out", "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)

    def ratio(name: str, *more: str) -> float:
        series = run(load(f"s/{name}.yaml", [*SHORT, *more]), out=folder / f"runs/{name}{len(more)}").series
        rows = series[(series["measure"] == "urban_rural_ratio") & (series["scope"] == "world") & (series["year"] == 5)]
        return float(rows["value"].item())

    before, both = ratio("baseline"), ratio("both")
    assert found["whole"] == pytest.approx(both - before, rel=1e-9) and found["whole"] != 0
    assert sum(one["mean"] for one in found["shares"]) == pytest.approx(found["whole"], rel=1e-12)
    Path("s/roads.yaml").write_text(PACKAGE.replace(PACKAGE.splitlines()[4] + "\n", ""))
    roads = next(one for one in found["shares"] if one["policy"] == "roads")
    assert roads["alone"] == pytest.approx(ratio("roads") - before, rel=1e-9)
    assert roads["mean"] == pytest.approx((roads["alone"] + roads["last"]) / 2, rel=1e-9)
    assert found["pairs"][0][2] == pytest.approx(roads["last"] - roads["alone"], rel=1e-6, abs=1e-12)
    assert asked("verify", "out").exit_code == 0


def test_a_single_policy_cannot_be_divided(folder: Path, asked: Callable[..., Any]) -> None:
    refused = asked("decompose", "s/open_registration.yaml")
    assert refused.exit_code == 2 and "nothing to divide" in refused.output
    Path("s/both.yaml").write_text(PACKAGE)
    refused = asked("decompose", "s/both.yaml", "--measure", "happiness")
    assert refused.exit_code == 2 and "no such measure" in refused.output


def test_the_cheapest_mix_is_that_of_all_mixes_and_is_found_again(plain: Path, asked: Callable[..., Any]) -> None:
    Path("s/both.yaml").write_text(PACKAGE.replace("cut: 1", "cut: 0.5"))
    text = PLAIN.replace("compare: [open_registration.yaml]", "compare: [both.yaml]").replace(
        "  policies.*.cut: {uniform: [0.2, 0.9]}\n", ""
    )
    text = (
        text.replace("draws: 4", "draws: 2")
        .replace("at_most: 1.6", "at_most: 1.0001")
        .replace("last_year: 6", "last_year: 4")
    )
    text = text.replace("Valley", "valley").replace("year: 6", "year: 4")
    text += "choose:\n  policies.open_town.cut: [0, 1, 0.5]\n  policies.roads.share_of_budget: [0.05, 0.15, 0.1]\n"
    plain.write_text(text)
    told = asked("design", plain, "--tries", 9, "--out", "out", "--json")
    assert told.exit_code == 3, told.output  # nobody can bring the ratio to one
    mixes = json.loads(told.stdout)["mixes"]
    assert len(mixes) == 6 and all(one["chance"]["value"] == 0 for one in mixes)
    costs = {tuple(one["terms"].values()): one["cost"] for one in mixes}
    assert all(costs[cut, 0.15] > costs[cut, 0.05] >= 0 for cut in (0.0, 0.5, 1.0))
    frame = pd.read_csv("out/step-1/results.csv")
    ratios = frame[(frame["measure"] == "urban_rural_ratio") & (frame["policy"] != "baseline")]
    worst = ratios.groupby("policy")["value"].max()
    bound = float(worst.sort_values().iloc[2])  # three mixes meet it in both draws
    plain.write_text(text.replace("at_most: 1.0001", f"at_most: {bound!r}"))
    told = asked("design", plain, "--tries", 9, "--probability", 1, "--out", "again", "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    meeting = [one for one in found["mixes"] if one["chance"]["value"] == 1]
    assert len(meeting) == 3
    assert found["mixes"][found["cheapest"]]["cost"] == min(one["cost"] for one in meeting)
    shown = asked("design", plain, "--tries", 9, "--probability", 1, "--out", "again")
    assert "all 14 tasks are there" in shown.output and "6 mixes were tried" in shown.output
    plain.write_text(text.replace("[0, 1, 0.5]", "[0, 2, 0.5]"))
    assert asked("design", plain).exit_code == 2
