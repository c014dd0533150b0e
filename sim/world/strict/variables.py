"""What may stand in the tables of a world: variables with unit, kinds and range; the page on the format is made from it."""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY = "yuan"  # stands in the units below for the currency that world.yaml names


@dataclass(frozen=True)
class Variable:
    """One variable of a table: its unit, for which kinds it may be given, the range of its values, what it means.

    needed: the base year needs it of every place; origin: its rows name a second place; or_unit: another unit it may have.
    """

    table: str
    name: str
    unit: str
    kinds: tuple[str, ...]
    low: float
    high: float
    meaning: str
    needed: bool = False
    origin: bool = False
    or_unit: str = ""

    def units_in(self, currency: str) -> tuple[str, ...]:
        """The units it may have, in the money of a world."""
        return tuple(unit.replace(CURRENCY, currency) for unit in (self.unit, self.or_unit) if unit)


_EACH, _ALL, _ANY = ("urban", "rural"), ("all",), ("urban", "rural", "all")
_MONEY = 1e16  # above the yearly product of the world in any currency of everyday use
_PEOPLE = 5e9

VARIABLES: tuple[Variable, ...] = (
    Variable(
        "population",
        "residents",
        "persons",
        _ANY,
        1,
        _PEOPLE,
        "who lives there: two of urban, rural and all, in the base year or in a year before and one after it",
        needed=True,
    ),
    Variable("population", "registered", "persons", _ALL, 1, _PEOPLE, "who is registered there, wherever they live"),
    Variable(
        "income",
        "disposable_income",
        "yuan per head",
        _ANY,
        1e-3,
        1e9,
        "disposable income of households per resident, urban and rural",
        needed=True,
    ),
    Variable("output", "product_SECTOR", CURRENCY, _ALL, 1, _MONEY, "value added of a sector of world.yaml", needed=True),
    Variable("output", "product", CURRENCY, _ALL, 1, _MONEY, "value added of all sectors; any year, to be compared with"),
    Variable("migration", "arrivals", "persons", _ALL, 0, _PEOPLE, "residents who are registered in another place"),
    Variable("migration", "arrivals_inside", "persons", _ALL, 0, _PEOPLE, "residents who moved inside the place"),
    Variable(
        "migration",
        "start_from",
        "share",
        _ALL,
        0,
        _PEOPLE,
        "where those who arrived are registered (origin); only ratios within a place matter",
        origin=True,
        or_unit="persons",
    ),
    Variable("migration", "arrivals_from_outside", "persons", _ALL, 0, _PEOPLE, "registered outside all places"),
    Variable("migration", "arrivals_from_other_counties", "persons", _ALL, 0, _PEOPLE, "registered in another county"),
    Variable("migration", "arrivals_within_county", "persons", _ALL, 0, _PEOPLE, "registered elsewhere in the county"),
    Variable("labour", "schooling_years", "years", _ANY, 0, 15, "mean schooling of adults"),
    Variable("labour", "farm_employment_share", "share", _ALL, 0, 1, "workers in the first sector over all workers"),
    Variable("labour", "work_in_town", "share", _ALL, 0, 0.99, "rural residents who work in town over rural residents"),
    Variable("labour", "wage_gap", "log points", _ALL, -2, 3, "log urban over rural wage of equal workers"),
    Variable("capital", "capital_stock", CURRENCY, _ALL, 1, _MONEY, "capital that stands there; only ratios matter"),
    Variable("capital", "fixed_investment", CURRENCY, _ALL, 1, _MONEY, "investment of a year, where stocks are not known"),
    Variable("land", "built_up", "km2", _ALL, 1e-3, 1e8, "land that is built on; the place `all` is divided by area"),
    Variable("land", "fields", "km2", _ALL, 1e-3, 1e8, "farmed land; the place `all` is divided by area"),
    Variable("public", "revenue", CURRENCY, _ALL, 1, _MONEY, "revenue of the local budget without grants"),
    Variable("public", "tax_revenue", CURRENCY, _ALL, 1, _MONEY, "taxes of the local budget, where revenue is not known"),
    Variable("public", "expenditure", CURRENCY, _ALL, 1, _MONEY, "outlays of the local budget"),
    Variable("distance", "distance", "km", _ALL, 0.1, 20_100, "between two places, either way round", origin=True),
    Variable(
        "prices",
        "consumer_price_index",
        "previous year = 100",
        _ALL,
        50,
        300,
        "consumer prices over the year before; the place `all` stands for every place without its own",
    ),
    Variable("trade", "home_share", "share", _ALL, 0, 1, "spending on goods of the place itself; only to compare with"),
)

ANY_MEASURE = Variable(
    "observed", "MEASURE", "as in the results", _ANY, -1e18, 1e18, "a measure of the results, drawn as points in figures"
)


def of_table(table: str, sectors: tuple[str, ...]) -> dict[str, Variable]:
    """The variables a table may hold, by name, in a world with these sectors; none for the table of observed measures."""
    found: dict[str, Variable] = {}
    for variable in VARIABLES:
        if variable.table == table and variable.name == "product_SECTOR":
            found |= {f"product_{sector}": variable for sector in sectors}
        elif variable.table == table:
            found[variable.name] = variable
    return found
