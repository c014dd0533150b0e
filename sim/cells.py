"""What the name of a cell means: a region and a kind, urban or rural, as in `Port/urban`."""

from __future__ import annotations

URBAN, RURAL = "urban", "rural"
KINDS = (URBAN, RURAL)
_BETWEEN = "/"


def cell_name(region: str, kind: str) -> str:
    """The name of the urban or rural cell of a region."""
    return f"{region}{_BETWEEN}{kind}"


def is_cell(place: str) -> bool:
    """Whether a place of a table is a cell; else it is a region, a kind or a whole world."""
    return _BETWEEN in place


def region_of(cell: str) -> str:
    """The region of a cell."""
    return cell.split(_BETWEEN)[0]


def kind_of(cell: str) -> str:
    """The kind of a cell: urban or rural."""
    return cell.split(_BETWEEN)[-1]
