"""Theil index of incomes per head and its layers: between regions, between town and country within them, the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.measures.base import Array, Index, Panel, Reading, Series, admitted, divided, grouped

UNIT = "nats"
TITLE = "Theil index"
SCOPES = ("world", "region")
MEANING = "entropy of income shares over population shares; its layers add up to it exactly"
ALSO = {
    "theil_between_regions": Series(UNIT, ("world",), "the part of Theil's index between the regions' mean incomes"),
    "theil_between_kinds_within_regions": Series(
        UNIT, ("world",), "the part of Theil's index between town and country within the regions"
    ),
    "theil_within_kinds": Series(
        UNIT, ("world",), "the part of Theil's index between cells of one kind in a region; 0 where there is one a kind"
    ),
}


class TheilLayers(NamedTuple):
    """Theil's T in three layers, (...,) each, that add up to it."""

    between_outer: Array
    between_inner: Array
    within: Array


def theil(income: Array, weight: Array | None = None) -> Array:
    """Theil's T (...,) of income and weight (..., unit); equal weights where none are given.

    T = sum_i w_i (y_i / m) ln(y_i / m), 0 ln 0 = 0; from 0 (equality) to ln n. NaN where m is 0.
    Incomes 10, 20, 30, 40, 50 with equal weights: 0.1196876. Source: Theil (1967).
    """
    income, share = admitted(income, weight)
    relative = divided(income, (share * income).sum(axis=-1, keepdims=True))
    return _entropy(share, relative, relative)


def theil_layers(income: Array, weight: Array | None, group: Index) -> tuple[Array, Array]:
    """Between-group and within-group parts (...,) of T; group (unit,) numbers the groups.

    T = sum_g s_g ln(m_g / m) + sum_g s_g T_g, s_g the group's share of income. Neither part is worked out as a rest.
    Incomes 10, 20, 30 | 40, 50, 60: 0.0948776 + 0.0345049. Source: Theil (1967), Shorrocks (1980).
    """
    weight = np.ones(np.shape(income)) if weight is None else weight
    income, share = admitted(income, weight)
    names, group = np.unique(group, return_inverse=True)
    means, people = grouped(income, weight, group, len(names))
    relative = divided(income, (share * income).sum(axis=-1, keepdims=True))
    # sum_g s_g T_g is the mean of x ln(y / m_g): every unit held against the mean of its own group.
    return theil(means, people), _entropy(share, relative, divided(income, means[..., group]))


def theil_nested(income: Array, weight: Array | None, outer: Index, inner: Index) -> TheilLayers:
    """T in layers (...,): between outer groups, between inner groups within the outer ones, and within those.

    T = sum_r s_r ln(m_r / m) + sum_r s_r sum_k (s_rk / s_r) ln(m_rk / m_r) + sum_rk s_rk T_rk, s shares of income;
    outer and inner (unit,) number the groups, e.g. region and kind.
    Incomes 1, 3 | 2, 2 in equal numbers: 0 + 0.0654060 + 0. Source: Theil (1967); Akita (2003), two-stage nested.
    """
    weight = np.ones(np.shape(income)) if weight is None else weight
    pairs, pair = np.unique(np.stack([outer, inner]), axis=1, return_inverse=True)
    pair = pair.reshape(-1)
    _, within = theil_layers(income, weight, pair)
    means, people = grouped(np.asarray(income), weight, pair, pairs.shape[1])
    between_outer, between_inner = theil_layers(means, people, pairs[0])
    return TheilLayers(between_outer, between_inner, within)


def _entropy(share: Array, relative: Array, against: Array) -> Array:
    """Sum of w x ln z along the last axis, 0 ln 0 = 0, units of no weight left out; not below 0 by rounding."""
    log = np.log(np.where((share > 0) & (relative > 0), against, 1.0))
    return np.asarray(np.maximum((share * relative * log).sum(axis=-1), 0.0))


def readings(panel: Panel) -> list[Reading]:
    """T of the world with its layers (regions; town and country within regions), and T within every region."""
    layers = theil_nested(panel.income, panel.population, panel.region_of_cell, panel.urban.astype(np.int64))
    found = [
        Reading("theil", UNIT, "world", panel.world, theil(panel.income, panel.population)),
        Reading("theil_between_regions", UNIT, "world", panel.world, layers.between_outer),
        Reading("theil_between_kinds_within_regions", UNIT, "world", panel.world, layers.between_inner),
        Reading("theil_within_kinds", UNIT, "world", panel.world, layers.within),
    ]
    for number, region in enumerate(panel.regions):
        here = panel.region_of_cell == number
        values = theil(panel.income[..., here], panel.population[..., here])
        found.append(Reading("theil", UNIT, "region", region, values))
    return found
