"""The results folder: what is written is read back, whole or not at all, and changes are noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim.analysis.results as results_module
import sim.analysis.saving as module
import sim.analysis.tables as tables_module
from sim.analysis.pairing import median_and_band
from sim.analysis.results import open_results, verify
from sim.analysis.saving import free_folder, save_results
from sim.errors import ResultsError
from tests.results.synthetic import UNITS, future, manifest, series, tables


def no_effect(replicate: int, year: int) -> float:
    return 0.0


def test_values_come_back_by_year_and_replicate(tmp_path: Path) -> None:
    results = future(tmp_path / "baseline", replicates=(0, 1, 2))
    values = results.values("urban_rural_ratio")
    assert list(values.index) == [2014, 2015, 2016] and list(values.columns) == [0, 1, 2]
    assert values.loc[2015].tolist() == [2.0, 2.01, 2.02]
    assert results.values("income_per_head", "region", "Quzhou").loc[2016, 2] == 30_000.0
    assert (results.name, results.title, results.years) == ("baseline", "Baseline", (2014, 2015, 2016))
    assert results.flows["value"].tolist() == [1200.0] * 3
    assert results.accounts["residual"].max() == 1e-15


def test_a_measure_that_starts_later_has_no_row_for_the_first_year(tmp_path: Path) -> None:
    assert list(future(tmp_path / "b").values("beta_convergence").index) == [2015, 2016]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("urban_rural_ration",), 'Did you mean "urban_rural_ratio"'),
        (("urban_rural_ratio", "region", "Quzou"), 'Did you mean "Quzhou"'),
        (("urban_rural_ratio", "region"), "has 3 places; name one of Hangzhou, Ningbo, Quzhou"),
        (("urban_rural_ratio", "cell"), "Nothing is recorded there."),
    ],
)
def test_what_was_not_recorded_is_answered_with_the_nearest_name(tmp_path: Path, asked: tuple[str, ...], answer: str) -> None:
    with pytest.raises(ResultsError, match=answer):
        future(tmp_path / "b", replicates=(0,)).values(*asked)


def test_failed_replicates_are_not_read_even_if_they_left_rows(tmp_path: Path) -> None:
    told = manifest("b", (0, 1), failed=(2,))
    save_results(tmp_path / "b", tables(series((0, 1, 2), no_effect)), told)
    results = open_results(tmp_path / "b")
    assert results.replicates == (0, 1)
    assert set(results.series["replicate"]) == set(results.flows["replicate"]) == {0, 1}
    summary = pd.read_csv(tmp_path / "b" / "summary.csv")
    assert set(summary["replicates"]) == {2}


def test_a_run_of_which_nothing_was_finished_can_still_be_saved_and_opened(tmp_path: Path) -> None:
    nothing = tables(series((), no_effect))
    save_results(tmp_path / "b", nothing, manifest("b", (), failed=(0,)))
    results = open_results(tmp_path / "b")
    assert results.replicates == () and results.series.empty


def test_same_data_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    rows = series(range(5), no_effect)
    shuffled = rows.sample(frac=1, random_state=1)[list(reversed(rows.columns))].astype({"scope": "category"})
    first = save_results(tmp_path / "a", tables(rows), manifest("a", range(5)))
    second = save_results(tmp_path / "b", tables(shuffled), manifest("a", range(5)))
    files = sorted(file.name for file in first.iterdir())
    assert files == ["accounts.parquet", "flows.parquet", "manifest.json", "series.parquet", "summary.csv"]
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file


def test_columns_and_units_stand_in_the_file_itself(tmp_path: Path) -> None:
    future(tmp_path / "b", replicates=(0,))
    schema = pq.read_schema(tmp_path / "b" / "series.parquet")
    assert [(field.name, str(field.type)) for field in schema][:2] == [("replicate", "int32"), ("year", "int32")]
    assert str(schema.field("measure").type).startswith("dictionary<values=string, indices=int32")
    assert json.loads(schema.metadata[b"units"]) == UNITS
    flows = json.loads(pq.read_schema(tmp_path / "b" / "flows.parquet").metadata[b"units"])
    assert flows == {"labour": "persons", "capital": "yuan of 2014", "land": "km2"}


def test_summary_holds_first_and_last_year_with_median_and_band(tmp_path: Path) -> None:
    future(tmp_path / "b")  # ratio 2.00, 2.01, ..., 2.20
    summary = pd.read_csv(tmp_path / "b" / "summary.csv").set_index(["measure", "scope", "place", "year"]).sort_index()
    row = summary.loc[("urban_rural_ratio", "world", "zhejiang", 2016)]
    assert row[["median", "p05", "p95"]].tolist() == pytest.approx([2.1, 2.01, 2.19], abs=1e-12)
    assert (row["unit"], row["replicates"]) == ("ratio", 21)
    assert sorted(summary.loc[("beta_convergence", "world", "zhejiang")].index) == [2015, 2016]
    assert ("urban_rural_ratio", "region", "Quzhou") in summary.index.droplevel("year")
    assert ("income_per_head", "region") not in summary.index.droplevel(["place", "year"])


def test_median_and_band_leave_missing_values_out_and_say_how_many_counted() -> None:
    values = pd.DataFrame([[1.0, 2.0, 3.0, np.nan], [np.nan] * 4], index=[2014, 2015])
    band = median_and_band(values)
    assert list(band.index) == [2014]
    assert band.loc[2014].tolist() == pytest.approx([3, 2.0, 1.1, 2.9])


def test_an_existing_folder_is_never_overwritten(tmp_path: Path) -> None:
    future(tmp_path / "b", replicates=(0,))
    before = (tmp_path / "b" / "manifest.json").read_bytes()
    with pytest.raises(ResultsError, match="not overwritten. Name another folder with --out"):
        future(tmp_path / "b", replicates=(1,))
    assert (tmp_path / "b" / "manifest.json").read_bytes() == before
    assert free_folder(tmp_path / "b") == tmp_path / "b-2"
    (tmp_path / "b-2").mkdir()
    assert free_folder(tmp_path / "b") == tmp_path / "b-3"
    assert free_folder(tmp_path / "c") == tmp_path / "c"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_an_interrupted_save_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    written = []

    @contextmanager
    def stop(path: Path, *_: object) -> Iterator[Callable[[object], None]]:
        written.append(path)
        path.write_text("half")
        if len(written) == 2:
            raise interruption
        yield lambda frame: None

    monkeypatch.setattr(module, "table_writer", stop)
    with pytest.raises(ResultsError if interruption is OSError else KeyboardInterrupt):
        future(tmp_path / "b", replicates=(0,))
    assert len(written) == 2 and list(tmp_path.iterdir()) == []


def broken(**changes: object) -> pd.DataFrame:
    rows = series((0,), no_effect)
    for column, value in changes.items():
        rows[column] = rows[column].astype(object)
        rows.loc[rows.index[3], column] = value
    return rows.astype({"value": float})


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        (broken(value=np.nan), "value is not a finite number at replicate 0, year 2014.*1 such rows"),
        (broken(value=np.inf), "not a finite number"),
        (broken(scope="planet"), "scopes planet, region, world; known are world, region, cell, kind"),
        (broken(place=None), "1 rows have no place"),
        (broken(measure="urban_rural_ratio"), "given twice"),
        (broken(measure="happiness"), "no unit for happiness"),
        (broken().drop(columns="place"), "needed are replicate, year, scope, place, measure, value"),
    ],
)
def test_tables_that_cannot_be_read_in_one_meaning_are_refused(tmp_path: Path, rows: pd.DataFrame, answer: str) -> None:
    with pytest.raises(ResultsError, match=answer):
        save_results(tmp_path / "b", tables(rows) if "replicate" in rows else rows, manifest("b", (0,)))
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_without_a_needed_word_is_refused(tmp_path: Path) -> None:
    told = manifest("b", (0,))
    del told["seed"], told["units"]
    with pytest.raises(ResultsError, match="lacks seed, units"):
        save_results(tmp_path / "b", tables(series((0,), no_effect)), told)


def test_opening_says_what_is_wrong(tmp_path: Path) -> None:
    folder = future(tmp_path / "b", replicates=(0,)).path
    with pytest.raises(ResultsError, match="is not a folder"):
        open_results(tmp_path / "nothing")
    with pytest.raises(ResultsError, match="no manifest.json"):
        open_results(tmp_path)
    whole = (folder / "manifest.json").read_text(encoding="utf-8")
    for text, answer in (
        (whole.replace('"format": 1', '"format": 9'), "format 9; this version reads format 1"),
        (whole[:100], "cannot be read"),
        ("[]", "format None"),
        (whole.replace('"world"', '"earth"'), "lacks world"),
        (whole.replace('"rows": 1', '"rows": 2', 1), "the manifest says"),
    ):
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(ResultsError, match=answer):
            verify(open_results(folder))
    (folder / "manifest.json").write_text(whole, encoding="utf-8")
    (folder / "series.parquet").write_bytes((folder / "series.parquet").read_bytes()[:200])
    with pytest.raises(ResultsError, match=r"series.parquet differs from what was written"):
        _ = open_results(folder).series
    (folder / "series.parquet").unlink()
    with pytest.raises(ResultsError, match=r"lacks series.parquet"):
        open_results(folder)


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    results = future(tmp_path / "b", replicates=(0,))
    verify(results)
    summary = results.path / "summary.csv"
    summary.write_text(summary.read_text().replace("2.0", "1.0", 1))
    with pytest.raises(ResultsError, match=r"summary.csv differs from what was written"):
        verify(results)


def test_a_measure_of_a_long_table_is_read_without_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_module, "_ROWS_OF_A_PART", 50)  # 3 years x 15 rows of a replicate: parts end within them
    whole = future(tmp_path / "a", replicates=range(9), quzhou=100.0)
    few = open_results(whole.path)
    assert pq.ParquetFile(few.path / "series.parquet").num_row_groups > 5
    asked = (("urban_rural_ratio",), ("income_per_head", "region", "Quzhou"), ("beta_convergence",))
    expected = [whole.values(*one) for one in asked]
    monkeypatch.setattr(results_module, "_LONG", 0)
    for one, values in zip(asked, expected, strict=True):
        pd.testing.assert_frame_equal(few.values(*one), values)
    assert "series" not in vars(few)
    with pytest.raises(ResultsError, match='Did you mean "urban_rural_ratio"'):
        few.values("urban_rural_ration")


def changed(frame: pd.DataFrame, how: str) -> pd.DataFrame:
    """A table with one thing wrong."""
    if how == "not finite":
        return frame.assign(value=frame["value"].where(frame.index != 200, np.inf))
    if how == "lacks some years":
        return frame.assign(
            year=frame["year"].where(frame["year"] != 2016, 2015).where(frame["replicate"] == 8, frame["year"])
        )
    if how == "gives a row twice":
        return pd.concat([frame.iloc[:-1], frame.iloc[:1]], ignore_index=True)  # the same row in the first part and the last
    return frame.assign(place=frame["place"].astype(str) + "\n")


@pytest.mark.parametrize("told", ["not finite", "lacks some years", "gives a row twice", "no name one can read"])
def test_a_long_table_is_checked_as_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    honest = future(tmp_path / "a", replicates=range(9))
    frame = changed(honest.series, told)
    if told == "lacks some years":
        frame = frame.drop_duplicates(["replicate", "year", "scope", "place", "measure"], ignore_index=True)
    path, rows = tmp_path / "a/series.parquet", len(frame)
    monkeypatch.setattr(tables_module, "_ROWS_OF_A_PART", 50)
    with tables_module.table_writer(path, "series", UNITS) as write:
        write(frame.astype({word: "category" for word in ("scope", "place", "measure")}))
    entry = {"rows": rows, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    for longest in (0, 10_000):  # a part at a time, and whole
        monkeypatch.setattr(results_module, "_LONG", longest)
        results = open_results(tmp_path / "a")
        results._checked["files"]["series.parquet"] = entry
        with pytest.raises(ResultsError, match=told):
            results.values("urban_rural_ratio")
