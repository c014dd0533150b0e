"""What a comparison leads with of money: net cost, who paid, households that are charged, what rounding leaves."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.leading import billions, money_words, ranking
from sim.analysis.outcome import UPPER, outcomes
from tests.results.futures import MONEY, compared


def test_cost_is_net_and_added_up_and_payers_are_named(tmp_path: Path) -> None:
    comparison = compared(tmp_path, money=MONEY)
    money = outcomes(comparison)[0].money
    assert (money.cost, money.receipts, money.net, money.last) == pytest.approx((15e9, 6e9, 9e9, 3e9))
    assert money.payers == pytest.approx({"Ningbo": 4.5e9, "Hangzhou": 3e9, UPPER: 1.5e9})
    assert list(money.payers) == ["Ningbo", "Hangzhou", UPPER] and sum(money.payers.values()) == pytest.approx(money.net)
    text = comparison.paragraph
    assert (
        "Cost: 9 billion yuan of 2014 net (90% between 9 and 9) from 2014 to 2016, 15.0 minus 6 raised in taxes; "
        "3 billion in 2016 alone. Raised from households: 6 billion. Which budgets paid, in billions: Ningbo 4.5, Hangzhou 3"
    ) in text
    told = comparison.to_json()["outcomes"][0]["public_cost"]
    assert told["net"] == pytest.approx(9e9) and told["by_government"]["Ningbo"] == pytest.approx(4.5e9)


def test_households_that_are_charged_stand_beside_budgets(tmp_path: Path) -> None:
    """Their levy is no receipt of a budget: it pays for what is spent, so cost and its payers add up."""
    levied = {
        ("public_cost", "policy", "aid"): 5e9,
        ("public_receipts", "policy", "aid"): 0.0,
        ("paid_for_policies", "region", "Hangzhou"): 1e9,
        ("raised_by_policies", "region", "Hangzhou"): 0.0,
        ("paid_for_policies", "world", "zhejiang"): 1e9,
        ("raised_by_policies", "world", "zhejiang"): 0.0,
        ("charged_to_households", "region", "Hangzhou"): 0.5e9,
        ("charged_to_households", "region", "Ningbo"): 3.5e9,
        ("charged_to_households", "world", "zhejiang"): 4e9,
    }
    comparison = compared(tmp_path, money=levied)
    money = outcomes(comparison)[0].money
    assert money.payers is not None
    assert sum(money.payers.values()) + sum(money.households.values()) == pytest.approx(money.net) == pytest.approx(15e9)
    assert "Which budgets paid, in billions: Hangzhou 3, out of general purchases" in comparison.paragraph
    assert "Whose households paid by a levy that raises just the cost, in billions: Ningbo 10.5, Hangzhou 1.5." in (
        comparison.paragraph
    )
    told = comparison.to_json()["outcomes"][0]["public_cost"]
    assert told["by_households"] == pytest.approx({"Ningbo": 10.5e9, "Hangzhou": 1.5e9})
    assert outcomes(compared(tmp_path / "b", money=MONEY))[0].money.households == {}


def test_cost_is_that_beyond_the_baseline(tmp_path: Path) -> None:
    more = MONEY | {("public_cost", "policy", "aid"): 6e9, ("paid_for_policies", "world", "zhejiang"): 6e9}
    money = outcomes(compared(tmp_path, baseline={"money": MONEY}, money=more))[0].money
    assert (
        money.net == pytest.approx(3e9) and money.payers == pytest.approx({UPPER: 3e9}) and money.policies["aid"] == money.net
    )


TAX = {
    ("public_cost", "policy", "tax"): 0.0,
    ("public_receipts", "policy", "tax"): 40e9,
    ("paid_for_policies", "region", "Quzhou"): 0.0,
    ("raised_by_policies", "region", "Quzhou"): 40e9,
    ("paid_for_policies", "world", "zhejiang"): 0.0,
    ("raised_by_policies", "world", "zhejiang"): 40e9,
}


def test_households_pay_a_tax_and_keep_it_where_it_is_abolished(tmp_path: Path) -> None:
    tax = compared(tmp_path / "a", money=TAX, effect=-0.05)
    assert (
        "Cost: none to public budgets, which gain 120.0 billion yuan of 2014 net (90% between 120.0 and 120.0) from 2014 to "
        "2016, 120.0 raised in taxes minus 0.0 paid out; 40.0 billion in 2016 alone. Raised from households: 120.0 billion."
    ) in tax.paragraph
    assert "Which budgets paid" not in tax.paragraph
    assert ranking(outcomes(tax))[0][5] == "raises money; households pay"
    abolished = compared(tmp_path / "b", baseline={"money": TAX}, effect=-0.05)
    assert (
        "Cost: 120.0 billion yuan of 2014 net (90% between 120.0 and 120.0) from 2014 to 2016, 0.0 paid out; it "
        "gives up 120.0 of taxes; 40.0 billion in 2016 alone. Left to households: 120.0 billion. "
        "Which budgets paid, in billions: Quzhou 120.0"
    ) in abolished.paragraph
    assert ranking(outcomes(abolished))[0][5] == "24.0"


def test_what_rounding_leaves_is_no_money(tmp_path: Path) -> None:
    returned = {key: 40e9 + (0.00003 if "paid" in key[0] or "cost" in key[0] else 0.0) for key in TAX}
    outcome = outcomes(compared(tmp_path, money=returned, effect=-0.05))[0]
    assert outcome.money.net == outcome.money.low == outcome.money.last == 0.0 and outcome.money.payers == {}
    assert "e-" not in money_words(outcome) and ranking([outcome])[0][4:] == ("0.0", "households pay all")
    assert [billions(sum_) for sum_ in (3.2e4, -5e8, 0.0, -0.0, 1.25e9, 9.996e9)] == [
        "0.000032",
        "-0.5",
        "0.0",
        "0.0",
        "1.25",
        "10",
    ]


def test_money_of_runs_that_are_not_paired_has_the_spread_of_both(tmp_path: Path) -> None:
    run = {"scenario": {"run": {"labour_agents": 2_000, "capital_agents": 10, "land_agents": 10}}}
    comparison = compared(tmp_path, baseline={"money": TAX}, money=MONEY, **run)
    for results, step in ((comparison.baseline, 1e9), (comparison.scenarios["aid"], 2e9)):
        frame = results.series.copy()
        costs = (frame["measure"] == "public_cost") & (frame["year"] == 2014)
        frame.loc[costs, "value"] += step * frame.loc[costs, "replicate"]
        results.series = frame
    money = outcomes(comparison)[0].money
    pairs = [9 + 120 + 2 * one - other for one in range(12) for other in range(12)]
    low, middle, high = (1e9 * float(pd.Series(pairs).quantile(share)) for share in (0.05, 0.5, 0.95))
    assert (money.low, money.net, money.high) == pytest.approx((low, middle, high))


def test_payers_need_a_record_on_both_sides(tmp_path: Path) -> None:
    old = {key: value for key, value in MONEY.items() if key[1] == "policy"}
    assert outcomes(compared(tmp_path / "a", baseline={"money": old}, money=MONEY))[0].money.payers is None
    assert outcomes(compared(tmp_path / "b", money=MONEY))[0].money.payers is not None


def test_runs_that_did_not_record_payers_say_so(tmp_path: Path) -> None:
    text = compared(tmp_path, money={key: value for key, value in MONEY.items() if key[1] == "policy"}).paragraph
    assert "Which governments paid was not recorded by these runs; by policy, in billions: aid 9." in text
    assert "Cost: public budgets pay nothing for it." in compared(tmp_path / "none").paragraph
