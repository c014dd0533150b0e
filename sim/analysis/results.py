"""The results folder: tables and manifest of one scenario's run; open, verify."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import measures, record
from sim.analysis.columns import TABLES
from sim.analysis.manifest import ASKED, MANIFEST, WORLD, is_as_written, most_bytes, read_manifest
from sim.analysis.panels import PANEL, derived_rows
from sim.analysis.tables import FLOW_UNITS, file_of, read_measures, read_table
from sim.analysis.wide import by_year
from sim.errors import ResultsError, listed
from sim.hints import one_of
from sim.units import INCOMES_OF_PARTS, NEWCOMERS, TENTHS, headline_first

_LONG = 5_000_000  # rows of a table that is not held whole for a measure of it: of 24 cells and 22 years 160 replicates


class Results:
    """One results folder, opened: the manifest at once, the tables when they are first asked for."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        self._worked_out: dict[str, pd.DataFrame] = {}
        self._parts: dict[tuple[str, ...], pd.DataFrame] = {}  # of a long table, by measures
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
        worked_out = {name: measures.series()[name].unit for name in measures.derived()} | dict(self.manifest["units"])
        if NEWCOMERS[0] in worked_out:
            worked_out |= dict.fromkeys(chain(*INCOMES_OF_PARTS), worked_out[TENTHS[0]])
        return worked_out

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
        series = self.derived([measure]) if self._is_derived(measure) else self.rows_of(measure, scope=scope)
        rows = series[(series["measure"] == measure) & (series["scope"] == scope)]
        if rows.empty:
            series = series if self._is_derived(measure) else self.series
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
        return by_year(rows)

    def derived(self, names: Sequence[str]) -> pd.DataFrame:
        """Rows as in `series` of measures that runs do not record; raises ResultsError with the reason where one has none."""
        wanted = [name for name in dict.fromkeys(names) if self._is_derived(name)]
        unknown = [name for name in wanted if name not in self._worked_out]
        if unknown:
            found = derived_rows(self.rows_of(*PANEL), self.world, self.manifest.get("outside") or (), unknown)
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
        series = self.rows_of(measure)
        asked = (series["scope"] == "policy") & (series["measure"] == measure) & (series["year"] == year)
        sums = series[asked].groupby("replicate", observed=True)["value"].sum()
        return sums.reindex(list(self.replicates), fill_value=0.0)

    def rows_of(self, *wanted: str, scope: str | None = None) -> pd.DataFrame:
        """Rows of `series`, among them all of some measures and a scope; of a long table that nobody has read these alone."""
        if "series" not in vars(self) and self._checked["files"][file_of("series")]["rows"] > _LONG:
            if wanted not in self._parts and (found := read_measures(self.path, self._checked, wanted)) is not None:
                self._parts[wanted] = self._finished(found)
            if wanted in self._parts:
                return self._parts[wanted]
        asked = [rows for (measure, there), rows in self._places.items() if measure in wanted and scope in (None, there)]
        at = np.sort(np.concatenate(asked)) if len(asked) > 1 else asked[0] if asked else np.empty(0, np.int64)
        return self.series.take(at)

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], NDArray[np.int64]]:
        """Where in `series` the rows of each measure and scope are, sought out once."""
        measures, scopes = self.series["measure"].cat, self.series["scope"].cat
        count = len(measures.categories) * len(scopes.categories)
        whole = measures.codes.to_numpy().astype(np.int64) * len(scopes.categories) + scopes.codes.to_numpy()
        codes = whole.astype(np.min_scalar_type(count))  # short numbers are sorted many times as fast
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(count + 1))
        names = [(str(measure), str(scope)) for measure in measures.categories for scope in scopes.categories]
        return {name: order[start:end] for name, start, end in zip(names, ends, ends[1:], strict=False) if end > start}

    def _read(self, table: str) -> pd.DataFrame:
        return self._finished(read_table(self.path, table, self._checked))

    def _finished(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of finished replicates, once it is sure that the manifest that names them is as it was written."""
        if not is_as_written(self._checked):
            for other in TABLES:  # a table that no longer fits says more than a hash
                read_table(self.path, other, self._checked)
            raise ResultsError(f"{self.path / MANIFEST} differs from what was written. Run the scenario again.")
        done = frame["replicate"].isin(self.replicates)
        return frame if done.all() else frame[done].reset_index(drop=True)


def open_results(path: str | Path) -> Results:
    """Open a results folder: manifest and file sizes are checked now, each table when it is first read.

    Raises ResultsError saying what is wrong: file, word, what was found, what is allowed.
    """
    path = Path(path)
    if not os.path.isfile(path / MANIFEST):  # unlike Path's, False for a name too long
        if os.path.isfile(path / ASKED):
            raise ResultsError(
                f"{path} holds a run that did not come to its end. Ask the same again, and only what is missing is computed; "
                f"`factorflow status {path}` says what is there."
            )
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
    record.check(results.path, results._checked)


def _same(path: Path, sha256: str) -> bool:
    try:
        return record.sha256_of(path) == sha256
    except OSError:
        return False


def _recorded(word: str, known: Iterable[object]) -> str:
    names = headline_first(str(name) for name in known)
    return one_of(word, names, "Recorded") if names else "Nothing is recorded there."
