"""Which rows of a comparison a reader asks for: measures, places, a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd

from sim.analysis.differences import Differences
from sim.errors import ResultsError, listed
from sim.hints import one_of
from sim.units import headline_first

Those = TypeVar("Those", bound=Differences)


@dataclass(frozen=True)
class Selection:
    """Measures and places asked for, all where none is named. Places are regions, cells, kinds, the world or policies."""

    measures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.measures or self.places)

    def rows(self, differences: Differences, label: str | None = None) -> pd.DataFrame:
        """Rows of one scenario in the last common year, or (no label) of all scenarios and years, as asked for.

        Raises ResultsError for a measure or a place that was not recorded, and where no measure asked for has the place.
        """
        table = differences.table
        for word, column, asked in (("measure", "measure", self.measures), ("place", "place", self.places)):
            known = [str(name) for name in table[column].unique()]
            for name in asked:
                if name not in known:
                    near = one_of(name, headline_first(known))
                    raise ResultsError(f'there is no {word} "{name}" in what is compared. {near}')
        if label is not None:
            table = table[(table["scenario"] == label) & (table["year"] == differences.year)]
        chosen = table[_in(table["measure"], self.measures) & _in(table["place"], self.places)]
        if chosen.empty:
            raise ResultsError(
                f"{listed(self.measures) or 'nothing'} was not recorded for {listed(self.places) or 'any place'}."
            )
        return chosen


def _in(column: pd.Series, asked: Iterable[str]) -> pd.Series:
    return column.isin(list(asked)) if asked else pd.Series(True, index=column.index)


def until(differences: Those, year: int | None) -> Those:
    """The comparison up to a year, of which its headline then speaks; raises ResultsError for a year that not all have."""
    if year is None:
        return differences
    years = sorted(int(known) for known in differences.table["year"].unique())
    if year not in years:
        raise ResultsError(f"the year {year} is not among those compared, {years[0]} to {years[-1]}.")
    return replace(differences, table=differences.table[differences.table["year"] <= year])
