"""What a page is made of: parts with a finding as title, figures with their data and command, tables with cells."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup

from sim.sheets import harmless

_NOTHING = Markup("")


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its words, a drawing beside them, and a class of the style sheet."""

    words: str
    drawing: Markup = _NOTHING
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a table; key: the scenario it is of, so that a page may dim the others."""

    cells: Sequence[Cell]
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A table: what it is, the names of its columns, its rows; the first cell of a row is its head."""

    label: str
    head: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Figure:
    """A drawing in its two widths with what belongs to it: data, source, the command that shows the same; id: its anchor."""

    id: str
    drawing: Markup
    caption: str = ""
    data: str = ""
    command: str = ""
    source: str = ""
    head: Markup = _NOTHING
    key: str = ""

    @property
    def link(self) -> str:
        """The data as a link that can be saved."""
        return "data:text/csv;charset=utf-8," + quote(self.data, safe=",/.-_:()+ '").replace(" ", "%20")


@dataclass
class Part:
    """A part of the page: id, name in the contents, finding as title, how to read it, and what stands in it, in order."""

    id: str
    name: str
    title: str
    what: str = ""
    lead: list[str] = field(default_factory=list)
    body: list[Figure | Table | Details | Bullets | Heading | str] = field(default_factory=list)


@dataclass(frozen=True)
class Details:
    """Words folded away until somebody, or the printer, wants them."""

    summary: str
    text: str


@dataclass(frozen=True)
class Bullets:
    """Sentences one below the other."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Heading:
    """A title within a part, with an anchor."""

    id: str
    text: str


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV; numbers with seven significant digits, empty where there is none; no cell is a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(harmless, head))
    writer.writerows([[_plain(harmless(value)) for value in row] for row in rows])
    return stream.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.7g}" if math.isfinite(value) else ""
    return "" if value is None else value


def plain_cells(*words: str) -> list[Cell]:
    """Cells of words alone."""
    return [Cell(one) for one in words]
