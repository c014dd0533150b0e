"""A population: typed columns owned by one model, and the year's pass over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.agents import kernel
from sim.agents.choice import MoveTables, decide
from sim.agents.counted import Broadcast, CountedAgents, homes_outside, in_65536ths, table_of
from sim.agents.odds import Odds, odds_of
from sim.agents.selection import AgentRows, Index, Rows, Values
from sim.agents.start import Beginning
from sim.agents.threads import Threads
from sim.arrays import Array
from sim.columns import Column, fitted
from sim.streams import words

if TYPE_CHECKING:
    import mesa

    from sim.agents.agent import FactorAgent


class Population(CountedAgents, AgentRows):
    """All agents of a kind as columns; each agent stands for `weight` units of its stock (persons, slices, km2).

    The columns belong to this population of this model alone. `names` are those of the cells; `limits` say
    what values stay below where a column's type allows more; `called` names the Mesa agent a row is shown as.
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
        called: str = "FactorAgent",
        limits: Mapping[str, int] | None = None,
        outside: Sequence[int] = (),
        model: Any = None,
    ) -> None:
        """A population of the columns' values, one row an agent."""
        self.declared = {column.name: column for column in fitted(columns, cells)}
        self.columns = {
            name: np.ascontiguousarray(values[name], dtype=column.dtype) for name, column in self.declared.items()
        }
        self.cells, self.weight, self.event, self.key = cells, weight, event, key
        self.names = np.array(tuple(names) or range(cells), dtype=object)
        self.called, self.model = called, model
        self.limits = {"home": cells, "cell": cells, **(limits or {})}
        self.outside = homes_outside(cells, outside)
        self.population = self
        self.first_id = 1  # where a model has several kinds, each counts on from the one before
        self.year = 0
        self._tables: MoveTables | None = None
        self._odds: Odds | None = None
        self._changed_by_hand = False
        self._threads = Threads()

    @classmethod
    def begun(cls, beginning: Beginning, names: Sequence[str] = (), called: str = "FactorAgent", model: Any = None) -> Self:
        """All agents of a beginning as rows of this process."""
        begun = cls(
            beginning.columns, beginning.rows(), beginning.cells, beginning.weight, beginning.event, beginning.key,
            names=names, called=called, limits=beginning.limits, outside=beginning.outside, model=model,
        )  # fmt: skip
        begun._homes = beginning.homes()
        return begun

    def branch(self, model: Any) -> Self:
        """The same agents at the same moment, as rows of their own that belong to another model."""
        other = type(self).__new__(type(self))
        vars(other).update(vars(self))
        other.columns = {name: column.copy() for name, column in self.columns.items()}
        other.population, other.model = other, model
        return other

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
            self._forget_counts()

    def _pass(self, broadcast: Broadcast, skills: int) -> tuple[Array, kernel.Counted]:
        odds = odds_of(broadcast.tables)
        self._tables, self._odds, self.year = broadcast.tables, odds, broadcast.year
        return kernel.advance(
            table_of(self.columns),
            kernel.Draw(*self.key, self.event, broadcast.year),
            odds,
            broadcast.worth,
            in_65536ths(broadcast.in_town, self.cells),
            skills,
            self.outside,
            self._threads,
        )

    def _recount(self, in_town: Array | None, skills: int) -> kernel.Counted:
        return kernel.count(table_of(self.columns), in_65536ths(in_town, self.cells), skills, self.outside)

    def advance_one(self, row: int) -> int:
        """Let one agent decide on the tables of the last year, by the kernel's rule; returns what happened."""
        if self._odds is None:
            raise RuntimeError("agents decide on the returns of a year, and none has been simulated: step the model first")
        self.changed_by_hand = True
        home, cell, skill, _ = table_of(self.columns)
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
        return f"{self.called}s"

    @cached_property
    def agent_type(self) -> type[FactorAgent]:
        """The Mesa agent a row is shown as, imported when one is first asked for."""
        from sim.agents import agent

        found: type[FactorAgent] = getattr(agent, self.called)
        return found

    def agent(self, row: int | np.integer[Any]) -> FactorAgent:
        """One row as an agent of Mesa."""
        return self.agent_type(self, int(row))

    def number_of(self, agent: object) -> int | None:
        """The row of an agent, None where it is not one of these."""
        return agent.row if isinstance(agent, self.agent_type) and agent.population is self else None

    def rows_of(self, agent_type: type[mesa.Agent], rows: Rows) -> Rows:
        """Those rows whose agents are of a type: all or none."""
        return rows if issubclass(self.agent_type, agent_type) else rows[:0]

    def owner(self) -> Any:
        """The model the population belongs to."""
        if self.model is None:
            raise RuntimeError(f"these {self.size} {self.kind} belong to no model")
        return self.model

    def values(self, name: str, index: Index) -> Values:
        """A copy of an attribute at some rows; whole numbers come as int64, so that sums do not overflow."""
        if name not in self.attributes:
            raise AttributeError(f"{self.called} has no {name!r}; it has {', '.join(self.attributes)}")
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
            raise AttributeError(f"{computed}; the columns of {self.called} are {', '.join(self.columns)}")
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

    def _rearranged(self, rows: Rows) -> Self:  # noqa: ARG002  # refused whatever they are
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
