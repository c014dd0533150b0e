"""Processes of this machine: tasks as they finish, and objects that live in processes of their own."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sim.errors import FactorFlowError
from sim.experiments.executors.worker import TRIES, Call, ProcessEnded, Worker, close

T = TypeVar("T")
K = TypeVar("K")


class Pool:
    """Up to `jobs` processes that stay for one batch of tasks after the other; none is there before it has something to do.

    A pool that is closed early, by an interrupt, leaves no process.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs, self._workers = jobs, list[Worker]()

    def finished(
        self, task: Callable[[K], T], items: Iterable[K], given_up: Callable[[K, str], T]
    ) -> Generator[T, None, None]:
        """Results of task(item) as they come; what a process that ended was doing is done again.

        items: taken one at a time when a process is free. given_up(item, reason) stands in for one on which processes keep
        ending. Closed early, what is under way is ended.
        """
        coming, again, ended, doing = iter(items), deque[K](), Counter[K](), dict[Worker, tuple[Call, K]]()
        idle = list(self._workers)
        try:
            while True:
                while len(doing) < self._jobs and (found := _next(coming, again)):
                    worker = idle.pop() if idle else self._another()
                    doing[worker] = worker.ask(task, found[0]), found[0]
                if not doing:
                    return
                Worker.wait_for_any([worker for worker, (call, _) in doing.items() if not call.over])
                for worker in [worker for worker, (call, _) in doing.items() if call.over]:
                    call, item = doing.pop(worker)
                    idle.append(worker)
                    try:
                        result = call.result()
                    except ProcessEnded:
                        ended[item] += 1
                        if ended.total() >= TRIES and not any(worker.began for worker in self._workers):
                            raise FactorFlowError(_CANNOT_BEGIN) from None
                        if ended[item] < TRIES:
                            again.append(item)  # after those that wait, for it is more likely to end a process again
                            continue
                        result = given_up(item, f"the process that ran it ended {TRIES} times, {_WHY_ENDED}")
                    yield result
        finally:
            if doing:
                self.close()

    def prepare(self, task: Callable[[], object]) -> None:
        """Have all processes begin with a task whose result nobody needs, before there is something to do."""
        while len(self._workers) < self._jobs:
            self._another().ask(task)

    def _another(self) -> Worker:
        self._workers.append(Worker(self._jobs))
        return self._workers[-1]

    def close(self) -> None:
        """End all processes."""
        workers, self._workers = self._workers, []
        close(workers)


def _next(coming: Iterator[K], again: deque[K]) -> tuple[K] | None:
    """The next item, in a tuple of one, those that are done again last; None when there is none."""
    found: tuple[K] | None = next(((item,) for item in coming), None)
    return found or ((again.popleft(),) if again else None)


@contextmanager
def pool(jobs: int) -> Iterator[Pool]:
    """A pool whose processes are ended afterwards, come what may."""
    opened = Pool(jobs)
    try:
        yield opened
    finally:
        opened.close()


_WHY_ENDED = (
    "probably for want of memory. Use fewer agents, fewer replicates at a time with --jobs, or more machines with --cluster."
)
_CANNOT_BEGIN = (
    f"{TRIES} processes ended before they began to work, so there is none that could run a replicate. "
    'A script that runs with jobs or shards must keep its work below `if __name__ == "__main__":`; or run with jobs=1.'
)


class ProcessHolder:
    """Objects in `count` processes, each object in one of them."""

    def __init__(self, count: int) -> None:
        self._places = [(Worker(count), list[int]()) for _ in range(count)]
        self._numbers = itertools.count()

    def hold(self, makers: Sequence[Callable[[], Any]]) -> Sequence[HeldInProcess]:
        """An object by each maker, the first in the first process and so on."""
        return [
            HeldInProcess(*self._places[place % len(self._places)], next(self._numbers), maker)
            for place, maker in enumerate(makers)
        ]

    def close(self) -> None:
        """End the processes."""
        close([worker for worker, _ in self._places])


@contextmanager
def holding(count: int) -> Iterator[ProcessHolder]:
    """A holder of `count` processes that are ended afterwards, come what may."""
    holder = ProcessHolder(count)
    try:
        yield holder
    finally:
        holder.close()


class HeldInProcess:
    """An object in a process; if the process ends, the next one makes the object anew."""

    def __init__(self, worker: Worker, unused: list[int], number: int, maker: Callable[[], Any]) -> None:
        self._worker, self._unused, self._number, self._maker = worker, unused, number, maker

    def ask(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Begin a call of the object's method; what is returned waits for the answer."""
        call = self._begin(method, arguments)
        return lambda: self._answer(call, method, arguments)

    def _begin(self, method: str, arguments: tuple[object, ...]) -> Call:
        unused = [self._unused.pop() for _ in range(len(self._unused))]
        return self._worker.ask(_ask, unused, self._number, self._maker, method, arguments)

    def _answer(self, call: Call, method: str, arguments: tuple[object, ...]) -> Any:
        for attempt in range(TRIES):
            with suppress(ProcessEnded):
                return self._worker.finish(call if attempt == 0 else self._begin(method, arguments))
        if not self._worker.began:
            raise FactorFlowError(_CANNOT_BEGIN)
        raise FactorFlowError(f"a process that holds a shard of agents ended {TRIES} times, {_WHY_ENDED}")

    def __del__(self) -> None:
        self._unused.append(self._number)  # told with the next question: this may run while one is being written


_held: dict[int, Any] = {}  # the objects of this process, by number


def _ask(unused: Sequence[int], number: int, maker: Callable[[], Any], method: str, arguments: tuple[object, ...]) -> Any:
    for gone in unused:
        _held.pop(gone, None)
    if number not in _held:
        _held[number] = maker()
    return getattr(_held[number], method)(*arguments)
