"""What a scenario brings, for whom, what it costs and who pays, how sure: numbers that a comparison leads with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.change import Change, change_from_row, change_of
from sim.analysis.differences import Differences
from sim.analysis.results import Results
from sim.cells import kind_of, region_of

RATIO = "urban_rural_ratio"
INCOMES = ("real_income_per_head", "income_per_head")
UPPER = "the government above the regions"
_POINT = 0.01  # of the ratio
_PUBLIC = ("public_cost", "public_receipts", "paid_for_policies", "raised_by_policies")


@dataclass(frozen=True)
class People:
    """Those who live in the towns or the villages of a region: what a scenario does to their mean incomes.

    changes: by measure of INCOMES; persons: residents in the scenario's last year; outside: not of the reported area.
    """

    region: str
    kind: str
    persons: float
    changes: dict[str, Change]
    outside: bool

    @property
    def name(self) -> str:
        """`the villages of Quzhou`, in the way of tables: `Quzhou villages`."""
        words = {"urban": "towns", "rural": "villages"}
        return f"{self.region} {words.get(self.kind, self.kind)}".strip()

    @property
    def falling(self) -> list[Change]:
        """Incomes that fall by more than the luck of the draw; of a single draw, all that fall."""
        return [change for change in self.changes.values() if change.verdict in ("down", "unknown") and change.difference < 0]

    @property
    def rising(self) -> list[Change]:
        """Incomes that rise by more than the luck of the draw; of a single draw, all that rise."""
        return [change for change in self.changes.values() if change.verdict in ("up", "unknown") and change.difference > 0]

    @property
    def doubtful(self) -> bool:
        """Whether an income falls in the median, but by no more than luck alone could make it fall."""
        return not self.falling and any(
            change.verdict == "unclear" and change.difference < 0 for change in self.changes.values()
        )

    @property
    def size(self) -> float:
        """The largest relative fall of a loser, the largest relative rise of a winner."""
        moved = [change.difference / change.before for change in self.falling or self.rising if change.before]
        return max(moved, key=abs, default=0.0)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        incomes = {
            measure: {"difference": change.difference, "p05": _finite(change.low), "p95": _finite(change.high)}
            for measure, change in self.changes.items()
        }
        return {
            "region": self.region,
            "kind": self.kind,
            "persons": _finite(self.persons),
            "outside": self.outside,
            **incomes,
        }


@dataclass(frozen=True)
class Money:
    """What policies cost public budgets beyond the baseline's, yuan of 2014, added up from the first common year.

    cost, receipts, net (their difference) with its 90% band low, high; last: net in the last year alone; policies: net by
    policy; payers: net by government, None where it was not recorded. Medians over replicates.
    """

    first: int
    cost: float
    receipts: float
    net: float
    low: float
    high: float
    last: float
    policies: dict[str, float]
    payers: dict[str, float] | None

    @property
    def any(self) -> bool:
        """Whether anything was paid or raised beyond the baseline."""
        return bool(self.cost or self.receipts)


@dataclass(frozen=True)
class Outcome:
    """A scenario in one record. ratio: change of the urban-rural ratio, None if not recorded; people: None likewise."""

    label: str
    title: str
    year: int
    ratio: Change | None
    people: tuple[People, ...] | None
    money: Money
    drawn: bool

    @property
    def losers(self) -> list[People]:
        """Whose income or real income falls, the hardest hit first."""
        return sorted((one for one in self.people or () if one.falling), key=lambda one: one.size)

    @property
    def winners(self) -> list[People]:
        """Of whom neither income falls and one rises, who gains most first."""
        return sorted((one for one in self.people or () if one.rising and not one.falling), key=lambda one: -one.size)

    @property
    def closed(self) -> float | None:
        """Share of the baseline's gap that is closed, (before - 1 - (after - 1)) / (before - 1); negative: it widens.

        The difference is the paired one. None where no ratio was recorded or there is no gap.
        """
        if self.ratio is None or abs(self.ratio.before - 1.0) < 1e-12:
            return None
        after = self.ratio.before + self.ratio.difference
        return 1.0 - abs(after - 1.0) / abs(self.ratio.before - 1.0)

    @property
    def cost_per_point(self) -> float | None:
        """Net cost of a hundredth of the ratio, yuan of 2014; None where luck alone could be all there is of it."""
        if self.ratio is None or self.closed is None or self.ratio.verdict not in ("up", "down") or self.closed <= 0:
            return None
        return self.money.net / (abs(self.ratio.difference) / _POINT)

    def to_json(self) -> dict[str, Any]:
        """As plain values: what the words of a comparison are made of."""
        money = self.money
        return {
            "scenario": self.label,
            "year": self.year,
            "gap_closed": self.closed,
            "losers": None if self.people is None else [one.to_json() for one in self.losers],
            "winners": None if self.people is None else [one.to_json() for one in self.winners],
            "public_cost": {
                "from": money.first, "to": self.year, "cost": money.cost, "receipts": money.receipts, "net": money.net,
                "p05": _finite(money.low), "p95": _finite(money.high), "net_in_last_year": money.last,
                "unit": "yuan of 2014", "by_policy": money.policies, "by_government": money.payers,
            },
            "cost_per_hundredth_of_ratio": self.cost_per_point,
            "pairs": None if self.ratio is None or not self.ratio.paired else self.ratio.replicates,
        }  # fmt: skip


def outcomes(differences: Differences) -> list[Outcome]:
    """The outcome of every scenario in the last common year, in the order in which they were given."""
    return [
        Outcome(
            label=label,
            title=results.title,
            year=differences.year,
            ratio=change_of(differences, label, RATIO),
            people=_people(differences, label),
            money=_money(differences, label),
            drawn=differences.drawn,
        )
        for label, results in differences.scenarios.items()
    ]


def ranked(found: Iterable[Outcome]) -> list[Outcome]:
    """Those that close most of the gap first; where nothing is known of it, last."""
    return sorted(found, key=lambda one: -one.closed if one.closed is not None else math.inf)


def _people(differences: Differences, label: str) -> tuple[People, ...] | None:
    """Everybody by region and kind of place; None where incomes were not recorded by cell."""
    rows = {measure: differences.rows(label, measure, scope="cell") for measure in INCOMES}
    if all(table.empty for table in rows.values()):
        return None
    outside = set(differences.baseline.manifest.get("outside") or ())
    residents = differences.rows(label, "population", scope="cell")["scenario_median"]
    found = []
    for place in dict.fromkeys(place for table in rows.values() for place in table.index):
        region, kind = region_of(str(place)), kind_of(str(place))
        changes = {
            measure: change_from_row(table.loc[place], differences) for measure, table in rows.items() if place in table.index
        }
        found.append(People(region, kind, float(residents.get(place, np.nan)), changes, region in outside))
    return tuple(found)


def _money(differences: Differences, label: str) -> Money:
    results, baseline = differences.scenarios[label], differences.baseline
    paired = bool(differences.table.loc[differences.table["scenario"] == label, "paired"].all())
    first, last = max(results.years[0], baseline.years[0]), differences.year
    whole = _beyond(results, baseline, first, last, paired)
    final = _beyond(results, baseline, last, last, paired)
    net = _net(whole, "policy")
    low, high = np.quantile(net, (0.05, 0.95)) if len(net) > 1 else (math.nan, math.nan)
    policies = {policy["name"]: 0.0 for side in (results, baseline) for policy in side.policies}
    return Money(
        first=first,
        cost=float(_sum(whole, "public_cost", "policy").median()),
        receipts=float(_sum(whole, "public_receipts", "policy").median()),
        net=float(net.median()),
        low=float(low),
        high=float(high),
        last=float(_net(final, "policy").median()),
        policies={name: float(_net(whole, "policy", name).median()) for name in policies},
        payers=_payers(whole),
    )


def _beyond(results: Results, baseline: Results, first: int, last: int, paired: bool) -> pd.DataFrame:
    """Public money by replicate (rows) and measure, scope, place (columns), over the years, less the baseline's.

    Paired replicate by replicate, else less the baseline's medians.
    """
    one, other = (_public(side, first, last) for side in (results, baseline))
    columns = one.columns.union(other.columns)
    one, other = (side.reindex(columns=columns, fill_value=0.0) for side in (one, other))
    if not paired:
        return one - other.median()
    shared = one.index.intersection(other.index)
    return one.loc[shared] - other.loc[shared]


def _public(results: Results, first: int, last: int) -> pd.DataFrame:
    series = results.series
    rows = series[series["measure"].isin(_PUBLIC) & series["year"].between(first, last)]
    rows = rows.astype({"measure": str, "scope": str, "place": str})
    sums = rows.pivot_table(index="replicate", columns=["measure", "scope", "place"], values="value", aggfunc="sum")
    if sums.empty:
        sums = pd.DataFrame(columns=pd.MultiIndex.from_arrays([[], [], []], names=["measure", "scope", "place"]))
    return sums.reindex(list(results.replicates)).fillna(0.0).astype(float)


def _sum(money: pd.DataFrame, measure: str, scope: str, place: str | None = None) -> pd.Series[float]:
    """One measure by replicate, of a place or of all places of a scope; zero where nothing was recorded."""
    asked = [key for key in money.columns if key[0] == measure and key[1] == scope and place in (None, key[2])]
    return money[asked].sum(axis=1)


def _net(money: pd.DataFrame, scope: str, place: str | None = None) -> pd.Series[float]:
    paid, raised = ("public_cost", "public_receipts") if scope == "policy" else ("paid_for_policies", "raised_by_policies")
    return _sum(money, paid, scope, place) - _sum(money, raised, scope, place)


def _payers(money: pd.DataFrame) -> dict[str, float] | None:
    """Net payments by government, the largest payer first; None where not recorded though something was paid."""
    recorded = {key[0] for key in money.columns}
    if "public_cost" in recorded and "paid_for_policies" not in recorded:
        return None
    places = [key[2] for key in money.columns if key[0] == "paid_for_policies" and key[1] == "region"]
    world = _net(money, "world")
    above = world - _net(money, "region")
    found = {place: float(_net(money, "region", place).median()) for place in places}
    if places and float(above.abs().max()) > 1e-9 * float(world.abs().max()):  # less is what rounding leaves of sums
        found[UPPER] = float(above.median())
    return {name: value for name, value in sorted(found.items(), key=lambda item: -item[1]) if value}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
