"""The paragraph: what may be claimed from which numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.analysis.comparison import compare_results
from sim.analysis.report import Change, headline_cells, paragraph
from tests.results.synthetic import future


def told(tmp_path: Path, **other: Any) -> str:
    """The paragraph of `Aid` against `Baseline`."""
    shared = {word: other.pop(word) for word in ("replicates", "scenario") if word in other}
    baseline = future(tmp_path / "baseline", **shared)
    return paragraph(compare_results([baseline, future(tmp_path / "aid", **shared, **other)]))


def test_a_narrower_gap(tmp_path: Path) -> None:
    text = told(tmp_path, effect=lambda r, y: -0.05 - 0.001 * r)
    assert text.startswith(
        "By 2016 Aid brings the urban-rural income ratio of Zhejiang from 2.100 (Baseline) to 2.040, a difference of "
        "-0.060 (the median of the paired differences, which need not be the difference of the medians; 90% of them between "
        "-0.069 and -0.051, 21 pairs): the gap between town and country narrows. "
    )
    assert (
        "With incomes held at those of the world's base year, so that only who lives where counts, the ratio stays at 2.10."
        in text
    )
    assert "within the regions falls from 0.0600 to 0.0540 (-0.0060; between -0.0069 and -0.0051)." in text
    assert "The ratio and Theil's index agree." in text
    assert "The ratio falls in 1 of 3 regions (in Quzhou, -0.060); in the other 2 it does not move." in text
    assert "Nothing changes in the income per head of the coast over that of the mountain regions, nor in " in text


def test_a_wider_gap(tmp_path: Path) -> None:
    text = told(tmp_path, effect=lambda r, y: 0.05)
    assert "a difference of +0.050" in text and "the gap between town and country widens" in text
    assert "within the regions rises" in text and "The ratio and Theil's index agree" in text
    assert "rises in 1 of 3 regions (in Quzhou, +0.050)" in text


def test_a_band_that_includes_zero_claims_nothing(tmp_path: Path) -> None:
    text = told(tmp_path, effect=lambda r, y: 0.001 * (r - 9))
    assert text.startswith(
        "By 2016 Aid makes no difference to the urban-rural income ratio of Zhejiang larger than the spread between "
        "replicates: 2.1010 against 2.1000 (Baseline), a difference of +0.0010 (the median of the paired differences, "
        "which need not be the difference of the medians; 90% of them between -0.0080 and 0.0100, 21 pairs). "
        "The band includes zero, so neither narrowing nor widening can be claimed."
    )
    assert "narrows" not in text and "widens" not in text and "agree" not in text


def test_no_change_at_all(tmp_path: Path) -> None:
    text = told(tmp_path)
    assert text.startswith("By 2016 Aid does not change the urban-rural income ratio of Zhejiang against Baseline (2.10).")


def test_a_change_too_small_to_write(tmp_path: Path) -> None:
    assert "by less than 0.0001 against Baseline (2.1000)" in told(tmp_path, effect=lambda r, y: 2e-5)


def test_one_replicate_claims_nothing(tmp_path: Path) -> None:
    text = told(tmp_path, replicates=(0,), effect=lambda r, y: -0.05)
    assert "from 2.000 (Baseline) to 1.950, a difference of -0.050 (one pair of replicates, so no band)" in text
    assert "run more replicates" in text and "narrows" not in text


def test_one_run_of_shares_says_it_all(tmp_path: Path) -> None:
    text = told(tmp_path, replicates=(0,), effect=lambda r, y: -0.05, scenario={"run": {"continuum": True}})
    assert "no draws, so no band): the gap between town and country narrows" in text


def test_theil_that_moves_the_other_way_is_said(tmp_path: Path) -> None:
    baseline, aid = future(tmp_path / "baseline"), future(tmp_path / "aid", lambda r, y: -0.05)
    series = aid.series.copy()
    theil = series["measure"] == "theil_between_kinds_within_regions"
    series.loc[theil, "value"] = 0.07 + 0.001 * series.loc[theil, "replicate"]
    aid.series = series
    assert "The two measures contradict each other" in compare_results([baseline, aid]).paragraph
    series.loc[theil, "value"] = baseline.series.loc[theil, "value"]
    aid.series = series.copy()
    assert "Theil's index does not confirm the ratio" in compare_results([baseline, aid]).paragraph


def test_mountains_that_catch_up_show_in_coast_and_richest_and_income(tmp_path: Path) -> None:
    text = told(tmp_path, quzhou=2_500.0)
    assert "The income per head of the coast over that of the mountain regions falls from 1.42 to 1.31 (-0.11; " in text
    assert "The income per head of the richest region over that of the poorest falls from 1.67 to 1.54 (-0.13; " in text
    assert (
        "Income per head rises from 41,000 to 41,278 yuan of 2014 per head and year (+278, +0.7%; between 278 and 278)."
        in text
    )


def test_regions_outside_the_reported_area_are_not_counted(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline", outside=["Ningbo"])
    aid = future(tmp_path / "aid", lambda r, y: -0.05)
    assert "falls in 1 of 2 regions" in compare_results([baseline, aid]).paragraph


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        (
            {"measure": "urban_rural_ratio", "year": 2016, "at_most": 2.05},
            "(urban_rural_ratio at most 2.05 in 2016) is met in 11 of 21",
        ),
        (
            {"measure": "income_per_head", "year": 2016, "place": "Quzhou", "at_least": 30_001.0},
            "(income_per_head of Quzhou at least 30001 in 2016) is met in 0 of 21",
        ),
        ({"measure": "happiness", "year": 2016, "at_least": 1.0}, "happiness in 2016 is met was not recorded"),
    ],
)
def test_targets_are_counted_over_replicates(tmp_path: Path, target: dict[str, Any], answer: str) -> None:
    text = told(tmp_path, effect=lambda r, y: -0.05 - 1e-5, scenario={"run": {}, "targets": [target]})
    assert answer in text


def test_every_scenario_has_its_paragraph_and_notes_come_last(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline")
    futures = [
        future(tmp_path / "aid", lambda r, y: -0.05),
        future(tmp_path / "roads", lambda r, y: 0.05, failed=(21,)),
    ]
    parts = compare_results([baseline, *futures]).paragraph.split("\n\n")
    assert parts[0].startswith("By 2016, what closes most of the gap first: 1. aid: closes 4.5% of the gap")
    assert [part.split()[2] for part in parts[1:5:2]] == ["Aid", "Roads"]
    assert parts[5] == "Replicates of Roads that failed and are left out: 1 of 22."


def test_equal_titles_are_told_apart_by_name(tmp_path: Path) -> None:
    baseline = future(tmp_path / "baseline", title="Future")
    text = compare_results([baseline, future(tmp_path / "aid", title="Future")]).paragraph
    assert text.startswith("By 2016 Future (aid) does not change") and "against Future (baseline)" in text


def change(before: float, after: float, **other: Any) -> Change:
    difference = after - before
    given = {"low": difference, "high": difference, "unit": "ratio", "paired": True, "replicates": 20} | other
    return Change(before, after, difference, **given)


def test_numbers_have_digits_enough_for_the_difference_and_no_more() -> None:
    assert change(45_210.4, 45_830.2).number(45_210.4) == "45,210"
    assert change(1.71, 1.66).number(1.71) == "1.710"
    assert change(1.71, 0.71).number(-0.001) == "0.00"  # never -0.00
    assert change(0.05, 0.05).number(0.05) == "0.0500"
    assert change(1.0, 1.0001, low=-0.3, high=0.3).verdict == "unclear"  # a wide band is not "no change"


def test_narrower_means_nearer_to_one() -> None:
    assert change(2.0, 1.9).narrows and not change(2.0, 2.1).narrows
    assert change(0.8, 0.9).narrows and not change(0.9, 0.8).narrows


def test_cells_of_the_terminal_table(tmp_path: Path) -> None:
    comparison = compare_results([future(tmp_path / "baseline"), future(tmp_path / "aid", lambda r, y: -0.05 - 0.001 * r)])
    cells = headline_cells(comparison, "aid")
    expected = ("urban_rural_ratio", "zhejiang", "2.100", "2.040", "-0.060", "-0.069 to -0.051", "ratio")
    assert expected in cells
    assert {cell[1] for cell in cells} == {"zhejiang", "Hangzhou", "Ningbo", "Quzhou"}
