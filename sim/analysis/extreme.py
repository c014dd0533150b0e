"""Policies that spend far more than what the model was held against: their share of the reported area's output by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.analysis.results import Results  # brings in pandas, which `check` does without

MOST = 0.05
"""Gross spending over output from which on it is said; policies that ship spend less."""

_COST, _OUTPUT = "public_cost", "output"


@dataclass(frozen=True)
class Spending:
    """A policy in the year in which it spends most: gross, over the output of the reported area in that year."""

    policy: str
    year: int
    share: float

    def __str__(self) -> str:
        return f"{self.policy} spends {self.share:.0%} of output in {self.year}: far outside what the model was held against"


def of_costs(cost: Mapping[tuple[str, int], float], output: Mapping[int, float]) -> list[Spending]:
    """Policies that spend more than MOST of output in any year; cost by policy and year, both in the same money a year."""
    largest: dict[str, Spending] = {}
    for (policy, year), spent in cost.items():
        share = spent / output[year] if output.get(year, 0.0) > 0 else 0.0
        if share > MOST and (policy not in largest or share > largest[policy].share):
            largest[policy] = Spending(policy, year, share)
    return list(largest.values())


def of_record(rows: Iterable[tuple[int, str, str, str, float]]) -> list[Spending]:
    """The same of what a model wrote down: rows of year, scope, place or policy, measure, value."""
    cost, output = dict[tuple[str, int], float](), dict[int, float]()
    for year, scope, name, measure, value in rows:
        if scope == "policy" and measure == _COST:
            cost[name, year] = value
        elif scope == "world" and measure == _OUTPUT:
            output[year] = value
    return of_costs(cost, output)


def of_results(results: Results) -> list[Spending]:
    """The same of a run: medians over replicates."""
    rows = results.rows_of(_COST, _OUTPUT)
    rows = rows[
        ((rows["scope"] == "policy") & (rows["measure"] == _COST))
        | ((rows["scope"] == "world") & (rows["measure"] == _OUTPUT))
    ]
    rows = rows.astype({"scope": str, "place": str, "measure": str})
    middle = rows.groupby(["year", "scope", "place", "measure"], sort=True)["value"].median().reset_index()
    columns = (middle[name].tolist() for name in ("year", "scope", "place", "measure", "value"))
    return of_record(zip(*columns, strict=True))
