"""What will fail is known before: the worlds of an experiment's first draws are built, and nothing is lived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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
    """Draws that were tried, how many of them have no base year without policy, and why.

    others: by scenario the draws in which it alone has none, by parameters of its own. again: whether some parameters are
    estimated again at each draw, which here stand at their values in force.
    """

    tried: int
    failed: int
    kinds: tuple[Failing, ...]
    others: Mapping[str, int]
    again: bool

    def sentences(self) -> list[str]:
        """What a reader has to know before the experiment is run; nothing where every world can be built."""
        found = []
        if self.failed:
            found.append(
                f"In {self.failed:,} of the first {self.tried:,} draws no world can be built: they are rows with a reason."
            )
        for name, count in self.others.items():
            found.append(
                f"In {count:,} of the first {self.tried:,} draws the world of {name} cannot be built, though that of the "
                "baseline can."
            )
        if found and self.again:
            found.append("What is estimated again at a draw stood at its value in force here, so it may be in others.")
        return [*found, *(f"{one}." for one in self.kinds)]

    def faults(self, plan: Plan) -> list[Fault]:
        """The fault of an experiment of which nothing would be left; under `refit` that is not known before."""
        if self.failed < plan.draws or self.again:
            return []
        first = printable(self.kinds[0].reason, 300)
        return [Fault(plan.file, plan.lines.get("uncertain", 1), "uncertain", f"no draw has a base year: {first}")]


def foreseen(plan: Plan) -> Foreseen:
    """Whether the worlds of the first draws can be built, every set of parameters once: of the baseline, then of others."""
    paths = [path for path in plan.paths if path.startswith("parameters.")]
    if not paths:
        return Foreseen(0, 0, (), {}, bool(plan.refit))
    tried, reasons, others = min(_MOST, plan.draws), dict[int, str](), Counter[str]()
    scenarios = sorted(plan.scenarios, key=lambda one: one.name != plan.baseline.name)  # the baseline first
    for number, values in numbered(plan):
        if number == tried:
            break
        answers = dict[tuple[tuple[str, float], ...], str | None]()
        for one in scenarios:
            own = tuple(sorted(drawn(one, values[one.name]).parameters.items()))
            if own not in answers:
                answers[own] = _why_not(plan, dict(own))
            why = answers[own]
            if why is not None and one.name == plan.baseline.name:
                reasons[number] = why
            elif why is not None and number not in reasons:
                others[one.name] += 1
    columns = [plan.drawn[plan.baseline.name].get(path) for path in paths]
    table = [np.full(tried, np.nan) if column is None else column[:tried] for column in columns]
    kinds = failing(reasons, np.array(table, dtype=float).T, paths)
    return Foreseen(tried, len(reasons), kinds, dict(others), bool(plan.refit))


def _why_not(plan: Plan, parameters: dict[str, float]) -> str | None:
    """Why no world can be built with these parameters; None where one can."""
    try:
        build_world(plan.baseline.plays_in, parameters)
    except WorldError as reason:
        return str(reason)
    return None
