"""Files and folders written aside and renamed: a reader finds the whole of one or none, also after a loss of power."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import FactorFlowError, first_unseen, printable

LEFTOVER = ".*.partial"
"""Pattern of the names of what is being written; what bears one after its program was killed can be removed."""

_LONGEST_NAME = 100  # bytes of a name that its name aside repeats; file systems take 255
_PROBE = 256 * 1024  # bytes that must find room, about those of the smallest results


@contextmanager
def written(path: Path, over: bool = True, mode: int = 0o644) -> Iterator[Path]:
    """A place beside `path` to write a file to, which becomes `path` at the end, or nothing remains of it.

    Without `over` a file that stands there, even since a moment ago, raises FileExistsError. mode: who may read and write
    it. Raises OSError.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # a device such as /dev/null would be replaced
        raise OSError(errno.EINVAL, "what stands there is not a plain file")
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(path)
    try:
        yield aside
        _to_disk(aside)
        aside.chmod(mode)
        if over:
            aside.replace(path)
        else:
            os.link(aside, path)  # unlike a rename it fails where something stands
        _to_disk(path.parent)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def written_folder(path: Path, rename: Callable[[Path], object] | None = None) -> Iterator[Path]:
    """A folder beside `path` to write files to, which becomes `path` at the end, or nothing remains; raises OSError.

    `rename` may give it another name in the same folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(path)
    try:
        aside.mkdir()
        yield aside
        for file in aside.rglob("*"):
            _to_disk(file)
        _to_disk(aside)
        os.rename(aside, path) if rename is None else rename(aside)
        _to_disk(path.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; raises FactorFlowError, and leaves everything as it was, where one is."""
    _write(path, text, over=False)


def write_over(path: Path, text: str) -> None:
    """Write a file whether it is there or not; raises FactorFlowError where that cannot be done."""
    _write(path, text, over=True)


def _write(path: Path, text: str, over: bool) -> None:
    try:
        with written(path, over) as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
    except FileExistsError:
        raise FactorFlowError(f"{path} exists and is not overwritten. Choose another name, or remove it.") from None
    except OSError as reason:
        raise FactorFlowError(f"could not write {path}: {reason.strerror}") from reason


def check_writable(path: Path, folder: bool = False) -> None:
    """Raise FactorFlowError, before hours are spent, where a file (or a folder that is not there yet) cannot be written.

    The folder above it is made where it is missing; nothing else remains.
    """
    check_name(path)
    if folder and os.path.lexists(path):
        what = "exists" if os.path.exists(path) else "is a link that leads nowhere"
        raise FactorFlowError(f"{path} {what} and is not overwritten. Name another folder with --out, or remove it first.")
    if os.path.exists(path) and not os.path.isfile(path):
        raise FactorFlowError(f"could not write {path}: what stands there is not a plain file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _try_length(path)
        _probe(_aside(path))
    except OSError as reason:
        what = "nothing can be written to" if folder else "could not write"
        raise FactorFlowError(f"{what} {path}: {reason.strerror or reason}.") from reason


def probe(folder: Path) -> None:
    """Raise OSError where a folder has no room for the smallest results; nothing remains in it."""
    _probe(_aside(folder / "probe"))


def _probe(aside: Path) -> None:
    try:
        with aside.open("xb") as stream:
            stream.write(b"\1" * _PROBE)
            stream.flush()
            os.fsync(stream.fileno())
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether this program is the only one that holds a file or folder, until it lets go or ends, however it ends.

    The system keeps the lock, so that a program that was killed holds nothing. Where there are no such locks everybody is
    alone: what is written twice then is the same.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield True
        return
    try:
        number = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.exists(path) and os.path.samestat(os.fstat(number), os.stat(path))  # not one removed meanwhile
        except OSError as reason:
            mine = reason.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.ENOENT)
        yield mine
    finally:
        os.close(number)


def check_name(path: Path) -> None:
    """Raise FactorFlowError for a path whose name could not be printed, so that nobody could copy it from the screen."""
    wrong = first_unseen(str(path))
    if wrong is not None:
        what = "a byte that is not UTF-8" if 0xDC80 <= ord(wrong) <= 0xDCFF else "a character that nobody can see"
        raise FactorFlowError(f"{path} holds {what}, {printable(wrong)}. Choose another name.")


def wrong_name(name: str) -> str | None:
    """Why a word cannot be the name of a file or folder, on any system and in any folder; None where it can."""
    wrong = first_unseen(name)
    if wrong is not None:
        return f"holds {printable(wrong)}, which nobody can see."
    if name in ("", ".", "..") or "/" in name or "\\" in name:
        return "must not lead to another folder."
    return "is longer than 255 bytes." if len(os.fsencode(name)) > 255 else None


def leftovers(folder: Path) -> list[Path]:
    """What programs that were killed left half-written in a folder, or others are writing just now."""
    try:
        return sorted(folder.glob(LEFTOVER))
    except OSError:
        return []


def _try_length(path: Path) -> None:
    """Make and remove a folder beside a path, its name as long: a name may be longer than its file system takes.

    Never the path itself, which another program may be making at the same moment.
    """
    aside = _aside(path)
    missing = len(os.fsencode(path.name)) - len(os.fsencode(aside.name))
    if missing > 0:  # otherwise the place aside has the longer name
        beside = aside.with_name(f"{aside.stem}{'-' * missing}{aside.suffix}")
        beside.mkdir()
        beside.rmdir()


def _aside(path: Path) -> Path:
    """A free name beside a path that says what it is part of; a name given away is never given again."""
    name = os.fsencode(path.name)[:_LONGEST_NAME].decode("utf-8", errors="ignore")
    return path.with_name(f".{name}.{os.urandom(4).hex()}.partial")


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlive a loss of power."""
    folder = stat.S_ISDIR(path.stat().st_mode)
    if folder and os.name == "nt":  # Windows opens no folders and keeps their names itself
        return
    number = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(number)
    except OSError as reason:
        if not folder or reason.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems sync no folders
            raise
    finally:
        os.close(number)
