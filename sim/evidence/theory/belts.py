"""Belts: places whose productivity gains from all who work in any of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from sim.arrays import Array
from sim.evidence.theory.choice import logit
from sim.evidence.theory.corner import corner, law, settled
from sim.evidence.theory.row import Row

_MARSHALL = "Marshall (1890); McFadden (1974)"
_NU, _KAPPA = 0.1, 1.5
_PAY = np.array([1.0, 1.5, 2.5])


def people(reference: float) -> Array:
    """Shares where places 2 and 3 earn (S / S_0)^nu times their pay, S their share of all and S_0 that of the first year.

    S / (1 - S) = (z_2^k + z_3^k) (S / S_0)^(nu k) / z_1^k.
    """
    power = _PAY**_KAPPA

    def excess(share: float) -> float:
        gain = _NU * _KAPPA * np.log(share / reference)
        return float(np.log(share / (1 - share)) - np.log(power[1:].sum() / power[0]) - gain)

    share = float(brentq(excess, 0.5, 1 - 1e-9, xtol=1e-15))
    inside = power[1:] / power[1:].sum()
    return np.array([1 - share, *(share * inside)])


def before(years: int) -> float:
    """Share of the belt's places after so many years without it: a part 1/k reconsiders in a year, a third at first each."""
    rest, stay = float(logit(_PAY, _KAPPA)[1:].sum()), 1 - 1 / _KAPPA
    return rest + stay**years * (2 / 3 - rest)


def rows() -> Iterator[Row]:
    """A belt from the first year on, and one that counts from the fourth, when most who come have come."""
    for first in (1, 4):
        terms = {"regions": ("better", "best"), "share_of_budget": 0.0, "agglomeration": _NU, "from_": first}
        ours = settled(corner("belt"), [law("belt", "growth_pole", **terms)]).shares
        name = f"people, two of three a belt from year {first}"
        yield Row(name, "belt", _MARSHALL, people(before(first - 1)), ours)
