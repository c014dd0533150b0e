"""From the tables of a world folder to what was observed in its base year; what is missing becomes a named assumption."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.arrays import Array, Flag
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import ALL, EVERYWHERE, NATION, OUTSIDE, WorldFolder
from sim.errors import WorldError
from sim.world.observed import Migrants, Observed

_EARTH_KM = 6371.0
_BUILT_UP, _FIELDS = 1.5e-4, 1e-3  # km2 a head where nothing is known; only ratios between places matter
_NO_SCHOOLING_KNOWN = 9.0  # years
_LITTLE_SCHOOLING = 7.0  # years
_LEAST_SCHOOLING = 6.2  # years: primary school is the least of the model's skills


def observed(world: AnyWorld, p: Mapping[str, float]) -> Observed:
    """What the tables of a world say of its base year, and which of its parameters stand in where they say nothing.

    Raises WorldError where a table that is needed has no figure for a place.
    """
    reader = _Reader(catalogue.tables(world), p)
    if not reader.here.rows("technology"):
        reader.assumed.append("technology: cost shares of the shipped three sectors, set for China")
    if not reader.here.has("consumer_price_index"):
        reader.assumed.append("prices: none, so figures of later years are not compared (they are nominal)")
    return reader.read([row["product"] for row in catalogue.technology(world)])


@dataclass
class _Reader:
    """Reads one world; notes what it assumes."""

    here: WorldFolder
    p: Mapping[str, float]
    assumed: list[str] = field(default_factory=list)

    def read(self, products: list[str]) -> Observed:
        here, year = self.here, self.here.base_year
        residents, product, distance = self._residents(), self._product(products), self._distance()
        outside = np.array([region in here.outside for region in here.regions])
        farming, rural = self._farming(product, residents), residents[:, 1] / residents.sum(axis=1)
        in_villages = self.p["farmers_of_villagers"] * rural
        return Observed(
            name=here.name,
            base_year=year,
            regions=here.regions,
            outside=outside,
            groups={name: tuple(members) for name, members in (here.entry.get("groups") or {}).items()},
            residents=residents,
            income=self._income(residents),
            product=product,
            migrants=self._migrants(residents, outside, distance),
            schooling=self._schooling(residents),
            wage_gap=self._wage_gap(outside),
            work_in_town=self._work_in_town(farming, rural),
            farm_in_town=np.where(farming > in_villages, 1 - in_villages / np.where(farming > 0, farming, 1.0), 0.0),
            distance_km=distance,
            capital_weight=self._capital_weight(),
            built_up=self._land("built_up", _BUILT_UP, residents, outside),
            fields=self._land("fields", _FIELDS, residents, outside),
            revenue=self._budget("revenue"),
            expenditure=self._budget("expenditure"),
            registered_growth=self._registered_growth(),
            assumed=tuple(self.assumed),
        )

    def _given(self, variable: str, kind: str = ALL) -> Array | None:
        """The base year's value by reported place; None where no place has one.

        Raises WorldError where some places have it and some do not.
        """
        places = self.here.places
        found = [self.here.at(place, variable, self.here.base_year, kind) for place in places]
        if all(value is None for value in found):
            return None
        missing = [place for place, value in zip(places, found, strict=True) if value is None]
        if missing:
            raise WorldError(
                f"{self.here.name}: {variable}{f' ({kind})' * (kind != ALL)} of {self.here.base_year} is missing for "
                f"{', '.join(missing)}; every place or none must have it"
            )
        return np.array(found, dtype=float)

    def _needed(self, variable: str, kind: str = ALL) -> Array:
        found = self._given(variable, kind)
        if found is None:
            raise WorldError(f"{self.here.name}: no place has {variable} ({kind}) of {self.here.base_year}")
        return found

    def _with_outside(self, inside: Array, of: Callable[[str], Array | float | None]) -> Array:
        """Totals of the reported places and of the rest: the nation's less theirs, or what its own rows say."""
        if not self.here.outside:
            return inside
        given = self.here.entry["outside"] == "given"
        value = of(OUTSIDE if given else NATION)
        if value is None:
            raise WorldError(f"{self.here.name}: {OUTSIDE if given else NATION} is missing in a table that is needed")
        rest = np.asarray(value, dtype=float) if given else np.asarray(value - inside.sum(axis=0), dtype=float)
        return np.concatenate([inside, rest[None]])

    def _residents(self) -> Array:
        here, year = self.here, self.here.base_year
        found = {place: here.residents(place, year) for place in here.places}
        missing = [place for place, people in found.items() if people is None]
        if missing:
            raise WorldError(f"{here.name}: residents of {year}, urban and rural, are missing for {', '.join(missing)}")

        def of(place: str) -> Array | None:
            people = here.residents(place, year)
            return None if people is None else np.array(people)

        return self._with_outside(np.array(list(found.values()), dtype=float), of)

    def _income(self, residents: Array) -> Array:
        """Disposable income per head; outside from the nation's income less that of the reported places."""
        here, year = self.here, self.here.base_year
        income = np.stack([self._needed("disposable_income", kind) for kind in KINDS], axis=1)
        if not here.outside:
            return income

        def of(place: str) -> Array | None:
            found = [here.at(place, "disposable_income", year, kind) for kind in KINDS]
            people = here.residents(place, year)
            return None if None in found or people is None else np.array(people) * np.array(found, dtype=float)

        people = residents[: len(here.places)]
        return np.vstack([income, self._with_outside(people * income, of)[-1] / residents[-1]])

    def _product(self, products: list[str]) -> Array:
        here, year = self.here, self.here.base_year

        def of(place: str) -> Array | None:
            found = [here.at(place, product, year) for product in products]
            return None if None in found else np.array(found, dtype=float)

        return self._with_outside(np.stack([self._needed(product) for product in products], axis=1), of)

    def _of_outside(self, inside: Array, variable: str, kind: str = ALL) -> Array:
        """A share or mean by region; outside what its own or the nation's rows say, else the mean of the places."""
        if not self.here.outside:
            return inside
        found = None
        for place in (OUTSIDE, NATION):
            found = self.here.at(place, variable, self.here.base_year, kind) if found is None else found
        if found is None:
            self.assumed.append(f"{variable} outside: the mean of the places")
        return np.append(inside, inside.mean() if found is None else found)

    def _farming(self, product: Array, residents: Array) -> Array:
        found = self._given("farm_employment_share")
        if found is None:
            self.assumed.append("farm_employment_share: the share of farming in product, at most that of villagers")
            return np.asarray(np.minimum(product[:, 0] / product.sum(axis=1), residents[:, 1] / residents.sum(axis=1)))
        return self._of_outside(found, "farm_employment_share")

    def _work_in_town(self, farming: Array, rural: Array) -> Array:
        found = self._given("work_in_town")
        if found is not None:
            return self._of_outside(found, "work_in_town")
        low, high = self.p["commuting_share_low"], self.p["commuting_share_high"]
        part = self.p["commuting_share_of_nonfarm"]
        self.assumed.append(f"work_in_town: {part:g} of the villagers who do not farm, within {low:g} to {high:g}")
        return np.clip(part * (1 - farming / rural), low, high)

    def _wage_gap(self, outside: Flag) -> Array:
        found = self._given("wage_gap")
        if found is not None:
            return self._of_outside(found, "wage_gap")
        if "wage_gap" not in self.p:
            excess = self.p["dividend_excess"]
            self.assumed.append(f"wage_gap: where dividends of towns exceed those of villages by {excess:g} of income")
            return np.full(outside.size, np.nan)
        return np.where(outside, self.p.get("wage_gap_outside", np.nan), self.p["wage_gap"])

    def _schooling(self, residents: Array) -> Array:
        """Mean years by (region, kind); where only all are known, villages fall behind by an assumed gap."""
        given = [found for kind in KINDS if (found := self._given("schooling_years", kind)) is not None]
        if len(given) == len(KINDS):
            both = (self._of_outside(found, "schooling_years", kind) for found, kind in zip(given, KINDS, strict=True))
            return self._within_skills(np.stack(list(both), axis=1))
        years = self._given("schooling_years")
        people, inside = residents.sum(axis=1), slice(0, len(self.here.places))
        urban = residents[:, 0] / people
        if years is None:
            self.assumed.append(f"schooling_years: {_NO_SCHOOLING_KNOWN:g} everywhere")
            years = np.full(len(self.here.places), _NO_SCHOOLING_KNOWN)
        if self.here.outside:
            own = self._own_outside("schooling_years")
            years = np.append(years, (years * people[inside]).sum() / people[inside].sum() if own is None else own)
            nation = self.here.residents(NATION, self.here.base_year)
            if nation is not None:
                urban = np.append(urban[inside], nation[0] / (nation[0] + nation[1]))
        gap = self.p["rural_schooling_gap"]
        return self._within_skills(np.stack([years + gap * (1 - urban), years - gap * urban], axis=1))

    def _within_skills(self, years: Array) -> Array:
        """Years of schooling, lifted in places of little schooling where fewer than the skills of the model can show.

        Elsewhere too few years come from a gap that was set, which is refused in words.
        """
        low = (years < _LEAST_SCHOOLING) & (years.mean(axis=1) < _LITTLE_SCHOOLING)[:, None]
        for region, kind in np.argwhere(low).tolist():
            name = cell_name(self.here.regions[region], KINDS[kind])
            self.assumed.append(f"schooling of {name}: {_LEAST_SCHOOLING:g} years in place of {years[region, kind]:.1f}")
        return np.where(low, _LEAST_SCHOOLING, years)

    def _distance(self) -> Array:
        """Distances between regions, and inside each the mean distance from the centre of a disc of its area."""
        here, regions = self.here, self.here.regions
        between = self._great_circles() if self._located() else np.full((len(regions), len(regions)), np.nan)
        for (place, _, origin, variable), values in here.series.items():
            if variable == "distance":
                one, other = regions.index(place), regions.index(origin)
                between[one, other] = between[other, one] = next(iter(values.values()))
        if here.outside and np.isnan(between[-1, :-1]).all() and not np.isnan(between[:-1, :-1]).any():
            far = 2 * float(between[:-1, :-1].max())
            between[-1, :-1] = between[:-1, -1] = far
            self.assumed.append(f"distance to the rest of the country: {far:,.0f} km, twice the farthest of two places")
        areas = [row["area_km2"] for row in here.rows_of_places if row["place"] != OUTSIDE]
        if all(areas):
            inner = 2 / 3 * np.sqrt(np.array(areas, dtype=float) / np.pi)
        else:
            self.assumed.append("area_km2: a disc that reaches half way to the nearest place")
            apart = between[: len(here.places), : len(here.places)] + np.diag(np.full(len(here.places), np.inf))
            inner = 2 / 3 * apart.min(axis=1) / 2
        between[np.diag_indices(len(regions))] = (
            np.append(inner, self.p["distance_inside_outside"]) if here.outside else inner
        )
        if np.isnan(between).any():
            one, other = np.argwhere(np.isnan(between))[0]
            raise WorldError(f"{here.name}: no distance between {regions[one]} and {regions[other]}: give it, or coordinates")
        return between

    def _located(self) -> bool:
        return all(row["latitude"] and row["longitude"] for row in self.here.rows_of_places if row["place"] != OUTSIDE)

    def _great_circles(self) -> Array:
        """Great-circle distances (km) between places; the rest of the country is as far as the tables say (NaN here)."""
        rows = [row for row in self.here.rows_of_places if row["place"] != OUTSIDE]
        latitude, longitude = (np.radians(np.array([float(row[word]) for row in rows])) for word in ("latitude", "longitude"))
        half = (
            np.sin((latitude[:, None] - latitude) / 2) ** 2
            + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
        )
        size = len(self.here.regions)
        between = np.full((size, size), np.nan)
        between[: len(rows), : len(rows)] = 2 * _EARTH_KM * np.arcsin(np.sqrt(half))
        return between

    def _capital_weight(self) -> Array | None:
        for variable in ("capital_stock", "fixed_investment"):
            found = self._given(variable)
            if found is not None:
                return found
        self.assumed.append("capital: equal returns everywhere (no capital_stock or fixed_investment)")
        return None

    def _land(self, variable: str, per_head: float, residents: Array, outside: Flag) -> Array:
        """Land in km2 by region; a figure for all places is divided by area; outside as much a head as inside."""
        here = self.here
        whole = next(iter(here.series.get((EVERYWHERE, ALL, "", variable), {}).values()), None)
        found = self._given(variable) if whole is None else None
        if whole is not None:
            area = np.array([float(row["area_km2"]) for row in here.rows_of_places if row["place"] != OUTSIDE])
            found = whole * area / area.sum()
        people = residents.sum(axis=1)
        if found is None:
            self.assumed.append(f"{variable}: {per_head * 1e6:,.0f} m2 a head everywhere")
            found = per_head * people[~outside]
        if here.outside:
            own = self._own_outside(variable)
            found = np.append(found, found.sum() * people[outside].sum() / people[~outside].sum() if own is None else own)
        return np.asarray(found)

    def _own_outside(self, variable: str) -> float | None:
        """What the rest of the country's own rows say, where it has some."""
        given = self.here.entry["outside"] == "given"
        return self.here.at(OUTSIDE, variable, self.here.base_year) if given else None

    def _budget(self, variable: str) -> Array | None:
        """Revenue or expenditure of local budgets; revenue from taxes where only they are known."""
        here, year = self.here, self.here.base_year
        taxed: list[str] = []
        if variable == "revenue" and here.has("tax_revenue"):
            known = {place: here.at(place, "revenue", year) for place in here.places}
            taxes = {place: here.at(place, "tax_revenue", year) for place in here.places}
            taxed = [place for place in here.places if known[place] is None and taxes[place] is not None]
            ratio = self.p["revenue_over_tax"]
            found = [(taxes[place] or 0.0) * ratio if place in taxed else known[place] for place in here.places]
            if taxed and None not in found:
                everywhere = len(taxed) == len(here.places)
                self.assumed.append(
                    f"revenue of local budgets: {ratio:g} times tax_revenue{'' if everywhere else ' of ' + ', '.join(taxed)}"
                )
                return np.array(found, dtype=float)
        given = self._given(variable)
        if given is None:
            self.assumed.append(f"{variable} of local budgets: an equal share of what is raised, and no grants")
        return given

    def _registered_growth(self) -> Array | None:
        """Log growth of registered people by (year from the base year, region), as far as every year is counted."""
        here, year = self.here, self.here.base_year
        rows: list[list[float]] = []
        while True:
            pair = [
                (here.at(place, "registered", year + len(rows)), here.at(place, "registered", year + len(rows) + 1))
                for place in here.regions
            ]
            if all(None in both for both in pair):
                return np.array(rows) if rows else None
            rows.append([np.nan if None in both else float(np.log(both[1] / both[0])) for both in pair])  # type: ignore[operator]

    def _migrants(self, residents: Array, outside: Flag, distance: Array) -> Migrants:
        """Counts by how far people came where there are such, else arrivals of each place, else an assumed share."""
        people = residents.sum(axis=1)
        if self.here.counts_by_distance:
            other_counties = self._needed("arrivals_from_other_counties")
            within_county = self._needed("arrivals_within_county")
            inside = within_county + self.p["share_of_county_moves_inside_city"] * other_counties
            return Migrants(inside, self._needed("registered"), other_counties, self._needed("arrivals_from_outside"))
        arrivals = self._given("arrivals")
        if arrivals is None:
            self.assumed.append(f"migration: {self.p['migrants_assumed']:.0%} of the residents of every place, by gravity")
            arrivals = self.p["migrants_assumed"] * people[~outside]
        moved = self._given("arrivals_inside")
        if moved is None:
            self.assumed.append(f"moves inside a region: {self.p['moves_inside_assumed']:.0%} of its residents")
            moved = self.p["moves_inside_assumed"] * people[~outside]
        if self.here.outside:
            own = self._own_outside("arrivals")
            if own is None:
                own = self.p["migrants_assumed"] * people[~outside].sum() / 10
                self.assumed.append(f"people of the places who live outside: {own:,.0f}, a tenth of migrants_assumed")
            arrivals = np.append(arrivals, own)
            moved = np.append(moved, 0.0)
        start = self._start(people, distance)
        bare = [region for region, came, total in zip(self.here.regions, arrivals, start.sum(axis=0), strict=True)
                if came > 0 and not total > 0]  # fmt: skip
        if bare:
            raise WorldError(f"{self.here.name}: {', '.join(bare)}: people arrived, but start_from says from nowhere")
        return Migrants(moved, arrivals=arrivals, start=start)

    def _start(self, people: Array, distance: Array) -> Array:
        """Where those who arrived are registered, up to the scale of a column: counted pairs, else gravity."""
        regions, year = self.here.regions, self.here.base_year
        start = people[:, None] * (1 + distance) ** -self.p["registration_distance_elasticity"]
        counted = np.full(start.shape, np.nan)
        for (place, _, origin, variable), values in self.here.series.items():
            if variable == "start_from" and place in regions and origin in regions and place != origin:
                last = max(one for one in values if one <= year) if min(values) <= year else min(values)
                counted[regions.index(origin), regions.index(place)] = values[last]
        known = np.isfinite(counted)
        # gravity fills what was not counted, at the scale at which it meets what was
        sums, met = np.where(known, start, 0.0).sum(axis=0), np.where(known, counted, 0.0).sum(axis=0)
        scale = np.where((sums > 0) & (met > 0), met / np.where(sums > 0, sums, 1.0), 1.0)
        start = np.where(known, counted, start * scale)
        start[np.diag_indices(len(regions))] = 0.0
        if not known.any():
            self.assumed.append("where migrants come from: gravity (residents over distance)")
        return np.asarray(start)
