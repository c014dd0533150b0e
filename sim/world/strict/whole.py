"""What the base year needs of the tables together, and limits of sense before anything is solved, with place and figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sim.cells import KINDS
from sim.data.folder import ALL, EVERYWHERE, NATION, OUTSIDE, WorldFolder
from sim.errors import listed
from sim.world.strict.noted import WHOLE, Noted

_POPULATION, _INCOME, _OUTPUT = "population.csv", "income.csv", "output.csv"
_LEAST_INCOME, _MOST_INCOME = 0.15, 0.95  # household income over product
_LEAST_RATIO, _MOST_RATIO = 0.5, 8.0  # urban over rural income per head

# Variables of the base year that every place has, or none: (file, variable, kinds)
_ALL_OR_NONE = (
    ("labour.csv", "farm_employment_share", (ALL,)),
    ("labour.csv", "work_in_town", (ALL,)),
    ("labour.csv", "wage_gap", (ALL,)),
    ("labour.csv", "schooling_years", (ALL,)),
    ("labour.csv", "schooling_years", ("urban",)),
    ("labour.csv", "schooling_years", ("rural",)),
    ("capital.csv", "capital_stock", (ALL,)),
    ("capital.csv", "fixed_investment", (ALL,)),
    ("land.csv", "built_up", (ALL,)),
    ("land.csv", "fields", (ALL,)),
    ("public.csv", "expenditure", (ALL,)),
    ("migration.csv", "arrivals", (ALL,)),
    ("migration.csv", "arrivals_inside", (ALL,)),
)
_BY_DISTANCE = ("arrivals_from_outside", "arrivals_from_other_counties", "arrivals_within_county")


def check_base_year(here: WorldFolder, noted: Noted) -> None:
    """Note what the base year lacks; where it lacks nothing, figures no economy has."""
    before = len(noted.faults)
    wanted = [*here.places, *_rest(here)]
    _every(
        _POPULATION, "residents, urban and rural,", wanted, lambda place: here.residents(place, here.base_year), here, noted
    )
    for kind in KINDS:
        _every(_INCOME, f"disposable_income ({kind})", wanted, _value(here, "disposable_income", kind), here, noted)
    for sector in here.entry["sectors"]:
        _every(_OUTPUT, f"product_{sector}", wanted, _value(here, f"product_{sector}"), here, noted)
    for file, variable, kinds in _ALL_OR_NONE:
        for kind in kinds:
            _all_or_none(file, variable, kind, here, noted)
    _taxes(here, noted)
    _counts_by_distance(here, noted)
    _distances(here, noted)
    if len(noted.faults) == before:
        _villages_and_towns(here, wanted, noted)
    if len(noted.faults) == before:
        _rest_of_the_country(here, noted)
        _sane(here, noted)


def _rest(here: WorldFolder) -> tuple[str, ...]:
    """The place whose rows the rest of the country is made from."""
    return {"none": (), "given": (OUTSIDE,)}.get(here.entry["outside"], (NATION,))


def _value(here: WorldFolder, variable: str, kind: str = ALL) -> Callable[[str], float | None]:
    return lambda place: here.at(place, variable, here.base_year, kind)


def _every(file: str, what: str, places: Iterable[str], of: Callable[[str], object], here: WorldFolder, noted: Noted) -> None:
    missing = [place for place in places if of(place) is None]
    if missing:
        around = f"{here.base_year}, or of a year before and one after it,"
        noted.add(file, 1, what, f"of {around} is missing for {listed(missing, 8)}; every place needs it.")


def _all_or_none(file: str, variable: str, kind: str, here: WorldFolder, noted: Noted) -> None:
    if (EVERYWHERE, ALL, "", variable) in here.series and variable in ("built_up", "fields"):
        without = [row["place"] for row in here.rows_of_places if not row["area_km2"] and row["place"] != OUTSIDE]
        if without:
            noted.add(file, 1, variable, f"of all places is divided by area; places.csv has none of {listed(without, 8)}.")
        return
    of = _value(here, variable, kind)
    missing = [place for place in here.places if of(place) is None]
    if missing and len(missing) < len(here.places):
        said = f"of {here.base_year}{f' ({kind})' * (kind != ALL)} is missing for {listed(missing, 8)}"
        noted.add(file, 1, variable, f"{said}; every place has it, or none.")


def _taxes(here: WorldFolder, noted: Noted) -> None:
    """Revenue, or the taxes it is made from, is known of every place or of none."""
    known = [_value(here, variable) for variable in ("revenue", "tax_revenue")]
    missing = [place for place in here.places if all(of(place) is None for of in known)]
    if missing and len(missing) < len(here.places):
        said = (
            f"or tax_revenue of {here.base_year} is missing for {listed(missing, 8)}; every place has one of them, or none."
        )
        noted.add("public.csv", 1, "revenue", said)


def _counts_by_distance(here: WorldFolder, noted: Noted) -> None:
    if not here.counts_by_distance:
        return
    for variable in (*_BY_DISTANCE, "registered"):
        file = _POPULATION if variable == "registered" else "migration.csv"
        _every(file, variable, here.places, _value(here, variable), here, noted)


def _distances(here: WorldFolder, noted: Noted) -> None:
    """Coordinates of every place, or a distance of every pair; the rest of the country needs distances."""
    regions = here.regions
    known = {frozenset((key[0], key[2])) for key in here.series if key[3] == "distance"}
    located = {row["place"] for row in here.rows_of_places if row["latitude"]} - {OUTSIDE}
    pairs = [(one, other) for place, one in enumerate(regions) for other in regions[place + 1 :]]
    missing = [pair for pair in pairs if frozenset(pair) not in known and not set(pair) <= located]
    if missing:
        one, other = missing[0]
        more = f" and {len(missing) - 1:,} more pairs" if len(missing) > 1 else ""
        hint = "" if OUTSIDE in missing[0] else ", or coordinates in places.csv"
        noted.add("distance.csv", 1, WHOLE, f"no distance between {one} and {other}{more}: give it{hint}.")


def _villages_and_towns(here: WorldFolder, places: list[str], noted: Noted) -> None:
    for place in places:
        people = here.residents(place, here.base_year) or (1.0, 1.0)
        for kind, persons in zip(KINDS, people, strict=True):
            if persons < 1:
                said = f"of {place} in {here.base_year} are {persons:,.0f}; every place needs a town and villages."
                noted.add(_POPULATION, 1, f"{kind} residents", said)


def _rest_of_the_country(here: WorldFolder, noted: Noted) -> None:
    """The nation less its places must leave something: people, income and product."""
    if here.entry["outside"] != NATION:
        return
    year = here.base_year
    for number, kind in enumerate(KINDS):
        people = {place: (here.residents(place, year) or (0, 0))[number] for place in (*here.places, NATION)}
        _leaves(_POPULATION, f"{kind} residents", people, here, noted)
        income = _value(here, "disposable_income", kind)
        money = {place: persons * (income(place) or 0) for place, persons in people.items()}
        _leaves(_INCOME, f"residents times disposable_income ({kind})", money, here, noted)
    for sector in here.entry["sectors"]:
        of = _value(here, f"product_{sector}")
        product = {place: of(place) or 0.0 for place in (*here.places, NATION)}
        _leaves(_OUTPUT, f"product_{sector}", product, here, noted)


def _leaves(file: str, what: str, values: Mapping[str, float], here: WorldFolder, noted: Noted) -> None:
    inside = sum(value for place, value in values.items() if place != NATION)
    if inside >= values[NATION]:
        nation = f"of the nation {values[NATION]:.6g}: nothing is left outside."
        said = f"of all places in {here.base_year} are {inside:.6g}, {nation}"
        noted.add(file, 1, what, said)


def _sane(here: WorldFolder, noted: Noted) -> None:
    """Household income over product and the ratio of incomes, as they are in any economy, else a unit is wrong."""
    year = here.base_year
    for place in [*here.places, *_rest(here)]:
        people = here.residents(place, year) or (0.0, 0.0)
        urban, rural = ((_value(here, "disposable_income", kind)(place) or 0.0) for kind in KINDS)
        product = sum(_value(here, f"product_{sector}")(place) or 0.0 for sector in here.entry["sectors"])
        share = (people[0] * urban + people[1] * rural) / product
        if not _LEAST_INCOME <= share <= _MOST_INCOME:
            noted.add(
                _INCOME,
                1,
                f"{place} {year}",
                f"household income is {share:.3g} of product ({share * product:.4g} of {product:.4g}); {_LEAST_INCOME:g} to "
                f"{_MOST_INCOME:g} is found in economies. Look at the units of income, population and output.",
            )
        if not _LEAST_RATIO <= urban / rural <= _MOST_RATIO:
            noted.add(
                _INCOME,
                1,
                f"{place} {year}",
                f"urban income is {urban / rural:.3g} times rural income ({urban:g} and {rural:g}); "
                f"{_LEAST_RATIO:g} to {_MOST_RATIO:g} is found in economies.",
            )
