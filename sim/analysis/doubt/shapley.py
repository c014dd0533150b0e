"""What each instrument of a package contributes: Shapley shares from the values of all subsets, and pairs."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import DesignError

MOST = 10  # instruments; their 1,024 subsets are as many scenarios
Values = NDArray[Any]  # float64, or objects that are Fractions, in which every sum is exact


def subsets(instruments: int) -> tuple[tuple[int, ...], ...]:
    """Members of every subset in the order of `shapley`: subset k has instrument i where bit i of k is set."""
    _instruments(1 << instruments if 0 < instruments <= MOST else 0)
    return tuple(tuple(i for i in range(instruments) if k >> i & 1) for k in range(1 << instruments))


def shapley(values: Values) -> Values:
    """Shares (instrument, ...) of the last value less the first, from values (subset, ...) of all subsets by bits.

    `phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S and i) - v(S))` (Shapley 1953): the mean over all orders
    in which the instruments could come. Shares sum to v(all) - v(none), exactly for Fractions and to rounding for floats;
    unit of the values. A column (replicate) with a failed subset has to be left out before. Raises DesignError.
    """
    count = _checked(values)
    shares = np.zeros((count, *values.shape[1:]), dtype=values.dtype)
    for k, i in ((k, i) for k in range(len(values)) for i in range(count) if not k >> i & 1):
        size = k.bit_count()
        weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
        shares[i] += _as(weight, values) * (values[k | 1 << i] - values[k])
    return shares


def pairs(values: Values) -> Values:
    """Interactions (instrument, instrument, ...) of pairs: what two do together beyond what they do apart; diagonal 0.

    `I_ij = sum over S without i, j of |S|! (n - |S| - 2)! / (n - 1)! (v(S, i, j) - v(S, i) - v(S, j) + v(S))` (Owen 1972;
    Grabisch and Roubens 1999); above zero they help each other, below they do the same work twice. Unit of the values.
    """
    count = _checked(values)
    found = np.zeros((count, count, *values.shape[1:]), dtype=values.dtype)
    for k in range(len(values)):
        for i, j in combinations([one for one in range(count) if not k >> one & 1], 2):
            size = k.bit_count()
            weight = Fraction(factorial(size) * factorial(count - size - 2), factorial(count - 1))
            together = values[k | 1 << i | 1 << j] - values[k | 1 << i] - values[k | 1 << j] + values[k]
            found[i, j] += _as(weight, values) * together
            found[j, i] = found[i, j]
    return found


def whole_columns(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which columns of values (subset, column) have all subsets: only those have shares, the rest is to be counted."""
    return np.asarray(np.isfinite(values).all(axis=0))


def _as(weight: Fraction, values: Values) -> Any:
    return weight if values.dtype == object else float(weight)


def _checked(values: Values) -> int:
    if values.dtype != object and not np.isfinite(values).all():
        raise DesignError("a subset has no value: leave out the columns with a failed task first (whole_columns).")
    return _instruments(len(values))


def _instruments(count: int) -> int:
    if count < 2 or count & (count - 1) or count > 1 << MOST:
        raise DesignError(f"found {count:,} subsets: {MOST} instruments at most have 2, 4, 8 ... {1 << MOST:,} of them.")
    return count.bit_length() - 1
