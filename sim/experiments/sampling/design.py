"""The draws of an experiment: values of every uncertain path, and rows of a posterior that stay together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array
from sim.errors import DesignError, listed
from sim.experiments.sampling.distributions import Distribution, rows_at


@dataclass(frozen=True)
class Posterior:
    """Parameters estimated together: their paths, rows (row, path) in their units, and weights (row,), alike if None."""

    paths: tuple[str, ...]
    rows: Array
    weight: Array | None = None

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or self.rows.shape[1] != len(self.paths) or not len(self.rows):
            raise DesignError(f"found a posterior of shape {self.rows.shape} for {len(self.paths)} paths: a column a path.")
        missing = ~np.isfinite(self.rows)
        if missing.any():
            row, column = np.argwhere(missing)[0]
            raise DesignError(f"row {row + 1} of the posterior has no finite value of {self.paths[column]}.")


def dimensions(paths: Sequence[str], posterior: Posterior | None = None) -> int:
    """Columns of the unit cube an experiment takes: one a path, and one for the row of a posterior. Raises DesignError."""
    twice = sorted(set(paths) & set(posterior.paths)) if posterior else []
    if twice:
        raise DesignError(f"said twice, by a distribution and by the posterior: {listed(twice)}.")
    return len(paths) + (posterior is not None)


def drawn(
    shares: Array, distributions: Mapping[str, Distribution], posterior: Posterior | None = None
) -> dict[str, NDArray[Any]]:
    """Values (draw,) of every path at shares (draw, column) of the unit cube: paths in order, the posterior's row last.

    Where a distribution hangs on the value in force, each scenario has its own of the same path: the same shares then live
    the same draw in all of them. Raises DesignError.
    """
    wanted = dimensions(tuple(distributions), posterior)
    if shares.ndim != 2 or shares.shape[1] != wanted:
        raise DesignError(f"found shares of shape {shares.shape}: {wanted} columns are needed.")
    values: dict[str, NDArray[Any]] = {path: one.ppf(shares[:, i]) for i, (path, one) in enumerate(distributions.items())}
    if posterior is not None:
        rows = posterior.rows[rows_at(shares[:, -1], len(posterior.rows), posterior.weight)]
        values |= {path: rows[:, i] for i, path in enumerate(posterior.paths)}
    return values
