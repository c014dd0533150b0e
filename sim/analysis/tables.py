"""The tables of a results folder: their columns and types, how they are written, and what is checked when they are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from sim.analysis.columns import TABLES
from sim.analysis.frames import names_and_numbers, stacked, words
from sim.analysis.manifest import most_bytes
from sim.errors import ResultsError, first_unseen, listed, printable
from sim.words import in_order

SCOPES = ("world", "region", "cell", "kind", "policy")
FLOW_UNITS = {"labour": "persons", "capital": "yuan of 2014", "land": "km2"}

# Column order is also the sort order: the same data give the same bytes whoever computed them first.
KEYS = {
    "series": ("replicate", "year", "scope", "place", "measure"),
    "flows": ("replicate", "year", "factor", "event", "origin", "destination"),
    "accounts": ("replicate", "year", "identity"),
}
_VALUE = {"series": "value", "flows": "value", "accounts": "residual"}
_WHOLE_NUMBERS = ("replicate", "year")
_LARGEST = 1e30  # all the world owns is about 1e16 yuan: nothing that was measured is beyond it
_WIDE = 1 << 20  # a span of replicates or years beyond which they are counted instead
_ROWS_OF_A_PART = 1_000_000  # of a file, which is compressed and read by itself
_MOST_WORDS, _LONGEST_WORD = 1_000_000, 500


@dataclass
class Tables:
    """What a run recorded, in long form.

    series: replicate, year, scope, place, measure, value (unit of the measure); flows: replicate, year, factor, event,
    origin, destination, value (persons, yuan of 2014 or km2); accounts: replicate, year, identity, residual (relative).
    """

    series: pd.DataFrame
    flows: pd.DataFrame
    accounts: pd.DataFrame


def joined(parts: Sequence[Tables]) -> Tables:
    """The tables of several replicates one under the other, their words in alphabetical order."""
    return Tables(**{table: stacked([getattr(part, table) for part in parts]) for table in TABLES})


def file_of(table: str) -> str:
    """Name of the file that holds a table."""
    return f"{table}.parquet"


def arranged(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Fixed columns, types and order of rows; refuses what could not be read back in one meaning."""
    keys, value = list(KEYS[table]), _VALUE[table]
    if set(frame.columns) != {*keys, value}:
        raise ResultsError(f"table {table} has columns {listed(frame.columns)}; needed are {listed([*keys, value])}.")
    columns: dict[str, Any] = {}
    place = np.zeros(len(frame), dtype=np.int64)  # of a row among all there could be, in the order of the keys
    for key in keys:
        if key in _WHOLE_NUMBERS:
            columns[key] = numbers = frame[key].to_numpy(dtype=np.int32)
            if numbers.size and int(numbers.max()) - int(numbers.min()) >= _WIDE:
                numbers = np.unique(numbers, return_inverse=True)[1]  # else their places might be too many to count
        else:
            names, numbers = names_and_numbers(frame[key])
            if (numbers < 0).any():
                raise ResultsError(f"table {table}: {int((numbers < 0).sum())} rows have no {key}.")
            columns[key] = names, numbers = in_order(names, numbers)
        least, most = int(numbers.min(initial=0)), int(numbers.max(initial=0))
        place = place * (most - least + 1) + (numbers - least)
    if table == "series" and not set(columns["scope"][0]) <= set(SCOPES):
        raise ResultsError(f"table series has scopes {listed(columns['scope'][0])}; known are {listed(SCOPES)}.")
    order = np.argsort(place, kind="stable")
    place = place[order]
    ordered = pd.DataFrame(
        {
            key: words(column[0], column[1][order]) if isinstance(column, tuple) else column[order]
            for key, column in columns.items()
        }
        | {value: frame[value].to_numpy(dtype=np.float64)[order]}
    )
    numbers = ordered[value].to_numpy()
    for wrong, what in (
        (~np.isfinite(numbers), "is not a finite number"),
        (np.abs(numbers) > _LARGEST, f"is beyond {_LARGEST:g}"),
        (np.append(False, place[1:] == place[:-1])[: place.size], "is given twice"),
    ):
        if wrong.any():
            row = ordered[wrong].iloc[0]
            where = ", ".join(f"{key} {row[key]}" for key in keys)
            raise ResultsError(f"table {table}: {value} {what} at {where} ({int(wrong.sum())} such rows).")
    return ordered


