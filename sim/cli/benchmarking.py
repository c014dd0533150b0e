"""The command that measures how fast agents are simulated on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import click

from sim.cli.endings import DONE
from sim.pages import tables, terminal


def _number(name: str, usual: int, least: int, meaning: str) -> Callable[[Any], Any]:
    return click.option(name, type=click.IntRange(min=least), default=usual, show_default=True, help=meaning)


_FEWEST = 1_000_000  # people, below which the economy of a year takes longer than they do


@click.command()
@_number("--agents", 10**6, 1_000, "Agents of the comparison.")
@_number("--most", 10**7, 10**4, "Agents up to which growth is measured.")
@_number("--model-agents", 10**7, 10**5, "Labour agents of the whole model; 65,800,000 stand for 1.3 people each.")
@_number("--rounds", 5, 5, "Rounds in which engines take turns.")
@click.option(
    "--cells", help="Only a year by stage of invented worlds of so many cells: 62,180,360,1000; 2862 takes minutes."
)
@click.option("--people", help="Only ten years of China with an agent a person, e.g. 65800000,300000000,1410000000.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON and nothing else.")
def bench(
    agents: int, most: int, model_agents: int, rounds: int, cells: str | None, people: str | None, as_json: bool
) -> int:
    """Measure, on this machine and in one run, a year of migration here and as plain Mesa objects.

    The task: agents choose among cells by logit, move, earn, save; means and Gini are reported. Medians of rounds in turn.
    """
    if people is not None:
        _print_nations(_people(people), as_json)
        return DONE
    if cells is not None:
        _print_wide(_numbers(cells), agents, as_json)
        return DONE
    from sim.evidence.benchmark.measure import measure

    found = measure(agents, most, rounds, model_agents, lambda what: terminal.say(f"Measuring {what} ...", err=True))
    if as_json:
        terminal.say_json(found)
        return DONE
    _print(found)
    return DONE


def _numbers(text: str) -> list[int]:
    """Numbers of cells as they are written, with commas between them: even, since a region has town and country."""
    found = [int(word) if word.strip().isdecimal() else 0 for word in text.split(",")]
    if any(number < 4 or number % 2 for number in found):
        raise click.UsageError(f"--cells takes even whole numbers from 4 on with commas between them, not {text!r}")
    return found


def _people(text: str) -> list[int]:
    """Numbers of people as they are written, with commas between them."""
    found = [int(word) if word.strip().isdecimal() else 0 for word in text.split(",")]
    if min(found) < _FEWEST:
        raise click.UsageError(f"--people takes whole numbers from {_FEWEST:,} on with commas between them, not {text!r}")
    return found


def _print_nations(sizes: Sequence[int], as_json: bool) -> None:
    """Seconds to create and live, and memory, by number of people."""
    from sim.evidence.benchmark import nation

    found = []
    for people in sizes:
        terminal.say(f"Measuring {people:,} people of {nation.WORLD} for {nation.YEARS} years ...", err=True)
        found.append(nation.measured(people))
    if as_json:
        terminal.say_json([one.__dict__ for one in found])
        return
    heads = ("people", "create, s", "of processor", "live, s", "of processor", "passes, s", "processor, ns an agent-year",
             "peak, GB", "whole process, s")  # fmt: skip
    rows = [
        (f"{one.people:,}", f"{one.create:.1f}", f"{one.create_processor:.1f}", f"{one.live:.1f}",
         f"{one.live_processor:.1f}", f"{one.passes:.1f}", f"{one.live_processor / one.people / one.years * 1e9:.2f}",
         f"{one.peak / 1e9:.2f}", f"{one.process:.1f}")
        for one in found
    ]  # fmt: skip
    last = found[-1]
    title = f"{last.years} years of {last.world} ({last.cells} cells), an agent a person, on up to {last.threads} threads"
    tables.print_table(title, heads, rows, numbers=range(len(heads)))


def _print_wide(sizes: Sequence[int], agents: int, as_json: bool) -> None:
    """Seconds of processor of the median year by stage and memory by number of cells, with exponents between sizes."""
    from sim.evidence.benchmark import wide

    found = []
    for cells in sizes:
        long = ", which takes minutes" if cells >= wide.COUNTIES else ""
        terminal.say(f"Measuring a world of {cells:,} cells{long} ...", err=True)
        found.append(wide.measured(cells, agents))
    several = len(found) > 1
    slopes = wide.exponents(found) if several else {}
    steps = wide.between(found) if several else {}
    if as_json:
        terminal.say_json({"worlds": [one.__dict__ for one in found], "exponents": slopes, "between": steps})
        return
    rows = [(stage, *(f"{one.stages[stage] * 1e3:.1f}" for one in found)) for stage in found[0].stages]
    rows.append(("all", *(f"{one.year * 1e3:.1f}" for one in found)))
    heads = ("stage of the year", *(f"ms, {one.cells:,} cells" for one in found))
    tables.print_table("A year by number of cells", (*heads, ""), [(*row, "") for row in rows], numbers=range(1, len(heads)))
    if several:
        pairs = [f"{one.cells:,} to {next_.cells:,}" for one, next_ in pairwise(found)]
        lines = [(row, *(f"{step:.2f}" for step in steps[row]), f"{slope:.2f}", "") for row, slope in slopes.items()]
        tables.print_table(
            "Exponents: time grows as cells to the power", ("stage of the year", *pairs, "over all sizes", ""), lines,
            numbers=range(1, len(pairs) + 2),
        )  # fmt: skip
    for one in found:
        terminal.say(f"{one.cells:,} cells: built in {one.build:.2f} s of processor, {one.peak / 1e9:.2f} GB at the peak.")


def _print(found: dict[str, Any]) -> None:
    columns = ("engine", "agents", "cells", "ms a year", "million agent-years/s", "processor, ns an agent-year",
               "times plain Mesa", "of memory bandwidth", "mean wealth", "Gini", "")  # fmt: skip
    for title, key in (("A year of migration", "speeds"), ("Growth with the number of agents", "growth")):
        rows = [
            (
                row["engine"],
                f"{row['agents']:,}",
                str(row["cells"]),
                f"{row['seconds'] * 1e3:.3g}",
                f"{row['millions']:.4g}",
                f"{row['processor'] / row['agents'] * 1e9:.3g}",
                _times(row["over_plain_mesa"]),
                _or_nothing(row["share_of_bandwidth"], "{:.1%}"),
                f"{row['wealth']:.5f}",
                f"{row['gini']:.5f}",
                "",
            )
            for row in found[key]
        ]
        tables.print_table(title, columns, rows, numbers=range(1, 10))
    _print_references(found["speeds"])
    exponents = [
        f"{engine}: agents {_or_nothing(found['exponent_agents'][engine], '{:.2f}')}, "
        f"cells {_or_nothing(found['exponent_cells'][engine], '{:.2f}')}"
        for engine in found["exponent_agents"]
    ]
    terminal.say(f"Exponents of time (agents from 100,000 on): {'; '.join(exponents)}.")
    terminal.say(
        f"Memory: {found['memory_bytes_a_second'] / 1e9:.1f} GB/s measured on {found['threads']} threads; "
        f"an agent-year touches {found['bytes_touched_an_agent_year']} bytes."
    )
    for row in found["whole_model"]:
        terminal.say(
            f"The whole model, zhejiang 2014 to 2024 with {row['agents']:,} labour agents of {row['column_bytes']:.0f} bytes "
            f"each: {row['seconds']:.1f} s after compilation on {row['threads']} of {found['threads']} threads, "
            f"{row['peak'] / 1e9:.2f} GB at the peak; the whole process, from its start on, {row['process_seconds']:.1f} s."
        )
    _print_stages(found["stages"])
    for cells, changes in found["coupling"].items():
        for change, row in changes.items():
            terminal.say(
                f"Pay changes by 1% in {change} of {cells}: {row['inverse']:.2%} choose otherwise on the same draws "
                f"(alias tables {row['alias']:.2%}, the least possible {row['least']:.2%})."
            )
    if not found["reference"]:
        terminal.say("Plain Mesa is missing: the reference is tests/plain_mesa.py of a checkout; run the command there.")
    if not found["plain_c"]:
        terminal.say("Plain C is missing: there is no compiler (gcc, clang or cc), or it does not compile the task.")
    if not found["mesa_frames"]:
        terminal.say(
            "mesa-frames is missing: `pip install '.[bench]'` in an environment of its own, for it asks for NumPy 1.26."
        )


def _print_references(rows: Sequence[dict[str, Any]]) -> None:
    """How many times as fast each engine is as the references: plain Mesa, the same with statistics by NumPy, plain C."""
    over = ("over_plain_mesa", "over_mesa_with_numpy", "over_plain_c")
    lines = [(row["engine"], str(row["cells"]), *(_times(row[name]) for name in over), "") for row in rows]
    heads = ("times as fast as", "cells", "plain Mesa", "Mesa and NumPy", "plain C", "")
    tables.print_table("Beside the references", heads, lines, numbers=range(1, 5))


def _print_stages(stages: dict[int, dict[str, float]]) -> None:
    """Milliseconds a year by stage, and what running several scenarios in one pass could save at most."""
    from sim.evidence.benchmark.stages import AGENTS

    names = list(next(iter(stages.values())))
    rows = [(name, *(f"{spent[name] * 1e3:.2f}" for spent in stages.values())) for name in names]
    rows.append(("all", *(f"{sum(spent.values()) * 1e3:.2f}" for spent in stages.values())))
    heads = ("stage of the year", *(f"ms a year, {size:,} agents" for size in stages))
    tables.print_table("Where the time goes", (*heads, ""), [(*row, "") for row in rows], numbers=range(1, len(heads)))
    for size, spent in stages.items():
        share = spent[AGENTS] / sum(spent.values())
        terminal.say(
            f"With {size:,} agents their passes take {share:.0%} of a year: several scenarios in one pass, which would share "
            f"draws and reading but not the writing, could save at most half of that."
        )


def _times(number: float | None) -> str:
    return _or_nothing(number, "{:.0f}" if (number or 0) >= 10 else "{:.2f}")


def _or_nothing(number: float | None, form: str) -> str:
    return "" if number is None else form.format(number)
