"""What a person sees at the terminal: progress with time left, folded paragraphs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from sim.errors import printable, unseen
from sim.pages.tables import folded, reader_width

_LONGEST = 10_000  # characters of a paragraph that are shown
_READABLE = 100  # a longer line of prose is hard to follow


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


def print_folded(text: str) -> None:
    """Print paragraphs: broken at words for a reader at a terminal, left whole for a file or a pipe, to be quoted."""
    wide = reader_width()
    parts = text.split("\n\n")
    shown = parts if wide is None else ["\n".join(folded(part, min(wide, _READABLE))) for part in parts]
    say("\n\n".join(shown))


def indented(word: str, text: str) -> str:
    """A word and what it says, the lines of a long text below each other."""
    lines = folded(" ".join(printable(text, _LONGEST).split()), min(reader_width() or 120, 120) - 14)
    return "\n".join(f"{'' if number else f'  {word}':<14}{line}" for number, line in enumerate(lines))
