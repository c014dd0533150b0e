"""The answers of an experiment at the terminal: how much, how sure, which policy, what matters, for whom, and what failed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import FIRST, listed, printable
from sim.pages.tables import print_table
from sim.pages.terminal import print_folded, say

if TYPE_CHECKING:
    from sim.analysis.doubt.answers import Answers, Effect
    from sim.analysis.doubt.components import Component

_RANKED = 8  # places named of those who lose or gain
_BILLION = 1e9
_NARROWS = "urban_rural_ratio"


def print_answers(found: Answers, words: Mapping[str, Any]) -> None:
    """All answers of an experiment, the surest and shortest first."""
    titles = dict(words["policies"])
    say(f"{words['title']}: {found.draws:,} draws x {_seeds(found, words)}, against {words['baseline']}\n")
    for one in found.effects:
        if one.measure == _NARROWS and one.year == words["last_year"] and one.place == words["world"]:
            print_folded(_sentence(one, titles[one.policy]))
    if matter := matters(found):
        print_folded(f"\n{matter}")
    say()
    _print_components(found)
    _print_questions(found)
    _print_ranks(found)
    _print_weights(found)
    _print_people(found)
    _print_costs(found)
    _print_half_lives(found)
    _print_estimated(found)
    _print_failures(found)
    for note in words.get("notes", []):
        print_folded(f"Note: {note}.")


def _seeds(found: Answers, words: Mapping[str, Any]) -> str:
    if words.get("continuum"):
        return "a continuum"
    return f"{found.seeds} replicate{'s' * (found.seeds > 1)}"


def _sentence(one: Effect, title: str) -> str:
    """What a policy does to the ratio, how far draws lie apart, and in how many it has the same sign."""
    verb = "narrows" if one.sign < 0 else "widens" if one.sign > 0 else "leaves"
    held = f"{verb} the gap in {one.holds.holds:,} of {one.holds.draws:,} draws"
    spread = f"{one.low:+.4f} to {one.high:+.4f} in nine of ten draws"
    return f"{title}: the ratio of town and country changes by {one.middle:+.4f} by {one.year} ({spread}); it {held}."


def matters(found: Answers) -> str:
    """The two parameters that matter most, in a sentence; empty where draws are too few to tell."""
    first = [f"{name.partition('.')[2]} (explains {share:.0%})" for name, share in found.matter[:2]]
    if not first:
        return ""
    return f"What matters most for the change of the ratio, on average over policies: {' and '.join(first)}."


def ignorance(rows: Sequence[Mapping[str, str]], found: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """What the shipped experiment of a world (rows) says of scenarios, by label, a sentence each; or that it says nothing."""
    said = []
    for label, own in found.items():
        low, high = float(own[0]["low"]), float(own[0]["high"])
        change = f"{label} changes the ratio by {low:+.3f} to {high:+.3f} by {own[0]['year']}"
        over = f"over {own[0]['draws']} draws of what nobody knows"
        said.append(f"Ignorance: {over}, {change}, with the same sign in {own[0]['holds']}; {_most(own)}.")
    if rows and not said:
        said.append(
            "Ignorance: no experiment of these scenarios, against this baseline and to this year, is shipped; in the shipped "
            f"one of this world, {_most(rows)}."
        )
    return said


def _most(rows: Sequence[Mapping[str, Any]]) -> str:
    """The two parameters that explain most, on average over the rows of several policies."""
    policies = {row["policy"] for row in rows}
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["parameter"]] = sums.get(row["parameter"], 0.0) + float(row["explained"]) / len(policies)
    first = sorted(sums.items(), key=lambda one: (-one[1], one[0]))[:2]
    named = " and ".join(f"{name.partition('.')[2]} ({share:.0%} of the spread)" for name, share in first)
    return f"what matters most is {named}"


def _print_components(found: Answers) -> None:
    rows, notes = list[tuple[str, ...]](), dict[str, None]()
    for one in found.effects:
        label = (
            one.policy,
            f"{one.measure}, {one.place}, {one.year}",
            f"{one.middle:+.4g}",
            f"{one.low:+.4g} to {one.high:+.4g}",
        )
        parts = one.parts
        if parts is None:
            rows.append((*label, "-", "-", "-"))
            continue
        rows.append((*label, *(_part(getattr(parts, name)) for name in ("ignorance", "luck", "interaction"))))
        notes |= dict.fromkeys(parts.notes)
    head = ("policy", "difference in", "median", "9 of 10 draws", "ignorance", "luck", "interaction")
    print_table(
        "Standard deviations of one difference, with 95% intervals", head, rows, range(2, 7), {"difference in": "policy"}
    )
    for note in notes:
        print_folded(f"{note[0].upper()}{note[1:]}.")
    say()


def _part(one: Component | None) -> str:
    if one is None:
        return "not estimable"
    return f"{one.deviation:.3g} ({math.sqrt(one.low):.3g} to {math.sqrt(one.high):.3g})"


def _print_questions(found: Answers) -> None:
    rows = []
    for one in found.answers:
        chance = one.probability
        told = "-" if chance is None else f"{chance.value:.2f} ({chance.low:.2f} to {chance.high:.2f})"
        rows.append((question(one.question), one.policy, told, f"{one.holds.holds:,} of {one.holds.draws:,}"))
    if rows:
        print_table(
            "Probability of what is asked, with 95% intervals", ("asked", "policy", "probability", "draws"), rows, (2, 3)
        )
        say()


def question(asked: Mapping[str, Any]) -> str:
    """A question in words."""
    bounds = [f"{word.replace('_', ' ')} {asked[word]:g}" for word in ("at_least", "at_most") if asked.get(word) is not None]
    change = "change of " if asked["of"] == "difference" else ""
    return f"{change}{asked['measure']}, {asked['place']}, {asked['year']}: {' and '.join(bounds)}"


def _print_ranks(found: Answers) -> None:
    if len(found.first) < 2:
        return
    rows = [(policy, f"{found.mean_rank[policy]:.2f}", f"{count:,}") for policy, count in found.first.items()]
    rows.sort(key=lambda row: (float(row[1]), row[0]))
    print_table("Which narrows the gap most", ("policy", "mean rank", "first in draws"), rows, (1, 2))
    for flip in found.flips:
        print_folded(f"{flip.one} and {flip.other}: {flip}.")
    say()


def _print_weights(found: Answers) -> None:
    if not found.weights:
        print_folded("Which parameters matter cannot be told from so few draws; eight are needed at least.\n")
        return
    policies = list(found.weights)
    told = {policy: {one.parameter: one for one in weights} for policy, weights in found.weights.items()}
    rows = []
    for name, share in found.matter:
        cells = [told[policy].get(name) for policy in policies]
        texts = ["" if one is None else f"{one.explained:.2f} {_sign(one.correlation)}{'*' * one.matters}" for one in cells]
        rows.append((name, f"{share:.2f}", *texts))
    head = ("parameter", "mean", *policies)
    print_table("Share of the spread over draws that each parameter explains", head, rows, range(1, len(head)))
    print_folded(
        "+ raises the difference of the ratio, - lowers it; * more than 95% of shuffled tables show for any parameter.\n"
    )


def _sign(correlation: float) -> str:
    return "+" if correlation > 0 else "-" if correlation < 0 else ""


def _print_people(found: Answers) -> None:
    rows = []
    for word, side in (("lose", found.lose), ("gain", found.gain)):
        for policy, places in side.items():
            named = [f"{place} {count.holds:,}" for place, count in places]
            rows.append((policy, word, str(len(named)), listed(named, _RANKED) if named else "nobody"))
    rows.sort(key=lambda row: row[0])
    if rows:
        title = "Who loses and who gains real income in half of the draws or more, with the number of draws"
        print_table(title, ("policy", "", "places", "who"), rows, (2,))
        say()


def _print_costs(found: Answers) -> None:
    rows = []
    for one in found.costs:
        if math.isnan(one.middle):
            count = f"narrows in {one.narrows.holds:,} of {one.narrows.draws:,}"
            rows.append((one.policy, "no finite cost", count))
        else:
            low, middle, high = (f"{value / _BILLION:.3g}" for value in (one.low, one.middle, one.high))
            rows.append((one.policy, middle, f"{low} to {high}"))
    if rows:
        head = ("policy", "billions, median", "9 of 10 draws")
        print_table("Net public cost of 0.01 of the ratio, added up over all years", head, rows, (1, 2))
        say()


def _print_half_lives(found: Answers) -> None:
    rows = []
    for one in found.half_lives:
        told = "" if math.isnan(one.middle) else f"{one.low:.0f} to {one.high:.0f}"
        rows.append(
            (one.policy, "-" if math.isnan(one.middle) else f"{one.middle:.0f}", told, f"{one.never:,} of {one.draws:,}")
        )
    if rows:
        head = ("scenario", "years", "9 of 10 draws", "it does not close, or failed, in")
        print_table("Half-life of the gap", head, rows, (1, 2, 3))
        say()


def _print_estimated(found: Answers) -> None:
    rows = []
    for one in found.estimated:
        in_force = "-" if one.in_force is None else f"{one.in_force:.4g}"
        rows.append((one.name, in_force, f"{one.middle:.4g}", f"{one.low:.4g} to {one.high:.4g}"))
    if rows:
        head = ("parameter", "in force", "median", "9 of 10 draws")
        print_table("Estimated again at each draw, with what is drawn held", head, rows, (1, 2, 3))
        print_folded("misfit: what is left between the model and the years observed, in standard errors.\n")


def _print_failures(found: Answers) -> None:
    if not found.failures:
        return
    draws = len({one.draw for one in found.failures})
    say(f"{len(found.failures):,} tasks in {draws:,} draws failed and are left out:")
    for kind in found.failing:
        print_folded(f"  {kind}.")
    say("One by one:")
    by_draw: dict[tuple[int, str], list[str]] = {}
    place: dict[int, Mapping[str, float]] = {}
    for one in found.failures:
        by_draw.setdefault((one.draw, one.reason), []).append(one.policy)
        place[one.draw] = {**place.get(one.draw, {}), **one.values}
    for (draw, reason), policies in list(by_draw.items())[:FIRST]:
        print_folded(f"  draw {draw} ({_place(place[draw])}), {listed(dict.fromkeys(policies), 5)}: {printable(reason, 400)}")
    if len(by_draw) > FIRST:
        say(f"  and {len(by_draw) - FIRST:,} more")


def _place(values: Mapping[str, float]) -> str:
    return ", ".join(f"{path.partition('.')[2]} {value:.4g}" for path, value in values.items())
