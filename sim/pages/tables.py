"""Tables at the width a reader has, in which no number and no name is ever cut.

Where a table is too wide, its columns give way in this order:
1. cells of words are broken, at spaces alone, down to _NARROWEST characters;
2. columns join another as a line of their own below it, in the order of `joins` (a unit joins the measure, a band goes
   below its median);
3. the table turns to records, a block a row and a line a column.
What is longer than the whole width runs on.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence

import click

from sim.errors import printable

_OFF_TERMINAL = 160  # of a table in a file or a pipe, where nobody says how wide it may be
_NARROWEST = 14  # below it a column of words is no longer read but deciphered
_LEAST = 40
_ROWS = 200  # a table that may have no end shows this many rows and counts the rest
_CELL = 1_000  # characters of a cell that are shown

Row = Sequence[str]


def reader_width() -> int | None:
    """Characters in a line of whoever reads: what COLUMNS says, else those of the terminal; None in a file or a pipe."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and 0 < int(said) < 100_000:
        return max(_LEAST, int(said))
    return max(_LEAST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    numbers: Sequence[int] = (),
    joins: Mapping[str, str] | None = None,
) -> None:
    """Print a table; the columns `numbers` stand to the right, and one that is empty in every row is left out.

    joins: what column gives way to what other, in order; by default a unit joins the first column.
    """
    room = reader_width() or _OFF_TERMINAL
    wanted = dict(joins if joins is not None else {"unit": columns[0]})
    title, more = printable(title, keep="\n"), len(rows) - _ROWS
    rows = [[printable(cell, _CELL, keep="\n") for cell in row] for row in rows[:_ROWS]]
    aligned = {columns[place] for place in numbers}
    filled = [place for place in range(len(columns)) if not rows or any(row[place] for row in rows)]
    columns, rows = [columns[place] for place in filled], [[row[place] for place in filled] for row in rows]
    names = list(columns)  # of several lines once another column has joined
    cells = [list(row) for row in rows]
    while True:
        widths = _widths(names, cells, aligned, room - _frame(len(names)))
        if widths is not None:
            heading = "\n".join(folded(title, room))
            click.echo("\n".join([*([heading] if heading else ()), *_lines(names, cells, aligned, widths)]))
            break
        first = {name.split("\n")[0]: place for place, name in enumerate(names)}
        joining = next(((first[one], first[other]) for one, other in wanted.items() if first.keys() >= {one, other}), None)
        if joining is None or joining[0] == joining[1]:
            for line in records(title, columns, rows, room):
                click.echo(line)
            break
        names, cells = _joined(names, cells, *joining)
    if more > 0:
        click.echo(f"and {more:,} more rows.")


def _widths(names: Sequence[str], cells: Sequence[Row], aligned: set[str], room: int) -> list[int] | None:
    """Characters of every column within the room; None where something would have to be cut."""
    whole, least = [], []
    for place, name in enumerate(names):
        texts = [row[place] for row in cells]
        lines = [line for text in (name, *texts) for line in text.splitlines()]
        words = max((_wide(word) for line in lines for word in line.split()), default=1)
        # a number with its band is one reading, and an empty heading needs no room: only words are broken
        own = max((_wide(line) for text in texts for line in text.splitlines()), default=1)
        floor = own if _aligned(name, aligned) else min(max(own, _wide(name)), _NARROWEST)
        whole.append(max([own, *(_wide(line) for line in name.splitlines())]))
        least.append(max(1, words, floor))
    over = sum(whole) - room
    while over > 0:
        loose = [place for place in range(len(whole)) if whole[place] > least[place]]
        if not loose:
            return None
        widest = max(loose, key=lambda place: whole[place])
        whole[widest] -= 1
        over -= 1
    return [max(1, one) for one in whole]


def _frame(columns: int) -> int:
    """Characters between the columns and at the edges: a space at each side, and two and one between."""
    return 2 + 3 * (columns - 1)


def _wide(text: str) -> int:
    """Places that a text takes at a terminal, where a Chinese character takes two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _joined(names: list[str], cells: list[list[str]], gone: int, place: int) -> tuple[list[str], list[list[str]]]:
    """The column at `gone` as a further line of the column at `place`."""
    rows = [[*row] for row in (names, *cells)]
    for row in rows:
        row[place] = "\n".join(part for part in (row[place], row[gone]) if part)
        del row[gone]
    return rows[0], rows[1:]


def _lines(names: Sequence[str], cells: Sequence[Row], aligned: set[str], widths: Sequence[int]) -> Iterator[str]:
    """A table as lines: the head, bold at a terminal, a rule and the rows; texts are broken at spaces alone.

    These few lines stand for Rich, whose tables took longer than all that `list` does besides.
    """
    if not names:
        return
    head, *rows = ([folded(cell, wide) for cell, wide in zip(row, widths, strict=True)] for row in (names, *cells))
    own = [max(_wide(line) for cell in column for line in cell) for column in zip(head, *rows, strict=True)]
    right = [_aligned(name, aligned) for name in names]
    empty = " " * (sum(own) + _frame(len(names)))
    drawn = "─" if (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf") else "-"

    def laid(row: Sequence[Sequence[str]], above: int = 0) -> Iterator[str]:
        """The lines of a row; `above`: 1 where a cell of fewer lines has its empty ones above."""
        height = max(map(len, row))
        filled = [[*[""] * (above * (height - len(cell))), *cell, *[""] * (height - len(cell))] for cell in row]
        for parts in zip(*(cell[:height] for cell in filled), strict=True):
            shown = zip(parts, own, right, strict=True)
            yield f" {'   '.join(_padded(part, wide, to_right) for part, wide, to_right in shown)} "

    yield empty
    yield from (click.style(line, bold=True) for line in laid(head, above=1))
    yield f" {drawn * (len(empty) - 2)} "
    apart = any("\n" in name for name in names)  # rows of several lines are separated by an empty one
    for number, row in enumerate(rows):
        if number and apart:
            yield empty
        yield from laid(row)
    yield empty


def _padded(text: str, wide: int, to_right: bool) -> str:
    text = text.rstrip() if to_right else text
    room = " " * (wide - _wide(text))
    return f"{room}{text}" if to_right else f"{text}{room}"


def _aligned(name: str, aligned: set[str]) -> bool:
    return any(line in aligned for line in name.splitlines())


def records(title: str, columns: Sequence[str], rows: Sequence[Row], wide: int) -> list[str]:
    """Lines of a table as blocks: the first cell, then a line a column; words are broken at spaces alone."""
    label = min(max((_wide(name) for name in columns[1:]), default=0), 22)
    lines = [*folded(title, wide), ""] if title else []
    for row in rows:
        lines += folded(f"{columns[0]} {row[0]}".strip(), wide)
        for name, cell in zip(columns[1:], row[1:], strict=True):
            if not cell:
                continue
            head = folded(name, label)
            body = folded(" ".join(cell.split()), wide - label - 4)
            for place in range(max(len(head), len(body))):
                left = head[place] if place < len(head) else ""
                right = body[place] if place < len(body) else ""
                lines.append(f"  {left}{' ' * max(0, label - _wide(left))}  {right}".rstrip())
        lines.append("")
    return lines


def folded(text: str, wide: int) -> list[str]:
    """A text in lines of at most so many characters, broken at spaces alone; a longer word stands on a line of its own."""
    lines: list[str] = []
    for part in text.splitlines():
        line = ""
        for word in part.split(" "):
            if line and _wide(line) + 1 + _wide(word) > wide:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines or [""]
