"""Trade costs between cells and the openness they leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from sim.arrays import Array
from sim.economy.entries import Link
from sim.economy.markets.ways import Ways, ways
from sim.economy.state import Rules, alike
from sim.once import once
from sim.world.world import World


def trade_costs(world: World, distance_km: Array, infrastructure: Array, segmentation: Array, cut: Array) -> Array:
    """Log trade costs (importing cell, producing cell, sector).

    log tau_ncj = max(0, t_nc ((g_n + g_c) / 2)^-psi + border_nc (local_cost_j + segmentation_j s_ncj) - cut_ncj)

    with t = epsilon log(1 + km/20). infrastructure: (cell,) index g, 1 in the base year; segmentation: s, share still in
    force; cut: log points taken off a pair by policies.
    Source: iceberg costs, Samuelson (1954); market segmentation as a border, McCallum (1995).
    """
    transport = transport_costs(world, distance_km, infrastructure)
    tech = world.technology
    border = world.border[:, :, None] * (tech.local_cost + tech.segmentation * segmentation)
    return np.maximum(transport[:, :, None] + border - cut, 0.0)


def transport_costs(world: World, distance_km: Array, infrastructure: Array) -> Array:
    """Log costs of transport, (importing cell, producing cell): t_nc ((g_n + g_c) / 2)^-psi."""
    mean = (infrastructure[:, None] + infrastructure[None, :]) / 2.0
    p = world.parameters
    transport = _of_distance(world, distance_km)
    with np.errstate(divide="ignore"):  # without infrastructure no way leads anywhere but home
        dearer = np.where(transport > 0, mean, 1.0) ** -p.infrastructure_transport
    return np.asarray(transport * dearer)


@once(keeper=0)
def _of_distance(world: World, distance_km: Array) -> Array:
    """Log costs of transport on ways as they were in the base year."""
    return np.asarray(world.parameters.transport_elasticity * np.log1p(distance_km / 20.0))


def openness_of_year(world: World, distance_km: Array, infrastructure: Array, rules: Rules, wide: bool) -> Array | Ways:
    """Openness of trade under the law of a year; in a wide world what all goods share of it is kept once."""
    theta = world.parameters.trade_elasticity
    if wide:
        transport = transport_costs(world, distance_km, infrastructure)
        found = ways(transport, world.border, _crossing(world, rules), theta)
        if found is not None:
            return found
    costs = trade_costs(world, distance_km, infrastructure, rules.segmentation, rules.trade_cost_cut)
    return openness(costs, theta)


def _crossing(world: World, rules: Rules) -> tuple[Array, Array]:
    """What crossing a border costs, and what a policy takes off, log points: (cell, cell, sector), or (sector,) for all."""
    tech = world.technology
    left, cut = (table[0, 0] if alike(table) else table for table in (rules.segmentation, rules.trade_cost_cut))
    return tech.local_cost + tech.segmentation * left, cut


def over_links(distance_km: Array, links: Sequence[Link]) -> Array:
    """Length of the shortest way between cells, km: direct, or over one link or more.

    d_nc = min(km_nc, min_ab km_na + way_ab + km_bc), way_ab the shortest way between two ends of links that uses a link,
    so that the order in which links are named cannot matter and no way without a link changes (Floyd 1962).
    """
    if not links:
        return distance_km
    ends = sorted({end for link in links for end in (link.start, link.end)})
    at = {end: number for number, end in enumerate(ends)}
    direct = distance_km * (1.0 - np.eye(len(distance_km)))  # no way at all from a place to itself
    linked = np.full((len(ends), len(ends)), np.inf)
    for link in links:
        for one, other in ((link.start, link.end), (link.end, link.start)):
            linked[at[one], at[other]] = min(linked[at[one], at[other]], link.km)
    shortest = floyd_warshall(np.minimum(direct[np.ix_(ends, ends)], linked))
    way = _then(_then(shortest, linked), shortest)
    over = _then(_then(direct[:, ends], way), direct[ends, :])
    return np.where(np.eye(len(distance_km)) > 0, distance_km, np.minimum(distance_km, over))


def travelled(world: World, distance_km: Array, links: Sequence[Link]) -> Array:
    """Ways between cells over links, km, as trade costs feel them: goods cannot take a line that is for people alone.

    log(1 + d/20) = (1 - a) log(1 + d_goods/20) + a log(1 + d_all/20), a = `line_share`; d_goods, d_all the shortest ways over
    links that carry goods, and over all. d is the distance itself where no link shortens the way.
    """
    share, everything = world.parameters.line_share, over_links(distance_km, links)
    if share == 1.0 or all(link.goods for link in links):
        return everything
    goods = over_links(distance_km, [link for link in links if link.goods])
    mean = (1.0 - share) * np.log1p(goods / 20.0) + share * np.log1p(everything / 20.0)
    return np.where(everything < goods, 20.0 * np.expm1(mean), goods)


def _then(first: Array, second: Array) -> Array:
    """Shortest sums over a place in between: min_k first_ik + second_kj."""
    return np.asarray((first[:, :, None] + second[None, :, :]).min(axis=1))


def openness(costs: Array, theta: float) -> Array:
    """Openness O = tau^-theta of every pair, (importing cell, producing cell, sector) (Eaton and Kortum 2002)."""
    return np.asarray(np.exp(-theta * costs))


def trade_shares(open_to: Array, unit_cost: Array, theta: float) -> Array:
    """Shares pi_ncj of spending of n on good j that go to c: O c^-theta over its sum (Eaton and Kortum 2002)."""
    weight = open_to * potentials(unit_cost, theta)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def sold(open_to: Array | Ways, unit_cost: Array, bought: Array, theta: float) -> Array:
    """Sales of every cell, (cell, sector), when cells spend `bought`, (cell, sector): sum_n pi_ncj X_nj."""
    if isinstance(open_to, Ways):
        potential = potentials(unit_cost, theta).T
        return np.asarray((potential * open_to.sales(bought.T / open_to.market(potential))).T)
    return np.asarray(np.einsum("ncj,nj->cj", trade_shares(open_to, unit_cost, theta), bought))


def potentials(unit_cost: Array, theta: float) -> Array:
    """Supply potentials c^-theta, (cell, sector); zero where nothing can be made (infinite cost)."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(np.isfinite(unit_cost), unit_cost, np.inf) ** -theta)
