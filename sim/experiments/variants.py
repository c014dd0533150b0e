"""Other sets of tasks from what an experiment or a scenario says: Saltelli's design, and all subsets of a package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.analysis.doubt.shapley import MOST, subsets
from sim.errors import DesignError, FactorFlowError
from sim.experiments.plan import Plan
from sim.experiments.sampling.distributions import Distribution
from sim.experiments.sampling.samplers import saltelli
from sim.scenario.experiment import Asked, Experiment, Replicates
from sim.scenario.schema import Scenario

NONE = "none"


def for_indices(plan: Plan, rows: int) -> Plan:
    """The same experiment on Saltelli's design of so many rows, (k + 2) draws each; raises FactorFlowError."""
    if len(plan.looks) > 1:
        raise DesignError(f"{plan.file}: indices take one number of replicates; the file gives at_least and at_most.")
    shares = saltelli(rows, plan.dimensions, plan.words.design.seed)
    return replace(plan, verb="sense", shares=shares, notes=())


def parameters_of(plan: Plan) -> list[str]:
    """What the indices are of: every path with a distribution, and the posterior as a whole."""
    return [*plan.own, *(["posterior"] if plan.posterior else [])]


def for_shares(scenario: Scenario, file: str, replicates: int, questions: tuple[Asked, ...] = ()) -> tuple[Plan, list[str]]:
    """All subsets of a scenario's policies as an experiment without draws, and the policies in order of their bits.

    The baseline is the scenario without any. Raises FactorFlowError where there are too few or too many policies.
    """
    names = list(scenario.policies)
    if not 2 <= len(names) <= MOST:
        few = "nothing to divide" if len(names) < 2 else f"{2 ** len(names):,} subsets"
        raise FactorFlowError(f"{file} has {len(names)} policies: {few}. Shares are of 2 to {MOST} policies.")
    every = {}
    for members in subsets(len(names)):
        chosen = [names[i] for i in members]
        label = "+".join(chosen) or NONE
        plain = scenario.model_copy(update={"policies": {name: scenario.policies[name] for name in chosen}})
        title = " and ".join(chosen) if chosen else "None of the policies"
        every[label] = plain.model_copy(update={"title": title[:200], "targets": ()}).come_from(
            label, {}, None if isinstance(scenario.plays_in, str) else scenario.plays_in
        )
    words = Experiment(
        schema_=1,
        kind="experiment",
        title=scenario.title,
        compare=tuple(every)[1:],
        to=NONE,
        uncertain={},
        replicates=Replicates(at_least=replicates, at_most=replicates),
        questions=questions,
    )
    policies = {name: one for name, one in every.items() if name != NONE}
    empty: dict[str, dict[str, Distribution]] = {name: {} for name in every}
    return Plan(file, scenario.name, words, every[NONE], policies, empty, None, (), "decompose", np.zeros((1, 0))), names
