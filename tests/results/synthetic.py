"""A results folder with numbers known beforehand, so that every median and band can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.results import Results, open_results
from sim.analysis.saving import save_results
from sim.analysis.tables import Tables

YEARS = (2014, 2015, 2016)
REGIONS = ("Hangzhou", "Ningbo", "Quzhou")
UNITS = {
    "urban_rural_ratio": "ratio",
    "urban_rural_ratio_fixed_returns": "ratio",
    "theil_between_kinds_within_regions": "index",
    "max_min_ratio": "ratio",
    "coast_mountain_ratio": "ratio",
    "income_per_head": "yuan of 2014 per head and year",
    "population": "persons",
    "beta_convergence": "per year",
}
GROUPS = {"coast": ["Hangzhou", "Ningbo"], "mountain": ["Quzhou"]}
_INCOME = {"Hangzhou": 40_000.0, "Ningbo": 50_000.0, "Quzhou": 30_000.0}
_PERSONS = {"Hangzhou": 3_000.0, "Ningbo": 1_000.0, "Quzhou": 500.0}
_COAST = (3_000 * 40_000 + 1_000 * 50_000) / 4_000


def luck(replicate: int) -> float:
    """What replicate r draws, the same in every scenario: 0, 0.01, 0.02, ... in the unit of the ratio."""
    return 0.01 * replicate


def series(replicates: Sequence[int], effect: Callable[[int, int], float], quzhou: float = 0.0) -> pd.DataFrame:
    """Rows of a future in which a policy adds effect(replicate, year) to the ratio and quzhou yuan in Quzhou."""
    rows: list[tuple[int, int, str, str, str, float]] = []
    for replicate in replicates:
        for year in YEARS:
            ratio = 2.0 + luck(replicate) + effect(replicate, year)
            world = {
                "urban_rural_ratio": ratio,
                "urban_rural_ratio_fixed_returns": 2.0 + luck(replicate),
                "theil_between_kinds_within_regions": 0.05 + (ratio - 2.0) / 10,
                "max_min_ratio": _INCOME["Ningbo"] / (_INCOME["Quzhou"] + quzhou),
                "coast_mountain_ratio": _COAST / (_INCOME["Quzhou"] + quzhou),
                "income_per_head": 41_000.0 + quzhou / 9,
            }
            if year > YEARS[0]:  # a slope needs two years
                world["beta_convergence"] = -0.01
            rows += [(replicate, year, "world", "zhejiang", measure, value) for measure, value in world.items()]
            for region in REGIONS:
                income = _INCOME[region] + (quzhou if region == "Quzhou" else 0.0)
                moved = effect(replicate, year) if region == "Quzhou" else 0.0
                told = {"income_per_head": income, "population": _PERSONS[region], "urban_rural_ratio": 1.9 + moved}
                rows += [(replicate, year, "region", region, measure, value) for measure, value in told.items()]
    return pd.DataFrame(rows, columns=["replicate", "year", "scope", "place", "measure", "value"])


def tables(of_series: pd.DataFrame) -> Tables:
    """Those series with a few flows and residuals beside them."""
    replicates = [int(replicate) for replicate in of_series["replicate"].unique()]
    many = len(replicates)
    flows = pd.DataFrame(
        {
            "replicate": replicates,
            "year": [2014] * many,
            "factor": ["labour"] * many,
            "event": ["migration"] * many,
            "origin": ["Quzhou/rural"] * many,
            "destination": ["Ningbo/urban"] * many,
            "value": [1200.0] * many,
        }
    )
    accounts = pd.DataFrame(
        {"replicate": replicates, "year": [2014] * many, "identity": ["payments"] * many, "residual": [1e-15] * many}
    )
    return Tables(of_series, flows, accounts)


def manifest(name: str, replicates: Sequence[int], failed: Sequence[int] = (), **other: Any) -> dict[str, Any]:
    """A manifest as the experiment writes it."""
    rows = [{"replicate": r, "seed": 7_000 + r, "status": "done", "reason": None} for r in replicates]
    rows += [{"replicate": r, "seed": 7_000 + r, "status": "failed", "reason": "no clearing in 2015"} for r in failed]
    told: dict[str, Any] = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "scenario": {"run": {"seed": 7, "labour_agents": 1000, "capital_agents": 10, "land_agents": 10}},
        "scenario_digest": name.encode().hex().ljust(64, "0")[:64],
        "world": "zhejiang",
        "years": {"from": YEARS[0], "to": YEARS[-1]},
        "seed": 7,
        "versions": {"factorflow": "0.0"},
        "data": {},
        "replicates": rows,
        "policies": [],
        "units": UNITS,
        "groups": GROUPS,
    }
    return told | other


def future(
    folder: Path,
    effect: Callable[[int, int], float] = lambda replicate, year: 0.0,
    replicates: Sequence[int] = range(21),
    quzhou: float = 0.0,
    **other: Any,
) -> Results:
    """A saved and opened results folder named after its scenario."""
    name = other.pop("name", folder.name)
    save_results(folder, tables(series(replicates, effect, quzhou)), manifest(name, replicates, **other))
    return open_results(folder)
