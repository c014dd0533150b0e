"""What the run in a folder was asked, and how far it is: read from the files alone, from any window, while it goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.analysis.manifest import ASKED, EXPERIMENT, MANIFEST, TASKS, read_manifest
from sim.analysis.taskfile import ENDING
from sim.errors import ResultsError, printable
from sim.files import locked

_MOST_BYTES = 64 * 1024 * 1024


def asked_of(path: Path) -> dict[str, Any] | None:
    """What the run in a folder was asked, None where there is none; raises ResultsError for one that is broken."""
    try:
        with (path / ASKED).open("rb") as stream:
            words = json.loads(stream.read(_MOST_BYTES).decode("utf-8"))
    except OSError:
        return None
    except (ValueError, RecursionError) as reason:
        raise ResultsError(f"{path / ASKED} cannot be read: {printable(reason, 300)}") from reason
    rows = words.get("tasks") if isinstance(words, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and _is_digest(row.get("task")) for row in rows):
        raise ResultsError(f"{path / ASKED} does not say what was asked. Remove the folder, and run the scenario again.")
    return dict(words)


def _is_digest(word: object) -> bool:
    return isinstance(word, str) and len(word) == 64 and set(word) <= set("0123456789abcdef")


def is_whole(path: Path) -> bool:
    """Whether what was asked in a folder came to its end: the manifest of a run or of an experiment is there."""
    return (path / MANIFEST).is_file() or (path / EXPERIMENT).is_file()


@dataclass(frozen=True)
class Status:
    """How far the run in a folder is: tasks there and asked, whether a program works on it, seconds left as it goes."""

    path: Path
    title: str
    there: int
    asked: int
    whole: bool
    running: bool
    seconds_left: float | None
    experiment: bool = False


def status(path: Path) -> Status:
    """How far the run in a folder is, read from the files alone; raises ResultsError where there is none."""
    asked = asked_of(path)
    whole = is_whole(path)
    if asked is None:
        if not whole:
            raise ResultsError(f"{path} holds no run, finished or not. `factorflow run` prints the folder it writes to.")
        manifest = read_manifest(path)
        rows = manifest["replicates"]
        there = sum(row["status"] == "done" for row in rows)
        return Status(path, str(manifest["title"]), there, len(rows), True, False, None)
    experiment = asked.get("kind") == "experiment"
    needed = _replicates(path) if experiment and whole else None
    rows = [row for row in asked["tasks"] if needed is None or row.get("replicate", 0) < needed]
    tasks = dict.fromkeys(row["task"] for row in rows)  # scenarios that compute the same in a draw share one
    times = _times(path / TASKS, list(tasks))
    with locked(path) as free:
        running = not free
    left = _left(times, len(tasks) - len(times))
    return Status(path, str(asked.get("title", "")), len(times), len(tasks), whole, running, left, experiment)


def _replicates(path: Path) -> int | None:
    """Replicates after which a finished experiment stopped, for they were enough; None where it does not say."""
    try:
        found = json.loads((path / EXPERIMENT).read_text(encoding="utf-8"))["replicates"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, int) else None


def _times(folder: Path, digests: Sequence[str]) -> list[float]:
    """When the tasks that are there were written, in order."""
    found = []
    for digest in digests:
        with suppress(OSError):
            found.append((folder / f"{digest}{ENDING}").stat().st_mtime)
    return sorted(found)


def _left(times: Sequence[float], left: int) -> float | None:
    """Seconds that the tasks not there yet will take at the pace of the last fifty; None where no pace is known."""
    last = times[-50:]
    if len(last) < 3 or last[-1] <= last[0]:
        return None
    return left * (last[-1] - last[0]) / (len(last) - 1)


def unfinished(folder: Path) -> list[Path]:
    """Folders below one that hold a run that did not come to its end, or still goes on."""
    return sorted(path.parent for path in folder.glob(f"*/{ASKED}") if not is_whole(path.parent))
