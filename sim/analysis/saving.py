"""Writing a results folder: tables from a few replicates at a time, their summary, and the manifest last of all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.columns import TABLES
from sim.analysis.manifest import FORMAT, MANIFEST, NOT_GIVEN, SUMMARY, WORLD, check_manifest
from sim.analysis.pairing import median_and_band
from sim.analysis.record import sealed, sha256_of
from sim.analysis.tables import FLOW_UNITS, Tables, arranged, file_of, table_writer
from sim.errors import FactorFlowError, ResultsError, listed
from sim.files import check_writable, written, written_folder

_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)  # how a rename says that something stands there
_NO_FILES = {name: {"rows": 0, "sha256": "0" * 64} for name in (*map(file_of, TABLES), SUMMARY)}


@dataclass(frozen=True)
class Batch:
    """Tables of some replicates, in their order, with the units of the measures in them."""

    tables: Tables
    units: Mapping[str, str]


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
    [{replicate, seed, status, reason}], policies and units; `format`, `files` (rows, sha256) and the record of all hashes are
    added. Identical tables give identical bytes. Raises ResultsError if the folder exists (unless beside), or if a table has
    a wrong column, a repeated row, a number that is not finite or no unit.
    """
    folder = Path(folder)
    if not beside:  # what stands there must not be replaced; beside it there is always a free name
        check_folder(folder)
    words = _bare(manifest)
    check_manifest({**words, "files": _NO_FILES, **_world_words(world)}, Path(folder.name) / MANIFEST)
    batch = arranged_batch(tables, words["units"])
    try:
        found: list[Path] = []
        with written_folder(folder, lambda aside: found.append(_renamed(aside, folder, beside))) as aside:
            files = write_tables(aside, [batch], _done(words))
            _write_world(aside, world or {})
            text = _sealed(words, aside, files, world, ())
            (aside / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    except OSError as reason:
        raise ResultsError(f"could not write {folder}: {reason.strerror or reason}") from reason
    return found[0]


def complete(
    folder: Path,
    batches: Iterable[Batch],
    manifest: Callable[[], Mapping[str, Any]],
    done: Sequence[int],
    world: Mapping[str, bytes] | None = None,
    also: Iterable[str] = (),
) -> None:
    """Write tables and, last of all, the manifest into a folder that holds the tasks of a run; with it the folder is whole.

    manifest: asked for when all batches are written. also: names of files that are in the folder and belong to the record.
    Begun again after a program was killed it writes the same bytes. Raises ResultsError.
    """
    try:
        with written_folder(folder / "tables", rename=lambda aside: _moved(aside, folder)) as aside:
            files = write_tables(aside, batches, done)
            _write_world(aside, world or {})
        words = _bare(manifest())
        text = _sealed(words, folder, files, world, also)
        check_manifest(json.loads(text), folder / MANIFEST)
        with written(folder / MANIFEST) as place:
            place.write_text(text, encoding="utf-8", newline="\n")
    except OSError as reason:
        raise ResultsError(f"could not write {folder}: {reason.strerror or reason}.") from reason


def _moved(aside: Path, folder: Path) -> None:
    """Move what stands aside into the folder, one file after the other; until the manifest is there it is not whole."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for file in sorted(path for path in aside.rglob("*") if path.is_file()):
        target = folder / file.relative_to(aside)
        target.parent.mkdir(exist_ok=True)
        file.replace(target)


def _bare(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a manifest without those that are worked out when it is written, as they are read back."""
    words = {word: manifest[word] for word in manifest if word not in NOT_GIVEN}
    return {"format": FORMAT, **json.loads(json.dumps(words, allow_nan=False))}


def _world_words(world: Mapping[str, bytes] | None) -> dict[str, Any]:
    if not world:
        return {}
    entries = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(world.items())
    }
    return {"world_files": entries}


def _write_world(aside: Path, world: Mapping[str, bytes]) -> None:
    for name, content in world.items():
        (aside / WORLD).mkdir(exist_ok=True)
        (aside / WORLD / name).write_bytes(content)


