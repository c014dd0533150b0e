"""What is worked out from tables of other designs: indices of sensitivity, shares of a package's policies, mixes tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.doubt.counting import Count, Probability, means_of_draws
from sim.analysis.doubt.readings import RATIO, draws_by_seeds
from sim.analysis.doubt.shapley import pairs, shapley, subsets, whole_columns
from sim.analysis.doubt.sobol import Indices, sobol_indices
from sim.arrays import Array
from sim.errors import ResultsError


def indices(frame: pd.DataFrame, words: Mapping[str, Any], parameters: Sequence[str]) -> dict[str, Indices]:
    """Sobol indices of what each policy changes of the ratio in the last year, means over seeds; raises DesignError."""
    place, year, draws, seeds = str(words["world"]), int(words["last_year"]), int(words["draws"]), int(words["replicates"])
    found = {}
    for policy in words["order"]:
        means, _ = means_of_draws(draws_by_seeds(frame, policy, RATIO, place, year, "difference", draws, seeds))
        rows = means.reshape(-1, len(parameters) + 2)
        found[policy] = sobol_indices(rows[:, 0], rows[:, -1], rows[:, 1:-1].T)
    return found


@dataclass(frozen=True)
class Mix:
    """One mix that was tried: its terms by path, mean net public cost, probability with interval, and who loses."""

    terms: dict[str, float]
    cost: float
    chance: Probability | None
    lose: tuple[tuple[str, Count], ...]
    folder: Path


@dataclass(frozen=True)
class Share:
    """What a policy contributes to the effect of its package: mean and 90% band over replicates, alone, and last."""

    policy: str
    mean: float
    low: float
    high: float
    alone: float
    last: float


@dataclass(frozen=True)
class Shares:
    """The division of a package's effect in one measure; shares sum to `whole`. left_out: replicates with a failed subset."""

    measure: str
    place: str
    year: int
    whole: float
    shares: tuple[Share, ...]
    pairs: tuple[tuple[str, str, float], ...]
    replicates: int
    left_out: int

    def to_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self)


def shares(
    frame: pd.DataFrame, words: Mapping[str, Any], policies: Sequence[str], measure: str, place: str, year: int
) -> Shares:
    """Shapley shares of what all policies together change, by replicate, from the values of all subsets.

    Shares, alone and last are means over replicates, so that shares sum to the mean effect. Raises ResultsError.
    """
    seeds = int(words["replicates"])
    labels = ["+".join(policies[i] for i in members) or str(words["baseline"]) for members in subsets(len(policies))]
    values = np.stack([draws_by_seeds(frame, label, measure, place, year, "value", 1, seeds)[0] for label in labels])
    whole = whole_columns(values)
    if not whole.any():
        raise ResultsError(f"no replicate has {measure} of {place} in {year} for every subset: nothing can be divided.")
    kept: Array = values[:, whole]
    parts, together = shapley(kept), pairs(kept).mean(axis=2)
    full = len(labels) - 1
    found = []
    for i, policy in enumerate(policies):
        low, high = (float(one) for one in np.quantile(parts[i], (0.05, 0.95)))
        alone, last = kept[1 << i] - kept[0], kept[full] - kept[full ^ 1 << i]
        found.append(Share(policy, float(parts[i].mean()), low, high, float(alone.mean()), float(last.mean())))
    crossing = [
        (policies[i], policies[j], float(together[i, j])) for i in range(len(policies)) for j in range(i + 1, len(policies))
    ]
    effect = float((kept[full] - kept[0]).mean())
    return Shares(measure, place, year, effect, tuple(found), tuple(crossing), int(whole.sum()), int((~whole).sum()))
