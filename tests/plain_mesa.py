"""The reference of `factorflow bench`: its task as plain Mesa agents, as Mesa's tutorials write them.

One generosity: agents act in their order (`do`), since the task does not depend on it and `shuffle_do` takes longer.
"""

from bisect import bisect_right

import mesa
import numpy as np

from sim.evidence.benchmark.task import KEPT, SAVED, Report, shares


class Worker(mesa.Agent):
    """A worker with a home, a cell and wealth."""

    def __init__(self, model, home, wealth):
        super().__init__(model)
        self.home = home
        self.cell = home
        self.wealth = wealth

    def choose(self):
        """A cell drawn from the logit shares of home."""
        return bisect_right(self.model.cumulative_shares[self.home], self.random.random())

    def move(self, cell):
        """Go to a cell."""
        self.cell = cell

    def earn(self):
        """The pay of a year."""
        return self.model.pay[self.cell]

    def save(self, income):
        """Add to wealth what is saved of an income."""
        self.wealth = KEPT * self.wealth + SAVED * income

    def step(self):
        """Live through a year."""
        self.move(self.choose())
        self.save(self.earn())


class PlainMesa(mesa.Model):
    """The task on objects."""

    def __init__(self, task):
        super().__init__(seed=task.seed)
        self.task, self.cost = task, task.cost()
        homes, wealths = task.start()
        for home, wealth in zip(homes.tolist(), wealths.tolist(), strict=True):
            Worker(self, home, wealth)
        self.people = self.count()[0]

    def count(self):
        """Agents and their wealth by cell."""
        people, held = [0] * self.task.cells, [0.0] * self.task.cells
        for agent in self.agents:
            people[agent.cell] += 1
            held[agent.cell] += agent.wealth
        return people, held

    def gini(self):
        """The Gini coefficient of wealth, as in Mesa's tutorial."""
        wealths = sorted(self.agents.get("wealth"))
        number = len(wealths)
        area = sum(wealth * (number - place) for place, wealth in enumerate(wealths)) / (number * sum(wealths))
        return 1 + 1 / number - 2 * area

    def year(self):
        """Live through one year."""
        pay = self.task.pay(self.people)
        running = shares(self.cost, pay).cumsum(axis=1)
        running[:, -1] = 1.0
        self.pay, self.cumulative_shares = pay.tolist(), running.tolist()
        self.agents.do("step")
        self.people, held = self.count()
        by_cell = [wealth / max(people, 1) for people, wealth in zip(self.people, held, strict=True)]
        return Report(self.people, by_cell, sum(held) / self.task.agents, self.gini())


class NumpyStatistics(PlainMesa):
    """The same agents; what is reported of them is counted by NumPy."""

    def count(self):
        """Agents and their wealth by cell."""
        cell, self.wealths = (np.array(self.agents.get(name)) for name in ("cell", "wealth"))
        people = np.bincount(cell, minlength=self.task.cells)
        return people.tolist(), np.bincount(cell, weights=self.wealths, minlength=self.task.cells).tolist()

    def gini(self):
        """The Gini coefficient of wealth."""
        wealths = np.sort(self.wealths)
        number = wealths.size
        area = float(wealths @ (number - np.arange(number))) / (number * float(wealths.sum()))
        return 1 + 1 / number - 2 * area
