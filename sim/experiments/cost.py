"""What a run costs: time and memory by rules of thumb, and whether this machine has the memory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.errors import FactorFlowError, Fault
from sim.scenario.schema import Scenario

# Bytes at the peak, measured on two cores with up to 65.8 million agents and 80 replicates.
_PROGRAM = 300_000_000
_AGENT = {"labour_agents": 6, "capital_agents": 3, "land_agents": 3}
_YEAR_OF_A_REPLICATE = 400_000  # at least; tables of pairs of cells take more where cells are many
_GATHERED = 510_000_000  # of tables held while replicates are gathered, a few at a time; the last one may go beyond
_SECONDS_AN_AGENT, _START = 0.8e-8, 2.5
_LONG = 60  # minutes from which on a run without a budget is warned of


@dataclass(frozen=True)
class Estimate:
    """What a run will take: seconds, bytes of memory, and a sentence that says so."""

    seconds: float
    bytes: int
    sentence: str


def estimate(scenario: Scenario, jobs: int = 1) -> Estimate:
    """Memory of a run on so many processes, and its time on one; the sentence says both on so many.

    Machines differ by a factor of three.
    """
    run, years = scenario.run, _years(scenario)
    agents = sum(_agents(scenario).values())
    seconds = _START + run.lived * years * _seconds_of_a_year(scenario)
    processes = _processes(scenario, jobs)
    memory = _PROGRAM * processes + sum(_parts(scenario, jobs).values())
    on = "one process" if processes == 1 else f"{processes} processes"
    who = "of a continuum" if run.continuum else f"x {agents:,} agents"
    sentence = (
        f"About {duration(_seconds_on(scenario, jobs))} on {on} and {memory / 1e9:.1f} GB: {run.lived} "
        f"replicate{'s' * (run.lived != 1)} x {years} years {who}."
    )
    if run.lived < run.replicates:
        sentence += f" It has no draws, so that one replicate stands for the {run.replicates:,} of run.replicates."
    if run.minutes is None and seconds > 60 * _LONG:
        sentence += (
            f" That is more than {_LONG} minutes: fewer replicates, years or agents take less, --jobs shares it, "
            "and a budget (run.minutes, or --minutes) refuses what would take longer."
        )
    return Estimate(seconds, memory, sentence)


def jobs_that_pay(scenarios: Sequence[Scenario]) -> int:
    """Processes that end runs soonest: one a processor, where sharing saves more than starting them takes.

    They may take half of the machine's memory: others work there too.
    """
    work = sum(estimate(scenario).seconds - _START for scenario in scenarios)
    tasks = sum(one.run.lived for one in scenarios)
    return paying(work, tasks, lambda jobs: max(estimate(one, jobs).bytes for one in scenarios))


def paying(seconds: float, tasks: int, memory: Callable[[int], int]) -> int:
    """How many processes so many seconds of work in so many tasks are worth; `memory`: bytes that so many take."""
    have = memory_of_machine()
    jobs = min(_processors(), tasks)
    while jobs > 1 and have is not None and memory(jobs) > have / 2:
        jobs -= 1
    return jobs if jobs > 1 and seconds * (1 - 1 / jobs) > _START else 1


def _processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def refused(scenario: Scenario, jobs: int = 1) -> tuple[str, str] | None:
    """Why a run cannot fit in this machine's memory, with the arithmetic and the word to lower; None where it can."""
    have = memory_of_machine()
    need = estimate(scenario, jobs).bytes
    if have is None or need <= have:
        return None
    processes, years = _processes(scenario, jobs), _years(scenario)
    agents = [f"{count:,} {kind.replace('_', ' ')} x {_AGENT[kind]} bytes" for kind, count in _agents(scenario).items()]
    each = " + ".join([f"{_PROGRAM / 1e9:.1f} GB of program", *agents])
    each_year = bytes_a_year(_cells(scenario))
    held = _held(scenario)
    count = f"{held:,} replicates{' at a time' * (held < scenario.run.lived)}"
    tables = f"{count} x {years} years x {each_year:,} bytes of tables"
    arithmetic = f"{each} + {tables}" if processes == 1 else f"{processes} processes x ({each}) + {tables}"
    parts = _parts(scenario, jobs)
    word = max(parts, key=lambda name: parts[name])
    unit = parts[word] / (held if word == "replicates" else getattr(scenario.run, word))
    most = _rounded_down((have - need + parts[word]) / unit)
    advice = f" At most {most:,} would fit." if most >= (1 if word == "replicates" else 1_000) else ""
    return word, f"needs {need / 1e9:.1f} GB of memory, this machine has {have / 1e9:.1f} GB: {arithmetic}.{advice}"


