"""Years lived for the page are those of a run: the same numbers as `compare`, the same luck, stopped between two years."""

import math
import re

import numpy as np
import pytest

from sim import compare, load, run
from sim.analysis.outcome import INCOMES, RATIO, outcomes
from sim.analysis.verdicts import Against, contradictions, verdict_word
from sim.analysis.winners import sides, winners
from sim.dashboard import places
from sim.dashboard.baselines import SAVED, baseline_of, beside
from sim.dashboard.figures import parts_of
from sim.dashboard.live import Failed, Kept, live, paired
from sim.dashboard.page import MEASURES, View
from sim.dashboard.readings import Readings
from sim.errors import FactorFlowError, ScenarioFaults
from sim.pages.phrases import phrase
from sim.pages.report.paying import payer_bars
from sim.pages.report.verdict import paying, stories
from sim.pages.report.words import Speaker
from tests.dashboard.conftest import BASELINE, OPEN
from tests.test_end_to_end import ROOT


def lived(pair, kept=None, stopped=lambda: False):
    return list(live(pair, kept or Kept(), stopped))


@pytest.fixture
def futures(session, valley):
    return session.check(OPEN).scenario, load(valley / "baseline.yaml")


def test_numbers_are_those_of_compare(futures, tmp_path):
    scenario, baseline = futures
    pair = paired(scenario, baseline)
    lived(pair)
    readings = Readings(pair)
    told = compare(run(baseline, out=tmp_path / "before"), run(scenario, out=tmp_path / "after"))
    theirs, ours = outcomes(told)[0], readings.outcome
    assert ours.ratio == theirs.ratio and ours.ratio.replicates == 2 and ours.year == 6
    assert ours.ratio.difference != 0
    people = {one.name: one for one in theirs.people}
    assert {one.name for one in ours.people} == set(people)
    for one in ours.people:
        assert one.persons == people[one.name].persons
        for measure in INCOMES:
            assert one.changes[measure] == people[one.name].changes[measure]
    assert (ours.money.net, ours.money.low, ours.money.high) == (theirs.money.net, theirs.money.low, theirs.money.high)
    assert {(one.region, one.kind, one.number): one.income for one in readings.tenths} == {
        (one.region, one.kind, one.number): one.income for one in told.tenths(scenario.name)
    }
    assert places.sides_in(readings) == sides(winners(told, scenario.name)), "heads by the rule of the report"
    assert readings.against == contradictions(told, scenario.name)


def test_a_verdict_is_that_of_the_report(futures, monkeypatch):
    pair = paired(*futures)
    lived(pair)
    monkeypatch.setattr(Readings, "against", (Against("regions", 2, 3, 0.8),))
    ratio = Readings(pair).outcome.ratio
    said = parts_of(pair, View())["parts"]["verdict"]
    mixed = verdict_word(ratio, contradicted=True) == "mixed"
    assert ("the other way in 2 of 3 regions, where 80.0% of the people live" in said) == mixed and mixed


def test_the_curve_and_the_paired_difference_are_those_of_the_tables(futures, tmp_path):
    scenario, baseline = futures
    pair = paired(scenario, baseline)
    lived(pair)
    readings = Readings(pair)
    before, after = (run(one, out=tmp_path / one.name).values(RATIO) for one in (baseline, scenario))
    key = readings.world(RATIO)
    assert np.array_equal(readings.level(key).middle, after.median(axis=1))
    assert np.array_equal(readings.level(key, baseline=True).middle, before.median(axis=1))
    difference = readings.difference(key)
    assert np.array_equal(difference.middle, (after - before).median(axis=1))
    assert difference.middle[0] == 0, "before the policy starts both live the same luck"
    assert (difference.low <= difference.middle).all() and (difference.middle <= difference.high).all()


def test_it_tells_of_every_year_and_stops_after_the_one_it_is_in(futures):
    pair = paired(*futures)
    steps = lived(pair)
    assert [(step.replicate, step.year) for step in steps] == [(pair_, year) for pair_ in (0, 1) for year in range(1, 7)]
    assert [step.done for step in steps] == list(range(1, 13)) and {step.of for step in steps} == {12}
    stopped = paired(*futures)
    seen = []
    for step in live(stopped, Kept(), lambda: len(seen) == 3):
        seen.append(step.year)
    assert seen == [1, 2, 3] and stopped.done == []
    readings = Readings(stopped)
    assert readings.years == (1, 2, 3) and readings.outcome.year == 3
    whole = Readings(pair).level(Readings(pair).world(RATIO)).middle
    assert readings.level(readings.world(RATIO)).middle[0] == pytest.approx(whole[0], rel=0.05)


