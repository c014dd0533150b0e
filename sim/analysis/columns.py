"""What a run records as columns, of which tables are made; who only lives years never needs a data frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.words import Words

TABLES = ("series", "flows", "accounts")
"""The tables that a run records."""

Columns = Mapping[str, NDArray[Any] | Words]
"""The columns of one table by name."""


# Arrow's arrays are made of their memory: `pa.array` would import pandas to ask whether it was given a series of it.


def to_arrow(columns: Columns) -> Any:
    """Columns as a table of Arrow."""
    import pyarrow as pa  # type: ignore[import-untyped]

    return pa.Table.from_arrays([_array(pa, column) for column in columns.values()], names=list(columns))


def _array(pa: Any, column: NDArray[Any] | Words) -> Any:
    if isinstance(column, Words):
        return pa.DictionaryArray.from_arrays(_array(pa, _narrow(column)), _texts(pa, column.names))
    values = np.ascontiguousarray(column)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, [None, pa.py_buffer(values)])


def _texts(pa: Any, words: Sequence[str]) -> Any:
    texts = [word.encode("utf-8") for word in words]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))


def _narrow(column: Words) -> NDArray[np.signedinteger[Any]]:
    """The numbers of words in the narrowest type that has room for one more than there are, as pandas keeps them."""
    kinds = (kind for kind in (np.int8, np.int16, np.int32) if len(column.names) < np.iinfo(kind).max)
    return column.numbers.astype(next(kinds, np.int64))
