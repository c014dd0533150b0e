"""What a scenario brings, for whom, what it costs and who pays, how sure: numbers that a comparison leads with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.books import Books, Sums
from sim.analysis.change import SHOWN, Change, change_from_row, change_of
from sim.analysis.differences import Differences
from sim.analysis.groups import Group, by_registration
from sim.analysis.results import Results
from sim.cells import kind_of, region_of

RATIO = "urban_rural_ratio"
AREA = ("output_per_head", "real_income_per_head", "population", "output")  # what is said a head, then in total
INCOMES = ("real_income_per_head", "income_per_head")
UPPER = "the government above the regions"
_POINT = 0.01  # of the ratio
_NOTHING = 1e-6  # of what is paid: a net cost below it is none


@dataclass(frozen=True)
class People:
    """Those who live in the towns or the villages of a region: what a scenario does to their mean incomes.

    changes: by measure of INCOMES; persons: residents in the last common year, the median of the scenario's replicates;
    outside: not of the reported area. Who loses is decided by real income; by income where real income was not recorded.
    """

    region: str
    kind: str
    persons: float
    changes: dict[str, Change]
    outside: bool

    @property
    def name(self) -> str:
        """`the villages of Hills`, in the way of tables: `Hills villages`."""
        words = {"urban": "towns", "rural": "villages"}
        return f"{self.region} {words.get(self.kind, self.kind)}".strip()

    @property
    def measure(self) -> str:
        """The income that decides: the first of INCOMES that was recorded."""
        return next(measure for measure in INCOMES if measure in self.changes)

    @property
    def decisive(self) -> Change:
        """The change of the income that decides."""
        return self.changes[self.measure]

    @property
    def falls(self) -> bool:
        """Whether income falls by more than the luck of the draw and what is written of it; of a single draw, at all."""
        return self.decisive.verdict in ("down", "unknown") and self.decisive.share <= -SHOWN

    @property
    def rises(self) -> bool:
        """Whether income rises by more than the luck of the draw and what is written of it; of a single draw, at all."""
        return self.decisive.verdict in ("up", "unknown") and self.decisive.share >= SHOWN

    @property
    def doubtful(self) -> bool:
        """Whether income falls in the median, but by no more than luck alone could make it fall."""
        return self.decisive.verdict == "unclear" and self.decisive.share <= -SHOWN

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
    """What policies cost beyond the baseline's, in `unit`, added up from the first common year, and who pays.

    cost, receipts, net (their difference) with its 90% band low, high; last: net in the last year alone; policies: net by
    policy; payers: net by government, None where it was not recorded; households: what those of a region were charged.
    Medians over replicates.
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
    households: dict[str, float]
    unit: str = "yuan of 2014"

    @property
    def currency(self) -> str:
        """The word for the money alone."""
        return self.unit.partition(" of ")[0]

    @property
    def any(self) -> bool:
        """Whether anything was paid or raised beyond the baseline."""
        return bool(self.cost or self.receipts)

    @property
    def even(self) -> bool:
        """Whether what was raised pays for what was paid, to rounding."""
        return abs(self.net) <= _NOTHING * max(abs(self.cost), abs(self.receipts))

    @property
    def costs(self) -> bool:
        """Whether public budgets pay anything net."""
        return self.net > 0 and not self.even