def _sealed(
    words: dict[str, Any], folder: Path, files: dict[str, int], world: Mapping[str, bytes] | None, also: Iterable[str]
) -> str:
    """The text of the manifest of a folder whose other files are all written."""
    entries = {name: {"rows": rows, "sha256": sha256_of(folder / name)} for name, rows in files.items()}
    names = [*files, *(f"{WORLD}/{name}" for name in world or {}), *also]
    return sealed({**words, "files": entries, **_world_words(world)}, folder, names)


def _done(words: Mapping[str, Any]) -> list[int]:
    return [row["replicate"] for row in words["replicates"] if row["status"] == "done"]


def arranged_batch(tables: Tables, units: Mapping[str, str]) -> Batch:
    """Tables in their fixed order; raises ResultsError for a measure without a unit, or what `arranged` refuses."""
    batch = Batch(Tables(**{table: arranged(table, getattr(tables, table)) for table in TABLES}), units)
    without = sorted(set(batch.tables.series["measure"].cat.categories) - set(units))
    if without:
        raise ResultsError(f"the manifest gives no unit for {listed(without)}.")
    return batch


def write_tables(aside: Path, batches: Iterable[Batch], done: Sequence[int]) -> dict[str, int]:
    """Write the tables and their summary from batches, of which one at a time is held; returns rows by file name."""
    rows = dict.fromkeys((*map(file_of, TABLES), SUMMARY), 0)
    ends, units = list[pd.DataFrame](), dict[str, str]()
    with ExitStack() as stack:
        write: dict[str, Callable[[pd.DataFrame], None]] = {}
        for batch in batches:
            units |= batch.units
            for table in TABLES:
                if table not in write:
                    path = aside / file_of(table)
                    write[table] = stack.enter_context(table_writer(path, table, _units_in(table, batch)))
                frame = getattr(batch.tables, table)
                write[table](frame)
                rows[file_of(table)] += len(frame)
            ends.append(_ends(batch.tables.series, done))
    summary = _summary(ends, units)
    rows[SUMMARY] = len(summary)
    with (aside / SUMMARY).open("w", encoding="utf-8", newline="") as stream:
        summary.to_csv(stream, index=False, lineterminator="\n")
    return rows


def _units_in(table: str, batch: Batch) -> Mapping[str, str]:
    """What a table's file says of units: of the measures in it, of flows, of residuals."""
    if table == "series":
        return {name: batch.units[name] for name in batch.tables.series["measure"].cat.categories}
    if table == "flows":
        return FLOW_UNITS | {"capital": batch.units.get("capital", FLOW_UNITS["capital"])}
    return {"residual": "relative, absolute value"}


_KEYS = ["measure", "scope", "place", "year"]


def _ends(series: pd.DataFrame, done: Sequence[int]) -> pd.DataFrame:
    """Rows of the summary's measures in the first and the last year a replicate has of them."""
    shown = (series["scope"] == "world") | ((series["scope"] == "region") & (series["measure"] == "urban_rural_ratio"))
    rows = series[shown & series["replicate"].isin(done)]
    ends = rows.groupby(_KEYS[:3], observed=True)["year"]
    rows = rows[(rows["year"] == ends.transform("min")) | (rows["year"] == ends.transform("max"))]
    return rows.assign(**{key: rows[key].astype(object) for key in _KEYS[:3]})


def _summary(ends: Sequence[pd.DataFrame], units: Mapping[str, str]) -> pd.DataFrame:
    """First and last year of every measure of the world and of the urban-rural ratio of every region."""
    rows = pd.concat(ends, ignore_index=True)
    years = rows.groupby(_KEYS[:3])["year"]
    rows = rows[(rows["year"] == years.transform("min")) | (rows["year"] == years.transform("max"))]
    wide = rows.pivot(index=_KEYS, columns="replicate", values="value")
    summary = median_and_band(wide).reset_index()
    summary["unit"] = summary["measure"].astype(str).map(dict(units))
    return summary.sort_values(["scope", "measure", "place", "year"], key=_as_text, ignore_index=True)


def _as_text(column: pd.Series) -> pd.Series:
    return column if column.dtype.kind == "i" else column.astype(str)


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
