"""A world as a folder of tables: what its files say, by place, kind, origin, variable and year; nothing is computed here
but what stands between two years that were counted.
"""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

ENTRY = "world.yaml"
LONG = ("place", "kind", "origin", "year", "variable", "value", "unit", "source")
PLACES = ("place", "name_zh", "also", "latitude", "longitude", "area_km2", "parent", "source")
TABLES = (
    *("population", "income", "output", "migration", "labour", "capital", "land", "public", "distance", "prices"),
    *("trade", "observed"),
)
REQUIRED = ("population", "income", "output")
WIDE = ("places", "technology", "parameters")
BOUNDARIES = "boundaries.geojson"
NATION, OUTSIDE, EVERYWHERE = "nation", "outside", "all"
ALL = "all"  # kinds: urban and rural together
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one, where there is one, is ten times as fast

Key = tuple[str, str, str, str]  # place, kind, origin, variable


def belongs(file: str) -> bool:
    """Whether a file of that name is part of a world: its entry, a table or its map; notes and cards are not."""
    return file in names()


def names() -> tuple[str, ...]:
    """The names that files of a world may have."""
    return ENTRY, BOUNDARIES, *(f"{table}.csv" for table in (*TABLES, *WIDE))


@dataclass(frozen=True)
class WorldFolder:
    """The files of a world by name, as bytes: what it is does not change when the folder does."""

    name: str
    files: Mapping[str, bytes]

    def __hash__(self) -> int:
        return hash((self.name, self.digest))

    def __reduce__(self) -> tuple[Callable[..., WorldFolder], tuple[str, dict[str, bytes]]]:
        return WorldFolder, (self.name, dict(self.files))  # what was read of them is read anew in another process

    @cached_property
    def digest(self) -> str:
        """The sha256 of all files, in the order of their names."""
        text = "".join(f"{name} {one}\n" for name, one in sorted(self.fingerprints().items()))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def fingerprints(self) -> dict[str, str]:
        """The sha256 of every file, by name."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.files.items())}

    @cached_property
    def entry(self) -> Mapping[str, Any]:
        """What `world.yaml` says: title, base_year, last_year, currency, sectors, outside, groups."""
        return dict(yaml.load(self.files[ENTRY], Loader=_LOADER))

    @property
    def base_year(self) -> int:
        """The year that is inverted."""
        return int(self.entry["base_year"])

    @cached_property
    def rows_of_places(self) -> tuple[Mapping[str, str], ...]:
        """The table of places in the order of the alphabet, whatever that of the file: agents are numbered by place."""
        return tuple(sorted(self.rows("places"), key=lambda row: row["place"]))

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the places that are reported."""
        return tuple(row["place"] for row in self.rows_of_places if row["place"] != OUTSIDE)

    @property
    def outside(self) -> tuple[str, ...]:
        """The name of the rest of the country, where the world has one: markets and people, but no figure of its own."""
        return () if self.entry["outside"] == "none" else (OUTSIDE,)

    @property
    def regions(self) -> tuple[str, ...]:
        """All places, the rest of the country last."""
        return (*self.places, *self.outside)

    def rows(self, table: str) -> list[dict[str, str]]:
        """The rows of a table as text; none where the world does without it."""
        text = self.files.get(f"{table}.csv", b"").decode("utf-8-sig")
        return list(csv.DictReader(text.splitlines()))

    @cached_property
    def series(self) -> Mapping[Key, Mapping[int, float]]:
        """Every long table as series: values by year, years rising; observed series are points of figures and no part."""
        found: dict[Key, dict[int, float]] = {}
        for table in (table for table in TABLES if table != "observed"):
            for row in self.rows(table):
                key = (row["place"], row["kind"] or ALL, row["origin"], row["variable"])
                found.setdefault(key, {})[int(row["year"])] = float(row["value"])
        return {key: dict(sorted(values.items())) for key, values in found.items()}

    def has(self, variable: str) -> bool:
        """Whether any place has the variable."""
        return variable in self._variables

    @cached_property
    def _variables(self) -> frozenset[str]:
        return frozenset(key[3] for key in self.series)

    @property
    def counts_by_distance(self) -> bool:
        """Whether migrants were counted by how far they came, and the registered persons who did not move."""
        names = ("registered", "arrivals_from_outside", "arrivals_from_other_counties", "arrivals_within_county")
        return self.outside != () and self.entry["outside"] == "nation" and all(map(self.known, names))

    def known(self, variable: str, kind: str = ALL) -> bool:
        """Whether every reported place has the variable of the base year, or of two years around it."""
        return all(self.at(place, variable, self.base_year, kind) is not None for place in self.places)

    def at(self, place: str, variable: str, year: int, kind: str = ALL, origin: str = "") -> float | None:
        """The value of a year; between two years that were counted, between them, else None.

        Geometrically where both are above zero and not log points, else linearly.
        """
        found = self.series.get((place, kind, origin, variable), {})
        if year in found:
            return found[year]
        span = around(found, year)
        if span is None:
            return None
        weight, ends = (year - span[0]) / (span[1] - span[0]), (found[span[0]], found[span[1]])
        if min(ends) <= 0 or variable == "wage_gap":
            return float(ends[0] + weight * (ends[1] - ends[0]))
        return float(ends[0] ** (1 - weight) * ends[1] ** weight)

    def residents(self, place: str, year: int) -> tuple[float, float] | None:
        """Urban and rural residents of a place (persons): counted, or all geometrically and their urban share linearly
        between two years in which they were; None where neither can be said.
        """
        urban, rural, both = (self.series.get((place, kind, "", "residents"), {}) for kind in ("urban", "rural", ALL))
        total = {**both, **{one: urban[one] + rural[one] for one in urban.keys() & rural.keys()}}
        known = {
            one: urban[one] if one in urban else total[one] - rural[one] for one in total if one in urban or one in rural
        }
        if year in known:
            return known[year], rural[year] if year in rural else total[year] - known[year]
        span = around(known, year)
        if span is None:
            return None
        first, last = (known[one] / total[one] for one in span)
        weight = (year - span[0]) / (span[1] - span[0])
        share = first + weight * (last - first)
        people = total[span[0]] ** (1 - weight) * total[span[1]] ** weight
        return float(people * share), float(people * (1 - share))


def around(years: Mapping[int, Any], year: int) -> tuple[int, int] | None:
    """The nearest years before and after; None where the year is not between two."""
    known = sorted(years)
    after = bisect(known, year)
    return (known[after - 1], known[after]) if 0 < after < len(known) else None
