"""The Tombe-Zhu economy in its base year: shares, stocks and cost shares from which every change is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, Flag, Index


@dataclass(frozen=True)
class Technology:
    """Cost and spending shares; sectors in the order of the economy (agriculture, other).

    labour beta and land eta: shares of gross output, (sector,); materials sigma[j, k]: share of the output of j spent on
    inputs from k; goods alpha: share of income spent on goods, the rest on housing; spending psi: shares of goods
    spending, (sector,); trade_elasticity theta; migration_elasticity kappa. Source: Tombe and Zhu (2019), table 3.
    """

    labour: Array
    land: Array
    materials: Array
    goods: float
    spending: Array
    trade_elasticity: float
    migration_elasticity: float

    @property
    def value_added(self) -> Array:
        """Share of value added in gross output, beta + eta, (sector,)."""
        return np.asarray(self.labour + self.land)

    @property
    def rebate(self) -> Array:
        """Land income over wages in a cell, ((1 - alpha) beta + eta) / (alpha beta), (sector,)."""
        return np.asarray(((1 - self.goods) * self.labour + self.land) / (self.goods * self.labour))


@dataclass(frozen=True)
class Economy:
    """A base year: cells are region x sector, cell = region * sectors + sector; the last region is the rest of the world.

    trade[j, n, i]: share of region n's spending on sector j that goes to region i; migration[o, d]: share of the
    registered in cell o who work in cell d; registrants: millions, (cell,); revenue: gross output, (cell,), any unit;
    real_income: real product per worker, (cell,), any unit (weights of the aggregates only).
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    technology: Technology
    trade: Array
    migration: Array
    registrants: Array
    revenue: Array
    real_income: Array

    @property
    def sector_of_cell(self) -> Index:
        """The sector number of every cell."""
        return np.tile(np.arange(len(self.sectors)), len(self.regions))

    @property
    def region_of_cell(self) -> Index:
        """The region number of every cell."""
        return np.repeat(np.arange(len(self.regions)), len(self.sectors))

    @property
    def home(self) -> Flag:
        """True for the cells inside the country, whose people may move; the last region is the rest of the world."""
        return np.asarray(self.region_of_cell < len(self.regions) - 1)

    def by_cell(self, by_sector: Array) -> Array:
        """A number of a sector repeated for every cell."""
        return np.asarray(by_sector[self.sector_of_cell])

    @property
    def migrants(self) -> Array:
        """Persons by (cell of registration, cell of work), millions."""
        return np.asarray(self.migration * self.registrants[:, None])

    @property
    def labour(self) -> Array:
        """Workers by cell, millions: L_d = sum_o m_od Lbar_o."""
        return np.asarray(self.registrants @ self.migration)

    @property
    def wage(self) -> Array:
        """Wage, (cell,), in the unit of revenue per million: w = beta R / L."""
        return np.asarray(self.by_cell(self.technology.labour) * self.revenue / self.labour)

    @property
    def rebate_factor(self) -> Array:
        """Income of those who stay over the wage, (cell,): delta_nn = 1 + rebate L_n / L_nn."""
        stayers = np.diagonal(self.migrants)
        return np.asarray(1 + self.by_cell(self.technology.rebate) * self.labour / stayers)

    def types(self) -> tuple[Flag, Flag]:
        """Which moves (o, d) stay within a region but change sector, and which go between regions; two masks."""
        same = self.region_of_cell[:, None] == self.region_of_cell[None, :]
        return same & ~np.eye(same.shape[0], dtype=bool), ~same

    def with_technology(self, technology: Technology) -> Economy:
        """The same observed shares under other cost shares, revenues balanced anew."""
        changed = replace(self, technology=technology)
        return replace(changed, revenue=balanced_revenue(changed))


def spending(economy: Economy, revenue: Array) -> Array:
    """Spending on every sector, (region, sector), when land income is spent where it arises.

    X_nj = psi_j sum_k (beta_k + eta_k) R_nk + sum_k sigma_kj R_nk: income net of housing is wages over alpha times alpha.
    """
    tech = economy.technology
    by_region = revenue.reshape(len(economy.regions), len(economy.sectors))
    return np.asarray(np.outer(by_region @ tech.value_added, tech.spending) + by_region @ tech.materials)


def balanced_revenue(economy: Economy) -> Array:
    """Revenues that the trade shares reproduce, R_ij = sum_n pi_nij X_nj, scaled to the sum of those given, (cell,).

    The one positive eigenvector of a non-negative matrix (Perron-Frobenius), found by solving the system with one
    equation replaced by the scale.
    """
    cells, sectors = economy.registrants.size, len(economy.sectors)
    demand = np.empty((cells, cells))
    for cell in range(cells):
        one = np.zeros(cells)
        one[cell] = 1.0
        demand[:, cell] = np.einsum("jni,nj->ij", economy.trade, spending(economy, one)).ravel()
    system = demand - np.eye(cells)
    system[-sectors] = 1.0
    wanted = np.zeros(cells)
    wanted[-sectors] = economy.revenue.sum()
    return np.asarray(np.linalg.solve(system, wanted))