@contextmanager
def table_writer(path: Path, table: str, units: Mapping[str, str]) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Write arranged parts of a table, one after the other, with the units of its measures.

    The same parts always give the same bytes.
    """
    metadata = {"units": json.dumps(dict(units), sort_keys=True, ensure_ascii=False)}
    schema = pa.schema(_schema(table), metadata=metadata)
    with path.open("wb") as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:  # not by name: UTF-8

        def write(frame: pd.DataFrame) -> None:
            arrays = [pa.array(frame[field.name]).cast(field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=_ROWS_OF_A_PART)

        yield write


def read_table(folder: Path, table: str, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """A table of a results folder, checked against its manifest; raises ResultsError naming what is wrong.

    Checked are hash, columns, types, rows, replicates, years, words, that numbers are finite and none beyond 1e30, and that
    no row is given twice.
    """
    with _reading(folder, table, manifest) as file:
        columns = file.read(use_threads=False).unify_dictionaries()
        wrong = _wrong_words_at_all(columns, table, manifest)
        frame: pd.DataFrame | None = None if wrong else columns.to_pandas(ignore_metadata=True)
        if frame is not None:
            wrong = _wrong_rows(frame, table, manifest) or _lacking([frame], table, manifest) or _twice(frame, table)
        if frame is None or wrong:
            raise _Wrong(wrong)
        return frame


def read_measures(folder: Path, manifest: Mapping[str, Any], measures: Collection[str]) -> pd.DataFrame | None:
    """The rows of `series` with one of some measures, the table checked as by `read_table` but held a part at a time.

    None where only the whole table can tell whether a row is given twice: where rows do not rise from part to part.
    """
    kept, ends, before = list[pd.DataFrame](), list[pd.DataFrame](), None
    with _reading(folder, "series", manifest) as file:
        for number in range(file.num_row_groups):
            columns = file.read_row_group(number, use_threads=False).unify_dictionaries()
            wrong = _wrong_words_at_all(columns, "series", manifest)
            part = None if wrong else columns.to_pandas(ignore_metadata=True)
            if part is not None:
                wrong = _wrong_rows(part, "series", manifest) or _twice(part, "series")
            if part is None or wrong:
                raise _Wrong(wrong)
            if part.empty:
                continue
            first, last = (tuple(part.iloc[row][list(KEYS["series"])]) for row in (0, -1))
            if (before is not None and first <= before) or not _rising(part, KEYS["series"]):
                return None
            before = last
            ends.append(part[["replicate", "year"]].drop_duplicates())
            rows = part[part["measure"].isin(list(measures))]
            kept.append(rows.astype({word: str for word in ("scope", "place", "measure")}))
        wrong = _lacking(ends, "series", manifest)
        if wrong:
            raise _Wrong(wrong)
    whole = pd.concat(kept, ignore_index=True) if kept else None
    return None if whole is None else whole.astype({word: "category" for word in ("scope", "place", "measure")})


class _Wrong(Exception):
    """What is wrong with a table, in words that follow its name."""


@contextmanager
def _reading(folder: Path, table: str, manifest: Mapping[str, Any]) -> Iterator[pq.ParquetFile]:
    """The file of a table, whose hash, columns and number of rows are right; what goes wrong becomes a ResultsError."""
    path, entry = folder / file_of(table), manifest["files"][file_of(table)]
    try:
        with path.open("rb") as stream:
            content = stream.read(most_bytes(entry["rows"]) + 1)  # read once, so that what is checked is what is used
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise ResultsError(f"{path} differs from what was written. Run the scenario again.")
        schema, metadata = pq.read_schema(pa.BufferReader(content)), pq.read_metadata(pa.BufferReader(content))
        wrong = _wrong_file(schema, metadata, table, entry)
        if wrong:
            raise _Wrong(wrong)
        yield pq.ParquetFile(pa.BufferReader(content))
    except _Wrong as reason:
        raise ResultsError(f"{path} {reason}. Run the scenario again.") from None
    except (pa.ArrowException, OSError, ValueError, OverflowError) as reason:
        raise ResultsError(f"{path} cannot be read: {printable(reason, 300)}") from reason
    except MemoryError as reason:
        raise ResultsError(f"{path} has {entry['rows']:,} rows, for which there is not enough memory.") from reason


def _wrong_words_at_all(columns: Any, table: str, manifest: Mapping[str, Any]) -> str | None:
    columns.validate(full=True)  # words may be out of reach of their numbers, or not be UTF-8
    return _wrong_words(columns, table, manifest)


def _schema(table: str) -> list[tuple[str, Any]]:
    words = pa.dictionary(pa.int32(), pa.string())
    return [*((key, pa.int32() if key in _WHOLE_NUMBERS else words) for key in KEYS[table]), (_VALUE[table], pa.float64())]


def _wrong_file(schema: Any, metadata: Any, table: str, entry: Mapping[str, Any]) -> str | None:
    """Why columns, types or number of rows are not those of the table."""
    needed = _schema(table)
    names = [name for name, _ in needed]
    if list(schema.names) != names:
        return f"has columns {listed(schema.names)}; needed are {listed(names)}"
    for name, kind in needed:
        if schema.field(name).type != kind:
            return f"holds {printable(schema.field(name).type, 60)} in the column {name}; needed is {kind}"
    if metadata.num_rows != entry["rows"]:
        return f"has {metadata.num_rows} rows, the manifest says {entry['rows']}"
    return None


def _wrong_words(columns: Any, table: str, manifest: Mapping[str, Any]) -> str | None:
    """Why the words of the table are not those a table may hold."""
    allowed = {"scope": SCOPES, "measure": manifest["units"], "factor": FLOW_UNITS}
    for name in columns.column_names:
        column = columns.column(name)
        if column.null_count:
            return f"lacks {column.null_count} values in the column {name}"
        if name in _WHOLE_NUMBERS or name == _VALUE[table] or not len(column):
            continue
        words = column.chunk(0).dictionary
        if words.null_count or len(words) > _MOST_WORDS or len(words.unique()) < len(words):
            return f"has words in the column {name} that are missing, given twice or more than {_MOST_WORDS}"
        for word in words.to_pylist():
            if not word or len(word) > _LONGEST_WORD or first_unseen(word):
                return f'names "{printable(word, 60)}" in the column {name}, which is no name one can read'
        unknown = [word for word in words.to_pylist() if word not in allowed[name]] if name in allowed else []
        if unknown:
            return f"names {listed(unknown, 3)} in the column {name}; known are {listed(allowed[name])}"
    return None


def _wrong_rows(frame: pd.DataFrame, table: str, manifest: Mapping[str, Any]) -> str | None:
    """Why the rows are not those of a run with these replicates and years."""
    value, first, last = _VALUE[table], manifest["years"]["from"], manifest["years"]["to"]
    replicates = {row["replicate"] for row in manifest["replicates"]}
    bad = ~(np.abs(frame[value].to_numpy()) <= _LARGEST)
    if bad.any():
        return f"holds {int(bad.sum())} numbers in the column {value} that are not finite or beyond {_LARGEST:g}"
    unknown = sorted(set(frame["replicate"].unique().tolist()) - replicates)
    if unknown:
        return f"holds the replicates {listed(unknown, 3)}, which the manifest does not name"
    years = frame["year"].unique()
    outside = sorted(int(year) for year in years if not first <= year <= last)
    if outside:
        return f"holds the years {listed(outside, 3)}; the manifest says {first} to {last}"
    return None


def _lacking(parts: Sequence[pd.DataFrame], table: str, manifest: Mapping[str, Any]) -> str | None:
    """Whether finished replicates lack a year, of parts with their columns replicate and year."""
    first, last = manifest["years"]["from"], manifest["years"]["to"]
    done = [row["replicate"] for row in manifest["replicates"] if row["status"] == "done"]
    held = [part["replicate"].to_numpy().astype(np.int64) * 10_000 + part["year"].to_numpy() for part in parts]
    found = pd.unique(np.concatenate(held)) if held else np.empty(0, dtype=np.int64)
    if table == "series" and np.isin(found // 10_000, done).sum() != len(done) * (last - first + 1):
        return "lacks some years of replicates that were finished"
    return None


def _twice(frame: pd.DataFrame, table: str) -> str | None:
    return None if _rising(frame, KEYS[table]) or not frame.duplicated(list(KEYS[table])).any() else "gives a row twice"


def _rising(frame: pd.DataFrame, keys: tuple[str, ...]) -> bool:
    """Whether every row comes after the one before, as they are written; then none is given twice."""
    undecided = np.ones(max(len(frame) - 1, 0), dtype=bool)
    for key in keys:
        column = frame[key]
        numbers = column.to_numpy() if key in _WHOLE_NUMBERS else column.cat.codes.to_numpy()
        steps = np.diff(numbers.astype(np.int64))
        if (steps[undecided] < 0).any():
            return False
        undecided &= steps == 0
    return not undecided.any()
