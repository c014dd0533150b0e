"""Sums of money linear in revenues and incomes: the same words make the year's values and the maps markets clear on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from scipy.sparse import csr_array

from sim.arrays import Array

_LARGE = 4096  # numbers of a matrix from which it pays to leave out the zeros
_FEW = 1 / 8  # share of numbers other than zero below which a matrix is kept as these


@dataclass(frozen=True)
class Chain:
    """The product of a number and two matrices that is never worked out: applying one after the other is less work.

    last: None where there is one matrix alone.
    """

    first: Any
    last: Any = None
    factor: float = 1.0

    @property
    def ndim(self) -> int:
        """Two, as that of the product."""
        return 2

    def __matmul__(self, vector: Array) -> Array:
        """The product applied to a vector."""
        after = self.factor * (self.first @ vector)
        return np.asarray(after if self.last is None else self.last @ after)


Weights: TypeAlias = Array | csr_array | Chain
"""(receiver, cell), whole, as the numbers other than zero or as a chain; or (cell,) where every cell keeps its own part."""


@dataclass(frozen=True)
class Part:
    """Parts of bills of every cell that reach somebody: sum_c w_ic (sum_j share_j R_cj).

    share: (sector,) of revenues; weights: w, (receiver, cell), or (cell,) where every cell keeps its own part.
    """

    share: Array
    weights: Weights


class Flows(Protocol):
    """What sums of money are made of."""

    def of(self, *parts: Part, income: Weights | None = None) -> Array:
        """The sum of parts of bills and of parts, (cell,) or (receiver, cell), of disposable incomes: (receiver, column)."""


class Values:
    """Flows of a year in yuan of 2014, one column; revenue: (cell, sector), income: disposable, (cell,).

    None leaves out what that side adds.
    """

    def __init__(self, revenue: Array | None, income: Array | None) -> None:
        self.revenue, self.income = revenue, income

    def of(self, *parts: Part, income: Weights | None = None) -> Array:
        """The sum in yuan of 2014, (receiver, 1)."""
        bills = [] if self.revenue is None else [_apply(part.weights, self.revenue @ part.share) for part in parts]
        if income is not None and self.income is not None:
            bills.append(_apply(income, self.income))
        return np.asarray(sum(bills[1:], bills[0]) if bills else np.zeros(self._cells))[:, None]

    @property
    def _cells(self) -> int:
        return next(len(side) for side in (self.revenue, self.income) if side is not None)


class Columns:
    """Linear forms: a column for each revenue (cell x sector, flat), then one for each disposable income."""

    def __init__(self, cells: int, sectors: int) -> None:
        self.cells, self.sectors = cells, sectors

    def of(self, *parts: Part, income: Weights | None = None) -> Array:
        """The form of the sum, (receiver, cell x sector + cell)."""
        given = [whole(weights) for weights in (*(part.weights for part in parts), *([] if income is None else [income]))]
        form = np.zeros((len(given[0]), self.cells * (self.sectors + 1)))
        of_revenue = form[:, : self.cells * self.sectors]
        for part, weights in zip(parts, given, strict=False):
            for sector in np.flatnonzero(part.share):
                _add(of_revenue[:, sector :: self.sectors], weights * part.share[sector])
        if income is not None:
            _add(form[:, self.cells * self.sectors :], given[-1])
        return form


def mostly_zero(matrix: Array | csr_array, flows: Array) -> Array:
    """The product of a matrix that is mostly zeros, as one of regions and their cells, and flows (cell, column)."""
    if matrix.size < _LARGE or flows.shape[1] == 1:
        return np.asarray(matrix @ flows)
    return np.asarray(csr_array(matrix) @ flows)


def thin(matrix: Array) -> Array | csr_array:
    """The numbers of a matrix other than zero, where they are few; else the matrix."""
    there = matrix != 0.0
    in_row = np.count_nonzero(there, axis=1)
    if in_row.sum() >= _FEW * matrix.size:
        return matrix
    places = np.flatnonzero(there)
    ends = np.concatenate([[0], np.cumsum(in_row)])
    return csr_array((matrix.ravel()[places], places % matrix.shape[1], ends), shape=matrix.shape)


def whole(weights: Weights) -> Array:
    """Weights with all their zeros, (receiver, cell) or (cell,)."""
    if isinstance(weights, Chain):
        first = weights.factor * whole(weights.first)
        return first if weights.last is None else whole(weights.last) @ first
    return np.asarray(weights.toarray() if isinstance(weights, csr_array) else weights)


def by_column(weights: Weights, factor: Array | float) -> Weights:
    """Weights (receiver, cell) times a factor for every cell."""
    if isinstance(weights, Chain):
        return Chain(by_column(weights.first, factor), weights.last, weights.factor)
    if isinstance(weights, csr_array):
        each = factor[weights.indices] if isinstance(factor, np.ndarray) else factor
        return csr_array((weights.data * each, weights.indices, weights.indptr), shape=weights.shape)
    return np.asarray(weights * factor)


def _apply(weights: Weights, bill: Array) -> Array:
    if isinstance(weights, Chain):
        return weights @ bill
    return np.asarray(weights * bill if weights.ndim == 1 else weights @ bill)


def _add(form: Array, weights: Array) -> None:
    """Add weights to a form, in place; those of one's own part along its diagonal."""
    if weights.ndim == 1:
        own = np.arange(weights.size)
        form[own, own] += weights
    else:
        form += weights
