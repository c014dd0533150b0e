"""Which policy is best in which draw, and the parameter and value at which the order of two policies reverses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from sim.arrays import Array, Flag, Index
from sim.errors import DesignError

_SHUFFLES, _BY_CHANCE = 999, 0.05
_KEY = 20  # of the shuffles, a number of its own


@dataclass(frozen=True)
class Ranks:
    """Means and ranks (policy, draw), 1 the best, draws without a seed in common NaN; how often each is first."""

    means: Array
    ranks: Array
    first: tuple[int, ...]
    draws: int
    left_out: int


@dataclass(frozen=True)
class Flip:
    """The order of two policies over draws, and where it reverses; parameter None where no split does better than chance."""

    one: str
    other: str
    one_better: int
    other_better: int
    ties: int
    parameter: str | None
    value: float | None  # halfway between the draws on both sides, in the unit of the parameter
    better_below: str | None
    accuracy: float  # share of draws whose order the split tells; without a split, of the more frequent order
    by_chance: float  # share of shuffled tables in which the best split of any parameter tells as much

    def __str__(self) -> str:
        if not self.one_better or not self.other_better:
            best = self.one if self.one_better else self.other
            return f"{best} is better in every draw" if self.one_better or self.other_better else "they never differ"
        orders = f"{self.one} is better in {self.one_better:,} and {self.other} in {self.other_better:,} draws"
        if self.parameter is None:
            return f"{orders}; none of the parameters alone tells which"
        above = self.other if self.better_below == self.one else self.one
        return (
            f"{orders}: {self.better_below} below {self.parameter} {self.value:.3g}, {above} above, "
            f"right in {self.accuracy:.0%} of draws"
        )


def ranked(values: Array, larger_is_better: bool = True) -> Ranks:
    """Ranks of policies by draw from `values` (policy, draw, seed): means over the seeds that all policies have.

    Ties share their mean rank. A draw in which no seed has a value for all is left out and counted, never filled in.
    """
    if values.ndim != 3:
        raise DesignError(f"values of policy by draw by seed are needed; found {values.ndim} dimensions.")
    shared = np.isfinite(values).all(axis=0)
    count = shared.sum(axis=1)
    sums = np.where(shared, values, 0.0).sum(axis=2)
    means = np.divide(sums, count, out=np.full(sums.shape, np.nan), where=count > 0)
    kept = count > 0
    ranks = np.full(means.shape, np.nan)
    if kept.any():
        ranks[:, kept] = rankdata(-means[:, kept] if larger_is_better else means[:, kept], axis=0)
    best = (np.nanmin(ranks[:, kept], axis=0) == ranks[:, kept]) if kept.any() else np.zeros((len(values), 0), np.bool_)
    return Ranks(means, ranks, tuple(int(one) for one in best.sum(axis=1)), int(kept.sum()), int((~kept).sum()))


def flips(
    means: Array,
    parameters: Array,
    policies: Sequence[str],
    names: Sequence[str],
    larger_is_better: bool = True,
    seed: int = 0,
) -> tuple[Flip, ...]:
    """Where the order of each pair of policies reverses: the one split of one parameter that tells most draws right.

    means (policy, draw), NaN left out; parameters (draw, parameter). On one side of the split one policy is called better,
    on the other side the other. Among many parameters some split always looks good, so it is held against 999 shuffles of
    the draws (the largest accuracy over all parameters and splits, Westfall and Young 1993), and called found when at most
    5% do as well. Ties of two policies in a draw are counted and tell nothing. Raises DesignError.
    """
    if means.shape != (len(policies), len(parameters)) or parameters.shape[1:] != (len(names),):
        raise DesignError(
            f"found means {means.shape} and parameters {parameters.shape}: the draws or the names do not agree."
        )
    signed = means if larger_is_better else -means
    return tuple(
        _flip(signed[i] - signed[j], parameters, (policies[i], policies[j]), names, seed)
        for i, j in combinations(range(len(policies)), 2)
    )


def _flip(lead: Array, parameters: Array, pair: tuple[str, str], names: Sequence[str], seed: int) -> Flip:
    known = np.isfinite(lead) & np.isfinite(parameters).all(axis=1)
    ahead, behind = int((lead[known] > 0).sum()), int((lead[known] < 0).sum())
    counts, ties = (ahead, behind), int((lead[known] == 0).sum())
    draws = ahead + behind
    usual = max(counts) / draws if draws else float("nan")
    if not ahead or not behind:
        return Flip(*pair, *counts, ties, None, None, None, usual, 1.0)
    used = known & (lead != 0)
    found, chance = split(lead[used] > 0, parameters[used], seed)
    if found is None:
        return Flip(*pair, *counts, ties, None, None, None, usual, chance)
    called = pair[0] if found.more_below else pair[1]
    return Flip(*pair, *counts, ties, names[found.column], found.value, called, found.accuracy, chance)


@dataclass(frozen=True)
class Split:
    """One number of one column that parts draws in two: `more_below` where those meant are called so below it."""

    column: int
    value: float  # halfway between the draws on both sides
    more_below: bool
    accuracy: float  # share of draws on the side they are called to be on


def split(meant: Flag, drawn: Array, seed: int = 0) -> tuple[Split | None, float]:
    """The split of draws (draw, parameter) that tells best which are meant, (draw,), and how often chance does as well.

    None where more than 5% of 999 shuffled tables have a split as good, over all parameters and places. Both sides need a
    draw: some are meant, some are not.
    """
    draws = len(meant)
    order, places = np.argsort(drawn, axis=0, kind="stable").astype(np.int64), _places(drawn)
    right, parameter, place = _best(meant[None], order, places)
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _KEY])))
    shuffled = np.stack([generator.permutation(meant) for _ in range(_SHUFFLES)])
    chance = (1 + int((_best(shuffled, order, places)[0] >= right[0]).sum())) / (1 + _SHUFFLES)
    if chance > _BY_CHANCE:
        return None, chance
    at, column = int(place[0]), int(parameter[0])
    rising = np.sort(drawn[:, column])
    agreeing = int((meant == (drawn[:, column] <= rising[at])).sum())
    return Split(column, float(rising[at] + rising[at + 1]) / 2, 2 * agreeing > draws, float(right[0]) / draws), chance


def _places(drawn: Array) -> Flag:
    """Where a parameter can be split, (draw - 1, parameter): between different values alone."""
    return np.diff(np.sort(drawn, axis=0), axis=0) > 0


def _best(better: Flag, order: Index, places: Flag) -> tuple[Index, Index, Index]:
    """The most draws told right by one split, its parameter and place, for each row of `better` (table, draw)."""
    draws = better.shape[1]
    most = np.full(len(better), -1, np.int64)
    parameter, place = np.zeros(len(better), np.int64), np.zeros(len(better), np.int64)
    total = better.sum(axis=1, keepdims=True)
    for column in range(order.shape[1]):
        if not places[:, column].any():
            continue
        below = np.cumsum(better[:, order[:, column]], axis=1)[:, :-1]
        size = np.arange(1, draws)
        one_below = below + (draws - size) - (total - below)  # one called better below, the other above
        right = np.where(places[:, column], np.maximum(one_below, draws - one_below), -1)
        at = right.argmax(axis=1)
        here = right[np.arange(len(right)), at]
        more = here > most
        most[more], parameter[more], place[more] = here[more], column, at[more]
    return most, parameter, place
