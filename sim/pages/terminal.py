"""What a person sees at the terminal: progress with time left, folded paragraphs, tables."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sim.errors import printable, unseen

if TYPE_CHECKING:
    from sim.analysis.comparison import Comparison
    from sim.evidence.expectations import Verdict

_ROWS = 200  # a table that may have no end shows this many rows and counts the rest
_CELL = 1_000  # characters of a cell that are shown

_WIDTH_OFF_TERMINAL = 160  # a table in a file or a pipe should not be folded at 80 characters


def say(text: object = "", err: bool = False, nl: bool = True) -> None:
    """Print words, on stderr with `err`; what a terminal would obey instead of show is escaped, a new line is not."""
    click.echo(printable(text, keep="\n"), err=err, nl=nl)


def say_json(data: object) -> None:
    """Print data as one line of JSON; characters nobody can see are escaped, as JSON allows for all of them."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    click.echo("".join(json.dumps(one)[1:-1] if unseen(one) else one for one in text) if not text.isprintable() else text)


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
        task = bar.add_task(escape(printable(title, 100)), total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def tell_comparison(comparison: Comparison) -> None:
    """The paragraph, a table a scenario, and what pairing did for the spread."""
    from sim.analysis import report

    say(_folded(comparison.paragraph) + "\n")
    columns = ("measure", "place", "baseline", "scenario", "difference", "90% band", "unit")
    for label, results in comparison.scenarios.items():
        title = f"{results.title} against {comparison.baseline.title}, {comparison.year}"
        print_table(title, columns, report.headline_cells(comparison, label), numbers=range(2, 6))
        say("A difference is the median of differences paired by replicate, not that of the two medians.")
        part = comparison.spread_left_by_pairing(label)
        if part is not None:
            say(
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
    say(title)
    print_table("", ("", "scenario", "measure", "place", "year", "expected", "found", "why"), rows)
    failed = max((verdict.failed for verdict in verdicts), default=0)
    if failed:
        say(f"Up to {failed} replicates came to no end and are left out; `factorflow run` says why.", err=True)


def indented(word: str, text: str) -> str:
    """A word and what it says, the lines of a long text below each other."""
    width = min(shutil.get_terminal_size().columns, 120) if sys.stdout.isatty() else 120
    return textwrap.fill(printable(text, 10 * _CELL), width, initial_indent=f"  {word:<12}", subsequent_indent=" " * 14)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """Print a table; the columns `numbers` are set to the right and, like all but the last, not broken."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL)
    unbroken = len(columns) - 1 if numbers else 0  # a table of numbers breaks its last column alone, the unit
    table = Table(title=escape(printable(title, keep="\n")), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place in numbers else "left", no_wrap=unbroken > place, overflow="fold")
    for row in rows[:_ROWS]:
        table.add_row(*(escape(printable(cell, _CELL, keep="\n")) for cell in row))
    # a number cut off is a wrong number: where the terminal is too narrow its lines run on instead
    needed = Console(width=_WIDTH_OFF_TERMINAL).measure(table).minimum
    if needed > console.width:
        console = Console(width=needed)
    console.print(table, soft_wrap=False, crop=False, no_wrap=False)
    if len(rows) > _ROWS:
        say(f"and {len(rows) - _ROWS:,} more rows.")
