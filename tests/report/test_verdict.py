"""Verdicts and titles on made-up results: each word of the page follows from numbers known beforehand."""

import pytest

from sim.analysis.comparison import compare_results
from sim.analysis.outcome import by_cost, outcomes
from sim.pages.report import verdict
from sim.pages.report.verdict import stories
from tests.results.futures import MONEY, compared, future

YEAR = 2016
CELLS = [f"{region}/{kind}" for region in ("Hangzhou", "Ningbo", "Quzhou") for kind in ("urban", "rural")]


def money(paid, raised):
    return {("public_cost", "policy", "aid"): paid, ("public_receipts", "policy", "aid"): raised}


def story(tmp_path, **other):
    return stories(compared(tmp_path, **other))[0]


def swinging(replicate):
    return -0.05 if replicate % 2 else 0.05


@pytest.mark.parametrize(
    ("made", "word"),
    [
        ({"effect": -0.05}, "narrows"),
        ({"effect": 0.05}, "widens"),
        ({"effect": swinging}, "unclear"),
        ({}, "none"),
        ({"effect": -0.05, "replicates": range(1), "baseline": {"replicates": range(1)}}, "unknown"),
        ({"effect": -0.05, "regions": {"Hangzhou": 0.1, "Ningbo": 0.1}}, "mixed"),
    ],
    ids=["narrows", "widens", "unclear", "zero effect", "one replicate", "regions against"],
)
def test_what_the_ratio_allows_to_say(tmp_path, made, word):
    found = story(tmp_path, **made)
    assert found.word == word
    assert verdict.verdict(found, YEAR).key == f"verdict.{word}"


def test_mixed_says_what_goes_the_other_way(tmp_path):
    found = story(tmp_path, effect=-0.05, regions={"Hangzhou": 0.1, "Ningbo": 0.1})
    against = verdict.verdict(found, YEAR).values["against"]
    assert (against.key, against.values) == ("verdict.regions_against", {"count": 2, "all": 3})


def test_a_ratio_that_was_not_recorded_has_no_verdict():
    assert verdict.verdict_word(None) == "unrecorded"


@pytest.mark.parametrize(
    ("paid", "raised", "word"),
    [(0.0, 0.0, "free"), (5e9, 5e9, "covered"), (5e9, 8e9, "raises"), (-5e9, 0.0, "saves"), (5e9, 2e9, "costs")],
)
def test_what_it_costs(tmp_path, paid, raised, word):
    assert story(tmp_path, effect=-0.05, money=money(paid, raised)).cost == word


def test_losers_are_counted_in_heads(tmp_path):
    """Six places of 1.5 million: four lose, one gains; then two lose, one gains; then nobody moves."""
    most = story(tmp_path / "most", falls={**dict.fromkeys(CELLS[:4], -900.0), CELLS[4]: 900.0})
    assert (most.sides.lose, most.sides.gain, most.sides.word) == (6e6, 1.5e6, "most_lose")
    assert verdict.who([most]).key == "winners.most_lose"
    more = story(tmp_path / "more", falls={**dict.fromkeys(CELLS[:2], -900.0), CELLS[4]: 900.0})
    assert (more.sides.word, more.sides.still) == ("more_lose", 4.5e6)
    few = story(tmp_path / "few", falls={**dict.fromkeys(CELLS[:3], 900.0), CELLS[4]: -900.0})
    assert verdict.who([few]).key == "winners.all" and verdict.who([few]).values["group"] == ("Quzhou", "urban")
    none = story(tmp_path / "none")
    assert none.sides.word == "none" and verdict.who([none]).key == "winners.none"


def test_a_loss_within_luck_is_no_loss(tmp_path):
    found = story(tmp_path, falls=lambda replicate: {CELLS[0]: -900.0 if replicate % 2 else 900.0})
    assert (found.sides.lose, found.sides.gain) == (0, 0)


def test_failed_replicates_are_counted(tmp_path):
    found = story(tmp_path, effect=-0.05, replicates=range(11), failed=[11])
    assert (found.failed, found.asked) == (1, 12)


def test_the_ranking_by_hand(tmp_path):
    """Three years at 5 billion paid and 2 raised: 9 billion net, 15 gross; a change of 0.05 is five hundredths."""
    found = story(tmp_path, effect=-0.05, money=MONEY)
    assert found.outcome.money.net == pytest.approx(9e9) and found.outcome.money.cost == pytest.approx(15e9)
    assert found.outcome.cost_per_point == pytest.approx(9e9 / 5)
    assert verdict.ranking([found]).values["point"] == pytest.approx(1.8e9)


def test_the_cheapest_net_leads_and_what_is_unclear_comes_last(tmp_path):
    """Gross 15 against 6, net 3 against 6 billion, both of five hundredths: net decides. What widens stands at the end."""
    made = {
        "dear_gross": {"effect": -0.05, "money": money(5e9, 4e9)},
        "dear_net": {"effect": -0.05, "money": money(2e9, 0.0)},
        "unclear": {"effect": swinging, "money": money(1e9, 0.0)},
        "widens": {"effect": 0.05, "money": money(1e9, 0.0)},
        "raising": {"effect": -0.01, "money": money(1e9, 2e9)},
    }
    runs = [future(tmp_path / "baseline"), *(future(tmp_path / name, **other) for name, other in made.items())]
    found = stories(compare_results(runs))
    assert [one.outcome.label for one in verdict.in_order_of_cost(found)] == [
        "raising", "dear_gross", "dear_net", "unclear", "widens",
    ]  # fmt: skip
    told = verdict.headline(found, YEAR)
    assert told.key == "headline.some_raises"
    assert (told.values["count"], told.values["all"], told.values["winner"]) == (3, 5, "Raising")


def test_a_headline_claims_nothing_where_nothing_narrows(tmp_path):
    runs = [future(tmp_path / "baseline"), future(tmp_path / "a", effect=0.05), future(tmp_path / "b", effect=swinging)]
    found = stories(compare_results(runs))
    assert verdict.headline(found, YEAR).key == "headline.none" and verdict.ranking(found).key == "ranking.none"
    assert verdict.largest(found, YEAR)[0].values["winner"] == "A"


def test_of_equal_cost_what_closes_more_leads(tmp_path):
    runs = [future(tmp_path / "baseline"), future(tmp_path / "a", effect=-0.01), future(tmp_path / "b", effect=-0.05)]
    assert [one.label for one in by_cost(outcomes(compare_results(runs)))] == ["b", "a"]


def test_who_pays(tmp_path):
    told = verdict.paying([story(tmp_path / "budgets", effect=-0.05, money=MONEY)])
    assert (told.key, told.values["payer"]) == ("payers.budgets", "Ningbo")
    levy = {**MONEY, ("charged_to_households", "region", "Quzhou"): 1e9}
    told = verdict.paying([story(tmp_path / "levy", effect=-0.05, money=levy)])
    assert (told.key, told.values["payer"]) == ("payers.households", "Quzhou")
    assert verdict.paying([story(tmp_path / "free", effect=-0.05)]).key == "payers.nobody"
