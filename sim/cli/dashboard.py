"""The command that opens a page to play with: a scenario's text and sliders beside what comes out of it."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.endings import DONE
from sim.errors import FactorFlowError
from sim.pages import terminal

_NEEDS = ("starlette", "uvicorn", "anyio")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on this machine.  [default: the file's own, else a free one]",
)
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the page.")
def dashboard(file: Path, port: int, no_open: bool, lang: str) -> int:
    """Open a page on scenario FILE: its text, its numbers as sliders, and what comes out, year by year.

    The page is served to this machine alone, at the address printed, until Ctrl-C; FILE changes when it is saved there.
    """
    try:
        from sim.dashboard.serving import serve
    except ModuleNotFoundError as reason:
        if str(reason.name).partition(".")[0] not in _NEEDS:
            raise
        raise FactorFlowError("the dashboard needs starlette and uvicorn: pip install 'factorflow[dashboard]'") from reason

    try:
        serve(file, port, lang, not no_open, terminal.say)
    except KeyboardInterrupt as reason:
        if getattr(reason, "number", None) is not None:  # asked to end by another signal than Ctrl-C
            raise
    return DONE
