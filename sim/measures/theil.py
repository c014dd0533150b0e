"""Theil index of incomes per head, decomposed into layers: between regions, and between town and country within them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measures.base import Array, Panel, Reading, shares

UNIT = "nats"
TITLE = "Theil index"
SCOPES = ("world", "region")
MEANING = "entropy of income shares over population shares; its layers add up to it exactly"


def theil(income: Array, weight: Array) -> Array:
    """Theil's T (...,) of income and weight (..., unit).

    T = sum_i w_i (y_i / m) ln(y_i / m), 0 ln 0 = 0; from 0 (equality) to ln n.
    Incomes 10, 20, 30, 40, 50 with equal weights: 0.1196876. Source: Theil (1967).
    """
    w = shares(weight)
    relative = np.where(weight > 0, income, 0.0)
    relative = relative / (w * relative).sum(axis=-1, keepdims=True)
    return np.asarray((w * relative * np.log(np.where(relative > 0, relative, 1.0))).sum(axis=-1))


def theil_layers(income: Array, weight: Array, group: NDArray[np.int64]) -> tuple[Array, Array]:
    """Between-group and within-group parts (...,) of T; group (unit,) numbers the groups.

    T = sum_g s_g ln(m_g / m) + sum_g s_g T_g, s_g the group's share of income.
    Incomes 10, 20, 30 | 40, 50, 60: 0.0948776 + 0.0345049. Source: Theil (1967), Shorrocks (1980).
    """
    member = (group[:, None] == np.unique(group)).astype(float)
    people = weight @ member
    total = (np.where(weight > 0, income, 0.0) * weight) @ member
    between = theil(total / np.where(people > 0, people, 1.0), people)
    return between, np.asarray(theil(income, weight) - between)


def readings(panel: Panel) -> list[Reading]:
    """T of the world with its layers (regions; town and country within regions), and T within every region."""
    between, within = theil_layers(panel.income, panel.population, panel.region_of_cell)
    found = [
        Reading("theil", UNIT, "world", panel.world, theil(panel.income, panel.population)),
        Reading("theil_between_regions", UNIT, "world", panel.world, between),
        Reading("theil_between_kinds_within_regions", UNIT, "world", panel.world, _between_kinds(panel)),
    ]
    found.append(
        Reading("theil_within_kinds", UNIT, "world", panel.world, within - found[2].values)  # 0 with one cell a kind
    )
    for number, region in enumerate(panel.regions):
        here = panel.region_of_cell == number
        values = theil(panel.income[..., here], panel.population[..., here])
        found.append(Reading("theil", UNIT, "region", region, values))
    return found


def _between_kinds(panel: Panel) -> Array:
    """The layer of town and country: within-region inequality of the kinds' means, by income shares."""
    kinds = 2 * panel.region_of_cell + ~panel.urban
    between_kinds, _ = theil_layers(panel.income, panel.population, kinds)
    between_regions, _ = theil_layers(panel.income, panel.population, panel.region_of_cell)
    return np.asarray(between_kinds - between_regions)
