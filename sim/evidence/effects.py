"""What policies do, one row a scenario: the signs that theory expects, those found, effects with their 90% bands.

The scenarios and the signs come from a file of expectations: each scenario held against another is a row, each
expectation of it a reading. Differences are paired by replicate, so the band is what the draw leaves of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

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
class Reading:
    """One expectation: what theory expects and why, and what was found for it."""

    expectation: Expectation
    expected_sign: int
    found: Effect


@dataclass(frozen=True)
class Row:
    """One scenario against one reference: its instruments, its readings, the common effects, and how its accounts close."""

    scenario: str
    title: str
    reference: str
    instruments: tuple[str, ...]
    readings: tuple[Reading, ...]
    effects: dict[str, Effect]
    pairs: int
    residual: float
    """Largest relative residual of all accounts, years and replicates: what is paid less what is received."""


COLUMNS = {
    "urban_rural_ratio": "urban-rural ratio",
    "sigma_convergence": "sigma",
    "max_min_ratio": "max/min ratio of places",
    "output": "output, %",
    "output_per_head": "output a head, %",
    "welfare": "welfare, %",
    "public_cost": "cost, bn yuan a year",
    "public_receipts": "receipts, bn yuan a year",
}


def scenarios(questions: Questions) -> list[Scenario]:
    """Every scenario that a row needs, each once, in the order of the file."""
    asked: dict[str, Scenario] = {}
    for question in questions.items:
        for one in (question.scenario, question.reference) if question.reference is not None else ():
            if one is not None:
                asked.setdefault(one.digest(), one)
    return list(asked.values())


def rows(questions: Questions, runs: Runs) -> Iterator[Row]:
    """A row for every scenario that is held against another, with all its readings, in the order of the file.

    Raises FactorFlowError where there is none, or where two scenarios share no replicate.
    """
    asked: dict[tuple[str, str], list[Question]] = {}
    for question in questions.items:
        if question.reference is not None:
            asked.setdefault((question.scenario.digest(), question.reference.digest()), []).append(question)
    for together in asked.values():
        yield _row(together, runs)
    if not asked:
        raise FactorFlowError(f"{questions.file} holds no expectation with difference_from, so there is no effect to print.")


def _row(questions: Sequence[Question], runs: Runs) -> Row:
    scenario, against = questions[0].scenario, questions[0].reference
    if against is None:
        raise ValueError("an expectation without a reference has no effect")
    results, reference = runs(scenario), runs(against)
    last = int(min(results.series["year"].max(), reference.series["year"].max()))
    effects = {
        measure: _difference(results, reference, measure, "world", None, last)
        for measure in ("urban_rural_ratio", "sigma_convergence", "max_min_ratio")
    }
    effects["output"] = _difference(results, reference, "output", "world", None, last, percent="log")
    effects["output_per_head"] = _difference(results, reference, "output", "world", None, last, percent="log", a_head=True)
    effects["welfare"] = _difference(results, reference, "welfare", "world", None, last, percent="points")
    for measure in ("public_cost", "public_receipts"):
        effects[measure] = _of_policies(results, measure, last)
    return Row(
        scenario=results.name,
        title=results.title,
        reference=reference.name,
        instruments=tuple(dict.fromkeys(terms.instrument for terms in scenario.policies.values())),
        readings=tuple(_reading(question.expectation, results, reference) for question in questions),
        effects=effects,
        pairs=len(set(results.replicates) & set(reference.replicates)),
        residual=float(results.accounts["residual"].max()),
    )


def _reading(item: Expectation, results: Results, reference: Results) -> Reading:
    scope = scope_of(item.place, world_words(world_of(results))) or "world"
    place = None if scope == "world" else item.place
    return Reading(item, _sign_of(item), _difference(results, reference, item.measure, scope, place, item.year))


def _sign_of(item: Expectation) -> int:
    """The sign an expectation asks for: 1 above zero or more, -1 below zero or less, 0 between."""
    if item.above is not None and item.above >= 0:
        return 1
    return -1 if item.below is not None and item.below <= 0 else 0


def _difference(
    results: Results,
    reference: Results,
    measure: str,
    scope: str,
    place: str | None,
    year: int,
    percent: str = "",
    a_head: bool = False,
) -> Effect:
    """The paired difference of a measure in a year; `log` in 100 log points of the ratio, `points` times 100."""
    one, other = (found.values(measure, scope, place).loc[[year]] for found in (results, reference))
    if a_head:
        one, other = (
            table / found.values("population", scope, place).loc[[year]]
            for table, found in ((one, results), (other, reference))
        )
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
EFFECTS_HEAD = ("scenario", *COLUMNS.values(), "accounts close to")


def signs(row: Row) -> list[tuple[str, ...]]:
    """The signs expected and the signs found, and why they are expected, as text: a line a reading."""
    words: dict[int, str] = {1: "+", -1: "-", 0: "0"}
    lines: list[tuple[str, ...]] = []
    for one in row.readings:
        item = one.expectation
        reading = item.measure + (f" of {item.place}" if item.place else "")
        expected = (
            words[one.expected_sign] if one.expected_sign else item.wanted().removeprefix(f"difference from {row.reference} ")
        )
        found = words[one.found.sign] + ("" if one.expected_sign else f" ({one.found.median:.2g})")
        lines.append((_named(row), reading, expected, found, item.why))
    return lines


def effects(row: Row) -> tuple[str, ...]:
    """The common effects as text, `median (p05 to p95)`."""
    return _named(row), *(_said(row.effects[name]) for name in COLUMNS), f"{row.residual:.0e}"


def plain(row: Row) -> dict[str, Any]:
    """A row as numbers and words for JSON."""
    found = asdict(replace(row, readings=()))
    found["readings"] = [
        {"expectation": one.expectation.model_dump(), "expected_sign": one.expected_sign, "found": asdict(one.found)}
        for one in row.readings
    ]
    return found


def _named(row: Row) -> str:
    return row.scenario if row.reference == "baseline" else f"{row.scenario} against {row.reference}"


def _said(effect: Effect) -> str:
    if effect.p05 == effect.p95:
        return f"{effect.median:.3g}" if effect.median else "0"
    digits = min(4, max(1, 2 - int(np.floor(np.log10(max(abs(effect.p05), abs(effect.p95), 1e-6))))))
    low, middle, high = (f"{value:+.{digits}f}" for value in (effect.p05, effect.median, effect.p95))
    return middle if low == high else f"{middle} ({low} to {high})"


def page(answers: list[Row], questions: Questions, command: str) -> str:
    """Both tables as a page in Markdown."""
    notes = [f"- {row.title}: {said}\n" for row in answers for one in row.readings if (said := _parted(one))]
    return (
        f"# What each policy does\n\n{questions.title}. Written by `{command}`; medians of "
        f"{_listed({row.pairs for row in answers})} replicates paired with those of the reference, in brackets the 90% band"
        f"{few_pairs(answers)}.\n\n"
        "## Signs\n\nWhat theory expects of each reading in "
        f"{_listed({one.expectation.year for row in answers for one in row.readings})}, and the sign of its whole band "
        "(0: the band includes zero).\n\n"
        + _table(SIGNS_HEAD, [line for row in answers for line in signs(row)])
        + ("\n" + "".join(notes) if notes else "")
        + "\n## Effects\n\nIn the last year of the runs. Output and welfare are those of the reported area; welfare is the "
        "expected gain of the people registered there. Sigma is the standard deviation of log income per head between "
        "places, each counted once. Cost is what policies took from public budgets, receipts what they raised. Accounts "
        "close to: the largest relative difference of what is paid and what is received, in all accounts, years and "
        "replicates.\n\n" + _table(EFFECTS_HEAD, [effects(row) for row in answers])
    )


def _parted(reading: Reading) -> str:
    """What a note says of a reading whose sign is not clearly the one expected; empty where it is."""
    item, expected, found = reading.expectation, reading.expected_sign, reading.found.sign
    if not expected or found == expected:
        return ""
    what = item.measure + (f" of {item.place}" if item.place else "")
    return f"the sign found of {what} is not the one expected." if found else f"the band of {what} includes zero."


def few_pairs(answers: list[Row]) -> str:
    """A warning where a band rests on so few pairs that it is no more than their range."""
    fewest = min(row.pairs for row in answers)
    return f" (of {fewest} pairs it is hardly more than their range: ask for more replicates)" if fewest < 10 else ""


def _table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *body]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _listed(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
