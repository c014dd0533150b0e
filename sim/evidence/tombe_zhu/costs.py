"""Migration costs measured from observed shares, types of moves, and the two scalars that fit the published stocks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import root

from sim.arrays import Array, Flag
from sim.errors import FactorFlowError
from sim.evidence.tombe_zhu.data import Observed
from sim.evidence.tombe_zhu.economy import Economy
from sim.evidence.tombe_zhu.outcomes import stocks
from sim.evidence.tombe_zhu.solver import Shock, solve


def moves_of(economy: Economy) -> dict[str, Flag]:
    """Which moves (cell of registration, cell of work) each row of the published tables is about."""
    within, between = economy.types()
    sector = economy.sector_of_cell
    to_other = (sector[:, None] == 0) & (sector[None, :] == 1)
    farm, other = ((sector[:, None] == j) & (sector[None, :] == j) for j in (0, 1))
    return {
        "overall": within | between,
        "ag_na_overall": to_other & (within | between),
        "ag_na_within": to_other & within,
        "ag_na_between": to_other & between,
        "between_overall": between,
        "between_within_ag": farm & between,
        "between_within_na": other & between,
    }


def levels(economy: Economy) -> Array:
    """Migration cost of the base year, (cell of registration, cell of work), a factor on income.

    mu_od = V_d / (V_o delta_oo) (m_od / m_oo)^(-1/kappa)

    V: observed real product per worker; delta: `rebate_factor`. Source: Tombe and Zhu (2019), table 5.
    """
    real = np.where(economy.home, economy.real_income, 1.0)
    shares = np.where(economy.migration > 0, economy.migration, 1.0)
    relative = shares / np.diagonal(shares)[:, None]
    cost = real[None, :] / (real * economy.rebate_factor)[:, None]
    cost = cost * relative ** (-1 / economy.technology.migration_elasticity)
    return np.asarray(np.where(_inside(economy), cost, 1.0))


def measured_change(observed: Observed) -> Array:
    """Change of migration costs between the two years, a factor, (cell of registration, cell of work); one at home.

    mu_hat_od = V_hat_d / (V_hat_o delta_hat_oo) (m_hat_od / m_hat_oo)^(-1/kappa)

    V_hat: observed growth of real product per worker. Source: Tombe and Zhu (2019).
    """
    economy, later = observed.economy, observed.migration_later
    stayers_later = np.diagonal(later) * observed.registrants_later
    rebate = 1 + economy.by_cell(economy.technology.rebate) * observed.labour_later / stayers_later
    shares = np.where(economy.migration > 0, later / np.where(economy.migration > 0, economy.migration, 1.0), 1.0)
    change = observed.growth[None, :] / (observed.growth * rebate / economy.rebate_factor)[:, None]
    change = change * (shares / np.diagonal(shares)[:, None]) ** (-1 / economy.technology.migration_elasticity)
    return np.asarray(np.where(_inside(economy), change, 1.0))


def _inside(economy: Economy) -> Flag:
    """Moves between different cells of the country."""
    within, between = economy.types()
    return np.asarray((within | between) & economy.home[:, None] & economy.home[None, :])


def scaled(economy: Economy, change: Array, within: float, between: float) -> Array:
    """A change of migration costs times one factor for moves inside provinces and one for moves between them."""
    inside, (near, far) = _inside(economy), economy.types()
    return np.asarray(change * np.where(near & inside, within, 1.0) * np.where(far & inside, between, 1.0))


def calibrated(economy: Economy, change: Array, within: float, between: float) -> tuple[Array, tuple[float, float]]:
    """A change of migration costs scaled so that stocks of migrants change by two given percentages; and the scalars.

    Two factors on mu_hat, one for moves within provinces and one for moves between them, are found at which the model's
    stocks change as published: the vintage of the data is not that of the article.
    """
    aim = np.log1p(np.array([within, between]) / 100)
    start: list[Array | None] = [None]

    def miss(logs: Array) -> Array:
        after = solve(economy, Shock(migration_cost=scaled(economy, change, *np.exp(logs))), start[0])
        start[0] = after.unknowns
        changed = stocks(economy, after.migrants) / stocks(economy, economy.migrants)
        return np.asarray(np.log(changed) - aim)

    answer = root(miss, np.zeros(2), tol=1e-10)
    if not answer.success or np.abs(answer.fun).max() > 1e-6:
        raise FactorFlowError(
            f"no two factors on migration costs give changes of {within:g}% and {between:g}% in the stocks of migrants; "
            f"the nearest miss them by {np.abs(answer.fun).max():.2g} (logs)"
        )
    factors = np.exp(answer.x)
    return scaled(economy, change, *factors), (float(factors[0]), float(factors[1]))


def average(economy: Economy, cost: Array, moves: Flag) -> float:
    """Harmonic mean of costs over the migrants of the base year who made these moves: sum M / sum (M / mu)."""
    weights = economy.migrants[moves]
    return float(weights.sum() / (weights / cost[moves]).sum())


def average_changes(economy: Economy, change: Array) -> Mapping[str, float]:
    """Mean migration cost after a change over that before, by type of move: the last column of table 5."""
    before, inside = levels(economy), _inside(economy)
    return {
        name: average(economy, before * change, moves & inside) / average(economy, before, moves & inside)
        for name, moves in moves_of(economy).items()
    }
