"""What may be claimed of scenarios: verdicts and titles by fixed rules from numbers, never free text.

A scenario narrows or widens the gap only where the 90% band of its paired differences leaves zero out and a hundredth of the
gap closes or opens; its verdict is `mixed` where another measure of the gap, or regions of most people, do so the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from sim.analysis.change import Change
from sim.analysis.differences import Differences
from sim.analysis.outcome import Money, Outcome, by_cost, outcomes
from sim.analysis.payers import payers
from sim.analysis.results import Results
from sim.analysis.verdicts import contradictions, own_change, own_word, verdict_word
from sim.analysis.winners import PARTED, Sides, heads, parted, places, resettled, sides, winners
from sim.pages.report.words import Finding, against_words, finding

MOVING = 0.02  # of all people: where places gain or lose more, their means speak of other people before and after
_PAYS = 0.01  # of all that is paid: who pays less outside the reported area is not told of apart
FEW = 10  # pairs below which a band is hardly more than a range


@dataclass(frozen=True)
class Story:
    """A scenario as the page tells it: its place in the order (1 the first after the baseline), outcome, winners and losers.

    against: findings of measures that clearly go the other way than the ratio; failed, asked: replicates; resettled: see
    `winners.resettled`; parts: tenths by registration, see `winners.parted`.
    """

    order: int
    outcome: Outcome
    table: pd.DataFrame
    sides: Sides
    against: tuple[Finding, ...]
    failed: int
    asked: int
    resettled: float = 0.0
    parts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PARTED)))

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.outcome.title

    @property
    def word(self) -> str:
        """narrows, widens, mixed, hardly, unclear, none, unknown (one draw) or unrecorded."""
        return verdict_word(self.outcome.ratio, bool(self.against))

    @property
    def cost(self) -> str:
        """free, covered, raises, saves or costs."""
        return cost_word(self.outcome.money)

    @property
    def taxed(self) -> bool:
        """Whether taxes on households pay for all of it."""
        return self.cost in ("covered", "raises")

    @property
    def steady(self) -> bool:
        """Whether places hold about the same people, so that heads may be told by what their place's income does."""
        return self.resettled <= MOVING


def cost_word(money: Money) -> str:
    """What a scenario costs public budgets: nothing, nothing net since households pay, a gain from them, a saving, a cost."""
    if not money.any:
        return "free"
    if money.even:
        return "covered" if money.receipts > 0 else "free"
    if money.net > 0:
        return "costs"
    return "raises" if money.receipts > 0 else "saves"


def stories(differences: Differences) -> list[Story]:
    """The scenarios of a comparison in their order."""
    found = []
    for order, outcome in enumerate(outcomes(differences), start=1):
        table = winners(differences, outcome.label)
        rows = differences.scenarios[outcome.label].manifest["replicates"]
        failed = sum(row["status"] != "done" for row in rows)
        against = tuple(map(against_words, contradictions(differences, outcome.label)))
        moving = resettled(differences, outcome.label)
        parts = parted(differences, outcome.label)
        found.append(Story(order, outcome, table, sides(table), against, failed, len(rows), moving, parts))
    return found


def verdict(story: Story, year: int) -> Finding:
    """What a scenario does to the gap, in a sentence."""
    ratio, values = story.outcome.ratio, {"title": story.title, "year": year}
    word = story.word
    if ratio is None or word == "none":
        return finding(f"verdict.{word}", **values)
    numbers = {"before": ratio.number(ratio.before), "after": ratio.number(ratio.reached), "change": ratio.signed}
    if word == "mixed":
        return finding("verdict.mixed", **values, **numbers, against=story.against[0])
    return finding(f"verdict.{word}", **values, **numbers)


def headline(found: Sequence[Story], year: int) -> Finding:
    """The one sentence on top: of one scenario its verdict; of several how many narrow the gap, and the cheapest of them."""
    if len(found) == 1:
        return verdict(found[0], year)
    narrow = _narrowing(found)
    if not narrow:
        return finding("headline.none", all=len(found), year=year)
    how = "every" if len(narrow) == len(found) else "some"
    many = finding(f"headline.{how}", count=len(narrow), all=len(found), year=year)
    best, named = _best(narrow, "headline"), cheapest(narrow)
    if named is not None and named.steady and named.sides.word == "most_lose":
        best = finding("headline.but", best=best)
    here = None if named is None or named.steady else _registered_here(named)
    if here is not None and here.verdict == "down":
        best = finding("headline.but_here", best=best, share=here.share)
    return finding("headline.both", many=many, best=best)


