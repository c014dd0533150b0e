"""One process that does one thing after the other for another, over a pipe whose other end is gone when it has ended.

An executor of the standard library holds both ends of the pipe its answers come through: it waits without end for the rest of
an answer whose process was killed while it wrote.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.pool import ExceptionWithTraceback  # type: ignore[attr-defined]
from multiprocessing.reduction import ForkingPickler
from typing import Any

TRIES = 3
"""A process that ends three times on the same task will again."""

_READY = b""


class ProcessEnded(Exception):
    """The process ended on what it was asked."""


class Call:
    """What a process was asked to do, and what came of it once it is `over`."""

    def __init__(self, task: Callable[..., Any], arguments: Sequence[object]) -> None:
        self.question = bytes(ForkingPickler.dumps((task, arguments)))
        self.over = False
        self._answer: bytes | None = None

    def end(self, answer: bytes | None) -> None:
        """Keep the answer; None when the process ended on it."""
        self.over, self._answer, self.question = True, answer, b""

    def result(self) -> Any:
        """What the task returned; raises what it raised, or ProcessEnded."""
        if self._answer is None:
            raise ProcessEnded
        returned, value = pickle.loads(self._answer)
        if returned:
            return value
        raise value


class Worker:
    """One process, or its successor when it has ended; it is started when there is something to do."""

    def __init__(self, sharing: int) -> None:
        self.began = False
        self._threads = max(1, (os.cpu_count() or 1) // sharing)
        # the first is under way; the next is sent when its answer is in, for both sides could wait to write
        self._calls = deque[Call]()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection[Any, Any]
        self._line: Connection[Any, Any]

    @property
    def busy(self) -> bool:
        """Whether there is something of which it has not been heard that it is done."""
        return bool(self._calls)

    def ask(self, task: Callable[..., Any], *arguments: object) -> Call:
        """Have the process do task(*arguments) after what it was asked before."""
        call = Call(task, arguments)
        self._calls.append(call)
        if len(self._calls) == 1:
            self._send_next()
        return call

    def finish(self, call: Call) -> Any:
        """Wait for the result of a call."""
        while not call.over:
            self._hear()
        return call.result()

    def _hear(self) -> None:
        """Wait for a word of the process, which may be that it has ended."""
        try:
            word = self._pipe.recv_bytes()
        except (EOFError, OSError):
            self._leave()
            self._calls.popleft().end(None)
        else:
            if word == _READY:
                self.began = True
                return
            self._calls.popleft().end(word)
        self._send_next()

    def _send_next(self) -> None:
        while self._calls:
            for _ in range(TRIES):
                with suppress(OSError):  # ended while it had nothing to do, or at its start
                    self._start()
                    self._pipe.send_bytes(self._calls[0].question)
                    return
                self._leave()
            self._calls.popleft().end(None)

    def _start(self) -> None:
        if self._process is not None:
            return
        context = multiprocessing.get_context("spawn")  # a fork would inherit locks that other threads hold
        with _unheard_by_children():
            resource_tracker.ensure_running()  # Python's own, which lets signals in again when it has started
        with _unheard_by_children():
            (self._pipe, theirs), (watched, self._line) = context.Pipe(), context.Pipe(duplex=False)
            with theirs, watched:
                process = context.Process(target=_serve, args=(theirs, watched, self._threads))
                process.start()
            self._process = process

    def _leave(self) -> None:
        """Have the process end, whatever it is doing, and wait until it has."""
        self.let_go()
        self.wait()

    def let_go(self) -> None:
        """Have the process end, whatever it is doing."""
        if self._process is not None:
            self._line.close()
            self._pipe.close()

    def wait(self) -> None:
        """Wait until a process that was let go has ended."""
        if self._process is not None:
            self._process.join()
            self._process = None

    @staticmethod
    def wait_for_any(workers: Iterable[Worker]) -> None:
        """Wait until one of those that have something to do has said a word, and hear all that were said."""
        asked = list(workers)
        heard = multiprocessing.connection.wait([worker._pipe for worker in asked])
        for worker in [worker for worker in asked if worker._pipe in heard]:
            worker._hear()


def close(workers: Sequence[Worker]) -> None:
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


def _serve(pipe: Connection[Any, Any], line: Connection[Any, Any], threads: int) -> None:
    """Do what is asked through a pipe, with so many threads, until the other end of the line is closed."""
    import numba

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    numba.set_num_threads(min(threads, numba.get_num_threads()))
    with suppress(EOFError, OSError):  # nobody asks any more
        pipe.send_bytes(_READY)
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(question: bytes) -> bytes:
    try:
        task, arguments = pickle.loads(question)
        return bytes(ForkingPickler.dumps((True, task(*arguments))))
    except BaseException as error:
        return _raised(error)


def _raised(error: BaseException) -> bytes:
    """An error with its traceback; in words alone when it cannot be sent itself."""
    with suppress(Exception):
        return bytes(ForkingPickler.dumps((False, ExceptionWithTraceback(error, error.__traceback__))))
    told = RuntimeError(f"{type(error).__name__}: {error}")
    return bytes(ForkingPickler.dumps((False, ExceptionWithTraceback(told, error.__traceback__))))


def _end_with(line: Connection[Any, Any]) -> None:
    """Wait until nobody holds the other end of a line and end this process; killed, its owner lets go too."""
    with suppress(EOFError, OSError):
        line.recv()
    os._exit(1)
