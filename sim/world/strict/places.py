"""The table of places: names that can be told apart, coordinates and areas that are some."""

from __future__ import annotations

from collections.abc import Iterator

from sim.data.folder import OUTSIDE, PLACES
from sim.hints import one_of
from sim.world.strict.entry import NAME, NAME_WORDS, TAKEN, Entry
from sim.world.strict.noted import WHOLE, Noted
from sim.world.strict.rows import Row, number, rows, source

FILE = "places.csv"
MOST_PLACES = 1_500  # 3,000 cells: a dozen gigabytes or so of tables between cells


def places(text: str, world: str, entry: Entry, noted: Noted) -> tuple[str, ...]:
    """The names of the places that stand in the table, each once; what is wrong with a row is noted."""
    first: dict[str, int] = {}
    found = []
    for row in rows(text, FILE, PLACES, noted):
        name = row["place"]
        if name in first:
            noted.add(FILE, row.line, "place", f"stands here a second time; the first is in line {first[name]}.", name)
        elif _is_name(row, world, entry, noted):
            first[name] = row.line
            found.append(row)
        _position(row, noted)
        source(row, noted)
    reported = [row["place"] for row in found if row["place"] != OUTSIDE]
    _aliases(found, first, noted)
    if not noted.of(FILE):
        if len(reported) < 2:
            noted.add(FILE, 1, WHOLE, f"names {len(reported)} place; a world has at least 2.")
        if len(reported) > MOST_PLACES:
            noted.add(FILE, 1, WHOLE, f"names {len(reported)} places; at most {MOST_PLACES} can be computed.")
        if entry.outside == "given" and OUTSIDE not in first:
            noted.add(FILE, 1, WHOLE, f"lacks the place {OUTSIDE}, which world.yaml says is given.")
        _all_or_none(found, noted)
    return tuple(reported)


def _is_name(row: Row, world: str, entry: Entry, noted: Noted) -> bool:
    name = row["place"]
    if name == OUTSIDE and entry.outside == "given":
        return True
    if name == OUTSIDE:
        said = f"world.yaml says outside: {entry.outside}; only with outside: given has it rows of its own."
        noted.add(FILE, row.line, "place", said, name)
    elif name in TAKEN or name == world:
        noted.add(FILE, row.line, "place", "is a word with a meaning of its own; call the place otherwise.", name)
    elif not NAME.fullmatch(name):
        noted.add(FILE, row.line, "place", f"must be {NAME_WORDS}; other scripts stand in name_zh and also.", name)
    else:
        return True
    return False


def _position(row: Row, noted: Noted) -> None:
    if bool(row["latitude"]) != bool(row["longitude"]):
        noted.add(FILE, row.line, "latitude", "latitude and longitude go together: give both or none.")
    elif row["latitude"]:
        number(row, "latitude", -90, 90, noted)
        number(row, "longitude", -180, 180, noted)
    if row["area_km2"]:
        number(row, "area_km2", 0.01, 2e7, noted)


def _all_or_none(found: list[Row], noted: Noted) -> None:
    """Coordinates and areas are read of every place or of none."""
    inside = [row for row in found if row["place"] != OUTSIDE]
    for column in ("latitude", "area_km2"):
        without = [row for row in inside if not row[column]]
        if without and len(without) < len(inside):
            row = without[0]
            noted.add(FILE, row.line, column, f"is empty for {row['place']}; give it for every place or for none.")


def _other_names(row: Row) -> Iterator[tuple[str, str]]:
    for column in ("name_zh", "also"):
        for name in row[column].split(";"):
            if name.strip():
                yield column, name.strip()


def _aliases(found: list[Row], first: dict[str, int], noted: Noted) -> None:
    """Note other names that could mean two places, or a place and something else."""
    seen: dict[str, str] = {}
    for row in found:
        for column, name in _other_names(row):
            owner = seen.setdefault(name, row["place"])
            if owner != row["place"] or (name in first and name != row["place"]):
                noted.add(FILE, row.line, column, f"is also a name of {owner if owner != row['place'] else name}.", name)
            elif "/" in name or name in TAKEN:
                noted.add(FILE, row.line, column, "cannot be another name of a place.", name)


def of_row(row: Row, column: str, known: tuple[str, ...], special: tuple[str, ...], noted: Noted) -> bool:
    """Whether a column names a place of the world, or one of the special ones; a fault is noted where not."""
    if row[column] in known or row[column] in special:
        return True
    noted.add(row.file, row.line, column, f"there is no such place in places.csv. {one_of(row[column], known)}", row[column])
    return False
