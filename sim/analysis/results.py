"""The results folder: tables and manifest of one scenario's run; save, open, verify."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import measures
from sim.analysis.manifest import (
    FORMAT,
    MANIFEST,
    OWN_HASH,
    SUMMARY,
    TABLES,
    WORLD,
    check_manifest,
    is_as_written,
    most_bytes,
    own_hash,
    read_manifest,
)
from sim.analysis.pairing import median_and_band
from sim.analysis.panels import derived_rows
from sim.analysis.tables import FLOW_UNITS, Tables, arranged, file_of, read_table, write_table
from sim.errors import FactorFlowError, ResultsError, listed
from sim.files import check_writable, written_folder
from sim.hints import one_of
from sim.units import headline_first
from sim.version import __version__

_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)  # how a rename says that something stands there
_NO_FILES = {name: {"rows": 0, "sha256": "0" * 64} for name in (*map(file_of, TABLES), SUMMARY)}


class Results:
    """One results folder, opened: the manifest at once, the tables when they are first asked for."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        self._worked_out: dict[str, pd.DataFrame] = {}
        self._checked = deepcopy(manifest)  # what the tables are held against, whatever a user makes of the other

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
        """Unit of each measure, also of those that are worked out when they are asked for."""
        return {name: measures.series()[name].unit for name in measures.derived()} | dict(self.manifest["units"])

    @property
    def money(self) -> str:
        """The currency and the year whose prices amounts are in, as `yuan of 2014`."""
        return str(self.manifest["units"].get("capital", FLOW_UNITS["capital"]))

    @property
    def currency(self) -> str:
        """The word for the money alone."""
        return self.money.partition(" of ")[0]

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

    @cached_property
    def world_files(self) -> Mapping[str, bytes]:
        """The tables of the world by file name where it was a user's folder, as they were when it was run; else none.

        Raises ResultsError where they are not what was written.
        """
        asked = self._checked.get("world_files") or {}
        found = {}
        for name, entry in asked.items():
            path = self.path / WORLD / name
            try:
                with path.open("rb") as stream:
                    found[name] = stream.read(entry["bytes"] + 1)
            except OSError as reason:
                raise ResultsError(f"{path} cannot be read: {reason.strerror}. Run the scenario again.") from reason
            if hashlib.sha256(found[name]).hexdigest() != entry["sha256"]:
                raise ResultsError(f"{path} differs from what was written. Run the scenario again.")
        if asked and not is_as_written(self._checked):
            raise ResultsError(f"{self.path / MANIFEST} differs from what was written. Run the scenario again.")
        return found

    def values(self, measure: str, scope: str = "world", place: str | None = None) -> pd.DataFrame:
        """One measure of one place: a table with a row per year and a column per finished replicate.

        `place` may be left out where the scope has only one (the world). A measure that runs do not record (see
        `measures.derived`) is worked out from the cells. Raises ResultsError for what was not recorded, with the nearest
        name that was, and for what is not defined in this run, with the reason.
        """
        series = self.derived([measure]) if self._is_derived(measure) else self.series
        rows = series[(series["measure"] == measure) & (series["scope"] == scope)]
        if rows.empty:
            reason = measures.why_missing(measure)
            if reason is not None and not (series["measure"] == measure).any():
                raise ResultsError(f"{self.path}: {measure} is not defined in {self.world}: {reason}.")
            there = series.loc[series["scope"] == scope, "measure"].unique()
            raise ResultsError(f'{self.path}: no measure "{measure}" at scope {scope}. {_recorded(measure, there)}')
        places = [str(known) for known in rows["place"].unique()]
        if place is None and len(places) > 1:
            raise ResultsError(f'"{measure}" at scope {scope} has {len(places)} places; name one of {listed(places)}.')
        if place is not None and place not in places:
            raise ResultsError(f'{self.path}: no "{measure}" of "{place}" at scope {scope}. {_recorded(place, places)}')
        rows = rows[rows["place"] == (place or places[0])]
        return rows.pivot(index="year", columns="replicate", values="value")

    def derived(self, names: Sequence[str]) -> pd.DataFrame:
        """Rows as in `series` of measures that runs do not record; raises ResultsError with the reason where one has none."""
        wanted = [name for name in dict.fromkeys(names) if self._is_derived(name)]
        unknown = [name for name in wanted if name not in self._worked_out]
        if unknown:
            found = derived_rows(self.series, self.world, self.manifest.get("outside") or (), unknown)
            for name in unknown:
                self._worked_out[name] = found[found["measure"] == name]
        for name in wanted:
            if self._worked_out[name].empty:
                raise ResultsError(f"{self.path}: {name} is not defined in any year: {measures.derived()[name].missing}.")
        return pd.concat([self._worked_out[name] for name in wanted], ignore_index=True) if wanted else self.series.iloc[:0]

    def _is_derived(self, measure: str) -> bool:
        return measure in measures.derived() and measure not in self.manifest["units"]

    def public_money(self, measure: str, year: int) -> pd.Series[float]:
        """What all policies cost (`public_cost`) or raised (`public_receipts`) in a year, by replicate, yuan of 2014."""
        series = self.series
        asked = (series["scope"] == "policy") & (series["measure"] == measure) & (series["year"] == year)
        sums = series[asked].groupby("replicate", observed=True)["value"].sum()
        return sums.reindex(list(self.replicates), fill_value=0.0)

    def _read(self, table: str) -> pd.DataFrame:
        frame = read_table(self.path, table, self._checked)
        if not is_as_written(self._checked):
            for other in TABLES:  # a table that no longer fits says more than a hash
                read_table(self.path, other, self._checked)
            raise ResultsError(f"{self.path / MANIFEST} differs from what was written. Run the scenario again.")
        done = frame["replicate"].isin(self.replicates)
        return frame if done.all() else frame[done].reset_index(drop=True)


