"""Choice of places: logit and Frechet shares, independence of irrelevant alternatives, hat formula, limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import at_start, chosen, corner, settled
from sim.evidence.theory.row import Row

_MCFADDEN = "McFadden (1974)"
_HAT = "Caliendo, Dvorkin and Parro (2019), static"


def logit(value: Array, kappa: float) -> Array:
    """Shares V^kappa / sum V^kappa over the last axis."""
    power = np.exp(kappa * (np.log(value) - np.log(value).max(axis=-1, keepdims=True)))
    return np.asarray(power / power.sum(axis=-1, keepdims=True))


def rows() -> Iterator[Row]:
    """Shares that settle, shares after a change of one place, and the limits of elasticity and cost."""
    value, kappa = np.array([1.0, 1.5, 2.5]), 1.5
    hat = np.array([1.0, 1.0, 1.2])
    base = settled(corner("logit"))
    better = settled(corner("logit", {"productivity": (value * hat)[:, None]}))
    share = logit(value, kappa)
    yield Row("logit shares of three places", "logit", _MCFADDEN, share, base.shares)
    odds = better.shares[0] / better.shares[1]
    yield Row("odds of two places, a third improved", "logit", f"{_MCFADDEN}, IIA", (1 / 1.5) ** kappa, odds)
    changed = share * hat**kappa / (share @ hat**kappa)
    yield Row("shares after a change, hat formula", "logit", _HAT, changed, better.shares)
    welfare = (share @ hat**kappa) ** (1 / kappa)
    gain = np.exp(better.values - base.values) * (better.shares / base.shares) ** (-1 / kappa)
    yield Row("welfare from own pay and own share", "logit", _HAT, np.full(3, welfare), gain)
    rise = better.welfare - base.welfare
    yield Row("rise of log welfare, equation (10)", "logit", _HAT, np.full(3, np.log(welfare)), rise)
    known = np.log((value**kappa).mean()) / kappa  # three places alike to start from, at values of zero
    yield Row("log welfare itself, equation (10)", "logit", f"{_MCFADDEN}, log sum", np.full(3, known), base.welfare)
    yield _elasticity(value, kappa)
    yield from _limits()
    yield from _barriers(value, kappa)


def _elasticity(value: Array, kappa: float) -> Row:
    """d ln p_3 / d ln V_3 = kappa (1 - p_3), by a central difference of one in ten thousand."""
    step = 1e-4
    sides = [value * np.array([1.0, 1.0, np.exp(sign * step)]) for sign in (1, -1)]
    up, down = (settled(corner("logit", {"productivity": side[:, None]})).shares[2] for side in sides)
    exact = kappa * (1 - logit(value, kappa)[2])
    return Row("elasticity of a share to its own pay", "logit", _MCFADDEN, exact, np.log(up / down) / (2 * step))


def _limits() -> Iterator[Row]:
    best = chosen(corner("logit", labour_choice_elasticity=1000))
    yield Row("elasticity to infinity: the best place", "logit", _MCFADDEN, np.tile([0.0, 0.0, 1.0], (3, 1)), best)
    uniform = chosen(corner("logit", labour_choice_elasticity=0))
    yield Row("elasticity zero: all places alike", "logit", _MCFADDEN, np.full((3, 3), 1 / 3), uniform)


def _barriers(value: Array, kappa: float) -> Iterator[Row]:
    """Costs of living away from home: shares by home, everybody home at infinite cost, origin forgotten at none."""
    cost = 0.5 * (1 - np.eye(3))
    exact = logit(value * np.exp(-cost), kappa)
    yield Row("shares by home at a cost of 0.5", "barriers", _MCFADDEN, exact, chosen(corner("barriers")))
    home = chosen(corner("barriers", migration_cost=100))
    yield Row("cost to infinity: nobody leaves", "barriers", "Tombe and Zhu (2019)", np.eye(3), home)
    free = chosen(corner("barriers", migration_cost=0))
    alike = np.tile(logit(value, kappa), (3, 1))
    yield Row("no cost: shares of every home alike", "barriers", "Tombe and Zhu (2019)", alike, free)
    reading = at_start(corner("barriers"))
    power = np.exp(-kappa * cost)
    log_sum = np.log(power @ value**kappa / power.sum(axis=1)) / kappa
    yield Row("welfare by home at a cost of 0.5", "barriers", f"{_MCFADDEN}, log sum", log_sum, reading.welfare)
    yield Row("values are logs of real income", "barriers", "equation (6)", np.log(value), reading.values)
