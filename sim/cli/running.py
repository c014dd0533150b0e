"""Commands that compute: run, compare, plot, effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import asking, drawing
from sim.cli.endings import DONE, FAULT, SOME_FAILED
from sim.cli.program import load_all, minutes_option, setting_option, where_options
from sim.errors import FactorFlowError, ResultsError, listed
from sim.experiments.executors import Where
from sim.files import check_writable, write_over
from sim.hints import one_of
from sim.pages import tables, terminal
from sim.sheets import csv_of

if TYPE_CHECKING:
    from sim.analysis.results import Results
    from sim.scenario.schema import Scenario

_EFFECTS = "scenarios/zhejiang/expectations/instruments.yaml"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@setting_option
@minutes_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Results folder of one FILE; of several, the folder that holds theirs.  [default: results/NAME-DIGEST]",
)
@where_options
def run(files: tuple[str, ...], settings: tuple[str, ...], out: Path | None, where: Where) -> int:
    """Run scenario FILEs; the last line printed is the results folder (a line for each FILE)."""
    from sim.analysis.growth import accelerating
    from sim.experiments import experiment

    scenarios = load_all(files, settings, where)
    new = {file: one for file, one in scenarios.items() if out is not None or experiment.found(one) is None}
    outs = [out if out is None or len(scenarios) == 1 else out / scenario.name for scenario in scenarios.values()]
    for place in outs:
        if place is not None and outs.count(place) > 1:
            raise ResultsError(f"two scenarios would be written to {place}. Run them one at a time, each with its --out.")
    failed, stopped = False, list[FactorFlowError]()
    with asking.tried(list(scenarios.values()), new, where) as here:
        for results in asking.run_all(list(scenarios.values()), outs, here):
            if isinstance(results, FactorFlowError):
                stopped.append(results)
                terminal.say(str(results), err=True)
                continue
            failed = asking.print_failed(results) or failed
            note = accelerating(results)
            if note is not None:
                terminal.say(note, err=True)
            terminal.say(str(results.path))
    return FAULT if stopped else SOME_FAILED if failed else DONE


@click.command()
@click.argument("futures", nargs=-1, required=True, metavar="A B...")
@click.option("--to", metavar="NAME", help="The baseline: one of A B..., by its path or name.  [default: the first]")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the comparison, its table as asked for, as JSON and nothing else."
)
@click.option(
    "--figure",
    "figures",
    multiple=True,
    metavar="FIGURE",
    help="Also draw this figure, baseline first, for the measure, place and year asked for; print its file; repeatable.",
)
@click.option("--measure", "measures", multiple=True, metavar="MEASURE", help="Show this measure alone; repeatable.")
@click.option(
    "--place", "places", multiple=True, metavar="PLACE", help="Show this place alone, e.g. REGION/rural; repeatable."
)
@click.option("--year", type=int, metavar="YEAR", help="Compare up to this year.  [default: the last all have]")
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all rows asked for here."
)
@setting_option
@minutes_option
@where_options
def compare(
    futures: tuple[str, ...],
    to: str | None,
    as_json: bool,
    figures: tuple[str, ...],
    measures: tuple[str, ...],
    places: tuple[str, ...],
    year: int | None,
    csv_file: Path | None,
    settings: tuple[str, ...],
    where: Where,
) -> int:
    """Compare scenario files or results folders with a baseline, replicate by replicate.

    A scenario file is run unless results/ already holds an unchanged run of the same scenario, version and data.
    """
    names = list(futures)
    if to is not None and to not in names and not any(stem(name) == to for name in names) and Path(to).exists():
        names.append(to)
    if len(names) < 2:
        raise ResultsError("compare needs two scenario files or results folders at least; the first is the baseline.")
    figures = tuple(dict.fromkeys(figures))
    options = {figure: _options(figure, {"measure": measures, "place": places, "year": year}) for figure in figures}
    beside = (Path(names[0]).parent if Path(names[0]).is_dir() else Path("results")) / "figures" / "figure.png"
    written = [*([beside] if figures else []), *([csv_file] if csv_file is not None else [])]
    if csv_file is not None and not csv_file.parent.exists():
        terminal.say(f"The folder {csv_file.parent} is not there yet and is made.", err=True)
    results, stopped, failed = asking.results_of(names, settings, where, written, partial(_import_what_comes_after, figures))
    baseline = baseline_of(to, names, results, stopped)
    from sim.analysis.comparison import compare_results
    from sim.analysis.doubt.alike import matched
    from sim.analysis.selection import Selection, until
    from sim.data.doubted import doubted
    from sim.pages.comparing import print_comparison
    from sim.pages.doubting import ignorance

    comparison = until(compare_results(list(results.values()), baseline, measures, year), year)
    selection = Selection(measures, _canonical(places, baseline))
    asked = selection.rows(comparison)
    if csv_file is not None:
        write_over(csv_file, csv_of(asked))
    rows = [] if baseline.manifest.get("world_files") else doubted(baseline.world)
    asked_of = {label: one.manifest["scenario"] for label, one in comparison.scenarios.items()}
    doubt = ignorance(rows, matched(rows, baseline.manifest["scenario"], asked_of, comparison.year))
    if as_json:
        terminal.say_json(comparison.to_json(asked) | ({"doubt": doubt} if doubt else {}))
    else:
        print_comparison(comparison, selection)
        for sentence in doubt:
            terminal.print_folded(sentence)
    if csv_file is not None:
        terminal.say(str(csv_file), err=as_json)
    drawn = [baseline, *comparison.scenarios.values()]
    for figure, wanted in options.items():
        if "place" in wanted:
            wanted["place"] = selection.places[0]
        path = beside.parent / drawing.file_name(drawn, figure, wanted)
        terminal.say(str(_draw(figure, drawn, path, wanted)), err=as_json)
    return SOME_FAILED if failed else DONE


def _import_what_comes_after(figures: Sequence[str]) -> None:
    """Import what compares and draws before it is needed, where there is time for it."""
    from sim.analysis import comparison  # noqa: F401
    from sim.pages import comparing, plots  # noqa: F401

    for figure in figures:
        plots.named(figure)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="DIR... FIGURE")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; its ending is the format.")
@click.option("--measure", metavar="MEASURE", help="Draw this measure.  [default: the figure's own]")
@click.option("--place", metavar="PLACE", help="Draw this place.  [default: the whole world]")
@click.option("--year", type=int, metavar="YEAR", help="Draw this year.  [default: the last all have]")
def plot(words: tuple[str, ...], out: Path | None, measure: str | None, place: str | None, year: int | None) -> int:
    """Draw FIGURE from results folders (the first is the reference) or an experiment's, and print the name of the file."""
    from sim.analysis.results import open_results, verify

    *folders, name = words
    if drawing.is_of_experiments(name):
        asked = {"--measure": measure, "--place": place, "--year": year}
        if given := [word for word, value in asked.items() if value is not None]:
            raise ResultsError(f"{name} is of the ratio in the last year of an experiment; leave out {listed(given)}.")
        terminal.say(str(drawing.draw_experiment(name, folders, out)))
        return DONE
    _arguments(name)
    if not folders:
        raise ResultsError(f"{name} needs at least one results folder before it.")
    drawing.check_runs(name, folders)
    if out is not None:
        check_writable(out)
    opened = [open_results(folder) for folder in folders]
    for results in opened:
        verify(results)
    if place is not None:
        place = _canonical((place,), opened[0])[0]
    terminal.say(str(_draw(name, opened, out, _options(name, {"measure": measure, "place": place, "year": year}))))
    return DONE


