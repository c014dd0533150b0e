"""Openness of trade where cells are many: what all goods share of every way, and the few pairs of cells set apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from sim.arrays import Array, Index
from sim.compiled import compiled

_MOST_APART = 1 / 8  # share of pairs beyond which nothing is gained by setting them apart
_AT_ONCE = 4  # cells whose rows are added in one go


@dataclass(frozen=True)
class Ways:
    """Openness O_ncj = level_j shared_nc + apart_jnc, of n to c for good j.

    shared: exp(-theta transport), (importing cell, producing cell), and the same by producing cell (one table where ways
    back are as long); level: exp(-theta v_j), (sector,), v what most pairs pay besides; apart: by sector, for the pairs that
    pay other than most, with their transpose.
    """

    shared: Array
    by_producer: Array
    level: Array
    apart: tuple[csr_array, ...]
    apart_by_producer: tuple[csr_array, ...]

    def market(self, potential: Array) -> Array:
        """Competition in every market, sum_c O_ncj S_jc, from supply potentials S: (sector, cell)."""
        return self._summed(self.by_producer, self.apart, potential)

    def sales(self, spent: Array) -> Array:
        """What reaches every producer, sum_n O_ncj x_jn, of spending over competition x: (sector, cell)."""
        return self._summed(self.shared, self.apart_by_producer, spent)

    def _summed(self, shared: Array, apart: tuple[csr_array, ...], table: Array) -> Array:
        total = np.zeros_like(table)
        _add_rows(total, shared, np.ascontiguousarray(table))
        total *= self.level[:, None]
        for row, few, numbers in zip(total, apart, table, strict=True):
            row += few @ numbers
        return total


def whole(openness: Array | Ways) -> Array:
    """Openness of every pair, (importing cell, producing cell, sector)."""
    if not isinstance(openness, Ways):
        return openness
    each = (level * openness.shared + few.toarray() for level, few in zip(openness.level, openness.apart, strict=True))
    return np.stack(list(each), axis=2)


@dataclass(frozen=True)
class Pairs:
    """Openness of every pair for every good by itself: (sector, buyer, seller), and (sector, seller, buyer)."""

    by_buyer: Array
    by_seller: Array

    @classmethod
    def of(cls, openness: Array | Ways) -> Pairs:
        """Openness (importing cell, producing cell, sector) in this layout, in which cells lie side by side."""
        table = whole(openness)
        return cls(np.ascontiguousarray(table.transpose(2, 0, 1)), np.ascontiguousarray(table.transpose(2, 1, 0)))

    def market(self, potential: Array) -> Array:
        """As that of `Ways`."""
        return self._summed(self.by_seller, potential)

    def sales(self, spent: Array) -> Array:
        """As that of `Ways`."""
        return self._summed(self.by_buyer, spent)

    @staticmethod
    def _summed(tables: Array, numbers: Array) -> Array:
        total = np.zeros_like(numbers)
        for good, table in enumerate(tables):
            _add_rows(total[good : good + 1], table, np.ascontiguousarray(numbers[good : good + 1]))
        return total


def ways(transport: Array, border: Array, crossing: tuple[Array, Array], theta: float) -> Ways | None:
    """Openness from log transport costs and borders, (cell, cell), and what crossing one costs; None where pairs differ much.

    crossing: log costs of a border, and what is taken off a way, (cell, cell, sector) or (sector,) for all pairs. Openness is
    tau^-theta, log tau = max(0, transport + border cost - cut) (Eaton and Kortum 2002).
    """
    shared, level, apart = np.exp(-theta * transport), list[float](), list[csr_array]()
    for cost, cut in zip(*(np.moveaxis(table, -1, 0) for table in crossing), strict=True):
        usual, pairs = _others(border, cost, cut)
        if usual < 0.0 or pairs[0].size > _MOST_APART * border.size:
            return None
        level.append(float(np.exp(-theta * usual)))
        besides = (border * cost - cut)[pairs] if cost.ndim or cut.ndim else border[pairs] * cost - cut
        openness = np.exp(-theta * np.maximum(transport[pairs] + besides, 0.0))
        apart.append(csr_array((openness - level[-1] * shared[pairs], pairs), shape=border.shape))
    by_producer = shared if np.array_equal(shared, shared.T) else np.ascontiguousarray(shared.T)
    return Ways(shared, by_producer, np.array(level), tuple(apart), tuple(csr_array(table.T) for table in apart))


def _others(border: Array, cost: Array, cut: Array) -> tuple[float, tuple[Index, ...]]:
    """What most pairs pay for a good besides transport, log points, and the pairs that pay something else."""
    if not (cost.ndim or cut.ndim):
        return float(cost - cut), np.nonzero(border != 1.0)
    besides, cells = border * cost - cut, len(border)
    usual = float(np.median(besides[:: max(1, cells // 16), 1 :: max(1, cells // 64)]))
    return usual, np.nonzero(besides != usual)


# The sum over cells of every number runs in the order of the cells, on any computer: rows are added one after the other.


@compiled()
def _add_rows(total, rows, factors):  # type: ignore[no-untyped-def]
    """Add to every row of `total` (sector, cell) the sum of all rows (cell, cell), each times its factor (sector, cell)."""
    sectors, cells = total.shape
    whole = cells // _AT_ONCE * _AT_ONCE
    for first in range(0, whole, _AT_ONCE):
        one, two, three, four = rows[first], rows[first + 1], rows[first + 2], rows[first + 3]
        for j in range(sectors):
            a, b, c, d = factors[j, first], factors[j, first + 1], factors[j, first + 2], factors[j, first + 3]
            result = total[j]
            for cell in range(cells):
                result[cell] = (((result[cell] + one[cell] * a) + two[cell] * b) + three[cell] * c) + four[cell] * d
    for row in range(whole, cells):
        for j in range(sectors):
            for cell in range(cells):
                total[j, cell] += rows[row, cell] * factors[j, row]
