"""The task on mesa-frames, where it is installed: agents as a Polars data frame, whole columns at a time."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from sim.agents.choice import cumulative_shares
from sim.evidence.benchmark.numpy_columns import histogram_gini
from sim.evidence.benchmark.task import KEPT, SAVED, Engine, Report, Task, shares


def available() -> bool:
    """Whether mesa-frames is installed in a version this file was written for (0.1.0)."""
    return find_spec("mesa_frames") is not None and hasattr(import_module("mesa_frames"), "AgentSetPolars")


def frames_engine(task: Task) -> Engine:
    """The task as a model of mesa-frames."""
    frames, polars = import_module("mesa_frames"), import_module("polars")

    class Workers(frames.AgentSetPolars):  # type: ignore[misc, name-defined]
        """Workers as a data frame."""

        def step(self) -> None:
            """Choose, move, earn and save, columns at a time."""
            model, home = self.model, self["home"].to_numpy()
            found = np.searchsorted(model.table, model.random.random(len(home)) + home, side="right")
            cell = found - home * task.cells
            self["cell"] = polars.Series(cell)
            self["wealth"] = KEPT * self["wealth"] + polars.Series(SAVED * model.pay[cell])

    class FramesModel(frames.ModelDF):  # type: ignore[misc, name-defined]
        """The task in mesa-frames."""

        def __init__(self) -> None:
            """The task at its start."""
            super().__init__(task.seed)
            home, wealth = task.start()
            workers: Any = Workers(self)
            number = np.arange(task.agents)
            workers.add(polars.DataFrame({"unique_id": number, "home": home, "cell": home, "wealth": wealth}))
            self.agents += workers
            self.cost, self.people = task.cost(), np.bincount(home, minlength=task.cells)

        def year(self) -> Report:
            """Simulate one year."""
            self.pay = task.pay(self.people)
            cumulative = cumulative_shares(shares(self.cost, self.pay))
            self.table = (cumulative + np.arange(task.cells)[:, None]).ravel()
            self.agents.do("step")
            workers = self.get_agents_of_type(Workers)
            cell, wealth = workers["cell"].to_numpy(), workers["wealth"].to_numpy()
            self.people = np.bincount(cell, minlength=task.cells)
            held = np.bincount(cell, weights=wealth, minlength=task.cells)
            return Report(self.people, held / np.maximum(self.people, 1), float(wealth.mean()), histogram_gini(wealth))

    engine: Engine = FramesModel()
    return engine
