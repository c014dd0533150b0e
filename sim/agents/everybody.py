"""All agents of a model at once: the rows of every kind, one after the other, and Mesa's own agents behind them.

This is what `model.agents` answers with, so Mesa's `DataCollector(agent_reporters={"cell": "cell_name"})` and its batch
runner find them. It is a view: making it costs nothing, and objects are made only of agents that are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from sim.agents.population import Population
from sim.agents.selection import AgentRows, Index, Rows, Values, side_by_side

if TYPE_CHECKING:
    import mesa


class Everybody(AgentRows):
    """The rows of several populations and agents of Mesa's own, numbered through, answering to the words of AgentSet.

    A word that a kind does not know, as `skill` of capital, is an AttributeError unless a default is given, as in Mesa.
    """

    kind = "agents"

    def __init__(self, model: Any, populations: Sequence[Population], others: Iterable[mesa.Agent] = ()) -> None:
        """All rows of the populations, then `others` as they are now."""
        self.model, self.parts, self.others = model, tuple(populations), list(others)
        self.population = self
        sizes = [*(part.size for part in self.parts), len(self.others)]
        self.ends = np.cumsum(sizes)
        self.starts = self.ends - sizes

    @property
    def size(self) -> int:
        """The number of agents."""
        return int(self.ends[-1])

    @property
    def rows(self) -> Rows:
        """The numbers of all agents."""
        return np.arange(self.size)

    def agent(self, row: int | np.integer[Any]) -> Any:
        """The agent of a number."""
        part = int(np.searchsorted(self.ends, row, side="right"))
        local = int(row - self.starts[part])
        return self.others[local] if part == len(self.parts) else self.parts[part].agent(local)

    def number_of(self, agent: object) -> int | None:
        """The number of an agent, None where it is not one of these."""
        for start, part in zip(self.starts, self.parts, strict=False):
            row = part.number_of(agent)
            if row is not None:
                return int(start) + row
        return next((int(self.starts[-1]) + at for at, other in enumerate(self.others) if other is agent), None)

    def owner(self) -> Any:
        """The model."""
        return self.model

    def rows_of(self, agent_type: type[mesa.Agent], rows: Rows) -> Rows:
        """Those rows whose agents are of a type."""
        kinds = [np.full(part.size, issubclass(part.agent_type, agent_type)) for part in self.parts]
        others = np.array([isinstance(agent, agent_type) for agent in self.others], dtype=bool)
        return np.asarray(rows[np.concatenate([*kinds, others])[rows]])

    def values(self, name: str, index: Index) -> Values:
        """An attribute at some rows, a copy; raises AttributeError where one of the agents has none of the name."""
        return self._joined(index, lambda part, local: part.values(name, local), lambda agent: getattr(agent, name))

    def values_or(self, name: str, index: Index, default: object) -> Values:
        """An attribute at some rows, `default` for agents that have none of the name."""
        return self._joined(
            index, lambda part, local: part.values_or(name, local, default), lambda agent: getattr(agent, name, default)
        )

    def write(self, name: str, index: Index, value: object) -> None:
        """Write an attribute at some rows: one value for all, or one for each."""
        given = np.asarray(value)
        if given.ndim and given.shape != (rows := self.rows[index].size,):
            raise ValueError(f"{name} takes one value or {rows}, not an array of shape {given.shape}")
        # kinds that refuse are asked first, so that nothing is half written
        for part, local, where in sorted(self._pieces(index), key=lambda piece: piece[0] is None or name in piece[0].columns):
            here = given[where] if given.ndim else value
            if part is not None:
                part.write(name, local, here)
            else:
                for agent, one in zip(self._own(local), np.broadcast_to(np.asarray(here), len(local)), strict=True):
                    setattr(agent, name, one.item() if isinstance(one, np.generic) else one)

    def __len__(self) -> int:
        """The number of agents."""
        return self.size

    def __iter__(self) -> Iterator[Any]:
        """The agents, one object at a time."""
        return chain(*self.parts, self.others)

    def _index(self) -> Index:
        return slice(None)

    def _numbers(self) -> range:
        return range(self.size)

    def _rearranged(self, rows: Rows) -> NoReturn:  # noqa: ARG002  # refused whatever they are
        raise TypeError(
            "model.agents is everybody there is, so it cannot change in place; "
            "leave out inplace, or start from a selection: select().shuffle(inplace=True)"
        )

    def _own(self, local: Rows) -> list[mesa.Agent]:
        return [self.others[row] for row in local]

    def _pieces(self, index: Index) -> Iterator[tuple[Population | None, Any, Index]]:
        """The index by part: the population (None for Mesa's own agents), its rows there, and their places in the whole."""
        parts = (*self.parts, None)
        if isinstance(index, slice) and index == slice(None):  # the usual case, without an array of millions
            for part, start, end in zip(parts, self.starts, self.ends, strict=True):
                if end > start:
                    yield part, np.arange(end - start) if part is None else slice(None), slice(int(start), int(end))
            return
        rows = self.rows[index]
        belongs = np.searchsorted(self.ends, rows, side="right")
        for number, part in enumerate(parts):
            where = np.flatnonzero(belongs == number)
            if where.size:
                yield part, rows[where] - self.starts[number], where

    def _joined(
        self, index: Index, of_part: Callable[[Population, Any], Values], of_agent: Callable[[mesa.Agent], Any]
    ) -> Values:
        """What the kinds and Mesa's own agents answer, each in its place, in a type that holds all."""
        found = [
            (where, _column(of_agent(agent) for agent in self._own(local)) if part is None else of_part(part, local))
            for part, local, where in self._pieces(index)
        ]
        size = len(range(self.size)[index]) if isinstance(index, slice) else index.size
        whole = np.empty(size, dtype=side_by_side([values for _, values in found]))
        for where, values in found:
            whole[where] = values
        return whole


def _column(values: Iterable[Any]) -> Values:
    """What Mesa's own agents answered, as numbers or text where they all are and as objects otherwise."""
    answers = list(values)
    column = np.empty(len(answers), dtype=object)
    column[:] = answers
    if answers and all(isinstance(answer, (int, float, np.number)) for answer in answers):
        return np.array(answers)
    return column
