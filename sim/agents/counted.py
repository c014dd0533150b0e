"""What the year asks of agents: stocks, workers and moves, from whole-number counts of rows, wherever the rows are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.agents import kernel
from sim.agents.choice import MoveTables
from sim.arrays import Array


@dataclass(frozen=True)
class Moves:
    """Moves of a year by (origin, destination), in the unit of the stock: choices, and villages become urban.

    transfers: registrations that moved, by (home before, home after); None where none could. Nobody goes anywhere by them.
    """

    migration: Array
    reclassification: Array
    transfers: Array | None = None

    def net(self) -> Array:
        """Arrivals less departures by cell, (cell,)."""
        moves = self.migration + self.reclassification
        return np.asarray(moves.sum(axis=0) - moves.sum(axis=1))

    def registered(self) -> Array:
        """By how many more are registered in a cell, (cell,): villages' own people become their town's, others transfer."""
        moved = self.reclassification if self.transfers is None else self.reclassification + self.transfers
        return np.asarray(moved.sum(axis=0) - moved.sum(axis=1))


class Workers(NamedTuple):
    """Agents by (cell, skill, works in town), and the shares who work in town they were counted with."""

    counts: kernel.Counts
    in_town: Array | None


class Broadcast(NamedTuple):
    """What agents need to know of a year: the tables they decide on, what each home counts for, who then works in town."""

    tables: MoveTables
    year: int
    worth: Array
    in_town: Array | None


class CountedAgents:
    """Agents of a kind as the year sees them; each stands for `weight` units of its stock (persons, slices, km2).

    Where the rows are, `_pass` simulates a year of them and `_recount` counts them. What was counted is kept, and a year's
    pass only says who left and who came.
    """

    cells: int
    weight: float
    limits: Mapping[str, int]
    outside: NDArray[np.int64]
    in_town: Array | None = None
    _homes: kernel.Counts | None = None
    _newcomers: kernel.Counts | None = None
    _workers: Workers | None = None

    def _pass(self, broadcast: Broadcast, skills: int) -> tuple[Array, kernel.Counted]:
        """Moves by (kind of move, origin, destination), in units of worth, and what `kernel.advance` counts."""
        raise NotImplementedError

    def _recount(self, in_town: Array | None, skills: int) -> kernel.Counted:
        raise NotImplementedError

    def branch(self, model: Any) -> Self:
        """The same agents at the same moment, for another model."""
        raise NotImplementedError

    def counts(self) -> kernel.Counts:
        """Number of agents by (home, cell)."""
        if self._homes is None:
            self._count_anew(self.in_town, self.limits.get("skill", 0))
        assert self._homes is not None
        return self._homes

    def newcomers(self) -> Array:
        """The stock of the agents of homes outside by (cell, skill)."""
        if self._newcomers is None:
            self._count_anew(self.in_town, self.limits.get("skill", 0))
        assert self._newcomers is not None
        return np.asarray(self._newcomers * self.weight)

    def stock(self) -> Array:
        """The stock of the agents by (home, cell): counts times weight."""
        return np.asarray(self.counts() * self.weight)

    def skills(self, in_town: Array, skills: int) -> Array:
        """Persons by (cell, skill, works in town) when the shares in_town, (cell,), of residents work in town."""
        self.in_town = in_town.copy()
        known = self._workers
        if known is None or known.counts.shape[1] != skills or not _same(known.in_town, self.in_town):
            known = self._count_anew(self.in_town, skills)
        return np.asarray(known.counts * self.weight)

    def advance(self, tables: MoveTables, year: int, worth: Array | None = None, in_town: Array | None = None) -> Moves:
        """Let all agents decide at once on this year's tables and return their moves; a unit of home h counts worth[h].

        in_town: the shares, (cell,), of residents who work in town from then on; who does is counted in the same pass.
        """
        self.in_town = self.in_town if in_town is None else in_town.copy()
        each = np.ones(self.cells) if worth is None else worth
        alike = bool((each == each[0]).all())
        # where all count alike they are counted by ones, which sums up without rounding
        counting = np.ones(self.cells) if alike else each.copy()
        before = self.counts()
        moves, counted = self._pass(Broadcast(tables, year, counting, self.in_town), self.limits.get("skill", 0))
        self._homes, self._workers = before + counted.homes, Workers(counted.workers, self.in_town)
        self._newcomers = None if self._newcomers is None else self._newcomers + counted.newcomers
        moves *= self.weight * each[0] if alike else self.weight
        return Moves(migration=moves[0], reclassification=moves[1], transfers=moves[2] if len(moves) > 2 else None)

    def _count_anew(self, in_town: Array | None, skills: int) -> Workers:
        """Count all rows and keep what was found."""
        self._homes, workers, self._newcomers = self._recount(in_town, skills)
        self._workers = Workers(workers, in_town)
        return self._workers

    def _forget_counts(self) -> None:
        """Rows have changed from outside: what was counted no longer holds."""
        self._homes = self._workers = self._newcomers = None


def in_65536ths(share: Array | None, cells: int) -> NDArray[np.int32]:
    """Shares as numbers of lucks: luck < n just when it lies below the share; none work in town where none is known."""
    known = np.zeros(cells) if share is None else share
    return np.asarray(np.minimum(np.maximum(np.ceil(known * 65536.0), 0), 65536)).astype(np.int32)


def homes_outside(cells: int, outside: Sequence[int]) -> NDArray[np.int64]:
    """1 for each of the homes outside the reported area, 0 for the others, (home,)."""
    found = np.zeros(cells, dtype=np.int64)
    found[list(outside)] = 1
    return found


def table_of(columns: Mapping[str, NDArray[np.unsignedinteger]]) -> kernel.Table:
    """The columns as the kernel takes them."""
    skill = columns.get("skill", np.empty(0, dtype=np.uint8))
    luck = columns.get("workplace_luck", np.empty(0, dtype=np.uint16))
    return kernel.Table(columns["home"], columns["cell"], skill, luck)


def _same(one: Array | None, other: Array | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))