def _narrowing(found: Sequence[Story]) -> list[Story]:
    return [one for one in found if one.word == "narrows"]


def _best(narrowing: Sequence[Story], part: str) -> Finding:
    """The cheapest of those that narrow the gap and that no tax pays for, in the words of a part of the page."""
    best = cheapest(narrowing)
    if best is None:
        return finding(f"{part}.taxed")
    rivals = sum(not one.taxed for one in narrowing) > 1
    word = best.cost if best.cost != "costs" or rivals else "only"
    point, net = best.outcome.cost_per_point or 0.0, abs(best.outcome.money.net)
    return finding(f"{part}.{word}", winner=best.title, point=point, net=net)


def in_order_of_cost(found: Sequence[Story]) -> list[Story]:
    """Stories as `outcome.by_cost` ranks them."""
    order = {one.label: place for place, one in enumerate(by_cost(one.outcome for one in found))}
    return sorted(found, key=lambda one: order[one.outcome.label])


def cheapest(narrowing: Sequence[Story]) -> Story | None:
    """Of those that narrow the gap, the one whose hundredth of the ratio costs public budgets least net, or None.

    What taxes on households pay for is no candidate: it costs budgets nothing by its making, whatever households pay.
    """
    return next((one for one in in_order_of_cost(narrowing) if not one.taxed), None)


def ranking(found: Sequence[Story]) -> Finding:
    """What closes the gap at the lowest net cost, or that nothing does."""
    narrow = _narrowing(found)
    return _best(narrow, "ranking") if narrow else finding("ranking.none")


def self_financing(found: Sequence[Story]) -> list[Finding]:
    """Of each that narrows the gap and that taxes pay for: what households pay, and what that is for each point closed."""
    told = []
    for one in in_order_of_cost(_narrowing(found)):
        receipts = one.outcome.money.receipts
        if one.taxed:
            point = receipts / one.outcome.points
            told.append(finding("ranking.self_financing", title=one.title, receipts=receipts, point=point))
    return told


def curves(runs: Sequence[Results]) -> Finding | None:
    """Which way the gap goes in the scenarios over their common years, and where it ends; None where it was not recorded."""
    first, year = runs[0].years[0], min(one.years[-1] for one in runs)
    changes = [change for change in (own_change(one, year) for one in runs) if change is not None]
    if not changes:
        return None
    words, last = [own_word(one) for one in changes], [one.after for one in changes]
    if len(runs) == 1:
        ends = {"before": changes[0].number(changes[0].before), "after": changes[0].number(changes[0].after)}
        return finding(f"curves.one_{words[0]}", first=first, year=year, **ends)
    values = {"first": first, "year": year, "low": f"{min(last):.3f}", "high": f"{max(last):.3f}"}
    for word, key in (("narrows", "curves.closes"), ("widens", "curves.opens")):
        if set(words) == {word}:
            return finding(key, **values)
    counts = {"count": words.count("narrows"), "widens": words.count("widens"), "all": len(words)}
    return finding("curves.differ", **counts, **values)


def largest(found: Sequence[Story], year: int) -> tuple[Finding, Story | None]:
    """Which policy changes the ratio most, up or down, of those that do so clear of luck, and its story."""
    moved = [(one, one.outcome.ratio) for one in found if one.outcome.ratio is not None]
    for words, key in ((("up", "down"), "difference.most"), (("unknown",), "difference.unknown")):
        clear = [(one, ratio) for one, ratio in moved if ratio.verdict in words]
        if clear:
            best, ratio = max(clear, key=lambda pair: abs(pair[1].difference))
            return finding(key, winner=best.title, year=year, change=ratio.signed, band=ratio), best
    return finding("difference.none", year=year), None


def where(found: Sequence[Story], alone: bool = False) -> Finding:
    """Where mean real income falls and rises most, over all policies, or in one run from its base year on."""
    rows = [(row.share, (row.region, row.kind), one) for one in found for row in places(one.table) if row.way]
    falls, rises = [row for row in rows if row[0] < 0], [row for row in rows if row[0] > 0]
    values: dict[str, object] = {}
    if falls:
        share, place, story = min(falls, key=lambda row: row[0])
        values |= {"worst": place, "fall": share, "worst_title": story.title}
    if rises:
        share, place, story = max(rises, key=lambda row: row[0])
        values |= {"best": place, "rise": share, "best_title": story.title}
    if falls and rises and alone:
        return finding("map.both_one", **values)
    if falls and rises:
        losing = {story.outcome.label for _, _, story in falls}
        return finding("map.both", count=len(losing), all=len(found), **values)
    return finding("map.gains" if rises else "map.losses" if falls else "map.none", **values)


