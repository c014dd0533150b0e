"""The two wide tables: cost shares by sector that add up to one, and parameters that are known and in range."""

from __future__ import annotations

from collections.abc import Mapping

from sim.data.catalogue import Parameter
from sim.hints import one_of
from sim.world.strict.entry import Entry
from sim.world.strict.noted import WHOLE, Noted
from sim.world.strict.rows import Row, number, rows, source

_TECHNOLOGY, _PARAMETERS = "technology.csv", "parameters.csv"
_CLOSE = 1e-6  # how near to one shares must add up
COLUMNS = ("name", "value", "unit", "low", "high", "assumed", "meaning", "source")


def check_technology(text: str, entry: Entry, noted: Noted) -> None:
    """Note everything wrong with the sectors and their shares."""
    materials = [f"materials_{sector}" for sector in entry.sectors]
    factors = ["labour_share", "capital_share", "land_share"]
    header = ["sector", *factors, "value_added_share", *materials, "segmentation", "local_cost", "product", "source"]
    found: list[str] = []
    for row in rows(text, _TECHNOLOGY, header, noted):
        sector = row["sector"]
        found.append(sector)
        if sector not in entry.sectors:
            said = f"is no sector of world.yaml. {one_of(sector, entry.sectors)}"
            noted.add(_TECHNOLOGY, row.line, "sector", said, sector)
        elif sector in found[:-1]:
            noted.add(_TECHNOLOGY, row.line, "sector", "stands here a second time.", sector)
        elif row["product"] != f"product_{sector}":
            noted.add(_TECHNOLOGY, row.line, "product", f"must be product_{sector}.", row["product"])
        _sum_to_one(row, factors, 0.001, noted)
        _sum_to_one(row, materials, 0.0, noted)
        number(row, "value_added_share", 0.05, 0.95, noted)
        number(row, "segmentation", 0, 5, noted)
        number(row, "local_cost", 0, 5, noted)
        source(row, noted)
    if not noted.of(_TECHNOLOGY) and tuple(found) != entry.sectors:
        said = f"must have the sectors of world.yaml in their order: {', '.join(entry.sectors)}."
        noted.add(_TECHNOLOGY, 1, WHOLE, said)


def _sum_to_one(row: Row, columns: list[str], low: float, noted: Noted) -> None:
    values = [number(row, column, low, 1, noted) for column in columns]
    total = sum(value for value in values if value is not None)
    if None not in values and abs(total - 1) > _CLOSE:
        noted.add(row.file, row.line, " + ".join(columns), "must add up to 1.", f"{total:.10g}")


def check_parameters(text: str, shared: Mapping[str, Parameter], own: Mapping[str, Parameter], noted: Noted) -> None:
    """Note everything wrong with the parameters of a world; `own`: those a world may have that no table shares."""
    known = {**shared, **own}
    first: dict[str, int] = {}
    for row in rows(text, _PARAMETERS, COLUMNS, noted):
        name = row["name"]
        if name not in known:
            noted.add(_PARAMETERS, row.line, "name", f"is no parameter of a world. {one_of(name, known)}", name)
            continue
        if first.setdefault(name, row.line) != row.line:
            noted.add(_PARAMETERS, row.line, "name", f"stands here a second time; the first is in line {first[name]}.", name)
        widest = known[name]
        low = number(row, "low", widest.low, widest.high, noted)
        high = number(row, "high", widest.low, widest.high, noted)
        if low is not None and high is not None:
            if low > high:
                noted.add(_PARAMETERS, row.line, "high", f"must not be below low = {row['low']}.", row["high"])
            else:
                number(row, "value", low, high, noted)
        if row["assumed"] not in ("yes", "no"):
            noted.add(_PARAMETERS, row.line, "assumed", "must be yes or no.", row["assumed"])
        for column in ("unit", "meaning"):
            if not row[column]:
                noted.add(_PARAMETERS, row.line, column, "is empty.")
        source(row, noted)
