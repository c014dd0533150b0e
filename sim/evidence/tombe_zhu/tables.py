"""Tables of a validation: what was published beside what comes out, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    """One line: ours in the order of the table's columns, published where there is such a figure; counted: not a sum."""

    name: str
    ours: tuple[float, ...]
    published: tuple[float, ...] | None = None
    counted: bool = True


@dataclass(frozen=True)
class Table:
    """Rows over columns (name, unit); note: what a reader must know; comparable: rows share units."""

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    note: str = ""
    comparable: bool = True

    def distance(self) -> tuple[float, ...] | None:
        """Mean absolute difference between ours and published by column; None where nothing is published."""
        pairs = [(row.ours, row.published) for row in self.rows if row.published is not None and row.counted]
        if not pairs or not self.comparable:
            return None
        apart = np.abs(np.array([ours for ours, _ in pairs]) - np.array([published for _, published in pairs]))
        return tuple(float(value) for value in apart.mean(axis=0))

    def cells(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Heads and cells as text: a line of ours, one published, one of the difference for every compared row."""
        heads = ("", "", *(f"{name}, {unit}" for name, unit in self.columns))
        lines: list[tuple[str, ...]] = []
        for row in self.rows:
            lines.append((row.name.replace("_", " "), "ours", *_numbers(row.ours)))
            if row.published is not None:
                apart = [ours - published for ours, published in zip(row.ours, row.published, strict=True)]
                lines.append(("", "published", *_numbers(row.published)))
                lines.append(("", "difference", *_numbers(apart, "+")))
        distance = self.distance()
        if distance is not None:
            lines.append(("mean absolute difference", "", *_numbers(distance)))
        return heads, lines

    def to_json(self) -> dict[str, Any]:
        """The table for `--json`."""
        return {
            "name": self.name,
            "title": self.title,
            "columns": [{"name": name, "unit": unit} for name, unit in self.columns],
            "rows": [{"name": row.name, "ours": row.ours, "published": row.published} for row in self.rows],
            "mean_absolute_difference": self.distance(),
            "note": self.note,
        }


def _numbers(values: Sequence[float], sign: str = "") -> list[str]:
    """Two decimals, three where the number is small on the table's scale; a true zero has no sign."""
    decimals = 3 if max(abs(value) for value in values) < 2 and not any(abs(value) > 2 for value in values) else 2
    return [f"{0.0 if abs(value) < 0.5 * 10**-decimals else value:{sign}.{decimals}f}" for value in values]
