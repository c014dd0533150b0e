"""The catalogue of data sets: what worlds exist, their tables, their parameters, what was observed."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from sim.cells import KINDS, cell_name

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = files("sim.data")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one, where there is one, is ten times as fast


@dataclass(frozen=True)
class Parameter:
    """One number of a world: its value, unit, permitted range, meaning, source, and whether it is assumed."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    assumed: bool
    meaning: str
    source: str


def _rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_FOLDER / file).read_text(encoding="utf-8").splitlines()))


@cache
def worlds() -> Mapping[str, Mapping[str, Any]]:
    """The worlds on offer: title, regions, sectors, groups, first and last year, by name."""
    files_of_worlds = ("worlds.yaml", "worlds_theory.yaml")
    texts = [(_FOLDER / name).read_text(encoding="utf-8") for name in files_of_worlds]
    return {name: entry for text in texts for name, entry in yaml.load(text, Loader=_LOADER).items()}


def _family(world: str) -> str:
    """The part of file names that a world's tables carry: the corners of the theory share theirs."""
    return "theory" if world.startswith("theory_") else world


@cache
def family_parameters(world: str) -> Mapping[str, Parameter]:
    """The parameters of a world by name, as its table has them, which corners of the theory share."""
    return {
        row["name"]: Parameter(
            name=row["name"],
            value=float(row["value"]),
            unit=row["unit"],
            low=float(row["low"]),
            high=float(row["high"]),
            assumed=row["assumed"] == "yes",
            meaning=row["meaning"],
            source=row["source"],
        )
        for row in _rows(f"parameters_{_family(world)}.csv")
    }


@cache
def parameters(world: str) -> Mapping[str, Parameter]:
    """The parameters of a world by name; a world may say other values than its table, inside its ranges."""
    own = worlds()[world].get("parameters", {})
    return {
        name: replace(parameter, value=float(own.get(name, parameter.value)))
        for name, parameter in family_parameters(world).items()
    }


@cache
def technology(world: str) -> tuple[Mapping[str, str], ...]:
    """The sectors of a world with their cost shares, one mapping a sector."""
    return tuple(_rows(f"technology_{world}.csv"))


@cache
def aliases(world: str) -> Mapping[str, str]:
    """Other names of a world's places, and the name the world gives them."""
    file = f"names_{_family(world)}.csv"
    return {row["alias"]: row["name"] for row in _rows(file)} if (_FOLDER / file).is_file() else {}


@cache
def facts(table: str) -> Mapping[tuple[str, str, int], float]:
    """The values of a long table (zhejiang, china) by (region, variable, year)."""
    return {(row["region"], row["variable"], int(row["year"])): float(row["value"]) for row in _rows(f"{table}.csv")}


def canonical(world: str, place: str) -> str:
    """The world's own name of a place, also of a cell, that may be called by an alias; other words as they are."""
    region, slash, kind = place.partition("/")
    return aliases(world).get(region, region) + slash + kind


def fingerprints(world: str) -> dict[str, str]:
    """The sha256 of every file of the data folder that a world reads, by file name."""
    family = _family(world)
    names = sorted(
        item.name
        for item in _FOLDER.iterdir()
        if item.name.endswith((".csv", ".yaml"))
        and not item.name.startswith("names_")  # what places are called moves no number
        and (family in item.name or item.name in {"worlds.yaml", "china.csv"})
    )
    return {name: hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest() for name in names}


def _price_level(world: str) -> dict[int, float]:
    """Consumer prices of the province over those of 2014, chained from yearly indices."""
    level, levels = 1.0, {2014: 1.0}
    for year in range(2015, 2020):
        level *= facts(world)["Zhejiang", "consumer_price_index", year] / 100.0
        levels[year] = level
    return levels


def observed(world: str) -> pd.DataFrame:
    """What statistics say of a world, in the words of the results.

    Incomes are in yuan of 2014 (nominal figures over provincial consumer prices); ratios are of nominal incomes. The
    ratio at scope world weighs the cities by interpolated census population, as the model does; it is not the ratio
    published for the province, which the city figures do not add up to.

    Returns columns year, scope, place, measure, value, unit, source; no rows for a stylised world.
    """
    import pandas as pd

    columns = ["year", "scope", "place", "measure", "value", "unit", "source"]
    if world != "zhejiang":
        return pd.DataFrame(columns=columns)
    source = "Zhejiang Statistical Yearbook, table 17-2"
    fact, prices, rows = facts(world), _price_level(world), []
    cities = [region for region in worlds()[world]["regions"] if region != "outside"]
    for year, price in prices.items():
        sums = dict.fromkeys(KINDS, 0.0)
        people = dict.fromkeys(KINDS, 0.0)
        for city in cities:
            income = {kind: fact[city, f"income_{kind}", year] for kind in KINDS}
            for kind, value in income.items():
                unit = "yuan of 2014 per head and year"
                rows.append((year, "cell", cell_name(city, kind), "income_per_head", value / price, unit, source))
                heads = _people(fact, city, kind, year)
                sums[kind] += value * heads
                people[kind] += heads
            ratio = income["urban"] / income["rural"]
            rows.append((year, "region", city, "urban_rural_ratio", ratio, "ratio", source))
        ratio = (sums["urban"] / people["urban"]) / (sums["rural"] / people["rural"])
        rows.append((year, "world", world, "urban_rural_ratio", ratio, "ratio", f"eleven cities by residents, {source}"))
    return pd.DataFrame(rows, columns=columns)


def residents(world: str, year: int) -> dict[str, tuple[float, float]]:
    """Urban and rural residents by city between the censuses of 2010 and 2020 (persons)."""
    fact = facts(world)
    return {
        city: (_people(fact, city, "urban", year), _people(fact, city, "rural", year))
        for city in worlds()[world]["regions"]
        if city not in worlds()[world]["outside"]
    }


def migrants_from_other_provinces(world: str, year: int) -> float:
    """Residents of all cities registered in other provinces, between the censuses of 2010 and 2020 (persons)."""
    fact, name = facts(world), "migrants_from_other_provinces"
    return float(sum(_between_censuses(fact, city, name, year) for city in residents(world, year)))


def _between_censuses(fact: Mapping[tuple[str, str, int], float], city: str, name: str, year: int) -> float:
    """A count of 2010 and 2020, interpolated geometrically."""
    weight = (year - 2010) / 10.0
    return float(fact[city, name, 2010] ** (1 - weight) * fact[city, name, 2020] ** weight)


def _people(fact: Mapping[tuple[str, str, int], float], city: str, kind: str, year: int) -> float:
    """Residents of a kind: all residents geometrically, their urban share linearly (persons)."""
    weight = (year - 2010) / 10.0
    first, last = (
        fact[city, "census_urban_population", census] / fact[city, "census_population", census] for census in (2010, 2020)
    )
    urban = first + weight * (last - first)
    return _between_censuses(fact, city, "census_population", year) * (urban if kind == "urban" else 1 - urban)
