"""The results folder: tables and manifest of one scenario's run; save, open, verify."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from sim.errors import ResultsError
from sim.hints import nearest
from sim.version import __version__

FORMAT = 1
MANIFEST = "manifest.json"
SUMMARY = "summary.csv"
SCOPES = ("world", "region", "cell", "kind", "policy")
FLOW_UNITS = {"labour": "persons", "capital": "yuan of 2014", "land": "km2"}

# Column order is also the sort order: the same data give the same bytes whoever computed them first.
_KEYS = {
    "series": ("replicate", "year", "scope", "place", "measure"),
    "flows": ("replicate", "year", "factor", "event", "origin", "destination"),
    "accounts": ("replicate", "year", "identity"),
}
_VALUE = {"series": "value", "flows": "value", "accounts": "residual"}
_WHOLE_NUMBERS = ("replicate", "year")
_ASKED_OF_MANIFEST = (
    *("name", "title", "scenario", "scenario_digest", "world", "years"),
    *("seed", "replicates", "policies", "units"),
)


@dataclass
class Tables:
    """What a run recorded, in long form.

    series: replicate, year, scope, place, measure, value (unit of the measure); flows: replicate, year, factor, event,
    origin, destination, value (persons, yuan of 2014 or km2); accounts: replicate, year, identity, residual (relative).
    """

    series: pd.DataFrame
    flows: pd.DataFrame
    accounts: pd.DataFrame


class Results:
    """One results folder, opened: the manifest at once, the tables when they are first asked for."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def name(self) -> str:
        """File name of the scenario without its ending."""
        return str(self.manifest["name"])

    @property
    def title(self) -> str:
        """Title of the scenario, for people."""
        return str(self.manifest["title"])

    @property
    def world(self) -> str:
        """Name of the world the scenario ran in; also the place of every series of scope `world`."""
        return str(self.manifest["world"])

    @property
    def years(self) -> tuple[int, ...]:
        """Every year of the run, first to last."""
        span = self.manifest["years"]
        return tuple(range(int(span["from"]), int(span["to"]) + 1))

    @property
    def replicates(self) -> tuple[int, ...]:
        """Numbers of the replicates that came to their end; failed ones are not among them."""
        return tuple(int(row["replicate"]) for row in self.manifest["replicates"] if row["status"] == "done")

    @property
    def policies(self) -> list[dict[str, Any]]:
        """Policies of the scenario: name, instrument, from, until (None: to the end of the run)."""
        return list(self.manifest["policies"])

    @property
    def units(self) -> dict[str, str]:
        """Unit of each measure."""
        return dict(self.manifest["units"])

    @cached_property
    def series(self) -> pd.DataFrame:
        """Columns replicate, year, scope, place, measure (categories) and value, of the finished replicates."""
        return self._read("series")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Columns replicate, year, factor, event, origin, destination (categories) and value, of the finished ones."""
        return self._read("flows")

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Columns replicate, year, identity (categories) and residual (relative), of the finished replicates."""
        return self._read("accounts")

    def values(self, measure: str, scope: str = "world", place: str | None = None) -> pd.DataFrame:
        """One measure of one place: a table with a row per year and a column per finished replicate.

        `place` may be left out where the scope has only one (the world). Raises ResultsError for what was not recorded,
        with the nearest name that was.
        """
        series = self.series
        rows = series[(series["measure"] == measure) & (series["scope"] == scope)]
        if rows.empty:
            there = series.loc[series["scope"] == scope, "measure"].unique()
            raise ResultsError(f'{self.path}: no measure "{measure}" at scope {scope}. {_nearest(measure, there)}')
        places = [str(known) for known in rows["place"].unique()]
        if place is None and len(places) > 1:
            raise ResultsError(f'"{measure}" at scope {scope} has {len(places)} places; name one of {_listed(places)}.')
        if place is not None and place not in places:
            raise ResultsError(f'{self.path}: no "{measure}" of "{place}" at scope {scope}. {_nearest(place, places)}')
        rows = rows[rows["place"] == (place or places[0])]
        return rows.pivot(index="year", columns="replicate", values="value")

    def public_money(self, measure: str, year: int) -> pd.Series[float]:
        """What all policies cost (`public_cost`) or raised (`public_receipts`) in a year, by replicate, yuan of 2014."""
        series = self.series
        asked = (series["scope"] == "policy") & (series["measure"] == measure) & (series["year"] == year)
        sums = series[asked].groupby("replicate", observed=True)["value"].sum()
        return sums.reindex(list(self.replicates), fill_value=0.0)

    def _read(self, table: str) -> pd.DataFrame:
        frame: pd.DataFrame = _read_parquet(self.path / _file(table)).to_pandas()
        done = frame["replicate"].isin(self.replicates)
        return frame if done.all() else frame[done].reset_index(drop=True)


