"""Commands about doubt: experiments with what nobody knows, run and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import drawing
from sim.cli.endings import DONE, SOME_FAILED
from sim.cli.program import load_all, say_whose_data, setting_option, where_options
from sim.errors import ResultsError
from sim.experiments.executors import Where
from sim.files import check_writable, write_over
from sim.hints import one_of
from sim.pages import terminal
from sim.sheets import csv_of

if TYPE_CHECKING:
    from sim.analysis.doubt.answers import Answers
    from sim.experiments.plan import Plan


@click.command()
@click.argument("target", metavar="FILE|DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/NAME-DIGEST]")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON and nothing else.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write what each policy changes and which parameters matter here.",
)
@click.option(
    "--figure", "figures", multiple=True, metavar="FIGURE", help="Also draw tornado, flips or components; may be repeated."
)
@where_options
def doubt(
    target: Path, out: Path | None, as_json: bool, csv_file: Path | None, figures: tuple[str, ...], where: Where
) -> int:
    """Run what is missing of experiment FILE and print its answers, or those of a folder DIR it was run in.

    Answers are what a policy changes over all draws of what nobody knows, how much of the spread is luck and how much
    ignorance, how probable what is asked is, which parameters matter, and who loses. Exit code 3 if a task failed.
    """
    from sim.analysis.doubt.opened import open_experiment

    if csv_file is not None:
        check_writable(csv_file)
    figures = tuple(dict.fromkeys(figures))
    if figures:
        _check_figures(figures)
    if target.is_dir():
        if out is not None:
            raise ResultsError("--out names the folder of a FILE that is run; a folder is read where it is.")
        folder = target
    else:
        folder = run(plan_of(target), out, where)
    words, frame = open_experiment(folder)
    return answer(folder, words, frame, as_json, csv_file, figures)


def _check_figures(names: Sequence[str]) -> None:
    """Raise ResultsError for a figure that is not of experiments, before anything is run."""
    from sim.pages import plots

    known = sorted(plots.of_experiments())
    for name in names:
        if name not in known:
            raise ResultsError(f'there is no figure "{name}" of an experiment. {one_of(name, known)}')


def answer(
    folder: Path, words: Any, frame: Any, as_json: bool, csv_file: Path | None = None, figures: Sequence[str] = ()
) -> int:
    """Print the answers of an experiment and the files of its figures, its folder last."""
    from sim.analysis.doubt.answers import answers, summary
    from sim.pages.doubting import print_answers

    found: Answers = answers(frame, words)
    if csv_file is not None:
        write_over(csv_file, csv_of(summary(found, words)))
        terminal.say(csv_file.as_posix(), err=True)
    if as_json:
        told = {
            word: words[word] for word in ("name", "title", "baseline", "policies", "paths", "world", "last_year", "notes")
        }
        terminal.say_json({**told, **found.to_json(), "folder": folder.as_posix()})
    else:
        print_answers(found, words)
    for name in figures:
        terminal.say(drawing.draw_experiment(name, [folder], None).as_posix(), err=as_json)
    terminal.say(folder.as_posix(), err=as_json)
    return SOME_FAILED if found.failures else DONE


def plan_of(file: Path) -> Plan:
    """The experiment of a file; raises ScenarioFaults."""
    from sim.experiments.plan import load_experiment
    from sim.vocabulary import vocabulary

    say_whose_data()
    return load_experiment(file, vocabulary())


def run(plan: Plan, out: Path | None, where: Where) -> Path:
    """Run what is missing of an experiment, with a bar of progress; its folder."""
    from sim.experiments import doubt as experiments
    from sim.experiments.price import jobs_that_pay

    where = where.settled(lambda: jobs_that_pay(plan))
    begins = _begins(plan, where)
    with terminal.progress(plan.words.title) as progress:
        return experiments.run(plan, out, where, progress or (lambda *_: None), begins, waits)


def _begins(plan: Plan, where: Where) -> Callable[[Path, int, int], None]:
    """Says what the tasks of an experiment cost, or that they are there."""
    from sim.experiments.price import price

    def begins(folder: Path, there: int, asked: int) -> None:
        if there == asked:
            terminal.say(f"Using {folder}: all {asked:,} tasks are there.", err=True)
        elif there:
            terminal.say(
                f"{there:,} of {asked:,} tasks are in {folder}, or beside it; of the others those still needed are run.",
                err=True,
            )
        else:
            terminal.say(f"{plan.name}: {price(plan, where.local_jobs or 1).sentence()}", err=True)

    return begins


def waits(folder: Path) -> None:
    """Say that another program works on the folder."""
    terminal.say(
        f"Another program works on {folder}; this one waits until it is done, and goes on if it is killed.", err=True
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(min=2), default=32, show_default=True, help="Rows of the design, a power of two.")
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/NAME-sense-DIGEST]")
@click.option("--json", "as_json", is_flag=True, help="Print the indices as JSON and nothing else.")
@where_options
def sense(file: Path, rows: int, out: Path | None, as_json: bool, where: Where) -> int:
    """Print first and total Sobol indices of what each policy of experiment FILE changes, on Saltelli's design.

    It takes (parameters + 2) x ROWS draws, each under every policy; what was run before is not run again.
    """
    from dataclasses import asdict

    from sim.analysis.doubt.opened import open_experiment
    from sim.analysis.doubt.parted import indices
    from sim.experiments.variants import for_indices, parameters_of
    from sim.pages.parting import print_indices

    plan = for_indices(plan_of(file), rows)
    names = parameters_of(plan)
    folder = run(plan, out, where)
    words, frame = open_experiment(folder)
    found = indices(frame, words, names)
    failed = int(frame["reason"].notna().sum())
    if as_json:
        plain = {policy: {word: _listed(part) for word, part in asdict(one).items()} for policy, one in found.items()}
        terminal.say_json({"parameters": names, "indices": plain, "failed": failed, "folder": folder.as_posix()})
    else:
        print_indices(found, names, words["last_year"])
        if failed:
            terminal.say(f"{failed:,} tasks failed; `factorflow doubt {folder.as_posix()}` lists them.", err=True)
    terminal.say(folder.as_posix(), err=as_json)
    return SOME_FAILED if failed else DONE


def _listed(part: Any) -> Any:
    return part.tolist() if hasattr(part, "tolist") else part


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@setting_option
@click.option("--measure", default="urban_rural_ratio", show_default=True, help="What is divided.")
@click.option("--place", metavar="PLACE", help="Of this place.  [default: the whole world]")
@click.option("--year", type=int, metavar="YEAR", help="In this year.  [default: the last]")
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/NAME-decompose-DIGEST]")
@click.option("--json", "as_json", is_flag=True, help="Print the shares as JSON and nothing else.")
@where_options
def decompose(
    file: Path,
    settings: tuple[str, ...],
    measure: str,
    place: str | None,
    year: int | None,
    out: Path | None,
    as_json: bool,
    where: Where,
) -> int:
    """Divide what the policies of scenario FILE change together among them: Shapley shares, from runs of all subsets."""
    from sim.analysis.doubt.opened import open_experiment
    from sim.analysis.doubt.parted import shares
    from sim.experiments.variants import for_shares
    from sim.pages.parting import print_shares
    from sim.scenario.checks import check_reading
    from sim.scenario.experiment import Asked
    from sim.vocabulary import vocabulary, world_words

    scenario = load_all([str(file)], settings)[str(file)]
    world = world_words(scenario.plays_in)
    where_read, when = world.canonical(place or world.name), year or scenario.years.to
    wrong = list(check_reading((), measure, where_read, when, scenario.years, world, vocabulary()))
    if wrong:
        raise click.UsageError("; ".join(f"--{'.'.join(at) or 'place'}: {message}" for at, message, _ in wrong))
    asked = Asked(measure=measure, place=where_read, year=when, at_least=0.0)
    count = scenario.run.lived
    plan, policies = for_shares(scenario, str(file), count, (asked,))
    folder = run(plan, out, where)
    words, frame = open_experiment(folder)
    found = shares(frame, words, policies, measure, where_read, when)
    failed = bool(frame["reason"].notna().any())
    if as_json:
        terminal.say_json({**found.to_json(), "failed": failed, "folder": folder.as_posix()})
    else:
        print_shares(found, scenario.title, not scenario.run.continuum)
    terminal.say(folder.as_posix(), err=as_json)
    return SOME_FAILED if failed else DONE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--probability", type=click.FloatRange(0, 1, min_open=True), default=0.9, show_default=True, help="Of the target."
)
@click.option("--tries", type=click.IntRange(min=1), default=64, show_default=True, help="Mixes tried at most.")
@click.option("--method", type=click.Choice(["coordinates", "optuna"]), default="coordinates", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Results folder.  [default: results/NAME-design-DIGEST]")
@click.option("--json", "as_json", is_flag=True, help="Print all mixes as JSON and nothing else.")
@where_options
def design(file: Path, probability: float, tries: int, method: str, out: Path | None, as_json: bool, where: Where) -> int:
    """Find the cheapest mix of the terms that experiment FILE lets choose, which meets its first question surely enough.

    Exit code 3 if no mix tried meets it. Asked again, a search that was interrupted goes on where it was.
    """
    from dataclasses import asdict

    from sim.experiments.mixes import cheapest_mix, terms_of
    from sim.pages.doubting import question
    from sim.pages.parting import print_mixes

    plan = plan_of(file)
    terms_of(plan)
    with terminal.progress(plan.words.title) as bar:
        found = cheapest_mix(
            plan, out, where, probability, tries, method, bar or (lambda *_: None), _begins(plan, where), waits
        )
    asked = plan.words.questions[0]
    if as_json:
        mixes = [{**asdict(one), "folder": one.folder.as_posix()} for one in found.mixes]
        best = {"cheapest": found.search.answer.row, "frontier": found.search.answer.frontier}
        terminal.say_json({"mixes": mixes, **best, "complete": found.search.complete, "folder": found.folder.as_posix()})
    else:
        words = asked.model_dump(exclude_none=True) | {"place": asked.place or plan.baseline.world_name}
        print_mixes(found.mixes, found.search.answer, found.search.complete, probability, question(words))
    terminal.say(found.folder.as_posix(), err=as_json)
    return DONE if found.search.answer.row is not None else SOME_FAILED
