"""Processes of this machine: tasks as they finish, and objects that live in processes of their own."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sim.errors import FactorFlowError

T = TypeVar("T")

_TRIES = 3  # a process that ends three times on the same object will again


def finished(task: Callable[[int], T], numbers: Iterable[int], jobs: int) -> Iterator[T]:
    """Results of task(number) as they come from `jobs` processes; interrupted, none of them is left."""
    pool = _pool(jobs, jobs)
    try:
        waiting: set[Future[T]] = {pool.submit(task, number) for number in numbers}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(processes: int, sharing: int) -> ProcessPoolExecutor:
    """A pool of processes, where `sharing` processes in all share the threads of this machine."""
    threads = max(1, (os.cpu_count() or 1) // sharing)
    context = multiprocessing.get_context("spawn")  # compiled threads do not survive a fork
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_use_threads, initargs=(threads,))


def _use_threads(count: int) -> None:
    """Set up a process that works for another: its threads, and its end if the one that started it is gone."""
    import numba

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    numba.set_num_threads(min(count, numba.get_num_threads()))


def _end_with(parent: Any) -> None:
    """Wait for a process to end and end this one too, so that none is left behind when the first is killed."""
    parent.join()
    os._exit(1)


class ProcessHolder:
    """Objects in `count` processes, each object in one of them."""

    def __init__(self, count: int) -> None:
        self._pools = [_pool(1, count) for _ in range(count)]
        self._numbers = itertools.count()

    def hold(self, makers: Sequence[Callable[[], Any]]) -> Sequence[HeldInProcess]:
        """An object by each maker, the first in the first process and so on."""
        return [
            HeldInProcess(self, place % len(self._pools), next(self._numbers), maker) for place, maker in enumerate(makers)
        ]

    def submit(self, place: int, task: Callable[..., T], *arguments: object) -> Future[T]:
        """Begin task(*arguments) in a process."""
        return self._pools[place].submit(task, *arguments)

    def replace(self, place: int) -> None:
        """A new process for one that ended."""
        self._pools[place].shutdown(wait=False, cancel_futures=True)
        self._pools[place] = _pool(1, len(self._pools))

    def close(self) -> None:
        """End the processes."""
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)


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

    def __init__(self, holder: ProcessHolder, place: int, number: int, maker: Callable[[], Any]) -> None:
        self._holder, self._place, self._number, self._maker = holder, place, number, maker

    def ask(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Begin a call of the object's method; what is returned waits for the answer."""
        try:
            future: Future[Any] | None = self._begin(method, arguments)
        except BrokenProcessPool:
            future = None
        return lambda: self._answer(future, method, arguments)

    def _begin(self, method: str, arguments: tuple[object, ...]) -> Future[Any]:
        return self._holder.submit(self._place, _ask, self._number, self._maker, method, arguments)

    def _answer(self, future: Future[Any] | None, method: str, arguments: tuple[object, ...]) -> Any:
        for _ in range(_TRIES):
            with suppress(BrokenProcessPool):
                return (self._begin(method, arguments) if future is None else future).result()
            self._holder.replace(self._place)
            future = None
        raise FactorFlowError(
            f"a process that holds a shard of agents ended {_TRIES} times, probably for want of memory. "
            "Use fewer agents, or more machines with --cluster."
        )

    def __del__(self) -> None:
        with suppress(Exception):  # the process may be gone, and everything in it
            self._holder.submit(self._place, _forget, self._number)


_held: dict[int, Any] = {}  # the objects of this process, by number


def _ask(number: int, maker: Callable[[], Any], method: str, arguments: tuple[object, ...]) -> Any:
    if number not in _held:
        _held[number] = maker()
    return getattr(_held[number], method)(*arguments)


def _forget(number: int) -> None:
    _held.pop(number, None)
