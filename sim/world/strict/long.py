"""Long tables, place by kind by year by variable: every word known, every unit exact, every value once and in range."""

from __future__ import annotations

from sim.data.folder import ALL, EVERYWHERE, LONG, NATION, OUTSIDE
from sim.hints import one_of
from sim.world.strict.entry import FIRST_YEAR, LAST_YEAR, Entry
from sim.world.strict.noted import Noted
from sim.world.strict.places import of_row
from sim.world.strict.rows import Row, number, rows, source, whole
from sim.world.strict.variables import ANY_MEASURE, Variable, of_table

_KINDS = ("urban", "rural", ALL)


def check_table(table: str, text: str, entry: Entry, places: tuple[str, ...], noted: Noted) -> None:
    """Note everything wrong with the rows of one long table."""
    file = f"{table}.csv"
    known = of_table(table, entry.sectors)
    first: dict[tuple[str, ...], int] = {}
    for row in rows(text, file, LONG, noted):
        variable = _variable(row, table, known, noted)
        right = _place(row, variable, entry, places, noted)
        right = _kind(row, variable, noted) and right
        year = whole(row, "year", FIRST_YEAR, LAST_YEAR, noted)
        if variable is not None:
            _unit(row, variable, entry, noted)
            number(row, "value", variable.low, variable.high, noted)
        source(row, noted)
        if right and year is not None:
            ends = (row["place"], row["origin"])
            ends = (min(ends), max(ends)) if variable is not None and variable.name == "distance" else ends
            # distances hold in every year, so that a pair has one row
            when = "" if variable is not None and variable.name == "distance" else str(year)
            key = (*ends, row["kind"] or ALL, row["variable"], when)
            line = first.setdefault(key, row.line)
            if line != row.line:
                said = f"{row['place']} {row['variable']} {row['year']}"
                noted.add(file, row.line, said, f"stands here a second time; the first is in line {line}.")


def _variable(row: Row, table: str, known: dict[str, Variable], noted: Noted) -> Variable | None:
    name = row["variable"]
    if table == "observed" and name:
        return ANY_MEASURE
    if name in known:
        return known[name]
    noted.add(row.file, row.line, "variable", f"is no variable of {row.file}. {one_of(name, known)}", name)
    return None


def _place(row: Row, variable: Variable | None, entry: Entry, places: tuple[str, ...], noted: Noted) -> bool:
    """Whether place and origin are names of places, and the origin stands where it has to."""
    outside = () if entry.outside == "none" else (OUTSIDE,)
    if variable is None:
        return of_row(row, "place", places, (NATION, EVERYWHERE, OUTSIDE), noted)
    if not variable.origin:
        if row["origin"]:
            noted.add(row.file, row.line, "origin", f"must be empty: {row['variable']} is of one place.", row["origin"])
            return False
        return of_row(row, "place", places, (NATION, EVERYWHERE, *outside), noted)
    if not (of_row(row, "place", places, outside, noted) and of_row(row, "origin", places, outside, noted)):
        return False
    if row["place"] == row["origin"]:
        noted.add(row.file, row.line, "origin", "is the place itself; it must be another one.", row["origin"])
        return False
    return True


def _kind(row: Row, variable: Variable | None, noted: Noted) -> bool:
    allowed = _KINDS if variable is None else variable.kinds
    kind = row["kind"] or ALL
    if kind in allowed:
        return True
    said = f"must be {' or '.join(allowed)}{' (or empty, which is all)' if ALL in allowed else ''}."
    noted.add(row.file, row.line, "kind", said, row["kind"])
    return False


def _unit(row: Row, variable: Variable, entry: Entry, noted: Noted) -> None:
    if variable is ANY_MEASURE:
        if not row["unit"]:
            noted.add(row.file, row.line, "unit", "is empty; give the unit the results have.")
        return
    allowed = variable.units_in(entry.currency)
    if row["unit"] not in allowed:
        said = f"must be exactly {' or '.join(allowed)}; convert the value where it is in another."
        noted.add(row.file, row.line, "unit", said, row["unit"])
