"""Commands about what runs leave: how far one is, whether results are what was written, what can be removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.endings import DONE, FAULT, SOME_FAILED
from sim.errors import ResultsError, listed
from sim.pages import tables, terminal

if TYPE_CHECKING:
    from sim.analysis.asked import Status
    from sim.experiments.rerun import Kept
    from sim.experiments.task import Task

_RESULTS = Path("results")


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR]...")
def status(folders: tuple[Path, ...]) -> int:
    """Say how far the runs in DIRs are (default: the unfinished ones below results/), while they go on or after."""
    from sim.analysis.asked import status as status_of
    from sim.analysis.asked import unfinished

    asked = folders or unfinished(_RESULTS)
    if not asked:
        terminal.say(f"There is no unfinished run below {_RESULTS}/ here.")
    for folder in asked:
        terminal.say(_sentence(status_of(folder)))
    return DONE


def _sentence(found: Status) -> str:
    """How far a run is, in one line."""
    from sim.experiments.cost import duration

    counted = f"{found.path}: {found.there} of {found.asked} {'tasks' if found.experiment else 'replicates'}"
    if found.whole and found.there >= found.asked:
        return f"{counted}, finished."
    if found.whole:
        return f"{counted}, finished; the others failed."
    if not found.running:
        return f"{counted}, and nobody works on it. Ask the same again, and only what is missing is computed."
    left = "" if found.seconds_left is None else f", about {duration(found.seconds_left)} left"
    return f"{counted}, running{left}."


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@click.option("--rerun", "count", type=click.IntRange(min=0), default=0, metavar="N", help="Also run N tasks anew.")
def verify(folders: tuple[Path, ...], count: int) -> int:
    """Compare every file of runs and experiments DIR with its recorded hash; with --rerun, tasks run anew with those kept."""
    wrong = False
    for folder in folders:
        try:
            wrong = _verify(folder, count) or wrong
        except ResultsError as reason:
            terminal.say(str(reason), err=True)
            wrong = True
    return FAULT if wrong else DONE


def _verify(folder: Path, count: int) -> bool:
    """Say whether a folder is what was written; returns whether a task run anew is not. Raises ResultsError."""
    from sim.analysis import record
    from sim.analysis.doubt.opened import is_experiment, open_experiment
    from sim.analysis.manifest import EXPERIMENT, MANIFEST
    from sim.analysis.results import open_results
    from sim.analysis.results import verify as verify_results

    experiment = is_experiment(folder)
    if experiment:
        words, frame = open_experiment(folder)
    else:
        results = open_results(folder)
        verify_results(results)
        words = results.manifest
    files = len(words.get("record", {})) + 1
    terminal.say(f"{folder}: {files if files > 1 else 5:,} files are what was written.")
    others = record.beside_the_record(folder, words, EXPERIMENT if experiment else MANIFEST)
    if others:
        terminal.say(f"{folder}: of {listed(others, 5)} the record knows nothing.", err=True)
    if not count:
        return False
    from sim.experiments.rerun import kept_by_experiment, kept_by_run

    kept = kept_by_experiment(folder, words, frame) if experiment else kept_by_run(results)
    return _rerun(kept, count, "tasks" if experiment else "replicates")


def _rerun(kept: Kept, count: int, called: str) -> bool:
    """Run tasks anew and say whether they give the same bytes; returns whether any does not, or the tables do not say it."""
    from sim.experiments.rerun import chosen, differing, rerun

    other = differing(kept)
    if other is not None:
        terminal.say(f"{kept.path} was computed by {other}: bytes may differ for that reason.", err=True)
    found = list(rerun(kept, chosen(kept, count)))
    changed = [one.task for one in found if not one.same]
    if changed:
        named = listed(_named(task, called) for task in changed)
        terminal.say(f"{kept.path}: run anew, {len(changed)} of {len(found)} {called} differ: {named}.", err=True)
    else:
        terminal.say(f"{kept.path}: run anew, {len(found)} of {len(found)} {called} give the same bytes.")
    untold = [one.task for one in found if not one.told]
    if untold:
        named = listed(_named(task, called) for task in untold)
        terminal.say(f"{kept.path}: the tables do not say what {called} run anew give: {named}.", err=True)
    return bool(changed or untold)


def _named(task: Task, called: str) -> str:
    """Which task it is, in the words of the folder that keeps it."""
    return str(task.replicate) if called == "replicates" else f"{task.scenario.name} in draw {task.draw}, {task.replicate}"


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="CRATE",
    help="Folder to write.  [default: DIR-crate, DIR-and-DIR-crate]",
)
@click.option("--agent", metavar="NAME", help="Who ran it: a name, or an address such as https://orcid.org/...")
@click.option("--licence", metavar="WORDS", help="Of the results, best as an address.  [default: that none was stated]")
def export(folders: tuple[Path, ...], out: Path | None, agent: str | None, licence: str | None) -> int:
    """Write a run, an experiment, or runs and their comparison, as an RO-Crate (Process Run Crate 0.5), with what they read.

    A crate holds the results, which `factorflow verify` still checks, the scenarios and tables they were computed from, and
    says in ro-crate-metadata.json what made what, with which version, when, and the hash of every file.
    """
    from sim.experiments.export import NOT_STATED
    from sim.experiments.export import export as write

    names = [folder.resolve().name for folder in folders]
    called = "-and-".join(names if len(names) < 3 else [names[0], f"{len(names) - 1}-others"])
    place = out or folders[0].parent / f"{called}-crate"
    lacking = write(folders, place, agent, licence or NOT_STATED)
    if lacking:
        terminal.say(f"Left out, for they are not here as they were read then: {listed(lacking, 5)}.", err=True)
    terminal.say(place.as_posix())
    return DONE


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR]...")
@click.option("--yes", is_flag=True, help="Remove without asking.")
def clean(folders: tuple[Path, ...], yes: bool) -> int:
    """Remove results folders DIR (default: what is unfinished or half-written below results/), after saying what goes.

    Only what this program wrote is removed: files that others put there stay, and with them their folder. What another
    program works on stays too.
    """
    from sim.analysis.asked import unfinished
    from sim.experiments.runfolder import own_files, remove, remove_own
    from sim.files import leftovers, locked

    runs = list(folders) or unfinished(_RESULTS)
    halves = [] if folders else leftovers(_RESULTS)
    rows = []
    for folder in runs:
        files = own_files(folder)
        rows.append((folder.as_posix(), f"{len(files):,}", f"{sum(file.lstat().st_size for file in files) / 1e6:.1f}"))
    rows += [(half.as_posix(), "half-written", "") for half in halves]
    if not rows:
        terminal.say(f"There is nothing unfinished or half-written below {_RESULTS}/ here.")
        return DONE
    tables.print_table("To be removed", ("what", "files", "MB"), rows, numbers=(1, 2))
    if not yes and not click.confirm("Remove them?", default=False):
        terminal.say("Nothing was removed.")
        return DONE
    left = False
    for path in [*runs, *halves]:
        with locked(path) as mine:
            if not mine:
                terminal.say(f"{path} stays: another program works on it.", err=True)
            elif path in halves:
                remove(path)
            elif not remove_own(path):
                terminal.say(f"{path} stays, for it holds what others put there.", err=True)
            left = left or not mine
    return SOME_FAILED if left else DONE
