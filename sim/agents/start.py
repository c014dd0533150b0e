"""The first rows of a population: whole agents for base-year stocks, every margin met to within one agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.agents.threads import Threads
from sim.arrays import Array
from sim.columns import LUCK, Column, fitted
from sim.compiled import compiled
from sim.streams import WORKPLACE, draws

_GOLDEN = 0.6180339887498949
_PIECES = 256  # in which rows are made, each wherever a thread is ready
_RANKS = 1 << 20  # made in one loop whose numbers have 32 bits, for which processors have vectors


def whole_agents(stock: Array, agents: int) -> NDArray[np.int64]:
    """Numbers of agents in proportion to a stock (any shape), rounded along its flat order.

    Running totals are rounded, so every contiguous block of the flat order (a cell, a skill in a cell) holds its share
    to within one agent, and the whole adds up to `agents`.
    """
    running = np.cumsum(stock.ravel() * (agents / stock.sum()))
    running[-1] = agents
    return np.asarray(np.diff(np.rint(running), prepend=0.0).astype(np.int64).reshape(stock.shape))


def start_rows(
    numbers: NDArray[np.int64], dtypes: Sequence[DTypeLike], first: int = 0, last: int | None = None
) -> tuple[NDArray[np.unsignedinteger[Any]], ...]:
    """The columns of a population, one of each type for each axis of a table of whole agents, its rows in its flat order.

    Of all rows those from `first` to before `last`.
    """
    ends = np.cumsum(numbers.ravel())
    last = int(ends[-1]) if last is None else last
    columns = tuple(np.empty(last - first, dtype=dtype) for dtype in dtypes)
    repeats = [int(np.prod(numbers.shape[axis + 1 :])) for axis in range(numbers.ndim)]

    def fill(begin: int, end: int) -> None:
        for column, size, repeat in zip(columns, numbers.shape, repeats, strict=True):
            _fill(column[begin:end], ends, first + begin, size, repeat)

    _in_pieces(fill, last - first)
    return columns


def _in_pieces(fill: Callable[[int, int], None], rows: int) -> None:
    """Call `fill` for the rows from the one to before the other, until all are filled, on as many threads as help."""

    def work(_: int, begin: int, end: int) -> None:
        fill(rows * begin // _PIECES, rows * end // _PIECES)

    Threads().run(work, _PIECES, rows)


@compiled(nogil=True)
def _fill(column, ends, number, size, repeat):  # type: ignore[no-untyped-def]
    """Fill the rows from an agent's number on with their place on an axis of so many, each `repeat` entries long."""
    entry, row = np.searchsorted(ends, number, side="right"), 0
    while row < column.size:
        last = min(ends[entry] - number, column.size)
        column[row:last] = entry // repeat % size
        entry, row = entry + 1, last


@dataclass(frozen=True)
class Beginning:
    """How a population begins, in a few numbers: any part of its rows can be made from them, wherever it is to live.

    numbers: whole agents by the columns `axes`, rows in its flat order; an agent stands for `weight` units of the stock;
    outside: the homes outside the reported area, whose agents are counted apart.
    """

    columns: tuple[Column, ...]
    axes: tuple[str, ...]
    numbers: NDArray[np.int64]
    cells: int
    weight: float
    event: int
    key: tuple[int, int]
    limits: Mapping[str, int] = field(default_factory=dict)
    outside: tuple[int, ...] = ()

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
        types = {column.name: column.dtype for column in fitted(self.columns, self.cells)}
        columns = start_rows(self.numbers, [types[axis] for axis in self.axes], first, last)
        values = dict(zip(self.axes, columns, strict=True))
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

    def fill(begin: int, end: int) -> None:
        _spread(luck[begin:end], workers, ends, seed, replicate, first + begin)

    _in_pieces(fill, last - first)
    return luck


@compiled(nogil=True)
def _spread(luck, workers, ends, seed, replicate, number):  # type: ignore[no-untyped-def]
    """Fill the lucks from an agent's number on, one (cell, skill) after the other; ranks below 2^53 are whole numbers."""
    skills = workers.shape[1]
    group, row = np.searchsorted(ends, number, side="right"), 0
    while row < luck.size:
        cell, skill = group // skills, group % skills
        start = draws(seed, replicate, WORKPLACE, 0, cell * 256 + skill)[0]
        last = min(ends[group] - number, luck.size)
        while row < last:
            until = min(row + _RANKS, last)
            rank = np.float64(number + row - (ends[group] - workers[cell, skill]))
            for place in range(np.int32(until - row)):
                here = start + _GOLDEN * (rank + np.float64(np.int32(place)))
                luck[row + place] = np.uint16(np.int32((here - np.floor(here)) * 65536.0))
            row = until
        group += 1
