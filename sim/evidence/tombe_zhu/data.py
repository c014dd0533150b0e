"""Reading the folder of observed shares: names every missing or wrong file, then builds the base-year economy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.errors import DataFolder
from sim.evidence.tombe_zhu import agriculture, published
from sim.evidence.tombe_zhu.economy import Economy, balanced_revenue

FILES = {
    "provinces.csv": "a row a province and sector: product, employment, registrants, growth of product per worker",
    "migration_shares_2000.csv": "60 x 60, row = cell of registration, column = cell of work",
    "migration_shares_2005.csv": "the same five years later",
    "trade_shares_nonag_2002.csv": "31 x 31, row = importer, the last region the rest of the world",
    "head_ries_ag_2002.csv": "31 x 31 Head-Ries indices of agriculture at eight larger regions",
    "head_ries_ag_2007.csv": "the same five years later",
    "head_ries_na_2002.csv": "the same of the other sector",
    "head_ries_na_2007.csv": "the same five years later",
}
_COLUMNS = {
    "province", "sector", "real_gdp_per_worker_2000_rel", "real_gdp_per_worker_growth_2000_2005",
    "employment_2000_m", "employment_2005_m", "registrants_2000_m", "registrants_2005_m", "nominal_gdp_2000_rel",
}  # fmt: skip
ROUNDING = 1e-5  # what shares read from files may miss of one


@dataclass(frozen=True)
class Observed:
    """The base year 2000 as an economy, and what was observed later.

    migration_later: shares of 2005 by cell of registration; labour_later, registrants_later: millions, (cell,);
    growth: factor on real product per worker 2000 to 2005, (cell,), one abroad; head_ries[(sector, year)]: indices.
    """

    economy: Economy
    migration_later: Array
    labour_later: Array
    registrants_later: Array
    growth: Array
    head_ries: dict[tuple[str, int], Array]


def read(folder: Path | None) -> Observed:
    """The observed economy of a folder; raises DataFolder with everything that is missing or wrong."""
    if folder is None:
        raise _refused(None, [])
    missing = [f"{name} is missing" for name in FILES if not (folder / name).is_file()]
    if missing:
        raise _refused(folder, missing)
    try:
        found = {name: pd.read_csv(folder / name, index_col=None if name == "provinces.csv" else 0) for name in FILES}
    except (ValueError, OSError) as reason:
        raise _refused(folder, [f"a table cannot be read: {reason}"]) from reason
    faults = _faults(found)
    if faults:
        raise _refused(folder, faults)
    return _observed(found)


def _refused(folder: Path | None, faults: list[str]) -> DataFolder:
    """The error that names what is wrong and everything that is needed."""
    return DataFolder("Tombe and Zhu (2019)", "trade and migration shares", folder, faults, FILES)


def _faults(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Everything by which the tables contradict what is expected of them."""
    provinces = tables["provinces.csv"]
    lacking = sorted(_COLUMNS - set(provinces.columns))
    if lacking:
        return [f"provinces.csv lacks the column {', '.join(lacking)}"]
    faults = []
    cells = [f"{province}|{sector}" for province, sector in zip(provinces["province"], provinces["sector"], strict=True)]
    regions = list(dict.fromkeys(provinces["province"]))
    if [cell.split("|")[1] for cell in cells] != list(published.SECTORS) * len(regions):
        faults.append("provinces.csv must have a row ag and a row na for every province, in this order")
    unknown = sorted(set(regions) ^ set(published.region8()))
    if unknown:
        faults.append(f"provinces.csv: the published regions have other provinces: {', '.join(unknown)}")
    for name, table in tables.items():
        if name == "provinces.csv":
            values, wanted = table[sorted(_COLUMNS - {"province", "sector"})].to_numpy(dtype=float), None
        else:
            values = table.to_numpy(dtype=float)
            wanted = cells if name.startswith("migration") else regions
        if not np.isfinite(values).all() or (values <= 0).any():
            faults.append(f"{name}: every number must be finite and positive")
        if wanted is None:
            continue
        rows, columns = list(table.index), list(table.columns)
        if rows[: len(wanted)] != wanted or rows != columns or values.shape[0] - len(wanted) not in (0, 1):
            faults.append(f"{name}: rows and columns must be those of provinces.csv, in its order")
        elif "shares" in name and np.abs(values.sum(axis=1) - 1).max() > ROUNDING:
            worst = int(np.abs(values.sum(axis=1) - 1).argmax())
            faults.append(f"{name}: the row of {rows[worst]} sums to {values[worst].sum():.6g}, not to one")
    return faults


