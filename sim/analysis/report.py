"""The words of a comparison: a paragraph in plain language, made from the numbers by fixed rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.errors import ResultsError

if TYPE_CHECKING:
    from sim.analysis.comparison import Comparison
    from sim.analysis.results import Results

_RATIO = "urban_rural_ratio"
_FIXED_RETURNS = "urban_rural_ratio_fixed_returns"
_THEIL_BETWEEN_KINDS = "theil_between_kinds_within_regions"
# Measures that get a sentence of their own after the urban-rural ratio, in this order, with their name in the sentence.
_ALSO_SAID = {
    "coast_mountain_ratio": "the income per head of the coast over that of the mountain regions",
    "max_min_ratio": "the income per head of the richest region over that of the poorest",
    "income_per_head": "income per head",
}


# Order of the rows of the table; what is not named here follows.
_ORDER = (
    _RATIO,
    _FIXED_RETURNS,
    "coast_mountain_ratio",
    "max_min_ratio",
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
    "urban_share",
    "population",
    "output",
)
_NOTHING = 1e-12


@dataclass(frozen=True)
class Change:
    """One number of the baseline, of the scenario, and their difference with its 90% band, all in one unit."""

    before: float
    after: float
    difference: float
    low: float
    high: float
    unit: str
    paired: bool
    replicates: int
    drawn: bool = True  # False for shares instead of people: nothing is left to luck, so one run says it all

    @property
    def decimals(self) -> int:
        """Two digits of the difference or of half its band, but three to five significant digits of the level."""
        size = math.floor(math.log10(abs(self.before))) if self.before else 0
        half = (self.high - self.low) / 2 if self.replicates > 1 else 0.0
        moved = max(abs(self.difference), half)
        wanted = 1 - math.floor(math.log10(moved)) if moved else 0
        return max(0, min(max(wanted, 2 - size), 4 - size))

    @property
    def verdict(self) -> str:
        """One of `none` (too small to write), `unknown` (one replicate), `unclear` (zero in the band), `up`, `down`."""
        ends = (self.low, self.high) if self.replicates > 1 else ()
        if all(self.number(value) == self.number(0.0) for value in (self.difference, *ends)):
            return "none"
        if self.replicates < 2 and self.drawn:
            return "unknown"
        if self.replicates > 1 and self.low <= 0.0 <= self.high:
            return "unclear"
        return "up" if self.difference > 0 else "down"

    @property
    def narrows(self) -> bool:
        """Whether a ratio comes nearer to one, on whichever side it stands."""
        return abs(math.log(self.after)) < abs(math.log(self.before))

    def number(self, value: float) -> str:
        """A value with the decimals of this change; never `-0.00`."""
        text = f"{value:,.{self.decimals}f}"
        return text.lstrip("-") if not text.strip("-0.,") else text

    @property
    def between(self) -> str:
        """`between -0.06 and -0.04`, or that there is no band."""
        if self.replicates < 2:
            return "one draw, so no band" if self.drawn else "no draws, so no band"
        return f"between {self.number(self.low)} and {self.number(self.high)}"

    @property
    def band(self) -> str:
        """`90% of replicates between -0.06 and -0.04, 20 pairs`, or why there is no band."""
        if self.replicates < 2 and not self.drawn:
            return "shares instead of people: no draws, so no band"
        if self.replicates < 2:
            return "one pair of replicates, so no band" if self.paired else "one replicate, so no band"
        if self.paired:
            return f"90% of replicates {self.between}, {self.replicates} pairs"
        return f"90% of unpaired differences {self.between}, {self.replicates} replicates"


def paragraph(comparison: Comparison) -> str:
    """Say what each scenario changes by the last common year; a paragraph for each, then what limits the numbers.

    The rules: a movement is called one only if the 90% band of the differences leaves zero out; the urban-rural ratio
    comes first and is set beside its composition part and Theil's layer between town and country, which must move the
    same way; then coast against mountain, richest against poorest region, income per head, the scenario's own targets.
    """
    paragraphs = [" ".join(_sentences(comparison, label)) for label in comparison.scenarios]
    if comparison.notes:
        paragraphs.append(" ".join(comparison.notes))
    return "\n\n".join(paragraphs)


def headline_cells(comparison: Comparison, label: str) -> list[tuple[str, ...]]:
    """A scenario's last year as text for a table: measure, place, baseline, scenario's value, difference, band, unit.

    Gaps come first, then their layers, then levels; what is zero everywhere is left out; large sums are in billions.
    """
    rows = comparison.headline()
    rows = rows[rows["scenario"] == label]
    rank = {measure: place for place, measure in enumerate(_ORDER)}
    order = rows["measure"].astype(str).map(lambda measure: rank.get(measure, len(rank)))
    rows = rows.assign(scope=rows["scope"].eq("region"), rank=order).sort_values(["scope", "rank"], kind="stable")
    cells: list[tuple[str, ...]] = []
    for _, row in rows.iterrows():
        change = _in_billions(_from_row(row, comparison))
        if max(abs(change.before), abs(change.after), abs(change.difference)) < _NOTHING:
            continue
        band = "" if change.replicates < 2 else f"{change.number(change.low)} to {change.number(change.high)}"
        levels = (change.number(change.before), change.number(change.after), _signed(change, change.difference))
        cells.append((str(row["measure"]), str(row["place"]), *levels, band, change.unit))
    return cells


def _in_billions(change: Change) -> Change:
    """The same change with its numbers in billions where they are larger than ten of them."""
    if max(abs(change.before), abs(change.after)) < 1e10:
        return change
    numbers = {name: getattr(change, name) / 1e9 for name in ("before", "after", "difference", "low", "high")}
    return replace(change, unit=f"billion {change.unit}", **numbers)


def _sentences(comparison: Comparison, label: str) -> Iterable[str]:
    title, base_title = _titles(comparison, label)
    world = comparison.baseline.world.replace("_", " ").capitalize()
    ratio = _change(comparison, label, _RATIO)
    start = f"By {comparison.year} {title}"
    if ratio is None:
        yield f"{start} is compared with {base_title}; the urban-rural income ratio was not recorded by both."
    else:
        yield _first_sentence(start, ratio, f"the urban-rural income ratio of {world}", base_title)
        yield from _beside_the_ratio(comparison, label, ratio)
        yield from _regions(comparison, label)
    yield from _public_money(comparison, label)
    unchanged = []
    for measure, words in _ALSO_SAID.items():
        change = _change(comparison, label, measure)
        if change is not None and change.verdict != "none":
            yield _sentence(words, change)
        elif change is not None:
            unchanged.append(words)
    if unchanged:
        yield f"Nothing changes in {', nor in '.join(unchanged)}."
    yield from _targets(comparison.scenarios[label])


def _first_sentence(start: str, change: Change, what: str, base_title: str) -> str:
    before, after = change.number(change.before), change.number(change.after)
    by = f"a difference of {_signed(change, change.difference)} ({change.band})"
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
                "run more replicates to tell this from the luck of one draw."
            )
    moves = "narrows" if change.narrows else "widens"
    return f"{start} brings {what} from {before} ({base_title}) to {after}, {by}: the gap between town and country {moves}."


def _beside_the_ratio(comparison: Comparison, label: str, ratio: Change) -> Iterable[str]:
    """The composition part, and whether Theil's layer between town and country says the same as the ratio."""
    fixed = _change(comparison, label, _FIXED_RETURNS)
    if fixed is not None:
        first = comparison.baseline.years[0]
        yield _sentence(f"with incomes held at those of {first}, so that only who lives where counts, the ratio", fixed)
    theil = _change(comparison, label, _THEIL_BETWEEN_KINDS)
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