def median_and_band(values: pd.DataFrame) -> pd.DataFrame:
    """Median and 90% band over replicates: a row per row of `values` (columns are replicates), same unit.

    Columns replicates, median, p05, p95 (linear interpolation, Hyndman and Fan 1996, type 7). A missing value is left
    out and not counted; a row without any value is dropped.
    """
    values = values.dropna(how="all")
    numbers = values.to_numpy(dtype=np.float64)
    low, middle, high = np.nanquantile(numbers, (0.05, 0.5, 0.95), axis=1) if len(numbers) else np.empty((3, 0))
    counted = np.isfinite(numbers).sum(axis=1)
    return pd.DataFrame({"replicates": counted, "median": middle, "p05": low, "p95": high}, index=values.index)


def free_folder(wanted: Path) -> Path:
    """The folder itself if nothing stands there, otherwise the first free one of `wanted-2`, `wanted-3`, ..."""
    folder, number = wanted, 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder


def default_folder(name: str, digest: str) -> Path:
    """Where the results of a scenario land when nothing is said: `results/<name>-<first eight of the digest>`."""
    return Path("results") / f"{name}-{digest[:8]}"


def versions() -> dict[str, str]:
    """Versions of the program and of what it computes with; `source` is a hash of the program's own text.

    Results made by other versions may differ in their last digits or in more, so they are never reused silently.
    """
    text = hashlib.sha256()
    package = Path(__file__).parents[1]
    for file in sorted(package.rglob("*.py")):
        text.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    libraries = {library: metadata.version(library) for library in ("mesa", "numpy", "scipy", "numba", "pyarrow")}
    own = {"factorflow": __version__, "source": text.hexdigest()[:16], "python": platform.python_version()}
    return own | libraries


