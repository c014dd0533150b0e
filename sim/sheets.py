"""Tables that go to programs of tables (CSV): no cell of them is taken for a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV injection


def harmless(cell: object) -> object:
    """A cell of a table that programs of tables do not take for a formula: text that begins like one gets a `'` before."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_of(table: pd.DataFrame) -> str:
    """A table as the text of a CSV file for people, no cell of which is a formula."""
    words = [name for name in table if table[name].dtype.kind not in "biuf"]
    safe = table.assign(**{str(name): table[name].astype(object).map(harmless) for name in words})
    return str(safe.rename(columns=harmless).to_csv(index=False, lineterminator="\n"))
