"""The cheapest of many mixes of policies that meets a target with a given probability, and what is given up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.errors import DesignError


@dataclass(frozen=True)
class Cheapest:
    """Row of the cheapest mix that meets the target, None where none does; `best` is the row of the largest probability.

    sure: whether the lower end of its interval meets the target too; frontier: rows by rising cost, each of which has a
    larger probability than all cheaper ones; left_out: mixes without cost or probability, as a task of theirs failed.
    """

    row: int | None
    best: int
    sure: bool
    frontier: tuple[int, ...]
    left_out: int


def cheapest(cost: Array, probability: Array, wanted: float, low: Array | None = None) -> Cheapest:
    """The cheapest mix whose probability is `wanted` at least; cost (mix,), probability (mix,) of 0 to 1, NaN left out.

    low (mix,): lower ends of the intervals of the probabilities. Of equal costs the larger probability, then the earlier
    row. The probability of the chosen one is, if anything, too high, as the luckiest of many is picked: run it again with
    other seeds before it is quoted. Raises DesignError.
    """
    if cost.ndim != 1 or probability.shape != cost.shape or not 0 < wanted <= 1:
        raise DesignError(
            f"found costs {cost.shape}, probabilities {probability.shape}, wanted {wanted:g}: one row a mix, 0 to 1."
        )
    known = np.flatnonzero(np.isfinite(cost) & np.isfinite(probability))
    if not len(known):
        raise DesignError(f"none of the {len(cost):,} mixes has a cost and a probability.")
    order = known[np.lexsort((known, -probability[known], cost[known]))]
    meeting = order[probability[order] >= wanted]
    before = np.concatenate([[-np.inf], np.maximum.accumulate(probability[order])[:-1]])
    frontier = order[probability[order] > before]
    row = int(meeting[0]) if len(meeting) else None
    sure = row is not None and low is not None and bool(low[row] >= wanted)
    return Cheapest(row, int(frontier[-1]), sure, tuple(int(one) for one in frontier), len(cost) - len(known))
