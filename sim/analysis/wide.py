"""A run's series as tables of numbers, a column for each replicate: a row for each year, or for each reading and year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

WORDS = ("measure", "scope", "place")


def by_year(rows: pd.DataFrame) -> pd.DataFrame:
    """The values of one measure of one place: a row for each year, a column for each replicate."""
    found = _of_like_replicates(rows, ())
    return rows.pivot(index="year", columns="replicate", values="value") if found is None else found


def by_reading(series: pd.DataFrame) -> pd.DataFrame:
    """All values of a series: a row for each measure, scope, place and year in their order, a column for each replicate."""
    table = _of_like_replicates(series, WORDS)
    if table is None:
        table = series.pivot(index=[*WORDS, "year"], columns="replicate", values="value")
        index: Any = table.index
        words = [list(level.astype(str)) for level in index.levels[:3]]  # categories of two files need not agree
        table.index = index.set_levels(words, level=[0, 1, 2])
    table.columns = table.columns.astype(np.int64)
    return table


def _of_like_replicates(series: pd.DataFrame, words: Sequence[str]) -> pd.DataFrame | None:
    """A table by words and year where replicates follow each other and have the same rows in the same order; else None.

    As they are saved they mostly do: then the numbers are there as a table, and only the rows of one have to be put in order.
    """
    numbers = series["replicate"].to_numpy()
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    if not len(starts) or np.any(np.diff(numbers[starts]) <= 0) or len(numbers) % len(starts):
        return None
    shape = len(starts), len(numbers) // len(starts)
    known = [series[word].astype("category").cat for word in words]  # as they are saved; rows made by hand may hold strings
    codes = [word.codes.to_numpy().reshape(shape) for word in known]
    codes.append(series["year"].to_numpy().reshape(shape))
    if np.any(starts != np.arange(shape[0]) * shape[1]) or any((code != code[0]).any() for code in codes):
        return None
    order = np.lexsort([code[0] for code in reversed(codes)])
    *places, year = (code[0][order] for code in codes)
    if words:
        years, year = np.unique(year, return_inverse=True)
        levels = [pd.Index(word.categories.astype(str)) for word in known]
        numbered: list[Any] = [*places, year]
        index: Any = pd.MultiIndex([*levels, pd.Index(years)], numbered, names=[*words, "year"])
    else:
        index = pd.Index(year, name="year")
    columns = pd.Index(numbers[starts], name="replicate")
    return pd.DataFrame(series["value"].to_numpy().reshape(shape).T[order], index=index, columns=columns)
