"""Experiments held against bands: what is inside, what is not, what has no number; the command from any folder."""

import json

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.evidence.published import experiments as declared
from sim.evidence.published.experiments import experiments, scenario_of, sized
from sim.evidence.published.facts import band_of, of_experiment
from sim.evidence.published.figure import figure, place
from sim.evidence.published.lived import Lived
from sim.evidence.published.page import page
from sim.evidence.published.verdicts import Laboratory, Verdict, answers, count, number, years
from tests.test_end_to_end import ROOT


def verdict(name, ours, reason=""):
    return Verdict(experiments()[name], of_experiment(name), band_of(name), ours, None, reason, False)


@pytest.mark.parametrize(
    ("name", "ours", "word"),
    [
        ("roads_return", 0.03, "inside"),
        ("roads_return", 0.3, "inside"),
        ("roads_return", 0.301, "OUTSIDE"),
        ("paired_output", 5.0, "sign agrees"),
        ("paired_output", -5.0, "sign differs"),
        ("talent_wage", 1.0, "no band"),
        ("sector_gap", None, "not run"),
    ],
)
def test_the_word_of_a_verdict(name, ours, word):
    assert verdict(name, ours).word == word


def test_the_count_leaves_out_what_has_no_band():
    told = [
        verdict("roads_return", 0.1),
        verdict("roads_return", 1.2),
        verdict("paired_output", 1.0),
        verdict("wage_shock", None),
    ]
    assert count(told) == ("1 of 2 experiments inside their bands; 1 more agree with a published sign; 1 could not be run.")


def test_what_lies_outside_is_explained_and_what_was_chosen_in_sight_is_named():
    assert "OUTSIDE:" in verdict("chain_per_yuan", 12.0).why() and "OUTSIDE" not in verdict("chain_per_yuan", 1.0).why()
    assert "not explained yet" in verdict("roads_return", 1.2).why()
    assert "[infrastructure_transport, infrastructure_stock]" in verdict("roads_return", 0.1).why()
    assert "2035 only" in verdict("growth", 5.0).why()


def test_changes_carry_a_sign_and_levels_none():
    assert number(0.1234) == "+0.123" and number(-12345.0) == "-12345" and number(0) == "0"
    assert verdict("roads_return", 0.14).said() == "+0.140 yuan a year per yuan (2025)"
    assert verdict("individual_gini", 0.209).said() == "0.209 Gini (2014)"
    assert verdict("growth", 5.5).said() == "+5.50% a year (2024 to 2035)"


@pytest.mark.parametrize("futures", {one.futures.name: one.futures for one in experiments().values() if one.futures}.values())
def test_every_scenario_is_one_the_instruments_take(futures):
    scenario = scenario_of(futures.world, sized(futures, dict.fromkeys(futures.sized, 54321.6)), 2035)
    assert scenario.run.continuum and scenario.policies
    assert [scenario.policies[size.policy].floor for size in futures.sized] == [54320] * len(futures.sized)


def test_a_run_ends_with_the_last_year_that_is_read_of_it():
    last = declared.last_years()
    assert (last["wage_floor"], last["zhejiang"], last["china"]) == (2025, 2035, 2034)


def test_each_world_and_scenario_is_run_once(monkeypatch):
    asked = []

    def live(scenario, lived):
        asked.append(scenario.name)
        step = 0.01 * len(asked)
        values = {
            (scope, place, measure, year): 100.0 + step
            for scope, place in (("world", "zhejiang"), ("region", "Hangzhou"), ("region", "Ningbo"))
            for measure in ("output", "population")
            for year in range(2014, 2036)
        }
        return Lived("zhejiang", values | {("policy", "it", "public_cost", 2024): 1.0})

    monkeypatch.setattr("sim.evidence.published.verdicts.live", live)
    wanted = [experiments()[name] for name in ("pole_members", "pole_per_yuan", "growth", "land_value_tax")]
    found = list(answers(wanted, Laboratory()))
    assert asked == ["zhejiang", "pole", "land_tax"]
    assert [one.ours for one in found] == pytest.approx([0.01, 0.12, 0.0, 0.02], rel=1e-3)
    assert years(wanted) == 3 * 22


