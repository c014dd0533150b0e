"""A results folder is a stranger's file: every wrong word of it is named, at once, and nothing is drawn or written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sim.analysis.comparison import compare_results
from sim.analysis.results import open_results, verify
from sim.cli import main
from sim.errors import ResultsError
from tests.results.synthetic import future
from tests.results.test_corruption import rehashed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return future(tmp_path / "a", replicates=(0, 1)).path


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told), encoding="utf-8")


def put(*where: Any) -> Callable[[dict[str, Any]], None]:
    """Put the last of the words at the path of the others."""

    def change(told: Any) -> None:
        for step in where[:-2]:
            told = told[step]
        told[where[-2]] = where[-1]

    return change


def test_a_small_file_of_very_many_rows_is_refused_unread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million equal rows are a few thousand bytes: they would be unpacked before anything of them could be checked."""
    table = pq.read_table(folder / "accounts.parquet")
    many = table.take(np.zeros(1_000_000, dtype=np.int64))
    pq.write_table(many, folder / "accounts.parquet", compression="zstd")
    assert (folder / "accounts.parquet").stat().st_size < 100_000
    rehashed(folder)
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(ResultsError, match=r"accounts.parquet.rows = 1000000 must be 6000 or less"):
        verify(open_results(folder))


def test_a_table_too_large_for_the_memory_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pq.ParquetFile, "read", full)
    with pytest.raises(ResultsError, match=r"series.parquet has 94 rows, for which there is not enough memory"):
        verify(open_results(folder))


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (put("replicates", 3), r"replicates = 3 must be a list"),
        (put("replicates", 0, "status", "maybe"), r"replicates.0.status = \"maybe\" must be 'done' or 'failed'"),
        (put("replicates", 1, "replicate", 0), "replicates must each have a number of their own"),
        (put("years", "to", 10**9), "years.to = 1000000000 must be 9999 or less"),
        (put("years", "to", 9_000), "at most"),
        (put("years", "from", "2014"), r"years.from = \"2014\" must be a whole number"),
        (put("years", [2014, 2016]), "years = a list of 2 must be a mapping"),
        (put("units", None), "units = null must be a mapping"),
        (put("name", "../../elsewhere/x"), "name = .* must be a plain file name: it must not lead to another folder"),
        (put("name", "/tmp/x"), "name = .*plain file name"),
        (put("name", "a" * 300), "name = .*longer than 255 bytes"),
        (put("title", "\x1b[31mred"), r"title = .* must be text one can see; it holds \\x1b"),
        (put("title", "\u202ered"), r"title = .*holds \\u202e"),
        (put("groups", {"\x9b31m": []}), r"groups.\\x9b31m.* must be text one can see"),
        (put("policies", [{"name": "a\x7f", "instrument": "b", "from": 2014}]), r"policies.0.name = .*holds \\x7f"),
        (put("files", "../../x", {"rows": 0, "sha256": "0" * 64}), "files"),
        (
            put("files", "series.parquet", "rows", 10**12),
            "series.parquet.rows = 1000000000000 must be 1000000000 or",
        ),
        (
            put("files", "accounts.parquet", "rows", 6_001),
            "accounts.parquet.rows = 6001 must be 6000 or less, 1,000 a year of each replicate",
        ),
        (put("scenario", "run", "continuum", 1), "scenario.run.continuum = 1 must be true or false"),
        (put("later", {"word": "\x07"}), r"later.word holds \\x07"),
        (put("title", "Other"), "manifest.json differs from what was written"),
    ],
)
def test_a_wrong_word_of_the_manifest_is_named(folder: Path, change: Callable[[Any], None], answer: str) -> None:
    rewritten(folder, change)
    with pytest.raises(ResultsError, match=answer) as raised:
        verify(open_results(folder))
    assert "manifest.json" in str(raised.value) and str(raised.value).count("\n") == 0 and len(str(raised.value)) < 600


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 100_000, '{"format": 1, "seed": ' + "9" * 100_000 + "}", '{"a": NaN}']
)
def test_a_manifest_that_no_reader_should_follow_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ResultsError, match="manifest.json cannot be read"):
        open_results(folder)