def free_folder(wanted: Path) -> Path:
    """The folder itself if nothing stands there, otherwise the first free one of `wanted-2`, `wanted-3`, ..."""
    folder, number = wanted, 1
    while os.path.lexists(folder):
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


def check_folder(folder: Path, beside: bool = False) -> None:
    """Raise ResultsError, before hours are spent, if results could not be written to this folder, or beside it."""
    while True:
        wanted = free_folder(folder) if beside else folder
        try:
            check_writable(wanted, folder=True)
            return
        except FactorFlowError as reason:
            if not (beside and os.path.lexists(wanted)):  # else another took the name just now, and the next is tried
                raise ResultsError(str(reason)) from reason


def save_results(
    folder: Path,
    tables: Tables,
    manifest: Mapping[str, Any],
    beside: bool = False,
    world: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a results folder aside and rename it, so that it is there whole or not at all; returns the folder.

    beside: where the folder is taken, the first free one of `folder-2`, `folder-3`, ... is written instead.
    world: the files of a user's world, of which the folder `world` inside keeps a copy.

    The manifest must name at least name, title, scenario, scenario_digest, world, years {from, to}, seed, replicates
    [{replicate, seed, status, reason}], policies and units; `format` and `files` (rows, sha256) are added. Identical
    tables give identical bytes. Raises ResultsError if the folder exists (unless beside), or if a table has a wrong column,
    a repeated row, a number that is not finite or no unit.
    """
    folder = Path(folder)
    if not beside:  # what stands there must not be replaced; beside it there is always a free name
        check_folder(folder)
    manifest = {word: manifest[word] for word in manifest if word not in ("format", "files", "world_files", OWN_HASH)}
    manifest = {"format": FORMAT, **json.loads(json.dumps(manifest, allow_nan=False)), "files": _NO_FILES}
    if world:
        manifest["world_files"] = {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(world.items())
        }
    check_manifest(manifest, Path(folder.name) / MANIFEST)
    frames = {table: arranged(table, getattr(tables, table)) for table in TABLES}
    without = sorted(set(frames["series"]["measure"].cat.categories) - set(manifest["units"]))
    if without:
        raise ResultsError(f"the manifest gives no unit for {listed(without)}.")
    try:
        written: list[Path] = []
        with written_folder(folder, lambda aside: written.append(_renamed(aside, folder, beside))) as aside:
            _write_all(aside, frames, manifest, world or {})
    except OSError as reason:
        raise ResultsError(f"could not write {folder}: {reason.strerror or reason}") from reason
    return written[0]


def _renamed(aside: Path, wanted: Path, beside: bool) -> Path:
    """Rename a folder to what is wanted, or to a free name beside it; others may take names at the same moment."""
    folder = free_folder(wanted) if beside else wanted
    while True:
        try:
            os.rename(aside, folder)
            return folder
        except OSError as reason:
            if not beside or reason.errno not in _TAKEN or not folder.parent.is_dir():
                raise
            folder = free_folder(wanted)


def open_results(path: str | Path) -> Results:
    """Open a results folder: manifest and file sizes are checked now, each table when it is first read.

    Raises ResultsError saying what is wrong: file, word, what was found, what is allowed.
    """
    path = Path(path)
    if not os.path.isfile(path / MANIFEST):  # unlike Path's, False for a name too long
        what = "is not a results folder (it has no manifest.json)" if os.path.isdir(path) else "is not a folder"
        raise ResultsError(f"{path} {what}. `factorflow run` makes one and prints its name.")
    manifest = read_manifest(path)
    for name, entry in manifest["files"].items():
        file = path / name
        if not os.path.isfile(file):
            raise ResultsError(f"{path} lacks {name}. Run the scenario again.")
        if file.stat().st_size > most_bytes(entry["rows"]):
            raise ResultsError(f"{file} is too large for the {entry['rows']} rows the manifest says. Run the scenario again.")
    for name, entry in (manifest.get("world_files") or {}).items():
        file = path / WORLD / name
        if not os.path.isfile(file):
            raise ResultsError(f"{path} lacks {WORLD}/{name}. Run the scenario again.")
        if file.stat().st_size != entry["bytes"]:
            raise ResultsError(f"{file} differs from what was written. Run the scenario again.")
    return Results(path, manifest)


def verify(results: Results) -> None:
    """Compare every file with the hash in the manifest, then check every table; raises ResultsError naming what is wrong."""
    files = results._checked["files"]
    changed = [name for name, entry in files.items() if not _same(results.path / name, entry["sha256"])]
    if changed:
        verb = "differs" if len(changed) == 1 else "differ"
        raise ResultsError(f"{results.path}: {listed(changed)} {verb} from what was written. Run the scenario again.")
    for table in TABLES:
        getattr(results, table)
    _ = results.world_files


def _write_all(aside: Path, frames: Mapping[str, pd.DataFrame], manifest: dict[str, Any], world: Mapping[str, bytes]) -> None:
    for name, content in world.items():
        (aside / WORLD).mkdir(exist_ok=True)
        (aside / WORLD / name).write_bytes(content)
    units, rows = manifest["units"], {}
    unit_of = {
        "series": {name: units[name] for name in frames["series"]["measure"].cat.categories},
        "flows": FLOW_UNITS | {"capital": units.get("capital", FLOW_UNITS["capital"])},
        "accounts": {"residual": "relative, absolute value"},
    }
    for table, frame in frames.items():
        rows[file_of(table)] = len(frame)
        write_table(aside / file_of(table), table, frame, unit_of[table])
    done = [row["replicate"] for row in manifest["replicates"] if row["status"] == "done"]
    summary = _summary(frames["series"], done, units)
    rows[SUMMARY] = len(summary)
    with (aside / SUMMARY).open("w", encoding="utf-8", newline="") as stream:
        summary.to_csv(stream, index=False, lineterminator="\n")
    manifest["files"] = {name: {"rows": count, "sha256": _sha256(aside / name)} for name, count in rows.items()}
    manifest[OWN_HASH] = own_hash(manifest)
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (aside / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


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


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _same(path: Path, sha256: str) -> bool:
    try:
        return _sha256(path) == sha256
    except OSError:
        return False


def _recorded(word: str, known: Iterable[object]) -> str:
    names = headline_first(str(name) for name in known)
    return one_of(word, names, "Recorded") if names else "Nothing is recorded there."
