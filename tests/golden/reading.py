"""The golden numbers as the model says them now: read from what a run saves and what a comparison prints."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sim import compare, load, run
from sim.data import catalogue
from sim.evidence.afterwards import afterwards
from sim.evidence.checkup import path_since
from tests.golden.cases import COMPARED, PROVINCES, REGIONAL, SCENARIOS, Case, cases
from tests.golden.table import Key, Numbers

_FIRST = (
    *("urban_rural_ratio", "urban_rural_ratio_fixed_returns", "coast_mountain_ratio", "max_min_ratio", "gini", "theil"),
    *("individual_gini", "income_per_head", "real_income_per_head", "output", "population", "urban_share", "welfare"),
)
_OF_CELLS = (
    *("income_per_head", "real_income_per_head", "wage", "rental_rate", "land_rent", "population", "capital", "land"),
    *("unemployment", "welfare"),
)
_OF_REGIONS = ("income_per_head", "output", "population")  # of worlds whose tables would be too long
_COMPARED = ("urban_rural_ratio", "coast_mountain_ratio", "income_per_head", "output", "welfare")


def read_all() -> Numbers:
    """Every golden number of the code as it is."""
    numbers: Numbers = {}
    drawn = {}
    with tempfile.TemporaryDirectory() as folder:
        for position, case in enumerate(cases()):
            results = run(load(SCENARIOS / f"{case.file}.yaml", case.settings), out=Path(folder) / str(position))
            numbers.update(of_run(case, results))
            if case.agents:
                drawn[case.name] = results
        for name, (baseline, scenario) in COMPARED.items():
            numbers.update(of_comparison(name, drawn[baseline], drawn[scenario]))
        numbers.update(of_check_up())
    return numbers


def of_run(case: Case, results) -> Iterator[tuple[Key, float]]:
    first, last = results.years[0], results.years[-1]
    years = case.years or (first, first + (last - first) // 4, last)
    series = results.series[results.series["year"].isin(years)]
    for replicate, year, scope, place, measure, value in series.itertuples(index=False, name=None):
        if _kept(case, scope, measure, is_last=year == last):
            drawn = f"agents {replicate}" if case.agents else "continuum"
            yield (case.name, drawn, scope, place, year, measure), value


def _kept(case: Case, scope: str, measure: str, is_last: bool) -> bool:
    """Whether a number is part of the table: all measures of the world's baseline, of other runs those read first.

    Of the two worlds of provinces, places have few measures and one year, or the table would double.
    """
    baseline, small = case.reference is None and not case.agents, not case.file.startswith(("riverland", *REGIONAL))
    if case.file.startswith(PROVINCES) and scope in ("region", "cell"):
        of_place = _OF_REGIONS if scope == "region" else ("income_per_head",)
        return is_last and measure in of_place and (baseline or scope == "cell")
    if scope == "cell":
        return measure == "income_per_head" or (
            measure in _OF_CELLS if small else measure == "real_income_per_head" and is_last
        )
    if scope in ("region", "kind"):
        return baseline and not small
    return scope == "policy" or baseline or measure in _FIRST


def of_comparison(name: str, baseline, scenario) -> Iterator[tuple[Key, float]]:
    found = compare(scenario, to=baseline)
    rows = found.headline()
    for row in rows[rows["measure"].isin(_COMPARED)].itertuples():
        for column in ("difference", "p05", "p95"):
            key = (name, "comparison", row.scope, row.place, row.year, f"{row.measure} {column}")
            yield key, float(getattr(row, column))
    for label in found.scenarios:
        spread = found.spread_left_by_pairing(label)
        if spread is not None:
            yield (name, "comparison", "world", baseline.world, found.year, "spread left by pairing"), spread


def of_check_up() -> Iterator[tuple[Key, float]]:
    here, found = catalogue.tables("zhejiang"), afterwards("zhejiang", last=2019)
    columns = ("urban_rural_ratio", "urban_rural_ratio observed", "residents", "residents observed")
    for year, *printed in path_since(here, found.model, found.last):
        for measure, text in zip(columns, printed, strict=True):
            yield ("zhejiang/check-up", "check-up", "world", "zhejiang", int(year), measure), float(text)
    for measure, value in zip(("fall of the gap", "fall of the gap observed"), found.fall_of_the_gap(), strict=True):
        yield ("zhejiang/check-up", "check-up", "world", "zhejiang", 2019, measure), 100 * value
