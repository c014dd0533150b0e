"""Commands that hold the model against what is known: `validate theory`, `tombe-zhu`, `effects`, `rolling`, `money`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.endings import DONE, SOME_FAILED
from sim.cli.program import load_all
from sim.errors import DataFolder, FactorFlowError
from sim.files import check_writable, write_over
from sim.hints import nearest
from sim.pages import tables, terminal

if TYPE_CHECKING:
    from sim.evidence.published.experiments import Experiment
    from sim.evidence.tombe_zhu.conflict import Conflict
    from sim.evidence.tombe_zhu.experiments import Calibration

_SCENARIOS = "scenarios/zhejiang"


@click.group()
def validate() -> None:
    """Hold the model against what is known."""


@validate.command()
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="Draw errors by number of agents.")
@click.option("--exact", is_flag=True, help="Leave out the rows with agents, which take most of the time.")
@click.option("--only", multiple=True, metavar="FAMILY", help="Rows of this family of corners; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON and nothing else.")
def theory(figure: Path | None, exact: bool, only: tuple[str, ...], as_json: bool) -> int:
    """Put the model into its corners and print a row for each number that theory fixes.

    Exit code 3 if a row fails.
    """
    if figure is not None:
        check_writable(figure)
    from sim.evidence.theory import agents, table
    from sim.evidence.theory.figure import figure as drawn

    known = list(table.families())
    for name in only:
        if name not in known:
            raise click.UsageError(f'--only "{name}" is no family of corners; there are {", ".join(known)}.')
    found = list(table.rows(name for name in known if name in (only or known) and not (exact and name == "agents")))
    failed = sum(not row.passed for row in found)
    if as_json:
        terminal.say_json({"rows": [row.to_json() for row in found], "failed": failed})
    else:
        columns = ("", "corner of the model", "exact", "ours", "difference", "tolerance", "source [scenario]")
        tables.print_table("", columns, [row.words() for row in found], numbers=range(2, 6))
        terminal.say(f"{len(found) - failed} of {len(found)} rows pass.")
    if figure is not None:
        from sim.cli.drawing import save_figure

        save_figure(drawn(agents.errors()), figure)
        terminal.say(str(figure), err=as_json)
    return SOME_FAILED if failed else DONE


@validate.command("tombe-zhu")
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the observed shares.")
@click.option("--agents", type=click.IntRange(min=1000), default=1_000_000, show_default=True, help="Agents of row one.")
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), default=1, show_default=True, help="Key of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON and nothing else.")
@click.option(
    "--figure",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw when freer migration narrows or widens the gap; without --data in a made-up economy.",
)
def tombe_zhu(data: Path | None, agents: int, seed: int, as_json: bool, figure: Path | None) -> int:
    """Tombe and Zhu (2019): trade and migration between thirty provinces of China, table by table.

    Prints published figures, ours and the difference, the mean absolute difference of every table, time and memory.
    """
    # Matrices of 248 rows are too small to share: waiting for each other, threads of the library take three times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from time import perf_counter

    from sim.evidence.tombe_zhu import experiments
    from sim.evidence.tombe_zhu.data import read

    if figure is not None:
        check_writable(figure)
    began = perf_counter()
    answers, calibration = [], None
    try:
        calibration = experiments.calibrate(read(data))
    except DataFolder as reason:
        if data is not None or figure is None:
            raise
        terminal.say(str(reason), err=True)
    if calibration is not None:
        for table in experiments.tables(calibration, agents, seed):
            answers.append(table.to_json())
            if not as_json:
                heads, lines = table.cells()
                tables.print_table(table.title, heads, lines, numbers=range(2, len(heads)))
                terminal.say(f"{table.note}\n" if table.note else "")
    found = _conflict(calibration) if figure is not None else None
    if figure is not None and found is not None:
        _draw(found, figure)
    seconds, megabytes = perf_counter() - began, _peak_memory() / 1e6
    if as_json:
        drawn = None if found is None else found.to_json()
        answer = {"tables": answers, "conflict": drawn, "seconds": seconds, "peak_memory_megabytes": megabytes}
        terminal.say_json(answer)
    else:
        terminal.say(f"{seconds:.1f} seconds, at most {megabytes:,.0f} MB of memory.")
    if figure is not None:
        terminal.say(str(figure), err=as_json)
    return DONE


@validate.command()
@click.option(
    "--only", multiple=True, metavar="ID", help="An experiment, a row of the table, or an instrument; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON and nothing else.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.md", help="Also write the page.")
@click.option(
    "--figure", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw bands and what is found."
)
def effects(only: tuple[str, ...], as_json: bool, out: Path | None, figure: Path | None) -> int:
    """Run experiments that others have measured and hold what is found against published effects.

    Prints ours, theirs, what is acceptable, and why. Exit code 3 if one that should run gives no number.
    """
    for path in (out, figure):
        if path is not None:
            check_writable(path)
    from sim.evidence.published import verdicts as published
    from sim.evidence.published.page import NOTE, by_group, page

    asked = _asked(only)
    whole, passed = published.years(asked), 0
    with terminal.progress("Published effects") as progress:

        def lived() -> None:
            nonlocal passed
            passed += 1
            if progress is not None:
                progress(passed, whole)

        found = list(published.answers(asked, published.Laboratory(lived)))
    if as_json:
        terminal.say_json({"rows": [one.to_json() for one in found], "count": published.count(found)})
    else:
        for group, members in by_group(found):
            tables.print_table(group, published.HEAD, [one.words() for one in members])
        terminal.print_folded(f"{published.count(found)}\n\n{NOTE}")
    if out is not None:
        words = "".join(f" --only '{word}'" for word in only) + f" --out {out.as_posix()}"
        beside = "" if figure is None else Path(os.path.relpath(figure, out.parent)).as_posix()
        words += f" --figure {figure.as_posix()}" if figure is not None else ""
        write_over(out, page(found, f"factorflow validate effects{words}", beside))
        terminal.say(str(out), err=as_json)
    if figure is not None:
        from sim.cli.drawing import save_figure
        from sim.evidence.published.figure import figure as drawn

        save_figure(drawn(found), figure)
        terminal.say(str(figure), err=as_json)
    return SOME_FAILED if any(one.failed for one in found) else DONE


def _asked(only: tuple[str, ...]) -> list[Experiment]:
    """The experiments that are named, by themselves, by a row of the table or by an instrument; all without a name."""
    from sim.evidence.published.experiments import experiments
    from sim.evidence.published.facts import facts

    names: dict[str, set[str]] = {}
    for one in experiments().values():
        for word in (one.name, one.group):
            names.setdefault(word, set()).add(one.name)
    for fact in facts():
        names.setdefault(fact.name, set()).add(fact.experiment)
    for word in only:
        if word not in names:
            near = nearest(word, names)
            hint = f'Did you mean "{near}"?' if near else f"There are {', '.join(experiments())}."
            raise click.UsageError(f'--only "{word}" is no experiment, row or instrument. {hint}')
    wanted = set().union(*(names[word] for word in only)) if only else set(experiments())
    return [one for one in experiments().values() if one.name in wanted]


def _peak_memory() -> float:
    """The most memory this process has held (bytes)."""
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(held if sys.platform == "darwin" else held * 1024)  # macOS counts bytes, Linux kilobytes


def _conflict(calibration: Calibration | None) -> Conflict:
    """The sign of freer migration by agglomeration and land law, in the observed economy or a made-up one."""
    from sim.evidence.tombe_zhu import conflict, stylised

    if calibration is not None:
        return conflict.conflict(calibration.economy, calibration.migration_cost, conflict.OBSERVED)
    economy, cost = stylised.example()
    return conflict.conflict(economy, cost, stylised.EXAMPLE)


def _draw(found: Conflict, path: Path) -> None:
    """Write the figure of the conflict."""
    from sim.cli.drawing import save_figure
    from sim.evidence.tombe_zhu import figure

    save_figure(figure.figure(found), path)


@validate.command()
@click.argument("world", default="zhejiang")
@click.option(
    "--origin", "origins", type=int, multiple=True, help="Last year fitted to; may be repeated.  [default: 2016, 2017]"
)
def rolling(world: str, origins: tuple[int, ...]) -> int:
    """Fit WORLD to its years up to an origin, forecast those after it, and print the errors beside those who assume less."""
    from sim.data import catalogue
    from sim.estimation import LAST
    from sim.evidence import rolling as rolled

    if catalogue.folder(world) is None:
        raise click.UsageError(
            f'"{world}" has no observed years; worlds of tables are {", ".join(catalogue.shipped_folders())}.'
        )
    first = catalogue.tables(world).base_year
    origins = origins or (2016, 2017)
    for origin in origins:
        if not first + 2 <= origin < LAST:
            raise click.UsageError(f"--origin {origin}: it must be between {first + 2} and {LAST - 1}.")
        title = f"Fitted to {first} to {origin}, forecast to {LAST}"
        tables.print_table(title, rolled.HEAD, rolled.table(world, origin), numbers=range(1, len(rolled.HEAD)))
    terminal.say(rolled.caution(world, origins))
    return DONE


@validate.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON and nothing else.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.md", help="Also write the page.")
def money(files: tuple[str, ...], as_json: bool, out: Path | None) -> int:
    """What scenario FILEs bring once public money has a price: welfare here and of the nation, three ways of paying.

    Without a FILE: all of scenarios/zhejiang that spend. Exit code 3 if a way of paying gives no number.
    """
    from sim.evidence import money as priced

    if out is not None:
        check_writable(out)
    named = files or tuple(path.as_posix() for path in sorted(Path(_SCENARIOS).glob("*.yaml")))
    if not named:
        raise click.UsageError(f"there is no scenario in {_SCENARIOS} below this folder; name a FILE.")
    spending = [scenario for scenario in load_all(named, ()).values() if priced.spends(scenario)]
    if not spending:
        raise FactorFlowError(f"no policy of {', '.join(named)} spends public money, so there is nothing to pay for.")
    whole, passed = priced.years(spending), 0
    with terminal.progress("Ways of paying") as progress:

        def lived(_: int) -> None:
            nonlocal passed
            passed += 1
            if progress is not None:
                progress(min(passed, whole), whole)

        found = list(priced.rows(spending, lived))
    if as_json:
        terminal.say_json({"rows": [row.to_json() for row in found]})
    else:
        tables.print_table("What public money costs", priced.HEAD, [row.words() for row in found], numbers=range(1, 8))
        terminal.print_folded(priced.NOTE)
        for row in found:
            for way, reason in row.reasons.items():
                terminal.say(f"{row.scenario}, {way}: {reason}")
    if out is not None:
        words = " ".join(["factorflow validate money", *files, "--out", out.as_posix()])
        write_over(out, priced.page(found, words))
        terminal.say(str(out), err=as_json)
    return SOME_FAILED if any(row.reasons for row in found) else DONE
