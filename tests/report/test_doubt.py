"""What a page tells of doubt: that of its own scenarios alone, how often a sign holds, or that it is missing."""

import pytest

from sim import load
from sim.analysis.doubt.alike import likeness, matched
from sim.data.doubted import doubted
from sim.errors import ResultsError
from sim.pages import report
from sim.pages.doubting import ignorance
from sim.pages.report import beyond
from sim.pages.report.words import Speaker
from tests.results.futures import compared
from tests.test_end_to_end import ROOT


def answered(found, *rows, **words):
    """What an experiment says of policies of a comparison: rows (name, holds, draws), `words` over those of every row."""
    base, aid = (likeness(one.manifest["scenario"]) for one in (found.baseline, found.scenarios["aid"]))
    told = [
        {
            **{"policy": name, "scenario": aid, "baseline": base, "low": -0.1, "middle": -0.05, "high": 0.01},
            **{"year": found.year, "draws": draws, "holds": holds, "parameter": "", "explained": 0.0},
            **dict.fromkeys(("ignorance", "luck", "interaction")),
            **words,
        }
        for name, holds, draws in rows
    ]
    titles = {name: name.capitalize() for name, _, _ in rows}
    return {"title": "Doubt", "world": "zhejiang", "record": {}, "draws": 64, "seeds": 2, "titles": titles, "rows": told}


def test_doubt_is_told_or_said_to_be_missing(tmp_path):
    found = compared(tmp_path, effect=-0.05)
    assert "Ignorance is not in this page" in report.page(found, "en")
    row = {
        **{
            "parameter": "parameters.labour_mobility",
            "explained": 0.4,
            "ignorance": 0.02,
            "luck": 0.001,
            "interaction": None,
        },
    }
    text = report.page(found, "en", answers=answered(found, ("aid", 50, 64), **row))
    assert "What is not known can turn the sign" in text and "0.0200" in text and "50 / 64" in text


@pytest.mark.parametrize("words", [{"scenario": "other"}, {"baseline": "other"}, {"year": 2030}])
def test_doubt_of_another_scenario_baseline_or_year_is_left_out_and_said(tmp_path, words):
    found = compared(tmp_path, effect=-0.05)
    text = report.page(found, "en", answers=answered(found, ("aid", 64, 64), **words))
    assert "Ignorance is not in this page" in text and "64 / 64" not in text
    assert "Left out of the experiment: “Aid”." in text


def test_an_experiment_of_another_world_is_refused(tmp_path):
    found = compared(tmp_path, effect=-0.05)
    with pytest.raises(ResultsError, match="is in the world china, the scenarios are in zhejiang"):
        report.page(found, "en", answers={**answered(found, ("aid", 64, 64)), "world": "china"})


def test_the_shipped_doubt_is_told_of_the_shipped_scenarios_alone():
    """The scenario files of the package are found in its table; the same file with other terms, or other years, is not."""
    rows = doubted("zhejiang")
    for name in ("cash_transfer", "mountain_sea", "residence_permit_reform", "infrastructure_investment"):
        like = likeness(load(ROOT / f"scenarios/zhejiang/{name}.yaml", ["run.replicates=3"]).resolved())
        assert {row["scenario"] for row in rows if row["policy"] == name} == {like}
    base = load(ROOT / "scenarios/zhejiang/baseline.yaml").resolved()
    assert {row["baseline"] for row in rows} == {likeness(base)}
    cash = load(ROOT / "scenarios/zhejiang/cash_transfer.yaml").resolved()
    policy = next(iter(cash["policies"]))
    other = {**cash, "policies": {policy: {**cash["policies"][policy], "kind": "urban", "until": 2026}}}
    for scenario, year, told in ((cash, 2035, True), (other, 2035, False), (cash, 2030, False)):
        found = matched(rows, base, {"mine": scenario}, year)
        assert (found.get("mine") is not None) == told
        assert ("64" in ignorance(rows, found)[0].split()) == told
    assert "no experiment of these scenarios" in ignorance(rows, {})[0]


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ([(64, 64), (50, 50)], "not which way: each policy that was tried keeps its sign in every draw"),
        ([(64, 64), (60, 64)], "seldom turns the sign: no policy that was tried keeps it in fewer than 60 of 64 draws"),
        ([(50, 50), (52, 64)], "can turn the sign: “B” keeps its sign in 52 of 64 draws only"),
        ([(50, 64), (40, 64)], "“A” and “B” keep theirs in part of the draws only, the least sure in 40 of 64"),
    ],
)
def test_signs_are_counted_in_shares_of_their_own_draws(counts, title):
    rows = [{"policy": name, "holds": holds, "draws": draws} for name, (holds, draws) in zip("ab", counts, strict=True)]
    assert title in beyond._sign(rows, {"a": "A", "b": "B"}, Speaker("en", "zhejiang", "yuan of 2014"))