def _observed(tables: dict[str, pd.DataFrame]) -> Observed:
    """The economy of checked tables; the rest of the world keeps its people and has no real income of its own."""
    provinces = tables["provinces.csv"]
    cells = len(provinces)

    def of_cells(column: str, abroad: float) -> Array:
        return np.append(provinces[column].to_numpy(dtype=float), [abroad, abroad])

    def with_abroad(name: str) -> Array:
        shares = np.eye(cells + 2)
        table = tables[name].to_numpy(dtype=float)
        shares[:cells, :cells] = table / table.sum(axis=1, keepdims=True)
        return shares

    indices = {
        (sector, year): tables[f"head_ries_{sector}_{year}.csv"].to_numpy(dtype=float)
        for sector in published.SECTORS
        for year in (2002, 2007)
    }
    other = tables["trade_shares_nonag_2002.csv"].to_numpy(dtype=float)
    other = other / other.sum(axis=1, keepdims=True)
    economy = Economy(
        regions=(*dict.fromkeys(provinces["province"]), "Abroad"),
        sectors=published.SECTORS,
        technology=published.technology(),
        trade=np.stack([other, other]),  # farm trade follows below
        migration=with_abroad("migration_shares_2000.csv"),
        registrants=of_cells("registrants_2000_m", 1.0),  # abroad only changes count
        revenue=np.ones(cells + 2),
        real_income=of_cells("real_gdp_per_worker_2000_rel", 0.0),
    )
    revenue = _base_revenue(economy, provinces["nominal_gdp_2000_rel"].to_numpy(dtype=float))
    index = agriculture.province_index(indices["ag", 2002], agriculture.head_ries(other), indices["na", 2002])
    tech = economy.technology
    by_region = revenue.reshape(-1, 2)
    spent = np.outer(by_region @ tech.value_added, tech.spending) + by_region @ tech.materials
    farm = agriculture.gravity(index, by_region[:, 0], spent[:, 0])
    economy = replace(economy, trade=np.stack([farm, other]), revenue=revenue)
    return Observed(
        economy=replace(economy, revenue=balanced_revenue(economy)),
        migration_later=with_abroad("migration_shares_2005.csv"),
        labour_later=of_cells("employment_2005_m", 1.0),
        registrants_later=of_cells("registrants_2005_m", 1.0),
        growth=of_cells("real_gdp_per_worker_growth_2000_2005", 1.0),
        head_ries=indices,
    )


def _base_revenue(economy: Economy, product: Array) -> Array:
    """Revenues that observed non-farm shares reproduce, given observed farm revenues of the provinces, (cell,).

    Unknown: non-farm revenue of every province, both revenues abroad. Equations: every non-farm market; the provinces'
    non-farm product in sum as observed.
    """
    tech, regions = economy.technology, len(economy.regions)
    observed = product / np.tile(tech.value_added, regions - 1)
    farm, wanted = observed[0::2], float(product[1::2].sum())
    own = tech.spending[1] * tech.value_added[1] + tech.materials[1, 1]  # spending on the other good out of its revenue
    cross = tech.spending[1] * tech.value_added[0] + tech.materials[0, 1]
    # unknowns: other revenue of all regions, then farm revenue abroad
    system, right = np.zeros((regions + 1, regions + 1)), np.zeros(regions + 1)
    spread = economy.trade[1].T
    system[:regions, :regions] = spread * own - np.eye(regions)
    system[:regions, regions] = spread[:, -1] * cross
    right[:regions] = -spread[:, :-1] @ (cross * farm)
    system[regions, : regions - 1] = tech.value_added[1]
    right[regions] = wanted
    solution = np.linalg.solve(system, right)
    if (solution <= 0).any():
        raise _refused(None, ["trade shares and product of provinces.csv contradict each other: a revenue is negative"])
    other, abroad = solution[:regions], solution[regions]
    return np.asarray(np.stack([np.append(farm, abroad), other], axis=1).ravel())
