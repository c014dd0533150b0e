"""The agricultural trade matrix, which no public data give: built from Head-Ries costs, gravity and farm revenues."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.errors import WorldError

MOST_SWEEPS = 100_000


def province_index(coarse: Array, other: Array, other_coarse: Array) -> Array:
    """Head-Ries indices of agriculture between provinces, (region, region), 1 on the diagonal.

    h_ni = h_ni(coarse) * g_ni / g_ni(coarse), where g are those of the other sector

    Farm costs are known between eight larger regions only, where a region's inner trade is free. The other sector shows
    how much dearer trade between provinces is than the larger regions show, inside them and across; farming is given
    the same factor. Head-Ries: h_ni = pi_nn pi_ii / (pi_ni pi_in) = (tau_ni tau_in)^theta (Head and Ries 2001).
    """
    index = coarse * other / other_coarse
    np.fill_diagonal(index, 1.0)
    return index


def head_ries(trade: Array) -> Array:
    """Head-Ries indices of a matrix of trade shares, (region, region): pi_nn pi_ii / (pi_ni pi_in)."""
    own = np.diagonal(trade)
    return np.asarray(own[:, None] * own[None, :] / (trade * trade.T))


def gravity(index: Array, revenue: Array, spending: Array) -> Array:
    """Trade shares with given costs that sell every region's revenue, (importer, exporter); rows sum to one.

    pi_ni = A_i h_ni^(-1/2) / sum_i' (.),   sum_n pi_ni X_n = R_i

    index h: symmetric Head-Ries indices, so that h^(-1/2) = tau^(-theta); revenue R and spending X: (region,), of equal
    sum. A is found by proportional fitting, which converges to the one solution (Sinkhorn 1967).
    """
    if abs(revenue.sum() / spending.sum() - 1) > 1e-8:
        raise WorldError(f"revenues ({revenue.sum():.6g}) and spending ({spending.sum():.6g}) on a good must be equal")
    openness, supply = index**-0.5, np.ones(revenue.size)
    for _ in range(MOST_SWEEPS):
        shares = supply * openness
        shares /= shares.sum(axis=1, keepdims=True)
        sold = spending @ shares
        if np.abs(sold / revenue - 1).max() < 1e-13:
            break
        supply = supply * revenue / sold
        supply /= supply.sum()
    return np.asarray(shares)