def test_a_manifest_of_a_gigabyte_is_not_read(folder: Path) -> None:
    with (folder / "manifest.json").open("r+b") as stream:
        stream.truncate(2**30)
    with pytest.raises(ResultsError, match="manifest.json is larger than 16 MiB"):
        open_results(folder)


def test_a_table_too_long_for_its_rows_is_not_read(folder: Path) -> None:
    with (folder / "flows.parquet").open("r+b") as stream:
        stream.truncate(2**40)
    with pytest.raises(ResultsError, match="flows.parquet is too large for the 2 rows"):
        open_results(folder)


@pytest.mark.parametrize("agreed", [False, True])
def test_doubled_numbers_are_neither_drawn_nor_compared(folder: Path, agreed: bool) -> None:
    """Rehashed by a stranger who leaves the manifest's own hash, and not rehashed at all."""
    table = pq.read_table(folder / "series.parquet")
    at = table.schema.get_field_index("value")
    doubled = table.set_column(at, table.schema.field("value"), pc.multiply(table["value"], 2.0))
    own = json.loads((folder / "manifest.json").read_text())["manifest_sha256"]
    pq.write_table(doubled, folder / "series.parquet")
    if agreed:
        rehashed(folder)
        rewritten(folder, put("manifest_sha256", own))
    file = "manifest.json" if agreed else "series.parquet"
    for words in (["plot", str(folder), "convergence"], ["compare", str(folder), str(folder) + "/"]):
        told = CliRunner().invoke(main, words)
        assert told.exit_code == 2 and f"{file} differs from what was written" in told.stderr and told.stdout == ""
    assert not (folder.parent / "figures").exists()


def dropped(table: Any) -> Any:
    return table.drop_columns(["place"])


def renamed(table: Any) -> Any:
    return table.rename_columns(["replicate", "year", "scope", "place", "measures", "value"])


def twice(table: Any) -> Any:
    return table.take([0, *range(len(table))])


def later(table: Any) -> Any:
    return table.set_column(1, table.schema.field("year"), pc.add(table["year"], 5).cast("int32"))


def shorter(table: Any) -> Any:
    return table.slice(0, 5)


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (dropped, "has columns replicate, year, scope, measure, value; needed are"),
        (renamed, "has columns .*measures"),
        (twice, "gives a row twice"),
        (later, "holds the years 2019, 2020, 2021; the manifest says 2014 to 2016"),
        (shorter, "lacks some years of replicates that were finished"),
    ],
)
def test_a_table_that_is_no_table_is_named_even_if_its_hash_is_right(
    folder: Path, change: Callable[[Any], Any], answer: str
) -> None:
    pq.write_table(change(pq.read_table(folder / "series.parquet")), folder / "series.parquet")
    rehashed(folder)
    with pytest.raises(ResultsError, match=f"series.parquet {answer}"):
        _ = open_results(folder).series


def test_folders_of_the_first_version_without_a_hash_of_the_manifest_are_read(folder: Path) -> None:
    def older(told: dict[str, Any]) -> None:
        del told["manifest_sha256"], told["record"], told["record_sha256"]
        told["versions"] = {"factorflow": "0.1.0"}

    rewritten(folder, older)
    verify(open_results(folder))
    rewritten(folder, put("versions", "factorflow", "0.2.0"))
    with pytest.raises(ResultsError, match=r"manifest.json differs from what was written"):
        verify(open_results(folder))


@pytest.mark.parametrize(
    ("versions", "answer"),
    [
        ({"source": "0" * 16}, "computed by different source of the program (0000000000000000 and aa)"),
        ({"numpy": "3.0", "python": "3.12"}, "with different versions of numpy 3.0 and 2.0, python 3.12 and unknown"),
        ({"factorflow": "0.1.0", "source": "b"}, "was run with factorflow 0.1.0"),
    ],
)
def test_a_note_says_where_two_results_were_computed_by_different_versions(
    tmp_path: Path, versions: dict[str, str], answer: str
) -> None:
    same = {"factorflow": "0.2.0", "source": "aa", "numpy": "2.0"}
    one = future(tmp_path / "one", replicates=range(20), versions=same)
    other = future(tmp_path / "other", replicates=range(20), versions=same)
    assert compare_results([one, other]).notes == ()
    rewritten(other.path, lambda told: told["versions"].update(versions))
    (note,) = compare_results([one, open_results(other.path)]).notes
    assert answer in note
