"""A population cut into shards that others hold: a year is one broadcast to all and one sum of what they counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NoReturn, Protocol

import numpy as np

from sim.agents import kernel
from sim.agents.counted import Broadcast, CountedAgents, homes_outside, in_65536ths, table_of
from sim.agents.odds import odds_of
from sim.agents.start import Beginning
from sim.agents.threads import Threads
from sim.arrays import Array
from sim.columns import fitted
from sim.errors import FactorFlowError

MOST_SHARDS = kernel.CHUNKS  # a shard holds whole pieces of the table, so that rounded sums do not depend on the cut

Answer = tuple[Array, kernel.Counted]


class Held(Protocol):
    """An object held elsewhere. It may at any time be as new: when who holds it is lost, another makes it again."""

    def ask(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Begin a call of the object's method; what is returned waits for the answer."""


class Holder(Protocol):
    """Makes objects elsewhere and holds them."""

    def hold(self, makers: Sequence[Callable[[], Any]]) -> Sequence[Held]:
        """An object by each maker, spread over those who can hold one."""


class AgentsElsewhere(FactorFlowError, AttributeError):
    """Agents in shards are held by other processes, so there are no objects of single agents."""


class Shard:
    """The agents of the pieces begin to end - 1 of a population's table, which are made where they are to live.

    `lived` is the number of years simulated; a call that expects another number is answered with None: the shard was made
    anew (its holder was lost), or has already simulated this year (the answer was lost).
    """

    def __init__(self, beginning: Beginning, begin: int, end: int) -> None:
        self.beginning = beginning
        self.pieces = kernel.borders(beginning.agents, begin, end)
        self.outside = homes_outside(beginning.cells, beginning.outside)
        self._threads = Threads()
        self._begin()

    def _begin(self) -> None:
        values = self.beginning.rows(int(self.pieces[0]), int(self.pieces[-1]))
        declared = fitted(self.beginning.columns, self.beginning.cells)
        self.columns = {one.name: np.ascontiguousarray(values[one.name], dtype=one.dtype) for one in declared}
        self.lived = 0

    def __sizeof__(self) -> int:
        """Bytes of the columns, by which a cluster judges what it costs to send."""
        return object.__sizeof__(self) + sum(column.nbytes for column in self.columns.values())

    def advance(self, lived: int, broadcast: Broadcast, skills: int) -> Answer | None:
        """Simulate a year, as `kernel.advance_pieces` answers; None: see the class."""
        if self.lived != lived:
            return None
        start = self.beginning
        answer = kernel.advance_pieces(
            table_of(self.columns),
            kernel.Draw(*start.key, start.event, broadcast.year),
            self.pieces,
            odds_of(broadcast.tables),
            broadcast.worth,
            in_65536ths(broadcast.in_town, start.cells),
            skills,
            self.outside,
            self._threads,
        )
        self.lived += 1
        return answer

    def count(self, lived: int, in_town: Array | None, skills: int) -> kernel.Counted | None:
        """The counts of the shard as it is; None: see the class."""
        if self.lived != lived:
            return None
        return kernel.count(table_of(self.columns), in_65536ths(in_town, self.beginning.cells), skills, self.outside)

    def recompute(self, history: Sequence[Broadcast], skills: int, method: str, *arguments: Any) -> Any:
        """Start from the first year, repeat those of the history, then answer: the same draws, so the same rows."""
        self._begin()
        for lived, broadcast in enumerate(history):
            self.advance(lived, broadcast, skills)
        return getattr(self, method)(len(history), *arguments)


class ShardedPopulation(CountedAgents):
    """All agents of a kind in shards held elsewhere; to the year it is as a `Population`, to the last byte.

    What was broadcast is kept, so that a shard that is lost can be computed anew elsewhere.
    """

    changed_by_hand = False

    def __init__(self, beginning: Beginning, holder: Holder, shards: int) -> None:
        if not 1 <= shards <= MOST_SHARDS:
            raise FactorFlowError(f"a population can be cut into 1 to {MOST_SHARDS} shards, not {shards}.")
        self.cells, self.weight, self.limits = beginning.cells, beginning.weight, beginning.limits
        self.outside = homes_outside(beginning.cells, beginning.outside)
        self.agents = beginning.agents
        ends = [MOST_SHARDS * shard // shards for shard in range(shards + 1)]
        makers = [partial(Shard, beginning, begin, end) for begin, end in pairwise(ends)]
        self._history: list[Broadcast] = []
        self._shards = holder.hold(makers)
        self._homes = beginning.homes()

    def _pass(self, broadcast: Broadcast, skills: int) -> Answer:
        answers = self._asked("advance", broadcast, skills)
        self._history.append(broadcast)
        moves, counted = zip(*answers, strict=True)
        # piece by piece, in the order of one table: rounded sums are those of one process
        return np.concatenate(moves).sum(axis=0), _together(counted)

    def _recount(self, in_town: Array | None, skills: int) -> kernel.Counted:
        return _together(self._asked("count", in_town, skills))

    def _asked(self, method: str, *arguments: Any) -> list[Any]:
        """The answers of all shards in their order; one at another year than it should be is computed anew."""
        lived, skills = len(self._history), self.limits.get("skill", 0)
        waiting = [shard.ask(method, lived, *arguments) for shard in self._shards]
        answers = [answer() for answer in waiting]
        for number, answer in enumerate(answers):
            if answer is None:
                again = self._shards[number].ask("recompute", tuple(self._history), skills, method, *arguments)
                answers[number] = again()
        return answers

    def __len__(self) -> int:
        """The number of agents in all shards."""
        return self.agents

    def __getattr__(self, name: str) -> NoReturn:
        raise AgentsElsewhere(
            f"there is no {name!r} here: these {self.__dict__.get('agents', 0):,} agents live in shards in other processes "
            "and cannot be asked one by one. Build the model without shards to ask them."
        )

    def __getitem__(self, item: object) -> NoReturn:
        """Raise AgentsElsewhere: agents in shards cannot be read one by one."""
        self.__getattr__("[...]")

    def __iter__(self) -> NoReturn:
        """Raise AgentsElsewhere: agents in shards cannot be read one by one."""
        self.__getattr__("iteration")


def _together(parts: Sequence[kernel.Counted]) -> kernel.Counted:
    """What all shards counted, added up."""
    return kernel.Counted(*(np.asarray(sum(tables)) for tables in zip(*parts, strict=True)))