@dataclass(frozen=True)
class Outcome:
    """A scenario in one record. ratio: change of the urban-rural ratio, None if not recorded; people: None likewise.

    area: by measure of AREA, of the reported area; groups: by registration, none where nobody lives outside. narrows: in how
    many pairs of replicates the ratio comes nearer to one; None where they are not paired, or one. point_band: 90% of the
    pairs' net cost of a hundredth, infinite where a pair closes nothing; missing where there are no pairs.
    """

    label: str
    title: str
    year: int
    ratio: Change | None
    people: tuple[People, ...] | None
    money: Money
    drawn: bool
    area: dict[str, Change] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    narrows: int | None = None
    point_band: tuple[float, float] = (math.nan, math.nan)

    @property
    def losers(self) -> list[People]:
        """Whose income falls (see People), the largest fall in per cent first."""
        return sorted((one for one in self.people or () if one.falls), key=lambda one: one.decisive.share)

    @property
    def winners(self) -> list[People]:
        """Whose income rises (see People), the largest rise in per cent first."""
        return sorted((one for one in self.people or () if one.rises), key=lambda one: -one.decisive.share)

    @property
    def closed(self) -> float | None:
        """Share of the baseline's gap that is closed, 1 - |reached - 1| / |before - 1|; negative: it widens.

        reached = before + the paired difference. None where no ratio was recorded or there is no gap.
        """
        if self.ratio is None or abs(self.ratio.before - 1.0) < 1e-12:
            return None
        return 1.0 - abs(self.ratio.reached - 1.0) / abs(self.ratio.before - 1.0)

    @property
    def clear(self) -> bool:
        """Whether the ratio moves by more than luck alone could move it."""
        return self.ratio is not None and self.ratio.verdict in ("up", "down")

    @property
    def closes(self) -> bool:
        """Whether the gap narrows by more than luck alone could narrow it."""
        return self.clear and self.closed is not None and self.closed > 0

    @property
    def points(self) -> float:
        """Hundredths of the ratio by which the gap closes, (|before - 1| - |reached - 1|) / 0.01."""
        return 0.0 if self.ratio is None else (abs(self.ratio.before - 1.0) - abs(self.ratio.reached - 1.0)) / _POINT

    @property
    def cost_per_point(self) -> float | None:
        """Net cost of a hundredth of the ratio closed, yuan of 2014, not discounted.

        None where luck alone could be all there is of it, and where public budgets pay nothing net: a gain from taxes over a
        gap closed is the larger the less is closed, and no measure of cheapness.
        """
        return self.money.net / self.points if self.closes and self.money.costs else None

    def to_json(self) -> dict[str, Any]:
        """As plain values: what the words of a comparison are made of."""
        money = self.money
        return {
            "scenario": self.label,
            "year": self.year,
            "gap_closed": self.closed,
            "losers": None if self.people is None else [one.to_json() for one in self.losers],
            "winners": None if self.people is None else [one.to_json() for one in self.winners],
            "by_registration": [group.to_json() for group in self.groups],
            "public_cost": {
                "from": money.first, "to": self.year, "cost": money.cost, "receipts": money.receipts, "net": money.net,
                "p05": _finite(money.low), "p95": _finite(money.high), "net_in_last_year": money.last,
                "unit": money.unit, "by_policy": money.policies, "by_government": money.payers,
                "by_households": money.households,
            },
            "cost_per_hundredth_of_ratio": self.cost_per_point,
            "cost_per_hundredth_by_pair": [_finite(end) for end in self.point_band],
            "pairs_in_which_the_gap_narrows": self.narrows,
            "pairs": None if self.ratio is None or not self.ratio.paired else self.ratio.replicates,
        }  # fmt: skip


def outcomes(differences: Differences) -> list[Outcome]:
    """The outcome of every scenario in the last common year, in the order in which they were given."""
    found, sums = list[Outcome](), cache(Sums.of_run)  # what the baseline paid and raised is the same beside every scenario
    for label, results in differences.scenarios.items():
        first = max(results.years[0], differences.baseline.years[0])
        books, last = (_books(differences, label, year, sums) for year in (first, differences.year))
        distances = _distances(differences, label)
        found.append(
            Outcome(
                label=label,
                title=results.title,
                year=differences.year,
                ratio=change_of(differences, label, RATIO),
                people=_people(differences, label),
                money=money_of(books, last, first, _policies(differences, label), differences.scenarios[label].money),
                drawn=differences.drawn,
                area=_area(differences, label),
                groups=by_registration(differences, label),
                narrows=None if distances is None else int((distances[1] < distances[0]).sum()),
                point_band=_point_band(distances, books),
            )
        )
    return found


def ranked(found: Iterable[Outcome]) -> list[Outcome]:
    """Those that close most of the gap first, then those without a clear change, those that widen it, the unknown."""

    def place(one: Outcome) -> tuple[int, float]:
        if one.closed is None:
            return 3, 0.0
        return (1 if not one.clear else 0 if one.closed > 0 else 2), -one.closed

    return sorted(found, key=place)


def by_cost(found: Iterable[Outcome]) -> list[Outcome]:
    """Those that narrow the gap first: at no net public cost, what closes most leading; then by cost of a hundredth.

    Then come those without a clear change, those that widen the gap, and the unknown.
    """

    def place(one: Outcome) -> tuple[int, float, float]:
        if one.ratio is None or one.closed is None:
            return 4, 0.0, 0.0
        if not one.clear:
            return 2, 0.0, -one.closed
        if one.closed <= 0:
            return 3, 0.0, -one.closed
        return (0, 0.0, -one.closed) if one.cost_per_point is None else (1, one.cost_per_point, -one.closed)

    return sorted(found, key=place)


