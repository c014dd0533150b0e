"""Rows of a table by measure, place and year; who asks for what is not there is told the nearest name that is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.errors import ResultsError
from sim.hints import one_of
from sim.units import headline_first

Words = str | Sequence[str] | None
Years = int | Sequence[int] | None


def chosen(table: pd.DataFrame, measure: Words, place: Words, year: Years) -> pd.DataFrame:
    """Rows of the measures, places and years asked for, all where nothing is; raises ResultsError for a name not there."""
    for word, column, asked in (("measure", "measure", as_words(measure)), ("place", "place", as_words(place))):
        known = [str(name) for name in table[column].unique()]
        for name in asked:
            if name not in known:
                raise ResultsError(f'there is no {word} "{name}" in these results. {one_of(name, headline_first(known))}')
        table = table[table[column].isin(asked)] if asked else table
    years = (year,) if isinstance(year, int) else tuple(year or ())
    there = {int(known) for known in table["year"].unique()}
    for one in years:
        if one not in there:
            span = f"{min(there)} to {max(there)}" if there else "none"
            raise ResultsError(f"the year {one} is not among those there are, {span}.")
    table = table[table["year"].isin(years)] if years else table
    if table.empty:
        raise ResultsError("what was asked for was recorded, but not together: no such measure of such a place.")
    return table.reset_index(drop=True)


def as_words(asked: Words) -> tuple[str, ...]:
    """One word or several, as several."""
    return (asked,) if isinstance(asked, str) else tuple(asked or ())
