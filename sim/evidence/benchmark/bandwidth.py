"""How fast this machine's memory is: the triad of McCalpin (1995), on all threads."""

from __future__ import annotations

import time

import numba
import numpy as np

from sim.compiled import compiled

_NUMBERS = 20_000_000  # three columns of 160 MB, far beyond any cache


def measured(rounds: int = 7) -> float:
    """Bytes a second of a = b + s c over long columns, the best round; 24 bytes a number, as the triad counts them."""
    a, b, c = np.zeros(_NUMBERS), np.ones(_NUMBERS), np.ones(_NUMBERS)
    _triad(a, b, c, 3.0)
    best = np.inf
    for _ in range(rounds):
        start = time.perf_counter()
        _triad(a, b, c, 3.0)
        best = min(best, time.perf_counter() - start)
    return 24 * _NUMBERS / best


@compiled(parallel=True)
def _triad(a, b, c, s):  # type: ignore[no-untyped-def]
    for number in numba.prange(a.size):
        a[number] = b[number] + s * c[number]
