"""The columns of the agents, each declared once with its type, unit and meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    """One attribute of all agents of a kind."""

    name: str
    dtype: str
    unit: str
    meaning: str


HOME = Column("home", "uint16", "cell number", "where the agent is registered (labour) or owned (capital, land)")
CELL = Column("cell", "uint16", "cell number", "where the agent lives (labour), works (capital) or is used (land)")
SKILL = Column("skill", "uint8", "skill number", "schooling of a worker; training raises it once")
LUCK = Column("workplace_luck", "uint16", "65536ths", "a rural worker works in town when it lies below the town's share")

LABOUR = (HOME, CELL, SKILL, LUCK)
CAPITAL = (HOME, CELL)
LAND = (HOME, CELL)


def fitted(columns: Sequence[Column], cells: int) -> tuple[Column, ...]:
    """The columns with cell numbers in one byte where a world has no more than 256 cells."""
    narrow = "uint8" if cells <= 256 else "uint16"
    return tuple(replace(column, dtype=narrow) if column.unit == "cell number" else column for column in columns)
