"""The record: what was written down of the years of a run, kept as columns, and shown row by row when asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array, Index
from sim.words import Words, in_order

Row = tuple[int, str, str, str, float]
"""A reading: year, scope, place, measure, value."""

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, eq=False)
class Layout:
    """Of which scope, place and measure each of some readings is that are written down together, (row,) each."""

    scopes: tuple[str, ...]
    places: tuple[str, ...]
    measures: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[tuple[str, str, str]]) -> Layout:
        """The layout of rows of scope, place and measure."""
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        return cls(*map(tuple, columns))

    @cached_property
    def at(self) -> dict[tuple[str, str, str], int]:
        """Where a scope, place and measure stand."""
        return {row: number for number, row in enumerate(zip(self.scopes, self.places, self.measures, strict=True))}


class Readings(NamedTuple):
    """Readings of a year, (row,), with what each is of."""

    year: int
    layout: Layout
    values: Array


class MovesOfYear(NamedTuple):
    """Who moved of a factor in a year by one event: the pairs of cells that saw any, (pair,), by number, and how much."""

    year: int
    factor: str
    event: str
    cells: tuple[str, ...]
    origins: Index
    destinations: Index
    values: Array


Column = NDArray[Any] | Words


@dataclass
class Record:
    """The years of one run of one world: readings, moves, residuals of the accounts."""

    readings: list[Readings] = field(default_factory=list)
    moves: list[MovesOfYear] = field(default_factory=list)
    accounts: list[tuple[int, str, float]] = field(default_factory=list)
    _known: dict[Hashable, Any] = field(default_factory=dict)

    def branch(self) -> Record:
        """The same years in a record of its own, to which others are added."""
        return Record(list(self.readings), list(self.moves), list(self.accounts), dict(self._known))

    def once(self, key: Hashable, make: Callable[[], _Kept]) -> _Kept:
        """What is the same in every year of the run, as layouts and groups of cells are, made in the first."""
        if key not in self._known:
            self._known[key] = make()
        found: _Kept = self._known[key]
        return found

    def rows(self, begin: int = 0) -> Iterator[Row]:
        """Readings one by one, those of `readings` from a place on."""
        for year, layout, values in self.readings[begin:]:
            columns = zip(layout.scopes, layout.places, layout.measures, values.tolist(), strict=True)
            yield from ((year, *row) for row in columns)

    @property
    def series(self) -> list[Row]:
        """All readings as rows of (year, scope, place, measure, value), made when asked for."""
        return list(self.rows())

    @property
    def flows(self) -> list[tuple[int, str, str, str, str, float]]:
        """All moves as rows of (year, factor, event, origin, destination, value), made when asked for."""
        return [
            (year, factor, event, cells[origin], cells[destination], value)
            for year, factor, event, cells, *pairs in self.moves
            for origin, destination, value in zip(*(column.tolist() for column in pairs), strict=True)
        ]

    def reading(self, year: int, scope: str, place: str, measure: str) -> float | None:
        """One reading of a year, the last where there are several; None where there is none."""
        wanted = scope, place, measure
        known = (one for one in reversed(self.readings) if one.year == year and wanted in one.layout.at)
        return next((float(one.values[one.layout.at[wanted]]) for one in known), None)

    def series_columns(self, first: int) -> dict[str, Column]:
        """Readings from a first year on as columns: year, scope, place, measure, value."""
        kept = [one for one in self.readings if one.year >= first]
        layouts = {one.layout: None for one in kept}
        columns: dict[str, Column] = {"year": _repeated([one.year for one in kept], [one.values.size for one in kept])}
        for column, part in (("scope", "scopes"), ("place", "places"), ("measure", "measures")):
            numbers = dict[str, int]()
            of_layout = {
                layout: np.array([numbers.setdefault(word, len(numbers)) for word in getattr(layout, part)], dtype=np.int64)
                for layout in layouts
            }
            columns[column] = in_order(tuple(numbers), _joined([of_layout[one.layout] for one in kept]))
        return columns | {"value": _joined([one.values for one in kept])}

    def flow_columns(self, first: int) -> dict[str, Column]:
        """Moves from a first year on as columns: year, factor, event, origin, destination, value."""
        kept = [moves for moves in self.moves if moves.year >= first]
        pairs = [moves.values.size for moves in kept]
        cells = kept[0].cells if kept else ()
        columns: dict[str, Column] = {"year": _repeated([moves.year for moves in kept], pairs)}
        for name in ("factor", "event"):
            words = [getattr(moves, name) for moves in kept]
            few = tuple(dict.fromkeys(words))
            columns[name] = in_order(few, _repeated([few.index(word) for word in words], pairs))
        columns["origin"] = in_order(cells, _joined([moves.origins for moves in kept]))
        columns["destination"] = in_order(cells, _joined([moves.destinations for moves in kept]))
        return columns | {"value": _joined([moves.values for moves in kept])}

    def account_columns(self, first: int) -> dict[str, Column]:
        """Residuals from a first year on as columns: year, identity, residual."""
        kept = [row for row in self.accounts if row[0] >= first]
        few = {identity: number for number, identity in enumerate(dict.fromkeys(identity for _, identity, _ in kept))}
        return {
            "year": np.array([year for year, _, _ in kept], dtype=np.int64),
            "identity": in_order(tuple(few), np.array([few[identity] for _, identity, _ in kept], dtype=np.int64)),
            "residual": np.array([residual for _, _, residual in kept], dtype=np.float64),
        }


def _repeated(values: Sequence[int], times: Sequence[int]) -> Index:
    return np.repeat(np.array(values, dtype=np.int64), times)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
