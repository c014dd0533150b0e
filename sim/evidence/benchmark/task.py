"""The yearly task all engines are given: choose among cells by logit, move, earn, save, report means and the Gini."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from sim.agents.choice import choice_shares
from sim.arrays import Array, Index

KEPT, SAVED = 0.9, 0.1  # what a year leaves of wealth, and the share of pay that is added
_ELASTICITY, _CROWDING, _DISTANCE, _AWAY = 1.5, 0.2, 2.0, 1.0


class Report(NamedTuple):
    """What a year reports: agents by cell and mean wealth by cell, (cell,), mean wealth and its Gini over all agents."""

    people: Index
    wealth_by_cell: Array
    wealth: float
    gini: float


class Engine(Protocol):
    """Anything that simulates years of the task."""

    def year(self) -> Report:
        """Simulate one year."""


@dataclass(frozen=True)
class Task:
    """Agents with a home, a cell and wealth among cells with a pay that falls as they fill; numbers without a unit.

    Every year every agent chooses a cell: p_hd ~ exp(kappa (log pay_d - cost_hd)), moves there, earns pay_d, and keeps
    wealth' = 0.9 wealth + 0.1 pay_d. pay_d = quality_d (people_d / mean people)^-0.2 on last year's people.
    """

    agents: int
    cells: int
    seed: int = 7

    @cached_property
    def _quality(self) -> Array:
        return np.asarray(np.exp(np.random.default_rng(self.seed + 2).normal(0.0, 0.3, self.cells)))

    def start(self) -> tuple[Index, Array]:
        """Homes and first wealth of all agents, (agent,)."""
        rng = np.random.default_rng(self.seed)
        return rng.integers(0, self.cells, self.agents), rng.lognormal(0.0, 0.6, self.agents)

    def cost(self) -> Array:
        """Log cost of living in a place for those of a home, (home, place)."""
        place = np.random.default_rng(self.seed + 1).random((self.cells, 2))
        distance = np.hypot(*(place[:, None] - place[None]).T)
        return np.asarray(_DISTANCE * distance + _AWAY * (distance > 0))

    def pay(self, people: ArrayLike) -> Array:
        """Pay in every cell, (cell,)."""
        return np.asarray(self._quality * (np.maximum(people, 1) * self.cells / self.agents) ** -_CROWDING)


def shares(cost: Array, pay: Array) -> Array:
    """Shares of places by home, (home, place), of the logit choice at this pay."""
    return choice_shares(np.ones_like(cost), _ELASTICITY, np.log(pay) - cost, np.zeros_like(cost))
