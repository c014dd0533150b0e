"""Openness of trade where cells are many: what all goods share of every way, and the few pairs of cells set apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from sim.arrays import Array, Flag
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


def ways(transport: Array, beside: Array, theta: float) -> Ways | None:
    """Openness from log transport costs (cell, cell) and other log costs (cell, cell, sector); None where pairs differ much.

    Openness is tau^-theta, log tau = max(0, transport + beside) (Eaton and Kortum 2002).
    """
    cells, _, sectors = beside.shape
    usual = np.median(beside[:: max(1, cells // 16), 1 :: max(1, cells // 64)].reshape(-1, sectors), axis=0)
    others = [beside[:, :, good] != usual[good] for good in range(sectors)]
    if (usual < 0.0).any() or max(int(pairs.sum()) for pairs in others) > _MOST_APART * cells * cells:
        return None
    shared, level = np.exp(-theta * transport), np.exp(-theta * usual)
    apart = tuple(
        _set_apart(pairs, transport, beside[:, :, good], shared * level[good], theta) for good, pairs in enumerate(others)
    )
    there_and_back = bool(np.array_equal(shared, shared.T))
    by_producer = shared if there_and_back else np.ascontiguousarray(shared.T)
    return Ways(shared, by_producer, level, apart, tuple(csr_array(table.T) for table in apart))


def _set_apart(pairs: Flag, transport: Array, beside: Array, usual: Array, theta: float) -> csr_array:
    """By how much the openness of some pairs is not the usual one."""
    buyers, sellers = np.nonzero(pairs)
    openness = np.exp(-theta * np.maximum(transport[buyers, sellers] + beside[buyers, sellers], 0.0))
    return csr_array((openness - usual[buyers, sellers], (buyers, sellers)), shape=pairs.shape)


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
