"""One run of the benchmark: engines in turn on the same task, medians, growth with agents and cells, the whole model."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numba
import numpy as np

from sim.evidence.benchmark import bandwidth, coupling, frames, plain_c, reference, stages
from sim.evidence.benchmark.engine import BYTES_TOUCHED, KernelEngine
from sim.evidence.benchmark.numpy_columns import NumpyEngine
from sim.evidence.benchmark.peak import peak
from sim.evidence.benchmark.task import Engine, Task

ONE, ALL = "factorflow, 1 thread", "factorflow, all threads"
NUMPY, FRAMES, MESA = "NumPy columns", "mesa-frames", "plain Mesa"
PLAIN_C, MESA_NUMPY = "plain C, 1 thread", "plain Mesa, NumPy statistics"
CELLS = (22, 62, 180)
_SHORTEST = 0.05  # seconds a measurement lasts at least: many years of a fast engine, one of a slow one

Announce = Callable[[str], None]


@dataclass(frozen=True)
class Speed:
    """What an engine did: median seconds a year, million agent-years a second, and results of the first year as a check.

    processor: median seconds of processor a year, of all threads, which other programs on the machine disturb less.
    """

    engine: str
    agents: int
    cells: int
    seconds: float
    millions: float
    wealth: float
    gini: float
    processor: float = 0.0


@dataclass(frozen=True)
class Whole:
    """The whole model of the world zhejiang in a fresh process: seconds after compilation, bytes at the peak.

    process_seconds: of the whole process, with its start, imports and compiled code read or made.
    """

    agents: int
    years: int
    threads: int
    seconds: float
    peak: int
    column_bytes: float
    process_seconds: float = 0.0


def measure(agents: int, most: int, rounds: int, model_agents: int, announce: Announce) -> dict[str, Any]:
    """Everything `factorflow bench` prints, as one dictionary; `announce` is called with what is measured next."""
    announce("memory bandwidth")
    bytes_a_second = bandwidth.measured()
    makers = _makers(reference.plain_mesa(), reference.plain_mesa("NumpyStatistics"))
    speeds: list[Speed] = []
    for cells in CELLS:
        announce(f"{agents:,} agents in {cells} cells")
        speeds += contest(Task(agents, cells), makers, rounds)
    growth: list[Speed] = []
    for size in _sizes(most):
        announce(f"{size:,} agents in {CELLS[0]} cells")
        growth += contest(Task(size, CELLS[0]), {name: makers[name] for name in (ONE, ALL)}, rounds)
    announce(f"the whole model with {model_agents:,} labour agents")
    return {
        "threads": numba.get_num_threads(),
        "memory_bytes_a_second": bytes_a_second,
        "bytes_touched_an_agent_year": BYTES_TOUCHED,
        "speeds": [_row(speed, speeds, bytes_a_second) for speed in speeds],
        "growth": [_row(speed, growth, bytes_a_second) for speed in growth],
        "exponent_agents": {name: exponent([s for s in growth if s.engine == name and s.agents >= 100_000], "agents")
                            for name in (ONE, ALL)},
        "exponent_cells": {name: exponent([s for s in speeds if s.engine == name], "cells") for name in (ONE, ALL)},
        "whole_model": [whole_model(model_agents, threads).__dict__ for threads in sorted({1, numba.get_num_threads()})],
        "stages": {size: stages.by_stage(size) for size in dict.fromkeys((100_000, model_agents))},
        "coupling": {
            cells: {change: row._asdict() for change, row in coupling.measured(cells).items()} for cells in CELLS
        },
        "reference": MESA in makers,
        "plain_c": PLAIN_C in makers,
        "mesa_frames": FRAMES in makers,
    }  # fmt: skip


def _makers(
    mesa: Callable[[Task], Engine] | None, with_numpy: Callable[[Task], Engine] | None
) -> dict[str, Callable[[Task], Engine]]:
    makers: dict[str, Callable[[Task], Engine]] = {ONE: KernelEngine, ALL: KernelEngine}
    if plain_c.available():
        makers[PLAIN_C] = plain_c.CEngine
    makers[NUMPY] = NumpyEngine
    if frames.available():
        makers[FRAMES] = frames.frames_engine
    if with_numpy is not None:
        makers[MESA_NUMPY] = with_numpy
    if mesa is not None:
        makers[MESA] = mesa
    return makers


def contest(task: Task, makers: dict[str, Callable[[Task], Engine]], rounds: int) -> list[Speed]:
    """Engines in turn, a measurement each and round after round; the median of each.

    The first years, in which an engine compiles and its pages are brought in, are not counted.
    """
    engines = {name: make(task) for name, make in makers.items()}
    years, first = {}, {}
    seconds, processor = ({name: list[float]() for name in engines} for _ in range(2))
    for name, engine in engines.items():
        with _threads_of(name):
            first[name] = engine.year()
            years[name] = max(1, int(np.ceil(_SHORTEST / max(_timed(engine, 1)[0], 1e-6))))
    for _ in range(rounds):
        for name, engine in engines.items():
            with _threads_of(name):
                for spent, found in zip((seconds, processor), _timed(engine, years[name]), strict=True):
                    spent[name].append(found / years[name])
    speeds = []
    for name, report in first.items():
        middle, of_processor = median(seconds[name]), median(processor[name])
        done = task.agents / middle / 1e6
        speeds.append(Speed(name, task.agents, task.cells, middle, done, report.wealth, report.gini, of_processor))
    return speeds


def _timed(engine: Engine, years: int) -> tuple[float, float]:
    """Seconds, and seconds of processor, of so many years."""
    start, processor = time.perf_counter(), time.process_time()
    for _ in range(years):
        engine.year()
    return time.perf_counter() - start, time.process_time() - processor


@contextmanager
def _threads_of(name: str) -> Iterator[None]:
    everything = numba.get_num_threads()
    numba.set_num_threads(1 if name == ONE else everything)
    try:
        yield
    finally:
        numba.set_num_threads(everything)


def _sizes(most: int) -> list[int]:
    return [size for size in (10**4, 10**5, 10**6, 10**7, 10**8) if size <= most]


def exponent(speeds: list[Speed], by: str) -> float | None:
    """The b of seconds ~ by^b, by least squares on logarithms; None where there are fewer than two sizes."""
    if len(speeds) < 2:
        return None
    size = np.log([float(getattr(speed, by)) for speed in speeds])
    return float(np.polyfit(size, np.log([speed.seconds for speed in speeds]), 1)[0])


def _row(speed: Speed, others: list[Speed], bytes_a_second: float) -> dict[str, Any]:
    """A speed as a row: also over the references on the same task, and its share of the memory bandwidth."""
    same = {other.engine: other for other in others if (other.agents, other.cells) == (speed.agents, speed.cells)}
    ours = speed.engine in (ONE, ALL)

    def over(engine: str) -> float | None:
        return speed.millions / same[engine].millions if engine in same else None

    return {
        **speed.__dict__,
        "over_plain_mesa": over(MESA),
        "over_mesa_with_numpy": over(MESA_NUMPY),
        "over_plain_c": over(PLAIN_C),
        "share_of_bandwidth": speed.millions * 1e6 * BYTES_TOUCHED / bytes_a_second if ours else None,
    }


def whole_model(agents: int, threads: int) -> Whole:
    """The baseline of zhejiang from 2014 to 2024, a hundredth as many slices and parcels, in a process of its own."""
    context, start = multiprocessing.get_context("spawn"), time.perf_counter()
    with context.Pool(1) as pool:
        lived: Whole = pool.apply(_live_whole, (agents, threads))
    return replace(lived, process_seconds=time.perf_counter() - start)


def _live_whole(agents: int, threads: int) -> Whole:
    from sim.agents.population import Population
    from sim.model import FactorFlowModel
    from sim.world.build import build_world

    numba.set_num_threads(threads)
    world = build_world("zhejiang")
    FactorFlowModel(world, last_year=world.first_year + 2, labour_agents=200_000).step()  # compiles
    start = time.perf_counter()
    few = max(100_000, agents // 100)
    model = FactorFlowModel(world, last_year=2024, labour_agents=agents, capital_agents=few, land_agents=few)
    while model.running:
        model.step()
    seconds, labour = time.perf_counter() - start, model.labour
    assert isinstance(labour, Population)
    held = sum(column.nbytes for column in labour.columns.values()) / agents
    return Whole(agents, 2024 - world.first_year + 1, threads, seconds, peak(), held)