def _canonical(places: Sequence[str], results: Results) -> tuple[str, ...]:
    """Places by the names that the world of results gives them."""
    from sim.data import catalogue
    from sim.pages.recorded import world_of

    if not places:
        return ()
    world = world_of(results)
    return tuple(catalogue.canonical(world, place) for place in places)


def _options(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a figure is asked to show, by the names of its own arguments; raises ResultsError for what it cannot.

    asked: one value or a tuple of them by word; None and () ask for nothing.
    """
    taken = _arguments(name)
    known = {"measure": ("measure", "measures"), "place": ("place",), "year": ("year", "years")}
    able = [word for word, arguments in known.items() if set(taken) & set(arguments)]
    options: dict[str, Any] = {}
    for word, value in asked.items():
        if value is None or value == ():
            continue
        argument = next((argument for argument in known[word] if argument in taken), None)
        if argument is None:
            takes = f"takes --{' and --'.join(able)}" if able else "takes none of --measure, --place, --year"
            raise ResultsError(f"the figure {name} cannot be drawn for one {word}; it {takes}.")
        if isinstance(value, tuple) and argument != "measures":
            if len(value) > 1:
                raise ResultsError(f"the figure {name} is drawn for one {word}, not for {listed(value)}.")
            value = value[0]
        options[argument] = (value, value) if argument == "years" else value
    return options


@click.command()
@click.argument("file", default=_EFFECTS, metavar="[FILE]")
@click.option("--replicates", type=click.IntRange(min=1), help="Runs of each scenario.  [default: as the scenarios say]")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON and nothing else.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the table as a Markdown page.")
@where_options
def effects(file: str, replicates: int | None, as_json: bool, out: Path | None, where: Where) -> int:
    """Print what each scenario of an expectation FILE changes, with 90% bands, beside the sign that theory expects.

    Scenarios are run with their agents, whatever the file says; runs that results/ already holds are used.
    """
    from sim.analysis.results import open_results
    from sim.evidence import effects
    from sim.scenario.expectation import Computed, load_expectations
    from sim.vocabulary import vocabulary

    questions = load_expectations(file, vocabulary(), Computed(replicates=replicates))
    if out is not None:
        check_writable(out)
    failed, folders = list[bool](), dict[str, Path]()
    scenarios = effects.scenarios(questions)
    for scenario, found in zip(scenarios, asking.run_all(scenarios, [None] * len(scenarios), where), strict=True):
        if isinstance(found, FactorFlowError):
            raise found
        failed.append(asking.print_failed(found))
        folders[scenario.digest()] = found.path

    def results_of(scenario: Scenario) -> Results:
        results = open_results(folders[scenario.digest()])  # opened when it is needed: all tables at once are many
        results.manifest["title"] = scenario.title  # may have been reworded since it was run
        return results

    rows = list(effects.rows(questions, results_of))
    if as_json:
        terminal.say_json([effects.plain(row) for row in rows])
    else:
        tables.print_table(questions.title, effects.SIGNS_HEAD, [line for row in rows for line in effects.signs(row)])
        # the band below its median keeps the table within a page
        cells = [tuple(cell.replace(" (", "\n(") for cell in effects.effects(row)) for row in rows]
        tables.print_table("", effects.EFFECTS_HEAD, cells, numbers=range(1, len(effects.EFFECTS_HEAD)))
        terminal.say(f"Medians of paired differences, in brackets the 90% band{effects.few_pairs(rows)}.")
    if out is not None:
        write_over(out, effects.page(rows, questions, _effects_command(file, replicates, out)))
        terminal.say(str(out), err=as_json)
    return SOME_FAILED if any(failed) else DONE


def _effects_command(file: str, replicates: int | None, out: Path) -> str:
    asked = "" if file == _EFFECTS else f" {Path(file).as_posix()}"
    few = "" if replicates is None else f" --replicates {replicates}"
    return f"factorflow effects{asked}{few} --out {out.as_posix()}"


def _arguments(name: str) -> tuple[str, ...]:
    """What a figure of runs takes, known without importing it; raises ResultsError naming those there are."""
    from sim.pages import plots

    taken = plots.arguments(name)
    if taken is not None:
        return taken
    if drawing.is_of_experiments(name):
        raise ResultsError(f"{name} is drawn from the folder of an experiment: `factorflow plot DIR {name}`.")
    raise ResultsError(f'there is no figure "{name}". {one_of(name, sorted(plots.titles()))}')


def _draw(name: str, results: Sequence[Results], out: Path | None, options: Mapping[str, Any] | None = None) -> Path:
    """Draw a figure into `out`, or into the folder `figures` beside the first results; returns the file."""
    from sim.pages import plots

    path = out or results[0].path.parent / "figures" / drawing.file_name(results, name, options)
    drawing.save_figure(plots.named(name).figure(results, **(options or {})), path)
    drawing.print_unshown(results)
    return path


def stem(name: str) -> str:
    """What a file or folder is called on the command line, without path and ending."""
    return Path(name).name if Path(name).is_dir() else Path(name).stem


def baseline_of(
    to: str | None, names: Sequence[str], results: Mapping[str, Results], stopped: Mapping[str, FactorFlowError]
) -> Results:
    """Which of the results `--to` means: by the word given for it, its file or folder name, or its scenario's name.

    Raises ResultsError where it means none or several, and the reason why the run of the baseline stopped.
    """
    words = list(dict.fromkeys(names))
    scenarios = [results[word].name if word in results else stem(word) for word in words]
    for called in (words, [stem(word) for word in words], scenarios):
        if to is None or called.count(to) == 1:
            word = words[0 if to is None else called.index(to)]
            if word in stopped:
                raise stopped[word]
            return results[word]
    raise ResultsError(f'--to "{to}" names none, or more than one, of what is compared: {listed(dict.fromkeys(scenarios))}.')
