"""The first rows of a population: whole agents for base-year stocks, every margin met to within one agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array
from sim.columns import LUCK, Column
from sim.compiled import compiled
from sim.streams import WORKPLACE, draws

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


@dataclass(frozen=True)
class Beginning:
    """How a population begins, in a few numbers: any part of its rows can be made from them, wherever it is to live.

    numbers: whole agents by the columns `axes`, rows in its flat order; an agent stands for `weight` units of the stock.
    """

    columns: tuple[Column, ...]
    axes: tuple[str, ...]
    numbers: NDArray[np.int64]
    cells: int
    weight: float
    event: int
    key: tuple[int, int]
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def agents(self) -> int:
        """The number of agents."""
        return int(self.numbers.sum())

    def homes(self) -> NDArray[np.int64]:
        """Agents by (home, cell) at the start."""
        others = tuple(axis for axis, name in enumerate(self.axes) if name not in ("home", "cell"))
        table = self.numbers.sum(axis=others)
        return table if self.axes.index("home") < self.axes.index("cell") else np.ascontiguousarray(table.T)

    def rows(self, first: int = 0, last: int | None = None) -> dict[str, NDArray[np.unsignedinteger[Any]]]:
        """The columns of the agents from number `first` to before `last`."""
        last = self.agents if last is None else last
        ends = np.cumsum(self.numbers.ravel())
        upto = np.clip(ends, first, last)
        here = np.concatenate([upto[:1] - first, upto[1:] - upto[:-1]]).reshape(self.numbers.shape)
        values = dict(zip(self.axes, start_rows(here, self.cells), strict=True))
        if LUCK in self.columns:
            values[LUCK.name] = workplace_luck(self.numbers.sum(axis=2), *self.key, first, last)
        return values


def workplace_luck(
    workers: NDArray[np.int64], seed: int, replicate: int, first: int = 0, last: int | None = None
) -> NDArray[np.uint16]:
    """The standing of every worker in the queue for work in town, evenly spread within each (cell, skill).

    workers: numbers by (cell, skill), whose rows follow one another; of them those from `first` to before `last`. A
    golden-ratio sequence over the rank from a keyed start: the share below any threshold is met to about one agent, so small
    cells do not start with a wage they never had.
    """
    ends = np.cumsum(workers.ravel())
    last = int(ends[-1]) if last is None else last
    luck = np.empty(last - first, dtype=np.uint16)
    _spread(luck, workers, ends, seed, replicate, first, last)
    return luck


@compiled()  # on one thread: it runs once a replicate, and a parallel loop compiles three times as long
def _spread(luck, workers, ends, seed, replicate, begin, end):  # type: ignore[no-untyped-def]
    """Fill the lucks of one (cell, skill) after the other, as far as its rows lie from `begin` to before `end`."""
    skills = workers.shape[1]
    for group in range(ends.size):
        cell, skill = group // skills, group % skills
        start = draws(seed, replicate, WORKPLACE, 0, cell * 256 + skill)[0]
        first = ends[group] - workers[cell, skill]
        for row in range(max(first, begin), min(ends[group], end)):
            place = start + _GOLDEN * (row - first)
            luck[row - begin] = np.uint16((place - np.floor(place)) * 65536.0)
