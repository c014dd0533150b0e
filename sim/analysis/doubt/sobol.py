"""First and total indices of Sobol with bootstrap intervals: the share of variance a parameter explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, Index
from sim.errors import DesignError

_KEY = 22  # of the bootstrap, a number of its own
_AT_ONCE = 2_000_000  # numbers of the bootstrap held at a time


@dataclass(frozen=True)
class Indices:
    """Indices (parameter,) with the ends of their intervals; rows used, and rows left out for a failed task."""

    first: Array
    first_low: Array
    first_high: Array
    total: Array
    total_low: Array
    total_high: Array
    rows: int
    left_out: int


def sobol_indices(
    at_a: Array, at_b: Array, mixed: Array, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Indices:
    """First and total indices from a model's values on Saltelli's design: at A (row,), at B (row,), at A_B (parameter, row).

    `S_i = mean(f_B (f_AB_i - f_A)) / V` (Saltelli et al. 2010, table 2 b) of centred values, `T_i = mean((f_A - f_AB_i)^2)
    / (2 V)` (Jansen 1999), V the variance of A and B. Estimates may fall a little below 0 or above 1 by chance and are
    shown so. Intervals: quantiles over rows drawn anew (Efron 1979), too wide, if anything, for rows of a Sobol sequence.
    A row with a failed task (NaN) is left out whole and counted. Raises DesignError.
    """
    if at_a.ndim != 1 or at_b.shape != at_a.shape or mixed.ndim != 2 or mixed.shape[1:] != at_a.shape:
        raise DesignError(f"found values of shapes {at_a.shape}, {at_b.shape}, {mixed.shape}: rows do not agree.")
    rows = np.vstack([at_a, at_b, mixed])
    known = np.isfinite(rows).all(axis=0)
    rows = rows[:, known]
    count = rows.shape[1]
    if count < 2 or np.ptp(rows[:2]) == 0:
        raise DesignError(f"{count:,} whole rows whose values differ are needed for shares of a variance, two at least.")
    rows = rows - rows.mean()
    first, total = _estimates(rows, np.arange(count)[None])
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _KEY])))
    drawn: list[tuple[Array, Array]] = []
    step = max(1, _AT_ONCE // rows.size)
    for start in range(0, resamples, step):
        drawn.append(_estimates(rows, generator.integers(count, size=(min(step, resamples - start), count))))
    ends = ((1 - level) / 2, (1 + level) / 2)
    of_first, of_total = (np.quantile(np.concatenate(parts), ends, axis=0) for parts in zip(*drawn, strict=True))
    return Indices(first[0], of_first[0], of_first[1], total[0], of_total[0], of_total[1], count, int((~known).sum()))


def _estimates(rows: Array, chosen: Index) -> tuple[Array, Array]:
    """First and total indices (resample, parameter) on the chosen rows (resample, row)."""
    values = rows[:, chosen]
    at_a, at_b, mixed = values[0], values[1], values[2:]
    variance = np.concatenate([at_a, at_b], axis=1).var(axis=1)
    share = np.divide(1.0, variance, out=np.zeros_like(variance), where=variance > 0)[:, None]
    first = (at_b * (mixed - at_a)).mean(axis=2).T * share
    total = ((at_a - mixed) ** 2).mean(axis=2).T * share / 2
    return first, total
