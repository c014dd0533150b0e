"""The one choice rule of labour, capital and land: reconsider at times, then go where return net of barriers is best."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from sim.streams import draws
from sim.world.world import Array, Flag, Index

STAYED, MIGRATED, RECLASSIFIED = 0, 1, 2


@dataclass(frozen=True)
class MoveTables:
    """All an agent of a kind needs to decide in a year.

    cumulative[g * cells + h, d]: cumulative choice shares of agents of home h whose skill stands in group g = group[k];
    mobility: yearly probability to reconsider; reclassify[c]: probability that an agent's village c becomes urban
    (town[c] its new cell); with stayers_only it takes only agents at home there; training[c]: probability that a
    trainable worker in c is trained; trained_skill[k].
    """

    cumulative: Array
    group: Index
    mobility: float
    reclassify: Array
    town: Index
    stayers_only: bool
    training: Array
    trainable: Flag
    trained_skill: Index


def damped(mobility: float, kappa: float) -> float:
    """The share of agents that may reconsider in a year without overshooting: m, but at most 1 / kappa.

    All decide at once on the same returns; where kappa m exceeds one, more would arrive than the returns can carry, and
    next year leave again. Those beyond the cap wait for the next year's returns.
    """
    return min(mobility, 1.0 / kappa) if kappa > 0 else mobility


def choice_shares(seed: Array, kappa: float, gain: Array, pull: Array) -> Array:
    """Shares p_hd of places chosen by agents of home h, (home, place); rows sum to one; without a start, all at home.

    p_hd = M_hd exp(kappa gain_hd + pull_hd) / sum_d' (.)

    seed: base-year stocks M (persons, yuan or km2), or exp(kappa (log amenity - cost)) in worlds that know them;
    gain: log points of value gained since the base year plus barriers removed; pull: log points by type of move.
    The largest exponent is taken out first, so no elasticity overflows. Source: McFadden (1974); Tombe and Zhu (2019).
    """
    exponent = np.where(seed > 0, kappa * gain + pull, -np.inf)
    highest = exponent.max(axis=1, keepdims=True)
    weight = seed * np.exp(exponent - np.where(np.isfinite(highest), highest, 0.0))
    total = weight.sum(axis=1, keepdims=True)
    shares = weight / np.where(total > 0, total, 1.0)
    nowhere = np.flatnonzero(total[:, 0] <= 0)
    shares[nowhere, nowhere] = 1.0
    return np.asarray(shares)


def cumulative_shares(shares: Array) -> Array:
    """Cumulative shares by row whose last positive entry is raised to one, so that every draw finds a place."""
    running = np.cumsum(shares, axis=1)
    filled = running >= running[:, -1:]
    running[filled] = 1.0
    return running


@numba.njit(cache=True, inline="always")
def decide(  # type: ignore[no-untyped-def]
    home, cell, skill, seed, replicate, event, year, agent,
    cumulative, group, mobility, reclassify, town, stayers_only, training, trainable, trained_skill,
):  # fmt: skip
    """What one agent does in a year: (home, cell, skill, event). The kernel and the agent's own step both call this."""
    move, place, village, course = draws(seed, replicate, event, year, agent)
    happened = STAYED
    if stayers_only:
        if home == cell and village < reclassify[cell] and town[cell] != cell:
            home = town[home]
            cell = home
            happened = RECLASSIFIED
    else:
        was = cell
        if village < reclassify[cell]:
            cell = town[cell]
        if village < reclassify[home]:
            home = town[home]
        if cell != was:
            happened = RECLASSIFIED
    if course < training[cell] and trainable[skill]:
        skill = trained_skill[skill]
    if happened == STAYED and move < mobility:
        row = cumulative[group[skill] * town.size + home]
        low, high = 0, row.size - 1
        while low < high:
            middle = (low + high) // 2
            if row[middle] > place:
                high = middle
            else:
                low = middle + 1
        if low != cell:
            cell = low
            happened = MIGRATED
    return home, cell, skill, happened
