"""Pairs of replicates and their spread: which runs drew alike, what each pair differs by, medians and bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DRAWN = ("labour_agents", "capital_agents", "land_agents", "continuum")  # runs that differ in one share no draws
_AT_MOST = 100  # quantiles kept of each side where replicates cannot be paired, so that 1000 x 1000 stays small
_AT_ONCE = 4_000_000  # differences of replicates that are not paired held in memory at a time

Numbers = NDArray[np.float64]


class Drawn(Protocol):
    """What decides whether two runs can be paired: what was asked for, and the replicates that came to their end."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the run wrote down, with `scenario` and `replicates`."""

    @property
    def replicates(self) -> Sequence[int]:
        """Numbers of the replicates that came to their end."""


def edited_between(baseline: Drawn, other: Drawn) -> list[str]:
    """Names of tables that differ between two runs of one version of the program: what they change is no policy's work."""
    first, second = (results.manifest for results in (baseline, other))
    before, after = (dict(manifest.get("data", {})) for manifest in (first, second))
    if first.get("versions") != second.get("versions"):
        return []  # another version brings other tables; that is said, not refused
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def why_unpaired(baseline: Drawn, other: Drawn) -> list[str]:
    """Why two runs cannot be paired replicate by replicate; empty if they can."""
    reasons = []
    first, second = (dict(results.manifest["scenario"].get("run", {})) for results in (baseline, other))
    for word in DRAWN:
        if first.get(word) != second.get(word):
            reasons.append(f"{word} is {first.get(word)} in one and {second.get(word)} in the other")
    seeds = [{row["replicate"]: row["seed"] for row in results.manifest["replicates"]} for results in (baseline, other)]
    shared = set(baseline.replicates) & set(other.replicates)
    if any(seeds[0][replicate] != seeds[1][replicate] for replicate in shared):
        reasons.append("their seeds differ")
    if not shared:
        reasons.append("they have no finished replicate in common")
    return reasons


def quantiles(numbers: Numbers, shares: Sequence[float] | Numbers) -> Numbers:
    """Quantiles of each row, (share, row): linear interpolation (Hyndman and Fan 1996, type 7), missing values left out.

    Rows of nothing but missing values are the caller's to drop.
    """
    asked = np.asarray(shares, dtype=np.float64)
    found = np.empty((len(asked), len(numbers)))
    missing = np.isnan(numbers).any(axis=1)
    for rows, quantile in ((~missing, np.quantile), (missing, np.nanquantile)):  # the latter takes many times as long
        if rows.any():
            found[:, rows] = quantile(numbers[rows], asked, axis=1)
    return found


def median_and_band(values: pd.DataFrame) -> pd.DataFrame:
    """Median and 90% band over replicates: a row per row of `values` (columns are replicates), same unit.

    Columns replicates, median, p05, p95, by `quantiles`. A missing value is left out and not counted; a row without any
    value is dropped.
    """
    values = values.dropna(how="all")
    numbers = values.to_numpy(dtype=np.float64)
    low, middle, high = quantiles(numbers, (0.05, 0.5, 0.95))
    counted = np.isfinite(numbers).sum(axis=1)
    return pd.DataFrame({"replicates": counted, "median": middle, "p05": low, "p95": high}, index=values.index)


def crossed(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Every replicate of one run less every one of the other (Hodges and Lehmann 1963), some rows at a time, in order."""
    first, second = _thinned(before), _thinned(after)
    rows_at_once = max(1, _AT_ONCE // (first.shape[1] * second.shape[1]))
    for start in range(0, len(first), rows_at_once):
        rows = slice(start, start + rows_at_once)
        difference = (second[rows, :, None] - first[rows, None, :]).reshape(len(first[rows]), -1)
        yield pd.DataFrame(difference, index=before.index[rows])


def _thinned(values: pd.DataFrame) -> Numbers:
    numbers = values.to_numpy(dtype=np.float64)
    return numbers if numbers.shape[1] <= _AT_MOST else quantiles(numbers, (np.arange(_AT_MOST) + 0.5) / _AT_MOST).T
