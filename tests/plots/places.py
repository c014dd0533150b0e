"""Results of made-up places: incomes of any number of regions with names of any script, in clubs known in advance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.results import Results, open_results
from sim.analysis.saving import save_results
from sim.analysis.tables import Tables

PROVINCES = (
    *("北京", "天津", "河北", "山西", "内蒙古自治区", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建"),
    *("江西", "山东", "河南", "湖北", "湖南", "广东", "广西壮族自治区", "海南", "重庆", "四川", "贵州", "云南", "西藏自治区"),
    *("陕西", "甘肃", "青海", "宁夏回族自治区", "新疆维吾尔自治区"),
)
VALLEYS = tuple(f"Valley {number}" for number in range(1, 32))
INCOME = "income_per_head"


def paths(count: int, years: int, levels: Sequence[float], seed: int = 3) -> np.ndarray:
    """Incomes (region, year): region i runs from anywhere to level i mod len(levels), a gap closing by 12% a year."""
    rng = np.random.default_rng(seed)
    own = np.array([levels[number % len(levels)] for number in range(count)])[:, None]
    time = np.arange(years)
    start = rng.uniform(-0.25, 0.25, count)[:, None]
    return 20_000 * own * np.exp(0.05 * time + start * 0.88**time)


def results_of(
    folder: Path,
    incomes: np.ndarray,
    names: Sequence[str],
    first: int = 2014,
    replicates: int = 1,
    luck: float = 0.0,
    title: str = "Baseline",
) -> Results:
    """A results folder with the incomes (region, year) of regions, in every replicate times its own luck."""
    rng, rows = np.random.default_rng(11), []
    for replicate in range(replicates):
        drawn = incomes * np.exp(rng.normal(0, luck, incomes.shape).cumsum(axis=1)) if luck else incomes
        for name, values in zip(names, drawn, strict=True):
            rows += [(replicate, first + year, "region", name, INCOME, value) for year, value in enumerate(values)]
    manifest: dict[str, Any] = {
        "name": "made_up",
        "title": title,
        "scenario": {"run": {}},
        "scenario_digest": "0" * 64,
        "world": "made_up",
        "years": {"from": first, "to": first + incomes.shape[1] - 1},
        "seed": 1,
        "replicates": [{"replicate": r, "seed": r, "status": "done", "reason": None} for r in range(replicates)],
        "policies": [],
        "units": {INCOME: "yuan of 2014 per head and year"},
    }
    flows = pd.DataFrame(
        [(0, first, "labour", "migration", names[0], names[1], 0.0)],
        columns=["replicate", "year", "factor", "event", "origin", "destination", "value"],
    )
    accounts = pd.DataFrame({"replicate": [0], "year": [first], "identity": ["payments"], "residual": [0.0]})
    series = pd.DataFrame(rows, columns=["replicate", "year", "scope", "place", "measure", "value"])
    return open_results(save_results(folder, Tables(series, flows, accounts), manifest))
