"""Designs that fill the unit cube: Sobol, Latin hypercube, grid, and Saltelli's blocks for indices of sensitivity."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from sim.arrays import Array
from sim.errors import DesignError
from sim.hints import one_of

SAMPLERS = {
    "sobol": "fills the space evenly; can be extended: draw k is the same whatever the number of draws",
    "latin_hypercube": "every parameter in equal steps; another number of draws is another design",
    "grid": "every combination of equal steps; for one to three parameters",
}
EXTENDABLE = ("sobol",)
_KEYS = {"sobol": 1, "latin_hypercube": 2, "saltelli": 3}  # one number each, never reused
_BITS = 30
_MOST = 2**20  # draws; beyond, a design of 64 parameters alone would take half a gigabyte


def unit_draws(sampler: str, draws: int, dimensions: int, seed: int) -> Array:
    """Points (draw, dimension) inside (0, 1), equal for equal arguments, on any machine, in any order of calls.

    sobol: Sobol (1967) with directions of Joe and Kuo (2008), scrambled by a random matrix and a shift (Matousek 1998)
    that belong to `seed`; the first k rows are those of a design of k draws. latin_hypercube: McKay, Beckman and Conover
    (1979). grid: the middles of equal steps of probability; `draws` has to be a whole number to the power of `dimensions`.
    Raises DesignError.
    """
    if sampler not in SAMPLERS:
        raise DesignError(f"found sampler {sampler!r}. {one_of(sampler, SAMPLERS)}")
    if not 1 <= draws <= _MOST or dimensions < 1:
        raise DesignError(f"found {draws:,} draws of {dimensions:,} parameters: 1 to {_MOST:,} of one at least are allowed.")
    if sampler == "sobol":
        return _sobol(draws, dimensions, _generator(seed, sampler))
    if sampler == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, seed=_generator(seed, sampler)).random(draws), dtype=np.float64)
    steps = round(draws ** (1 / dimensions))
    if steps**dimensions != draws:
        near = sorted({max(1, steps - 1) ** dimensions, steps**dimensions, (steps + 1) ** dimensions})
        raise DesignError(
            f"found {draws:,} draws for a grid of {dimensions} parameters: it takes a whole number of steps of each, "
            f"such as {', '.join(f'{one:,}' for one in near)}."
        )
    middles = (np.arange(steps) + 0.5) / steps
    return np.stack(np.meshgrid(*[middles] * dimensions, indexing="ij"), axis=-1).reshape(draws, dimensions)


def balance(sampler: str, draws: int) -> str:
    """What to say about a number of draws; empty where it is a good one.

    A Sobol sequence covers every half, quarter ... of a parameter alike at powers of two alone. Other numbers are allowed,
    as the store grows draw by draw, but are said.
    """
    if sampler != "sobol" or draws & (draws - 1) == 0:
        return ""
    below = 1 << (draws.bit_length() - 1)
    return f"{draws:,} draws of a Sobol sequence are not spread evenly; {below:,} or {2 * below:,} are (powers of two)"


def saltelli(base: int, dimensions: int, seed: int) -> Array:
    """The design ((dimension + 2) base, dimension) of Saltelli et al. (2010) for first and total indices.

    Two independent points A and B a row k, from one scrambled Sobol sequence of twice the dimensions; rows of the design
    are A_k, then A_k with its i-th number from B_k for every i, then B_k: k after k, so that more rows extend it.
    `blocks` parts what was computed on them. base: a power of two. Raises DesignError.
    """
    if base < 2 or base & (base - 1) or base > _MOST:
        raise DesignError(f"found a base of {base:,} rows: indices of Sobol take a power of two from 2 to {_MOST:,}.")
    if dimensions < 1:
        raise DesignError(f"found {dimensions} parameters: indices of Sobol take one at least.")
    points = _sobol(base, 2 * dimensions, _generator(seed, "saltelli"))
    first, second = points[:, :dimensions], points[:, dimensions:]
    rows = np.repeat(first[:, None, :], dimensions + 2, axis=1)
    number = np.arange(dimensions)
    rows[:, 1 + number, number] = second
    rows[:, -1] = second
    return rows.reshape(-1, dimensions)


def blocks(values: Array, dimensions: int) -> tuple[Array, Array, Array]:
    """What a model gave on Saltelli's design, parted: at A (base,), at B (base,), at A with one number of B (dim, base)."""
    if values.ndim != 1 or values.size % (dimensions + 2):
        raise DesignError(f"found {values.size:,} values: a design of {dimensions} parameters has {dimensions + 2} a row.")
    rows = values.reshape(-1, dimensions + 2)
    return rows[:, 0], rows[:, -1], rows[:, 1:-1].T


def _sobol(draws: int, dimensions: int, generator: np.random.Generator) -> Array:
    """Drawn up to a power of two and cut; half a step up, as the quantile of a normal distribution at 0 is infinite."""
    if dimensions > qmc.Sobol.MAXDIM:
        raise DesignError(f"found {dimensions:,} columns: a Sobol sequence has at most {qmc.Sobol.MAXDIM:,}.")
    sequence = qmc.Sobol(dimensions, scramble=True, bits=_BITS, seed=generator)
    return np.asarray(sequence.random_base2(max(0, (draws - 1).bit_length()))[:draws] + 0.5 ** (_BITS + 1), dtype=np.float64)


def _generator(seed: int, sampler: str) -> np.random.Generator:
    if seed < 0:
        raise DesignError(f"found seed {seed}: it has to be zero or more.")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _KEYS[sampler]])))
