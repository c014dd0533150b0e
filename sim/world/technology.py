"""Technology of a world: cost shares from its table, and what a bundle of inputs costs by them."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.errors import WorldError
from sim.world.world import Technology


def technology(world: AnyWorld) -> Technology:
    """The sectors of a world; `spending` is left at equal shares until the base year says otherwise."""
    rows = catalogue.technology(world)
    sectors = tuple(row["sector"] for row in rows)

    def column(name: str) -> Array:
        return np.array([float(row[name]) for row in rows])

    materials = np.stack([column(f"materials_{sector}") for sector in sectors], axis=1)
    shares = column("labour_share") + column("capital_share") + column("land_share")
    if not np.allclose(shares, 1) or not np.allclose(materials.sum(axis=1), 1):
        raise WorldError(
            f"{catalogue.name_of(world)}: technology: factor shares and material shares of every sector must add up to 1"
        )
    return Technology(
        sectors=sectors,
        labour=column("labour_share"),
        capital=column("capital_share"),
        land=column("land_share"),
        value_added=column("value_added_share"),
        materials=materials,
        spending=np.full(len(sectors), 1 / len(sectors)),
        segmentation=column("segmentation"),
        local_cost=column("local_cost"),
    )


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


def _log(price: Array) -> Array:
    """Log of a factor price; zero where the factor is neither used nor owned."""
    return np.asarray(np.log(np.where(price > 0, price, 1.0)))
