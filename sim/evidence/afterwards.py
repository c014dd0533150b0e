"""How the years after a base year compare with what was counted: relative incomes, ratios, people, who lives outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.cells import KINDS
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.estimation import LAST, observed_incomes, recorded
from sim.world.build import build_world
from sim.year.years import Years


@dataclass(frozen=True)
class Afterwards:
    """A world without policies, as the continuum has it, beside what was counted; years from the base year to the last.

    incomes, seen: real income per head by (year, place, kind), urban first; people, counted: residents by (year, place,
    kind), up to the last census where one follows, NaN where nobody counted. natives: those registered in the places who live
    outside, persons, by year; natives_seen: the same in the last year, None where unknown. The model may have lived longer.
    """

    places: Sequence[str]
    first: int
    incomes: Array
    seen: Array
    people: Array
    counted: Array
    natives: Mapping[int, float]
    natives_seen: float | None
    model: Years

    @property
    def last(self) -> int:
        """The last year whose incomes are compared."""
        return self.first + len(self.incomes) - 1

    def fall_of_the_gap(self) -> tuple[float, float]:
        """Mean change of the log ratio of a place from the base year to the last, log points: ours, and observed."""
        change = [np.log(income[-1] / income[0]) for income in (self.incomes, self.seen)]
        ours, seen = (float((kinds[:, 0] - kinds[:, 1]).mean()) for kinds in change)
        return ours, seen

    def relative(self) -> list[tuple[float, float]]:
        """Root mean square error (log points) and correlation of changes of relative incomes, towns and villages.

        A place's change of log income from the base year to the last, less the mean of all places of the kind.
        """
        ours, seen = (np.log(income[-1] / income[0]) for income in (self.incomes, self.seen))
        found = []
        for kind in range(len(KINDS)):
            one, other = ours[:, kind] - ours[:, kind].mean(), seen[:, kind] - seen[:, kind].mean()
            found.append((float(np.sqrt(((one - other) ** 2).mean())), float(np.corrcoef(one, other)[0, 1])))
        return found

    def ratios(self) -> Array:
        """Mean log ratio of the places less the observed one, (year,), log points; zero in the base year."""
        log_ratio = [np.log(income[..., 0] / income[..., 1]).mean(axis=1) for income in (self.incomes, self.seen)]
        return np.asarray(log_ratio[0] - log_ratio[1])

    def population(self, year: int) -> tuple[float, float]:
        """Residents of a year over those counted, less one: of all places, and root mean square over places."""
        ours, counted = (people[year - self.first].sum(axis=1) for people in (self.people, self.counted))
        return float(ours.sum() / counted.sum() - 1), float(np.sqrt(((ours / counted - 1) ** 2).mean()))


def afterwards(
    known: AnyWorld, parameters: Mapping[str, float] | None = None, last: int = LAST, until: int = 0
) -> Afterwards:
    """Simulate a world of tables, without policies, to the last of all years compared, or to `until`; see `Afterwards`.

    last: a year whose incomes and residents were observed in every place, as those of the base year.
    """
    here, world = catalogue.tables(known), build_world(known, parameters)
    census = max([last, *(year for key, values in here.series.items() if key[-1] == "residents" for year in values)])
    model = Years(world, last_year=max(census, until), continuum=True)
    inside, natives = world.places.reported_cells, dict[int, float]()
    while model.running:
        natives[model.year] = float(model.economy.workforce.residence[np.ix_(inside, ~inside)].sum())
        model.step()
    years, longer = (range(world.first_year, end + 1) for end in (last, census))
    counted = np.full((len(longer), len(here.places), len(KINDS)), np.nan)
    for number, year in enumerate(longer):
        found = catalogue.residents(known, year)
        if len(found) == len(here.places):
            counted[number] = list(found.values())
    return Afterwards(
        places=here.places,
        first=world.first_year,
        incomes=recorded(model, "income_per_head", known, years),
        seen=observed_incomes(known, years),
        people=recorded(model, "population", known, longer),
        counted=counted,
        natives=natives,
        natives_seen=catalogue.natives_outside(known, last) if here.outside else None,
        model=model,
    )


INCOMES_HEAD = ("", "error, log points x 100", "correlation", "places")


def people_head(found: Afterwards) -> tuple[str, ...]:
    """The heads of `people_table`."""
    census = found.first + len(found.people) - 1
    return ("place", f"residents {found.last}, model over counted, %", f"{census}, %", "urban share, model, %", "counted, %")


def incomes_table(found: Afterwards) -> list[tuple[str, ...]]:
    """A row for towns and one for villages: how well changes of relative incomes are met."""
    rows = zip(("towns", "villages"), found.relative(), strict=True)
    return [(word, f"{100 * error:.2f}", f"{alike:.2f}", f"{len(found.places)}") for word, (error, alike) in rows]


def people_table(found: Afterwards) -> list[tuple[str, ...]]:
    """A row a place and one for all: residents beside those counted in the last year and by the census, urban shares."""
    rows = []
    last, census = found.last - found.first, len(found.people) - 1

    def row(name: str, ours: Array, counted: Array) -> tuple[str, ...]:
        beyond = [100 * (ours[year].sum() / counted[year].sum() - 1) for year in (last, census)]
        shares = [100 * people[last, 0] / people[last].sum() for people in (ours, counted)]
        return (name, *(_figure(value, "+.1f") for value in beyond), *(_figure(value, ".1f") for value in shares))

    for number, place in enumerate(found.places):
        rows.append(row(place, found.people[:, number], found.counted[:, number]))
    rows.append(row("all", found.people.sum(axis=1), found.counted.sum(axis=1)))
    return rows


def natives_table(found: Afterwards) -> list[tuple[str, ...]]:
    """People registered in the places who live outside, millions: in the base year and the last, the model's and counted."""
    if found.natives_seen is None:
        return []
    years = (found.first, found.last)
    ours = [f"{found.natives[year] / 1e6:.2f}" for year in years]
    return [("registered here, living outside, millions", *ours, f"{found.natives_seen / 1e6:.2f}")]


def _figure(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else ""
