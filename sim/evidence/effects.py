"""What policies do, one row a scenario: the sign that theory expects, the sign found, effects with their 90% bands.

The scenarios and the signs come from a file of expectations: each first expectation of a scenario against another is a
row. Differences are paired by replicate, so the band is what the draw leaves of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.pairing import median_and_band
from sim.analysis.results import Results
from sim.errors import FactorFlowError
from sim.pages.recorded import world_of
from sim.scenario.checks import scope_of
from sim.scenario.expectation import Expectation, Question, Questions
from sim.scenario.schema import Scenario
from sim.vocabulary import world_words

Runs = Callable[[Scenario], Results]
"""Finds or makes the results of a scenario."""


@dataclass(frozen=True)
class Effect:
    """A difference: median and 90% band over pairs of replicates, in `unit`; a band of one pair is that value."""

    median: float
    p05: float
    p95: float
    unit: str

    @property
    def sign(self) -> int:
        """1 or -1 where the whole band lies on one side of zero, else 0."""
        return int(self.p05 > 0) - int(self.p95 < 0)


@dataclass(frozen=True)
class Row:
    """One scenario: its instruments, what theory expects and why, what was found for it, and the common effects."""

    scenario: str
    title: str
    instruments: tuple[str, ...]
    expectation: Expectation
    expected_sign: int
    found: Effect
    effects: dict[str, Effect]
    pairs: int


COLUMNS = {
    "urban_rural_ratio": "urban-rural ratio",
    "max_min_ratio": "max/min city ratio",
    "output": "output, %",
    "welfare": "welfare, %",
    "public_cost": "cost, bn yuan a year",
    "public_receipts": "receipts, bn yuan a year",
}


def rows(questions: Questions, runs: Runs) -> Iterator[Row]:
    """A row for the first expectation of every scenario that is held against another, in the order of the file.

    Raises FactorFlowError where there is none, or where two scenarios share no replicate.
    """
    seen: set[str] = set()
    for question in questions.items:
        digest = question.scenario.digest()
        if question.reference is None or digest in seen:
            continue
        seen.add(digest)
        yield _row(question, runs(question.scenario), runs(question.reference))
    if not seen:
        raise FactorFlowError(f"{questions.file} holds no expectation with difference_from, so there is no effect to print.")


def _row(question: Question, results: Results, reference: Results) -> Row:
    item = question.expectation
    scope = scope_of(item.place, world_words(world_of(results))) or "world"
    place = None if scope == "world" else item.place
    last = int(min(results.series["year"].max(), reference.series["year"].max()))
    found = _difference(results, reference, item.measure, scope, place, item.year)
    effects = {}
    for measure in ("urban_rural_ratio", "max_min_ratio"):
        effects[measure] = _difference(results, reference, measure, "world", None, last)
    effects["output"] = _difference(results, reference, "output", "world", None, last, percent="log")
    effects["welfare"] = _difference(results, reference, "welfare", "world", None, last, percent="points")
    for measure in ("public_cost", "public_receipts"):
        effects[measure] = _of_policies(results, measure, last)
    return Row(
        scenario=results.name,
        title=results.title,
        instruments=tuple(dict.fromkeys(terms.instrument for terms in question.scenario.policies.values())),
        expectation=item,
        expected_sign=_sign_of(item),
        found=found,
        effects=effects,
        pairs=len(set(results.replicates) & set(reference.replicates)),
    )


def _sign_of(item: Expectation) -> int:
    """The sign an expectation asks for: 1 above zero or more, -1 below zero or less, 0 between."""
    if item.above is not None and item.above >= 0:
        return 1
    return -1 if item.below is not None and item.below <= 0 else 0


def _difference(
    results: Results, reference: Results, measure: str, scope: str, place: str | None, year: int, percent: str = ""
) -> Effect:
    """The paired difference of a measure in a year; `log` in 100 log points of the ratio, `points` times 100."""
    one = results.values(measure, scope, place).loc[[year]]
    other = reference.values(measure, scope, place).loc[[year]]
    both = one.columns.intersection(other.columns)
    if both.empty:
        raise FactorFlowError(f"{results.name} and {reference.name} share no finished replicate, so nothing can be paired.")
    if percent == "log":
        return _effect((one[both] / other[both]).apply(np.log) * 100, "%")
    unit = "%" if percent else results.units.get(measure, "")
    return _effect((one[both] - other[both]) * (100 if percent else 1), unit)


def _of_policies(results: Results, measure: str, year: int) -> Effect:
    """Sum over a scenario's policies, 10^9 yuan a year: zero where none of them pays or raises anything."""
    return _effect(results.public_money(measure, year).to_frame().T / 1e9, f"10^9 {results.money} per year")


