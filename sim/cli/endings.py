"""How the program ends: signals, streams that cannot be written and errors in words, each with its exit code."""

from __future__ import annotations

import _thread
import codecs
import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import click

from sim.errors import FactorFlowError

DONE, DEFECT, FAULT, SOME_FAILED = 0, 1, 2, 3
ON_SIGNAL = 128  # and the number of the signal: 130 for Ctrl-C, 143 when asked to terminate, 141 when nobody reads on
TRACEBACK = "FACTORFLOW_TRACEBACK"

_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF, errno.EFBIG)  # what a stream without a name answers
_INTERRUPTED = "Interrupted. What had come to its end is kept. Nothing half-written remains."


class Stopped(KeyboardInterrupt):
    """The process was asked to end by another signal than Ctrl-C; whoever tidies up after the one does after the other."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP end what happens here as Ctrl-C does, unless they are ignored already (nohup)."""

    def stop(number: int, _: FrameType | None) -> None:
        raise Stopped(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, stop)
    try:
        with _sent_again():
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SOON = 0.05  # seconds


@contextmanager
def _sent_again() -> Iterator[None]:
    """An interrupt that met code out of which Python raises nothing (a callback of the compiler) is sent once more.

    What breaks there because of it, before it comes again, is the interrupt and no error.
    """
    lost: list[Stopped] = []
    timers: list[threading.Timer] = []
    before = sys.unraisablehook

    def hook(ignored: sys.UnraisableHookArgs) -> None:
        if not isinstance(ignored.exc_value, KeyboardInterrupt):
            before(ignored)
            return
        number = ignored.exc_value.number if isinstance(ignored.exc_value, Stopped) else signal.SIGINT
        lost.append(Stopped(number))
        timers.append(threading.Timer(_SOON, _send, (number,)))
        timers[-1].start()

    sys.unraisablehook = hook
    try:
        yield
    except Exception as error:
        stopped = lost[-1] if lost else _wrapped(_root(error))
        if stopped is None:
            raise
        for note in _notes(_root(error)):
            stopped.add_note(note)
        raise stopped from error
    finally:
        sys.unraisablehook = before
        for timer in timers:
            timer.cancel()


def _wrapped(error: BaseException) -> Stopped | None:
    """An interrupt of which a library made an error of its own, as Pydantic does of what ends its serializers."""
    cause = error.__cause__
    if isinstance(cause, KeyboardInterrupt):
        return Stopped(cause.number if isinstance(cause, Stopped) else signal.SIGINT)
    return None if cause is None else _wrapped(cause)


def _send(number: int) -> None:
    """Send a signal to the main thread, which may be waiting."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters that cannot be written, as JSON escapes them: what is printed as JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)), error.end


def prepare_streams() -> None:
    """Make every character writable to both streams; raises FactorFlowError when standard output is closed."""
    codecs.register_error("escaped", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="escaped")
    # a file opened later would get the number of a closed stream, and whatever is printed would be written into it
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    if "stdout" in closed:
        raise FactorFlowError("standard output is closed, so no answer could be given. Send it to a file or to /dev/null.")


def answered(error: BaseException) -> int:
    """Say in words what ended the program; returns the exit code."""
    reason = _root(error)
    _let_go_of_what_cannot_be_written()
    if isinstance(reason, KeyboardInterrupt):
        _say("\n" + " ".join([_INTERRUPTED, *_notes(reason)]))
        return ON_SIGNAL + (reason.number if isinstance(reason, Stopped) else signal.SIGINT)
    if isinstance(reason, BrokenPipeError):
        return ON_SIGNAL + 13  # SIGPIPE, which Windows has no name for; whoever read has seen enough
    if isinstance(reason, SystemExit):
        return reason.code if isinstance(reason.code, int) else DEFECT
    if isinstance(reason, FactorFlowError):
        _say(" ".join([str(reason), *_notes(reason)]))
        return FAULT
    words = _in_words(reason)
    if words is not None:
        _say(words)
        _trace(reason)
        return FAULT
    _say(
        "This is a defect of factorflow, not of what you asked for; please report it: "
        f"{type(reason).__name__}: {reason}{_place(reason)}\n"
        f"Set {TRACEBACK}=1 and ask again to see the whole traceback, which helps to find it."
    )
    _trace(reason)
    return DEFECT


def _notes(reason: BaseException) -> list[str]:
    """What those whom an error passed had to say, such as where the work done so far is kept."""
    return [note for note in getattr(reason, "__notes__", ()) if note]


def _place(reason: BaseException) -> str:
    """The last line of the package that an error passed."""
    package = Path(__file__).parents[1]
    own = [frame for frame in traceback.extract_tb(reason.__traceback__) if package in Path(frame.filename).parents]
    return f" ({Path(own[-1].filename).relative_to(package.parent).as_posix()}, line {own[-1].lineno})" if own else ""


class _Carried(Exception):
    """Takes what ended a command past click, which would make exit code 1 of it."""


@contextmanager
def carried() -> Iterator[None]:
    """What click would answer itself is left to `answered`."""
    try:
        yield
    except (OSError, EOFError, KeyboardInterrupt) as reason:
        raise _Carried from reason


def _root(error: BaseException) -> BaseException:
    """What was raised before click or rich made an end of the program of it."""
    if isinstance(error, _Carried | click.Abort):
        return error.__cause__ or KeyboardInterrupt()
    return error.__context__ or error if isinstance(error, SystemExit) else error


def _in_words(reason: BaseException) -> str | None:
    """What the system or the size of the input made impossible; None for what should not happen."""
    if isinstance(reason, OSError):
        what = reason.strerror or str(reason) or type(reason).__name__
        files = " -> ".join(str(name) for name in (reason.filename, reason.filename2) if name is not None)
        where = files or ("the answer could not be written" if reason.errno in _WRITING else "the system refused")
        return f"{where}: {what}."
    if isinstance(reason, MemoryError):
        found = str(reason) or "none could be had"
        return f"there was not enough memory ({found}). Use fewer agents, fewer --jobs or --cluster."
    if isinstance(reason, UnicodeError):
        return f"text that cannot be read or written: {reason}."
    if isinstance(reason, RecursionError):
        return "the input is nested too deeply to be read."
    return None


def _say(text: str) -> None:
    with suppress(OSError, ValueError):  # nobody is left to hear it: the exit code says the rest
        print(text, file=sys.stderr, flush=True)


def _trace(reason: BaseException) -> None:
    if os.environ.get(TRACEBACK):
        _say("".join(traceback.format_exception(reason)))


def flush() -> None:
    """Write what waits to be written while it can still be answered; raises OSError."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def _let_go_of_what_cannot_be_written() -> None:
    """Where standard output does not take what was printed, Python would complain once more at its end."""
    try:
        flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
