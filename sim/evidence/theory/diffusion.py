"""Diffusion: places whose wages lag behind those they are near to catch up with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import AUTARKY, corner, lived, read
from sim.evidence.theory.row import Row

_NELSON_PHELPS = "Nelson and Phelps (1966)"
_CHI, _GROWTH = 0.1, 0.02


def alone(gap: float, years: int) -> Array:
    """Log productivity gained by a leader, g t, and a follower whose gap closes by chi a year: g t + gap (1 - (1-chi)^t)."""
    return _GROWTH * years + np.array([0.0, gap * (1 - (1 - _CHI) ** years)])


def among(start: Array, km: Array, years: int) -> Array:
    """Log productivity of places each of which follows the others it is below, weighed by 1 / (20 + km)."""
    weight = (1 - np.eye(len(start))) / (20 + km)
    weight /= weight.sum(axis=1, keepdims=True)
    level = start.copy()
    for _ in range(years):
        level = level + _GROWTH + _CHI * np.maximum(0.0, weight @ level - level)
    return np.asarray(level)


def rows() -> Iterator[Row]:
    """A leader and one follower; then two followers, one of them nearer. Closed economies pay what they make."""
    years, start = 15, np.log(np.array([1.0, 0.5]))
    world = corner(
        "two_countries",
        {"productivity": np.array([[1.0], [0.5]])},
        trade_cost=AUTARKY,
        growth=_GROWTH,
        diffusion=_CHI,
    )
    ours = np.log(read(lived(world, years)).real_wage)
    exact = start + alone(float(start[0] - start[1]), years)
    yield Row("a leader and a follower, 15 years", "two_countries", _NELSON_PHELPS, exact, ours)
    ours = np.log(read(lived(corner("diffusion"), years)).real_wage)
    km = np.array([[0.0, 30.0, 120.0], [30.0, 0.0, 60.0], [120.0, 60.0, 0.0]])
    exact = among(np.log(np.array([1.0, 0.7, 0.4])), km, years)
    yield Row("three places by distance, 15 years", "diffusion", _NELSON_PHELPS, exact, ours)
