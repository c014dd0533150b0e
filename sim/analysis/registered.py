"""Those registered here and the newcomers of every tenth of a place: mean incomes from heads and sums that runs record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.units import INCOMES_OF_PARTS, NEWCOMERS, SUMS_OF_NEWCOMERS, TENTHS

_NOBODY = 1e-9  # of a tenth: fewer are what rounding leaves of none


def parts_of_tenths(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Mean incomes of both parts of every tenth of every place in a year, as more rows of a table of readings.

    y_N = Y_N / N,   y_R = (P/10 y - Y_N) / (P/10 - N),   of a tenth of P residents with mean y: N newcomers have Y_N together

    table: as `wide.by_reading`. No rows where newcomers of tenths were not recorded; no mean where there is nobody.
    """
    here, rows = _Cells(table, year), list[tuple[str, Array]]()
    if not here.know(NEWCOMERS[0]):
        return table.iloc[:0]
    tenth = here.read("population") / len(TENTHS)
    for number, measure in enumerate(TENTHS):
        came, together = here.read(NEWCOMERS[number]), here.read(SUMS_OF_NEWCOMERS[number])
        both = (tenth - came, tenth * here.read(measure) - together), (came, together)
        for names, (heads, money) in zip(INCOMES_OF_PARTS, both, strict=True):
            some = heads > _NOBODY * tenth
            rows.append((names[number], np.where(some, money / np.where(some, heads, 1.0), np.nan)))
    return here.rows(rows)


class _Cells:
    """The readings of cells in a year, (place, replicate), by measure."""

    def __init__(self, table: pd.DataFrame, year: int) -> None:
        index: Any = table.index
        self.levels, self.names, self.columns, self.year = index.levels, index.names, table.columns, year
        wanted = (self.levels[1].get_indexer(["cell"])[0], self.levels[3].get_indexer([year])[0])
        there = (np.asarray(index.codes[1]) == wanted[0]) & (np.asarray(index.codes[3]) == wanted[1])
        self.values = table.to_numpy(dtype=np.float64)[there]
        self.measure, self.place = (np.asarray(index.codes[level])[there] for level in (0, 2))

    def know(self, measure: str) -> bool:
        """Whether a measure was recorded."""
        return bool((self.measure == self.levels[0].get_indexer([measure])[0]).any())

    def read(self, measure: str) -> Array:
        """A measure; missing where it was not recorded."""
        found = np.full((len(self.levels[2]), len(self.columns)), np.nan)
        rows = self.measure == self.levels[0].get_indexer([measure])[0]
        found[self.place[rows]] = self.values[rows]
        return found

    def rows(self, measures: Sequence[tuple[str, Array]]) -> pd.DataFrame:
        """Measures as rows of the table: the places where they are known in any replicate."""
        values = np.stack([values for _, values in measures])
        measure, place = np.nonzero(~np.isnan(values).all(axis=2))
        levels = [pd.Index([name for name, _ in measures]), pd.Index(["cell"]), self.levels[2], pd.Index([self.year])]
        codes: list[Any] = [measure, np.zeros_like(place), place, np.zeros_like(place)]
        index = pd.MultiIndex(levels, codes, names=self.names)
        return pd.DataFrame(values[measure, place], index=index, columns=self.columns)
