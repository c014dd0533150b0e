"""The cheapest mix of a package's terms that meets a target with a given probability: every mix tried is an experiment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.analysis.doubt.counting import losers, means_of_draws, probability, within
from sim.analysis.doubt.opened import open_experiment
from sim.analysis.doubt.parted import Mix
from sim.analysis.doubt.readings import INCOME, NET_COST, draws_by_seeds
from sim.analysis.saving import default_folder
from sim.arrays import Array
from sim.errors import DesignError
from sim.experiments.doubt import run
from sim.experiments.executors import Where
from sim.experiments.plan import Plan
from sim.experiments.runner import Progress
from sim.experiments.sampling.search import Search, Term, search
from sim.experiments.task import drawn


@dataclass(frozen=True)
class Cheapest:
    """All mixes tried in their order, and the search that asked for them."""

    search: Search
    mixes: tuple[Mix, ...]
    folder: Path


def terms_of(plan: Plan) -> tuple[Term, ...]:
    """The terms to be chosen; raises DesignError where the file does not ask for a mix of one package and a target."""
    if not plan.words.choose:
        raise DesignError(f"{plan.file} has no choose, which says between what ends a term may be chosen.")
    if len(plan.policies) != 1 or not plan.words.questions or plan.words.questions[0].of != "value":
        raise DesignError(
            f"{plan.file}: a mix is sought in one scenario under compare, for a target, the first of questions."
        )
    if len(plan.looks) > 1:
        raise DesignError(f"{plan.file}: a search takes one number of replicates; the file gives at_least and at_most.")
    return tuple(Term(path, *ends) for path, ends in plan.words.choose.items())


def cheapest_mix(
    plan: Plan,
    out: Path | None,
    where: Where,
    wanted: float,
    tries: int,
    method: str,
    progress: Progress,
    begins: Callable[[Path, int, int], object],
    waits: Callable[[Path], object],
) -> Cheapest:
    """Search for the cheapest mix whose probability of the target is `wanted` at least, trying `tries` at most.

    Every batch of mixes is an experiment in a folder `step-1`, `step-2`, ... of the one returned: what a search asks for
    depends on earlier answers alone, so asked again it finds them, and only what is missing is run. Raises FactorFlowError.
    """
    terms = terms_of(plan)
    folder = default_folder(f"{plan.name}-design", plan.digest()) if out is None else out
    tried: list[Mix] = []
    steps = 0

    def evaluate(mixes: Array) -> tuple[Array, Array]:
        nonlocal steps
        steps += 1
        batch = _batch(plan, terms, mixes)
        path = run(batch, folder / f"step-{steps}", where, progress, begins, waits, shares=True)
        found = [
            _read(label, dict(zip([t.path for t in terms], row, strict=True)), path)
            for label, row in zip(batch.policies, mixes.tolist(), strict=True)
        ]
        tried.extend(found)
        chances = [float("nan") if one.chance is None else one.chance.value for one in found]
        return np.array([one.cost for one in found]), np.array(chances)

    return Cheapest(search(terms, evaluate, wanted, tries, method, plan.words.design.seed), tuple(tried), folder)


def _batch(plan: Plan, terms: tuple[Term, ...], mixes: Array) -> Plan:
    """The experiment of some mixes: the package with other terms, each under the same draws."""
    ((name, package),) = plan.policies.items()
    tables = None if isinstance(package.plays_in, str) else package.plays_in
    policies = {}
    for row in mixes.tolist():
        label = "mix " + " ".join(f"{value:.10g}" for value in row)
        values = {term.path: value for term, value in zip(terms, row, strict=True)}
        policies[label] = drawn(package, values).come_from(label, {}, tables)
    distributions = {plan.baseline.name: plan.distributions[plan.baseline.name]}
    distributions |= {label: plan.distributions[name] for label in policies}
    return replace(plan, verb="design", policies=policies, distributions=distributions, notes=())


def _read(label: str, terms: dict[str, float], folder: Path) -> Mix:
    words, frame = open_experiment(folder)
    place, last = str(words["world"]), int(words["last_year"])
    shape = int(words["draws"]), int(words["replicates"])
    target = words["questions"][0]
    values = draws_by_seeds(frame, label, target["measure"], target["place"], target["year"], "value", *shape)
    chance = probability(within(values, target.get("at_least"), target.get("at_most"))) if np.isfinite(values).any() else None
    costs, counted = means_of_draws(draws_by_seeds(frame, label, NET_COST, place, last, "difference", *shape))
    cells = frame[frame["measure"] == INCOME]["place"].drop_duplicates().tolist()
    changed = np.stack([draws_by_seeds(frame, label, INCOME, cell, last, "difference", *shape) for cell in cells])
    cost = float(costs[counted].mean()) if counted.any() else float("nan")
    return Mix(terms, cost, chance, losers(changed, cells), folder)
