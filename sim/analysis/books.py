"""Public money of runs over some years: what policies paid and raised, by replicate, and what is beyond a baseline's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.pairing import crossed
from sim.analysis.results import Results

_ROUNDING = 1e-9  # of the largest sum
PUBLIC = ("public_cost", "public_receipts", "paid_for_policies", "raised_by_policies", "charged_to_households")


class Sums:
    """Public money of one run over some years, yuan by replicate: sums over what was recorded, sought once.

    keys: measure, scope and place of what was recorded, in alphabetical order; values: (key, replicate).
    """

    def __init__(self, replicates: Sequence[int], keys: Sequence[tuple[str, str, str]], values: NDArray[np.float64]) -> None:
        self.replicates, self.keys, self.values = pd.Index(list(replicates)), list(keys), values
        self._places: dict[tuple[str, str], list[int]] = {}
        for place, key in enumerate(self.keys):
            self._places.setdefault(key[:2], []).append(place)

    @classmethod
    def of_run(cls, results: Results, first: int, last: int) -> Sums:
        """The sums of what a run recorded."""
        series = results.rows_of(*PUBLIC)
        rows = series[series["measure"].isin(PUBLIC) & series["year"].between(first, last)]
        rows = rows.astype({"measure": str, "scope": str, "place": str})
        sums = rows.groupby(["measure", "scope", "place", "replicate"], sort=True)["value"].sum().unstack("replicate")
        keys = [(str(key[0]), str(key[1]), str(key[2])) for key in sums.index]
        values = sums.reindex(columns=pd.Index(list(results.replicates))).fillna(0.0).to_numpy(dtype=np.float64)
        return cls(results.replicates, keys, values)

    def of(self, measure: str, scope: str, place: str | None = None) -> NDArray[np.float64]:
        """One measure by replicate, of a place or of all places of a scope; zero where nothing was recorded."""
        rows = [row for row in self._places.get((measure, scope), []) if place in (None, self.keys[row][2])]
        return np.asarray(self.values[rows].sum(axis=0))

    def net(self, scope: str, place: str | None = None) -> NDArray[np.float64]:
        """What was paid less what was raised."""
        of_policy = scope == "policy"
        paid, raised = ("public_cost", "public_receipts") if of_policy else ("paid_for_policies", "raised_by_policies")
        return self.of(paid, scope, place) - self.of(raised, scope, place)

    @cached_property
    def largest(self) -> float:
        """The largest of all sums, without its sign."""
        return float(np.abs(self.values).max(initial=0.0))

    @property
    def payers_recorded(self) -> bool:
        """Whether it says which government paid, or nothing was paid."""
        return any(key[0] == "paid_for_policies" for key in self.keys) or not self.values.any()


@dataclass(frozen=True)
class Books:
    """Public money of the baseline and of a scenario over some years."""

    before: Sums
    after: Sums
    paired: bool

    def net(self, scope: str, place: str | None = None) -> pd.Series[float]:
        """What was paid less what was raised, beyond the baseline's."""
        return self.beyond(lambda side: side.net(scope, place))

    def beyond(self, sum_of: Callable[[Sums], NDArray[np.float64]]) -> pd.Series[float]:
        """A sum of the scenario less that of the baseline: of each pair, or of everyone with everyone if not paired.

        What rounding leaves of sums, below 1e-9 of the largest of them, is zero.
        """
        before, after = sum_of(self.before), sum_of(self.after)
        if self.paired:
            replicates, first, second = self._pairs
            difference = after[second] - before[first]
        else:
            everyone = next(crossed(pd.DataFrame([before]), pd.DataFrame([after]))).iloc[0]
            replicates, difference = everyone.index, everyone.to_numpy()
        largest = max(self.before.largest, self.after.largest)
        return pd.Series(np.where(np.abs(difference) <= _ROUNDING * largest, 0.0, difference), index=replicates)

    @cached_property
    def _pairs(self) -> tuple[pd.Index[Any], NDArray[np.intp], NDArray[np.intp]]:
        """Replicates that both runs have, and where they are in each."""
        shared = self.before.replicates.intersection(self.after.replicates)
        return shared, self.before.replicates.get_indexer(shared), self.after.replicates.get_indexer(shared)

    @property
    def keys(self) -> list[tuple[str, str, str]]:
        """Measure, scope and place of everything that was recorded on either side."""
        return [*self.before.keys, *self.after.keys]
