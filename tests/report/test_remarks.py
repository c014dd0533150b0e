"""What a page says of scenarios that hold each other, terms nobody wrote, what is no evidence, and costs in doubt."""

import math

import pytest

from sim import compare, load, run
from sim.analysis.contained import contained
from sim.analysis.doubt.ranks import Flip
from sim.analysis.extreme import MOST, of_costs, of_results
from sim.analysis.outcome import outcomes
from sim.analysis.remarks import remarks
from sim.pages import report
from sim.pages.report import evidence, sureness
from sim.pages.report.unsaid import unsaid
from sim.pages.report.words import Speaker
from tests.test_end_to_end import ROOT

FEW = ("run.continuum=true", "years.to=2026")
SEA = ROOT / "scenarios/riverland"


@pytest.fixture(scope="module")
def river(tmp_path_factory):
    """Riverland with open registration, and with the same beside a huge subsidy."""
    folder = tmp_path_factory.mktemp("river")
    base, opened = (load(SEA / f"{name}.yaml", FEW) for name in ("baseline", "open_registration"))
    reform = next(iter(opened.resolved()["policies"].values()))
    both = {"free": reform, "pay": {"instrument": "investment_subsidy", "on_wages": 0.3, "from": reform["from"]}}
    whole = load(SEA / "baseline.yaml", {"run.continuum": True, "years.to": 2026, "policies": both, "title": "Both"})
    runs = [run(one, out=folder / name) for name, one in (("base", base), ("opened", opened), ("whole", whole))]
    return compare(*runs)


def test_a_scenario_that_holds_another_says_what_it_adds(river):
    found = outcomes(river)
    (one,) = contained(river, found)
    assert (one.whole.title, one.policies) == ("Both", ("free",)) and one.part is found[0]
    changes = [outcome.ratio.difference for outcome in found]
    assert one.beyond.difference == pytest.approx(changes[1] - changes[0], abs=1e-12)
    assert one.net == pytest.approx(found[1].money.net - found[0].money.net)
    said = remarks(river, found)[0]
    assert said.startswith(f"Both also contains free of '{one.part.title}', with the same terms; what it adds beyond that")
    text = report.page(river, "en")
    assert f"“Both” also contains free of “{one.part.title}”" in text
    assert f"“Both”也包含“{Speaker('zh', 'riverland', 'x').title(one.part.title)}”的free" in report.page(river, "zh")


def test_other_terms_are_another_policy(river):
    whole = list(river.scenarios.values())[1]
    terms = whole.manifest["scenario"]["policies"]["free"]
    before = terms["cut"]
    try:
        terms["cut"] = before / 2
        assert contained(river, outcomes(river)) == []
    finally:
        terms["cut"] = before


def test_a_policy_that_spends_more_than_was_ever_tried_is_said():
    cost = {("a", 1): 4.0, ("a", 2): 31.0, ("b", 1): 100 * MOST}
    (one,) = of_costs(cost, {1: 100.0, 2: 100.0})
    assert str(one) == "a spends 31% of output in 2: far outside what the model was held against"


def test_of_a_run_it_is_the_largest_share_of_any_year(river):
    whole = list(river.scenarios.values())[1]
    found = {one.policy: one for one in of_results(whole)}
    output = whole.values("output").median(axis=1)
    spent = whole.values("public_cost", "policy", "pay").median(axis=1)
    assert (spent / output).max() > MOST and found["pay"].share == pytest.approx((spent / output).max())
    assert "free" not in found
    assert "Both”: pay spends" in report.page(river, "en")


def test_terms_nobody_wrote_are_listed_once(river):
    runs = [river.baseline, *river.scenarios.values()]
    told = {(one.policy, one.term): one.value for one in unsaid(runs)}
    name = next(iter(runs[1].manifest["scenario"]["policies"]))
    assert ("service_share" in {term for policy, term in told if policy == name}) == (
        runs[1].manifest["origins"][f"policies.{name}.service_share"] == "default"
    )
    assert told["pay", "on_capital"] == 0.0 and ("pay", "on_wages") not in told
    assert "subsidy over the rental of capital at work there" in report.page(river, "en")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("village_roads_income", "chosen"),
        ("vouchers", "published"),
        ("one_market_fifth", "published"),
        ("cash_for_the_poorest", "other"),
        ("registration_urban_share", ""),
        ("equal_budgets_output", ""),
        ("poor_counties_income", ""),  # outside is evidence, whatever was chosen
    ],
)
def test_what_is_evidence(name, why):
    row = next(row for row in evidence.experiments() if row["experiment"] == name)
    assert evidence.why_none(row) == why


def test_every_published_number_is_told_apart():
    for row in evidence.experiments():
        assert len(evidence.of_another_quantity(row)) == len(row["published"].split("; "))


def _row(name, low, middle, high):
    cost = {"low": low, "middle": middle, "high": high, "narrows": 8, "narrows_of": 8}
    return {"policy": name, "name": name, "cost": cost}


def test_ranges_overlap_where_they_have_a_value_in_common():
    costs = {name: _row(name, *ends)["cost"] for name, ends in {"a": (1, 2, 3), "b": (3, 4, 5), "c": (6, 7, 8)}.items()}
    costs["d"] = _row("d", math.nan, math.nan, math.nan)["cost"]
    assert sureness.overlapping(costs) == [("a", "b")]


@pytest.mark.parametrize(
    ("ends", "said"), [((2e9, 4e9, 5e9), "The ranges of “A” and “B” overlap"), ((4e9, 4.5e9, 5e9), "No two of the ranges")]
)
def test_costs_over_draws_are_told_with_their_order(ends, said):
    flip = Flip("a", "b", 3, 5, 0, None, None, None, 0.6, 1.0)
    speaker = Speaker("en", "zhejiang", "yuan of 2014")
    rows = [_row("a", 1e9, 2e9, 3e9), _row("b", *ends)]
    body = sureness.further(rows, {"flips": [flip]}, {"a": "A", "b": "B"}, speaker)
    assert any(isinstance(one, str) and one.startswith(said) for one in body)
    (order,) = body[-1].lines
    assert order == "“B” narrows the gap more than “A” in 5 draws and less in 3 of 8: they change places."
