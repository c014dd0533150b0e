"""Per yuan, how sure: what an experiment says of costs over draws, of policies that change places, and of its questions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.pages.phrases import listed, numbers
from sim.pages.report.content import Bullets, Heading, Row, Table, plain_cells
from sim.pages.report.words import Speaker

if TYPE_CHECKING:
    from sim.analysis.doubt.answers import Answers  # brings in the statistics, which most pages do without


def with_costs(told: Mapping[str, Any], found: Answers) -> dict[str, Any]:
    """What `doubts.told` says, with costs by policy in its rows, and beside them pairs of policies and questions.

    name: the policy as the experiment calls it; cost: what 0.01 of the ratio costs net, NaN where it has no finite band.
    """
    costs = {one.policy: one for one in found.costs}
    rows = []
    for row in told["rows"]:
        one = costs[row["policy"]]
        cost = {"low": one.low, "middle": one.middle, "high": one.high}
        narrows = {"narrows": one.narrows.holds, "narrows_of": one.narrows.draws}
        rows.append({**row, "name": row["policy"], "cost": {**cost, **narrows}})
    asked = [
        {"question": dict(one.question), "policy": one.policy, "chance": one.probability, "holds": one.holds}
        for one in found.answers
    ]
    return {**told, "rows": rows, "flips": found.flips, "asked": asked}


def overlapping(costs: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str]]:
    """Pairs of policies whose ranges of cost have a value in common; those without a finite cost are in none."""
    finite = [name for name, cost in costs.items() if math.isfinite(cost["middle"])]
    return [
        (one, other)
        for one, other in combinations(finite, 2)
        if costs[one]["low"] <= costs[other]["high"] and costs[other]["low"] <= costs[one]["high"]
    ]


def further(
    rows: Sequence[Mapping[str, Any]], answers: Mapping[str, Any], titles: Mapping[str, str], speaker: Speaker
) -> list[Heading | Table | Bullets | str]:
    """Cost per point over draws, whether ranges overlap, which policies change places, and the chances of questions.

    rows: those of the policies that are told of; titles: by their name among these.
    """
    say, own = speaker.say, {str(row["name"]): row for row in rows if "cost" in row}
    if not own:
        return []
    title = {name: speaker.title(titles[row["policy"]]) for name, row in own.items()}
    body: list[Heading | Table | Bullets | str] = [Heading("sure", say("sure.title")), say("sure.what")]
    head = [say(f"sure.head.{word}") for word in ("policy", "middle", "range", "narrows")]
    body.append(Table(say("sure.title"), head, [_cost(row, title[name], speaker) for name, row in own.items()]))
    body += _overlap(own, title, speaker)
    orders = [_order(one, title, speaker) for one in answers.get("flips", ()) if {one.one, one.other} <= own.keys()]
    body += [Bullets(orders)] if orders else []
    return body + _questions(answers, title, speaker)


def _cost(row: Mapping[str, Any], title: str, speaker: Speaker) -> Row:
    cost = row["cost"]
    low, middle, high = (speaker.money(cost[word]) for word in ("low", "middle", "high"))
    spread = speaker.say("number.between", low=low, high=high)
    told = (middle, spread) if math.isfinite(cost["middle"]) else (speaker.say("sure.infinite"), "–")
    return Row(plain_cells(title, *told, f"{cost['narrows']} / {cost['narrows_of']}"), row["policy"])


def _overlap(own: Mapping[str, Mapping[str, Any]], title: Mapping[str, str], speaker: Speaker) -> list[str]:
    costs = {name: row["cost"] for name, row in own.items()}
    if sum(math.isfinite(cost["middle"]) for cost in costs.values()) < 2:
        return []
    pairs = [speaker.say("sure.pair", one=f"“{title[one]}”", other=f"“{title[other]}”") for one, other in overlapping(costs)]
    return [speaker.say("sure.overlap", pairs=listed(pairs, speaker.lang)) if pairs else speaker.say("sure.apart")]


def _order(flip: Any, title: Mapping[str, str], speaker: Speaker) -> str:
    """How often each of two policies narrows the gap more; the more frequent order first."""
    (first, one), (second, other) = sorted(
        [(flip.one_better, flip.one), (flip.other_better, flip.other)], key=lambda pair: -pair[0]
    )
    names = {"one": title[one], "other": title[other], "first": first}
    draws = flip.one_better + flip.other_better + flip.ties
    if second:
        return speaker.say("sure.changes", **names, second=second, draws=draws)
    return speaker.say("sure.stays", **names, draws=draws)


def _questions(
    answers: Mapping[str, Any], title: Mapping[str, str], speaker: Speaker
) -> list[Heading | Table | Bullets | str]:
    rows = []
    for one in answers.get("asked", ()):
        name = str(one["policy"])
        if name not in title and name != answers.get("baseline"):
            continue
        chance = one["chance"]
        told = "–"
        if chance is not None:
            share, low, high = (numbers.per_cent(end, 0, sign=False) for end in (chance.value, chance.low, chance.high))
            told = speaker.aside(share, speaker.say("number.between", low=low, high=high))
        rows.append(
            Row(
                plain_cells(
                    _asked(one["question"], speaker),
                    title.get(name, name),
                    told,
                    f"{one['holds'].holds} / {one['holds'].draws}",
                )
            )
        )
    if not rows:
        return []
    head = [speaker.say(f"sure.asked_head.{word}") for word in ("asked", "policy", "chance", "draws")]
    return [Table(speaker.say("sure.chances"), head, rows)]


def _asked(question: Mapping[str, Any], speaker: Speaker) -> str:
    """A question in words: `urban_rural_ratio, the coast, 2035: at most 1.8` with a sign for the bound."""
    signs = (("at_least", "≥"), ("at_most", "≤"))
    bounds = [
        f"{sign} {question[word]:g}".replace("-", numbers.MINUS) for word, sign in signs if question.get(word) is not None
    ]
    key = "sure.asked.change" if question["of"] == "difference" else "sure.asked.level"
    measure, place = str(question["measure"]), str(question["place"])
    where = speaker.world_name() if place.casefold() == str(speaker.world).casefold() else place
    return speaker.say(
        key, measure=measure, place=where, year=speaker.year(int(question["year"])), bounds=listed(bounds, speaker.lang)
    )
