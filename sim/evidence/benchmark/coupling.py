"""How many choose otherwise when shares change a little: inverse distribution, as here, or alias tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.agents.choice import cumulative_shares
from sim.arrays import Array, Index
from sim.evidence.benchmark.task import Task, shares

_CHANGE, _DRAWS = 1.01, 400_000


class Coupling(NamedTuple):
    """Shares of agents who choose otherwise after a change: the least any draw can do, and by two methods."""

    least: float
    inverse: float
    alias: float


def measured(cells: int) -> dict[str, Coupling]:
    """Choices of the task on the same draws before and after pay rises by 1% in one cell, or changes by about 1% in all."""
    rng = np.random.default_rng(cells)
    one = np.where(np.arange(cells) == cells // 2, _CHANGE, 1.0)
    return {"one cell": _compared(cells, one), "all cells": _compared(cells, _CHANGE ** rng.normal(size=cells))}


def _compared(cells: int, change: Array) -> Coupling:
    task = Task(_DRAWS, cells)
    pay = task.pay(np.full(cells, _DRAWS // cells))
    before, after = shares(task.cost(), pay), shares(task.cost(), pay * change)
    rng = np.random.default_rng(task.seed)
    place, second = rng.random(_DRAWS), rng.random(_DRAWS)
    home = np.arange(_DRAWS) % cells
    inverse = [_by_inverse(share, home, place) for share in (before, after)]
    alias = [_by_alias(share, home, place, second) for share in (before, after)]
    return Coupling(
        least=float(np.abs(after - before).sum(axis=1).mean() / 2),
        inverse=float((inverse[0] != inverse[1]).mean()),
        alias=float((alias[0] != alias[1]).mean()),
    )


def _by_inverse(share: Array, home: Index, place: Array) -> Index:
    table = (cumulative_shares(share) + np.arange(len(share))[:, None]).ravel()
    return np.asarray(np.searchsorted(table, place + home, side="right") - home * len(share))


def _by_alias(share: Array, home: Index, place: Array, second: Array) -> Index:
    """Choices by alias tables (Walker 1977; Vose 1991): a column at random, then it or its alias."""
    kept, other = (np.array(table) for table in zip(*map(_alias_table, share), strict=True))
    column = np.minimum((place * share.shape[1]).astype(np.int64), share.shape[1] - 1)
    return np.asarray(np.where(second < kept[home, column], column, other[home, column]))


def _alias_table(row: Array) -> tuple[list[float], list[int]]:
    scaled = (row * len(row)).tolist()
    kept, other = [1.0] * len(row), list(range(len(row)))
    small = [place for place, size in enumerate(scaled) if size < 1]
    large = [place for place, size in enumerate(scaled) if size >= 1]
    while small and large:
        less, more = small.pop(), large.pop()
        kept[less], other[less] = scaled[less], more
        scaled[more] -= 1 - scaled[less]
        (small if scaled[more] < 1 else large).append(more)
    return kept, other