def check_folder(folder: Path) -> None:
    """Raise ResultsError, before hours are spent, if results could not be written to this folder."""
    if folder.exists():
        raise ResultsError(f"{folder} exists and is not overwritten. Name another folder with --out, or remove it first.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent):
            pass
    except OSError as reason:
        raise ResultsError(f"nothing can be written to {folder}: {reason}") from reason


def save_results(folder: Path, tables: Tables, manifest: Mapping[str, Any]) -> Path:
    """Write a results folder aside and rename it, so that it is there whole or not at all; returns the folder.

    The manifest must name at least name, title, scenario, scenario_digest, world, years {from, to}, seed, replicates
    [{replicate, seed, status, reason}], policies and units; `format` and `files` (rows, sha256) are added. Identical
    tables give identical bytes. Raises ResultsError if the folder exists, or if a table has a wrong column, a repeated
    row, a number that is not finite or no unit.
    """
    folder = Path(folder)
    check_folder(folder)
    lacking = [word for word in _ASKED_OF_MANIFEST if word not in manifest]
    if lacking:
        raise ResultsError(f"the manifest of {folder.name} lacks {_listed(lacking)}.")
    units = dict(manifest["units"])
    arranged = {table: _arranged(table, getattr(tables, table)) for table in _KEYS}
    without = sorted(set(arranged["series"]["measure"].cat.categories) - set(units))
    if without:
        raise ResultsError(f"the manifest gives no unit for {_listed(without)}.")
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_all(aside, arranged, dict(manifest), units)
        aside.chmod(0o755)  # mkdtemp's folder is for its maker alone
        os.rename(aside, folder)
    except OSError as reason:
        shutil.rmtree(aside, ignore_errors=True)
        raise ResultsError(f"could not write {folder}: {reason}") from reason
    except BaseException:  # an interrupt too must leave nothing half-written
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return folder


def open_results(path: str | Path) -> Results:
    """Open a results folder after checking format, files and row counts; raises ResultsError saying what is wrong."""
    path = Path(path)
    if not (path / MANIFEST).is_file():
        what = "is not a results folder (it has no manifest.json)" if path.is_dir() else "is not a folder"
        raise ResultsError(f"{path} {what}. `factorflow run` makes one and prints its name.")
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (ValueError, OSError) as reason:
        raise ResultsError(f"{path / MANIFEST} cannot be read: {reason}") from reason
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else None
        raise ResultsError(f"{path} has format {found}; this version reads format {FORMAT}. Run the scenario again.")
    lacking = [word for word in (*_ASKED_OF_MANIFEST, "files") if word not in manifest]
    if lacking:
        raise ResultsError(f"{path / MANIFEST} lacks {_listed(lacking)}.")
    for table in _KEYS:
        name = _file(table)
        if not (path / name).is_file():
            raise ResultsError(f"{path} lacks {name}. Run the scenario again.")
        rows, told = _rows(path / name), manifest["files"].get(name, {}).get("rows")
        if rows != told:
            raise ResultsError(f"{path / name} has {rows} rows, the manifest says {told}. Run the scenario again.")
    return Results(path, manifest)


def verify(results: Results) -> None:
    """Compare every file with the hash in the manifest; raises ResultsError naming the files that were changed."""
    changed = [
        name
        for name, told in results.manifest["files"].items()
        if not (results.path / name).is_file() or _sha256(results.path / name) != told["sha256"]
    ]
    if changed:
        raise ResultsError(f"{results.path}: {_listed(changed)} differ from what was written. Run the scenario again.")


def _write_all(aside: Path, arranged: Mapping[str, pd.DataFrame], manifest: dict[str, Any], units: dict[str, str]) -> None:
    told: dict[str, dict[str, str]] = {
        "series": {name: units[name] for name in arranged["series"]["measure"].cat.categories},
        "flows": FLOW_UNITS,
        "accounts": {"residual": "relative, absolute value"},
    }
    rows: dict[str, int] = {}
    for table, frame in arranged.items():
        rows[_file(table)] = len(frame)
        _write_parquet(aside / _file(table), table, frame, told[table])
    done = [row["replicate"] for row in manifest["replicates"] if row["status"] == "done"]
    summary = _summary(arranged["series"], done, units)
    rows[SUMMARY] = len(summary)
    summary.to_csv(aside / SUMMARY, index=False, lineterminator="\n")
    manifest = {"format": FORMAT, **{word: manifest[word] for word in manifest if word not in ("format", "files")}}
    manifest["files"] = {name: {"rows": count, "sha256": _sha256(aside / name)} for name, count in rows.items()}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (aside / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _arranged(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Fixed columns, types and order of rows; refuses what could not be read back in one meaning."""
    keys, value = list(_KEYS[table]), _VALUE[table]
    if set(frame.columns) != {*keys, value}:
        raise ResultsError(f"table {table} has columns {_listed(frame.columns)}; needed are {_listed([*keys, value])}.")
    columns: dict[str, Any] = {}
    for key in keys:
        if key in _WHOLE_NUMBERS:
            columns[key] = frame[key].to_numpy(dtype=np.int32)
        else:
            words = frame[key].astype("category")
            if words.isna().any():
                raise ResultsError(f"table {table}: {int(words.isna().sum())} rows have no {key}.")
            columns[key] = pd.Categorical(words, categories=sorted(words.unique()))
    columns[value] = frame[value].to_numpy(dtype=np.float64)
    arranged = pd.DataFrame(columns).sort_values(keys, kind="stable", ignore_index=True)
    if table == "series" and not set(arranged["scope"].cat.categories) <= set(SCOPES):
        raise ResultsError(
            f"table series has scopes {_listed(arranged['scope'].cat.categories)}; known are {_listed(SCOPES)}."
        )
    for wrong, what in (
        (~np.isfinite(arranged[value]), "is not a finite number"),
        (arranged.duplicated(keys), "is given twice"),
    ):
        if wrong.any():
            row = arranged[wrong].iloc[0]
            where = ", ".join(f"{key} {row[key]}" for key in keys)
            raise ResultsError(f"table {table}: {value} {what} at {where} ({int(wrong.sum())} such rows).")
    return arranged


def _summary(series: pd.DataFrame, done: Sequence[int], units: Mapping[str, str]) -> pd.DataFrame:
    """First and last year of every measure of the world and of the urban-rural ratio of every region."""
    shown = (series["scope"] == "world") | ((series["scope"] == "region") & (series["measure"] == "urban_rural_ratio"))
    rows = series[shown & series["replicate"].isin(done)]
    keys = ["measure", "scope", "place", "year"]
    ends = rows.groupby(keys[:3], observed=True)["year"]
    rows = rows[(rows["year"] == ends.transform("min")) | (rows["year"] == ends.transform("max"))]
    wide = rows.pivot(index=keys, columns="replicate", values="value")
    summary = median_and_band(wide).reset_index()
    summary["unit"] = summary["measure"].astype(str).map(dict(units))
    return summary.sort_values(["scope", "measure", "place", "year"], key=_as_text, ignore_index=True)


def _as_text(column: pd.Series) -> pd.Series:
    return column if column.dtype.kind == "i" else column.astype(str)


def _write_parquet(path: Path, table: str, frame: pd.DataFrame, units: Mapping[str, str]) -> None:
    words = pa.dictionary(pa.int32(), pa.string())
    fields = [(key, pa.int32() if key in _WHOLE_NUMBERS else words) for key in _KEYS[table]]
    told = {"units": json.dumps(dict(units), sort_keys=True, ensure_ascii=False)}
    schema = pa.schema([*fields, (_VALUE[table], pa.float64())], metadata=told)
    arrays = [pa.array(frame[field.name]).cast(field.type) for field in schema]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", row_group_size=1_000_000)


def _read_parquet(path: Path) -> Any:
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError) as reason:
        raise ResultsError(f"{path} cannot be read: {reason}") from reason


def _rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as reason:
        raise ResultsError(f"{path} cannot be read: {reason}") from reason


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file(table: str) -> str:
    return f"{table}.parquet"


def _listed(words: Sequence[Any] | pd.Index) -> str:
    return ", ".join(str(word) for word in words)


def _nearest(word: str, known: Sequence[Any] | np.ndarray | Any) -> str:
    names = sorted(str(name) for name in known)
    near = nearest(word, names)
    return f'Did you mean "{near}"?' if near is not None else f"Recorded are: {_listed(names) or 'none'}."
