"""Commands about worlds: write a new folder of tables, check one, look at the check-up of any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.endings import DONE
from sim.cli.program import check_world
from sim.errors import FactorFlowError
from sim.files import check_name
from sim.pages import tables, terminal

if TYPE_CHECKING:
    from sim.data.catalogue import AnyWorld
    from sim.data.folder import WorldFolder


class _Worlds(click.Group):
    """A group whose first word may also be a world: `factorflow world riverland`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command of the first word; any other word is a world to look at."""
        return super().resolve_command(ctx, args if args and args[0] in self.commands else ["show", *args])


@click.group(cls=_Worlds, subcommand_metavar="NAME|DIR | new NAME | check DIR")
def world() -> None:
    """Check up on the world NAME, or the folder of tables DIR: its base year, what is assumed, and figures to look at.

    `world new NAME` writes a folder of tables to edit; `world check DIR` names every fault of one, with file and line.
    """


@world.command(hidden=True)
@click.argument("name")
def show(name: str) -> int:
    """Print the check-up of a world."""
    _report(named(name))
    return DONE


@world.command()
@click.argument("name")
def new(name: str) -> int:
    """Write the folder NAME: a small, complete world of invented numbers, for yours to be put in. Never overwrites."""
    from sim.data.starter import write_starter
    from sim.world.strict import check_name as check_folder

    path = Path(name)
    check_name(path)
    check_folder(path)
    write_starter(path)
    terminal.say(f"Its numbers are invented: put yours in. Then: factorflow world check {path.as_posix()}", err=True)
    terminal.say(path.as_posix())
    return DONE


@world.command()
@click.argument("folder", metavar="DIR")
def check(folder: str) -> int:
    """Name every fault of the tables in DIR, with file and line; without any, print the check-up of its base year."""
    here = read(folder)
    rows = sum(len(here.rows(file.removesuffix(".csv"))) for file in here.files if file.endswith(".csv"))
    what = f"{len(here.files)} files with {rows:,} rows: {len(here.places)} places, base year {here.base_year}"
    terminal.say(f"{folder}: no faults in {what}.")
    terminal.say("Now its base year is built:", err=True)
    _report(here)
    return DONE


def read(folder: str) -> WorldFolder:
    """The world in a folder; raises WorldFaults with everything that is wrong with it."""
    from sim.world.strict import read_world

    return read_world(Path(folder))


def named(name: str) -> AnyWorld:
    """A shipped world by its name, or one in a folder by its path; raises FactorFlowError where there is none."""
    from sim.data import catalogue

    if name not in catalogue.worlds() and Path(name).is_dir():
        return read(name)
    check_world(name, catalogue.worlds())
    return name


def below(folder: Path, path: Path) -> str:
    """How a scenario in a folder names the world in another; raises FactorFlowError where it is not below that folder."""
    inside, home = path.resolve(), folder.resolve()
    if not inside.is_relative_to(home) or inside == home:
        raise FactorFlowError(
            f"a scenario names a world below its own folder: {path} is not below {folder}. "
            "Write the scenario beside the world's folder, or move the folder."
        )
    return f"./{inside.relative_to(home).as_posix()}"


def _report(known: AnyWorld) -> None:
    from sim.evidence import checkup

    for title, columns, rows in checkup.report(known):
        tables.print_table(title, columns, rows, numbers=range(1, len(columns)))
