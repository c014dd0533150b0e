"""The sentences a comparison leads with: for whom, what it costs and who pays, how sure; and the ranking of several."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.analysis.change import Change
from sim.analysis.outcome import Outcome, People, ranked

_NAMED = 4  # losers and payers named in a sentence; tables and JSON have all
_LUCK_ALONE = "the band is the luck of the draw alone, not what is unknown of the parameters (README, Doubt)."


def persons(number: float) -> str:
    """`7.2 million people`, `810,000 people`, `500 people`."""
    if not math.isfinite(number):
        return "people not counted"
    if number >= 1e6:
        return f"{number / 1e6:,.1f} million people"
    return f"{round(number, -3):,.0f} people" if number >= 1e4 else f"{number:,.0f} people"


def billions(number: float) -> str:
    """A sum in 10^9 yuan to a tenth; three digits where it is small."""
    return f"{number / 1e9:,.1f}" if abs(number) >= 1e10 or number == 0 else f"{number / 1e9:,.3g}"


def for_whom(outcome: Outcome) -> str:
    """Who loses, town by town and village by village, and who gains; `nobody loses` only where no median falls."""
    losers, winners = _inside(outcome.losers), _inside(outcome.winners)
    everybody = _inside(outcome.people or ())
    one_draw = any(change.verdict == "unknown" for one in everybody for change in one.changes.values())
    parts = ["for this one draw,"] if one_draw and (losers or winners) else []
    parts.append(_losing(everybody, losers))
    if winners:
        best = _described(winners[0], winners[0].rising)
        parts.append(f"Incomes rise in {len(winners)} of {len(everybody)} places ({_many(winners)}), most in {best}.")
    beyond = [one for one in outcome.losers if one.outside]
    if beyond:
        parts.append(
            f"Outside the reported area incomes fall in {'; '.join(_described(one, one.falling) for one in beyond)}."
        )
    if losers or winners:
        parts.append("These are means over whoever lives in a place, not over the same people.")
    return f"For whom: {' '.join(parts)}"


def _inside(those: Sequence[People]) -> list[People]:
    return [one for one in those if not one.outside]


def _losing(everybody: Sequence[People], losers: Sequence[People]) -> str:
    if losers:
        named = "; ".join(_described(one, one.falling) for one in losers[:_NAMED])
        more = f"; and {len(losers) - _NAMED} more" if len(losers) > _NAMED else ""
        whole = f" ({_many(losers)})" if len(losers) > 1 else ""
        return f"incomes fall in {len(losers)} of {len(everybody)} places{whole}: {named}{more}."
    doubtful = [one.name for one in everybody if one.doubtful]
    if doubtful:
        more = f" and {len(doubtful) - _NAMED} more" if len(doubtful) > _NAMED else ""
        named = f"{', '.join(doubtful[:_NAMED])}{more}"
        return f"no place loses by more than the luck of the draw; by less than that incomes fall in {named}."
    return "nobody loses: neither income nor real income per head falls in any town or village."


def _many(those: Sequence[People]) -> str:
    return persons(sum(one.persons for one in those))


def _described(one: People, changes: Sequence[Change]) -> str:
    """`the villages of Quzhou (real income per head -120 yuan, -0.8%; 810,000 people)`."""
    said = {id(change): words for words, change in zip(_words(one), one.changes.values(), strict=True)}
    amounts = ", ".join(f"{said[id(change)]} {change.signed} yuan, {change.per_cent}" for change in changes)
    return f"{one.name} ({amounts}; {persons(one.persons)})"


def _words(one: People) -> list[str]:
    return [measure.replace("_per_head", "").replace("_", " ") + " per head" for measure in one.changes]


def money_words(outcome: Outcome) -> str:
    """What policies cost net, added up and in the last year, and which governments paid."""
    money, year = outcome.money, outcome.year
    if not money.any:
        return "Cost: public budgets pay nothing for it."
    luck = f" (90% between {billions(money.low)} and {billions(money.high)})" if math.isfinite(money.low) else ""
    receipts = f", {billions(money.cost)} less {billions(money.receipts)} from taxes it raises" if money.receipts else ""
    sentence = (
        f"Cost: {billions(money.net)} billion yuan of 2014 net{luck} from {money.first} to {year}{receipts}; "
        f"{billions(money.last)} billion in {year} alone."
    )
    if money.payers is None:
        by = ", ".join(f"{name} {billions(value)}" for name, value in money.policies.items())
        return f"{sentence} Which governments paid was not recorded by these runs; by policy, in billions: {by}."
    payers = [(name, value) for name, value in money.payers.items() if value > 0]
    if payers:
        named = ", ".join(f"{name} {billions(value)}" for name, value in payers[:_NAMED])
        rest = sum(value for _, value in payers[_NAMED:])
        more = f", {len(payers) - _NAMED} others {billions(rest)}" if len(payers) > _NAMED else ""
        sentence += f" Who paid, in billions: the budgets of {named}{more}, which bought less else."
    return sentence


def how_sure(outcome: Outcome) -> str:
    """On how many pairs it rests, and what the band does not hold."""
    ratio = outcome.ratio
    if not outcome.drawn:
        unknown = "what is unknown of the parameters (README, Doubt) remains"
        return f"How sure: shares instead of people, so no luck and no band; {unknown}."
    if ratio is None:
        return f"How sure: {_LUCK_ALONE}"
    if ratio.replicates < 2:
        return (
            "How sure: one replicate, so no figure can be separated from the luck of one draw; run.replicates asks for more."
        )
    pairs = f"{ratio.replicates} pairs of replicates" if ratio.paired else f"{ratio.replicates} replicates, not paired"
    return f"How sure: {pairs}; {_LUCK_ALONE}"


RANKING_HEAD = ("scenario", "gap closed", "ratio", "90% band", "net cost, bn yuan", "bn yuan per 0.01 of ratio")


def ranking(found: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """A row a scenario, what closes most of the gap first; no cost per point where luck alone could be all there is."""
    rows: list[tuple[str, ...]] = []
    for one in ranked(found):
        ratio, closed = one.ratio, one.closed
        if ratio is None or closed is None:
            rows.append((one.label, "not recorded", "", "", billions(one.money.net), "not known"))
            continue
        band = f"{ratio.with_sign(ratio.low)} to {ratio.with_sign(ratio.high)}" if ratio.replicates > 1 else "one draw"
        band = band if one.drawn else "no draws"
        rows.append((one.label, f"{100 * closed:.1f}%", ratio.signed, band, billions(one.money.net), _per_point(one)))
    return rows


def _per_point(one: Outcome) -> str:
    ratio = one.ratio
    if one.cost_per_point is not None:
        return billions(one.cost_per_point) if one.money.net > 0 else "costs nothing net"
    if ratio is not None and ratio.verdict in ("up", "down"):
        return "gap widens"
    return "unknown from one draw" if ratio is not None and ratio.verdict == "unknown" else "no finite cost per point"


def ranking_words(found: Sequence[Outcome]) -> str:
    """The ranking in a sentence for each scenario."""
    parts = []
    for number, row in enumerate(ranking(found), start=1):
        name, closed, ratio, band, net, point = row
        verb = f"widens the gap by {closed[1:]}" if closed.startswith("-") else f"closes {closed} of the gap"
        moves = f"{verb} (ratio {ratio}, {band})" if ratio else "the ratio was not recorded"
        each = f"{point} billion per 0.01 of the ratio" if point[:1].isdigit() else point
        parts.append(f"{number}. {name}: {moves}, net cost {net} billion yuan of 2014, {each}")
    return f"By {found[0].year}, what closes most of the gap first: {'; '.join(parts)}."
