"""The words of a comparison: a paragraph in plain language, made from the numbers by fixed rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sim.analysis.change import Change, change_from_row, change_of
from sim.analysis.differences import Differences
from sim.analysis.leading import a_head, dated, for_whom, how_sure, money_words, ranking_words
from sim.analysis.outcome import RATIO, Outcome, outcomes
from sim.analysis.results import Results
from sim.analysis.verdicts import sized
from sim.errors import ResultsError

_PUBLISHED = "urban_rural_ratio_published"
_FIXED_RETURNS = "urban_rural_ratio_fixed_returns"
_THEIL_BETWEEN_KINDS = "theil_between_kinds_within_regions"
# Measures that get a sentence of their own after the urban-rural ratio, in this order, with their name in the sentence.
_ALSO_SAID = {
    "coast_mountain_ratio": "the income per head of the coast over that of the mountain regions",
    "max_min_ratio": "the income per head of the richest region over that of the poorest",
    "income_per_head": "income per head",
    "output_per_head": "output per head",
}


# Order of the rows of the table; what is not named here follows.
_ORDER = (
    RATIO,
    _PUBLISHED,
    _FIXED_RETURNS,
    "coast_mountain_ratio",
    "max_min_ratio",
    "max_min_ratio_published",
    "theil",
    _THEIL_BETWEEN_KINDS,
    "theil_between_regions",
    "gini",
    "sigma_convergence",
    "sigma_convergence_weighted",
    "williamson_cv",
    "beta_convergence",
    "beta_convergence_speed",
    "income_per_head",
    "real_income_per_head",
    "output_per_head",
    "urban_share",
    "population",
    "output",
)
_NOTHING = 1e-12


def paragraph(comparison: Differences) -> str:
    """Say what each scenario changes by the last common year; two paragraphs for each, then what limits the numbers.

    The first: what changes, for whom, what it costs and who pays, how sure (`lead`). The second: `details`. A movement is
    called one only if the 90% band of the differences leaves zero out. More than one scenario: the ranking comes first.
    """
    found = outcomes(comparison)
    paragraphs = [ranking_words(found)] if len(found) > 1 else []
    for outcome in found:
        paragraphs += [" ".join(lead(comparison, outcome)), details(comparison, outcome.label)]
    if comparison.notes:
        paragraphs.append(" ".join(comparison.notes))
    return "\n\n".join(text for text in paragraphs if text)


def lead(comparison: Differences, outcome: Outcome) -> list[str]:
    """What a scenario changes, for whom, what it costs and who pays, how sure that is: a few sentences each."""
    title, base_title = _titles(comparison, outcome.label)
    world = comparison.baseline.world.replace("_", " ").capitalize()
    start = f"By {dated(comparison.year)} {title}"
    if outcome.ratio is None:
        first = [f"{start} is compared with {base_title}; the urban-rural income ratio was not recorded by both."]
    else:
        first = [_first_sentence(start, outcome.ratio, f"the urban-rural income ratio of {world}", base_title)]
        first += _against_the_regions(comparison, outcome)
    whom = [for_whom(outcome)] if outcome.people is not None else []
    moved = a_head(outcome)
    return [" ".join(first), *([moved] if moved else []), *whom, money_words(outcome), how_sure(outcome)]


def details(comparison: Differences, label: str) -> str:
    """The composition part and Theil's layer, which must move the same way as the ratio; then regions, levels, targets."""
    return " ".join(_sentences(comparison, label))


def headline_cells(comparison: Differences, label: str) -> list[tuple[str, ...]]:
    """A scenario's last year as text for a table: measure, place, baseline, scenario's value, difference, band, unit.

    Gaps come first, then their layers, then levels; what is zero everywhere is left out; large sums are in billions.
    """
    rows = comparison.headline()
    rows = rows[rows["scenario"] == label]
    rank = {measure: place for place, measure in enumerate(_ORDER)}
    order = rows["measure"].astype(str).map(lambda measure: rank.get(measure, len(rank)))
    rows = rows.assign(scope=rows["scope"].eq("region"), rank=order).sort_values(["scope", "rank"], kind="stable")
    return cells(comparison, rows)


