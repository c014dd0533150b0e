"""Agents against the continuum: errors of shares and aggregates fall like one over the root of their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np

from sim.arrays import Array
from sim.evidence.theory.choice import logit
from sim.evidence.theory.corner import corner, read
from sim.evidence.theory.row import Row
from sim.year.years import Years

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEEDS = 24
YEARS = 10  # both factors forget where they started: a third of them stays in a year, at most
AGGREGATES = ("people in the east", "capital in the east", "real output")
_SOURCE = "law of large numbers"


@dataclass(frozen=True)
class Errors:
    """Root mean square errors over seeds, relative to the continuum's value: (aggregate, size)."""

    sizes: tuple[int, ...]
    seeds: int
    error: Array

    @property
    def slopes(self) -> Array:
        """Slopes of log error on log number of agents by least squares, (aggregate,)."""
        x = np.log(np.array(self.sizes, dtype=float))
        x -= x.mean()
        return np.asarray(np.log(self.error) @ x / (x @ x))


@cache
def errors(sizes: Sequence[int] = SIZES, seeds: int = SEEDS) -> Errors:
    """Two places with labour, capital and land after ten years, with so many agents of both kinds and without."""
    world = corner("agents")

    def aggregates(model: Years) -> Array:
        for _ in range(YEARS):
            model.step()
        reading = read(model)
        capital = reading.supply.capital
        output = reading.clearing.revenue.sum() / reading.clearing.price_index[0]  # free trade: one price
        return np.array([reading.shares[1], capital[1] / capital.sum(), output])

    exact = aggregates(Years(world, last_year=10**6, continuum=True))

    def with_agents(size: int, seed: int) -> Array:
        return aggregates(
            Years(world, last_year=10**6, seed=seed, labour_agents=size, capital_agents=size, land_agents=1_000)
        )

    with _one_thread():
        found = np.array([[with_agents(size, seed) / exact - 1 for seed in range(seeds)] for size in sizes])
    return Errors(tuple(sizes), seeds, np.sqrt((found**2).mean(axis=1)).T)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread: populations this small wait longer for a second one than it would save. No result depends on it."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def rows() -> Iterator[Row]:
    """Slopes of three aggregates, and the squared errors of shares of three places over their own sampling error."""
    for name, slope in zip(AGGREGATES, errors().slopes, strict=True):
        label = f"error on N, in logs: {name}"
        yield Row(label, "agents", _SOURCE, -0.5, float(slope), 0.1)
    yield _chi_square()


def sampling_error(agents: int = 600, seeds: int = 300) -> tuple[float, int]:
    """Sum of N (p^ - p)^2 / p over places and seeds, and its degrees of freedom: a chi-square if shares are theory's."""
    world, value = corner("logit"), np.array([1.0, 1.5, 2.5])
    share = logit(value, world.parameters.labour_choice_elasticity)
    total = 0.0
    for seed in range(seeds):
        model = Years(world, last_year=10**6, seed=seed, labour_agents=agents, capital_agents=1_000, land_agents=1_000)
        with _one_thread():
            for _ in range(12):  # a third stays in a year: who started where is forgotten
                model.step()
        persons = model.economy.workforce.persons
        total += float((agents * (persons / persons.sum() - share) ** 2 / share).sum())
    return total, seeds * (len(value) - 1)


def _chi_square() -> Row:
    """Squared errors of shares over those of independent draws, (p^ - p)^2 N / p: one a degree of freedom."""
    total, freedom = sampling_error()
    # four times the standard error of a mean of 600 such squares is 0.23, that of these seeds is known to be less
    return Row("squared errors of shares, over multinomial", "logit", "multinomial", 1.0, total / freedom, 0.1)
