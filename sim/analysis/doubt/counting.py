"""How often something holds: in so many of so many draws, and with which probability over draws and seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from sim.analysis.doubt.components import components
from sim.arrays import Array, Flag
from sim.errors import DesignError


@dataclass(frozen=True)
class Count:
    """In how many draws something holds; draws without any value are left out and counted."""

    holds: int
    draws: int
    left_out: int

    def __str__(self) -> str:
        rest = f" ({self.left_out:,} without any value left out)" if self.left_out else ""
        return f"holds in {self.holds:,} of {self.draws:,} draws{rest}"


@dataclass(frozen=True)
class Probability:
    """A share of tasks with its interval; `independent` is how many independent tasks would tell as much."""

    value: float
    low: float
    high: float
    independent: float
    tasks: int
    left_out: int


def within(values: Array, at_least: float | None = None, at_most: float | None = None) -> Array:
    """Where values meet a target: 1 or 0, and NaN where there is no value; same shape. Bounds in the unit of the values."""
    if at_least is None and at_most is None:
        raise DesignError("a target is at_least, at_most, or both; none was given.")
    met = np.ones(np.shape(values), dtype=np.bool_)
    if at_least is not None:
        met &= values >= at_least
    if at_most is not None:
        met &= values <= at_most
    return np.where(np.isnan(values), np.nan, met)


def holds(table: Array, at_least: float | None = None, at_most: float | None = None) -> Count:
    """In how many draws the mean over seeds of `table` (draw, seed) meets the target."""
    means, counted = means_of_draws(table)
    met = within(means[counted], at_least, at_most)
    return Count(int(met.sum()), len(met), int((~counted).sum()))


def losers(differences: Array, places: Sequence[str], share: float = 0.5) -> tuple[tuple[str, Count], ...]:
    """Places that lose by a policy in at least `share` of draws, with the count, the most frequent loser first.

    differences (place, draw, seed): paired, in the unit of what is compared; a place loses where its mean over seeds is
    below zero. Places without any value are named nowhere: count them before. Raises DesignError.
    """
    if differences.ndim != 3 or len(differences) != len(places):
        raise DesignError(f"found differences {differences.shape} of {len(places)} places: place by draw by seed are needed.")
    found: list[tuple[str, Count]] = []
    for place, table in zip(places, differences, strict=True):
        means, counted = means_of_draws(table)
        lost = Count(int((means[counted] < 0).sum()), int(counted.sum()), int((~counted).sum()))
        if lost.holds and lost.holds >= share * lost.draws:
            found.append((place, lost))
    return tuple(sorted(found, key=lambda one: (-one[1].holds / one[1].draws, one[0])))


def means_of_draws(table: Array) -> tuple[Array, Flag]:
    """Means over the seeds that have a value (draw,), and which draws have one; the others are NaN and no mean."""
    present = np.isfinite(table)
    count = present.sum(axis=1)
    sums = np.where(present, table, 0.0).sum(axis=1)
    return np.divide(sums, count, out=np.full(len(table), np.nan), where=count > 0), count > 0


def probability(met: Array, level: float = 0.95) -> Probability:
    """Share of tasks (draw, seed) that meet a target, of 1, 0 and NaN (failed), with its interval.

    Wilson's (1927) interval with the effective number of independent tasks in place of their number and Student's t in
    place of the normal quantile (after Korn and Graubard 1998): tasks of one draw are alike, and so are tasks of one seed.
    `n = p (1 - p) / v`, v the squared standard error of the mean in the two-way layout, with at least the part of draws:
    `v >= s^2_p / a`; n is at least the smaller side of the table less one and at most the number of tasks. Where all or no
    tasks meet it, n is the number of draws (of seeds where there is one draw). Draws of a Sobol sequence are more even than
    independent ones, so the interval is, if anything, wide. Raises DesignError.
    """
    present = np.isfinite(met)
    if met.ndim != 2 or not present.any() or not np.isin(met[present], (0.0, 1.0)).all():
        raise DesignError("a table of draws by seeds of ones and zeros, with one value at least, is needed.")
    draws, seeds = int(present.any(axis=1).sum()), int(present.any(axis=0).sum())
    tasks, share = int(present.sum()), float(met[present].mean())
    clusters = draws if draws > 1 else seeds
    if 0 < share < 1:
        independent, degrees = _effective(met, share, clusters)
    else:
        independent, degrees = float(clusters), max(1, clusters - 1)
    low, high = wilson(share, independent, float(stdtrit(degrees, (1 + level) / 2)))
    return Probability(share, low, high, independent, tasks, met.size - tasks)


def wilson(share: float, number: float, quantile: float) -> tuple[float, float]:
    """Wilson's interval of a share out of `number` tasks: where `|p - share| <= quantile sqrt(p (1 - p) / number)`."""
    ratio = quantile**2 / number
    middle = (share + ratio / 2) / (1 + ratio)
    half = math.sqrt(ratio * share * (1 - share) + ratio**2 / 4) / (1 + ratio)
    return max(0.0, middle - half), min(1.0, middle + half)


def _effective(met: Array, share: float, clusters: int) -> tuple[float, int]:
    """The effective number of tasks, and the degrees of freedom of the error it comes from."""
    means, counted = means_of_draws(met)
    of_draws = float(means[counted].var(ddof=1)) / clusters if counted.sum() > 1 else 0.0
    tasks = int(np.isfinite(met).sum())
    found, seeds = components(met), int(np.isfinite(met).any(axis=0).sum())
    least, degrees = max(1, clusters - 1), max(1, clusters - 1)
    squared = max(of_draws, (found.error or 0.0) ** 2)
    if found.luck is not None and found.ignorance is not None and found.luck.value / seeds > of_draws / 2:
        least, degrees = max(1, min(clusters, seeds) - 1), max(1, min(clusters, seeds) - 1)  # seeds decide: they are few
    wanted = share * (1 - share) / squared if squared > 0 else float(tasks)
    return min(max(wanted, float(least)), float(tasks)), degrees