def _distances(differences: Differences, label: str) -> tuple[pd.Series[float], pd.Series[float]] | None:
    """How far from one the ratio of the last year is before and after, pair by pair; None where there are no two pairs."""
    if change_of(differences, label, RATIO) is None or not differences.paired(label):
        return None
    before = differences.baseline.values(RATIO).loc[[differences.year]].iloc[0]
    after = differences.scenarios[label].values(RATIO).loc[[differences.year]].iloc[0]
    shared = before.index.intersection(after.index)
    return ((before[shared] - 1).abs(), (after[shared] - 1).abs()) if len(shared) > 1 else None


def _point_band(distances: tuple[pd.Series[float], pd.Series[float]] | None, books: Books) -> tuple[float, float]:
    """90% of the pairs' net cost of a hundredth of the ratio: an order statistic, since a pair may close nothing."""
    if distances is None:
        return math.nan, math.nan
    points = (distances[0] - distances[1]) / _POINT
    net = books.net("policy").reindex(points.index)
    each = (net / points.where(points > 0)).where(points > 0, math.inf).to_numpy(dtype=np.float64)
    return float(np.quantile(each, 0.05, method="lower")), float(np.quantile(each, 0.95, method="higher"))


def _books(differences: Differences, label: str, first: int, sums: Callable[[Results, int, int], Sums]) -> Books:
    """Public money from a year to the last common one."""
    paired = differences.paired(label)
    results, baseline, last = differences.scenarios[label], differences.baseline, differences.year
    return Books(sums(baseline, first, last), sums(results, first, last), paired)


def _area(differences: Differences, label: str) -> dict[str, Change]:
    changes = {measure: change_of(differences, label, measure) for measure in AREA}
    return {measure: change for measure, change in changes.items() if change is not None}


def _people(differences: Differences, label: str) -> tuple[People, ...] | None:
    """Everybody by region and kind of place; None where incomes were not recorded by cell."""
    rows = {measure: differences.each(label, measure, scope="cell") for measure in INCOMES}
    if not any(rows.values()):
        return None
    outside = set(differences.baseline.manifest.get("outside") or ())
    residents = differences.medians(label, "population", "cell")
    found = []
    for place in dict.fromkeys(place for table in rows.values() for place in table):
        region, kind = region_of(place), kind_of(place)
        changes = {measure: change_from_row(table[place], differences) for measure, table in rows.items() if place in table}
        found.append(People(region, kind, float(residents.get(place, np.nan)), changes, region in outside))
    return tuple(found)


def _policies(differences: Differences, label: str) -> list[str]:
    """Names of the policies of a scenario, then of those that the baseline alone has."""
    sides = (differences.scenarios[label], differences.baseline)
    return list(dict.fromkeys(str(policy["name"]) for side in sides for policy in side.policies))


def money_of(whole: Books, final: Books, first: int, policies: Iterable[str], unit: str) -> Money:
    """What policies cost from the first year on, and who pays; whole, final: the books of all years and of the last alone."""
    net = whole.net("policy")
    low, high = np.quantile(net, (0.05, 0.95)) if len(net) > 1 else (math.nan, math.nan)
    return Money(
        first=first,
        cost=float(whole.beyond(lambda side: side.of("public_cost", "policy")).median()),
        receipts=float(whole.beyond(lambda side: side.of("public_receipts", "policy")).median()),
        net=float(net.median()),
        low=float(low),
        high=float(high),
        last=float(final.net("policy").median()),
        policies={name: float(whole.net("policy", name).median()) for name in policies},
        payers=_payers(whole),
        households=_households(whole),
        unit=unit,
    )


def _payers(books: Books) -> dict[str, float] | None:
    """Net payments by government, the largest payer first; None where not recorded though something was paid."""
    if not (books.before.payers_recorded and books.after.payers_recorded):
        return None
    places = dict.fromkeys(key[2] for key in books.keys if key[0] == "paid_for_policies" and key[1] == "region")
    found = {place: float(books.net("region", place).median()) for place in places}
    if places:
        found[UPPER] = float(books.beyond(lambda side: side.net("world") - side.net("region")).median())
    return {name: value for name, value in sorted(found.items(), key=lambda item: -item[1]) if value}


def _households(books: Books) -> dict[str, float]:
    """What households of every region were charged, the largest payer first."""
    regions = dict.fromkeys(key[2] for key in books.keys if key[:2] == ("charged_to_households", "region"))

    def charged(region: str) -> float:
        return float(books.beyond(lambda side: side.of("charged_to_households", "region", region)).median())

    found = {region: charged(region) for region in regions}
    return {name: value for name, value in sorted(found.items(), key=lambda item: -item[1]) if value}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
