"""The golden table on disk: read, written without the rows that equal their reference's, compared with its tolerances."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Key = tuple[str, str, str, str, int, str]  # scenario, drawn, scope, place, year, measure
Numbers = dict[Key, float]

FOLDER = Path(__file__).parent
NUMBERS, TOLERANCES = FOLDER / "numbers.csv", FOLDER / "tolerances.csv"
_COLUMNS = ("scenario", "drawn", "scope", "place", "year", "measure", "value")


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from its golden value, |new - old| <= absolute + relative |old|, and why."""

    relative: float
    absolute: float
    reason: str


@dataclass(frozen=True)
class Moved:
    """A number that moved beyond its tolerance; None where there was or is none."""

    key: Key
    old: float | None
    new: float | None

    @property
    def relative(self) -> float:
        """|new - old| / |old|; infinite where either is missing or the old number is zero."""
        if self.old is None or self.new is None or self.old == 0:
            return float("inf")
        return abs(self.new - self.old) / abs(self.old)


def read_tolerances() -> dict[tuple[str, str], Tolerance]:
    """Tolerances by (drawn, measure)."""
    with TOLERANCES.open(encoding="utf-8", newline="") as file:
        return {
            (row["drawn"], row["measure"]): Tolerance(float(row["relative"]), float(row["absolute"]), row["reason"])
            for row in csv.DictReader(file)
        }


def tolerance(tolerances: Mapping[tuple[str, str], Tolerance], key: Key) -> Tolerance:
    """The tolerance of a number: that of its drawing and measure, else that of its drawing."""
    drawn, measure = key[1].split()[0], key[5]
    return tolerances.get((drawn, measure), tolerances[drawn, "*"])


def read_numbers() -> Numbers:
    """The table as it stands on disk."""
    with NUMBERS.open(encoding="utf-8", newline="") as file:
        return {
            (row["scenario"], row["drawn"], row["scope"], row["place"], int(row["year"]), row["measure"]): float(row["value"])
            for row in csv.DictReader(file)
        }


def write_numbers(numbers: Numbers, references: Mapping[str, str]) -> None:
    """Write the table, sorted, twelve digits a number, without the rows that equal their reference's."""
    with NUMBERS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for key, value in sorted(numbers.items()):
            text = f"{value:.12g}"
            model = of_reference(key, references)
            if model is None or model not in numbers or f"{numbers[model]:.12g}" != text:
                writer.writerow([*key, text])


def moved(old: Numbers, new: Numbers, references: Mapping[str, str]) -> list[Moved]:
    """What lies beyond its tolerance, largest relative change first; numbers gone or new lead.

    A number that is not in `old` is meant to equal the one of its reference.
    """
    tolerances, found = read_tolerances(), []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before is None and (model := of_reference(key, references)) is not None:
            before = old.get(model)
        if before is None or after is None:
            found.append(Moved(key, before, after))
            continue
        allowed = tolerance(tolerances, key)
        if not abs(after - before) <= allowed.absolute + allowed.relative * abs(before):
            found.append(Moved(key, before, after))
    return sorted(found, key=lambda one: (-one.relative, one.key))


def listed(found: Sequence[Moved], most: int | None = None) -> str:
    """What moved as lines of text, at most so many; says so if nothing moved."""
    if not found:
        return "nothing moved"
    rows = [_line(one) for one in found[:most]]
    heads = ("relative", "old", "new", "what")
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(3)]
    lines = [
        "  ".join([*(f"{text:>{width}}" for text, width in zip(row, widths, strict=False)), row[3]]) for row in [heads, *rows]
    ]
    if len(found) > len(rows):
        lines.append(f"and {len(found) - len(rows)} more")
    return "\n".join([f"{len(found)} golden numbers moved", *lines])


def _line(one: Moved) -> tuple[str, str, str, str]:
    old, new = ("none" if value is None else f"{value:.12g}" for value in (one.old, one.new))
    scenario, drawn, scope, place, year, measure = one.key
    return f"{one.relative:.1e}", old, new, f"{measure}, {scope} {place}, {year}: {scenario}, {drawn}"


def of_reference(key: Key, references: Mapping[str, str]) -> Key | None:
    reference = references.get(key[0])
    return None if reference is None or key[1] != "continuum" else (reference, *key[1:])
