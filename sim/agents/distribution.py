"""Who has how much: a distribution kept as a fine histogram that is filled in the pass over the agents.

Bins are cut where floating-point numbers cut themselves: 256 to a doubling, so a bin is 0.4% of its value wide at most and
is found by a shift. Within a bin values count as evenly spread. Against exact values of smooth distributions
(tests/agents) the Gini and the mean are right to 1e-4, quantiles to 4e-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array
from sim.compiled import compiled

_PER_DOUBLING = 8  # bits of the fraction that separate bins
_CUT = 52 - _PER_DOUBLING
SHIFT = np.int64(_CUT)


class Bins(NamedTuple):
    """Bins from 2^lowest to 2^highest; what lies below or above counts in the first or last."""

    first: int
    number: int


def bins(lowest: int, highest: int) -> Bins:
    """Bins for values from 2^lowest to 2^highest, in the unit of the values."""
    return Bins((1023 + lowest) << _PER_DOUBLING, (highest - lowest) << _PER_DOUBLING)


@cache
def edges(of: Bins) -> Array:
    """The number + 1 bounds of the bins."""
    bits = (of.first + np.arange(of.number + 1, dtype=np.int64)) << _CUT
    cuts = bits.view(np.float64)
    cuts.setflags(write=False)
    return cuts


@compiled(inline="always")
def bin_of(bits, of):  # type: ignore[no-untyped-def]
    """The bin of a value from its bits as a whole number."""
    return min(max((bits >> SHIFT) - of.first, 0), of.number - 1)


@compiled()
def fill(counts, values, of):  # type: ignore[no-untyped-def]
    """Add values to the counts of their bins."""
    bits = values.view(np.int64)
    for agent in range(values.size):
        counts[bin_of(bits[agent], of)] += 1


@dataclass(frozen=True)
class Distribution:
    """Counts of agents by bin and what follows from them."""

    counts: NDArray[np.integer]
    of: Bins

    @property
    def mean(self) -> float:
        """Mean value."""
        cuts = edges(self.of)
        return float(self.counts @ (cuts[1:] + cuts[:-1]) / (2 * self.counts.sum()))

    def gini(self) -> float:
        """The Gini coefficient G = sum_ij n_i n_j E|y_i - y_j| / (2 N^2 mean); inside a bin E|.| is a third of its width."""
        return float(_gini(self.counts, edges(self.of)))

    def quantile(self, share: float | Array) -> Array:
        """The values below which these shares of all agents lie."""
        running = np.concatenate([[0.0], np.cumsum(self.counts)])
        return np.asarray(np.interp(np.asarray(share) * running[-1], running, edges(self.of)))

    def deciles(self) -> Array:
        """The nine values that part agents into tenths, (9,)."""
        return self.quantile(np.arange(1, 10) / 10)


@compiled()
def _gini(counts, cuts):  # type: ignore[no-untyped-def]
    """One walk over the bins: G = (sum_i n_i y_i (2 N_i - N) + sum_i n_i^2 width_i / 6) / (N sum_i n_i y_i).

    N_i: how many have less, half of one's own bin included.
    """
    everybody, below, held, spread = counts.sum() * 1.0, 0.0, 0.0, 0.0
    for place in range(counts.size):
        here, middle = counts[place] * 1.0, (cuts[place] + cuts[place + 1]) / 2
        held += here * middle
        spread += here * middle * (2 * below + here - everybody)
        spread += here * here * (cuts[place + 1] - cuts[place]) / 6
        below += here
    return spread / (everybody * held)