def _effect(values: pd.DataFrame, unit: str) -> Effect:
    band = median_and_band(values).iloc[0]
    return Effect(float(band["median"]), float(band["p05"]), float(band["p95"]), unit)


SIGNS_HEAD = ("scenario", "reading", "expected", "found", "why")
EFFECTS_HEAD = ("scenario", *COLUMNS.values())


def signs(row: Row) -> tuple[str, ...]:
    """The sign expected and the sign found, and why it is expected, as text."""
    item = row.expectation
    words = {1: "+", -1: "-", 0: "0"}
    reading = item.measure + (f" of {item.place}" if item.place else "")
    return row.scenario, reading, words[row.expected_sign], words[row.found.sign], item.why


def effects(row: Row) -> tuple[str, ...]:
    """The common effects as text, `median (p05 to p95)`."""
    return row.scenario, *(_said(row.effects[name]) for name in COLUMNS)


def _said(effect: Effect) -> str:
    if effect.p05 == effect.p95:
        return f"{effect.median:.3g}" if effect.median else "0"
    digits = min(4, max(1, 2 - int(np.floor(np.log10(max(abs(effect.p05), abs(effect.p95), 1e-6))))))
    low, middle, high = (f"{value:+.{digits}f}" for value in (effect.p05, effect.median, effect.p95))
    return middle if low == high else f"{middle} ({low} to {high})"


def page(answers: list[Row], questions: Questions, command: str) -> str:
    """Both tables as a page in Markdown."""
    against = [row for row in answers if row.expected_sign and row.found.sign == -row.expected_sign]
    unclear = [row for row in answers if row.expected_sign and row.found.sign == 0]
    notes = [f"- {row.title}: the sign found is not the one expected.\n" for row in against]
    notes += [f"- {row.title}: the band of the reading includes zero.\n" for row in unclear]
    return (
        f"# What each policy does\n\n{questions.title}. Written by `{command}`; medians of "
        f"{_listed({row.pairs for row in answers})} replicates paired with those of no new policy, in brackets the 90% band"
        f"{few_pairs(answers)}.\n\n"
        "## Signs\n\nWhat theory expects of one reading in "
        f"{_listed({row.expectation.year for row in answers})}, and the sign of its whole band "
        "(0: the band includes zero).\n\n"
        + _table(SIGNS_HEAD, [signs(row) for row in answers])
        + ("\n" + "".join(notes) if notes else "")
        + "\n## Effects\n\nIn the last year of the runs. Output and welfare are those of the eleven cities; welfare is the "
        "expected gain of the people registered there. Cost is what policies took from public budgets, receipts what they "
        "raised.\n\n" + _table(EFFECTS_HEAD, [effects(row) for row in answers])
    )


def few_pairs(answers: list[Row]) -> str:
    """A warning where a band rests on so few pairs that it is no more than their range."""
    fewest = min(row.pairs for row in answers)
    return f" (of {fewest} pairs it is hardly more than their range: ask for more replicates)" if fewest < 10 else ""


def _table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *body]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _listed(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
