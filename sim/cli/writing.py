"""Commands for whoever writes a scenario: new, check, explain, diff, test, schema, list."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import worlds
from sim.cli.endings import DONE, SOME_FAILED
from sim.cli.program import jobs_option, load, load_all, minutes_option, setting_option
from sim.errors import FactorFlowError, Fault, ScenarioFaults
from sim.experiments.executors import Where
from sim.files import check_name, write_new, write_over
from sim.pages import tables, terminal

if TYPE_CHECKING:
    from sim.evidence.expectations import Verdict
    from sim.scenario.inquiry import Difference
    from sim.scenario.vocabulary import Vocabulary


@click.command()
@click.argument("name")
@click.option(
    "--world", "world", metavar="WORLD", help="World it plays in, or its folder.  [default: that of its folder's baseline]"
)
def new(name: str, world: str | None) -> int:
    """Write a commented starter scenario: scenarios/WORLD/NAME.yaml, or NAME itself if it is a path. Never overwrites."""
    from sim.scenario.starter import starter
    from sim.vocabulary import vocabulary

    words = vocabulary()
    first = next(iter(words.worlds))
    plays_in = worlds.named(world or first)
    check_name(Path(name))
    is_path = "/" in name or os.path.sep in name or name.endswith((".yaml", ".yml"))
    beside = Path("scenarios") / (world or first) if isinstance(plays_in, str) else Path(world or first).parent
    path = Path(name) if is_path else beside / f"{name}.yaml"
    if not re.fullmatch(r"[\w-]{1,100}", path.stem) or path.suffix not in (".yaml", ".yml"):
        raise FactorFlowError(f"{path}: the name must be letters, digits, _ and -, and a path must end in .yaml.")
    baseline = path.with_name("baseline.yaml")
    known = _world_of(baseline, words)
    same = known is not None and (world is None or known == plays_in)
    extends = baseline.name if same and path.name != baseline.name else None
    written = plays_in if isinstance(plays_in, str) else worlds.below(path.parent, Path(world or first))
    schema = _schema_beside(path, words)
    text = starter(path.stem, words.words_of(known if extends else plays_in), written, extends, schema)
    write_new(path, text)
    terminal.say(str(path))
    return DONE


def _world_of(baseline: Path, words: Vocabulary) -> Any:
    """The world of a baseline that can be run; None where there is none to build on."""
    from sim.scenario.load import load_scenario

    try:
        return load_scenario(baseline, words).plays_in
    except ScenarioFaults:
        return None


def _schema_beside(path: Path, words: Vocabulary) -> str:
    """The schema's place as seen from a scenario file; it is written where it is not, or no longer true."""
    from sim.scenario.json_schema import MADE_BY, scenario_schema
    from sim.scenario.starter import SCHEMA_FILE

    folder = path.parent
    above = [place / SCHEMA_FILE for place in (folder, folder / "..", folder / "../..")]
    wanted = above[1] if folder.absolute().parent.name == "scenarios" else above[0]
    place = next((file for file in above if file.is_file()), wanted)
    text = _json(scenario_schema(words))
    try:
        there = place.read_text(encoding="utf-8") if place.is_file() else MADE_BY
    except (OSError, UnicodeDecodeError):
        there = ""
    if MADE_BY in there and there != text:
        write_over(place, text)
    return Path(os.path.relpath(place, folder)).as_posix()


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@setting_option
@minutes_option
def check(files: tuple[str, ...], settings: tuple[str, ...]) -> int:
    """Name every fault of FILEs (scenarios, experiments), or the time and memory a run will take. Writes nothing."""
    from sim.experiments import cost, trial
    from sim.scenario.experiment import is_experiment

    experiments = [file for file in dict.fromkeys(files) if is_experiment(file)]
    scenarios, faults = load([file for file in files if file not in experiments], settings, Where(None))
    faults += _check_experiments(experiments)
    notes: dict[str, list[str]] = {file: [] for file in scenarios}
    stopped = {file: trial.faults(scenario, file, notes[file]) for file, scenario in scenarios.items()}
    faults += [fault for found in stopped.values() for fault in found if fault not in faults]
    scenarios = {file: scenario for file, scenario in scenarios.items() if not stopped[file]}
    for file, scenario in scenarios.items():
        terminal.say(f"{file}: no faults. {cost.estimate(scenario, cost.jobs_that_pay([scenario])).sentence}")
        for note in notes[file]:
            terminal.print_folded(f"Note: {note}")
    if faults:
        raise ScenarioFaults(faults)
    return DONE


def _check_experiments(files: Sequence[str]) -> list[Fault]:
    """Say what experiments will take; returns the faults of those that cannot be run."""
    if not files:
        return []
    from sim.experiments.foreseen import foreseen
    from sim.experiments.plan import load_experiment
    from sim.experiments.price import jobs_that_pay, price
    from sim.vocabulary import vocabulary

    faults = dict[Fault, None]()
    for file in files:
        try:
            plan = load_experiment(file, vocabulary())
            asked = price(plan, jobs_that_pay(plan))
            asked.check()
            worlds = foreseen(asked.plan)
            if wrong := worlds.faults(asked.plan):
                raise ScenarioFaults(wrong)
        except ScenarioFaults as answer:
            faults |= dict.fromkeys(answer.faults)
            continue
        terminal.say(f"{file}: no faults. {asked.sentence()}")
        for note in asked.plan.notes:
            terminal.print_folded(f"Note: {note}.")
        for sentence in worlds.sentences():
            terminal.print_folded(sentence)
    return list(faults)


