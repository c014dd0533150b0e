"""Sums of money linear in revenues and incomes: the same words make the year's values and the maps markets clear on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from sim.arrays import Array

_LARGE = 4096  # numbers of a matrix from which it pays to leave out the zeros


@dataclass(frozen=True)
class Part:
    """Parts of bills of every cell that reach somebody: sum_c w_ic (sum_j share_j R_cj).

    share: (sector,) of revenues; weights: w, (receiver, cell), or (cell,) where every cell keeps its own part.
    """

    share: Array
    weights: Array


class Flows(Protocol):
    """What sums of money are made of."""

    def of(self, *parts: Part, income: Array | None = None) -> Array:
        """The sum of parts of bills and of parts, (cell,) or (receiver, cell), of disposable incomes: (receiver, column)."""


class Values:
    """The flows of a year: one column, yuan of 2014. revenue: (cell, sector); income: disposable, (cell,)."""

    def __init__(self, revenue: Array, income: Array) -> None:
        self.revenue, self.income = revenue, income

    def of(self, *parts: Part, income: Array | None = None) -> Array:
        """The sum in yuan of 2014, (receiver, 1)."""
        bills = [_apply(part.weights, self.revenue @ part.share) for part in parts]
        spent = [] if income is None else [_apply(income, self.income)]
        return np.asarray(sum([*bills[1:], *spent], bills[0] if bills else np.zeros(self.income.size)))[:, None]


class Columns:
    """Linear forms: a column for each revenue (cell x sector, flat), then one for each disposable income."""

    def __init__(self, cells: int, sectors: int) -> None:
        self.cells, self.sectors = cells, sectors

    def of(self, *parts: Part, income: Array | None = None) -> Array:
        """The form of the sum, (receiver, cell x sector + cell)."""
        given = [*(part.weights for part in parts), *([] if income is None else [income])]
        form = np.zeros((len(given[0]), self.cells * (self.sectors + 1)))
        of_revenue = form[:, : self.cells * self.sectors]
        for part in parts:
            for sector in np.flatnonzero(part.share):
                _add(of_revenue[:, sector :: self.sectors], part.weights * part.share[sector])
        if income is not None:
            _add(form[:, self.cells * self.sectors :], income)
        return form


def mostly_zero(matrix: Array, flows: Array) -> Array:
    """The product of a matrix that is mostly zeros, as one of regions and their cells, and flows (cell, column)."""
    if matrix.size < _LARGE or flows.shape[1] == 1:
        return np.asarray(matrix @ flows)
    return np.asarray(csr_array(matrix) @ flows)


def _apply(weights: Array, bill: Array) -> Array:
    return np.asarray(weights * bill if weights.ndim == 1 else weights @ bill)


def _add(form: Array, weights: Array) -> None:
    """Add weights to a form, in place; those of one's own part along its diagonal."""
    if weights.ndim == 1:
        own = np.arange(weights.size)
        form[own, own] += weights
    else:
        form += weights
