"""A population: typed columns owned by one model, and the year's pass over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import mesa
import numba
import numpy as np
from numpy.typing import NDArray

from sim.agents import kernel
from sim.agents.agent import FactorAgent
from sim.agents.choice import MoveTables, decide
from sim.agents.odds import Odds, odds_of
from sim.agents.selection import AgentRows, Index, Rows, Values
from sim.columns import Column, fitted
from sim.streams import words
from sim.world.world import Array

_AGENTS_A_THREAD = 100_000  # a thread's work of about a millisecond


@dataclass(frozen=True)
class Moves:
    """Moves of a year by (origin, destination), in the unit of the stock: choices, and villages become urban."""

    migration: Array
    reclassification: Array

    def net(self) -> Array:
        """Arrivals less departures by cell, (cell,)."""
        moves = self.migration + self.reclassification
        return np.asarray(moves.sum(axis=0) - moves.sum(axis=1))


class Population(AgentRows):
    """All agents of a kind as columns; each agent stands for `weight` units of its stock (persons, slices, km2).

    The columns belong to this population of this model alone. `names` are those of the cells; `limits` tell
    what values stay below where a column's type allows more; `agent_type` is the Mesa agent a row is shown as.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        values: Mapping[str, NDArray[np.generic]],
        cells: int,
        weight: float,
        event: int,
        key: tuple[int, int],
        *,
        names: Sequence[str] = (),
        agent_type: type[FactorAgent] = FactorAgent,
        limits: Mapping[str, int] | None = None,
        model: Any = None,
    ) -> None:
        """A population of the columns' values, one row an agent."""
        self.declared = {column.name: column for column in fitted(columns, cells)}
        self.columns = {
            name: np.ascontiguousarray(values[name], dtype=column.dtype) for name, column in self.declared.items()
        }
        self.cells, self.weight, self.event, self.key = cells, weight, event, key
        self.names = np.array(tuple(names) or range(cells), dtype=object)
        self.agent_type, self.model = agent_type, model
        self.limits = {"home": cells, "cell": cells, **(limits or {})}
        self.population = self
        self.first_id = 1  # where a model has several kinds, each counts on from the one before
        self.year = 0
        self.in_town: Array | None = None
        self._tables: MoveTables | None = None
        self._odds: Odds | None = None
        self._counted: _Counted | None = None
        self._changed_by_hand = False

    @property
    def size(self) -> int:
        """The number of agents."""
        return int(self.columns["home"].size)

    @property
    def tables(self) -> MoveTables | None:
        """The tables agents decide on; they are read when set."""
        return self._tables

    @tables.setter
    def tables(self, tables: MoveTables | None) -> None:
        self._tables = tables
        self._odds = None if tables is None else odds_of(tables)

    @property
    def changed_by_hand(self) -> bool:
        """Whether rows were written from outside the year's pass since this was last set to False."""
        return self._changed_by_hand

    @changed_by_hand.setter
    def changed_by_hand(self, changed: bool) -> None:
        self._changed_by_hand = changed
        if changed:
            self._counted = None

    def counts(self) -> kernel.Counts:
        """Number of agents by (home, cell)."""
        return self._count(self.in_town, self.limits.get("skill", 0)).homes

    def stock(self) -> Array:
        """The stock of the agents by (home, cell): counts times weight."""
        return np.asarray(self.counts() * self.weight)

    def skills(self, in_town: Array, skills: int) -> Array:
        """Persons by (cell, skill, works in town) when the shares in_town, (cell,), of residents work in town."""
        self.in_town = in_town.copy()
        return np.asarray(self._count(self.in_town, skills).workers * self.weight)

    def advance(self, tables: MoveTables, year: int, worth: Array | None = None, in_town: Array | None = None) -> Moves:
        """Let all agents decide at once on this year's tables and return their moves; a unit of home h counts worth[h].

        in_town: the shares, (cell,), of residents who work in town from then on; who does is counted in the same pass.
        """
        odds = odds_of(tables)
        self._tables, self._odds, self.year = tables, odds, year
        self.in_town = self.in_town if in_town is None else in_town.copy()
        skills = self.limits.get("skill", 0)
        each = np.ones(self.cells) if worth is None else worth
        alike = bool((each == each[0]).all())
        # where all count alike they are counted by ones, which sums up without rounding
        with _threads_for(self.size):
            moves, homes, workers = kernel.advance(
                *self._rows_of_kernel(), *self.key, self.event, year, odds, np.ones(self.cells) if alike else each,
                _in_65536ths(self.in_town, self.cells), skills,
            )  # fmt: skip
        self._counted = _Counted(homes, workers, self.in_town)
        moves *= self.weight * each[0] if alike else self.weight
        return Moves(migration=moves[0], reclassification=moves[1])

    def _count(self, in_town: Array | None, skills: int) -> _Counted:
        """The counts of the last pass, or new ones where rows or shares have changed since."""
        known = self._counted
        if known is None or known.workers.shape[1] != skills or not _same(known.in_town, in_town):
            shares = _in_65536ths(in_town, self.cells)
            with _threads_for(self.size):
                homes, workers = kernel.count(*self._rows_of_kernel(), shares, skills)
            known = self._counted = _Counted(homes, workers, in_town)
        return known

    def _rows_of_kernel(self) -> tuple[kernel.Rows, kernel.Rows, kernel.Rows, kernel.Rows]:
        """Home, cell, skill and luck as the kernel takes them; the last two empty for kinds without."""
        skill = self.columns.get("skill", np.empty(0, dtype=np.uint8))
        luck = self.columns.get("workplace_luck", np.empty(0, dtype=np.uint16))
        return self.columns["home"], self.columns["cell"], skill, luck

    def advance_one(self, row: int) -> int:
        """Let one agent decide on the tables of the last year, by the kernel's rule; returns what happened."""
        if self._odds is None:
            raise RuntimeError("agents decide on the returns of a year, and none has been lived: step the model first")
        self.changed_by_hand = True
        home, cell, skill, _ = self._rows_of_kernel()
        was = int(skill[row]) if skill.size else 0
        drawn = words(*self.key, self.event, self.year, row)
        home[row], cell[row], new_skill, happened = decide(int(home[row]), int(cell[row]), was, *drawn, self._odds)
        if skill.size:
            skill[row] = new_skill
        return int(happened)

    # -- rows as Mesa's agents --

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute an agent can be asked for: the columns, then what is computed from them."""
        computed = (name for name in COMPUTED if name != "works_in_town" or "workplace_luck" in self.columns)
        return (*self.columns, *computed)

    @property
    def rows(self) -> Rows:
        """The numbers of all rows."""
        return np.arange(self.size)

    @property
    def kind(self) -> str:
        """What the agents are called together."""
        return f"{self.agent_type.__name__}s"

    def agent(self, row: int | np.integer[Any]) -> FactorAgent:
        """One row as an agent of Mesa."""
        return self.agent_type(self, int(row))

    def number_of(self, agent: object) -> int | None:
        """The row of an agent, None where it is not one of these."""
        return agent.row if isinstance(agent, FactorAgent) and agent.population is self else None

    def rows_of(self, agent_type: type[mesa.Agent], rows: Rows) -> Rows:
        """Those rows whose agents are of a type: all or none."""
        return rows if issubclass(self.agent_type, agent_type) else rows[:0]

    def owner(self) -> Any:
        """The model the population belongs to."""
        if self.model is None:
            raise RuntimeError(f"these {self.size} {self.agent_type.__name__}s belong to no model")
        return self.model

    def values(self, name: str, index: Index) -> Values:
        """A copy of an attribute at some rows; whole numbers come as int64, so that sums do not overflow."""
        if name not in self.attributes:
            raise AttributeError(f"{self.agent_type.__name__} has no {name!r}; it has {', '.join(self.attributes)}")
        if name in self.columns:
            return self.columns[name][index].astype(np.int64)
        return COMPUTED[name](self, index)

    def values_or(self, name: str, index: Index, default: object) -> Values:
        """An attribute at some rows, or `default` for each where there is none of the name."""
        if name in self.attributes:
            return self.values(name, index)
        return np.full(self.columns["home"][index].size, default)

    def write(self, name: str, index: Index, value: object) -> None:
        """Write a column at some rows: one whole number for all, or one for each."""
        self.changed_by_hand = True
        if name not in self.columns:
            computed = f"{name!r} is computed" if name in self.attributes else f"there is no {name!r}"
            raise AttributeError(f"{computed}; the columns of {self.agent_type.__name__} are {', '.join(self.columns)}")
        column, given = self.columns[name], np.asarray(value)
        limit = self.limits.get(name, int(np.iinfo(column.dtype).max) + 1)
        if given.size and (given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= limit):
            unit = self.declared[name].unit
            raise ValueError(f"{name} takes whole numbers from 0 to {limit - 1} ({unit}), not {value!r}")
        if given.shape not in ((), column[index].shape):
            raise ValueError(f"{name} takes one number or {column[index].size}, not an array of shape {given.shape}")
        column[index] = given

    def _index(self) -> Index:
        return slice(None)

    def _numbers(self) -> range:
        return range(self.size)

    def _rearranged(self, rows: Rows) -> Self:
        raise TypeError(
            "the order of a population is who its agents are, so it cannot change in place; "
            "leave out inplace, or start from a selection: select().shuffle(inplace=True)"
        )

    def __len__(self) -> int:
        """The number of agents."""
        return self.size

    def __contains__(self, agent: object) -> bool:
        """Whether an agent is a row of this population."""
        return self.number_of(agent) is not None


class _Counted(NamedTuple):
    """Agents by (home, cell) and by (cell, skill, works in town), and the shares who work in town they were counted with."""

    homes: kernel.Counts
    workers: kernel.Counts
    in_town: Array | None


@contextmanager
def _threads_for(agents: int) -> Iterator[None]:
    """Fewer threads for few agents: where other programs use the processors too, threads wait longer than they help."""
    allowed = numba.get_num_threads()
    numba.set_num_threads(max(1, min(allowed, agents // _AGENTS_A_THREAD)))
    try:
        yield
    finally:
        numba.set_num_threads(allowed)


def _same(one: Array | None, other: Array | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _in_65536ths(share: Array | None, cells: int) -> NDArray[np.int32]:
    """Shares as numbers of lucks: luck < n just when it lies below the share; none work in town where none is known."""
    known = np.zeros(cells) if share is None else share
    return np.asarray(np.clip(np.ceil(known * 65536.0), 0, 65536)).astype(np.int32)


def _works_in_town(population: Population, index: Index) -> Values:
    """Who works in the town of the region, by the shares of the last count and the kernel's comparison."""
    if population.in_town is None:
        raise RuntimeError("who works in town is known once the shares are: ask `skills` first")
    share = population.in_town[population.columns["cell"][index]]
    return np.asarray(population.columns["workplace_luck"][index] < share * 65536.0)


# What is computed from the columns, for all rows of an index at once.
COMPUTED: dict[str, Callable[[Population, Index], Values]] = {
    "unique_id": lambda population, index: (
        (population.rows[index] if isinstance(index, slice) else index) + population.first_id
    ),
    "home_name": lambda population, index: population.names[population.columns["home"][index]],
    "cell_name": lambda population, index: population.names[population.columns["cell"][index]],
    "quantity": lambda population, index: np.full(population.columns["cell"][index].size, population.weight),
    "works_in_town": _works_in_town,
}