@click.command()
@click.argument("file")
@click.argument("path")
@setting_option
def explain(file: str, path: str, settings: tuple[str, ...]) -> int:
    """Say what PATH of scenario FILE means, e.g. policies.aid.cut: value, unit, range, source, origin, and by year."""
    from sim.scenario.inquiry import explained
    from sim.vocabulary import vocabulary

    answer = explained(load_all([file], settings)[file], path, vocabulary())
    terminal.say(f"{answer.path} = {answer.value}" if answer.value is not None else f"{answer.path} is left out")
    rows = (
        ("meaning", answer.meaning),
        ("unit", answer.unit),
        ("range", answer.range),
        ("comes from", _from_here(answer.origin, file) if answer.value is not None else ""),
        ("source", answer.source),
    )
    for word, text in rows:
        if text:
            terminal.say(terminal.indented(word, text))
    if answer.by_year:
        valued = any(span.value is not None for span in answer.by_year)
        table = [
            (span.years(), f"{span.strength:.4g}", *([_number(span.value)] if valued else [])) for span in answer.by_year
        ]
        columns = ("years", "strength", *(["value"] if valued else []))
        terminal.say()
        terminal.say("Strength runs from 0, not in force, to 1.")
        tables.print_table("", columns, table, numbers=range(1, len(columns)))
    return DONE


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _from_here(origins: str, file: str) -> str:
    """Origins as a person in this folder would name them; a scenario names them from its own."""
    folder = Path(file).parent
    parts = [
        f"{os.path.normpath(folder / origin)}" if re.search(r":[0-9]+( to [0-9]+)?$", origin) else origin
        for origin in origins.split(", ")
    ]
    return ", ".join(parts)


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@setting_option
def diff(one: str, other: str, settings: tuple[str, ...]) -> int:
    """Show what scenario files A and B say differently, with all they extend and all defaults."""
    from sim.scenario.inquiry import differences

    scenarios = load_all([one, other], settings)
    found = differences(scenarios[one], scenarios[other])
    for letter, file in (("A", one), ("B", other)):
        terminal.say(f"{letter}  {file}: {scenarios[file].title}")
    if not found:
        terminal.say("Both compute the same.")
        return DONE
    rows = [
        (difference.path, *(value if value is not None else "-" for value in difference.values), _said_where(difference))
        for difference in found
    ]
    terminal.say()
    tables.print_table(f"{len(found)} difference{'s' if len(found) > 1 else ''}", ("path", "A", "B", "said in"), rows)
    return DONE


def _said_where(difference: Difference) -> str:
    parts = [f"{letter} {origin}" for letter, origin in zip("AB", difference.origins, strict=True) if origin]
    return "; ".join(parts)


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of printing it.")
@click.option("--expectations", is_flag=True, help="The schema of expectation files instead.")
@click.option("--experiments", is_flag=True, help="The schema of experiment files instead.")
def schema(out: Path | None, expectations: bool, experiments: bool) -> int:
    """Print the JSON Schema of scenario files, for editors: every word and instrument with unit and range."""
    from sim.scenario.json_schema import expectations_schema, experiments_schema, scenario_schema
    from sim.vocabulary import vocabulary

    if out is not None:
        check_name(out)
    made = experiments_schema if experiments else expectations_schema if expectations else scenario_schema
    text = _json(made(vocabulary()))
    if out is None:
        terminal.say(text, nl=False)
    else:
        write_over(out, text)
        terminal.say(str(out))
    return DONE


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


@click.command(name="test")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@jobs_option
def test_(files: tuple[str, ...], jobs: int | None) -> int:
    """Run the scenarios of expectation FILEs and say which expectations hold; exit code 3 when one does not."""
    from sim.evidence import expectations
    from sim.scenario.expectation import load_expectations
    from sim.vocabulary import vocabulary

    asked, faults = [], dict[Fault, None]()
    for file in dict.fromkeys(files):
        try:
            asked.append(load_expectations(file, vocabulary()))
        except ScenarioFaults as answer:
            faults |= dict.fromkeys(answer.faults)
    if faults:
        raise ScenarioFaults(faults)
    verdicts = []
    for questions in asked:
        answered = list(expectations.answer(questions, jobs, terminal.progress))
        _print_verdicts(f"{questions.title} ({questions.file})", answered)
        verdicts += answered
    held = sum(verdict.holds for verdict in verdicts)
    terminal.say(f"{held} of {len(verdicts)} expectations hold.")
    return DONE if held == len(verdicts) else SOME_FAILED


def _print_verdicts(title: str, verdicts: Sequence[Verdict]) -> None:
    """A row an expectation: whether it holds, what was expected and found, and why it was expected."""
    terminal.say(title)
    tables.print_table("", verdicts[0].HEAD, [verdict.words() for verdict in verdicts])
    failed = max(verdict.failed for verdict in verdicts)
    if failed:
        terminal.say(f"Up to {failed} replicates came to no end and are left out; `factorflow run` says why.", err=True)


@click.command(name="list")
@click.argument("what", type=click.Choice(["instruments", "measures", "figures", "worlds", "scenarios", "results"]))
def list_(what: str) -> int:
    """Show what there is to choose from."""
    from sim.pages import listing

    for title, columns, rows in getattr(listing, what)():
        tables.print_table(title, columns, rows)
    return DONE
