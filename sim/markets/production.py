"""Production: unit costs and factor payments of the Cobb-Douglas technology."""

from __future__ import annotations

import numpy as np

from sim.world.world import Array, Technology


def input_cost(technology: Technology, wage: Array, rental: Array, rent: Array, prices: Array) -> Array:
    """Cost of the input bundle at productivity one, (cell, sector).

    x_cj = (w^beta r^alpha rho^eta)^gamma_j prod_k P_ck^((1 - gamma_j) a_jk)

    wage, rental, rent: (cell,); prices: (cell, sector).
    """
    factors = (
        np.outer(np.log(wage), technology.labour)
        + np.outer(_log(rental), technology.capital)
        + np.outer(_log(rent), technology.land)
    )
    materials = np.log(prices) @ technology.materials.T
    return np.asarray(np.exp(technology.value_added * factors + (1 - technology.value_added) * materials))


def factor_payments(technology: Technology, revenue: Array) -> tuple[Array, Array, Array]:
    """Payments to labour, capital and land by cell, (cell,): shares beta, alpha, eta of gamma R, summed over sectors."""
    value_added = revenue * technology.value_added
    return value_added @ technology.labour, value_added @ technology.capital, value_added @ technology.land


def _log(price: Array) -> Array:
    """Log of a factor price; zero where the factor is neither used nor owned."""
    return np.asarray(np.log(np.where(price > 0, price, 1.0)))
