"""Commands about doubt: experiments with what nobody knows, run and answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.endings import DONE, SOME_FAILED
from sim.cli.program import say_whose_data, where_options
from sim.errors import ResultsError
from sim.experiments.executors import Where
from sim.pages import terminal

if TYPE_CHECKING:
    from sim.analysis.doubt.answers import Answers
    from sim.experiments.plan import Plan


@click.command()
@click.argument("target", metavar="FILE|DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/NAME-DIGEST]")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON and nothing else.")
@where_options
def doubt(target: Path, out: Path | None, as_json: bool, where: Where) -> int:
    """Run what is missing of experiment FILE and print its answers, or those of a folder DIR it was run in.

    Answers are what a policy changes over all draws of what nobody knows, how much of the spread is luck and how much
    ignorance, how probable what is asked is, which parameters matter, and who loses. Exit code 3 if a task failed.
    """
    from sim.analysis.doubt.opened import open_experiment

    if target.is_dir():
        if out is not None:
            raise ResultsError("--out names the folder of a FILE that is run; a folder is read where it is.")
        folder = target
    else:
        folder = _run(_plan(target), out, where)
    words, frame = open_experiment(folder)
    return answer(folder, words, frame, as_json)


def answer(folder: Path, words: Any, frame: Any, as_json: bool) -> int:
    """Print the answers of an experiment, its folder last."""
    from sim.analysis.doubt.answers import answers
    from sim.pages.doubting import print_answers

    found: Answers = answers(frame, words)
    if as_json:
        told = {
            word: words[word] for word in ("name", "title", "baseline", "policies", "paths", "world", "last_year", "notes")
        }
        terminal.say_json({**told, **found.to_json(), "folder": folder.as_posix()})
    else:
        print_answers(found, words)
    terminal.say(folder.as_posix(), err=as_json)
    return SOME_FAILED if found.failures else DONE


def _plan(file: Path) -> Plan:
    """The experiment of a file; raises ScenarioFaults."""
    from sim.experiments.plan import load_experiment
    from sim.vocabulary import vocabulary

    say_whose_data()
    return load_experiment(file, vocabulary())


def _run(plan: Plan, out: Path | None, where: Where) -> Path:
    from sim.experiments.doubt import run
    from sim.experiments.price import price

    def begins(folder: Path, there: int, asked: int) -> None:
        if there == asked:
            terminal.say(f"Using {folder}: all {asked:,} tasks are there.", err=True)
        elif there:
            terminal.say(f"{there:,} of {asked:,} tasks are in {folder}, or beside it; the others are run.", err=True)
        else:
            terminal.say(f"{plan.name}: {price(plan, where.local_jobs or 1).sentence()}", err=True)

    with terminal.progress(plan.words.title) as progress:
        return run(plan, out, where, progress or (lambda *_: None), begins, waits)


def waits(folder: Path) -> None:
    """Say that another program works on the folder."""
    terminal.say(
        f"Another program works on {folder}; this one waits until it is done, and goes on if it is killed.", err=True
    )
