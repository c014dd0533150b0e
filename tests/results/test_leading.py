"""What a comparison leads with, from hand-made results: losers, cost, payers, ranking; nothing hidden, nothing claimed."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from sim.analysis.change import Change
from sim.analysis.comparison import Comparison, compare_results
from sim.analysis.leading import dated, ranking
from sim.analysis.outcome import outcomes
from sim.analysis.report import cells
from sim.analysis.selection import Selection, until
from sim.errors import ResultsError
from sim.hints import one_of
from sim.pages.comparing import print_comparison
from sim.units import headline_first
from tests.results.futures import MONEY, compared, future
from tests.results.synthetic import REGIONS, YEARS

EVERYTHING = Selection()


def screen(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch, lines: int = 24, selection: Selection = EVERYTHING
) -> str:
    """The first lines that a reader at a page of 80 characters sees."""
    monkeypatch.setenv("COLUMNS", "80")
    with redirect_stdout(out := io.StringIO()):
        print_comparison(comparison, selection)
    return "\n".join(out.getvalue().splitlines()[:lines])


def test_a_place_whose_villages_lose_is_named_on_the_first_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    falls = {f"{region}/{kind}": 500.0 for region in REGIONS for kind in ("urban", "rural")} | {"Quzhou/rural": -200.0}
    comparison = compared(tmp_path, falls=falls, effect=-0.05)
    text = " ".join(screen(comparison, monkeypatch).split())
    assert "incomes fall in 1 of 6 places: Quzhou villages (real income per head -180 yuan, -0.8%" in text
    assert "income per head -200 yuan, -0.8%; 1.5 million people)" in text and "loses Quzhou villages 1,500,000" in text
    assert "Incomes rise in 5 of 6 places (7.5 million people)" in text
    assert "area loses" not in comparison.paragraph
    told = comparison.to_json()["outcomes"][0]
    assert [(one["region"], one["kind"], one["persons"]) for one in told["losers"]] == [("Quzhou", "rural", 1_500_000.0)]
    assert told["losers"][0]["income_per_head"]["difference"] == pytest.approx(-200)
    assert len(told["winners"]) == 5


def test_all_losers_stand_in_the_table_however_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    falls = {f"{region}/{kind}": -100.0 for region in REGIONS for kind in ("urban", "rural")}
    comparison = compared(tmp_path, falls=falls)
    text = screen(comparison, monkeypatch, 60)
    assert text.count("loses   ") == 6 and "and 2 more" in " ".join(text.split())


def test_nobody_loses_is_said_only_if_no_income_falls(tmp_path: Path) -> None:
    told = compared(tmp_path / "a", falls={"Quzhou/rural": 100.0}).paragraph
    assert "nobody in the reported area loses: real income per head falls in no town or village." in told
    by_luck = compared(tmp_path / "b", falls=lambda r: {"Quzhou/rural": -1_000.0 if r % 3 else 1_500.0})
    assert "area loses" not in by_luck.paragraph
    assert (
        "no place loses by more than the luck of the draw; by less than that incomes fall in Quzhou villages"
        in by_luck.paragraph
    )
    one = compared(tmp_path / "c", baseline={"replicates": (0,)}, replicates=(0,), falls={"Ningbo/urban": -100.0})
    assert "For whom: for this one draw, incomes fall in 1 of 6 places: Ningbo towns" in one.paragraph
    assert "the spread between replicates" not in one.paragraph and "from the luck of one draw" in one.paragraph


def test_who_loses_is_decided_by_real_income(tmp_path: Path) -> None:
    vouchers = compared(tmp_path / "a", falls={"Quzhou/rural": -16.0}, real={"Quzhou/rural": 1_000.0})
    outcome = outcomes(vouchers)[0]
    assert outcome.losers == [] and [one.name for one in outcome.winners] == ["Quzhou villages"]
    assert (
        "most in Quzhou villages (real income per head +986 yuan, +4.4%, income per head -16 yuan, -0.1%"
        in vouchers.paragraph
    )
    dearer = outcomes(compared(tmp_path / "b", falls={"Quzhou/rural": 16.0}, real={"Quzhou/rural": -1_000.0}))[0]
    assert [one.name for one in dearer.losers] == ["Quzhou villages"] and dearer.winners == []


def test_a_fall_that_is_written_as_zero_per_cent_is_no_loss(tmp_path: Path) -> None:
    comparison = compared(tmp_path, falls={"Quzhou/rural": -0.1})
    assert outcomes(comparison)[0].losers == [] and "nobody in the reported area loses" in comparison.paragraph


def test_losers_outside_the_reported_area_are_said_apart(tmp_path: Path) -> None:
    outside = {"outside": ["Quzhou"]}
    text = compared(tmp_path, baseline=outside, falls={"Quzhou/rural": -100.0}, **outside).paragraph
    assert "nobody in the reported area loses" in text and "Outside the reported area incomes fall in Quzhou villages" in text


def test_a_ratio_that_falls_while_most_regions_rise_says_both(tmp_path: Path) -> None:
    text = compared(tmp_path, effect=-0.0013, regions={"Hangzhou": 0.01, "Ningbo": 0.01}).paragraph
    assert "a difference of -0.0013" in text
    assert "But inside the regions it goes the other way: the ratio rises in 2 of 3 of them." in text
    assert "goes the other way" not in compared(tmp_path / "a", effect=-0.0013).paragraph


def several(tmp_path: Path) -> Comparison:
    """Given in another order than that of what they close."""
    paid = {("public_cost", "policy", "p"): 2e9, ("public_receipts", "policy", "p"): 0.0}
    return compare_results(
        [
            future(tmp_path / "baseline"),
            future(tmp_path / "wider", effect=0.05, money=paid),
            future(tmp_path / "narrow", effect=-0.02, money=paid),
            future(tmp_path / "narrowest", effect=-0.05, money=paid),
            future(tmp_path / "lucky"),
        ]
    )


def test_the_ranking_comes_first_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = several(tmp_path)
    rows = ranking(outcomes(comparison))
    assert [row[0] for row in rows] == ["narrowest", "narrow", "lucky", "wider"]
    # 3 years x 2 billion over 5 hundredths, over 2 hundredths
    assert [row[5] for row in rows] == ["1.2", "3", "no finite cost per point: narrows in 0 of 12 pairs", "gap widens"]
    assert rows[2][1] == "no clear change" and rows[3][1].startswith("-4.")
    assert "3. lucky: no clear change of the gap" in comparison.paragraph
    assert "4. wider: widens the gap by 4." in comparison.paragraph
    assert [row[4] for row in rows] == ["6", "6", "0.0", "6"]
    text = screen(comparison, monkeypatch, 40)
    places = [text.index(name) for name in ("narrowest", "lucky", "wider", "By 2016 Wider")]
    assert places == sorted(places)
    assert [one["scenario"] for one in comparison.to_json()["outcomes"]] == ["narrowest", "narrow", "lucky", "wider"]


def test_luck_that_crosses_zero_has_no_finite_cost_per_point(tmp_path: Path) -> None:
    one = future(tmp_path / "baseline")
    other = future(tmp_path / "aid", money=MONEY)
    frame = other.series.copy()
    ratio = (frame["measure"] == "urban_rural_ratio") & (frame["scope"] == "world")
    frame.loc[ratio, "value"] += 0.01 * (frame.loc[ratio, "replicate"] - 6)
    other.series = frame
    outcome = outcomes(compare_results([one, other]))[0]
    assert outcome.ratio is not None and outcome.ratio.verdict == "unclear"
    assert outcome.cost_per_point is None and outcome.narrows == 6
    assert ranking([outcome])[0][5] == "no finite cost per point: narrows in 6 of 12 pairs"


def test_rows_asked_for_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = compared(tmp_path, falls={"Quzhou/rural": -200.0})
    chosen = Selection(("income_per_head",), ("Quzhou/rural",))
    rows = chosen.rows(comparison)
    assert rows["year"].tolist() == list(YEARS) and rows["difference"].tolist() == pytest.approx([-200.0] * 3)
    text = screen(comparison, monkeypatch, 60, chosen)
    assert "Quzhou/rural" in text and "25,055" in text and "24,855" in text
    assert "theil" not in text
    with pytest.raises(ResultsError, match='no measure "income_per_hed".*Did you mean "income_per_head"'):
        Selection(("income_per_hed",)).rows(comparison)
    with pytest.raises(ResultsError, match="no place"):
        Selection(places=("Suzhou",)).rows(comparison)
    with pytest.raises(ResultsError, match="was not recorded for"):
        Selection(("urban_rural_ratio",), ("Quzhou/rural",)).rows(comparison)


def test_the_year_asked_for_is_that_of_the_headline(tmp_path: Path) -> None:
    comparison = until(compared(tmp_path, money=MONEY), 2015)
    assert comparison.year == 2015 and comparison.paragraph.startswith("By 2015 ")
    assert outcomes(comparison)[0].money.net == pytest.approx(6e9)
    with pytest.raises(ResultsError, match="the year 2035 is not among those compared, 2014 to 2016"):
        until(compared(tmp_path / "whole"), 2035)


def test_worlds_without_dates_count_their_years() -> None:
    assert (dated(6), dated(2035)) == ("year 6", "2035")


def test_a_measure_that_was_not_recorded_has_no_spread_left_by_pairing(tmp_path: Path) -> None:
    comparison = compared(tmp_path)
    without = replace(comparison, table=comparison.table[comparison.table["measure"] != "urban_rural_ratio"])
    for results in (without.baseline, *without.scenarios.values()):
        results.series = results.series[results.series["measure"] != "urban_rural_ratio"]
    assert without.spread_left_by_pairing("aid") is None and without.to_json()["spread_left_by_pairing"] == {"aid": None}


@pytest.mark.parametrize(
    ("replicates", "continuum", "said"),
    [(7, False, False), (8, False, True), (8, True, False)],
    ids=["few", "many", "no luck"],
)
def test_what_pairing_leaves_of_the_spread_is_said_where_luck_can_show_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replicates: int, continuum: bool, said: bool
) -> None:
    comparison = compared(tmp_path, {"replicates": range(replicates)}, replicates=range(replicates))
    monkeypatch.setattr(type(comparison), "drawn", not continuum)
    text = " ".join(screen(comparison, monkeypatch, 200).split())
    assert ("difference in the urban-rural ratio is 0.00 of that of unpaired runs" in text) == said


def test_measures_that_may_be_asked_for_are_listed_headline_first(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="Allowed: urban_rural_ratio, income_per_head, .*beta_convergence, "):
        Selection(("happiness",)).rows(compared(tmp_path))
    assert headline_first(f"measure_{number:02d}" for number in range(40))[:2] == ["measure_00", "measure_01"]
    many = [*(f"measure_{number:02d}" for number in range(40)), "urban_rural_ratio"]
    assert "Recorded: urban_rural_ratio, measure_00, " in f"{one_of('happiness', headline_first(many), 'Recorded')}"


def test_what_rounding_leaves_of_a_measure_is_written_as_zero(tmp_path: Path) -> None:
    comparison = compared(tmp_path)
    one = {"difference": 0.25, "p05": 0.24, "p95": 0.26, "scenario_median": 0.25, "baseline_median": 6.81e-16}
    row = comparison.table.iloc[:1].assign(**one)
    assert [cell[2:5] for cell in cells(comparison, row)] == [("0.00", "0.25", "+0.25")]


def test_results_without_a_number_in_common_cannot_be_compared(tmp_path: Path) -> None:
    one, other = future(tmp_path / "baseline"), future(tmp_path / "aid")
    one.series = one.series[one.series["measure"] == "urban_rural_ratio"]
    other.series = other.series[other.series["measure"] == "population"]
    with pytest.raises(ResultsError, match="aid and baseline have no measure of a place and year in common"):
        compare_results([one, other])


def test_a_gap_is_closed_and_narrows_by_the_same_numbers() -> None:
    change = Change(0.9, 1.2, 0.15, 0.14, 0.16, "ratio", True, 20)  # the medians say 1.2, the pairs 1.05
    assert change.narrows and change.reached == pytest.approx(1.05)
    assert not Change(2.0, -0.5, -2.5, -2.6, -2.4, "ratio", True, 20).narrows  # below zero has no logarithm
    assert Change(2e4, 2e4, -0.4, -0.4, -0.4, "yuan", True, 20).per_cent == "0.00%"
