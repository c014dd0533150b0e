"""Processes of this machine: tasks as they finish, and objects that live in processes of their own."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sim.errors import FactorFlowError

T = TypeVar("T")
K = TypeVar("K")

_TRIES = 3  # a process that ends three times on the same task will again


class Pool:
    """Up to `jobs` processes that stay for one batch of tasks after the other; none is there before it has something to do.

    A pool that is closed early, by an interrupt, leaves no process.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs, self._workers = jobs, list[_Worker]()

    def finished(
        self, task: Callable[[K], T], items: Iterable[K], given_up: Callable[[K, str], T]
    ) -> Generator[T, None, None]:
        """Results of task(item) as they come; what a process that ended was doing is done again.

        items: taken one at a time when a process is free. given_up(item, reason) stands in for one on which processes keep
        ending. Closed early, what is under way is ended.
        """
        coming, again, ended, doing = iter(items), deque[K](), Counter[K](), dict[Future[T], tuple[_Worker, K]]()
        idle = list(self._workers)
        try:
            while True:
                while len(doing) < self._jobs and (found := _next(coming, again)):
                    worker = idle.pop() if idle else self._another()
                    doing[worker.submit(task, found[0])] = worker, found[0]
                if not doing:
                    return
                for future in wait(doing, return_when=FIRST_COMPLETED).done:
                    worker, item = doing.pop(future)
                    idle.append(worker)
                    try:
                        result = future.result()
                    except BrokenProcessPool:
                        ended[item] += 1
                        if ended.total() >= _TRIES and not any(worker.began for worker in self._workers):
                            raise FactorFlowError(_CANNOT_BEGIN) from None
                        if ended[item] < _TRIES:
                            again.append(item)  # after those that wait, for it is more likely to end a process again
                            continue
                        result = given_up(item, f"the process that ran it ended {_TRIES} times, {_WHY_ENDED}")
                    yield result
        finally:
            if doing:
                self.close()

    def _another(self) -> _Worker:
        self._workers.append(_Worker(self._jobs))
        return self._workers[-1]

    def close(self) -> None:
        """End all processes."""
        workers, self._workers = self._workers, []
        _close(workers)


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
    f"{_TRIES} processes ended before they began to work, so there is none that could run a replicate. "
    'A script that runs with jobs or shards must keep its work below `if __name__ == "__main__":`; or run with jobs=1.'
)


class _Worker:
    """One process, or its successor when it has ended, that does one task after the other.

    It has a pool of its own, because a pool of several says not which task its process ended on.
    """

    def __init__(self, sharing: int) -> None:
        self._threads = max(1, (os.cpu_count() or 1) // sharing)
        self.began = False
        self._open()

    def _open(self) -> None:
        context = multiprocessing.get_context("spawn")  # compiled threads do not survive a fork
        line, self._line = context.Pipe(duplex=False)
        with _unheard_by_children():  # the first pool starts the process by which Python tracks what pools share
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(self._threads, line))

    def submit(self, task: Callable[..., T], *arguments: object) -> Future[T]:
        """Begin task(*arguments); its future raises BrokenProcessPool when the process ends on it."""
        with _unheard_by_children():
            for _ in range(_TRIES):
                with suppress(BrokenProcessPool, BrokenPipeError):  # ended while it had nothing to do, or at its start
                    if not self.began:
                        self._pool.submit(_nothing).add_done_callback(self._begun)
                    return self._pool.submit(task, *arguments)
                self.let_go()
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._open()
        lost: Future[T] = Future()
        lost.set_exception(BrokenProcessPool())
        return lost

    def order(self, task: Callable[..., None], *arguments: object) -> None:
        """Have the process do something if it is there; none is started for it."""
        self._pool.submit(task, *arguments)

    def _begun(self, answer: Future[None]) -> None:
        self.began = self.began or (not answer.cancelled() and answer.exception() is None)

    def let_go(self) -> None:
        """Have the process end, whatever it is doing."""
        self._line.close()

    def wait(self) -> None:
        """Wait until the process has ended."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _close(workers: Sequence[_Worker]) -> None:
    """End all processes before waiting for any."""
    for worker in workers:
        worker.let_go()
    for worker in workers:
        worker.wait()


@contextmanager
def _unheard_by_children() -> Iterator[None]:
    """A process begun here never hears Ctrl-C or a closed terminal: its parent does, and answers for all."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(threads: int, line: Any) -> None:
    """Set up a process that works for another: its threads, and its end when the other end of the line is closed."""
    import numba

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    numba.set_num_threads(min(threads, numba.get_num_threads()))


def _end_with(line: Any) -> None:
    """Wait until nobody holds the other end of a line and end this process; killed, its owner lets go too."""
    with suppress(EOFError, OSError):
        line.recv()
    os._exit(1)


def _nothing() -> None:
    """Shows that a process has begun to work."""


class ProcessHolder:
    """Objects in `count` processes, each object in one of them."""

    def __init__(self, count: int) -> None:
        self._workers = [_Worker(count) for _ in range(count)]
        self._numbers = itertools.count()

    def hold(self, makers: Sequence[Callable[[], Any]]) -> Sequence[HeldInProcess]:
        """An object by each maker, the first in the first process and so on."""
        return [
            HeldInProcess(self._workers[place % len(self._workers)], next(self._numbers), maker)
            for place, maker in enumerate(makers)
        ]

    def close(self) -> None:
        """End the processes."""
        _close(self._workers)


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

    def __init__(self, worker: _Worker, number: int, maker: Callable[[], Any]) -> None:
        self._worker, self._number, self._maker = worker, number, maker

    def ask(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Begin a call of the object's method; what is returned waits for the answer."""
        future = self._begin(method, arguments)
        return lambda: self._answer(future, method, arguments)

    def _begin(self, method: str, arguments: tuple[object, ...]) -> Future[Any]:
        return self._worker.submit(_ask, self._number, self._maker, method, arguments)

    def _answer(self, future: Future[Any], method: str, arguments: tuple[object, ...]) -> Any:
        for attempt in range(_TRIES):
            with suppress(BrokenProcessPool):
                return (future if attempt == 0 else self._begin(method, arguments)).result()
        if not self._worker.began:
            raise FactorFlowError(_CANNOT_BEGIN)
        raise FactorFlowError(f"a process that holds a shard of agents ended {_TRIES} times, {_WHY_ENDED}")

    def __del__(self) -> None:
        with suppress(Exception):  # the process may be gone, and everything in it
            self._worker.order(_forget, self._number)


_held: dict[int, Any] = {}  # the objects of this process, by number


def _ask(number: int, maker: Callable[[], Any], method: str, arguments: tuple[object, ...]) -> Any:
    if number not in _held:
        _held[number] = maker()
    return getattr(_held[number], method)(*arguments)


def _forget(number: int) -> None:
    _held.pop(number, None)
