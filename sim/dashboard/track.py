"""What a page keeps of one run: the readings of the whole world, incomes by place and tenth, and public money, by year."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from sim.analysis.measures.urban_rural_ratio import urban_rural_ratio
from sim.analysis.outcome import INCOMES, RATIO
from sim.arrays import Array
from sim.cells import URBAN, kind_of, region_of
from sim.units import TENTHS

Key = tuple[str, str, str]
"""Scope, place and measure."""

_BY_CELL = frozenset((*INCOMES, "population", *TENTHS))
_PAID = ("charged_to_households", "paid_for_policies", "raised_by_policies")
_RATIO_OF = ("income_per_head", "population")


class Track:
    """One run of one future from its first to its last year: values by scope, place and measure, (year,) each.

    A year that was not lived yet, or in which something is not defined, is NaN.
    """

    def __init__(self, first: int, last: int, world: str, outside: frozenset[str]) -> None:
        self.first, self.last, self.world, self.outside = first, last, world, outside
        self.values: dict[Key, Array] = {}
        self.lived = 0
        """Years that were lived, of those that are asked for."""

    @property
    def whole(self) -> bool:
        """Whether the last year was lived."""
        return self.lived == self.last - self.first + 1

    def of(self, key: Key) -> Array:
        """The values of a key, all missing where it was never recorded."""
        found = self.values.get(key)
        return np.full(self.last - self.first + 1, np.nan) if found is None else found

    def add(self, year: int, rows: Iterable[tuple[int, str, str, str, float]]) -> None:
        """Take in what was recorded of a year; years before the first are left out."""
        if year < self.first:
            return
        at = year - self.first
        for _, scope, place, measure, value in rows:
            if _is_kept(scope, measure):
                key = scope, place, measure
                if key not in self.values:
                    self.values[key] = np.full(self.last - self.first + 1, np.nan)
                self.values[key][at] = value
        ratio = self._ratio(at)
        if ratio is not None:
            key = "world", self.world, RATIO
            self.values.setdefault(key, np.full(self.last - self.first + 1, np.nan))[at] = ratio
        self.lived = at + 1

    def _ratio(self, at: int) -> float | None:
        """The urban-rural ratio of the reported cells in a year; None where they are all of one kind."""
        cells = self._reported
        urban = np.array([kind_of(cell) == URBAN for cell in cells])
        if not len(cells) or urban.all() or not urban.any():
            return None
        income, people = (np.array([self.values["cell", cell, name][at] for cell in cells]) for name in _RATIO_OF)
        return float(urban_rural_ratio(income, people, urban))

    @cached_property
    def _reported(self) -> list[str]:
        """The reported cells, in the order in which a run reads them, so that sums are the same to the last digit."""
        cells = sorted(place for scope, place, measure in self.values if scope == "cell" and measure == "income_per_head")
        return [cell for cell in cells if region_of(cell) not in self.outside]


def _is_kept(scope: str, measure: str) -> bool:
    if scope == "cell":
        return measure in _BY_CELL
    return scope in ("world", "policy") or (scope == "region" and measure in _PAID)