def too_long(scenario: Scenario, jobs: int = 1) -> str | None:
    """Why a run does not fit in the minutes it is given, with the arithmetic; None where it does or none are given."""
    run, years, minutes = scenario.run, _years(scenario), scenario.run.minutes
    if minutes is None:
        return None
    processes, each = _processes(scenario, jobs), years * _seconds_of_a_year(scenario)
    most = int(max(0.0, 60 * minutes - _START) / each) * processes
    turns = -(-run.lived // processes)
    need = _seconds_on(scenario, jobs)
    if need <= 60 * minutes:
        return None
    agents = sum(_agents(scenario).values())
    cells = _cells(scenario)
    return (
        f"the run is expected to take {need / 60:.3g} minutes: {turns:,} replicates{' each' * (processes > 1)} on "
        f"{processes} process{'es' * (processes > 1)} x {years} years x "
        f"({seconds_a_year(cells) * 1e3:.3g} ms for {cells} cells + "
        f"{agents * _SECONDS_AN_AGENT * 1e3:.3g} ms for {agents:,} agents) + {_START:g} seconds to start."
        + (f" At most {most:,} replicates would fit." if most else " Not one replicate would fit.")
    )


def faults(scenario: Scenario, file: str, jobs: int = 1) -> list[Fault]:
    """Faults of a scenario file whose run cannot fit in memory or in the minutes it is given."""
    memory, time = fault(scenario, file, jobs), too_long(scenario, jobs)
    found = [] if memory is None else [memory]
    if time is not None:
        found.append(located(scenario, file, "run.minutes", f"run.minutes = {scenario.run.minutes:g}", time))
    return found


def fault(scenario: Scenario, file: str, jobs: int = 1) -> Fault | None:
    """The fault of a scenario file whose run cannot fit, at the line of the number to lower."""
    answer = refused(scenario, jobs)
    if answer is None:
        return None
    word, message = answer
    return located(scenario, file, f"run.{word}", f"run.{word} = {getattr(scenario.run, word)}", message)


def located(scenario: Scenario, file: str, path: str, subject: str, message: str) -> Fault:
    """A fault at the line that says what stands at a path, or says the first of what stands below it."""
    origins = scenario.origins
    origin = origins.get(path) or next((where for at, where in origins.items() if at.startswith(f"{path}.")), "")
    place, colon, line = origin.rpartition(":")
    where = os.path.normpath(Path(file).parent / place) if colon else file
    return Fault(where, int(line) if colon else 1, subject, message)


def check_cost(scenario: Scenario, jobs: int = 1) -> None:
    """Raise FactorFlowError where a run cannot fit in this machine's memory, or in the minutes it is given."""
    answer = refused(scenario, jobs)
    if answer is not None:
        raise FactorFlowError(f"{scenario.name}: run.{answer[0]} {answer[1]}")
    time = too_long(scenario, jobs)
    if time is not None:
        raise FactorFlowError(f"{scenario.name}: run.minutes = {scenario.run.minutes:g}: {time}")


def memory_of_machine() -> int | None:
    """Bytes of memory this process may have: the machine's, or less where a container says so; None: not known."""
    found = []
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found.append(int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue  # no such limit here
    with contextlib.suppress(OSError, ValueError):  # not every system reports it
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min((size for size in found if size > 0), default=None)


def seconds_a_year(cells: int) -> float:
    """Seconds a year takes without agents: so much by cell and by pair of cells.

    Measured with 2 to 1,000 cells (`bench --cells`, docs/speed.md).
    """
    return 0.0055 + 1.5e-4 * cells + 4.65e-7 * cells**2


def bytes_a_year(cells: int) -> int:
    """Bytes that the tables of a year of one replicate take at the peak: readings by cell, moves between pairs of cells.

    Measured with 24 and 62 cells in the continuum, where every pair has moves; with agents many have none.
    """
    return max(_YEAR_OF_A_REPLICATE, 5_000 * cells + 671 * cells**2)


def _years(scenario: Scenario) -> int:
    return scenario.years.to - int(catalogue.entry(scenario.plays_in)["first_year"]) + 1


def _cells(scenario: Scenario) -> int:
    return cells_of(scenario.plays_in)


def cells_of(world: AnyWorld) -> int:
    """The number of cells of a world."""
    entry = catalogue.entry(world)
    return len(entry["cells"]) if "cells" in entry else 2 * len(entry["regions"])


def _seconds_of_a_year(scenario: Scenario) -> float:
    return seconds_a_year(_cells(scenario)) + sum(_agents(scenario).values()) * _SECONDS_AN_AGENT


def _agents(scenario: Scenario) -> dict[str, int]:
    run = scenario.run
    return {} if run.continuum else {kind: int(getattr(run, kind)) for kind in _AGENT}


def _processes(scenario: Scenario, jobs: int) -> int:
    return min(jobs, scenario.run.lived)


def _seconds_on(scenario: Scenario, jobs: int) -> float:
    """Seconds that a run takes on so many processes, each of which does one replicate after the other."""
    turns = -(-scenario.run.lived // _processes(scenario, jobs))
    return _START + turns * _years(scenario) * _seconds_of_a_year(scenario)


def _parts(scenario: Scenario, jobs: int) -> dict[str, int]:
    """Bytes that grow with each number of the scenario's run."""
    processes = _processes(scenario, jobs)
    agents = {kind: count * _AGENT[kind] * processes for kind, count in _agents(scenario).items()}
    return {**agents, "replicates": _held(scenario) * _years(scenario) * bytes_a_year(_cells(scenario))}


def _held(scenario: Scenario) -> int:
    """Replicates whose tables are held at a time while all are gathered."""
    return min(scenario.run.lived, _GATHERED // (_years(scenario) * bytes_a_year(_cells(scenario))) + 1)


def _rounded_down(number: float) -> int:
    """Two digits, downward: more would pretend to know."""
    digits = max(0, len(str(int(max(number, 0)))) - 2)
    return int(number // 10**digits * 10**digits)


def duration(seconds: float) -> str:
    """Seconds in words."""
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
