"""A population: typed columns owned by one model, and the year's pass over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.agents import kernel
from sim.agents.choice import MoveTables
from sim.columns import Column
from sim.world.world import Array

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Moves:
    """Moves of a year by (origin, destination), in the unit of the stock: choices, and villages become urban."""

    migration: Array
    reclassification: Array


class Population:
    """All agents of a kind as columns; each agent stands for `weight` units of its stock (persons, slices, km2)."""

    def __init__(
        self,
        columns: Sequence[Column],
        values: dict[str, NDArray[np.generic]],
        cells: int,
        weight: float,
        event: int,
        key: tuple[int, int],
    ) -> None:
        self.declared = {column.name: column for column in columns}
        self.columns = {
            column.name: np.ascontiguousarray(values[column.name], dtype=column.dtype) for column in columns
        }
        self.cells, self.weight, self.event, self.key = cells, weight, event, key
        self.tables: MoveTables | None = None
        self.year = 0

    @property
    def size(self) -> int:
        """The number of agents."""
        return int(self.columns["home"].size)

    def counts(self) -> Counts:
        """Number of agents by (home, cell)."""
        return np.asarray(kernel.count_homes(self.columns["home"], self.columns["cell"], self.cells))

    def stock(self) -> Array:
        """The stock of the agents by (home, cell): counts times weight."""
        return self.counts() * self.weight

    def skills(self, in_town: Array, skills: int) -> Array:
        """Persons by (cell, skill, works in town) when the shares in_town, (cell,), of residents work in town."""
        counts = kernel.count_skills(
            self.columns["cell"], self.columns["skill"], self.columns["workplace_luck"], in_town, skills
        )
        return np.asarray(counts * self.weight)

    def skill_column(self) -> NDArray[np.uint8]:
        """The skill of every agent; kinds without skills have skill zero, which no training reaches."""
        if "skill" not in self.columns:
            self._no_skill = getattr(self, "_no_skill", np.zeros(self.size, dtype=np.uint8))
            return self._no_skill
        return np.asarray(self.columns["skill"])

    def advance(self, tables: MoveTables, year: int) -> Moves:
        """Let all agents decide at once on this year's tables and return their moves."""
        self.tables, self.year = tables, year
        moves = kernel.advance(
            self.columns["home"], self.columns["cell"], self.skill_column(), *self.key, self.event, year,
            *arguments(tables),
        )  # fmt: skip
        return Moves(migration=moves[0] * self.weight, reclassification=moves[1] * self.weight)


def arguments(tables: MoveTables) -> tuple[object, ...]:
    """The tables in the order the compiled rule takes them."""
    return (
        tables.cumulative, tables.mobility, tables.reclassify, tables.town, tables.stayers_only,
        tables.training, tables.trainable, tables.trained_skill,
    )  # fmt: skip
