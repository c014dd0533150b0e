"""Trade costs between cells and the openness they leave."""

from __future__ import annotations

import numpy as np

from sim.world.world import Array, World


def trade_costs(world: World, distance_km: Array, infrastructure: Array, segmentation: Array, cut: Array) -> Array:
    """Log trade costs (importing cell, producing cell, sector).

    log tau_ncj = max(0, t_nc ((g_n + g_c) / 2)^-psi + border_nc (local_cost_j + segmentation_j s_ncj) - cut_ncj)

    with t = epsilon log(1 + km/20). infrastructure: (cell,) index g, 1 in the base year; segmentation: s, share still in
    force; cut: log points taken off a pair by policies.
    Source: iceberg costs, Samuelson (1954); market segmentation as a border, McCallum (1995).
    """
    mean = (infrastructure[:, None] + infrastructure[None, :]) / 2.0
    p = world.parameters
    transport = p["transport_elasticity"] * np.log1p(distance_km / 20.0) * mean ** -p["infrastructure_transport"]
    tech = world.technology
    border = world.border[:, :, None] * (tech.local_cost + tech.segmentation * segmentation)
    return np.maximum(transport[:, :, None] + border - cut, 0.0)


def openness(costs: Array, theta: float) -> Array:
    """Openness O = tau^-theta of every pair, (importing cell, producing cell, sector) (Eaton and Kortum 2002)."""
    return np.asarray(np.exp(-theta * costs))


def trade_shares(open_to: Array, unit_cost: Array, theta: float) -> Array:
    """Shares pi_ncj of spending of n on good j that go to c: O c^-theta over its sum (Eaton and Kortum 2002)."""
    weight = open_to * potentials(unit_cost, theta)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def potentials(unit_cost: Array, theta: float) -> Array:
    """Supply potentials c^-theta, (cell, sector); zero where nothing can be made (infinite cost)."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(np.isfinite(unit_cost), unit_cost, np.inf) ** -theta)