def test_what_was_lived_is_not_lived_again(futures, monkeypatch):
    kept, pair = Kept(), paired(*futures)
    lived(pair, kept)
    monkeypatch.setattr("sim.dashboard.live.build_model", None)
    again = paired(*futures)
    steps = lived(again, kept)
    assert [step.done for step in steps] == [6, 12]
    assert Readings(again).outcome == Readings(pair).outcome


def test_only_so_many_tracks_are_kept(futures):
    kept = Kept(most=3)
    lived(paired(*futures), kept)
    assert len(kept._tracks) == 3


def test_a_baseline_lives_the_years_agents_and_seed_of_the_scenario(session, valley):
    text = OPEN + "years: {to: 4}\nrun: {seed: 11, labour_agents: 3_000, replicates: 1}\n"
    scenario = session.check(text).scenario
    pair = paired(scenario, baseline_of(session, text, ""))
    assert (pair.baseline.run, pair.baseline.years) == (scenario.run, scenario.years)
    assert pair.baseline.policies == {} and scenario.run.labour_agents == 3_000
    lived(pair)
    assert Readings(pair).outcome.ratio.replicates == 1 and math.isnan(Readings(pair).outcome.ratio.low)


def test_the_baseline_is_the_root_of_what_is_extended_or_the_file_as_saved_or_the_one_chosen(session, valley):
    (valley / "deeper.yaml").write_text("schema: 1\ntitle: Deeper\nextends: open.yaml\n", encoding="utf-8")
    (valley / "expected.yaml").write_text("expectations: []\n", encoding="utf-8")
    (valley / "draws.yaml").write_text("kind: experiment\nworld: two_cells\n", encoding="utf-8")
    assert beside(session) == ["baseline.yaml", "deeper.yaml"]
    deeper = OPEN.replace("extends: baseline.yaml", "extends: deeper.yaml")
    assert baseline_of(session, OPEN, "").name == "baseline"
    assert baseline_of(session, OPEN, "deeper.yaml").title == "Deeper"
    changed = OPEN.replace("0.80", "0.10")
    assert baseline_of(session, changed, SAVED).policies["open_registration"].cut == 0.8
    (valley / "open.yaml").write_text(BASELINE, encoding="utf-8")
    session.reread()
    assert baseline_of(session, BASELINE.replace("to: 6", "to: 5"), "").title == "A valley at rest"
    for wrong in ("../outside.yaml", "expected.yaml", "/etc/passwd", "open.yaml"):
        with pytest.raises(FactorFlowError, match="there is no scenario"):
            baseline_of(session, OPEN, wrong)
    (valley / "deeper.yaml").write_text("schema: 1\ntitle: Deeper\nextends: nothing.yaml\n", encoding="utf-8")
    with pytest.raises(ScenarioFaults):
        baseline_of(session, deeper, "deeper.yaml")


def test_a_baseline_that_says_the_same_is_none_and_one_of_another_world_is_refused(session, valley):
    scenario = session.check(OPEN).scenario
    assert paired(scenario, scenario).baseline is None
    (valley / "river.yaml").write_text(
        "schema: 1\ntitle: Elsewhere\nworld: riverland\nyears: {from: 2010, to: 2012}\n", encoding="utf-8"
    )
    with pytest.raises(FactorFlowError, match="plays in the world riverland"):
        paired(scenario, baseline_of(session, OPEN, "river.yaml"))


def test_a_failure_of_the_model_is_told_of_and_ends_the_run(futures, monkeypatch):
    def broken(*_):
        raise FactorFlowError("nothing clears")

    monkeypatch.setattr("sim.dashboard.live.build_model", broken)
    pair = paired(*futures)
    assert lived(pair) == [Failed(0, "nothing clears")] and pair.shown == []
    assert parts_of(pair, View()) == {"parts": {}, "headline": "", "cost": ""}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pictures_hold_the_numbers_and_say_them(futures, lang):
    pair = paired(*futures)
    lived(pair)
    change = Readings(pair).outcome.ratio
    found = parts_of(pair, View(lang=lang))
    written = change.number(change.after)
    assert written in found["parts"]["verdict"] and written in found["headline"], "one number for one thing"
    assert f">{written}" in found["parts"]["curve"], "the number the curve ends at"
    assert "A valley at rest" in found["parts"]["verdict"] or lang == "zh"
    for name in ("curve", "difference", "winners"):
        assert found["parts"][name].count("<svg") == 2 and 'role="img"' in found["parts"][name]
    assert "<svg" not in found["parts"]["map"], "this valley has no boundaries, and that is said"
    assert phrase("winners.pale", lang) in found["parts"]["winners"], "what pale numbers mean stands where they are"
    assert "style=" not in "".join(found["parts"].values()), "a strict content policy would not let it pass"


