"""The first rows of a population: whole agents for base-year stocks, every margin met to within one agent."""

from __future__ import annotations

from typing import Any

import numba
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


def start_rows(numbers: NDArray[np.int64], cells: int) -> tuple[NDArray[np.unsignedinteger[Any]], ...]:
    """The columns of a population, one for each axis of a table of whole agents, its rows in the table's flat order.

    Columns of up to 256 values take a byte an agent, so that nothing wider than a column is ever made.
    """
    flat = numbers.ravel()
    values = np.unravel_index(np.arange(flat.size), numbers.shape)
    narrow = np.uint8 if max(cells, *numbers.shape) <= 256 else np.uint16
    return tuple(np.repeat(value.astype(narrow), flat) for value in values)


def workplace_luck(workers: NDArray[np.int64], seed: int, replicate: int) -> NDArray[np.uint16]:
    """The standing of every worker in the queue for work in town, evenly spread within each (cell, skill).

    workers: numbers by (cell, skill), whose rows follow one another. A golden-ratio sequence over the rank from a keyed
    start: the share below any threshold is met to about one agent, so small cells do not start with a wage they never had.
    """
    luck = np.empty(int(workers.sum()), dtype=np.uint16)
    _spread(luck, workers, np.cumsum(workers.ravel()), seed, replicate)
    return luck


@numba.njit(cache=True)  # on one thread: it runs once a replicate, and a parallel loop compiles three times as long
def _spread(luck, workers, ends, seed, replicate):  # type: ignore[no-untyped-def]
    """Fill the lucks of one (cell, skill) after the other."""
    skills = workers.shape[1]
    for group in range(ends.size):
        cell, skill = group // skills, group % skills
        start = draws(seed, replicate, WORKPLACE, 0, cell * 256 + skill)[0]
        first = ends[group] - workers[cell, skill]
        for rank in range(workers[cell, skill]):
            place = start + _GOLDEN * rank
            luck[first + rank] = np.uint16((place - np.floor(place)) * 65536.0)
