"""Frames whose words are kept as numbers of few: to and from Arrow, and one under the other, without a look at each word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from sim.analysis.columns import Columns
from sim.words import Words

Numbers = NDArray[np.integer[Any]]


@lru_cache(maxsize=1024)
def _kind(names: tuple[str, ...]) -> pd.CategoricalDtype:
    """The type of a column of these words; pandas takes longer over it than over ten thousand rows."""
    return pd.CategoricalDtype(pd.Index(names))


def words(names: Sequence[str], numbers: Numbers) -> pd.Categorical[Any]:
    """Words by their numbers in `names`."""
    return pd.Categorical.from_codes(numbers, dtype=_kind(tuple(names)), validate=False)


def names_and_numbers(column: pd.Series[Any]) -> tuple[tuple[str, ...], Numbers]:
    """The words of a column, each once, and their numbers; -1 where one is missing."""
    found: Any = column.array if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category").array
    return tuple(found.categories), found.codes


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns one under the other; words are numbers of all their words in alphabetical order."""
    columns: dict[str, Any] = {}
    for name in frames[0].columns:
        parts = [frame[name] for frame in frames]
        if pd.api.types.is_numeric_dtype(parts[0].dtype):
            columns[name] = np.concatenate([part.to_numpy() for part in parts])
            continue
        known = [names_and_numbers(part) for part in parts]
        union = sorted({word for names, _ in known for word in names})
        places = {word: number for number, word in enumerate(union)}
        ranks = [np.array([places[word] for word in names], dtype=np.int64) for names, _ in known]
        numbers = [rank[numbers] if rank.size else numbers for rank, (_, numbers) in zip(ranks, known, strict=True)]
        columns[name] = words(union, np.concatenate(numbers))
    return pd.DataFrame(columns)


def frame_of(columns: Columns) -> pd.DataFrame:
    """A table's columns as a frame."""
    return pd.DataFrame({name: words(*column) if isinstance(column, Words) else column for name, column in columns.items()})


def from_arrow(table: Any) -> pd.DataFrame:
    """A table of Arrow as a frame."""
    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name)
        values = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        if pa.types.is_dictionary(values.type):
            columns[name] = words(values.dictionary.to_pylist(), values.indices.to_numpy())
        else:
            columns[name] = values.to_numpy()
    return pd.DataFrame(columns)
