"""What will fail is known before: the worlds of an experiment's first draws are built, and nothing is lived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.doubt.failing import Failing, failing
from sim.errors import Fault, WorldError, printable
from sim.experiments.plan import Plan, numbered
from sim.experiments.task import drawn
from sim.world.build import build_world

_MOST = 64  # draws tried, some seconds


@dataclass(frozen=True)
class Foreseen:
    """Draws that were tried, how many of them have no base year, and why."""

    tried: int
    failed: int
    kinds: tuple[Failing, ...]

    def sentences(self) -> list[str]:
        """What a reader has to know before the experiment is run; nothing where every world can be built."""
        if not self.failed:
            return []
        first = f"In {self.failed:,} of the first {self.tried:,} draws no world can be built: they are rows with a reason."
        return [first, *(f"{one}." for one in self.kinds)]

    def faults(self, plan: Plan) -> list[Fault]:
        """The fault of an experiment of which nothing would be left."""
        if self.failed < plan.draws:
            return []
        first = printable(self.kinds[0].reason, 300)
        return [Fault(plan.file, plan.lines.get("uncertain", 1), "uncertain", f"no draw has a base year: {first}")]


def foreseen(plan: Plan) -> Foreseen:
    """Whether the worlds of the first draws can be built, every set of parameters once."""
    paths = [path for path in plan.paths if path.startswith("parameters.")]
    if not paths:
        return Foreseen(0, 0, ())
    tried, reasons = min(_MOST, plan.draws), dict[int, str]()
    for number, values in numbered(plan):
        if number == tried:
            break
        own = [drawn(one, values[one.name]).parameters for one in plan.scenarios]
        for parameters in dict.fromkeys(tuple(sorted(each.items())) for each in own):
            try:
                build_world(plan.baseline.plays_in, dict(parameters))
            except WorldError as reason:
                reasons.setdefault(number, str(reason))
    columns = [plan.drawn[plan.baseline.name].get(path) for path in paths]
    table = [np.full(tried, np.nan) if column is None else column[:tried] for column in columns]
    return Foreseen(tried, len(reasons), failing(reasons, np.array(table, dtype=float).T, paths))