def _public_money(comparison: Comparison, label: str) -> Iterable[str]:
    """What the policies cost public budgets in the last year, and what they raised."""
    results, year = comparison.scenarios[label], comparison.year
    cost, raised = (
        float(results.public_money(measure, year).median()) / 1e9 for measure in ("public_cost", "public_receipts")
    )
    if cost > 0 or raised > 0:
        gained = f" and raise {raised:,.3g} billion" if raised > 0 else ""
        yield f"Its policies cost public budgets {cost:,.3g} billion yuan of 2014 in {year}{gained}."


def _regions(comparison: Comparison, label: str) -> Iterable[str]:
    """In how many regions the ratio falls, rises, or does neither beyond its band, and where most."""
    outside = set(comparison.baseline.manifest.get("outside") or ())
    rows = comparison.rows(label, _RATIO, scope="region")
    changes = {str(place): _from_row(row, comparison) for place, row in rows.iterrows() if place not in outside}
    if len(changes) < 2:
        return
    falls, rises = (
        {place: change for place, change in changes.items() if change.verdict == verdict} for verdict in ("down", "up")
    )
    parts = []
    for word, those in (("falls", falls), ("rises", rises)):
        if those:
            most = max(those, key=lambda place: abs(those[place].difference))
            where = "most in" if len(those) > 1 else "in"
            size = _signed(those[most], those[most].difference)
            parts.append(f"{word} in {len(those)} of {len(changes)} regions ({where} {most}, {size})")
    neither = len(changes) - len(falls) - len(rises)
    if not parts:
        return
    tail = f"; in the other {neither} it moves by no more than the spread between replicates" if neither else ""
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
    size = _signed(change, change.difference)
    if unit and change.before and change.verdict != "none":  # a level: say the per cent too
        size += f", {_per_cent(change.difference / change.before)}"
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


def _change(comparison: Comparison, label: str, measure: str) -> Change | None:
    rows = comparison.rows(label, measure)
    return None if rows.empty else _from_row(rows.iloc[0], comparison)


def _from_row(row: pd.Series[Any], comparison: Comparison) -> Change:
    return Change(
        before=float(row["baseline_median"]),
        after=float(row["scenario_median"]),
        difference=float(row["difference"]),
        low=float(row["p05"]),
        high=float(row["p95"]),
        unit=str(row["unit"]),
        paired=bool(row["paired"]),
        replicates=int(row["replicates"]),
        drawn=not all(
            results.manifest["scenario"].get("run", {}).get("continuum", False)
            for results in (comparison.baseline, *comparison.scenarios.values())
        ),
    )


def _titles(comparison: Comparison, label: str) -> tuple[str, str]:
    """Titles of a scenario and the baseline; with their names where titles do not tell them apart."""
    results = [comparison.baseline, *comparison.scenarios.values()]
    title, base_title = comparison.scenarios[label].title, comparison.baseline.title
    if len({result.title for result in results}) < len(results):
        return f"{title} ({label})", f"{base_title} ({comparison.baseline.name})"
    return title, base_title


def _signed(change: Change, value: float) -> str:
    text = change.number(value)
    return f"+{text}" if value > 0 and text != change.number(0.0) else text


def _per_cent(share: float) -> str:
    return f"{100 * share:+.1f}%" if abs(share) >= 0.0005 else f"{100 * share:+.2f}%"
