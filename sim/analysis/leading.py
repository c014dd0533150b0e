"""The sentences a comparison leads with: for whom, what it costs and who pays, how sure; and the ranking of several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.analysis.change import Change
from sim.analysis.groups import Group, movers
from sim.analysis.outcome import Money, Outcome, People, ranked
from sim.units import is_date

_NAMED = 4  # losers and payers named in a sentence; tables and JSON have all
_MOVED = 0.0005  # share of residents from which totals say something else than figures a head
_POOL = (
    "How many come, and with it what a head has, hangs on the pool of possible migrants, which no data identify "
    "(README, Doubt)."
)
_LUCK_ALONE = "the band is the luck of the draw alone, not what is unknown of the parameters (README, Doubt)."


def persons(number: float) -> str:
    """`7.2 million people`, `810,000 people`, `500 people`."""
    if not math.isfinite(number):
        return "people not counted"
    if number >= 1e6:
        return f"{number / 1e6:,.1f} million people"
    return f"{round(number, -3):,.0f} people" if number >= 1e4 else f"{number:,.0f} people"


def billions(number: float) -> str:
    """A sum in 10^9 yuan to a tenth; three digits, without an exponent, where it is small."""
    if abs(number) >= 1e10 or number == 0:
        return f"{abs(number) / 1e9 if number == 0 else number / 1e9:,.1f}"
    return np.format_float_positional(number / 1e9, precision=3, fractional=False, trim="-")


def a_head(outcome: Outcome) -> str:
    """Where a scenario moves people into or out of the area: output and income a head, then totals, then who is who."""
    people = outcome.area.get("population")
    if people is None or people.verdict not in ("up", "down", "unknown") or abs(people.share) < _MOVED:
        return ""
    named = [
        f"{words} {outcome.area[measure].per_cent}{_doubt(outcome.area[measure])}"
        for measure, words in (("output_per_head", "output"), ("real_income_per_head", "real income"))
        if measure in outcome.area
    ]
    sentences = [f"A head: {', '.join(named)}."] if named else []
    more = f"{persons(abs(people.difference))} {'more' if people.difference > 0 else 'fewer'}"
    total = outcome.area.get("output")
    tail = "" if total is None else f", so that output in total changes by {total.per_cent}"
    sentences.append(f"In total {more} live in the reported area ({people.per_cent}){tail}.")
    if outcome.groups:
        who = "; ".join(
            f"{one.words} ({persons(one.persons.after)}, {one.persons.per_cent}) {one.income.per_cent}{_doubt(one.income)}"
            for one in outcome.groups
        )
        whole = _all_outside(outcome.groups)
        sentences.append(
            f"Real income a head by registration, everybody at the mean of the place where they live: {who}{whole}."
        )
        sentences.append(_POOL)
    return " ".join(sentences)


def _all_outside(groups: Sequence[Group]) -> str:
    """Newcomers and those who stayed outside together, so that what those who come gain by coming counts."""
    return f"; the last two together, what movers gain by moving counted, {100 * (movers(groups) or 0.0):+.1f}%"


def _doubt(change: Change) -> str:
    return " (not clear of luck)" if change.verdict == "unclear" else ""


def for_whom(outcome: Outcome) -> str:
    """Who loses, town by town and village by village, and who gains; `nobody loses` only of the reported area."""
    losers, winners = _inside(outcome.losers), _inside(outcome.winners)
    everybody = _inside(outcome.people or ())
    one_draw = any(one.decisive.verdict == "unknown" for one in everybody)
    parts = ["for this one draw,"] if one_draw and (losers or winners) else []
    parts.append(_losing(everybody, losers, outcome.money.currency))
    if winners:
        best = _described(winners[0], outcome.money.currency)
        parts.append(f"Incomes rise in {len(winners)} of {len(everybody)} places ({_many(winners)}), most in {best}.")
    beyond = [one for one in outcome.losers if one.outside]
    if beyond:
        named = "; ".join(_described(one, outcome.money.currency) for one in beyond)
        parts.append(f"Outside the reported area incomes fall in {named}.")
    if losers or winners:
        parts.append("These are means over whoever lives in a place, not over the same people.")
    return f"For whom: {' '.join(parts)}"


def _inside(those: Sequence[People]) -> list[People]:
    return [one for one in those if not one.outside]


def _losing(everybody: Sequence[People], losers: Sequence[People], currency: str) -> str:
    if losers:
        named = "; ".join(_described(one, currency) for one in losers[:_NAMED])
        more = f"; and {len(losers) - _NAMED} more" if len(losers) > _NAMED else ""
        whole = f" ({_many(losers)})" if len(losers) > 1 else ""
        return f"incomes fall in {len(losers)} of {len(everybody)} places{whole}: {named}{more}."
    doubtful = [one.name for one in everybody if one.doubtful]
    if doubtful:
        more = f" and {len(doubtful) - _NAMED} more" if len(doubtful) > _NAMED else ""
        named = f"{', '.join(doubtful[:_NAMED])}{more}"
        return f"no place loses by more than the luck of the draw; by less than that incomes fall in {named}."
    income = _words(everybody[0].measure) if everybody else "income per head"
    return f"nobody in the reported area loses: {income} falls in no town or village."


def _many(those: Sequence[People]) -> str:
    return persons(sum(one.persons for one in those))


def _described(one: People, currency: str) -> str:
    """`Hills villages (real income per head -120 yuan, -0.8%, income per head +5 yuan, +0.0%; 810,000 people)`."""
    amounts = ", ".join(
        f"{_words(measure)} {change.signed} {currency}, {change.per_cent}" for measure, change in one.changes.items()
    )
    return f"{one.name} ({amounts}; {persons(one.persons)})"


def _words(measure: str) -> str:
    return measure.replace("_", " ")


def money_words(outcome: Outcome) -> str:
    """What policies cost net, added up and in the last year, which governments paid and what households paid in taxes."""
    money, year = outcome.money, dated(outcome.year)
    if not money.any:
        return "Cost: public budgets pay nothing for it."
    gain = money.net < 0
    sign = -1 if gain else 1
    low, high = sorted((sign * money.low, sign * money.high))
    luck = f" (90% between {billions(low)} and {billions(high)})" if math.isfinite(low) else ""
    sentences = [
        f"Cost: {'none to public budgets, which gain ' if gain else ''}{billions(sign * money.net)} billion {money.unit} net"
        f"{luck} from {dated(money.first)} to {year}{_made_of(money)}; {billions(sign * money.last)} billion in {year} alone."
    ]
    if money.receipts > 0:
        sentences.append(f"Raised from households: {billions(money.receipts)} billion.")
    elif money.receipts < 0:
        sentences.append(f"Left to households: {billions(-money.receipts)} billion.")
    sentences.append(_who_paid(money))
    return " ".join(sentence for sentence in sentences if sentence)


def _made_of(money: Money) -> str:
    """What a net cost, or a net gain, is made of where taxes are part of it."""
    cost, taxes = billions(money.cost), billions(abs(money.receipts))
    if money.receipts > 0:
        return (
            f", {taxes} raised in taxes minus {cost} paid out" if money.net < 0 else f", {cost} minus {taxes} raised in taxes"
        )
    return f", {cost} paid out; it gives up {taxes} of taxes" if money.receipts < 0 else ""


def _who_paid(money: Money) -> str:
    """The budgets that paid more than they raised, and households by region, the largest payers first; empty if none."""
    if money.payers is None:
        by = ", ".join(f"{name} {billions(value)}" for name, value in money.policies.items())
        return f"Which governments paid was not recorded by these runs; by policy, in billions: {by}."
    sentences = []
    if budgets := _largest(money.payers):
        sentences.append(f"Which budgets paid, in billions: {budgets}, out of general purchases, before any gain in revenue.")
    if households := _largest(money.households):
        sentences.append(f"Whose households paid by a levy that raises just the cost, in billions: {households}.")
    return " ".join(sentences)


def _largest(paid: Mapping[str, float]) -> str:
    """`North 3, South 1.5, 9 others 0.7`, in billions: those who paid anything, the largest first."""
    payers = [(name, value) for name, value in paid.items() if value > 0]
    named = ", ".join(f"{name} {billions(value)}" for name, value in payers[:_NAMED])
    rest = sum(value for _, value in payers[_NAMED:])
    return named + (f", {len(payers) - _NAMED} others {billions(rest)}" if len(payers) > _NAMED else "")


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
_UNCLEAR = "no clear change"


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
        share = _share(closed) if one.clear else _UNCLEAR
        rows.append((one.label, share, ratio.signed, band, billions(one.money.net), _per_point(one)))
    return rows


def _share(closed: float) -> str:
    text = f"{100 * closed:.1f}%"
    return "0.0%" if text == "-0.0%" else text


def _per_point(one: Outcome) -> str:
    ratio, money = one.ratio, one.money
    if one.cost_per_point is not None:
        return billions(one.cost_per_point)
    if one.closes:
        if money.receipts > 0:
            return "raises money; households pay" if money.net < 0 else "households pay all"
        return "saves money" if money.net < 0 else "costs nothing"
    if one.clear:
        return "gap widens"
    if ratio is not None and ratio.verdict == "unknown":
        return "unknown from one draw"
    count = "" if one.narrows is None or ratio is None else f": narrows in {one.narrows} of {ratio.replicates} pairs"
    return f"no finite cost per point{count}"


def ranking_words(found: Sequence[Outcome]) -> str:
    """The ranking in a sentence for each scenario."""
    parts = []
    for number, (one, row) in enumerate(zip(ranked(found), ranking(found), strict=True), start=1):
        name, share, ratio, band, net, point = row
        if one.closed is None:
            moves = "the ratio was not recorded"
        elif not one.clear:
            moves = f"{_UNCLEAR} of the gap (ratio {ratio}, {band})"
        else:
            verb = f"closes {share} of the gap" if one.closed > 0 else f"widens the gap by {_share(-one.closed)}"
            moves = f"{verb} (ratio {ratio}, {band})"
        each = f"{point} billion per 0.01 of the ratio" if point[:1].isdigit() else point
        parts.append(f"{number}. {name}: {moves}, net cost {net} billion {found[0].money.unit}, {each}")
    return f"By {dated(found[0].year)}, what closes most of the gap first: {'; '.join(parts)}."


def dated(year: int) -> str:
    """`2035`; `year 6` where years are counted from the start of a world without dates."""
    return str(year) if is_date(year) else f"year {year}"
