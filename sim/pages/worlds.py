"""The page on world folders, its tables written from what is checked: `python -m sim.pages.worlds > docs/worlds.md`."""

from __future__ import annotations

from collections.abc import Iterator

from sim.data.folder import BOUNDARIES, LONG, PLACES, REQUIRED, TABLES
from sim.world.strict.variables import ANY_MEASURE, VARIABLES, Variable
from sim.world.strict.wide import COLUMNS

COMMAND = "python -m sim.pages.worlds > docs/worlds.md"

_HEAD = f"""\
# Worlds: the format of a folder of tables

Written from `sim/world/strict` by `{COMMAND}`; a test fails when it is no longer true. How to make a folder of one's own
is told step by step in [Bring your own region](bring_your_own_region.md).

A world is a folder; its name is the name of the world (plain letters, digits, _ and -). A scenario names a shipped world
(`world: riverland`) or a folder below the scenario's file (`world: ./my_region`): no `..`, no path from `/`, no link that
leads out. `factorflow world check my_region` reads it strictly: every fault with file, line, what was found and what is
allowed. Results keep a copy of the tables they were computed from, so they can be drawn and compared without the folder; a
changed figure is a new run.

## world.yaml

| word | value |
|---|---|
| `title` | what the world is, one line |
| `base_year` | the year that is reproduced exactly |
| `last_year` | scenarios may run up to here |
| `currency` | the money of the tables, one word such as `yuan` |
| `sectors` | list; the first is farming and is done in villages, the last holds housing |
| `outside` | `none`: a closed world; `nation`: the place `nation` holds totals, and what is left of them is a region \
without figures of its own; `given`: a place `outside` has rows |
| `names` | other names of the world (may be left out) |
| `groups` | names for lists of places (may be left out) |
| `pairs` | names for lists of pairs of places, for people to read (may be left out) |
| `observed_incomes` | what figures call the source of incomes (may be left out) |

## Files

All tables are CSV in UTF-8 with a first line of column names. Every row has a source; a source that says it was recalled is
refused. Files of other endings (cards, notes) are left alone; a card per table (`<table>.md`: unit, years, source, licence,
traps) is the custom.
"""
_STANDS_IN = {
    "migration": "an assumed share of residents, from where gravity says",
    "labour": "equal schooling; farming's share of product; a wage gap that makes dividends plausible",
    "capital": "equal returns everywhere",
    "land": "as much a head everywhere",
    "public": "equal shares of what is raised, no grants",
    "distance": "great circles between coordinates",
    "prices": "nominal figures; years without prices are not compared with",
    "trade": "only compared with",
    "observed": "only drawn as points",
    "technology": "the shipped three sectors",
    "parameters": "the shipped parameters",
    "boundaries": "no map",
}


def worlds_page() -> str:
    """The whole page, in Markdown."""
    return "".join([_HEAD, *_files(), *_variables(), _END])


def _files() -> Iterator[str]:
    yield "\n| file | columns | what stands in when it is missing (listed as assumed by the check-up) |\n|---|---|---|\n"
    yield f"| `places.csv` | `{','.join(PLACES)}` | needed |\n"
    for table in TABLES:
        columns = f"`{','.join(LONG)}`" if table == "population" else "the same"
        yield f"| `{table}.csv` | {columns} | {'needed' if table in REQUIRED else _STANDS_IN[table]} |\n"
    yield (
        "| `technology.csv` | `sector,labour_share,capital_share,land_share,value_added_share`, `materials_SECTOR` for every "
        f"sector, `segmentation,local_cost,product,source` | {_STANDS_IN['technology']} |\n"
    )
    yield f"| `parameters.csv` | `{','.join(COLUMNS)}` | {_STANDS_IN['parameters']} |\n"
    yield f"| `{BOUNDARIES}` | GeoJSON: `source`, and polygons with `name` and `seat` ([longitude, latitude]) | no map |\n"


def _variables() -> Iterator[str]:
    yield (
        "\n## Variables\n\nUnits must be written exactly so, with the currency of world.yaml for `yuan`. `kind` is urban, "
        "rural or all (empty means all); `origin` names a second place and is empty elsewhere.\n\n"
        "| table | variable | unit | kinds | range | needed | meaning |\n|---|---|---|---|---|---|---|\n"
    )
    for variable in (*VARIABLES, ANY_MEASURE):
        yield _row(variable)


def _row(variable: Variable) -> str:
    unit = " or ".join(unit for unit in (variable.unit, variable.or_unit) if unit)
    needed = "every place" if variable.needed else ""
    kinds = ", ".join(variable.kinds) + (", by origin" if variable.origin else "")
    span = f"{variable.low:g} to {variable.high:g}"
    return f"| {variable.table} | `{variable.name}` | {unit} | {kinds} | {span} | {needed} | {variable.meaning} |\n"


_END = """
Special places: `nation` (totals of the country), `outside` (its own rows only with `outside: given`; distances to it also
with `outside: nation`, else it is assumed to be twice as far as the farthest of two places), `all` (one figure for the whole
world, such as a price index, or land to be divided by area). A variable of the base year that is known of some places must
be known of all. Between two years that were counted figures are interpolated geometrically; urban shares, wage gaps and what
is not above zero linearly.

## Before anything is solved

Household income must be 0.15 to 0.95 of product in every place, urban income per head 0.5 to 8 times rural income; with
`outside: nation` the places together must leave people, income and product outside. What the accounts then ask for (wage
gaps, dividends, wedges, budgets) is printed by `factorflow world check`, with a mark at what should not be taken for granted.
"""


if __name__ == "__main__":
    print(worlds_page(), end="")
