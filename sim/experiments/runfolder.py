"""The folder of a run: what was asked, the tasks that are there, and who works on it; found again when the same is asked."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import Any

from sim.analysis import record
from sim.analysis.asked import asked_of, is_whole
from sim.analysis.manifest import ASKED, EXPERIMENT, MANIFEST, RESULTS, TASKS, WORLD, read_manifest
from sim.analysis.taskfile import ENDING
from sim.data import folder
from sim.errors import ResultsError
from sim.experiments.store import Store
from sim.files import check_name, leftovers, locked, probe, written_folder

_SAME = ("scenario_digest", "versions", "data")  # what makes two runs one: the rest is words for readers
_LOOK = 0.2  # seconds between two looks at whether another program is done


@dataclass(frozen=True)
class RunFolder:
    """A folder and what is asked of it: `asked` holds name, title, scenario_digest, versions, data, started and tasks.

    tasks: a list of {task: digest, draw, replicate}, in the order in which they are gathered. shares: whether tasks are
    taken from the folders beside it; not where a person named the folder, who may want to see them computed.
    """

    path: Path
    asked: Mapping[str, Any]
    shares: bool = False

    @cached_property
    def store(self) -> Store:
        """The tasks of this folder, and those of the folders beside it where it shares."""
        beside = self.path.parent.glob(f"*/{TASKS}") if self.shares else ()
        return Store(self.path / TASKS, sorted(other for other in beside if other.parent != self.path))

    def is_whole(self) -> bool:
        """Whether the run came to its end: its manifest is there."""
        return is_whole(self.path)

    @contextmanager
    def alone(self, waits: Callable[[Path], object]) -> Iterator[None]:
        """Nobody else works on the folder meanwhile; `waits` is called once where somebody does, then it is waited for.

        A folder that disappeared is made again. Who is killed lets go: the next one takes over what there is.
        """
        looks = 0
        while True:
            _make(self.path, self.asked)
            with locked(self.path) as mine:
                if mine:
                    self._tidy()
                    try:
                        yield
                    finally:
                        self._let_go()
                    return
            looks += self.path.is_dir()
            if looks == 2:  # who asks for the status holds a folder too, but no longer than a moment
                waits(self.path)
            time.sleep(_LOOK)

    def _tidy(self) -> None:
        """Remove what a program that was killed left half-written here, or where it was about to make this folder."""
        self.store.tidy()
        for left in (*leftovers(self.path), *leftovers(self.path / WORLD)):
            remove(left)
        for left in self.path.parent.glob(f".{escape(self.path.name[:80])}*.partial"):
            with suppress(OSError), locked(left) as mine:
                if mine and left.is_dir():
                    remove(left)

    def _let_go(self) -> None:
        """A folder without a single task is none that anybody would miss."""
        asked = (self.path / ASKED).is_file()
        if asked and not self.is_whole() and not any(self.store.folder.glob(f"*{ENDING}")):
            remove_own(self.path)


def place(asked: Mapping[str, Any], wanted: Path, beside: bool) -> RunFolder:
    """The folder in which what is asked was begun or finished before, else a new one; it is made, and can be written.

    beside: where `wanted` holds something else, the first of `wanted-2`, `wanted-3`, ... is taken that does not. Else raises
    ResultsError, and also where nothing can be written there.
    """
    check_name(wanted)
    number, path = 1, wanted
    while os.path.lexists(path):
        reason = _why_not(path, asked)
        if reason is None:
            return RunFolder(path, asked, shares=beside)
        if not beside:
            raise ResultsError(f"{path} {reason} Name another folder with --out, or remove it first.")
        number += 1
        path = wanted.with_name(f"{wanted.name}-{number}")
    _make(path, asked)
    return RunFolder(path, asked, shares=beside)


def whole(asked: Mapping[str, Any], wanted: Path) -> Path | None:
    """The folder that holds the whole of what is asked: `wanted`, or one beside it; None where none does."""
    for path in sorted(wanted.parent.glob(f"{escape(wanted.name)}*")):
        if (path / MANIFEST).is_file() and _why_not(path, asked) is None:
            return path
    return None


def _why_not(path: Path, asked: Mapping[str, Any]) -> str | None:
    """Why what is asked cannot go on in a folder that is there; None where the same program was asked the same there."""
    if not os.path.isdir(path):
        what = "exists" if os.path.exists(path) else "is a link that leads nowhere"
        return f"{what} and is not overwritten."
    try:
        found = read_manifest(path) if (path / MANIFEST).is_file() else asked_of(path)
        if found is not None and MANIFEST in os.listdir(path):
            record.check(path, found)
    except ResultsError as reason:
        return f"exists and is not overwritten: {reason}"
    if found is None:
        return "exists and is not overwritten."
    differing = [word for word in _SAME if found.get(word) != asked[word]]
    if "scenario_digest" in differing:
        return "exists and is not overwritten: it holds another run."
    if differing:
        return "exists and is not overwritten: the same scenario was run by another version of the program, or on other data."
    return None


def _make(path: Path, asked: Mapping[str, Any]) -> None:
    """Make the folder of a run where it is not there yet; raises ResultsError where nothing can be written there."""
    if os.path.lexists(path):
        return
    text = json.dumps(asked, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        with ExitStack() as lock, written_folder(path) as aside:
            lock.enter_context(locked(aside))  # let go of after it has its name, so that nobody takes it for a leftover
            probe(aside)
            (aside / TASKS).mkdir()
            (aside / ASKED).write_text(text, encoding="utf-8", newline="\n")
    except OSError as reason:
        if not os.path.isdir(path):  # else another made it at the same moment
            raise ResultsError(f"nothing can be written to {path}: {reason.strerror or reason}.") from reason


def remove(path: Path) -> None:
    """Remove a file or a whole folder that is known to be a leftover of this program."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def own_files(path: Path) -> list[Path]:
    """Files in a folder of results, finished or not, that this program made; raises ResultsError where it is none.

    What others put there is not among them.
    """
    if (path / MANIFEST).is_file():
        manifest = read_manifest(path)
        names = [MANIFEST, *manifest["files"], *manifest.get("record", {})]
        names += [f"{WORLD}/{name}" for name in manifest.get("world_files") or {}]
    else:
        asked = asked_of(path)
        if asked is None:
            raise ResultsError(f"{path} is not a results folder. Nothing was removed.")
        names = [ASKED, *(f"{TASKS}/{row['task']}{ENDING}" for row in asked["tasks"])]
        names += [f"{table}.parquet" for table in ("series", "flows", "accounts")] + ["summary.csv", RESULTS, EXPERIMENT]
        names += [f"{WORLD}/{name}" for name in folder.names()]
    if any((path / inner).is_symlink() for inner in (TASKS, WORLD)):
        raise ResultsError(f"{path} holds a link where a folder was written. Nothing was removed.")
    found = [path / name for name in dict.fromkeys(names) if os.path.lexists(path / name)]
    return [*found, *leftovers(path), *leftovers(path / TASKS), *leftovers(path / WORLD)]


def remove_own(path: Path) -> bool:
    """Remove what this program made in a folder; returns whether the folder is gone, for nothing of others was in it."""
    files = own_files(path)
    for file in sorted(
        files, key=lambda one: one.name not in (MANIFEST, EXPERIMENT)
    ):  # the manifest first: what is left is not taken for whole
        remove(file)
    for inner in (TASKS, WORLD):
        with suppress(OSError):
            (path / inner).rmdir()
    try:
        path.rmdir()
    except OSError:
        return False
    return True
