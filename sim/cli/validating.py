"""Commands that hold the model against what is known: `factorflow validate theory`."""

from __future__ import annotations

from pathlib import Path

import click

from sim import terminal
from sim.cli.program import DONE, SOME_FAILED


@click.group()
def validate() -> None:
    """Hold the model against what is known."""


@validate.command()
@click.option("--figure", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Draw errors by number of agents.")
@click.option("--exact", is_flag=True, help="Leave out the rows with agents, which take most of the time.")
def theory(picture: Path | None, exact: bool) -> int:
    """Put the model into its corners and print a row for each number that theory fixes.

    Exit code 3 if a row fails.
    """
    from sim.cli.running import save_figure
    from sim.validation.theory import agents, figure, table

    found = [*table.rows(), *(() if exact else agents.rows())]
    columns = ("", "corner of the model", "exact", "ours", "difference", "tolerance", "source [scenario]")
    terminal.print_table("", columns, [row.words() for row in found], numbers=range(2, 6))
    failed = sum(not row.passed for row in found)
    click.echo(f"{len(found) - failed} of {len(found)} rows pass.")
    if picture is not None:
        save_figure(figure.figure(agents.errors()), picture)
        click.echo(str(picture))
    return SOME_FAILED if failed else DONE
