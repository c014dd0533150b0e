"""The catalogue of data sets: what worlds exist, their tables, their parameters, what was observed.

A world is asked for by the name of a shipped one, or by the folder of a user's.
"""

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
from sim.data import published
from sim.data.folder import ALL, ENTRY, EVERYWHERE, WorldFolder, belongs

if TYPE_CHECKING:
    import pandas as pd

_DATA = files("sim.data")
_SHIPPED = ("zhejiang", "china", "yangtze_delta", "riverland")
_STYLISED = ("worlds.yaml", "worlds_theory.yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one, where there is one, is ten times as fast

AnyWorld = str | WorldFolder


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


@cache
def _shared(file: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table that worlds share."""
    return tuple(csv.DictReader((_DATA / file).read_text(encoding="utf-8").splitlines()))


@cache
def _shipped(name: str) -> WorldFolder:
    contents = sorted((_DATA / "worlds" / name).iterdir(), key=lambda item: item.name)
    return WorldFolder(name, {item.name: item.read_bytes() for item in contents if belongs(item.name)})


def folder(world: AnyWorld) -> WorldFolder | None:
    """The tables of a world; None for a stylised one, which is described whole by its entry."""
    if isinstance(world, WorldFolder):
        return world
    return _shipped(world) if world in shipped_folders() else None


def tables(world: AnyWorld) -> WorldFolder:
    """The tables of a world that has some."""
    found = folder(world)
    if found is None:
        raise KeyError(f"{world} is described by its entry, not by tables")
    return found


@cache
def shipped_folders() -> tuple[str, ...]:
    """The names of the worlds that are shipped as folders of tables."""
    return tuple(name for name in _SHIPPED if (_DATA / "worlds" / name / ENTRY).is_file())


def name_of(world: AnyWorld) -> str:
    """What a world is called in results."""
    return world.name if isinstance(world, WorldFolder) else world


@cache
def worlds() -> Mapping[str, Mapping[str, Any]]:
    """The shipped worlds by name: title, regions, outside, sectors, groups, first and last year."""
    found: dict[str, Mapping[str, Any]] = {name: _entry_of(_shipped(name)) for name in shipped_folders()}
    for file in _STYLISED:
        found |= yaml.load((_DATA / file).read_text(encoding="utf-8"), Loader=_LOADER)
    return found


def entry(world: AnyWorld) -> Mapping[str, Any]:
    """What the catalogue says of a world: title, regions, outside, sectors, groups, first and last year, currency."""
    return _entry_of(world) if isinstance(world, WorldFolder) else worlds()[world]


@cache
def _entry_of(world: WorldFolder) -> Mapping[str, Any]:
    said = world.entry
    return {
        "title": said["title"],
        "first_year": int(said["base_year"]),
        "last_year": int(said["last_year"]),
        "money": f"{said['currency']} of {said['base_year']}",
        "regions": list(world.regions),
        "outside": list(world.outside),
        "sectors": list(said["sectors"]),
        "groups": {name: list(members) for name, members in (said.get("groups") or {}).items()},
    }


def _family(world: AnyWorld) -> str:
    """The part of file names that a shared table carries: one for all corners of the theory, one for worlds of tables."""
    if folder(world) is not None:
        return "regional"
    return "theory" if name_of(world).startswith("theory_") else name_of(world)


def _parameter(row: Mapping[str, str]) -> Parameter:
    return Parameter(
        name=row["name"],
        value=float(row["value"]),
        unit=row["unit"],
        low=float(row["low"]),
        high=float(row["high"]),
        assumed=row["assumed"] == "yes",
        meaning=row["meaning"],
        source=row["source"],
    )


@cache
def shared_parameters(world: AnyWorld) -> Mapping[str, Parameter]:
    """All parameters by name of the table that a world shares with others."""
    return {row["name"]: _parameter(row) for row in _shared(f"parameters_{_family(world)}.csv")}


@cache
def family_parameters(world: AnyWorld) -> Mapping[str, Parameter]:
    """The parameters of a world by name, as the table has them that it shares with others: those that do something."""
    found, here = shared_parameters(world), folder(world)
    unread = set() if here is None else _unread(here)
    return {name: parameter for name, parameter in found.items() if name not in unread}


def _unread(here: WorldFolder) -> set[str]:
    """Parameters that the tables of a world leave nothing to do: they are not offered, so that none is set in vain."""
    one_gap = any(row["name"] == "wage_gap" for row in here.rows("parameters"))
    by_distance, year = here.counts_by_distance, here.base_year
    needless = {
        ("outside_flow", "return_flow", "moves_outside", "growth_outside"): not here.outside,
        ("outside_pull", "migrant_pool", "capital_pool", "distance_inside_outside"): not here.outside,
        ("wage_gap_outside",): not here.outside or not one_gap,
        ("dividend_excess", "smallest_village_product"): one_gap or here.known("wage_gap"),
        ("share_of_county_moves_inside_city",): not by_distance,
        ("migrants_assumed",): (here.known("arrivals") and not here.outside) or by_distance,
        ("moves_inside_assumed",): here.known("arrivals_inside") or by_distance,
        ("revenue_over_tax",): not here.has("tax_revenue"),
        ("grants_of_net_revenue",): not here.has("expenditure"),
        ("transfers_of_registration",): not any(
            here.at(place, "registered", year) and here.at(place, "registered", year + 1) for place in here.places
        ),
        ("commuting_share_low", "commuting_share_high", "commuting_share_of_nonfarm"): here.known("work_in_town"),
    }
    return {name for names, needless_here in needless.items() if needless_here for name in names}


@cache
def parameters(world: AnyWorld) -> Mapping[str, Parameter]:
    """The parameters of a world by name: those it shares, with what its own table or entry says in their place."""
    found, here = dict(family_parameters(world)), folder(world)
    if here is None:
        own = worlds()[name_of(world)].get("parameters", {})
        return {name: replace(one, value=float(own.get(name, one.value))) for name, one in found.items()}
    return found | {row["name"]: _parameter(row) for row in here.rows("parameters")}


@cache
def technology(world: AnyWorld) -> tuple[Mapping[str, str], ...]:
    """The sectors of a world with their cost shares, one mapping a sector: its own table, else the shipped three."""
    here = folder(world)
    own = () if here is None else tuple(here.rows("technology"))
    return own or _shared(f"technology_{_family(world)}.csv")


def shared_technology() -> tuple[Mapping[str, str], ...]:
    """The sectors of worlds of tables that have no technology of their own."""
    return _shared("technology_regional.csv")


@cache
def aliases(world: AnyWorld) -> Mapping[str, str]:
    """Other names of a world and its places, and the name the world gives them."""
    here = folder(world)
    if here is None:
        return {}
    found = {alias: here.name for alias in here.entry.get("names", ())}
    for row in here.rows_of_places:
        others = [row["name_zh"], *row["also"].split(";")]
        found |= {alias.strip(): row["place"] for alias in others if alias.strip()}
    return found


def canonical(world: AnyWorld, place: str) -> str:
    """The world's own name of a place, also of a cell, that may be called by an alias; other words as they are."""
    region, slash, kind = place.partition("/")
    return aliases(world).get(region, region) + slash + kind


@cache
def fingerprints(world: AnyWorld) -> Mapping[str, str]:
    """The sha256 of every file that a world is made from, by name."""
    here, family = folder(world), _family(world)
    shared = [f"parameters_{family}.csv", f"technology_{family}.csv"]
    if here is None:
        shared += ["worlds_theory.yaml" if family == "theory" else "worlds.yaml"]
    found = {name: hashlib.sha256((_DATA / name).read_bytes()).hexdigest() for name in shared if (_DATA / name).is_file()}
    return found | ({} if here is None else {f"{here.name}/{name}": one for name, one in here.fingerprints().items()})


def content(name: str) -> bytes | None:
    """The bytes of a shipped file by the name that `fingerprints` gives it; None where there is none."""
    world, _, file = name.rpartition("/")
    if world:
        return _shipped(world).files.get(file) if world in shipped_folders() else None
    found = _DATA / name
    return found.read_bytes() if name.endswith((".csv", ".yaml")) and found.is_file() else None


def price_level(here: WorldFolder, place: str) -> dict[int, float]:
    """Consumer prices of a place, else of all, over those of the base year, chained from yearly indices by year."""
    found = here.series.get((place, ALL, "", "consumer_price_index"))
    indices = here.series.get((EVERYWHERE, ALL, "", "consumer_price_index"), {}) if found is None else found
    level, year, levels = 1.0, here.base_year, {here.base_year: 1.0}
    while year + 1 in indices:
        year += 1
        level *= indices[year] / 100.0
        levels[year] = level
    return levels


def observed(world: AnyWorld, points: bool = True) -> pd.DataFrame:
    """What statistics say of a world, in the words of the results.

    Incomes are in money of the base year (nominal figures over consumer prices); ratios are of nominal incomes. The
    ratio at scope world weighs the places by their residents, as the model does; it need not be the published one of
    the whole. Years without prices have none.

    points: with the series of observed.csv, which are drawn and nothing else.
    Returns columns year, scope, place, measure, value, unit, source; no rows for a stylised world.
    """
    import pandas as pd

    columns = ["year", "scope", "place", "measure", "value", "unit", "source"]
    return pd.DataFrame(observed_rows(world, points), columns=columns)


def observed_rows(world: AnyWorld, points: bool = True) -> list[tuple[int, str, str, str, float, str, str]]:
    """The rows of `observed`, for those who would not wait for the library that makes a table of them."""
    here = folder(world)
    if here is None:
        return []
    source = str(here.entry.get("observed_incomes", f"tables of {here.name}"))
    unit = f"{here.entry['currency']} of {here.base_year} per head and year"
    rows: list[tuple[int, str, str, str, float, str, str]] = []
    prices = {place: price_level(here, place) for place in here.places}
    for year in sorted(set.intersection(*(set(levels) for levels in prices.values()))):
        sums, people, missing = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0.0), False
        for place in here.places:
            found = [here.at(place, "disposable_income", year, kind) for kind in KINDS]
            income = {kind: value for kind, value in zip(KINDS, found, strict=True) if value is not None}
            heads = here.residents(place, year)
            for kind, value in income.items():
                rows.append(
                    (year, "cell", cell_name(place, kind), "income_per_head", value / prices[place][year], unit, source)
                )
            if heads is None or len(income) < len(KINDS):
                missing = True
                continue
            for kind, persons in zip(KINDS, heads, strict=True):
                sums[kind] += income[kind] * persons
                people[kind] += persons
            rows.append((year, "region", place, "urban_rural_ratio", income["urban"] / income["rural"], "ratio", source))
        if not missing:
            ratio = (sums["urban"] / people["urban"]) / (sums["rural"] / people["rural"])
            of_all = f"{_counted(len(here.places))} places by residents, {source}"
            rows.append((year, "world", here.name, "urban_rural_ratio", ratio, "ratio", of_all))
        for measure, value in published.ratios(here, year).items():
            rows.append((year, "world", here.name, measure, value, "ratio", published.SOURCES[measure]))
    for row in here.rows("observed") if points else ():
        scope = "world" if row["place"] == EVERYWHERE else "region" if row["kind"] in ("", ALL) else "cell"
        place = here.name if scope == "world" else row["place"] if scope == "region" else cell_name(row["place"], row["kind"])
        rows.append((int(row["year"]), scope, place, row["variable"], float(row["value"]), row["unit"], row["source"]))
    return rows


def _counted(number: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[number] if number < len(words) else str(number)


def residents(world: AnyWorld, year: int) -> dict[str, tuple[float, float]]:
    """Urban and rural residents by place, as far as they were counted in the year or around it (persons)."""
    here = tables(world)
    found = {place: here.residents(place, year) for place in here.places}
    return {place: people for place, people in found.items() if people is not None}


def natives_outside(world: AnyWorld, year: int) -> float | None:
    """People registered in the places who live outside (persons): registered, less residents who are; None if unknown."""
    here = tables(world)
    registered = [here.at(place, "registered", year) for place in here.places]
    people, came = residents(world, year), arrivals(world, year)
    if None in registered or came is None or len(people) < len(here.places):
        return None
    return float(sum(value for value in registered if value is not None) - sum(map(sum, people.values())) + came)


def arrivals(world: AnyWorld, year: int) -> float | None:
    """Residents of all places registered outside them (persons); None where they were not counted."""
    here = tables(world)
    found = [here.at(place, "arrivals_from_outside", year) for place in here.places]
    return None if None in found else float(sum(value for value in found if value is not None))
