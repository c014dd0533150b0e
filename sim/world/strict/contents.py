"""From a folder on disk to the bytes of its files, and from bytes to lines: nothing from outside, nothing without end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sim.data.folder import BOUNDARIES, ENTRY, TABLES, WIDE, belongs
from sim.errors import printable, unseen
from sim.hints import one_of
from sim.world.strict.noted import WHOLE, Noted

MAX_ENTRY, MAX_TABLE, MAX_MAP, MAX_ALL = 256 * 1024, 8 * 2**20, 8 * 2**20, 32 * 2**20
_MOST_FILES = 200
_TABLES = (ENTRY, *(f"{table}.csv" for table in (*WIDE, *TABLES)), BOUNDARIES)
_READ = (".csv", ".geojson", ".yaml", ".yml", ".json", ".tsv", ".xls", ".xlsx")  # endings that would be missed if left out


def most_bytes(file: str) -> int:
    """The most bytes a file of that name may have."""
    return MAX_ENTRY if file == ENTRY else MAX_MAP if file == BOUNDARIES else MAX_TABLE


def contents(path: Path, noted: Noted) -> dict[str, bytes]:
    """The files of a folder that make its world; cards (.md) and notes are left alone, other tables are refused."""
    try:
        if not path.is_dir():
            noted.add("", 1, "(whole folder)", "is a file, not a folder." if path.exists() else "there is no such folder.")
            return {}
        names = sorted(name for name in os.listdir(path) if not name.startswith("."))
    except (OSError, ValueError) as error:
        noted.add("", 1, "(whole folder)", f"cannot be opened: {getattr(error, 'strerror', None) or error}.")
        return {}
    if len(names) > _MOST_FILES:
        noted.add("", 1, "(whole folder)", f"holds {len(names):,} files; a world has at most {_MOST_FILES}.")
        return {}
    found: dict[str, bytes] = {}
    for name in names:
        if belongs(name):
            content = _content(path, name, noted)
            if content is not None:
                found[name] = content
        elif Path(name).suffix.lower() in _READ:
            noted.add(printable(name), 1, WHOLE, f"is no file of a world. {one_of(name, _TABLES)}")
    return found


def _content(folder: Path, name: str, noted: Noted) -> bytes | None:
    """The bytes of a file; None and a fault where it cannot be read, is no plain file or leads elsewhere."""
    path = folder / name
    try:
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
            noted.add(name, 1, WHOLE, "is a link that leads out of the folder; put the file itself here.")
            return None
        if not path.is_file():  # also keeps pipes and devices, which never end, from being opened
            noted.add(name, 1, WHOLE, "is not a plain file.")
            return None
        with path.open("rb") as stream:
            content = stream.read(most_bytes(name) + 1)
    except OSError as error:
        noted.add(name, 1, WHOLE, f"cannot be opened: {error.strerror}.")
        return None
    return content


def bounded(files: Mapping[str, bytes], noted: Noted) -> None:
    """Note files that are larger than any table of a world is."""
    for name, content in sorted(files.items()):
        if len(content) > most_bytes(name):
            noted.add(name, 1, WHOLE, f"is larger than {most_bytes(name) // 1024:,} KiB.")
    if sum(map(len, files.values())) > MAX_ALL:
        noted.add("", 1, "(whole folder)", f"its files are together larger than {MAX_ALL // 2**20} MiB.")


def text_of(files: Mapping[str, bytes], file: str, noted: Noted) -> str | None:
    """The text of a file, UTF-8 with or without a mark in front; None and a fault where it is none."""
    content = files[file]
    if len(content) > most_bytes(file):
        return None  # noted already
    if not content.strip():
        noted.add(file, 1, WHOLE, "is empty.")
        return None
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        noted.add(file, line, WHOLE, "holds a NUL byte. Save the file as UTF-8 text (a spreadsheet: CSV UTF-8).")
        return None
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        noted.add(file, line, WHOLE, f"is not UTF-8: byte {content[error.start]:#04x}. Save the file as CSV UTF-8.")
        return None
    if file != ENTRY and _invisible(text, file, noted):  # the reader of world.yaml looks for them itself
        return None
    return text


def _invisible(text: str, file: str, noted: Noted) -> bool:
    """Note characters nobody can see; with none of them left, lines are the same to every reader."""
    before = len(noted.faults)
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line.isprintable():
            continue
        wrong = sorted({one for one in line if unseen(one) and not (one == "\t" and file == BOUNDARIES)})
        for one in wrong[:1]:
            noted.add(file, number, WHOLE, f"holds the character U+{ord(one):04X}, which nobody can see.")
        if noted.full(file):
            break
    return len(noted.faults) > before
