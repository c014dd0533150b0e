"""Two or more futures side by side: differences paired by replicate, with their spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import numpy as np
import pandas as pd

from sim.analysis import report
from sim.analysis.differences import Differences
from sim.analysis.groups import Tenth, by_tenth
from sim.analysis.growth import accelerating
from sim.analysis.outcome import outcomes, ranked
from sim.analysis.pairing import crossed, edited_between, median_and_band, why_unpaired
from sim.analysis.registered import parts_of_tenths
from sim.analysis.results import Results
from sim.analysis.tables import SCOPES
from sim.analysis.wide import by_reading
from sim.errors import ResultsError, listed

_KEYS = ["measure", "scope", "place", "year"]
_LEVELS = ["baseline_median", "scenario_median", "difference", "p05", "p95"]
_COLUMNS = ["scenario", *_KEYS, *_LEVELS, "unit", "paired", "replicates"]


class Comparison(Differences):
    """What each scenario changes against the baseline: the table (see Differences), in words, and as plain values."""

    @property
    def paragraph(self) -> str:
        """The finding in plain words, made from the table by the fixed rules of `report`."""
        return report.paragraph(self)

    def tenths(self, scenario: str) -> tuple[Tenth, ...]:
        """Who loses and who gains by tenth of the residents of every town and village; none where none were recorded."""
        return by_tenth(self, scenario)

    def to_json(self, rows: pd.DataFrame | None = None) -> dict[str, Any]:
        """Everything as plain values: baseline, scenarios, year, paragraph, notes and the table, or these rows of it."""
        table = self.table if rows is None else rows
        table = table.astype(object).where(table.notna(), None)
        return {
            "baseline": _named(self.baseline),
            "scenarios": [{"scenario": label, **_named(results)} for label, results in self.scenarios.items()],
            "year": self.year,
            "paragraph": self.paragraph,
            "outcomes": [outcome.to_json() for outcome in ranked(outcomes(self))],
            "tenths": {label: [tenth.to_json() for tenth in self.tenths(label)] for label in self.scenarios},
            "notes": list(self.notes),
            "spread_left_by_pairing": {label: self.spread_left_by_pairing(label) for label in self.scenarios},
            "table": table.to_dict(orient="records"),
        }


def compare_results(
    results: Sequence[Results], to: Results | None = None, also: Sequence[str] = (), year: int | None = None
) -> Comparison:
    """Compare results with a baseline (`to`, by default the first), replicate by replicate.

    Difference of replicate r = scenario_r - baseline_r; median and 90% band are taken over r. Runs that did not draw
    alike (other seeds or numbers of agents) cannot be paired: then every replicate of one is set against every one of
    the other, the rows say `paired: false` and a note says why. also: measures that runs do not record (see
    `measures.derived`), worked out from their cells; other names do nothing. year: that of which incomes by registration and
    tenth are worked out, by default the last that all have. Raises ResultsError if there is nothing to compare: fewer than
    two results, different worlds, no common year, other units, no finished replicate.
    """
    baseline = to if to is not None else (results[0] if results else None)
    others = [result for result in results if result is not baseline]
    if baseline is None or not others:
        raise ResultsError("a comparison needs a baseline and at least one other scenario.")
    labels = _labels(others)
    end = min(result.years[-1] for result in (baseline, *others)) if year is None else year
    reference = by_replicate(baseline, also)
    parts = parts_of_tenths(reference, end)
    tables, ends, notes = [], list[int](), list[str]()
    grows = cache(accelerating)  # of the baseline beside every scenario the same
    for label, other in zip(labels, others, strict=True):
        _check_comparable(baseline, other)
        unlike = why_unpaired(baseline, other)
        readings = by_replicate(other, also)
        tables.append(_differences(reference, readings, label, paired=not unlike))
        if tables[-1].empty:
            raise ResultsError(f"{other.name} and {baseline.name} have no measure of a place and year in common.")
        ends.append(int(tables[-1]["year"].max()))
        other_parts = parts_of_tenths(readings, end)
        if len(parts) and len(other_parts):
            tables.append(_differences(parts, other_parts, label, paired=not unlike))
        notes += notes_between(baseline, other, grows)
    table = pd.concat(tables, ignore_index=True)
    table = table[table["year"] <= min(ends)]
    table = table.assign(unit=table["measure"].map(baseline.units))[_COLUMNS]
    return Comparison(baseline, dict(zip(labels, others, strict=True)), table, tuple(dict.fromkeys(notes)))


def by_replicate(results: Results, also: Sequence[str] = ()) -> pd.DataFrame:
    """Rows measure, scope, place, year; columns finished replicates. Raises ResultsError where none is finished."""
    if not results.replicates:
        raise ResultsError(f"{results.path}: no replicate came to its end, so there is nothing to compare.")
    derived = results.derived(also)
    series = pd.concat([results.series, derived], ignore_index=True) if len(derived) else results.series
    if len(derived):
        series = series.astype(dict.fromkeys(_KEYS[:3], "category"))
    return by_reading(series)


def _differences(baseline: pd.DataFrame, other: pd.DataFrame, label: str, paired: bool) -> pd.DataFrame:
    before, after = _common_rows(baseline, other)
    if paired:
        shared = before.columns.intersection(after.columns)
        difference = after[shared] - before[shared]
        before, after = before[shared].where(difference.notna()), after[shared].where(difference.notna())
        band = median_and_band(difference)
    else:
        band = _unpaired_band(before, after)
    band[["p05", "p95"]] = band[["p05", "p95"]].where(band["replicates"] > 1)
    table = band.rename(columns={"median": "difference"})
    table["baseline_median"] = median_and_band(before)["median"]
    table["scenario_median"] = median_and_band(after)["median"]
    table["scenario"], table["paired"] = label, paired
    table = table.reset_index()
    return table.astype({"year": int})


def _common_rows(baseline: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that both tables have, by scope, then measure, place and year, those of words in the order of the alphabet."""
    places = other.index.get_indexer(baseline.index)
    index = cast(pd.MultiIndex, baseline.index)
    ranks = [{word: rank for rank, word in enumerate(sorted(level))} for level in index.levels]
    ranks[1] = {scope: rank for rank, scope in enumerate(SCOPES)}
    of_levels = [np.array([known[word] for word in level]) for known, level in zip(ranks, index.levels, strict=True)]
    measure, scope, place, year = (rank[code] for rank, code in zip(of_levels, index.codes, strict=True))
    order = np.lexsort((year, place, measure, scope))
    order = order[places[order] >= 0]
    return baseline.iloc[order], other.iloc[places[order]]


