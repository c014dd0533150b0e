"""What a comparison holds: differences of scenarios against a baseline, with how to find one among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.results import Results


@dataclass(frozen=True)
class Differences:
    """What each scenario changes against the baseline.

    table: scenario, measure, scope, place, year, baseline_median, scenario_median, difference (median), p05, p95 (of
    the difference over replicates; missing if there is only one), unit, paired, replicates (pairs counted, or the
    smaller number of replicates if not paired). notes: what a reader must know before quoting a number.
    """

    baseline: Results
    scenarios: dict[str, Results]
    table: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def drawn(self) -> bool:
        """Whether luck plays a part in any of the runs: False where all are shares instead of people."""
        return not all(
            results.manifest["scenario"].get("run", {}).get("continuum", False)
            for results in (self.baseline, *self.scenarios.values())
        )

    @property
    def year(self) -> int:
        """Last year that all have in common, of which the headline speaks."""
        return int(self.table["year"].max())

    def paired(self, scenario: str) -> bool:
        """Whether the runs of a scenario are set against those of the baseline replicate by replicate."""
        return bool(self.table.loc[self.table["scenario"] == scenario, "paired"].all())

    def headline(self) -> pd.DataFrame:
        """Rows of the last year for the world, and for the urban-rural ratio of every region."""
        rows = self.table[self.table["year"] == self.year]
        ratios = (rows["scope"] == "region") & (rows["measure"] == "urban_rural_ratio")
        return rows[(rows["scope"] == "world") | ratios].reset_index(drop=True)

    def rows(self, scenario: str, measure: str, scope: str = "world") -> pd.DataFrame:
        """Rows of one scenario and measure in the last year, by place; empty if it was not recorded."""
        rows, places = self._last_year
        found = places.get((scenario, measure, scope))
        return (rows.iloc[:0] if found is None else rows.iloc[found]).set_index("place")

    def each(self, scenario: str, measure: str, scope: str = "world") -> dict[str, dict[str, Any]]:
        """The same rows by place, each by column; many times as fast as a table, for they are taken apart once."""
        records, places = self._records, self._last_year[1]
        found = (records[place] for place in places.get((scenario, measure, scope), ()))
        return {str(row["place"]): row for row in found}

    def medians(self, scenario: str, measure: str, scope: str, side: str = "scenario") -> dict[str, float]:
        """Medians of one side, `scenario` or `baseline`, in the last common year, by place."""
        return {place: row[f"{side}_median"] for place, row in self.each(scenario, measure, scope).items()}

    @cached_property
    def _records(self) -> list[dict[str, Any]]:
        return [{str(name): value for name, value in row.items()} for row in self._last_year[0].to_dict("records")]

    @cached_property
    def _last_year(self) -> tuple[pd.DataFrame, Mapping[Any, Any]]:
        """The rows of the last year, and where among them each scenario, measure and scope is: sought out once."""
        rows = self.table[self.table["year"] == self.year]
        return rows, rows.groupby(["scenario", "measure", "scope"], sort=False).indices

    def spread_left_by_pairing(self, scenario: str, measure: str = "urban_rural_ratio") -> float | None:
        """Standard deviation of the paired difference over that of unpaired runs, in the last common year.

        sd(y_r - x_r) / sqrt(var(x) + var(y)); below 1 where the same luck moves both alike (common random numbers,
        Law 2015). None where the measure was not recorded by both, runs are not paired, are fewer than three, or do not vary.
        """
        rows = self.rows(scenario, measure)
        if rows.empty or not rows["paired"].all():
            return None
        before = self.baseline.values(measure).loc[self.year]
        after = self.scenarios[scenario].values(measure).loc[self.year]
        shared = before.index.intersection(after.index)
        if len(shared) < 3:
            return None
        x, y = before[shared].to_numpy(dtype=np.float64), after[shared].to_numpy(dtype=np.float64)
        apart = np.sqrt(x.var() + y.var())
        return float((y - x).std() / apart) if apart > 0 else None
