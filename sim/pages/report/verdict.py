"""What may be claimed of scenarios: verdicts and titles by fixed rules from numbers, never free text.

A scenario narrows or widens the gap only where the 90% band of its paired differences leaves zero out; its verdict is
`mixed` where another measure of the gap, or most regions, clearly go the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sim.analysis.change import Change, change_from_row, change_of
from sim.analysis.differences import Differences
from sim.analysis.outcome import RATIO, Money, Outcome, by_cost, outcomes
from sim.analysis.results import Results
from sim.analysis.winners import Sides, places, sides, winners
from sim.pages.report.words import Finding, finding

_PUBLISHED = "urban_rural_ratio_published"
_THEIL = "theil_between_kinds_within_regions"
_NOTHING = 1e-6  # of what is paid: a net cost below it is none
FEW = 10  # pairs below which a band is hardly more than a range


@dataclass(frozen=True)
class Story:
    """A scenario as the page tells it: its place in the order (1 the first after the baseline), outcome, winners and losers.

    against: findings of measures that clearly go the other way than the ratio; failed, asked: replicates.
    """

    order: int
    outcome: Outcome
    table: pd.DataFrame
    sides: Sides
    against: tuple[Finding, ...]
    failed: int
    asked: int

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.outcome.title

    @property
    def word(self) -> str:
        """narrows, widens, mixed, unclear, none, unknown (one draw) or unrecorded."""
        return verdict_word(self.outcome.ratio, bool(self.against))

    @property
    def cost(self) -> str:
        """free, covered, raises, saves or costs."""
        return cost_word(self.outcome.money)


def verdict_word(ratio: Change | None, contradicted: bool = False) -> str:
    """What the change of the ratio may be called."""
    if ratio is None:
        return "unrecorded"
    if ratio.verdict in ("none", "unclear", "unknown"):
        return ratio.verdict
    return "mixed" if contradicted else "narrows" if ratio.narrows else "widens"


def cost_word(money: Money) -> str:
    """What a scenario costs public budgets: nothing, nothing net since households pay, a gain from them, a saving, a cost."""
    if not money.any:
        return "free"
    if abs(money.net) <= _NOTHING * max(abs(money.cost), abs(money.receipts)):
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
        against = contradictions(differences, outcome)
        found.append(Story(order, outcome, table, sides(table), against, failed, len(rows)))
    return found


def contradictions(differences: Differences, outcome: Outcome) -> tuple[Finding, ...]:
    """Which other measures of the gap clearly go the other way: the published ratio, Theil's layer, most of the regions."""
    ratio = outcome.ratio
    if ratio is None or ratio.verdict not in ("up", "down"):
        return ()
    found = []
    published, theil = (change_of(differences, outcome.label, measure) for measure in (_PUBLISHED, _THEIL))
    if published is not None and published.verdict in ("up", "down") and published.narrows != ratio.narrows:
        found.append(finding("verdict.published_against"))
    if theil is not None and theil.verdict in ("up", "down") and (theil.verdict == "down") != ratio.narrows:
        found.append(finding("verdict.theil_against"))
    changes = [change_from_row(row, differences) for _, row in differences.each(outcome.label, RATIO, scope="region")]
    other = sum(one.verdict in ("up", "down") and one.narrows != ratio.narrows for one in changes)
    if 2 * other > len(changes):
        found.append(finding("verdict.regions_against", count=other, all=len(changes)))
    return tuple(found)


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
    narrow = [one for one in found if one.word == "narrows"]
    if not narrow:
        return finding("headline.none", all=len(found), year=year)
    best = cheapest(narrow)
    how = "every" if len(narrow) == len(found) else "some"
    money = best.outcome.money
    return finding(
        f"headline.{how}_{best.cost}",
        count=len(narrow),
        all=len(found),
        year=year,
        winner=best.title,
        point=best.outcome.cost_per_point or 0.0,
        net=abs(money.net),
        receipts=money.receipts,
    )


def in_order_of_cost(found: Sequence[Story]) -> list[Story]:
    """Stories as `outcome.by_cost` ranks them."""
    order = {one.label: place for place, one in enumerate(by_cost(one.outcome for one in found))}
    return sorted(found, key=lambda one: order[one.outcome.label])


def cheapest(narrowing: Sequence[Story]) -> Story:
    """Of those that narrow the gap, the one whose hundredth of the ratio costs public budgets least net."""
    return in_order_of_cost(narrowing)[0]


def ranking(found: Sequence[Story]) -> Finding:
    """What closes the gap at the lowest net cost, or that nothing does."""
    narrow = [one for one in found if one.word == "narrows"]
    if not narrow:
        return finding("ranking.none")
    best = cheapest(narrow)
    money = best.outcome.money
    values = {"point": best.outcome.cost_per_point or 0.0, "receipts": money.receipts, "net": abs(money.net)}
    return finding(f"ranking.{best.cost}", winner=best.title, **values)


