"""How many threads a pass over agents takes: as many as have work for about a millisecond, and never more than help."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numba

from sim.errors import FactorFlowError

_AGENTS_A_THREAD = 100_000  # a thread's work of about a millisecond
_LONG = 5_000_000  # agents whose pass is long against what threads wait for a processor that others use
_TRY_AGAIN = 16  # passes after which what was slower is tried once more


class Threads:
    """What the passes of one population took on one thread and on all it may have, and which of the two comes next.

    Where other programs use the processors too, short passes wait longer for their threads than these help: the second
    pass is timed on all threads, the third on one, and from then on the faster is taken. The counts are the same on any.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._took: dict[int, float] = {}
        self._passes = 0

    def next(self, agents: int, allowed: int) -> int:
        """Threads of the next pass over so many agents, of those allowed."""
        most = max(1, min(allowed, agents // _AGENTS_A_THREAD))
        if most == 1 or agents >= _LONG or self._passes < 2:
            return most
        untried = [threads for threads in (most, 1) if threads not in self._took]
        if untried:
            return untried[0]
        faster, slower = sorted((most, 1), key=self._took.__getitem__)
        return slower if self._passes % _TRY_AGAIN == 0 else faster

    @contextmanager
    def of_pass(self, agents: int) -> Iterator[None]:
        """Let compiled loops take the threads of the next pass, and note how long it takes."""
        threads = self.next(agents, numba.get_num_threads())
        with at_most(threads):
            start = self._clock()
            yield
        if self._passes:  # the first pass may compile, and brings pages in
            self._took[threads] = (self._clock() - start) / max(agents, 1)
        self._passes += 1


_process_of_threads: int | None = None  # the process that started compiled threads, which a fork of it inherits dead


def _not_after_a_fork() -> None:
    """Raise FactorFlowError in a process forked from one that had run agents: its first parallel loop would hang or abort."""
    global _process_of_threads
    if _process_of_threads not in (None, os.getpid()) and numba.threading_layer() == "omp":
        raise FactorFlowError(
            "this process was forked from one that had run agents already, and compiled threads do not survive a fork. "
            'Start processes with spawn, as multiprocessing.get_context("spawn") does, or run replicates with jobs=.'
        )
    _process_of_threads = os.getpid()


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Let compiled loops take so many threads of those allowed."""
    _not_after_a_fork()
    allowed = numba.get_num_threads()
    numba.set_num_threads(min(allowed, threads))
    try:
        yield
    finally:
        numba.set_num_threads(allowed)
