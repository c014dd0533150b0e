"""A world of as many cells as wanted: the invented riverland laid beside itself, its numbers a little other each time."""

from __future__ import annotations

import csv
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from sim.data.folder import ENTRY

_PATTERN = files("sim.data") / "worlds" / "riverland"
_TABLES = ("places", "population", "income", "output", "labour", "migration", "public")
_DEGREES = 2.0  # by which a copy lies further north than the one before it, or east of the last column
_COLUMNS = 12  # copies in a column before the next one begins
_SPREAD = 0.1  # standard deviation of log numbers from copy to copy
_YEARS = 3
COUNTIES = 2862
"""Cells of a world of all counties of China, about: the largest measured, which takes minutes."""


@dataclass(frozen=True)
class Wide:
    """What a world of so many cells takes: seconds of processor to build it and by stage of a year, bytes at the peak."""

    cells: int
    build: float
    stages: dict[str, float]
    peak: int

    @property
    def year(self) -> float:
        """Seconds of processor a year."""
        return sum(self.stages.values())


def measured(cells: int, agents: int) -> Wide:
    """A year of a world of so many cells by stage, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_lived, (cells, agents))


def _lived(cells: int, agents: int) -> Wide:
    from sim.evidence.benchmark.peak import peak
    from sim.evidence.benchmark.stages import of_world
    from sim.world.build import build_world
    from sim.world.strict.reading import read_world

    with tempfile.TemporaryDirectory() as folder:
        write_wide(Path(folder) / "wide", cells)
        tables = read_world(Path(folder) / "wide")
    start = time.process_time()
    world = build_world(tables)
    build = time.process_time() - start
    return Wide(cells, build, of_world(world, agents, _YEARS, time.process_time), peak())


def exponents(found: Sequence[Wide]) -> dict[str, float]:
    """The b of seconds ~ cells^b by stage and of all, by least squares on logarithms; of bytes at the peak too."""
    cells = np.log([one.cells for one in found])
    return {row: float(np.polyfit(cells, np.log(np.maximum(spent, 1e-9)), 1)[0]) for row, spent in _rows_of(found).items()}


def between(found: Sequence[Wide]) -> dict[str, list[float]]:
    """The exponent from every size to the next, log(t' / t) / log(n' / n), by stage, of all, and of bytes at the peak."""
    steps = np.diff(np.log([one.cells for one in found]))
    return {row: (np.diff(np.log(np.maximum(spent, 1e-9))) / steps).tolist() for row, spent in _rows_of(found).items()}


def _rows_of(found: Sequence[Wide]) -> dict[str, list[float]]:
    """What is compared from size to size: seconds by stage, of a year, of building the world, and bytes at the peak."""
    rows = {stage: [one.stages[stage] for one in found] for stage in found[0].stages}
    rows["all"] = [one.year for one in found]
    return rows | {"built": [one.build for one in found], "peak": [float(one.peak) for one in found]}


def write_wide(path: Path, cells: int) -> None:
    """Write the folder of a world of so many cells, two a region; every number is invented."""
    path.mkdir(parents=True)
    rng = np.random.default_rng(cells)
    rows = {table: _rows(table) for table in _TABLES}
    regions = list(dict.fromkeys(row["place"] for row in rows["places"]))
    wanted, written = cells // 2, dict.fromkeys(_TABLES, 0)
    for copy in range(-(-wanted // len(regions))):
        kept = regions[: wanted - copy * len(regions)]
        factor = {region: float(np.exp(rng.normal(0.0, _SPREAD))) for region in regions}
        for table in _TABLES:
            here = [_moved(row, copy, factor[row["place"]]) for row in rows[table] if row["place"] in kept]
            _append(path / f"{table}.csv", here, first=not written[table])
            written[table] += len(here)
    entry = (
        f"title: Riverland many times over (invented), {wanted} regions x urban and rural\n"
        "base_year: 2010\nlast_year: 2060\ncurrency: crown\nsectors: [agriculture, industry, services]\noutside: none\n"
    )
    (path / ENTRY).write_text(entry, encoding="utf-8")
    (path / "parameters.csv").write_text((_PATTERN / "parameters.csv").read_text(encoding="utf-8"), encoding="utf-8")


def _rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_PATTERN / f"{table}.csv").read_text(encoding="utf-8").splitlines()))


def _moved(row: dict[str, str], copy: int, factor: float) -> dict[str, str]:
    """A row of a copy: places further away under a name of their own, amounts times a factor, rates and years as they are."""
    row = {**row, "place": f"{row['place']}_{copy + 1}"}
    if "latitude" in row:
        north, east = copy % _COLUMNS, copy // _COLUMNS
        row["latitude"] = f"{float(row['latitude']) - _COLUMNS + _DEGREES * north:.4f}"
        row["longitude"] = f"{float(row['longitude']) + _DEGREES * 3 * east:.4f}"
        row["also"] = row["name_zh"] = ""
    elif row["unit"] in ("persons", "crown"):
        row["value"] = f"{float(row['value']) * factor:.0f}"
    return row


def _append(file: Path, rows: list[dict[str, str]], first: bool) -> None:
    with file.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n") if rows else None
        if writer is not None:
            if first:
                writer.writeheader()
            writer.writerows(rows)
