"""Production: factor payments of the Cobb-Douglas technology."""

from __future__ import annotations

from sim.arrays import Array
from sim.world.world import Technology


def factor_payments(technology: Technology, revenue: Array) -> tuple[Array, Array, Array]:
    """Payments to labour, capital and land by cell, (cell,): shares beta, alpha, eta of gamma R, summed over sectors."""
    value_added = revenue * technology.value_added
    return value_added @ technology.labour, value_added @ technology.capital, value_added @ technology.land
