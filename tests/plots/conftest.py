"""Synthetic results of plausible size: eleven cities, 2014 to 2035, twenty replicates, a baseline and a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.results import Results, open_results
from sim.analysis.saving import save_results
from sim.analysis.tables import Tables

# City: urban income, rural income (yuan per head, 2014), residents (million), urban share.
CITIES = {
    "Hangzhou": (44632, 23555, 10.3, 0.77),
    "Huzhou": (38959, 22404, 3.1, 0.60),
    "Jiaxing": (42143, 24676, 4.9, 0.64),
    "Jinhua": (39807, 17586, 6.2, 0.63),
    "Lishui": (30413, 13635, 2.3, 0.54),
    "Ningbo": (44155, 24283, 8.4, 0.73),
    "Quzhou": (30583, 14962, 2.2, 0.52),
    "Shaoxing": (43167, 23539, 5.1, 0.66),
    "Taizhou": (39763, 19362, 6.3, 0.59),
    "Wenzhou": (40510, 19394, 9.3, 0.69),
    "Zhoushan": (41466, 23783, 1.1, 0.67),
}
MOUNTAIN = ("Lishui", "Quzhou")
YEARS = np.arange(2014, 2036)
UNITS = {
    "population": "persons",
    "income_per_head": "yuan of 2014 per head and year",
    "output": "yuan of 2014 per year",
    "urban_rural_ratio": "ratio",
    "urban_share": "share",
    "gini": "index",
    "theil": "index",
    "max_min_ratio": "ratio",
}


def _series(rng: np.random.Generator, replicate: int, effect: float) -> list[tuple[Any, ...]]:
    """All rows of one replicate; the luck comes from `rng` alone, the policy from `effect` alone."""
    rows: list[tuple[Any, ...]] = []
    since = np.maximum(YEARS - 2023, 0)
    income, people = {}, {}
    for city, (urban, rural, million, share) in CITIES.items():
        luck = rng.normal(0, 0.006, (2, len(YEARS))).cumsum(axis=1)
        luck -= luck[:, :1]
        time = YEARS - 2014
        help_ = effect * since * (2.0 if city in MOUNTAIN else 1.0) * (1 + rng.normal(0, 0.25))
        income[city, "urban"] = urban * np.exp(0.062 * time - 0.0007 * time**2 + luck[0] - 0.15 * help_)
        income[city, "rural"] = rural * np.exp(0.070 * time - 0.0008 * time**2 + luck[1] + help_)
        heads = million * 1e6 * np.exp(0.008 * time)
        town = np.minimum(share + 0.006 * time + 0.1 * help_, 0.92)
        people[city, "urban"], people[city, "rural"] = heads * town, heads * (1 - town)
    for (city, kind), values in income.items():
        heads = people[city, kind]
        for measure, numbers in (("income_per_head", values), ("population", heads), ("output", 2 * values * heads)):
            rows += _rows(replicate, "cell", f"{city}/{kind}", **{measure: numbers})
    total = {
        kind: (
            sum(people[city, kind] for city in CITIES),
            sum(people[city, kind] * income[city, kind] for city in CITIES),
        )
        for kind in ("urban", "rural")
    }
    by_city = {}
    for city in CITIES:
        heads = people[city, "urban"] + people[city, "rural"]
        by_city[city] = sum(people[city, kind] * income[city, kind] for kind in ("urban", "rural")) / heads
        rows += _rows(
            *(replicate, "region", city),
            income_per_head=by_city[city],
            urban_rural_ratio=income[city, "urban"] / income[city, "rural"],
            population=heads,
            urban_share=people[city, "urban"] / heads,
        )
    for kind, (heads, earned) in total.items():
        rows += _rows(replicate, "kind", kind, population=heads, income_per_head=earned / heads)
    ratio = (total["urban"][1] / total["urban"][0]) / (total["rural"][1] / total["rural"][0])
    every = np.array(list(by_city.values()))
    heads = total["urban"][0] + total["rural"][0]
    earned = total["urban"][1] + total["rural"][1]
    rows += _rows(
        *(replicate, "world", "zhejiang"),
        urban_rural_ratio=ratio,
        gini=0.05 + 0.09 * (ratio - 1),
        theil=0.02 + 0.03 * (ratio - 1) ** 2,
        max_min_ratio=every.max(axis=0) / every.min(axis=0),
        population=heads,
        income_per_head=earned / heads,
        output=2 * earned,
        urban_share=total["urban"][0] / heads,
    )
    return rows


def _rows(replicate: int, scope: str, place: str, **measures: np.ndarray) -> Iterator[tuple[Any, ...]]:
    for measure, values in measures.items():
        yield from ((replicate, year, scope, place, measure, value) for year, value in zip(YEARS, values, strict=True))


def _flows(rng: np.random.Generator, replicate: int, effect: float) -> pd.DataFrame:
    """Moves of labour between all cells in every year, larger towards towns and from outside; some land too."""
    regions = [*CITIES, "outside"]
    cells = [f"{region}/{kind}" for region in regions for kind in ("urban", "rural")]
    pull = np.array([(CITIES[r][2] if r in CITIES else 6.0) * (3.0 if k == "urban" else 0.4)
                     for r in regions for k in ("urban", "rural")])  # fmt: skip
    stock = np.array([(CITIES[r][2] if r in CITIES else 25.0) * (0.5 if k == "urban" else 1.0)
                      for r in regions for k in ("urban", "rural")])  # fmt: skip
    home = np.array([cell.startswith(MOUNTAIN) and cell.endswith("rural") for cell in cells])
    mean = 90.0 * stock[:, None] * pull[None, :]
    np.fill_diagonal(mean, 0.0)
    mean[-2:, -2:] = 0.0
    tables = []
    for year in YEARS:
        drawn = rng.poisson(mean / 40) * 40.0
        if year >= 2024:
            drawn[home] *= 1 - 8 * effect
        origin, destination = np.nonzero(drawn)
        names = np.array(cells)
        tables.append(pd.DataFrame({"replicate": replicate, "year": year, "factor": "labour", "event": "migration",
                                    "origin": names[origin], "destination": names[destination],
                                    "value": drawn[origin, destination]}))  # fmt: skip
        tables.append(pd.DataFrame({"replicate": replicate, "year": year, "factor": "land", "event": "conversion",
                                    "origin": names[1:22:2], "destination": names[0:22:2], "value": 4.0}))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


Maker = Callable[..., Results]


def make_results(
    folder: Path,
    name: str = "baseline",
    title: str = "Baseline",
    effect: float = 0.0,
    policies: Sequence[dict[str, Any]] = (),
    replicates: int = 20,
    failed: Sequence[int] = (),
    seed: int = 7,
    agents: int = 100_000,
) -> Results:
    """Write synthetic results into `folder` and open them; the same seed gives the same luck whatever the effect."""
    series: list[tuple[Any, ...]] = []
    flows = []
    for replicate in range(replicates):
        series += _series(np.random.default_rng([seed, replicate]), replicate, effect)
        flows.append(_flows(np.random.default_rng([seed, replicate, 1]), replicate, effect))
    columns = ["replicate", "year", "scope", "place", "measure", "value"]
    accounts = pd.DataFrame({"replicate": [0], "year": [2014], "identity": ["payments"], "residual": [0.0]})
    manifest = {
        "name": name,
        "title": title,
        "scenario": {"run": {"labour_agents": agents, "capital_agents": 24_000, "land_agents": 24_000}},
        "scenario_digest": "0" * 64,
        "world": "zhejiang",
        "years": {"from": 2014, "to": 2035},
        "seed": seed,
        "replicates": [
            {"replicate": r, "seed": seed * 1000 + r, "status": "failed" if r in failed else "done", "reason": None}
            for r in range(replicates)
        ],
        "policies": list(policies),
        "units": UNITS,
    }
    tables = Tables(pd.DataFrame(series, columns=columns), pd.concat(flows, ignore_index=True), accounts)
    return open_results(save_results(folder, tables, manifest))


def policy(name: str, start: int, until: int | None = None) -> dict[str, Any]:
    """A policy as the manifest names it."""
    return {"name": name, "instrument": name, "from": start, "until": until}


MOUNTAIN_SEA = [policy("mountain_sea_pairs", 2024), policy("residence_permit_reform", 2024),
                policy("rail_to_the_southwest", 2027, 2032)]  # fmt: skip


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Writes and opens synthetic results with the settings given."""

    def maker(**settings: Any) -> Results:
        folder = tmp_path_factory.mktemp("results") / settings.get("name", "baseline")
        return make_results(folder, **settings)

    return maker


@pytest.fixture(scope="session")
def baseline(make: Maker) -> Results:
    """Twenty replicates without a policy."""
    return make()


@pytest.fixture(scope="session")
def mountain_sea(make: Maker) -> Results:
    """The same luck, with policies from 2024 that raise rural incomes, most in the mountains."""
    title = "Mountain-sea cooperation, permits and railways"
    return make(name="mountain_sea", title=title, effect=0.008, policies=MOUNTAIN_SEA)


@pytest.fixture(scope="session")
def one_replicate(make: Maker) -> Results:
    """A run of one replicate, with no spread to show."""
    return make(name="single", title="A single draw", replicates=1)
