"""A nation with an agent for every person, created and lived in a process of its own, whose peak of memory is its own."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

import numba
import numpy as np

from sim.arrays import Array
from sim.errors import FactorFlowError
from sim.evidence.benchmark.peak import free, peak
from sim.evidence.benchmark.stages import AGENTS, watch

WORLD, YEARS = "china", 10
_AGENT, _PROGRAM = 5, 500_000_000  # bytes: columns of a worker in a world of up to 256 cells; the program with a world


@dataclass(frozen=True)
class Nation:
    """What so many people of a world took for some years: seconds after compilation, and bytes at the peak.

    create: the model with all rows; live: all years, `passes` of it the agents' own (draw, decide, move, count); processor:
    seconds of processor of all threads; process: seconds of the whole process, with its start and compiled code read.
    """

    people: int
    world: str
    cells: int
    years: int
    threads: int
    create: float
    create_processor: float
    live: float
    live_processor: float
    passes: float
    peak: int
    process: float = 0.0


class TooManyPeople(FactorFlowError):
    """So many people do not fit into the memory that is free."""

    def __init__(self, people: int, needed: int, free: int) -> None:
        super().__init__(
            f"{people:,} people take {needed / 1e9:.1f} GB (five bytes each and the program), and {free / 1e9:.1f} GB are "
            f"free: about {max(0, free - _PROGRAM) // _AGENT:,} would fit."
        )


def measured(people: int, threads: int | None = None) -> Nation:
    """The nation, lived on up to so many threads, all that are allowed where None; raises TooManyPeople."""
    needed, there = people * _AGENT + _PROGRAM, free()
    if there is not None and needed > there:
        raise TooManyPeople(people, needed, there)
    allowed, start = threads or numba.get_num_threads(), time.perf_counter()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        try:
            lived = elsewhere.submit(_lived, people, allowed).result()
        except BrokenProcessPool:
            raise FactorFlowError(
                f"the process of {people:,} people was killed, as a system does where memory ends."
            ) from None
    return replace(lived, process=time.perf_counter() - start)


def _lived(people: int, threads: int) -> Nation:
    from sim.model import FactorFlowModel
    from sim.world.build import build_world

    numba.set_num_threads(threads)
    world = build_world(WORLD)
    FactorFlowModel(world, last_year=world.first_year + 2, labour_agents=200_000).step()  # compiles
    start = _now()
    model = FactorFlowModel(world, last_year=world.first_year + YEARS, labour_agents=people)
    begun, spent = _now(), {AGENTS: 0.0}
    for kind in (model.labour, model.capital, model.land):
        watch(kind, "advance", AGENTS, spent, time.perf_counter)
    for _ in range(YEARS):
        model.step()
    (create, creating), (live, living) = (begun - start).tolist(), (_now() - begun).tolist()
    return Nation(
        people, WORLD, world.cells, YEARS, threads, create, creating, live, living, passes=spent[AGENTS], peak=peak()
    )  # fmt: skip


def _now() -> Array:
    """Seconds of the clock, and of processor of all threads."""
    return np.array([time.perf_counter(), time.process_time()])
