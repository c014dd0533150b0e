"""The file of one task: what a run recorded, as three tables, or the reason why there are none; whole or not at all.

It is a plain zip archive (`task.json` and an Arrow file a table, stored as they are), whose comment is the sha256 of
everything before it: a file that was cut or changed is known without anything else.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.ipc  # type: ignore[import-untyped]  # makes pa.ipc known

from sim.analysis.columns import TABLES, Columns, to_arrow
from sim.errors import ResultsError, printable

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.tables import Tables

# Who lives years writes such files and never reads one: data frames are imported where they are made.

ENDING = ".task"
HEAD = "task.json"
_HASH = 64  # digits of a sha256
_DAY = (1980, 1, 1, 0, 0, 0)  # the same for all, so that the same task gives the same bytes


@dataclass(frozen=True)
class Recorded:
    """What the file of a task says: its head (task, replicate, seed, reason) and its tables, None where it failed."""

    head: Mapping[str, Any]
    tables: Tables | None


def encoded(head: Mapping[str, Any], tables: Mapping[str, Columns] | None) -> bytes:
    """The bytes of a task's file, its tables given as columns; the same content gives the same bytes everywhere."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps(head, sort_keys=True, ensure_ascii=False, allow_nan=False)
        archive.writestr(zipfile.ZipInfo(HEAD, _DAY), text.encode("utf-8"))
        for table, columns in ((name, tables[name]) for name in TABLES) if tables is not None else ():
            archive.writestr(zipfile.ZipInfo(_member(table), _DAY), _arrow(columns))
        archive.comment = b"0" * _HASH
    before = stream.getvalue()[:-_HASH]
    return before + hashlib.sha256(before).hexdigest().encode("ascii")


def is_whole(content: bytes) -> bool:
    """Whether a task's file holds what was written into it, to the last byte."""
    return len(content) > _HASH and hashlib.sha256(content[:-_HASH]).hexdigest().encode("ascii") == content[-_HASH:]


def decoded(content: bytes, tables: tuple[str, ...] = TABLES) -> Recorded:
    """What the bytes of a task's file say, of the tables those asked for; raises ResultsError where they are not whole."""
    import pandas as pd

    from sim.analysis.tables import Tables

    if not is_whole(content):
        raise ResultsError("is not what was written: it was cut or changed")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            head = json.loads(archive.read(HEAD))
            if head["reason"] is not None:
                return Recorded(head, None)
            frames = {table: _frame(archive.read(_member(table))) for table in tables}
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, pa.ArrowException) as reason:
        raise ResultsError(f"cannot be read: {printable(reason, 300)}") from reason
    nothing = pd.DataFrame()
    return Recorded(head, Tables(**{table: frames.get(table, nothing) for table in TABLES}))


def _member(table: str) -> str:
    return f"{table}.arrow"


def _arrow(columns: Columns) -> bytes:
    """The bytes of an Arrow file: written and read in a fraction of the time of Parquet, and here no larger."""
    table, stream = to_arrow(columns), io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
    with pa.ipc.new_file(stream, table.schema, options=options) as file:
        file.write_table(table)
    return stream.getvalue()


def _frame(content: bytes) -> pd.DataFrame:
    from sim.analysis.frames import from_arrow

    with pa.ipc.open_file(pa.BufferReader(content), options=pa.ipc.IpcReadOptions(use_threads=False)) as file:
        return from_arrow(file.read_all())
