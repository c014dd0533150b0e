"""Rows of a table with their lines: header, number of fields, and single fields that hold what their column allows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.hints import one_of
from sim.world.strict.noted import WHOLE, Noted

MAX_ROWS = 200_000
_LONGEST = 2_000  # characters of a field
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,4})?")
_RECALLED = re.compile(r"\brecalled\b", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One line of a table: its number, and the fields by column."""

    file: str
    line: int
    fields: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]


def rows(text: str, file: str, header: Sequence[str], noted: Noted) -> Iterator[Row]:
    """The rows of a table with exactly these columns in this order; lines that are none are noted and left out."""
    lines = text.splitlines()
    found = _fields(lines[0], file, 1, noted)
    if found is None or not _right_header(found, file, header, noted):
        return
    if len(lines) > MAX_ROWS:
        noted.add(file, MAX_ROWS, WHOLE, f"has {len(lines):,} lines; at most {MAX_ROWS:,} are read.")
        return
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        fields = _fields(line, file, number, noted)
        if fields is None:
            pass
        elif len(fields) != len(header):
            hint = " A field that holds a comma needs quotes." if len(fields) > len(header) else ""
            noted.add(file, number, WHOLE, f"has {len(fields)} fields; a row has {len(header)}: {', '.join(header)}.{hint}")
        else:
            row = Row(file, number, dict(zip(header, fields, strict=True)))
            if _plain(row, noted):
                yield row
        if noted.full(file):
            return


def _fields(line: str, file: str, number: int, noted: Noted) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True))
    except (csv.Error, StopIteration):
        noted.add(file, number, WHOLE, "has quotes that are not closed, or text after closing ones.")
        return None


def _right_header(found: Sequence[str], file: str, header: Sequence[str], noted: Noted) -> bool:
    if list(found) == list(header):
        return True
    unknown = [name for name in found if name not in header]
    missing = [name for name in header if name not in found]
    if unknown:
        noted.add(file, 1, "header", f"there is no such column. {one_of(unknown[0], missing or header)}", unknown[0])
    elif missing:
        noted.add(file, 1, "header", f"lacks {', '.join(missing)}; the columns are {','.join(header)}.")
    else:
        noted.add(file, 1, "header", f"the columns must be, in this order: {','.join(header)}.", ",".join(found))
    return False


def _plain(row: Row, noted: Noted) -> bool:
    """Whether every field is one short text without spaces round it."""
    for column, field in row.fields.items():
        if len(field) > _LONGEST:
            noted.add(row.file, row.line, column, f"is longer than {_LONGEST:,} characters.", field)
            return False
        if field != field.strip():
            noted.add(row.file, row.line, column, "has spaces before or after it; take them away.", f'"{field}"')
            return False
    return True


def number(row: Row, column: str, low: float, high: float, noted: Noted) -> float | None:
    """The number in a column, within its range; None and a fault where it is none."""
    text = row[column]
    if not _NUMBER.fullmatch(text):
        noted.add(row.file, row.line, column, f"must be a number from {low:g} to {high:g}, as 1234.5 is.{_why(text)}", text)
        return None
    value = float(text)
    if not low <= value <= high:
        noted.add(row.file, row.line, column, f"must lie from {low:g} to {high:g}.", text)
        return None
    return value


def _why(text: str) -> str:
    if not text:
        return " Leave out a row that has no value."
    if "," in text:
        return " Write it without separators of thousands."
    return " Give shares as 0.12." if text.endswith("%") else ""


def whole(row: Row, column: str, low: int, high: int, noted: Noted) -> int | None:
    """The whole number in a column, within its range; None and a fault where it is none."""
    text = row[column]
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and low <= int(text) <= high):
        noted.add(row.file, row.line, column, f"must be a whole number from {low} to {high}.", text)
        return None
    return int(text)


def source(row: Row, noted: Noted) -> None:
    """Note a row without a source, or with one that nobody can look up."""
    if not row["source"]:
        noted.add(row.file, row.line, "source", "is empty; every row says where it comes from.")
    elif _RECALLED.search(row["source"]):
        noted.add(
            row.file, row.line, "source", "is a figure that was recalled, not looked up: give its source.", row["source"]
        )
