"""Jobs below labour supply: markets and values of Harris and Todaro's town, with people put where theory has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from sim.economy.policies.base import PolicyInForce
from sim.evidence.theory.corner import Reading, corner, law, model_of, read
from sim.evidence.theory.row import Row
from sim.world.theory import described

_HARRIS_TODARO = "Harris and Todaro (1970)"
_NAME = "harris_todaro"


@dataclass(frozen=True)
class DualEconomy:
    """Two goods of price one: a town that makes A_u E^a under a floor W, and a country that makes A_r L_r^b; L people."""

    people: float = 100.0
    town: float = 10.0
    town_share: float = 0.7
    country: float = 4.0
    country_share: float = 0.6
    floor: float = 2.5

    @property
    def jobs(self) -> float:
        """E = (a A_u / W)^(1 / (1 - a))."""
        return float((self.town_share * self.town / self.floor) ** (1 / (1 - self.town_share)))

    @property
    def in_town(self) -> float:
        """L_u with b A_r (L - L_u)^(b - 1) = W E / L_u."""
        return float(brentq(lambda town: self._rural_wage(town) - self.floor * self.jobs / town, 1e-9, self.people - 1e-9))

    @property
    def rural_wage(self) -> float:
        """w = b A_r (L - L_u)^(b - 1)."""
        return self._rural_wage(self.in_town)

    @property
    def town_spending(self) -> float:
        """Share of spending on the town's good at which both goods cost one."""
        made = self.town * self.jobs**self.town_share
        return float(made / (made + self.country * (self.people - self.in_town) ** self.country_share))

    def _rural_wage(self, in_town: float) -> float:
        return float(self.country_share * self.country * (self.people - in_town) ** (self.country_share - 1))

    def parts(self) -> Mapping[str, Any]:
        """The description of the corner: where people are, productivities with the constants of unit costs, spending."""
        town, country = self.town_share, self.country_share
        # x log x is zero at x = 0: a country that needs no land
        scale = [np.exp(sum(part * np.log(part) for part in (b, 1 - b) if part > 0)) for b in (country, town)]
        return {
            "people": np.array([self.in_town, self.people - self.in_town]),
            "productivity": np.array([[0.0, self.town * scale[1]], [self.country * scale[0], 0.0]]),
            "technology": replace(
                described("theory_harris_todaro").technology,
                labour=np.array([country, town]),
                land=np.array([1 - country, 1 - town]),
                spending=np.array([1 - self.town_spending, self.town_spending]),
            ),
        }


def floor_of(wage: float) -> PolicyInForce:
    """The policy `minimum_wage` for towns, from the first year on."""
    return law("floor", "minimum_wage", floor=wage)


def _read(economy: DualEconomy) -> Reading:
    return read(model_of(corner(_NAME, economy.parts()), [floor_of(economy.floor)]))


def rows() -> Iterator[Row]:
    """The example of the design, then a wage of the country that stays, both with people where theory has them.

    Spending is such that both goods cost one there, so these rows hold the markets and the values of places; `todaro`
    lets people settle by their own choice.
    """
    economy = DualEconomy()
    ours = _read(economy)
    jobs = ours.clearing.employment[0] * ours.persons[0]
    exact = np.array([economy.jobs, economy.floor * economy.jobs / economy.in_town])
    found = np.array([jobs, ours.clearing.wage[1]])
    yield Row("jobs in town, rural wage, people put there", _NAME, _HARRIS_TODARO, exact, found)
    unemployed = 1 - economy.rural_wage / economy.floor
    idle = 1 - float(ours.clearing.employment[0])
    yield Row("unemployment 1 - w / W, people put there", _NAME, _HARRIS_TODARO, unemployed, idle)
    yield Row("nobody put there gains by moving", _NAME, _HARRIS_TODARO, 0.0, float(np.ptp(ours.values)))
    yield from _constant_rural_wage()


def _constant_rural_wage() -> Iterator[Row]:
    """Rural wage 1, floor 2: half the town is out of work whatever its jobs."""
    towns = [DualEconomy(town=town, country=1.0, country_share=1.0, floor=2.0) for town in (7.0, 7.2)]
    found = [_read(town) for town in towns]
    idle_there = np.array([1 - one.clearing.employment[0] for one in found])
    yield Row("unemployment, rural wage 1 and floor 2", _NAME, _HARRIS_TODARO, np.full(2, 0.5), idle_there)
    gap = max(float(np.ptp(one.values)) for one in found)
    yield Row("nobody gains by moving, two sizes of the town", _NAME, _HARRIS_TODARO, 0.0, gap)
