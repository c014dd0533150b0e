"""Commands about the page to mail: report, and extract, which writes the scenarios folded into one."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import asking, doubting, running
from sim.cli.endings import DONE, SOME_FAILED
from sim.cli.program import minutes_option, setting_option, where_options
from sim.errors import FactorFlowError, ResultsError, printable
from sim.experiments.executors import Where
from sim.files import check_writable, written_folder
from sim.pages import terminal

if TYPE_CHECKING:
    from sim.analysis.results import Results
    from sim.pages.report.record import Kept

_EXPERIMENT = re.compile(rb"^kind:\s*experiment\b", re.MULTILINE)
_LOOKED_AT = 1 << 20  # bytes


@click.command()
@click.argument("futures", nargs=-1, required=True, metavar="A B...")
@click.option("--to", metavar="NAME", help="The baseline: one of A B..., by its path or name.  [default: the first]")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.  [default: report.html, report-zh.html]"
)
@click.option("--lang", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Language of the page.")
@setting_option
@minutes_option
@where_options
def report(
    futures: tuple[str, ...], to: str | None, out: Path | None, lang: str, settings: tuple[str, ...], where: Where
) -> int:
    """Write one HTML page on scenario files or results folders A B..., to mail or to print; print its name.

    Which policy, per yuan, who wins, who loses, who pays, how sure: without network or script. A scenario alone is told
    against its base year. Among A B... there may be an experiment, by its file (what is missing of it is run) or folder.
    """
    from sim.analysis.comparison import compare_results
    from sim.pages import report as pages

    path = out if out is not None else Path("report.html" if lang == "en" else f"report-{lang}.html")
    experiments = [name for name in futures if _is_experiment(Path(name))]
    names = [name for name in futures if name not in experiments]
    if to is not None and to not in names and not any(running.stem(name) == to for name in names) and Path(to).exists():
        names.append(to)
    if not names:
        raise ResultsError("report needs a scenario file or results folder at least; several are compared with the first.")
    if len(experiments) > 1:
        raise ResultsError("report takes one experiment; make a page of each.")
    check_writable(path)
    replaced = _replaces(path)
    results, stopped, failed = asking.results_of(names, settings, where, [path])
    baseline = running.baseline_of(to, names, results, stopped)
    answers = _answers(Path(experiments[0]), where, list(results.values())) if experiments else None
    others = [one for one in results.values() if one is not baseline]
    subject = compare_results(list(results.values()), baseline) if others else baseline
    called = sorted(results, key=lambda name: results[name] is not baseline)  # the baseline first
    said = _command(futures, to, out, lang, settings)
    pages.write(path, subject, lang, names=_called(called, settings), command=said, answers=answers)
    if replaced:
        terminal.say(f"{path}: the page of factorflow report that stood there was replaced.", err=True)
    terminal.say(str(path))
    return SOME_FAILED if failed else DONE


def _replaces(path: Path) -> bool:
    """Whether a page of this command stands where one is written; raises ResultsError where anything else does."""
    from sim.pages.report.record import read_record

    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        read_record(path)
    except ResultsError:
        raise ResultsError(
            f"{path} is no page of factorflow report and is not overwritten. Name another with --out."
        ) from None
    return True


def _called(names: Sequence[str], settings: Sequence[str]) -> list[str]:
    """How the runs are asked for again: their names, and the settings after them."""
    return [*names, *(word for setting in settings for word in ("--set", setting))]


def _command(futures: Sequence[str], to: str | None, out: Path | None, lang: str, settings: Sequence[str]) -> str:
    """The command that made the page."""
    words = ["factorflow", "report", *futures]
    words += ["--to", to] if to is not None else []
    words += ["--out", out.as_posix()] if out is not None else []
    words += ["--lang", lang] if lang != "en" else []
    return shlex.join([*words, *(word for setting in settings for word in ("--set", setting))])


def _is_experiment(path: Path) -> bool:
    """Whether a path is the file of an experiment, or a folder that one was run in."""
    from sim.analysis.doubt.opened import is_experiment

    if path.is_dir():
        return is_experiment(path)
    try:
        with path.open("rb") as stream:
            return _EXPERIMENT.search(stream.read(_LOOKED_AT)) is not None
    except OSError:
        return False  # what is not there is answered with the scenarios


def _answers(path: Path, where: Where, runs: Sequence[Results]) -> Mapping[str, Any]:
    """What an experiment says of each policy's change of the ratio, for the page; one of another world is not run."""
    from sim.analysis.doubt.answers import answers
    from sim.analysis.doubt.opened import open_experiment
    from sim.pages.report.doubts import check_world, told
    from sim.pages.report.sureness import with_costs

    folder = path
    if not path.is_dir():
        plan = doubting.plan_of(path)
        check_world(plan.words.title, plan.baseline.world_name, runs)
        folder = doubting.run(plan, None, where)
    words, frame = open_experiment(folder)
    check_world(str(words["title"]), str(words["world"]), runs)
    found = answers(frame, words)
    return with_costs(told(found, words), found)


@click.command()
@click.argument("page", metavar="PAGE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to make for the scenarios.  [default: the page's name without its ending]",
)
def extract(page: Path, out: Path | None) -> int:
    """Write the scenarios folded into PAGE, as they were computed, into a new folder; print their files.

    Run again they have the digests that the page names; one that has not, since the program reads it otherwise now, is said.
    """
    from sim.pages.report.record import read_record

    kept = read_record(page)
    folder = out if out is not None else page.with_suffix("")
    check_writable(folder, folder=True)
    try:
        with written_folder(folder) as aside:
            other = [one.name for one in kept if not _unfolded(page, one, aside)]
    except OSError as reason:
        raise ResultsError(f"could not write {folder}: {reason.strerror or reason}.") from reason
    for name in other:
        terminal.say(f"{name} has another digest than the page says: this version reads it otherwise.", err=True)
    for one in kept:
        terminal.say((folder / f"{one.name}.yaml").as_posix())
    return SOME_FAILED if other else DONE


def _unfolded(page: Path, one: Kept, aside: Path) -> bool:
    """Write a scenario, and the tables of its world; returns whether it has the digest that the page names."""
    import json

    import yaml

    from sim.scenario.load import load_scenario
    from sim.vocabulary import vocabulary

    words = dict(one.words)
    for name, content in one.tables.items():
        (aside / one.world).mkdir(exist_ok=True)
        (aside / one.world / name).write_bytes(content)
    if one.tables:
        words["world"] = f"./{one.world}"
    file = aside / f"{one.name}.yaml"
    text = yaml.safe_dump(json.loads(json.dumps(words)), allow_unicode=True, sort_keys=False, width=120)
    text = f"# from {printable(page.name)}, every value said; digest {one.digest}\n{text}"
    file.write_text(text, encoding="utf-8", newline="\n")
    try:
        return load_scenario(file, vocabulary()).digest() == one.digest
    except FactorFlowError as reason:  # the file is gone when this is read
        said = str(reason).replace(str(file), one.name).replace(f"{aside}{os.sep}", "")
        raise ResultsError(f"{page}: the scenario {one.name} in it is none: {said}") from reason
