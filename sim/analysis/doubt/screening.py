"""Which parameters matter, from the draws of any experiment: rank correlation and the variance that bins explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from sim.arrays import Array
from sim.errors import DesignError

_KEY = 21  # of the shuffles, a number of its own
_LEAST = 8  # draws; below, a rank correlation says nothing


@dataclass(frozen=True)
class Weight:
    """How much a parameter tells of an outcome: its correlation of ranks and the share of variance explained."""

    parameter: str
    correlation: float
    explained: float
    matters: bool  # beyond what 5% of shuffled tables reach in any parameter


def screened(parameters: Array, outcome: Array, names: Sequence[str], seed: int = 0) -> tuple[Weight, ...]:
    """Parameters by how much of `outcome` (draw,) they explain, most first; parameters (draw, parameter), NaN left out.

    explained: the larger of squared rank correlation (Spearman 1904), which needs few draws and sees what rises or falls,
    and of the adjusted correlation ratio over bins of equal count, `1 - (SS within / (n - k)) / (SS / (n - 1))`, an estimate
    of the first-order index of Sobol that sees what bends (Pearson 1905; Plischke, Borgonovo and Smith 2013). A screening,
    not an index: `sobol_indices` gives those. matters: explained beats the 95% quantile of the largest in 999 shuffled
    tables. Raises DesignError.
    """
    known = np.isfinite(outcome) & np.isfinite(parameters).all(axis=1)
    drawn, found = parameters[known], outcome[known]
    if drawn.ndim != 2 or drawn.shape[1] != len(names) or len(found) < _LEAST:
        raise DesignError(f"screening takes {_LEAST} draws at least and a name a parameter; found {drawn.shape}.")
    if np.ptp(found) == 0:
        return tuple(Weight(name, 0.0, 0.0, False) for name in names)
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _KEY])))
    tables = np.stack([found, *(generator.permutation(found) for _ in range(999))])
    ranks = rankdata(tables, axis=1)
    correlation = np.stack([_correlation(rankdata(column), ranks) for column in drawn.T])
    explained = np.maximum(correlation**2, np.stack([_ratio(column, tables) for column in drawn.T]))
    limit = float(np.quantile(explained[:, 1:].max(axis=0), 0.95))
    weights = [
        Weight(name, float(correlation[i, 0]), float(explained[i, 0]), bool(explained[i, 0] > limit))
        for i, name in enumerate(names)
    ]
    return tuple(sorted(weights, key=lambda one: (-one.explained, one.parameter)))


def _correlation(column: Array, tables: Array) -> Array:
    centred, others = column - column.mean(), tables - tables.mean(axis=1, keepdims=True)
    scale: Array = np.sqrt((centred**2).sum() * (others**2).sum(axis=1))
    shared: Array = (others * centred).sum(axis=1)
    ratio: Array = np.divide(shared, scale, out=np.zeros(len(tables)), where=scale > 0)
    return ratio


def _ratio(column: Array, tables: Array) -> Array:
    """The adjusted correlation ratio of each table over bins of the column; equal values share a bin."""
    draws = len(column)
    bins = max(2, round(draws ** (1 / 3) * 1.5))
    _, bin_of = np.unique(np.ceil(rankdata(column, method="max") * bins / draws), return_inverse=True)
    member = np.eye(int(bin_of.max()) + 1)[bin_of]
    count = member.sum(axis=0)
    if len(count) < 2:
        return np.zeros(len(tables))
    centred = tables - tables.mean(axis=1, keepdims=True)
    total = (centred**2).sum(axis=1)
    within = total - (np.einsum("td,dk->tk", centred, member) ** 2 / count).sum(axis=1)
    ratio: Array = 1 - within / (draws - len(count)) / (total / (draws - 1))
    return np.maximum(0.0, ratio)
