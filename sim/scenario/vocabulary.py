"""The words a scenario may use: instruments, worlds and measures, filled in by whoever knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.cells import cell_name
from sim.errors import Fault
from sim.units import YUAN

SCOPES = ("world", "region", "cell", "kind")


@dataclass(frozen=True)
class ParameterWord:
    """One number of a world: its value, unit, permitted range, meaning, source, and whether it is assumed."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    meaning: str
    source: str
    assumed: bool


@dataclass(frozen=True)
class WorldWords:
    """The names and years a scenario of one world may use; `regions` includes those outside the reported area."""

    name: str
    regions: tuple[str, ...]
    kinds: tuple[str, ...]
    sectors: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, ParameterWord]
    first_year: int
    last_year: int
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of places, and the name the world gives them."""
    money: str = YUAN
    """The money amounts are in: currency and year."""

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of the cells, region/kind."""
        return tuple(cell_name(region, kind) for region in self.regions for kind in self.kinds)

    def canonical(self, place: str) -> str:
        """The world's own name of a place, also of a cell, that may be called by an alias; other words as they are."""
        region, slash, kind = place.partition("/")
        return self.aliases.get(region, region) + slash + kind


@dataclass(frozen=True)
class Vocabulary:
    """Everything a scenario may name: instruments with their terms, worlds, and measures with their scopes."""

    instruments: Mapping[str, type[Any]]  # by name, the terms of each: a `PolicyTerms`, which knows of worlds itself
    worlds: Mapping[str, WorldWords]
    measures: Mapping[str, tuple[str, ...]]
    read_tables: Callable[[Path, str], tuple[Any, Sequence[Fault]]] | None = None
    """Reads the tables of a world in a folder, called as the second says, with what is wrong with them (then None)."""
    words_of_tables: Callable[[Any], WorldWords] | None = None

    def words_of(self, world: Any) -> WorldWords:
        """The words of a world, by the name of a shipped one or by its tables: what `Scenario.plays_in` says."""
        if isinstance(world, str) or self.words_of_tables is None:
            return self.worlds[world]
        return self.words_of_tables(world)
