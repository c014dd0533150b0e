"""Verdicts and titles on made-up results: each word of the page follows from numbers known beforehand."""

from dataclasses import replace

import pandas as pd
import pytest

from sim.analysis.change import Change
from sim.analysis.comparison import compare_results
from sim.analysis.groups import Group
from sim.analysis.outcome import by_cost, outcomes
from sim.analysis.verdicts import own_change, verdict_word
from sim.analysis.winners import sides
from sim.pages.report import verdict
from sim.pages.report.verdict import stories
from sim.pages.report.words import Speaker
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
    assert (against.key, against.values) == (
        "verdict.regions_against",
        {"count": 2, "all": 3, "part": pytest.approx(4 / 4.5)},
    )


def test_a_ratio_that_was_not_recorded_has_no_verdict():
    assert verdict_word(None) == "unrecorded"


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
        "raising": {"effect": -0.02, "money": money(1e9, 2e9)},
    }
    runs = [future(tmp_path / "baseline"), *(future(tmp_path / name, **other) for name, other in made.items())]
    found = stories(compare_results(runs))
    assert [one.outcome.label for one in verdict.in_order_of_cost(found)] == [
        "raising", "dear_gross", "dear_net", "unclear", "widens",
    ]  # fmt: skip
    told = verdict.headline(found, YEAR)
    many, best = told.values["many"], told.values["best"]
    assert (many.key, many.values["count"], many.values["all"]) == ("headline.some", 3, 5)
    assert (best.key, best.values["winner"]) == ("headline.costs", "Dear gross"), "taxes on households are no cheapness"
    (taxed,) = verdict.self_financing(found)
    assert taxed.values == {"title": "Raising", "receipts": pytest.approx(6e9), "point": pytest.approx(3e9)}


def test_of_two_that_raise_money_what_closes_more_leads(tmp_path):
    """Both raise 30 billion: net over what is closed would rank the one that closes a tenth as much above the other."""
    raising = money(0.0, 10e9)
    runs = [future(tmp_path / "baseline"), future(tmp_path / "a", effect=-0.02, money=raising)]
    found = outcomes(compare_results([*runs, future(tmp_path / "b", effect=-0.2, money=raising)]))
    assert [one.label for one in by_cost(found)] == ["b", "a"]
    assert [one.cost_per_point for one in found] == [None, None]
    told = verdict.headline(stories(compare_results([*runs, future(tmp_path / "c", effect=-0.03, money=raising)])), YEAR)
    assert told.values["best"].key == "headline.taxed"


def test_a_point_is_of_the_gap_closed_not_of_what_overshoots(tmp_path):
    """From 2 (and luck) to 0.5: the ratio moves by 1.5, the gap closes by half a point each, 9 billion over 50 hundredths."""
    found = story(tmp_path, effect=lambda replicate: -1.5 - 0.01 * replicate, replicates=range(1), money=MONEY,
                  baseline={"replicates": range(1)}).outcome  # fmt: skip
    assert found.points == pytest.approx(50) and found.ratio.difference == pytest.approx(-1.5)
    several = story(tmp_path / "several", effect=lambda replicate: -0.05 if replicate else -0.1, money=MONEY).outcome
    assert several.point_band == pytest.approx((0.9e9, 1.8e9))


@pytest.mark.parametrize(
    ("effect", "regions", "word"),
    [(-0.005, {}, "hardly"), (0.005, {}, "hardly"), (-0.2, dict.fromkeys(("Hangzhou", "Ningbo"), 0.005), "narrows"),
     (-0.2, {"Ningbo": 0.1, "Quzhou": 0.3}, "narrows"), (-0.2, {"Hangzhou": 0.1}, "mixed")],
    ids=["small", "small and wider", "regions by a hair", "two regions of few people", "one region of most people"],
)  # fmt: skip
def test_a_gap_moves_by_a_size_worth_telling(tmp_path, effect, regions, word):
    assert story(tmp_path, effect=effect, regions=regions).word == word


def test_a_headline_claims_nothing_where_nothing_narrows(tmp_path):
    runs = [future(tmp_path / "baseline"), future(tmp_path / "a", effect=0.05), future(tmp_path / "b", effect=swinging)]
    found = stories(compare_results(runs))
    assert verdict.headline(found, YEAR).key == "headline.none" and verdict.ranking(found).key == "ranking.none"
    assert verdict.largest(found, YEAR)[0].values["winner"] == "A"


def test_of_equal_cost_what_closes_more_leads(tmp_path):
    runs = [future(tmp_path / "baseline"), future(tmp_path / "a", effect=-0.01), future(tmp_path / "b", effect=-0.05)]
    assert [one.label for one in by_cost(outcomes(compare_results(runs)))] == ["b", "a"]


def test_who_pays(tmp_path):
    told = verdict.paying([story(tmp_path / "budgets", effect=-0.05, money=MONEY).outcome])
    assert (told.key, told.values["payer"]) == ("payers.budgets", "Ningbo")
    levy = {**MONEY, ("charged_to_households", "region", "Quzhou"): 4e9}
    told = verdict.paying([story(tmp_path / "levy", effect=-0.05, money=levy).outcome])
    assert (told.key, told.values["payer"]) == ("payers.households", "Quzhou")
    said = Speaker("en", "zhejiang", "yuan of 2014").finding(told)
    assert said.endswith("the largest part in Quzhou"), "which need not be most of it"
    assert verdict.paying([story(tmp_path / "free", effect=-0.05).outcome]).key == "payers.nobody"
    told = verdict.paying([story(tmp_path / "taxed", money=MONEY | money(5e9, 4.9e9)).outcome])
    assert (told.key, told.values["receipts"]) == ("payers.taxed", pytest.approx(14.7e9))