def test_titles_are_escaped(session):
    text = OPEN.replace("A valley that opens its town   # said in figures", "'<img src=x onerror=alert(1)>'")
    pair = paired(session.check(text).scenario, baseline_of(session, text, ""))
    lived(pair)
    said = "".join(parts_of(pair, View())["parts"].values())
    assert "<img" not in said and "&lt;img" in said


@pytest.mark.parametrize("measure", ["population", "output_per_head", "urban_share"])
def test_other_measures_are_drawn_in_their_units(futures, measure):
    pair = paired(*futures)
    lived(pair)
    readings, found = Readings(pair), parts_of(pair, View(measure=measure))
    value = readings.level(readings.world(measure)).middle[-1]
    size = 1e6 if measure == "population" else 1
    digits = found["headline"].partition(": ")[2].partition(" ")[0].replace(",", "")
    assert float(digits) == pytest.approx(value / size, rel=5e-3)


def test_no_english_leaks_into_a_chinese_picture(futures):
    pair = paired(*futures)
    lived(pair)
    for measure in MEASURES:
        parts = parts_of(pair, View(lang="zh", measure=measure))["parts"]
        text = " ".join(re.findall(r">([^<>]+)<", "".join(parts.values())))
        text = text.replace("A valley that opens its town", "").replace("A valley at rest", "")
        assert set(re.findall(r"[A-Za-z]{3,}", text)) <= {"Valley", "valley"}, measure


@pytest.fixture(scope="module")
def aided(tmp_path_factory):
    """A province that pays for roads in the mountains, lived for the page and by `compare`."""
    folder = tmp_path_factory.mktemp("aided")
    few = {"run.continuum": True, "run.replicates": 1}
    scenario, baseline = (
        load(ROOT / "scenarios" / "zhejiang" / f"{name}.yaml", few) for name in ("mountain_sea", "baseline")
    )
    pair = paired(scenario, baseline)
    lived(pair)
    return pair, compare(run(baseline, out=folder / "before"), run(scenario, out=folder / "after"))


def test_who_pays_is_what_compare_says(aided):
    pair, told = aided
    ours, theirs = Readings(pair).outcome.money, outcomes(told)[0].money
    for word in ("cost", "receipts", "net", "last", "policies", "payers", "households"):
        assert getattr(ours, word) == pytest.approx(getattr(theirs, word), rel=1e-12), word
    assert list(ours.payers) == list(theirs.payers) and ours.first == theirs.first
    paid = sum(ours.payers.values()) + sum(ours.households.values())
    assert paid == pytest.approx(ours.net) and ours.net > 0 and ours.households["Lishui"] > 0


@pytest.mark.parametrize(("lang", "payer", "net"), [("en", "households of Lishui", "net cost"), ("zh", "丽水居民", "净支出")])
def test_who_pays_is_drawn_as_in_the_report_and_stands_in_the_headline(aided, lang, payer, net):
    pair, told = aided
    found, money = parts_of(pair, View(lang=lang)), Readings(pair).outcome.money
    story = stories(told)[0]
    speaker = Speaker(lang, "zhejiang", money.unit)
    theirs = payer_bars([story], speaker, "")[0].drawing
    bars = re.findall(r"<text[^>]*>[^<]*</text>", str(theirs))
    assert bars and set(bars) == set(re.findall(r"<text[^>]*>[^<]*</text>", found["parts"]["payers"]))
    assert payer in found["parts"]["payers"] and speaker.finding(paying([story.outcome])) in found["parts"]["payers"]
    assert theirs.count(f">{speaker.money(money.households['Lishui'])}<") == 2, "the largest sum stands in one row"
    assert speaker.money(money.net) in found["cost"] and net in found["cost"]


def test_where_nobody_pays_that_is_said_or_nothing_is(session, futures):
    text = BASELINE.replace("at rest", "that learns") + "parameters: {trade_elasticity: 5}\n"
    pair = paired(session.check(text).scenario, futures[1])
    lived(pair)
    found = parts_of(pair, View())
    assert "costs public budgets nothing" in found["parts"]["payers"] and found["cost"] == ""
    alone = paired(futures[1], None)
    lived(alone)
    assert parts_of(alone, View())["parts"]["payers"] == ""
