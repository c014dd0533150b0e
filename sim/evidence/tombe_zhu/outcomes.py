"""What a counterfactual is judged by: trade, migrants, product, welfare, and how far provinces are apart."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.evidence.tombe_zhu.economy import Economy, spending
from sim.evidence.tombe_zhu.solver import Equilibrium


def stocks(economy: Economy, migrants: Array) -> Array:
    """Migrants who work in another sector of their own province, and in another province, (2,), millions."""
    within, between = economy.types()
    return np.array([migrants[within].sum(), migrants[between].sum()])


def trade_shares(economy: Economy, trade: Array, revenue: Array) -> Array:
    """Shares of the country's spending that go to other provinces and abroad, (2,)."""
    spent = spending(economy, revenue)
    flows = np.einsum("jni,nj->ni", trade, spent)[:-1]
    own = np.trace(flows[:, :-1])
    return np.asarray(np.array([flows[:, :-1].sum() - own, flows[:, -1].sum()]) / spent[:-1].sum())


def product(after: Equilibrium) -> float:
    """Factor on real product per worker of the country.

    Y_hat = sum_c (Y_c / sum Y) y_hat_c / (P_hat_c^alpha r_hat_c^(1 - alpha))

    Y: observed real product of cells; y_hat: change of wages and land income in a cell. Tombe and Zhu (2019).
    """
    economy = after.economy
    real = economy.real_income * economy.labour
    bill = economy.wage * economy.labour
    land = economy.by_cell(economy.technology.rebate) * bill
    nominal = (bill * after.wage * after.labour / economy.labour + land * after.rent) / (bill + land)
    return float((real * nominal / after.living_cost).sum() / real.sum())


def welfare_by_cell(after: Equilibrium) -> Array:
    """Factor on the welfare of the registered, (cell,): (sum_d m_od value_hat_od^kappa)^(1/kappa)."""
    kappa = after.economy.technology.migration_elasticity
    return np.asarray((after.economy.migration * after.value**kappa).sum(axis=1) ** (1 / kappa))


def welfare(after: Equilibrium) -> float:
    """Factor on the country's welfare, cells weighted by their welfare in the base year.

    Lbar_o V_o delta_oo m_oo^(-1/kappa), V the observed real product per worker. Source: Tombe and Zhu (2019).
    """
    economy = after.economy
    weight = economy.registrants * economy.real_income * economy.rebate_factor
    weight = weight * np.diagonal(economy.migration) ** (-1 / economy.technology.migration_elasticity)
    return float((weight * welfare_by_cell(after)).sum() / weight.sum())


def _cells(after: Equilibrium) -> tuple[Array, Array]:
    """Real income and number of all who work in the cells of the country after a shock, both (province, sector).

    All who work in a cell share its wages, the land income of those at home and what migrants there keep of theirs; the
    unit is that of `Economy.real_income` times millions.
    """
    economy = after.economy
    income_before = economy.wage * economy.labour * (1 + economy.by_cell(economy.technology.rebate))
    real = economy.real_income * economy.labour * after.income / income_before / after.living_cost
    by_region = (len(economy.regions), len(economy.sectors))
    return real.reshape(by_region)[:-1], after.labour.reshape(by_region)[:-1]


def real_income(after: Equilibrium) -> Array:
    """Real income per worker of provinces, by place of work, (province,), in the unit of `Economy.real_income`."""
    real, workers = _cells(after)
    return np.asarray(real.sum(axis=1) / workers.sum(axis=1))


def sector_gap(after: Equilibrium) -> float:
    """Real income per worker outside farming over that in farming, all provinces together (ratio)."""
    real, workers = _cells(after)
    farm, other = real.sum(axis=0) / workers.sum(axis=0)
    return float(other / farm)


def regional_gap(after: Equilibrium, weighted: bool = True) -> float:
    """Variance of log real income per worker over provinces (log points squared), by workers or all provinces alike."""
    workers = _cells(after)[1].sum(axis=1)
    logs, weights = np.log(real_income(after)), workers if weighted else np.ones_like(workers)
    return float(np.average((logs - np.average(logs, weights=weights)) ** 2, weights=weights))


def six(after: Equilibrium) -> Array:
    """The published columns of table 7, (6,): trade in points of spending, the rest in percent."""
    economy = after.economy
    revenue = economy.revenue * after.wage * after.labour / economy.labour
    trade = trade_shares(economy, after.trade, revenue) - trade_shares(economy, economy.trade, economy.revenue)
    people = stocks(economy, after.migrants) / stocks(economy, economy.migrants) - 1
    return 100 * np.array([*trade, *people, product(after) - 1, welfare(after) - 1])
