"""What a person sees at the terminal: progress with time left, folded paragraphs, tables."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.comparison import Comparison
    from sim.expectations import Verdict

_WIDTH_OFF_TERMINAL = 160  # a table in a file or a pipe should not be folded at 80 characters


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar with time left on stderr; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("years, left"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(escape(title), total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def tell_comparison(comparison: Comparison) -> None:
    """The paragraph, a table a scenario, and what pairing did for the spread."""
    from sim import report

    click.echo(_folded(comparison.paragraph) + "\n")
    columns = ("measure", "place", "baseline", "scenario", "difference", "90% band", "unit")
    for label, results in comparison.scenarios.items():
        title = f"{results.title} against {comparison.baseline.title}, {comparison.year}"
        print_table(title, columns, report.headline_cells(comparison, label), numbers=range(2, 6))
        click.echo("A difference is the median of differences paired by replicate, not that of the two medians.")
        part = comparison.spread_left_by_pairing(label)
        if part is not None:
            click.echo(
                f"Same seeds, same agents: the standard deviation of the difference in the urban-rural ratio is "
                f"{part:.2f} of that of unpaired runs.\n"
            )


def _folded(text: str) -> str:
    """Broken at words for a reader at a terminal; left whole for a file or a pipe, to be quoted."""
    if not sys.stdout.isatty():
        return text
    width = min(shutil.get_terminal_size().columns, 100)
    return "\n\n".join(textwrap.fill(part, width) for part in text.split("\n\n"))


def tell_verdicts(title: str, verdicts: Sequence[Verdict]) -> None:
    """A row an expectation: whether it holds, what was expected and found, and why it was expected."""
    rows = [
        (
            "pass" if verdict.holds else "FAIL",
            verdict.scenario,
            verdict.expectation.measure,
            verdict.expectation.place or "",
            str(verdict.expectation.year),
            verdict.expectation.wanted(),
            "no value" if verdict.found is None else f"{verdict.found:.6g}",
            verdict.expectation.why,
        )
        for verdict in verdicts
    ]
    click.echo(title)
    print_table("", ("", "scenario", "measure", "place", "year", "expected", "found", "why"), rows)
    failed = max((verdict.failed for verdict in verdicts), default=0)
    if failed:
        click.echo(f"Up to {failed} replicates came to no end and are left out; `factorflow run` says why.", err=True)


def indented(word: str, text: str) -> str:
    """A word and what it says, the lines of a long text below each other."""
    width = min(shutil.get_terminal_size().columns, 120) if sys.stdout.isatty() else 120
    return textwrap.fill(text, width, initial_indent=f"  {word:<12}", subsequent_indent=" " * 14)


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
) -> None:
    """Print a table; the columns `numbers` are set to the right and, like all but the last, not broken.

    A number cut off is a wrong number: where the terminal is too narrow, lines run on instead.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL
    unbroken = len(columns) - 1 if numbers else 0  # a table of numbers breaks its last column alone, the unit
    room = _rooms(list(zip(columns, *rows, strict=True)), unbroken, width)
    if title:
        click.secho("\n".join(textwrap.fill(line, sum(room) + 2 * len(room)) for line in title.splitlines()), italic=True)
    click.echo()
    for number, row in enumerate((columns, *rows)):
        cells = [textwrap.wrap(cell, size) or [""] for cell, size in zip(row, room, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            parts = (
                " " * (size - _wide(part)) + part if place in numbers else part + " " * (size - _wide(part))
                for place, (part, size) in enumerate(zip(line, room, strict=True))
            )
            click.secho(" " + "  ".join(parts).rstrip(), bold=number == 0)
        if number == 0:
            click.echo("\u2500" * (sum(room) + 2 * len(room)))
    click.echo()


def _rooms(cells: Sequence[Sequence[str]], unbroken: int, width: int) -> list[int]:
    """Widths of the columns, (column,): as wide as their cells, the widest that may be broken made narrower until all fit."""
    room = [max(_wide(cell) for cell in column) for column in cells]
    least = [
        size if place < unbroken else max((_wide(word) for cell in column for word in cell.split()), default=0)
        for place, (column, size) in enumerate(zip(cells, room, strict=True))
    ]
    while (excess := sum(room) + 2 * len(room) - width) > 0:
        free = [place for place, size in enumerate(room) if size > max(1, least[place])]
        if not free:
            break
        widest = max(free, key=room.__getitem__)
        next_widest = max((room[place] for place in free if room[place] < room[widest]), default=0)
        room[widest] = max(least[widest], 1, next_widest, room[widest] - excess)
        if next_widest == 0 or room.count(room[widest]) > 1:  # as wide as others: narrower together, a step at a time
            room[widest] = max(least[widest], 1, room[widest] - 1)
    return [max(1, size) for size in room]


def _wide(text: str) -> int:
    """The places a text takes at a terminal; some letters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
