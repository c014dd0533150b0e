"""The first rows of a population: whole agents for base-year stocks, every margin met to within one agent."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.streams import WORKPLACE, draws
from sim.world.world import Array

_GOLDEN = 0.6180339887498949


def whole_agents(stock: Array, agents: int) -> NDArray[np.int64]:
    """Numbers of agents in proportion to a stock (any shape), rounded along its flat order.

    Running totals are rounded, so every contiguous block of the flat order (a cell, a skill in a cell) holds its share
    to within one agent, and the whole adds up to `agents`.
    """
    running = np.cumsum(stock.ravel() * (agents / stock.sum()))
    running[-1] = agents
    return np.asarray(np.diff(np.rint(running), prepend=0.0).astype(np.int64).reshape(stock.shape))


def workplace_luck(cell: NDArray[np.uint16], skill: NDArray[np.uint8], seed: int, replicate: int) -> NDArray[np.uint16]:
    """The standing of every worker in the queue for work in town, evenly spread within each (cell, skill).

    A golden-ratio sequence over the rank from a keyed start: the share below any threshold is met to about one agent,
    so small cells do not start with a wage they never had.
    """
    luck = np.empty(cell.size, dtype=np.uint16)
    groups = cell.astype(np.int64) * 256 + skill
    order = np.argsort(groups, kind="stable")
    bounds = np.flatnonzero(np.diff(groups[order], prepend=-1, append=-1))
    for first, last in pairwise(bounds):
        start = draws(seed, replicate, WORKPLACE, 0, int(groups[order[first]]))[0]
        spread = (start + _GOLDEN * np.arange(last - first)) % 1.0
        luck[order[first:last]] = (spread * 65536.0).astype(np.uint16)
    return luck
