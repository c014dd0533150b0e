"""Mesa's AgentSet words over rows: the same verbs for a whole population and for any selection from it.

Names, defaults and order of results are those of `mesa.agent.AgentSet`; what differs is that answers come from arrays:

- `get`, and `agg` to its function, hand out NumPy arrays, copies as wide as Python's own numbers, so neither edits nor
  sums nor differences can go wrong behind the model's back; several names give one row per agent, as in Mesa;
- `select` also takes a true/false array, `labour.select(labour.get("cell_name") == "Port/urban")`;
- `set` takes one value or one per agent, only for columns, only in range.

Mesa's `DataCollector` finds agents by their type, `agenttype_reporters={LabourAgent: {"cell": "cell"}}`, and all kinds
together in `model.agents` (`sim.agents.everybody`), `agent_reporters={"cell": "cell_name"}`. It asks one agent after the
other, so where agents are many use `model_reporters`: `{"in_town": lambda m: m.labour.agg("works_in_town", sum)}` for a
figure, `{"cell": lambda m: m.labour.get("cell")}` for every agent.
"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import mesa

    from sim.agents.agent import FactorAgent

Rows = NDArray[np.intp]
Index = Rows | slice
Values = NDArray[Any]
Method = str | Callable[..., Any]

_FAST: dict[Any, Any] = {sum: np.sum, min: np.min, max: np.max}  # Python's own loop over an array is slow


class Source(Protocol):
    """What rows are read from and written to: one population, or all of a model together."""

    @property
    def size(self) -> int:
        """The number of agents."""

    @property
    def kind(self) -> str:
        """What the agents are called together."""

    def owner(self) -> Any:
        """The model."""

    def agent(self, row: int | np.integer[Any]) -> FactorAgent:
        """One row as an agent."""

    def number_of(self, agent: object) -> int | None:
        """The row of an agent, None where it is not one of these."""

    def rows_of(self, agent_type: type[mesa.Agent], rows: Rows) -> Rows:
        """Those rows whose agents are of a type."""

    def values(self, name: str, index: Index) -> Values:
        """A copy of an attribute at some rows."""

    def values_or(self, name: str, index: Index, default: object) -> Values:
        """The same, or `default` where there is none of the name."""

    def write(self, name: str, index: Index, value: object) -> None:
        """Write a column at some rows: one value for all, or one for each."""


class AgentRows(Sequence["FactorAgent"]):
    """Rows of a population, or of all, in an order, answering to the words of Mesa's AgentSet."""

    population: Source

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """Row numbers of the agents, in order."""

    @abstractmethod
    def _index(self) -> Index:
        """What picks these rows from a column."""

    def _numbers(self) -> Rows | range:
        """The row numbers for one agent at a time, without an array of millions where none is needed."""
        return self.rows

    @abstractmethod
    def _rearranged(self, rows: Rows) -> Self:
        """Take these rows for one's own, for verbs with inplace."""

    @property
    def random(self) -> Random:
        """The model's generator, as in Mesa; the agents' own decisions never draw from it."""
        found: Random = self.population.owner().random
        return found

    # -- columns --

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: object = None) -> Values:
        """Values of one attribute, (agent,), or of several, (agent, attribute); always a copy.

        Unknown attributes are an AttributeError or, with handle_missing="default", `default_value` for every agent.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        missing = handle_missing == "default"
        if isinstance(attr_names, str):
            return self._values(attr_names, missing, default_value)
        found = [self._values(name, missing, default_value) for name in attr_names]
        table = np.empty((len(self), len(found)), dtype=side_by_side(found))
        for number, values in enumerate(found):
            table[:, number] = values
        return table

    def set(self, attr_name: str, value: object) -> Self:
        """Write a column: one whole number for all, or one for each agent, in order.

        The economy counts its agents anew at the start of the next year.
        """
        self.population.write(attr_name, self._index(), value)
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """A function of the values of an attribute, or a list of several functions of them."""
        values = self._values(attribute)
        if callable(func):
            return _applied(func, values)
        return [_applied(each, values) for each in func]

    def _values(self, name: str, missing: bool = False, default: object = None) -> Values:
        if missing:
            return self.population.values_or(name, self._index(), default)
        return self.population.values(name, self._index())

    # -- choosing and ordering --

    def select(
        self,
        filter_func: Callable[[Any], bool] | ArrayLike | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> AgentRows:
        """The agents for which a function or a true/false array holds, the first `at_most` of them.

        A float `at_most` up to 1.0 is a share of the agents before selection, rounded down.
        """
        share = isinstance(at_most, float) and at_most <= 1.0
        limit = max(0, int(len(self) * at_most) if share else int(np.ceil(min(at_most, len(self)))))
        rows = self.rows
        if filter_func is not None and not callable(filter_func):
            rows = rows[_flags(filter_func, len(self))]
        if agent_type is not None:
            rows = self.population.rows_of(agent_type, rows)
        if callable(filter_func):
            holds = (row for row in rows if filter_func(self.population.agent(row)))
            rows = np.fromiter(islice(holds, limit), dtype=np.intp)
        return self._arranged(rows[:limit], inplace)

    def shuffle(self, inplace: bool = False) -> AgentRows:
        """The agents in random order, drawn as Mesa draws it."""
        return self._arranged(self._shuffled(), inplace)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> AgentRows:
        """The agents by an attribute or a function, largest first unless ascending; equal ones keep their order."""
        if callable(key):
            keys = [key(agent) for agent in self]
            order = np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending), dtype=np.intp)
        elif ascending:
            order = np.argsort(self._values(key), kind="stable")
        else:  # turned round before and after, so that equal values keep their order
            order = len(self) - 1 - np.argsort(self._values(key)[::-1], kind="stable")[::-1]
        return self._arranged(self.rows[order], inplace)

    def groupby(self, by: Callable[[Any], Hashable] | str, result_type: str = "agentset") -> GroupBy:
        """The agents by the value of an attribute or a function, groups in order of first appearance."""
        keys = np.fromiter((by(agent) for agent in self), dtype=object) if callable(by) else self._values(by)
        group, names = _groups(keys)
        order = np.argsort(group, kind="stable")
        pieces = np.split(self.rows[order], np.cumsum(np.bincount(group, minlength=len(names)))[:-1]) if names else []
        found = {name: Selection(self.population, rows) for name, rows in zip(names, pieces, strict=True)}
        return GroupBy(found if result_type == "agentset" else {name: each.to_list() for name, each in found.items()})

    def _arranged(self, rows: Rows, inplace: bool) -> AgentRows:
        return self._rearranged(rows) if inplace else Selection(self.population, rows)

    def _shuffled(self) -> Rows:
        order = self.rows.tolist()
        self.random.shuffle(order)
        return np.array(order, dtype=np.intp)

    # -- one agent at a time --

    def do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method, by name, or a function on every agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method, by name, or a function on every agent, in random order."""
        Selection(self.population, self._shuffled()).map(method, *args, **kwargs)
        return self

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """The results of a method, by name, or a function on every agent."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def count(self, value: object) -> int:
        """1 if the agent is here, else 0, as for any Python sequence; `len` counts them all."""
        return int(value in self)

    def to_list(self) -> list[Any]:
        """All agents, each an object of its own."""
        return list(self)

    def __len__(self) -> int:
        """The number of agents."""
        return len(self.rows)

    def __iter__(self) -> Iterator[FactorAgent]:
        """The agents, one object at a time."""
        return (self.population.agent(row) for row in self._numbers())

    def __contains__(self, agent: object) -> bool:
        """Whether an agent is one of these."""
        number = self.population.number_of(agent)
        return number is not None and bool((self.rows == number).any())

    @overload
    def __getitem__(self, item: int) -> FactorAgent: ...
    @overload
    def __getitem__(self, item: slice) -> list[FactorAgent]: ...
    def __getitem__(self, item: int | slice) -> FactorAgent | list[FactorAgent]:
        """One agent, or the list of those of a slice."""
        if isinstance(item, slice):
            return [self.population.agent(row) for row in self._numbers()[item]]
        return self.population.agent(self._numbers()[operator.index(item)])

    def __copy__(self) -> Selection:
        """A selection of the same rows."""
        return Selection(self.population, self.rows)

    def __repr__(self) -> str:
        """How many agents of how many."""
        return f"<{type(self).__name__} of {len(self)} of {self.population.size} {self.population.kind}>"


class Selection(AgentRows):
    """A view: some rows of a population or of all, in some order. Which rows is fixed; what they hold is the present."""

    def __init__(self, population: Source, rows: Rows) -> None:
        """A selection of rows, each at most once."""
        self.population, self._rows = population, rows

    @property
    def rows(self) -> Rows:
        """Row numbers of the agents, in order."""
        return self._rows

    def _index(self) -> Index:
        return self._rows

    def _rearranged(self, rows: Rows) -> Self:
        self._rows = rows
        return self


class GroupBy:
    """Groups of agents by name, answering to the words of Mesa's GroupBy."""

    def __init__(self, groups: dict[Any, Any]) -> None:
        """Selections, or lists of agents, by name."""
        self.groups = groups

    def map(self, method: Method, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """The results, by group, of a method of the group, by name, or a function of it."""
        if isinstance(method, str):
            return {name: getattr(group, method)(*args, **kwargs) for name, group in self.groups.items()}
        return {name: method(group, *args, **kwargs) for name, group in self.groups.items()}

    def do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method, by name, or a function on every group."""
        self.map(method, *args, **kwargs)
        return self

    def count(self) -> dict[Any, int]:
        """Number of agents by group."""
        return {name: len(group) for name, group in self.groups.items()}

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """A function of the values of an attribute, by group."""
        return {
            name: group.agg(attr_name, func)
            if isinstance(group, AgentRows)
            else func([getattr(agent, attr_name) for agent in group])
            for name, group in self.groups.items()
        }

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """Pairs of name and group."""
        return iter(self.groups.items())

    def __len__(self) -> int:
        """The number of groups."""
        return len(self.groups)


def side_by_side(columns: Sequence[Values]) -> Any:
    """The type that holds values of several columns without turning numbers into text."""
    mixed = len({values.dtype.kind in "OU" for values in columns}) > 1
    return object if mixed else np.result_type(*columns) if columns else float


def _flags(condition: ArrayLike, agents: int) -> NDArray[np.bool_]:
    flags = np.asarray(condition)
    if flags.dtype != bool or flags.shape != (agents,):
        raise ValueError(
            f"select takes a function of an agent or one true/false for each of the {agents} agents; "
            f"it was given {flags.dtype} of shape {flags.shape}"
        )
    return flags


def _groups(keys: Values) -> tuple[Rows, list[Any]]:
    """The number of every key's group and the keys, in order of first appearance."""
    import pandas as pd  # a quarter of a second, and no year groups its agents

    group, names = pd.factorize(keys, use_na_sentinel=False)
    return np.asarray(group, dtype=np.intp), names.tolist()


def _applied(func: Callable[..., Any], values: Values) -> Any:
    """A function of values as a plain Python number where it is one."""
    if getattr(func, "__module__", None) == "statistics":
        return func(values.tolist())  # of NumPy's integers it returns a mean cut to an integer
    chosen: Callable[..., Any] = _FAST.get(func, func)
    result = chosen(values)
    return result.item() if isinstance(result, np.generic) else result
