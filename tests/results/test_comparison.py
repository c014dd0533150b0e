"""Comparison: differences worked out by hand, pairing, and numbers that must never enter a median."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.analysis.comparison import compare_results
from sim.errors import ResultsError
from tests.results.synthetic import UNITS, future


def five_hundredths_less(replicate: int, year: int) -> float:
    return 0.0 if year == 2014 else -0.05 - 0.001 * replicate


def test_median_and_band_of_paired_differences(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline")
    comparison = compare_results([baseline, future(tmp_path / "aid", five_hundredths_less)])
    row = comparison.rows("aid", "urban_rural_ratio").loc["zhejiang"]
    # Replicates 0 to 20: levels 2.00 to 2.20, differences -0.050 to -0.070; their luck cancels in the difference.
    assert row["baseline_median"] == pytest.approx(2.10, abs=1e-12)
    assert row["scenario_median"] == pytest.approx(2.04, abs=1e-12)
    assert row["difference"] == pytest.approx(-0.060, abs=1e-12)
    assert (row["p05"], row["p95"]) == pytest.approx((-0.069, -0.051), abs=1e-12)
    assert (row["unit"], row["paired"], row["replicates"]) == ("ratio", True, 21)
    assert comparison.year == 2016 and comparison.notes == ()
    first = comparison.table[(comparison.table["year"] == 2014)]
    assert (first["difference"] == 0.0).all()
    assert sorted(set(comparison.table["measure"])) == sorted(UNITS)
    assert not comparison.table.isna().any().any()


def test_the_baseline_may_be_any_and_signs_turn_with_it(tmp_path: Path) -> None:
    baseline, aid = future(tmp_path / "baseline"), future(tmp_path / "aid", five_hundredths_less)
    there = compare_results([baseline, aid]).rows("aid", "urban_rural_ratio")["difference"].item()
    back = compare_results([baseline, aid], to=aid).rows("baseline", "urban_rural_ratio")["difference"].item()
    assert there < 0 < back and back == pytest.approx(-there, abs=1e-12)


def test_replicates_that_only_one_side_finished_are_left_out(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline", replicates=range(5))
    aid = future(tmp_path / "aid", five_hundredths_less, replicates=range(3, 9), failed=(0, 1, 2))
    comparison = compare_results([baseline, aid])
    row = comparison.rows("aid", "urban_rural_ratio").loc["zhejiang"]
    assert (row["replicates"], row["paired"]) == (2, True)
    assert row["baseline_median"] == pytest.approx(2.035)
    assert row["difference"] == pytest.approx(-0.0535)
    assert comparison.notes == (
        "The band of 2 pairs is hardly more than their range; run.replicates asks for more.",
        "Replicates of Aid that failed and are left out: 3 of 9.",
    )


def test_one_pair_has_no_band(tmp_path: Path) -> None:
    comparison = compare_results([future(tmp_path / name, replicates=(0,)) for name in ("baseline", "aid")])
    assert comparison.table[["p05", "p95"]].isna().all().all()
    assert comparison.to_json()["table"][0]["p05"] is None


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"scenario": {"run": {"labour_agents": 5, "capital_agents": 10, "land_agents": 10}}}, "labour_agents is 1000"),
        ({"replicates": range(30, 51)}, "no finished replicate in common"),
    ],
)
def test_runs_that_did_not_draw_alike_are_flagged_and_have_the_wider_band(
    tmp_path: Path, other: dict[str, Any], why: str
) -> None:
    baseline = future(tmp_path / "baseline")
    paired = compare_results([baseline, future(tmp_path / "aid", five_hundredths_less)])
    unpaired = compare_results([baseline, future(tmp_path / "other", five_hundredths_less, **other)])
    assert len(unpaired.notes) == 1 and why in unpaired.notes[0] and "not paired" in unpaired.notes[0]
    narrow = paired.rows("aid", "urban_rural_ratio").loc["zhejiang"]
    wide = unpaired.rows("other", "urban_rural_ratio").loc["zhejiang"]
    assert not wide["paired"] and wide["replicates"] == 21
    assert wide["p95"] - wide["p05"] > 5 * (narrow["p95"] - narrow["p05"])


def test_other_seeds_of_the_same_replicates_are_not_paired(tmp_path: Path) -> None:
    baseline, aid = (future(tmp_path / name) for name in ("baseline", "aid"))
    for row in aid.manifest["replicates"]:
        row["seed"] += 1
    comparison = compare_results([baseline, aid])
    assert "their seeds differ" in comparison.notes[0] and not comparison.table["paired"].any()
    row = comparison.rows("aid", "urban_rural_ratio").loc["zhejiang"]
    assert row["difference"] == pytest.approx(0.0, abs=1e-12)
    assert row["p05"] == pytest.approx(-row["p95"]) and row["p95"] > 0.1


def test_many_unpaired_replicates_are_thinned_without_moving_the_median(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline", replicates=range(151))
    other = future(tmp_path / "other", lambda r, y: -0.5, replicates=range(1000, 1151))
    row = compare_results([baseline, other]).rows("other", "urban_rural_ratio").loc["zhejiang"]
    assert row["difference"] == pytest.approx(10.0 - 0.5, abs=1e-9)


def test_only_common_years_are_compared_and_a_note_says_so(tmp_path: Path) -> None:
    baseline, aid = future(tmp_path / "baseline"), future(tmp_path / "aid", five_hundredths_less)
    aid.manifest["years"] = {"from": 2014, "to": 2015}
    aid.series = aid.series[aid.series["year"] < 2016]
    comparison = compare_results([baseline, aid])
    assert comparison.year == 2015
    assert comparison.notes == (
        "The runs cover different years, 2014 to 2015 (Aid) and 2014 to 2016 (Baseline); only common years are compared.",
    )


def test_other_versions_and_data_are_noted(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline")
    aid = future(tmp_path / "aid", versions={"factorflow": "9.9"}, data={"zhejiang.csv": "abc"})
    notes = compare_results([baseline, aid]).notes
    assert "run with factorflow 9.9, Baseline with 0.0" in notes[0]
    assert "different input data: zhejiang.csv differ" in notes[1]


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ({"world": "two_cells"}, "aid runs in the world two_cells, baseline in zhejiang"),
        ({"years": {"from": 2020, "to": 2021}}, "no year in common"),
        ({"units": {**UNITS, "population": "thousand persons"}}, "population is in thousand persons"),
        ({"replicates": ()}, "no replicate came to its end"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, other: dict[str, Any], answer: str) -> None:
    with pytest.raises(ResultsError, match=answer):
        compare_results([future(tmp_path / "baseline"), future(tmp_path / "aid", **other)])


def test_a_comparison_needs_two(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline", replicates=(0,))
    for alone in ([], [baseline]):
        with pytest.raises(ResultsError, match="at least one other"):
            compare_results(alone)


def test_scenarios_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline", replicates=(0,))
    twins = [future(tmp_path / folder, replicates=(0,), name="aid") for folder in ("aid-1", "aid-2")]
    assert list(compare_results([baseline, *twins]).scenarios) == ["aid-1", "aid-2"]


def test_json_holds_the_paragraph_and_every_row(tmp_path: Path) -> None:
    comparison = compare_results([future(tmp_path / "baseline"), future(tmp_path / "aid", five_hundredths_less)])
    told = json.loads(json.dumps(comparison.to_json(), allow_nan=False))
    assert told["year"] == 2016 and told["paragraph"] == comparison.paragraph
    assert told["baseline"]["name"] == "baseline" and told["scenarios"][0]["scenario"] == "aid"
    assert len(told["table"]) == len(comparison.table)
    assert list(told["table"][0]) == [
        *("scenario", "measure", "scope", "place", "year", "baseline_median", "scenario_median", "difference"),
        *("p05", "p95", "unit", "paired", "replicates"),
    ]
