"""The task in NumPy: whole columns at a time, as one would write it without a compiler."""

from __future__ import annotations

import numpy as np

from sim.agents.choice import cumulative_shares
from sim.agents.distribution import SHIFT, Distribution, bins
from sim.arrays import Array
from sim.evidence.benchmark.task import KEPT, SAVED, Report, Task, shares

_BINS = bins(-4, 4)


class NumpyEngine:
    """Columns as NumPy makes them: eight bytes a number."""

    def __init__(self, task: Task) -> None:
        """The task at its start."""
        self.task, self.cost = task, task.cost()
        self.home, self.wealth = task.start()
        self.people = np.bincount(self.home, minlength=task.cells)
        self.rng = np.random.default_rng(task.seed + 3)

    def year(self) -> Report:
        """Simulate one year."""
        task, pay = self.task, self.task.pay(self.people)
        cumulative = cumulative_shares(shares(self.cost, pay))
        # rows one above the other make a single sorted table, so one search serves all homes
        table = (cumulative + np.arange(task.cells)[:, None]).ravel()
        found = np.searchsorted(table, self.rng.random(task.agents) + self.home, side="right")
        cell = found - self.home * task.cells
        self.wealth = KEPT * self.wealth + SAVED * pay[cell]
        self.people = np.bincount(cell, minlength=task.cells)
        held = np.bincount(cell, weights=self.wealth, minlength=task.cells)
        by_cell = held / np.maximum(self.people, 1)
        return Report(self.people, by_cell, float(self.wealth.mean()), histogram_gini(self.wealth))


def histogram_gini(values: Array) -> float:
    """The Gini coefficient from the same histogram as the kernel's, filled by NumPy."""
    place = np.clip((values.view(np.int64) >> SHIFT) - _BINS.first, 0, _BINS.number - 1)
    return Distribution(np.bincount(place, minlength=_BINS.number), _BINS).gini()
