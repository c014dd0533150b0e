"""Hand-made futures to compare: incomes and money changed by so much, in results as a run saves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.comparison import Comparison, compare_results
from sim.analysis.results import Results, open_results
from sim.analysis.saving import save_results
from tests.results.synthetic import REGIONS, UNITS, YEARS, manifest, series, tables

INCOME = "yuan of 2014 per head and year"
ALL_UNITS = UNITS | {
    "real_income_per_head": INCOME,
    **dict.fromkeys(("public_cost", "public_receipts", "paid_for_policies", "raised_by_policies"), "yuan of 2014 per year"),
    "charged_to_households": "yuan of 2014 per year",
}
Money = Mapping[tuple[str, str, str], float]
NOTHING: Money = {}
NO_CHANGE: Mapping[str, float] = {}
MONEY = {
    ("public_cost", "policy", "aid"): 5e9,
    ("public_receipts", "policy", "aid"): 2e9,
    ("paid_for_policies", "region", "Hangzhou"): 3e9,
    ("raised_by_policies", "region", "Hangzhou"): 2e9,
    ("paid_for_policies", "region", "Ningbo"): 1.5e9,
    ("raised_by_policies", "region", "Ningbo"): 0.0,
    ("paid_for_policies", "world", "zhejiang"): 5e9,
    ("raised_by_policies", "world", "zhejiang"): 2e9,
}


def future(
    folder: Path,
    falls: Mapping[str, float] | Callable[[int], Mapping[str, float]] = NO_CHANGE,
    money: Money = NOTHING,
    effect: float | Callable[[int], float] = 0.0,
    replicates: Any = range(12),
    regions: Mapping[str, float] = NO_CHANGE,
    real: Mapping[str, float] = NO_CHANGE,
    **other: Any,
) -> Results:
    """A future where both incomes of the cells in `falls` are other by so many yuan, and policies cost money a year.

    money: yuan a year by (measure, scope, place); regions: change of the ratio by region; real: what real
    incomes of cells change besides; effect: change of the ratio, in all replicates or by replicate.
    """
    rows = []
    for replicate in replicates:
        changed = falls(replicate) if callable(falls) else falls
        for year in YEARS:
            for region in REGIONS:
                for kind, income in (("urban", 50_000.0), ("rural", 25_000.0)):
                    cell = f"{region}/{kind}"
                    told = income + 10 * replicate + changed.get(cell, 0.0)
                    rows.append((replicate, year, "cell", cell, "income_per_head", told))
                    rows.append((replicate, year, "cell", cell, "real_income_per_head", 0.9 * told + real.get(cell, 0.0)))
                    rows.append((replicate, year, "cell", cell, "population", 1_500_000.0))
            rows += [(replicate, year, scope, place, measure, value) for (measure, scope, place), value in money.items()]
    frame = series(replicates, lambda r, y: effect(r) if callable(effect) else effect)
    for region, change in regions.items():
        where = (frame["scope"] == "region") & (frame["place"] == region) & (frame["measure"] == "urban_rural_ratio")
        frame.loc[where, "value"] += change
    frame = pd.concat([frame, pd.DataFrame(rows, columns=frame.columns)], ignore_index=True)
    policies = [
        {"name": place, "instrument": "x", "from": 2014, "until": None} for _, scope, place in money if scope == "policy"
    ]
    kept = {"units": ALL_UNITS, "policies": policies} | other
    save_results(folder, tables(frame), manifest(folder.name, list(replicates), **kept))
    return open_results(folder)


def compared(tmp_path: Path, baseline: dict[str, Any] | None = None, **other: Any) -> Comparison:
    return compare_results([future(tmp_path / "baseline", **(baseline or {})), future(tmp_path / "aid", **other)])