def cells(comparison: Differences, rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """Rows of the table as text: measure, place, baseline, scenario's value, difference, band, unit."""
    found: list[tuple[str, ...]] = []
    for _, row in rows.iterrows():
        change = _in_billions(change_from_row(row, comparison))
        if max(abs(change.before), abs(change.after), abs(change.difference)) < _NOTHING:
            continue
        band = "" if change.replicates < 2 else f"{change.number(change.low)} to {change.number(change.high)}"
        levels = (change.number(change.before), change.number(change.after), change.signed)
        found.append((str(row["measure"]), str(row["place"]), *levels, band, change.unit))
    return found


def _in_billions(change: Change) -> Change:
    """The same change with its numbers in billions where they are larger than ten of them."""
    if max(abs(change.before), abs(change.after)) < 1e10:
        return change
    numbers = {name: getattr(change, name) / 1e9 for name in ("before", "after", "difference", "low", "high")}
    return replace(change, unit=f"billion {change.unit}", **numbers)


def _sentences(comparison: Differences, label: str) -> Iterable[str]:
    ratio = change_of(comparison, label, RATIO)
    if ratio is not None:
        yield from _beside_the_ratio(comparison, label, ratio)
        yield from _regions(comparison, label)
    unchanged = []
    for measure, words in _ALSO_SAID.items():
        change = change_of(comparison, label, measure)
        if change is not None and change.verdict != "none":
            yield _sentence(words, change)
        elif change is not None:
            unchanged.append(words)
    if unchanged:
        yield f"Nothing changes in {', nor in '.join(unchanged)}."
    yield from _targets(comparison.scenarios[label])


def _first_sentence(start: str, change: Change, what: str, base_title: str) -> str:
    before, after = change.number(change.before), change.number(change.after)
    by = f"a difference of {change.signed} ({change.band})"
    match change.verdict:
        case "none":
            if change.difference:
                return f"{start} changes {what} by less than {10.0**-change.decimals:g} against {base_title} ({before})."
            return f"{start} does not change {what} against {base_title} ({before})."
        case "unclear":
            return (
                f"{start} makes no difference to {what} larger than the spread between replicates: {after} against "
                f"{before} ({base_title}), {by}. The band includes zero, so neither narrowing nor widening can be claimed."
            )
        case "unknown":
            return (
                f"{start} brings {what} from {before} ({base_title}) to {after}, {by}; "
                "run more replicates to separate this from the luck of one draw."
            )
    moves = "narrows" if change.narrows else "widens"
    return f"{start} brings {what} from {before} ({base_title}) to {after}, {by}: the gap between town and country {moves}."


def _against_the_regions(comparison: Differences, outcome: Outcome) -> Iterable[str]:
    """Where the ratio of the world moves one way and that of more regions the other, by a size worth telling."""
    ratio, changes = outcome.ratio, _by_region(comparison, outcome.label)
    if ratio is None or ratio.verdict not in ("up", "down", "unknown") or not changes:
        return
    told = [change for change in changes.values() if sized(change)]
    down = sum(change.verdict in ("down", "unknown") and change.difference < 0 for change in told)
    up = sum(change.verdict in ("up", "unknown") and change.difference > 0 for change in told)
    with_it, against, word = (down, up, "rises") if ratio.difference < 0 else (up, down, "falls")
    if against > with_it and 2 * against > len(changes):
        yield f"But inside the regions it goes the other way: the ratio {word} in {against} of {len(changes)} of them."


def _beside_the_ratio(comparison: Differences, label: str, ratio: Change) -> Iterable[str]:
    """The composition part, and whether Theil's layer between town and country says the same as the ratio."""
    published = change_of(comparison, label, _PUBLISHED)
    if published is not None:
        yield _sentence("in the definition of published figures, survey means linked in the base year, the ratio", published)
    fixed = change_of(comparison, label, _FIXED_RETURNS)
    if fixed is not None:
        held = "with incomes held at those of the world's base year, so that only who lives where counts, the ratio"
        yield _sentence(held, fixed)
    theil = change_of(comparison, label, _THEIL_BETWEEN_KINDS)
    if theil is None:
        return
    sentence = _sentence("the part of Theil's index between town and country within the regions", theil)
    if ratio.verdict in ("up", "down"):
        if theil.verdict not in ("up", "down"):
            sentence += " Theil's index does not confirm the ratio."
        elif (theil.verdict == "down") != ratio.narrows:
            sentence += " The two measures contradict each other; neither should be quoted alone."
        else:
            sentence += " The ratio and Theil's index agree."
    yield sentence


def _by_region(comparison: Differences, label: str) -> dict[str, Change]:
    """The change of the ratio in every reported region; none where there are not two."""
    outside = set(comparison.baseline.manifest.get("outside") or ())
    rows = comparison.rows(label, RATIO, scope="region")
    found = {str(place): change_from_row(row, comparison) for place, row in rows.iterrows() if place not in outside}
    return found if len(found) > 1 else {}


def _regions(comparison: Differences, label: str) -> Iterable[str]:
    """In how many regions the ratio falls, rises, or does neither beyond its band, and where most."""
    changes = _by_region(comparison, label)
    falls, rises = (
        {place: change for place, change in changes.items() if change.verdict == verdict} for verdict in ("down", "up")
    )
    parts = []
    for word, those in (("falls", falls), ("rises", rises)):
        if those:
            most = max(those, key=lambda place: abs(those[place].difference))
            where = "most in" if len(those) > 1 else "in"
            parts.append(f"{word} in {len(those)} of {len(changes)} regions ({where} {most}, {those[most].signed})")
    if not parts:
        return
    rest = [change for place, change in changes.items() if place not in falls and place not in rises]
    tail = ""
    if rest:
        by_luck = any(change.verdict == "unclear" for change in rest)
        how = "it moves by no more than the spread between replicates" if by_luck else "it does not move"
        tail = f"; in the other {len(rest)} {how}"
    yield f"The ratio {' and '.join(parts)}{tail}."


def _targets(results: Results) -> Iterable[str]:
    """For each target of the scenario, in how many replicates it is met."""
    for target in results.manifest["scenario"].get("targets") or ():
        place = target.get("place")
        scope = "world" if place in (None, results.world) else "cell" if "/" in place else "region"
        scope = "kind" if place in ("urban", "rural") else scope
        try:
            values = results.values(target["measure"], scope, place).loc[target["year"]].dropna()
        except (ResultsError, KeyError):
            yield f"Whether the target for {target['measure']} in {target['year']} is met was not recorded."
            continue
        bounds = {word: target[word] for word in ("at_most", "at_least") if target.get(word) is not None}
        met = (values <= bounds.get("at_most", math.inf)) & (values >= bounds.get("at_least", -math.inf))
        bound = " and ".join(f"{word.replace('_', ' ')} {value:g}" for word, value in bounds.items())
        of = f" of {place}" if place else ""
        yield (
            f"The target ({target['measure']}{of} {bound} in {target['year']}) is met in {int(met.sum())} of "
            f"{len(met)} replicates."
        )


def _sentence(what: str, change: Change) -> str:
    """One measure in one sentence, by its verdict."""
    before, after = change.number(change.before), change.number(change.after)
    unit = "" if change.unit in ("ratio", "index", "share", "1", "") or "=" in change.unit else f" {change.unit}"
    what = what[0].upper() + what[1:]
    size = change.signed
    if unit and change.before and change.verdict != "none":  # a level: say the per cent too
        size += f", {change.per_cent}"
    match change.verdict:
        case "none":
            return f"{what} stays at {before}{unit}."
        case "unclear":
            against = f"{after} against {before}{unit} ({size}; {change.between})"
            return f"{what} shows no difference larger than the spread: {against}."
        case "unknown":
            return f"{what} goes from {before} to {after}{unit} ({size}; {change.between})."
    verb = "rises" if change.verdict == "up" else "falls"
    return f"{what} {verb} from {before} to {after}{unit} ({size}; {change.between})."


def _titles(comparison: Differences, label: str) -> tuple[str, str]:
    """Titles of a scenario and the baseline; with their names where titles are the same."""
    results = [comparison.baseline, *comparison.scenarios.values()]
    title, base_title = comparison.scenarios[label].title, comparison.baseline.title
    if len({result.title for result in results}) < len(results):
        return f"{title} ({label})", f"{base_title} ({comparison.baseline.name})"
    return title, base_title
