"""How many threads work on agents: found by trying on their own pieces, for work that is the same whoever does it.

Threads are Python's, for compiled loops that let go of the interpreter: they end with the pass, so a fork inherits none.
Each takes the next piece when it has done one, so that a thread that waits for a processor holds up no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numba

Work = Callable[[int, int, int], None]  # (number of the thread, first piece, the piece after the last)

_AGENTS_A_THREAD = 100_000  # below that a thread takes longer to begin than it helps
_AGENTS_AT_A_TIME = 50_000  # a thread takes pieces of so many at least, beside which asking for them is nothing
_LONG = 5_000_000  # agents whose passes are tried on some of their pieces, not one as a whole
_TRIED = 32  # a trial of one thread is so much of a long pass; one of more threads is two such pieces for each
_AGAIN, _AGAIN_LONG = 16, 4  # passes after which what was slower is tried once more


class Threads:
    """What the work of one population took on one thread and on all it may have, and which of the two comes next.

    Where other programs use the processors too, threads may wait longer for one than they help. So the first pieces of a
    long pass, or the first passes where these are short, are done on one thread and on all that are allowed; the faster
    number is taken from then on, and the other tried again from time to time. What is done is the same on any.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._took: dict[int, float] = {}  # seconds an agent by number of threads, when last seen
        self._passes = 0

    def run(self, work: Work, pieces: int, agents: int) -> None:
        """Do a pass over so many agents in so many pieces, each once, in any order and on any thread."""
        most = min(numba.get_num_threads(), pieces, agents // _AGENTS_A_THREAD)
        at_a_time = max(1, -(-pieces * _AGENTS_AT_A_TIME // max(agents, 1)))
        if most <= 1:
            work(0, 0, pieces)
            return
        done = 0
        for number, (threads, some) in enumerate(self._turns(most, pieces, agents >= _LONG)):
            start = self._clock()
            _spread(work, done, done + some, threads, at_a_time)
            if self._passes or number:  # the first turn may compile
                self._took[threads] = (self._clock() - start) * pieces / (agents * some)
            done += some
        self._passes += 1

    def _turns(self, most: int, pieces: int, long: bool) -> Iterator[tuple[int, int]]:
        """Threads and pieces of one turn after another, the last on as many threads as were faster until then."""
        tried = max(1, pieces // _TRIED)
        for threads in self._trials(most, long):
            some = min(tried * (1 if threads == 1 else 2 * threads), pieces) if long else pieces
            yield threads, some
            pieces -= some
            if not pieces:
                return
        yield min((most, 1), key=self._took.__getitem__), pieces

    def _trials(self, most: int, long: bool) -> Iterator[int]:
        """Threads that are tried in this pass."""
        if not self._passes:
            yield 1 if long else most
        yield from (threads for threads in (most, 1) if threads not in self._took)
        if self._passes % (_AGAIN_LONG if long else _AGAIN) == 0 and self._passes:
            yield max((most, 1), key=self._took.__getitem__)


def _spread(work: Work, first: int, last: int, threads: int, at_a_time: int) -> None:
    """Do the pieces from first to before last on so many threads, each of which takes the next ones when it is ready."""
    waiting = iter(range(first, last, at_a_time))

    def take(thread: int) -> None:
        for begin in waiting:
            work(thread, begin, min(begin + at_a_time, last))

    if threads == 1:
        take(0)
        return
    with ThreadPoolExecutor(threads - 1) as others:
        helping = [others.submit(take, thread) for thread in range(1, threads)]
        try:
            take(0)
        finally:
            for _ in waiting:  # where this thread was interrupted the others stop too
                pass
    for other in helping:
        other.result()
