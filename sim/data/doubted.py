"""The table of a world's shipped experiment: what each policy changes over draws of what nobody knows, and what matters."""

from __future__ import annotations

import csv
from pathlib import Path

_HERE = Path(__file__).parent


def doubted(world: str, folder: Path = _HERE) -> list[dict[str, str]]:
    """Rows of the table of a world (written by `factorflow doubt FILE --csv`); none where no experiment is shipped."""
    path = folder / f"doubt_{world}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