def who(found: Sequence[Story]) -> Finding:
    """Under which policies most people live where incomes fall, more than where they rise; else whom the largest loss meets.

    Policies under which many people move are no part of it: of them is told what the same people gain.
    """
    steady = [one for one in found if one.steady]
    if not steady:
        return moving(found[0]) if len(found) == 1 else finding("winners.moving", titles=[one.title for one in found])
    by_word = {
        word: [one.title for one in steady if one.sides.word == word] for word in ("most_lose", "more_lose", "more_gain")
    }
    for word in ("most_lose", "more_lose"):
        if by_word[word]:
            return finding(f"winners.{word}", titles=by_word[word])
    if not by_word["more_gain"]:
        return finding("winners.none") if len(steady) == len(found) else finding("winners.steady_none")
    if len(by_word["more_gain"]) < len(found):
        return finding("winners.more_gain", titles=by_word["more_gain"])
    losing: dict[tuple[str, str], float] = {}
    for one in steady:
        for row in heads(one.table):
            if row.counts < 0:
                losing[row.region, row.kind] = losing.get((row.region, row.kind), 0.0) + row.people
    return finding("winners.all", group=max(losing, key=lambda one: losing[one])) if losing else finding("winners.all_clear")


def moving(story: Story) -> Finding:
    """Of a policy under which many people move: what those registered here, the same people, gain, where it was recorded."""
    here = _registered_here(story)
    if here is None:
        return finding("winners.moving", titles=[story.title])
    key = "winners.registered_unclear" if here.verdict in ("none", "unclear") else "winners.registered"
    return finding(key, title=story.title, share=here.share)


def _registered_here(story: Story) -> Change | None:
    """What the mean income of those registered here, the same people, changes by; None where it was not recorded."""
    return next((one.income for one in story.outcome.groups if one.name == "registered_here"), None)


def outside(story: Story) -> list[Finding]:
    """Of those outside the reported area, whom no count of heads there holds: what they lose, and what share they pay."""
    told = []
    paid = payers(story.outcome)
    beyond = [one for one in story.outcome.people or () if one.outside]
    for region in dict.fromkeys(one.region for one in beyond):
        falling = [one for one in beyond if one.region == region and one.falls]
        if falling:
            before, moved = (
                sum(one.persons * getattr(one.decisive, name) for one in falling) for name in ("before", "difference")
            )
            values = {"lose": sum(one.persons for one in falling), "share": moved / before}
            told.append(finding("verdict.outside_loses", title=story.title, region=region, **values))
        share = float(paid.loc[paid["payer"] == region, "share"].clip(lower=0.0).sum())
        if share >= _PAYS:
            told.append(finding("verdict.outside_pays", title=story.title, region=region, part=share))
    return told


def paying(found: Sequence[Outcome]) -> Finding:
    """The largest of all bills, of one policy, since policies exclude each other, and who pays the largest part."""
    bills: list[tuple[float, str, Outcome, str | None]] = []
    for one in found:
        money = one.money
        for key, sums in (("households", money.households), ("budgets", money.payers or {})):
            paid = {name: value for name, value in sums.items() if value > 0}
            if paid:
                bills.append((sum(paid.values()), f"payers.{key}", one, max(paid, key=lambda name: paid[name])))
        if money.receipts > 0:
            bills.append((money.receipts, "payers.taxed", one, None))
    if not bills:
        return finding("payers.nobody")
    total, key, largest, payer = max(bills, key=lambda bill: bill[0])
    return finding(key, title=largest.title, receipts=total, **({"payer": payer} if payer else {}))


def own(run: Results, title: str, year: int) -> Finding:
    """Of one scenario alone: what its gap does from the first year to the last; no effect of a policy."""
    ratio = own_change(run, year)
    numbers = {} if ratio is None else {"before": ratio.number(ratio.before), "after": ratio.number(ratio.after)}
    return finding(f"verdict.own_{own_word(ratio)}", title=title, first=run.years[0], year=year, **numbers)
