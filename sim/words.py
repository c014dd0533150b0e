"""Many words as numbers of few, so that what is done with words is done once a word and not once a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Index


class Words(NamedTuple):
    """Many words as numbers, (row,), of few, which stand in alphabetical order."""

    names: tuple[str, ...]
    numbers: Index


def in_order(names: Sequence[str], numbers: NDArray[np.integer[Any]]) -> Words:
    """Words by their numbers in `names`: those that occur, in alphabetical order, and the numbers in that order.

    None may be missing, which is a number below zero.
    """
    there = np.bincount(numbers, minlength=len(names)) > 0
    order = sorted(np.flatnonzero(there).tolist(), key=names.__getitem__)
    rank = np.zeros(len(names), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Words(tuple(names[number] for number in order), rank[numbers])
