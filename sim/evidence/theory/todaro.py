"""Jobs below labour supply where people settle by choice: one good made in a town with a wage floor and in the country."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from sim.evidence.theory.corner import Reading, corner, settled
from sim.evidence.theory.jobs import floor_of
from sim.evidence.theory.row import Row
from sim.world.theory import described

_HARRIS_TODARO = "Harris and Todaro (1970)"
_NAME = "todaro"


@dataclass(frozen=True)
class OneGood:
    """One good, freely traded at price one: a town makes A_u E^b T_u^(1-b) under a floor W, a country A_r L_r^b T_r^(1-b).

    Of people L, those in town (with or without a job) are to those in the country as expected wages to the power kappa;
    goods of the two places are imperfect substitutes with the elasticity of trade theta. kappa and theta to infinity
    give Harris and Todaro (1970): W = b A_u E^(b-1) T_u^(1-b), W E / L_u = w = b A_r (L - L_u)^(b-1) T_r^(1-b).
    """

    people: float = 100.0
    share: float = 0.7
    town: float = 10.0
    country: float = 4.0
    town_land: float = 1.0
    country_land: float = 1.0
    floor: float = 2.5
    kappa: float = 50.0
    theta: float = 4.0

    @property
    def in_town(self) -> float:
        """L_u: the odds x of the town solve R_u / R_r = q = x^((1+kappa)/kappa)."""
        odds = self._odds
        return self.people * odds / (1 + odds)

    @property
    def jobs(self) -> float:
        """E = b R_u / W."""
        return self.share * self._revenues(self._odds)[0] / self.floor

    @property
    def rural_wage(self) -> float:
        """w = b R_r / L_r."""
        return self.share * self._revenues(self._odds)[1] / (self.people - self.in_town)

    @property
    def expected_wage(self) -> float:
        """W E / L_u."""
        return self.floor * self.jobs / self.in_town

    def drawn(self, rise: float) -> float:
        """People who come to town for a job more in it, where its productivity rises by `rise` log points."""
        better = replace(self, town=self.town * float(np.exp(rise)))
        return (better.in_town - self.in_town) / (better.jobs - self.jobs)

    @property
    def _odds(self) -> float:
        def excess(log_odds: float) -> float:
            town, country = self._revenues(float(np.exp(log_odds)))
            return float(np.log(town / country) - log_odds * self._power)

        return float(np.exp(brentq(excess, -200.0, 200.0, xtol=1e-15)))

    @property
    def _power(self) -> float:
        return 1.0 if np.isinf(self.kappa) else (1 + self.kappa) / self.kappa

    def _revenues(self, odds: float) -> tuple[float, float]:
        """R_u and R_r at these odds, from unit costs c_i = (R_i / R)^(-1/theta) with R the sum of both.

        R_u = ((1+q)/q)^(1/(theta (1-b))) (b^b A_u W^-b)^(1/(1-b)) T_u,   R_r = (1+q)^(1/theta) A_r L_r^b T_r^(1-b).
        """
        b, q = self.share, odds**self._power
        town = ((1 + q) / q) ** (1 / (self.theta * (1 - b))) * (b**b * self.town * self.floor**-b) ** (1 / (1 - b))
        left = self.people / (1 + odds)
        country = (1 + q) ** (1 / self.theta) * self.country * left**b * self.country_land ** (1 - b)
        return town * self.town_land, country

    def parts(self, town_start: float) -> Mapping[str, Any]:
        """The description of the corner, with the share `town_start` of all people in town at first."""
        scale = self.share**self.share * (1 - self.share) ** (1 - self.share)  # unit costs carry no constant
        return {
            "people": self.people * np.array([town_start, 1 - town_start]),
            "land": np.array([self.town_land, self.country_land]),
            "productivity": np.array([[self.town], [self.country]]) * scale,
            "technology": replace(
                described("theory_todaro").technology, labour=np.array([self.share]), land=np.array([1 - self.share])
            ),
        }


def settle(economy: OneGood, town_start: float) -> Reading:
    """The model at rest with this floor, from the share `town_start` of all people in town."""
    elastic = {"labour_choice_elasticity": economy.kappa, "trade_elasticity": economy.theta}
    return settled(corner(_NAME, economy.parts(town_start), **elastic), [floor_of(economy.floor)])


def rows() -> Iterator[Row]:
    """Three floors from two far starts, then the people drawn by a new job: nobody is put where theory has them."""
    for floor in (2.0, 2.5, 3.5):
        economy = OneGood(floor=floor)
        exact = np.array([economy.in_town, economy.jobs, economy.rural_wage, economy.expected_wage])
        found = np.array([numbers(settle(economy, start)) for start in (0.2, 0.95)])
        name = f"people, jobs, w, W E / L_u at floor {floor:g}"
        yield Row(name, _NAME, _HARRIS_TODARO, np.tile(exact, (2, 1)), found)
    yield from _paradox()


def numbers(reading: Reading) -> tuple[float, float, float, float]:
    """People and jobs in town, the wage of the country and the expected wage of the town."""
    clearing, persons = reading.clearing, reading.persons
    jobs = clearing.employment[0] * persons[0]
    return float(persons[0]), float(jobs), float(clearing.wage[1]), float(clearing.wage[0])


def _paradox() -> Iterator[Row]:
    """A town whose productivity rises has more jobs and, since more than one comes for each, more unemployed.

    Where the wage of the country stays and both elasticities go to infinity, a job draws W / w people.
    """
    economy, rise = OneGood(theta=20.0, floor=3.0), 0.02
    before, after = (numbers(settle(one, 0.2)) for one in (economy, replace(economy, town=10 * float(np.exp(rise)))))
    drawn = (after[0] - before[0]) / (after[1] - before[1])
    yield Row("people who come to town for a new job", _NAME, "Todaro (1969)", economy.drawn(rise), drawn)