def curves(runs: Sequence[Results]) -> Finding | None:
    """Which way the gap goes in the scenarios over all years, and where it ends; None where it was not recorded."""
    ends = []
    for one in runs:
        if RATIO in one.units and ((one.series["measure"] == RATIO) & (one.series["scope"] == "world")).any():
            middle = one.values(RATIO).median(axis=1)
            ends.append((float(middle.iloc[0]), float(middle.iloc[-1])))
    if not ends:
        return None
    first, year = runs[0].years[0], min(one.years[-1] for one in runs)
    closing = sum(abs(after - 1) < abs(before - 1) for before, after in ends)
    if len(runs) == 1:
        before, after = ends[0]
        key = "curves.one_closes" if closing else "curves.one_opens"
        return finding(key, first=first, year=year, before=f"{before:.3f}", after=f"{after:.3f}")
    last = [after for _, after in ends]
    values = {"first": first, "year": year, "low": f"{min(last):.3f}", "high": f"{max(last):.3f}"}
    if 0 < closing < len(ends):
        return finding("curves.differ", count=closing, all=len(ends), **values)
    return finding("curves.closes" if closing else "curves.opens", **values)


def largest(found: Sequence[Story], year: int) -> tuple[Finding, Story | None]:
    """Which policy changes the ratio most, up or down, of those that do so clear of luck, and its story."""
    moved = [(one, one.outcome.ratio) for one in found if one.outcome.ratio is not None]
    for words, key in ((("up", "down"), "difference.most"), (("unknown",), "difference.unknown")):
        clear = [(one, ratio) for one, ratio in moved if ratio.verdict in words]
        if clear:
            best, ratio = max(clear, key=lambda pair: abs(pair[1].difference))
            return finding(key, winner=best.title, year=year, change=ratio.signed, band=ratio), best
    return finding("difference.none", year=year), None


def where(found: Sequence[Story]) -> Finding:
    """Where mean real income falls and rises most, over all policies."""
    rows = [(row.share, (row.region, row.kind), one) for one in found for row in places(one.table) if row.way]
    falls, rises = [row for row in rows if row[0] < 0], [row for row in rows if row[0] > 0]
    values: dict[str, object] = {}
    if falls:
        share, place, story = min(falls, key=lambda row: row[0])
        values |= {"worst": place, "fall": share, "worst_title": story.title}
    if rises:
        share, place, story = max(rises, key=lambda row: row[0])
        values |= {"best": place, "rise": share, "best_title": story.title}
    if falls and rises:
        losing = {story.outcome.label for _, _, story in falls}
        return finding("map.both", count=len(losing), all=len(found), **values)
    return finding("map.gains" if rises else "map.losses" if falls else "map.none", **values)


def who(found: Sequence[Story]) -> Finding:
    """Under which policies most people lose, more lose than gain, or else whom the largest loss meets."""
    by_word = {
        word: [one.title for one in found if one.sides.word == word] for word in ("most_lose", "more_lose", "more_gain")
    }
    for word in ("most_lose", "more_lose"):
        if by_word[word]:
            return finding(f"winners.{word}", titles=by_word[word])
    if not by_word["more_gain"]:
        return finding("winners.none")
    if len(by_word["more_gain"]) < len(found):
        return finding("winners.more_gain", titles=by_word["more_gain"])
    losing = [(row.people, (row.region, row.kind)) for one in found for row in places(one.table) if row.way < 0]
    return finding("winners.all", group=max(losing)[1]) if losing else finding("winners.all_clear")


def paying(found: Sequence[Story]) -> Finding:
    """Who pays most: households by a levy, households in taxes, budgets out of their purchases, or nobody."""
    levied = [one for one in found if sum(one.outcome.money.households.values()) > 0]
    if levied:
        sums: dict[str, float] = {}
        for one in levied:
            for region, value in one.outcome.money.households.items():
                sums[region] = sums.get(region, 0.0) + value
        return finding("payers.households", titles=[one.title for one in levied], payer=max(sums, key=lambda one: sums[one]))
    budgets: dict[str, float] = {}
    for one in found:
        for name, value in (one.outcome.money.payers or {}).items():
            budgets[name] = budgets.get(name, 0.0) + value
    if budgets and max(budgets.values()) > 0:
        return finding("payers.budgets", payer=max(budgets, key=lambda one: budgets[one]))
    taxed = [one for one in found if one.outcome.money.receipts > 0]
    if taxed:
        most = max(taxed, key=lambda one: one.outcome.money.receipts)
        return finding("payers.taxed", title=most.title, receipts=most.outcome.money.receipts)
    return finding("payers.nobody")


def own(differences: Differences, title: str) -> Finding:
    """Of one scenario alone: what its gap does from the first year to the last; no effect of a policy."""
    label = next(iter(differences.scenarios))
    ratio, first = change_of(differences, label, RATIO), differences.baseline.years[0]
    if ratio is None:
        return finding("verdict.own_unrecorded", title=title)
    word = "still" if ratio.verdict in ("none", "unclear") else "narrows" if ratio.narrows else "widens"
    numbers = {"before": f"{ratio.before:.3f}", "after": f"{ratio.reached:.3f}"}
    return finding(f"verdict.own_{word}", title=title, first=first, year=differences.year, **numbers)
