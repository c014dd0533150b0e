"""The store of tasks: one small file a task, there whole or not at all, and what is there is never computed again.

What it promises:
- `write` returns when the file would outlive a loss of power; killed before, nothing of it is there under its name.
- `has` is true of a task whose file is whole to the last byte, whoever wrote it; one that was cut or changed is not there.
- A file is named by the digest of all that determines it, so several programs may write the same store at once.
- `read` and `gather` hold one task at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from sim.analysis.tables import Tables
from sim.analysis.taskfile import ENDING, Recorded, decoded, is_whole
from sim.errors import FactorFlowError, ResultsError
from sim.experiments.task import Task
from sim.files import leftovers, written


class Store:
    """The tasks in one folder; `others` are folders that may hold some of them too, from which they are copied."""

    def __init__(self, folder: Path, others: Sequence[Path] = ()) -> None:
        self.folder, self.others = folder, tuple(others)

    def path(self, task: Task) -> Path:
        """The file that holds a task, or will."""
        return self.folder / f"{task.digest}{ENDING}"

    def has(self, task: Task) -> bool:
        """Whether the task is here, whole; found in another folder it is copied, which may raise FactorFlowError."""
        content = _content(self.path(task))
        if content is not None and is_whole(content):
            return True
        for other in self.others:
            content = _content(other / f"{task.digest}{ENDING}")
            if content is not None and is_whole(content):
                self.write(task, content)
                return True
        return False

    def read(self, task: Task, tables: tuple[str, ...] = ("series", "flows", "accounts")) -> Recorded:
        """What a task recorded, of its tables those asked for; raises ResultsError where it is not here or not whole."""
        path = self.path(task)
        content = _content(path)
        if content is None:
            raise ResultsError(f"{path} is not there. Run the same again: only what is missing is computed.")
        try:
            return decoded(content, tables)
        except ResultsError as reason:
            raise ResultsError(f"{path} {reason}. Run the same again: only what is missing is computed.") from None

    def write(self, task: Task, content: bytes) -> None:
        """Keep the bytes of a task; raises FactorFlowError where they cannot be written."""
        path = self.path(task)
        try:
            with written(path) as aside:
                aside.write_bytes(content)
        except OSError as reason:
            raise FactorFlowError(f"could not write {path}: {reason.strerror or reason}.") from reason

    def missing(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """The tasks that are not here, each once, found when it is asked for."""
        seen: set[str] = set()
        for task in tasks:
            if task.digest not in seen and not self.has(task):
                yield task
            seen.add(task.digest)

    def gather(
        self, tasks: Iterable[Task], table: str, rows: Callable[[pd.DataFrame], pd.Series[bool]] | None = None
    ) -> pd.DataFrame:
        """One table of many tasks, of each only the rows asked for, with the columns `draw` and `task` (its digest) before.

        Failed tasks have no rows. Raises ResultsError for a task that is not here.
        """
        found = []
        for task in tasks:
            recorded = self.read(task, (table,))
            if recorded.tables is not None:
                frame: pd.DataFrame = getattr(recorded.tables, table)
                kept = frame if rows is None else frame[rows(frame)]
                plain = {str(name): kept[name].astype(object) for name in kept if kept[name].dtype == "category"}
                found.append(kept.assign(**plain, draw=task.draw, task=task.digest[:16]))
        if not found:
            return pd.DataFrame(columns=["draw", "task"])
        whole = pd.concat(found, ignore_index=True)
        return whole[["draw", "task", *(name for name in whole if name not in ("draw", "task"))]]

    def tidy(self) -> int:
        """Remove what programs that were killed left half-written; returns how many files. Only for who is alone here."""
        left = leftovers(self.folder)
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def in_batches(store: Store, tasks: Iterable[Task], most_rows: int) -> Iterator[list[Recorded]]:
    """What tasks recorded, a few at a time: as many as have about so many rows together."""
    batch: list[Recorded] = []
    rows = 0
    for task in tasks:
        batch.append(store.read(task))
        rows += _rows(batch[-1].tables)
        if rows >= most_rows:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _rows(tables: Tables | None) -> int:
    return 0 if tables is None else len(tables.series) + len(tables.flows) + len(tables.accounts)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
