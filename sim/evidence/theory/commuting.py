"""Work is not residence: the share of villagers who work in town, its path and where it rests."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from sim.evidence.theory.corner import corner, model_of, onward
from sim.evidence.theory.row import Row
from sim.year.years import Years

_SOURCE = "McFadden (1974)"
_TOWN, _VILLAGE, _BASE, _THETA, _ELASTICITY = 0.6, 0.4, 0.5, 4.0, 4.0
_RISE = 0.2  # log points of the town's productivity


def wanted(share: float, rise: float) -> float:
    """The share x' who want to work in town where x do: logit x' = logit x0 + e log(wage ratio over that of the base).

    One good freely traded, w ~ (A^theta / H)^(1/(1+theta)); H_u = N_u + x N_v at work in town, H_v = (1-x) N_v at home.
    """

    def at_work(part: float) -> float:
        return float(np.log((_TOWN + part * _VILLAGE) / ((1 - part) * _VILLAGE)))

    ratio = (_THETA * rise - at_work(share) + at_work(_BASE)) / (1 + _THETA)
    odds = _BASE / (1 - _BASE) * np.exp(_ELASTICITY * ratio)
    return float(odds / (1 + odds))


def path(years: int, rise: float, adjustment: float) -> float:
    """The share after so many years in each of which a part of the way to the wanted share is gone."""
    share = _BASE
    for _ in range(years):
        share += adjustment * (wanted(share, rise) - share)
    return share


def resting(rise: float) -> float:
    """The share x with x' = x."""
    return float(brentq(lambda share: wanted(share, rise) - share, 1e-6, 1 - 1e-6, xtol=1e-15))


def rows() -> Iterator[Row]:
    """The share while the town's productivity is what it was, and after it rises by 0.2 log points."""
    model = onward(model_of(corner("commuting")), 5)
    yield Row("share in town while nothing changes", "commuting", _SOURCE, _BASE, _share(model))
    model = _risen(0.3)
    found = []
    for _ in range(3):
        found.append(_share(onward(model, 1)))
    exact = np.array([path(years, _RISE, 0.3) for years in (1, 2, 3)])
    yield Row("share in town, three years after a rise", "commuting", _SOURCE, exact, np.array(found))
    rest = _share(onward(model, 200))
    yield Row("share in town at rest", "commuting", _SOURCE, resting(_RISE), rest)
    # a whole step of a large elasticity overshoots, so no more than 2 / elasticity of the way is gone in a year
    hasty = _share(onward(_risen(1.0), 1))
    capped = path(1, _RISE, 2 / _ELASTICITY)
    yield Row("share in town, adjustment at its bound", "commuting", _SOURCE, capped, hasty)


def _risen(adjustment: float) -> Years:
    model = model_of(corner("commuting", commuting_adjustment=adjustment))
    model.economy.size[0] *= np.exp(_RISE)
    return model


def _share(model: Years) -> float:
    return float(model.economy.work_in_town[1])
