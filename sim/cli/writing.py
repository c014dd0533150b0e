"""Commands for whoever writes a scenario: check and list."""

from __future__ import annotations

import click

from sim import terminal
from sim.cli.program import DONE, load, setting_option
from sim.errors import ScenarioFaults


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@setting_option
def check(files: tuple[str, ...], settings: tuple[str, ...]) -> int:
    """Name every fault of scenario FILEs, or the time and memory a run will take. Runs and writes nothing."""
    from sim import experiment

    scenarios, faults = load(files, settings)
    for file, scenario in scenarios.items():
        click.echo(f"{file}: no faults. {experiment.estimate(scenario).sentence}")
    if faults:
        raise ScenarioFaults(faults)
    return DONE


@click.command(name="list")
@click.argument("what", type=click.Choice(["instruments", "measures", "figures", "worlds", "scenarios"]))
def list_(what: str) -> int:
    """Show what there is to choose from."""
    from sim import listing

    for title, columns, rows in getattr(listing, what)():
        terminal.print_table(title, columns, rows)
    return DONE
