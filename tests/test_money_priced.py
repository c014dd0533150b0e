"""The table of instruments under three ways of paying: free, purchases valued, an income levy."""

import json
import shutil

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.evidence import money
from sim.scenario.load import load_scenario
from sim.vocabulary import vocabulary
from tests.test_end_to_end import ROOT

HERE = ROOT / "scenarios" / "zhejiang"


def scenario(name, *settings):
    return load_scenario(HERE / f"{name}.yaml", vocabulary(), settings)


@pytest.fixture(scope="module")
def rows():

    files = [scenario("infrastructure_investment", "years.to=2026"), scenario("cash_transfer", "years.to=2026")]

    return {row.scenario: row for row in money.rows(files, lambda _: None)}


def test_only_scenarios_that_spend_have_a_price():
    assert money.spends(scenario("mountain_sea")) and money.spends(scenario("tax_and_return"))
    assert not money.spends(scenario("market_unification")) and not money.spends(scenario("income_tax"))


def test_paying_changes_policies_that_spend_and_the_worth_of_purchases_alone():
    before = scenario("tax_and_return")
    after = money.paid_for(before, money.WAYS[2])
    assert after.parameters == {**before.parameters, "public_worth": 1.0} and after.run.continuum
    changed = {name for name, terms in after.policies.items() if terms != before.policies[name]}
    assert {after.policies[name].financed_by for name in changed} <= {"income_levy"}
    assert all(money.spends(before.model_copy(update={"policies": {name: before.policies[name]}})) for name in changed)


def test_roads_of_local_budgets_are_worth_less_once_they_are_paid_for(rows):
    row = rows["infrastructure_investment"]
    free, valued, levied = (row.gains[way.name] for way in money.WAYS)
    assert free["welfare"] > levied["welfare"] and free["welfare"] > valued["welfare"]
    assert row.cost > 1 and not row.reasons


def test_what_the_nation_pays_shows_beside_what_the_area_gains(rows):
    """A transfer from above: the area gains about the same in all three ways, the nation's gain is gone once it pays."""
    gains = rows["cash_transfer"].gains
    here = [gains[way.name]["welfare"] for way in money.WAYS]
    nation = [gains[way.name]["welfare_nation"] for way in money.WAYS]
    assert min(here) > 0.3 and max(here) - min(here) < 0.15 * max(here)
    assert nation[0] > 0 and max(nation[1:]) < 0.1 * nation[0]


def test_the_page_holds_every_row_and_names_its_command(rows):
    text = money.page(list(rows.values()), "factorflow validate money --out here.md")
    assert "Written by `factorflow validate money --out here.md`" in text and "of 2026" in text
    for row in rows.values():
        assert f"| {' | '.join(row.words())} |" in text


def test_a_way_that_cannot_be_paid_says_why_and_the_others_are_told():
    """With half of local budgets for services 35% are left for general purchases, and the roads ask for 40%."""
    roads = ("policies.mountain_roads.share_of_budget=0.4", "policies.mountain_roads.from=2015")
    greedy = scenario("infrastructure_investment", "years.to=2016", "parameters.service_spending=0.5", *roads)
    (row,) = money.rows([greedy], lambda _: None)
    assert set(row.reasons) == {"free", "valued"} and set(row.gains) == {"levy"}
    assert all("of a budget of which only 0.35 is left for general purchases" in reason for reason in row.reasons.values())
    assert "none" in row.words() and "Without a number" in money.page([row], "it")


def test_the_command_prints_the_table_and_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(HERE / "industrial_linkage.yaml", tmp_path / "chain.yaml")
    baseline = (HERE / "baseline.yaml").read_text(encoding="utf-8")
    assert "to: 2035" in baseline
    (tmp_path / "baseline.yaml").write_text(baseline.replace("to: 2035", "to: 2026"), encoding="utf-8")
    answer = CliRunner().invoke(main, ["validate", "money", "chain.yaml", "--json", "--out", "money.md"])
    assert answer.exit_code == 0, answer.output
    (row,) = json.loads(answer.stdout)["rows"]
    assert set(row["gains"]) == {"free", "valued", "levy"} and row["instruments"] == ["industrial_linkage"]
    assert "factorflow validate money chain.yaml --out money.md" in (tmp_path / "money.md").read_text(encoding="utf-8")


def test_nothing_to_pay_for_and_nothing_to_read_are_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(main, ["validate", "money"])
    assert answer.exit_code == 2 and "name a FILE" in answer.output
    answer = CliRunner().invoke(main, ["validate", "money", str(HERE / "market_unification.yaml")])
    assert answer.exit_code == 2 and "spends public money" in answer.output