def test_policies_exclude_each_other_so_bills_are_not_added(tmp_path):
    """Hangzhou pays 3 + 3 under two policies, Ningbo 4 under a third: the largest bill is that of one policy."""

    def paid(region, value):
        return {("public_cost", "policy", "aid"): value, ("paid_for_policies", "region", region): value,
                ("paid_for_policies", "world", "zhejiang"): value}  # fmt: skip

    bills = {"a": paid("Hangzhou", 3e9), "b": paid("Hangzhou", 3e9), "c": paid("Ningbo", 4e9)}
    runs = [future(tmp_path / "baseline"), *(future(tmp_path / name, money=bill) for name, bill in bills.items())]
    told = verdict.paying([one.outcome for one in stories(compare_results(runs))])
    assert (told.values["title"], told.values["payer"]) == ("C", "Ningbo")


def test_where_people_move_places_do_not_tell_who_loses(tmp_path):
    found = story(tmp_path, falls=dict.fromkeys(CELLS, -900.0))
    assert found.steady and verdict.who([found]).key == "winners.most_lose"
    assert verdict.who([replace(found, resettled=0.03)]).key == "winners.moving"


def test_those_outside_who_lose_and_pay_are_said_apart(tmp_path):
    """Incomes of Quzhou fall by 2 per cent, and it pays 1 of 1 + 4.5 + 3 + 1.5 billion by a levy."""
    out = {"outside": ["Quzhou"]}
    levy = {**MONEY, ("charged_to_households", "region", "Quzhou"): 1e9 / 3}
    falls = {"Quzhou/urban": -1000.0, "Quzhou/rural": -500.0}
    loses, pays = verdict.outside(story(tmp_path, baseline=out, falls=falls, money=levy, **out))
    assert loses.values["lose"] == 3e6 and loses.values["share"] == pytest.approx(-0.02, rel=0.01)
    assert pays.values["part"] == pytest.approx(0.1)


def test_a_small_loss_is_no_loser(tmp_path):
    found = story(tmp_path, falls={**dict.fromkeys(CELLS[:4], -20.0), CELLS[4]: 900.0})
    assert (found.sides.lose, found.sides.gain) == (0, 1.5e6)


def test_nobody_loses_only_where_no_side_counts_losers(tmp_path):
    """The place as a whole gains; two of its tenths lose: somebody's loss is clear of luck."""
    found = story(tmp_path, falls=dict.fromkeys(CELLS, 900.0))
    assert verdict.who([found]).key == "winners.all_clear"
    rows = [found.table.assign(tenth=number, share=share, verdict=way, people=people) for number, share, way, people in
            ((1, -0.03, "down", 1.0), (2, 0.03, "up", 2.0), (3, -0.9, "down", float("nan")))]  # fmt: skip
    table = pd.concat([found.table, *rows], ignore_index=True)
    assert verdict.who([replace(found, table=table, sides=sides(table))]).key == "winners.all"


def test_years_that_not_all_have_are_not_told_as_one(tmp_path):
    """The ratio of synthetic runs stands still: no gap widens, and all tell of the year they are asked for."""
    run = future(tmp_path / "a")
    told = verdict.curves([run, run])
    assert told.key == "curves.differ" and (told.values["count"], told.values["widens"]) == (0, 0)
    assert verdict.curves([run]).key == "curves.one_still" and verdict.own(run, "A", YEAR).key == "verdict.own_still"
    earlier = future(tmp_path / "b", effect=0.5)
    assert own_change(earlier, 2015).after == pytest.approx(earlier.values("urban_rural_ratio").loc[2015].median())
    assert own_change(earlier, 2031) is None


def change(share, half=0.0):
    return Change(1.0, 1 + share, share, share - half, share + half, "yuan", paired=True, replicates=5)


@pytest.mark.parametrize(
    ("share", "word", "resettled", "key"),
    [
        (-0.012, "down", 0.03, "headline.but_here"),
        (-0.012, "unclear", 0.03, "headline.costs"),
        (0.02, "up", 0.03, "headline.costs"),
        (-0.012, "down", 0.0, "headline.costs"),  # nobody moves: the count of heads says who loses
    ],
)
def test_whoever_is_crowned_is_named_with_what_those_registered_here_lose(tmp_path, share, word, resettled, key):
    paid = money(1e9, 0.0)
    runs = [future(tmp_path / "baseline"), future(tmp_path / "a", effect=-0.05, money=paid)]
    cheap, dear = stories(compare_results([*runs, future(tmp_path / "b", effect=-0.05, money=money(5e9, 0.0))]))
    here = Group("registered_here", change(0.0), change(share, 0.05 if word == "unclear" else 0.001))
    cheap = replace(cheap, resettled=resettled, outcome=replace(cheap.outcome, groups=[here]))
    best = verdict.headline([cheap, dear], YEAR).values["best"]
    assert best.key == key
    if key == "headline.but_here":
        assert best.values["share"] == pytest.approx(share) and best.values["best"].values["winner"] == "A"