def test_a_policy_that_changes_nothing_has_no_number(monkeypatch):
    values = {("world", "zhejiang", "output", 2035): 5.0}
    monkeypatch.setattr("sim.evidence.published.verdicts.live", lambda scenario, lived: Lived("zhejiang", values))
    (found,) = answers([experiments()["land_value_tax"]], Laboratory())
    assert found.word == "not run" and found.failed and "changed nothing" in found.reason


def test_the_page_tells_what_is_outside_without_a_number_and_who_says_so():
    told = [
        verdict("chain_per_yuan", 12.0),
        verdict("roads_return", 0.14),
        verdict("sector_gap", None, "People, not sectors."),
    ]
    text = page(told, "factorflow validate effects --out here.md", "here.png")
    assert "Written by `factorflow validate effects --out here.md`" in text and "(here.png)" in text
    outside = text.partition("## Outside")[2].partition("\n## ")[0]
    assert "orders for parts" in outside and "one year of roads" not in outside
    assert "People, not sectors." in text.partition("## Without a number")[2].partition("\n## ")[0]
    assert "10.1016/j.jdeveco.2021.102672" in text.partition("## Sources")[2]


def test_the_figure_puts_every_number_on_the_scale_of_its_band():
    assert place(verdict("roads_return", 0.03)) == 0
    assert place(verdict("roads_return", 0.165)) == pytest.approx(0.5)
    assert 1 < place(verdict("roads_return", 50.0)) < 2
    shown = figure([verdict("roads_return", 0.165), verdict("chain_per_yuan", 12.0), verdict("sector_gap", None)])
    (axes,) = shown.axes
    assert len(axes.patches) == 2
    assert [line.get_marker() for line in axes.lines] == ["o", ">"]
    words = {text.get_text() for text in axes.texts}
    assert {"+0.165", "0.03 to 0.3 yuan a year per yuan", "+12.0", "0.3 to 4 yuan per yuan"} <= words


def test_one_experiment_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(
        main, ["validate", "effects", "--only", "wedge", "--only", "kappa_1", "--json", "--out", "e.md"]
    )
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    premium = next(row for row in told["rows"] if row["experiment"] == "urban_wage_premium")
    assert premium["ours"] == pytest.approx(0.4, abs=1e-6) and premium["verdict"] == "inside"
    assert {row["experiment"] for row in told["rows"]} == {"choice_elasticity", "urban_wage_premium"}
    assert (tmp_path / "e.md").read_text().startswith("# Effects the world has seen")


@pytest.mark.parametrize(("markdown", "lost"), [(0.0, (-5, -0.5)), (0.1, (0, 0))])
def test_a_floor_above_the_market_wage_costs_jobs_where_employers_keep_nothing(monkeypatch, markdown, lost):
    short = {"zhejiang": 2025, "wage_floor": 2025}
    monkeypatch.setattr("sim.evidence.published.experiments.last_years", lambda: short)
    made = declared.scenario_of
    monkeypatch.setattr(
        declared, "scenario_of", lambda *told: made(*told).model_copy(update={"parameters": {"markdown": markdown}})
    )
    (found,) = answers([experiments()["minimum_wage"]], Laboratory())
    assert found.ours is not None and lost[0] <= found.ours <= lost[1]


def test_a_name_that_is_none_is_answered_with_the_nearest():
    answer = CliRunner().invoke(main, ["validate", "effects", "--only", "rods_return"])
    assert answer.exit_code == 2 and "roads_return" in answer.stderr


@pytest.mark.slow
def test_all_of_them_have_a_number_and_most_are_inside():
    found = list(answers(experiments().values(), Laboratory()))
    broken = {one.experiment.name: one.reason for one in found if one.failed and one.experiment.world == "zhejiang"}
    assert broken == {}
    words = [one.word for one in found]
    assert words.count("OUTSIDE") < 0.25 * (words.count("inside") + words.count("OUTSIDE"))
    assert "sign differs" not in words
    assert all(one.experiment.outside for one in found if one.word == "OUTSIDE")
    assert count(found) in (ROOT / "docs" / "effects_published.md").read_text(encoding="utf-8")
