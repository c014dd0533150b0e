"""Candidates for the cheapest mix of policies: what to try next, given what was found; the same at every repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from sim.analysis.doubt.cheapest import Cheapest, cheapest
from sim.arrays import Array
from sim.errors import DesignError
from sim.experiments.sampling.samplers import unit_draws
from sim.hints import one_of

Steps = tuple[int, ...]  # a mix as whole steps above the lower ends
Found = dict[Steps, tuple[float, float]]  # cost and probability of what was tried
Evaluate = Callable[[Array], tuple[Array, Array]]  # mixes (mix, term) to costs (mix,) and probabilities (mix,)
METHODS = {
    "coordinates": "all mixes where the budget allows, else a Sobol design and from its best one steps along terms and pairs",
    "optuna": "the tree-structured Parzen estimator of Optuna; asks for the extra `search`",
}
_BATCH = 8


@dataclass(frozen=True)
class Term:
    """A term of a policy that is to be chosen: its path, its ends and its step, in its unit."""

    path: str
    low: float
    high: float
    step: float

    @property
    def steps(self) -> int:
        """Whole steps from the lower to the upper end."""
        return int((self.high - self.low) / self.step + 1e-9)


@dataclass(frozen=True)
class Search:
    """Every mix tried (mix, term) in the order of trying, its cost and probability, and which is cheapest."""

    terms: tuple[Term, ...]
    mixes: Array
    cost: Array
    probability: Array
    answer: Cheapest
    complete: bool  # whether the search came to its end, rather than to the end of its budget

    @property
    def best(self) -> dict[str, float] | None:
        """The cheapest mix that meets the target by path; None where none tried does."""
        row = self.answer.row
        return None if row is None else {term.path: float(self.mixes[row, i]) for i, term in enumerate(self.terms)}


def search(
    terms: Sequence[Term], evaluate: Evaluate, wanted: float, budget: int, method: str = "coordinates", seed: int = 0
) -> Search:
    """Search for the cheapest mix whose probability is `wanted` at least, trying `budget` mixes at most.

    evaluate: costs and probabilities of mixes, each a set of tasks, NaN where one failed. What is asked for depends on the
    arguments and earlier answers alone, so a search that was killed is taken up by calling it again with an `evaluate` that
    finds finished tasks in its store: it asks for the same mixes in the same order. Raises DesignError.
    """
    if method not in METHODS:
        raise DesignError(f"found method {method!r}. {one_of(method, METHODS)}")
    wrong = [term for term in terms if not (term.step > 0 and term.high > term.low and term.steps >= 1)]
    if wrong or not terms or budget < 1:
        raise DesignError(
            f"a search takes terms with low < high and a step that fits in, and a budget; found {wrong or budget}."
        )
    found: Found = {}
    proposals = (
        _coordinates(terms, found, wanted, budget, seed) if method == "coordinates" else _parzen(terms, found, wanted, seed)
    )
    complete = True
    for batch in proposals:
        fresh = list(dict.fromkeys(one for one in batch if one not in found))
        if fresh[budget - len(found) :]:
            fresh, complete = fresh[: budget - len(found)], False
        if fresh:
            cost, probability = evaluate(np.array([_mix(terms, one) for one in fresh]))
            found |= {one: (float(cost[i]), float(probability[i])) for i, one in enumerate(fresh)}
        if method == "optuna" and len(found) >= budget:
            complete = False
        if not complete:
            break
    mixes = np.array([_mix(terms, one) for one in found])
    cost, probability = np.array(list(found.values())).T
    return Search(tuple(terms), mixes, cost, probability, cheapest(cost, probability, wanted), complete)


def _mix(terms: Sequence[Term], steps: Steps) -> list[float]:
    return [round(term.low + count * term.step, 12) for term, count in zip(terms, steps, strict=True)]


def _worth(found: Found, one: Steps, wanted: float) -> tuple[int, float]:
    """The smaller the better: mixes that meet the target by cost, before the others by what they lack, before failed ones."""
    cost, probability = found.get(one, (np.nan, np.nan))
    if not np.isfinite([cost, probability]).all():
        return 2, 0.0
    return (0, cost) if probability >= wanted else (1, wanted - probability)


def _coordinates(terms: Sequence[Term], found: Found, wanted: float, budget: int, seed: int) -> Iterator[list[Steps]]:
    """All mixes where the budget allows; else a Sobol design, then steps from the best that halve when none is better.

    A step changes one term, or raises one and lowers another: at the edge of the target no single term can be lowered,
    while an exchange of a dear one for a cheap one still can.
    """
    ends = [term.steps for term in terms]
    if np.prod([end + 1.0 for end in ends]) <= budget:
        yield list(product(*(range(end + 1) for end in ends)))
        return
    draws = 1 << max(2, (budget // 4).bit_length() - 1)
    points = unit_draws("sobol", draws, len(terms), seed)
    spread = [tuple(int(u * (end + 1)) for u, end in zip(point, ends, strict=True)) for point in points]
    yield [tuple(ends), *spread]
    sizes = [max(1, end // 4) for end in ends]
    while True:
        best = min(found, key=lambda one: (_worth(found, one, wanted), one))
        around = _neighbours(best, sizes, ends)
        yield around
        if min(_worth(found, one, wanted) for one in around) < _worth(found, best, wanted):
            continue
        if max(sizes) == 1:
            return
        sizes = [max(1, size // 2) for size in sizes]


def _neighbours(best: Steps, sizes: Sequence[int], ends: Sequence[int]) -> list[Steps]:
    count = range(len(best))
    moves = [{i: sign * sizes[i]} for i in count for sign in (-1, 1)]
    moves += [{i: sizes[i], j: -sizes[j]} for i in count for j in count if i != j]
    all_of_them = (tuple(min(max(best[i] + move.get(i, 0), 0), ends[i]) for i in count) for move in moves)
    return [one for one in dict.fromkeys(all_of_them) if one != best]


def _parzen(terms: Sequence[Term], found: Found, wanted: float, seed: int) -> Iterator[list[Steps]]:
    """Batches that Optuna's sampler asks for (Bergstra et al. 2011), until it asks three times for nothing new."""
    optuna = _optuna()
    quiet = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        names = [f"{i}" for i in range(len(terms))]
        space = {name: optuna.distributions.IntDistribution(0, term.steps) for name, term in zip(names, terms, strict=True)}
        idle = 0
        while idle < 3:
            trials = [study.ask(space) for _ in range(_BATCH)]
            batch: list[Steps] = [tuple(int(trial.params[name]) for name in names) for trial in trials]
            idle = idle + 1 if all(one in found for one in batch) else 0
            yield batch
            dearest = max((cost for cost, _ in found.values() if np.isfinite(cost)), default=0.0)
            for trial, one in zip(trials, batch, strict=True):
                tier, size = _worth(found, one, wanted)
                study.tell(trial, size if tier == 0 else dearest * (1 + size) + size + tier)
    finally:
        optuna.logging.set_verbosity(quiet)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as missing:
        raise DesignError("method optuna takes Optuna: pip install 'factorflow[search]'; or method coordinates.") from missing
    return optuna
