"""Results folders changed at random: nothing that was changed is read, and nothing but the package's own words come out."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.analysis.comparison import compare_results
from sim.analysis.record import sealed
from sim.analysis.results import open_results, verify
from sim.errors import FactorFlowError
from sim.pages.plots import convergence
from tests.results.synthetic import future

TABLES = ("series.parquet", "flows.parquet", "accounts.parquet")
NOT_HASHED = ("versions", "data", "started", "finished", "seconds")
STRANGE: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        3,
        10**9,
        10**30,
        2**63,
        -(2**31),
        1.5,
        1e308,
        "",
        "..",
        "../../elsewhere/x",
        "/etc/passwd",
    ),
    *("\x1b[31mred", "\u202eabc", "\udce9", "\x00", "a" * 20_000, "2014", "done", "中文", [], {}, [[]], [[[[[[[[1]]]]]]]]),
    *({"from": 1}, {"rows": 1}, [None], list(range(50)), {"": ""}, {"../x": {"rows": 0, "sha256": "0" * 64}}),
)
TEXTS = (
    b"NaN",
    b"Infinity",
    b"-1e999",
    b'"\\ud800"',
    b"[" * 3_000,
    b"\xff\xfe",
    b"1" * 6_000,
    b"{",
    b"}",
    b"\x00",
    b",",
    b'"',
)

Change = Callable[[random.Random, Path], None]


def bytes_flipped(luck: random.Random, path: Path) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(luck.choice((1, 1, 1, 2, 8, 64))):
        content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    path.write_bytes(content)


def cut_or_grown(luck: random.Random, path: Path) -> None:
    content = path.read_bytes()
    at = luck.randrange(len(content))
    rest = luck.choice((b"", content[at:] + content[:at], content[luck.randrange(len(content)) :], luck.randbytes(50)))
    path.write_bytes(content[:at] + rest)


def text_put_in(luck: random.Random, path: Path) -> None:
    content = path.read_bytes()
    at = luck.randrange(len(content))
    path.write_bytes(content[:at] + luck.choice(TEXTS) + content[at + luck.randrange(4) :])


def everywhere(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every place of a tree: what holds it, and its key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        found.append((value, key))
        everywhere(part, found)
    return found


def value_swapped(luck: random.Random, path: Path) -> None:
    """A value replaced, removed, renamed or swapped with another one of the manifest."""
    told = json.loads(path.read_text(encoding="utf-8"))
    places = everywhere(told, [])
    holder, key = luck.choice(places)
    match luck.randrange(5):
        case 0 | 1:
            holder[key] = luck.choice(STRANGE)
        case 2:
            other, place = luck.choice(places)
            holder[key] = json.loads(json.dumps(other[place]))
        case 3:
            del holder[key]
        case _ if isinstance(holder, dict):
            holder[luck.choice(("x", "", "\x1b", key.upper(), key + " ", "a" * 1_000))] = holder.pop(key)
        case _:
            holder.append(luck.choice(STRANGE))
    path.write_text(json.dumps(told), encoding="utf-8")


def table_changed(luck: random.Random, path: Path) -> None:
    """A table written anew: columns dropped, renamed or of another type; rows dropped, given twice or wrong."""
    table = pq.read_table(path)
    frame, names = table.to_pandas(), table.column_names
    name, value = luck.choice(names), names[-1]
    row = luck.randrange(len(frame))
    match luck.randrange(9):
        case 0:
            frame = frame.drop(columns=name)
        case 1:
            frame = frame.rename(columns={name: luck.choice((*names, "x", "\x1b", ""))})
        case 2:
            frame[name] = frame[name].astype(str) if luck.random() < 0.5 else pd.Series([[1]] * len(frame))
        case 3:
            frame = pd.concat([frame, frame.iloc[[row]]])
        case 4:
            frame = frame.iloc[: luck.randrange(len(frame))] if luck.random() < 0.5 else frame.drop(index=row)
        case 5:
            frame.loc[row, value] = luck.choice((np.nan, np.inf, -np.inf, 1e308, -1.0, 0.0))
        case 6:
            number = luck.choice(("replicate", "year"))
            frame[number] = frame[number].astype(np.int32)
            frame.loc[row, number] = np.int32(luck.choice((-1, 0, 3, 2013, 2017, 10_000, 2**31 - 1)))
        case 7:
            words = [word for word in names if frame[word].dtype == "category"]
            word = luck.choice(words)
            new = luck.choice(("planet", "", "\x1b[31m", "a" * 1_000, "world", "zhejiang", None))
            frame[word] = frame[word].astype(object)
            frame.loc[row, word] = new
            frame[word] = frame[word].astype("category")
        case _:
            frame = frame.sample(frac=1, random_state=luck.randrange(1000))
    if len(set(frame.columns)) < len(frame.columns):
        new = pa.table([pa.array(frame.iloc[:, number]) for number in range(frame.shape[1])], names=list(frame.columns))
    else:
        new = pa.Table.from_pandas(frame, preserve_index=False)
    fields = []
    for field in new.schema:  # as the package writes them, where that is still possible
        field = field.with_type(pa.dictionary(pa.int32(), pa.string())) if pa.types.is_dictionary(field.type) else field
        fields.append(field)
    pq.write_table(new.cast(pa.schema(fields)), path)


def rehashed(folder: Path, rows: bool = True) -> None:
    """Make the hashes (and numbers of rows) of a folder agree with its files again, as a careful stranger would."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    for name in TABLES:
        told["files"][name]["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if rows:
            told["files"][name]["rows"] = pq.read_metadata(folder / name).num_rows
    path.write_text(sealed(told, folder, told["record"]), encoding="utf-8")


def reading(folder: Path, beside: Path) -> str | None:
    """What the package says of a folder that is compared and drawn; None where it takes it."""
    try:
        one, other = open_results(folder), open_results(beside)
        verify(one)
        comparison = compare_results([other, one])
        assert comparison.paragraph and comparison.to_json()
        convergence.figure([one, other])
    except FactorFlowError as answer:
        text = str(answer)
        assert text and len(text) < 5_000 and "\x1b" not in text and text.replace("\n", "").isprintable(), text
        return text
    return None


def hashed_content(folder: Path) -> Any:
    """What may not change unseen: the files and the hashed part of the manifest, however its JSON is laid out."""
    files = [(folder / name).read_bytes() for name in (*TABLES, "summary.csv")]
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return files, {word: value for word, value in told.items() if word not in NOT_HASHED}


def restored(whole: Path, folder: Path) -> None:
    for file in whole.iterdir():
        shutil.copyfile(file, folder / file.name)


def trials(whole: Path, folder: Path, beside: Path, count: int, luck: random.Random) -> Iterator[tuple[str, str]]:
    """A kind of change and what became of it, `count` times; fails where a change that was not rehashed is taken."""
    before = hashed_content(whole)
    on_tables: list[Change] = [bytes_flipped, cut_or_grown, text_put_in, table_changed]
    on_manifest: list[Change] = [bytes_flipped, cut_or_grown, text_put_in, value_swapped]
    for _ in range(count):
        restored(whole, folder)
        manifest, agreed = luck.random() < 0.5, luck.random() < 0.5
        if manifest:
            change = luck.choice(on_manifest) if not agreed else value_swapped
            change(luck, folder / "manifest.json")
        else:
            change = luck.choice(on_tables) if not agreed else table_changed
            change(luck, folder / luck.choice((*TABLES, "summary.csv") if change is not table_changed else TABLES))
        if agreed:
            try:
                rehashed(folder)
            except (TypeError, AttributeError, KeyError, ValueError, IndexError, OSError, pa.ArrowException):
                agreed = False  # nothing is left to be rehashed
        answer = reading(folder, beside)
        what = f"{'manifest' if manifest else 'table'}, {change.__name__}{', rehashed' if agreed else ''}"
        if answer is None and not agreed:
            assert hashed_content(folder) == before, f"taken although changed: {what}"
        yield what, "taken" if answer is None else "refused"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A whole folder, a place for its changed copies, and another whole folder to compare those with."""
    whole = future(tmp_path / "whole", lambda r, y: -0.05, replicates=(0, 1, 2), quzhou=100.0).path
    beside = future(tmp_path / "beside", replicates=(0, 1, 2)).path
    folder = tmp_path / "folder"
    folder.mkdir()
    restored(whole, folder)
    assert reading(folder, beside) is None
    return whole, folder, beside


@pytest.mark.parametrize("number", [-1.0, 0.0, 1e-320, 1e29, -1e29, 1.7e308])
@pytest.mark.parametrize("measure", ["urban_rural_ratio", "income_per_head", "population"])
def test_numbers_of_the_right_type_that_no_run_records(folders: tuple[Path, Path, Path], measure: str, number: float) -> None:
    """A careful stranger's numbers are taken or refused in the package's own words, whichever side they stand on."""
    whole, folder, beside = folders
    table = pq.read_table(whole / "series.parquet")
    frame = table.to_pandas()
    frame.loc[frame["measure"] == measure, "value"] = number
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False).cast(table.schema), folder / "series.parquet")
    rehashed(folder)
    answers = reading(folder, beside), reading(beside, folder)
    if abs(number) > 1e30:
        assert all(answer is not None and "not finite or beyond 1e+30" in answer for answer in answers)


def test_folders_without_a_measure_in_common_are_not_compared(folders: tuple[Path, Path, Path]) -> None:
    whole, folder, beside = folders
    table = pq.read_table(whole / "series.parquet")
    frame = table.to_pandas()
    frame = frame[(frame["measure"] == "urban_rural_ratio") & (frame["scope"] == "world")]
    frame["measure"] = pd.Categorical(["max_min_ratio"] * len(frame))
    frame["scope"] = pd.Categorical(["kind"] * len(frame))
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False).cast(table.schema), folder / "series.parquet")
    rehashed(folder)
    answer = reading(folder, beside)
    assert answer is not None and "have no measure of a place and year in common" in answer


@pytest.mark.parametrize("seed", range(4))
def test_what_was_changed_is_never_read(folders: tuple[Path, Path, Path], seed: int) -> None:
    counted = Counter(outcome for _, outcome in trials(*folders, 75, random.Random(seed)))
    assert counted["refused"] > 40


@pytest.mark.slow
def test_twenty_thousand_changed_folders(folders: tuple[Path, Path, Path]) -> None:
    counted = Counter(trials(*folders, 20_000, random.Random(9)))
    for (what, outcome), times in sorted(counted.items()):
        print(f"{times:6d}  {outcome:8s} {what}")
    assert sum(counted.values()) == 20_000
