"""The inversion: productivities at which the model's markets clear exactly on the observed base year."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.arrays import Array
from sim.errors import WorldError
from sim.world.world import WIDE, Technology

Sums = Callable[[Array], Array]


def final_demand_shares(revenue: Array, final_demand: Array, technology: Technology) -> Array:
    """Shares of goods in final demand, (sector,), from the world's balance of every good.

    mu_j = (sum_c R_cj - sum_k (1 - gamma_k) a_kj sum_c R_ck) / sum_n F_n

    Raises WorldError where the materials already exceed the output of a good.
    """
    output = revenue.sum(axis=0)
    materials = ((1 - technology.value_added) * output) @ technology.materials
    shares = (output - materials) / final_demand.sum()
    if (shares <= 0).any():
        names = [name for name, share in zip(technology.sectors, shares, strict=True) if share <= 0]
        raise WorldError(f"materials use more than all output of {', '.join(names)}: check the material shares")
    return np.asarray(shares)


def competitiveness(revenue: Array, spending: Array, trade_openness: Array) -> Array:
    """Supply potentials S (cell, sector) at which every cell sells exactly its revenue.

    R_cj = sum_n X_nj O_ncj S_cj / sum_c' O_nc'j S_c'j, with O = tau^-theta; S is unique up to a scale per sector
    (Allen and Arkolakis 2014) and is scaled to a geometric mean of one over the producing cells.
    """
    potential = revenue / np.where(revenue.sum(axis=0) > 0, revenue.sum(axis=0), 1.0)
    bought, sold = _sums_over_pairs(trade_openness)
    for _ in range(20_000):
        market = bought(potential)
        sales = potential * sold(spending / market)
        step = np.where(revenue > 0, revenue / np.where(sales > 0, sales, 1.0), 0.0)
        if np.abs(step[revenue > 0] - 1).max() < 1e-14:
            break
        potential = potential * step
    else:
        if np.abs(step[revenue > 0] - 1).max() > 1e-11:
            raise WorldError("the base-year inversion did not settle: trade costs and products contradict each other")
    for sector in range(revenue.shape[1]):
        made = potential[:, sector] > 0
        potential[:, sector] /= np.exp(np.log(potential[made, sector]).mean())
    return potential


def _sums_over_pairs(openness: Array) -> tuple[Sums, Sums]:
    """What is summed over producing cells for every buyer, and over buyers for every producing cell, (cell, sector)."""
    if len(openness) < WIDE:
        return lambda table: np.einsum("ncj,cj->nj", openness, table), lambda table: np.einsum("ncj,nj->cj", openness, table)
    by_good = np.ascontiguousarray(openness.transpose(2, 0, 1))  # read as it lies in memory, four times as fast

    def bought(table: Array) -> Array:
        return np.stack([pairs @ numbers for pairs, numbers in zip(by_good, table.T, strict=True)], axis=1)

    def sold(table: Array) -> Array:
        return np.stack([numbers @ pairs for pairs, numbers in zip(by_good, table.T, strict=True)], axis=1)

    return bought, sold


def goods_prices(potential: Array, trade_openness: Array, theta: float) -> Array:
    """Prices P_nj = [sum_c O_ncj S_cj]^(-1/theta), (cell, sector) (Eaton and Kortum 2002)."""
    return np.asarray(np.einsum("ncj,cj->nj", trade_openness, potential) ** (-1 / theta))


def trade_shares(potential: Array, trade_openness: Array) -> Array:
    """Shares pi_ncj = O_ncj S_cj / sum_c' (.) of spending of n on good j that go to c (Eaton and Kortum 2002)."""
    weight = trade_openness * potential
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def productivity(potential: Array, input_cost: Array, theta: float) -> Array:
    """Gross productivity A_cj = x_cj S_cj^(1/theta), (cell, sector), x the cost of inputs; zero where nothing is made."""
    return np.asarray(input_cost * potential ** (1 / theta))