def _unpaired_band(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Median and band of X - Y over all pairs of two independent samples (Hodges and Lehmann 1963)."""
    band = pd.concat([median_and_band(difference) for difference in crossed(before, after)])
    counted = pd.concat([before.notna().sum(axis=1), after.notna().sum(axis=1)], axis=1).min(axis=1)
    return band.assign(replicates=counted.loc[band.index])


def _check_comparable(baseline: Results, other: Results) -> None:
    if baseline.world != other.world:
        raise ResultsError(
            f"{other.name} runs in the world {other.world}, {baseline.name} in {baseline.world}: they cannot be compared."
        )
    edited = edited_between(baseline, other)
    if edited:
        raise ResultsError(
            f"{baseline.path} and {other.path} were run on different tables ({listed(edited)}): what was edited between them "
            "would be taken for what the policies do. Run both on the same tables."
        )
    if not set(baseline.years) & set(other.years):
        raise ResultsError(f"{other.name} and {baseline.name} have no year in common.")
    known = baseline.units
    for measure, unit in other.units.items():
        if known.get(measure, unit) != unit:
            raise ResultsError(
                f"{measure} is in {unit} in {other.path} but in {known[measure]} in {baseline.path}; run one again."
            )


def notes_between(baseline: Results, other: Results, grows: Callable[[Results], str | None] = accelerating) -> list[str]:
    """What a reader must know before quoting a difference of two runs."""
    unlike, notes = why_unpaired(baseline, other), []
    if unlike:
        notes.append(
            f"{other.title} and {baseline.title} are not paired ({'; '.join(unlike)}): their difference also holds the "
            "luck of the draw, and its band is wider than it would be with the same seeds and agents."
        )
    pairs = len(set(baseline.replicates) & set(other.replicates))
    if 1 < pairs < 10 and not unlike:
        notes.append(f"The band of {pairs} pairs is hardly more than their range; run.replicates asks for more.")
    for results in (baseline, other):
        failed = len(results.manifest["replicates"]) - len(results.replicates)
        if failed:
            of = len(results.manifest["replicates"])
            notes.append(f"Replicates of {results.title} that failed and are left out: {failed} of {of}.")
    notes += [note for note in map(grows, (baseline, other)) if note is not None]
    before, after = (dict(results.manifest["scenario"].get("parameters", {})) for results in (baseline, other))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            values = [f"{values.get(name, 'that of the world')}" for values in (before, after)]
            notes.append(
                f"{name} is {values[0]} in {baseline.title} and {values[1]} in {other.title}: the difference is not that of "
                "the policies alone."
            )
    if baseline.years != other.years:
        spans = [f"{results.years[0]} to {results.years[-1]} ({results.title})" for results in (other, baseline)]
        notes.append(f"The runs cover different years, {spans[0]} and {spans[1]}; only common years are compared.")
    notes += _unlike_versions(baseline, other)
    before, after = (dict(results.manifest.get("data", {})) for results in (baseline, other))
    tables = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if tables:
        notes.append(f"{other.title} and {baseline.title} were run on different input data: {listed(tables, 5)} differ.")
    return notes


def _unlike_versions(baseline: Results, other: Results) -> list[str]:
    """A note for the version of the program, or its source, and one for what it computed with, where two runs differ."""
    before, after = (dict(results.manifest.get("versions", {})) for results in (baseline, other))
    unlike = sorted(word for word in before.keys() | after.keys() if before.get(word) != after.get(word))
    said = {word: (after.get(word, "unknown"), before.get(word, "unknown")) for word in unlike}
    notes = []
    if "factorflow" in said:
        one, two = said["factorflow"]
        notes.append(f"{other.title} was run with factorflow {one}, {baseline.title} with {two}.")
    elif "source" in said:
        notes.append(
            f"{other.title} and {baseline.title} were computed by different source of the program ({said['source'][0]} and "
            f"{said['source'][1]}): the difference is not that of the policies alone."
        )
    libraries = [f"{word} {one} and {two}" for word, (one, two) in said.items() if word not in ("factorflow", "source")]
    if libraries:
        notes.append(f"{other.title} and {baseline.title} were computed with different versions of {listed(libraries)}.")
    return notes


def _labels(results: Sequence[Results]) -> list[str]:
    """Names of the scenarios; where two share a name, but for capitals, the names of their folders, else numbered."""
    names = [result.name for result in results]
    if len({name.casefold() for name in names}) < len(names):
        names = [result.path.name for result in results]
    if len({name.casefold() for name in names}) < len(names):
        names = [f"{name} ({number})" for number, name in enumerate(names, start=1)]
    return names


def _named(results: Results) -> dict[str, Any]:
    return {
        "name": results.name,
        "title": results.title,
        "path": str(results.path),
        "scenario_digest": results.manifest["scenario_digest"],
        "replicates": len(results.replicates),
    }
