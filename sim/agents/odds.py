"""The year's tables as whole numbers: what 32-bit words are compared with, and a guide into every row of shares."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.choice import MoveTables
from sim.arrays import Array, Flag, Index
from sim.compiled import compiled

_WORDS = 1 << 32
_LARGEST_GUIDE = 1 << 18  # bytes: it must stay in a processor's own cache beside the agents


class Odds(NamedTuple):
    """`MoveTables` for words: a word w stands for the number (w + 1/2) / 2^32, and w < n just when that is below a share.

    bounds[g * cells + h, d], flat: the largest word that stands for place d or one before it; guide[g * cells + h, w >> (32 -
    bits)], flat: the first place a word of that bucket can stand for, where the search starts (Chen and Asau 1974);
    mobility, reclassify, transfer, training: numbers n of words, 0 to 2^32; village_any (of reclassify and transfer, which
    read one word) and training_any: the largest of them, below which a word may matter.
    """

    bounds: NDArray[np.uint32]
    guide: NDArray[np.unsignedinteger[Any]]
    bits: np.uint64
    group: Index
    mobility: int
    reclassify: Index
    transfer: Index
    village_any: int
    town: Index
    stayers_only: bool
    training: Index
    training_any: int
    trainable: Flag
    trained_skill: Index


def odds_of(tables: MoveTables) -> Odds:
    """The tables of a year as whole numbers, with the guide into the rows of shares."""
    rows, cells = tables.cumulative.shape
    bits = _guide_bits(rows, cells)
    bounds = np.empty((rows, cells), dtype=np.uint32)
    guide = np.empty((rows, 1 << bits), dtype=np.uint8 if cells <= 256 else np.uint16)
    _fill_rows(np.ascontiguousarray(tables.cumulative), bounds, guide, 32 - bits)
    reclassify = words_below(np.where(tables.town == np.arange(cells), 0.0, tables.reclassify))
    transfer, training = words_below(tables.transfer), words_below(tables.training)
    return Odds(
        bounds=bounds.ravel(),
        guide=guide.ravel(),
        bits=np.uint64(bits),
        group=np.asarray(tables.group, dtype=np.int64),
        mobility=int(words_below(np.array(tables.mobility))),
        reclassify=reclassify,
        transfer=transfer,
        village_any=int(max(reclassify.max(), transfer.max())),
        town=np.asarray(tables.town, dtype=np.int64),
        stayers_only=bool(tables.stayers_only),
        training=training,
        training_any=int(training.max()),
        trainable=np.asarray(tables.trainable, dtype=bool),
        trained_skill=np.asarray(tables.trained_skill, dtype=np.int64),
    )


def words_below(share: Array) -> Index:
    """How many words stand for a number below a share: n = ceil(2^32 share - 1/2), within 0 and 2^32.

    Exact: multiplying by a power of two and taking away a half lose nothing where it matters.
    """
    return np.asarray(np.minimum(np.maximum(np.ceil(share * _WORDS - 0.5), 0), _WORDS)).astype(np.int64)


def _guide_bits(rows: int, cells: int) -> int:
    """Buckets of a row as a power of two: some eight a place, fewer where the guide would leave the cache."""
    bits = max(6, int(np.ceil(np.log2(8 * cells))))
    while bits > 6 and rows << bits > _LARGEST_GUIDE:
        bits -= 1
    return bits


@compiled()
def _fill_rows(cumulative, bounds, guide, shift):  # type: ignore[no-untyped-def]
    """Bounds of every place, and for every bucket the first place whose bound is not below the bucket's first word."""
    rows, cells = cumulative.shape
    for row in range(rows):
        bucket = 0
        for place in range(cells):
            below = min(max(np.ceil(cumulative[row, place] * 4294967296.0 - 0.5), 0.0), 4294967296.0)
            last = np.int64(below) - 1  # -1: no word stands for this place, and the guide never leads here
            bounds[row, place] = max(last, 0)
            until = (last >> shift) + 1
            while bucket < until:
                guide[row, bucket] = place
                bucket += 1
