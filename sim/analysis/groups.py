"""Whom a scenario moves, by who they are: by registration in the reported area, and by tenth of a place's residents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.change import Change, change_from_row, change_of
from sim.analysis.differences import Differences
from sim.cells import kind_of, region_of
from sim.units import GROUPS, TENTHS

_WORDS = ("registered here, wherever they live", "newcomers, registered outside", "registered and living outside")


@dataclass(frozen=True)
class Group:
    """People of one registration: how many there are, and their mean real income, each resident at that of the cell."""

    name: str
    persons: Change
    income: Change

    @property
    def words(self) -> str:
        """Who they are."""
        return dict(zip(GROUPS, _WORDS, strict=True))[self.name]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"group": self.name, "persons": _values(self.persons), "real_income_per_head": _values(self.income)}


@dataclass(frozen=True)
class Tenth:
    """A tenth of the residents of the towns or villages of a region, 1 the poorest, by schooling and ability.

    The tenths are ranked by what kinds of people earned in the base year, so a tenth holds the same kinds before and
    after; persons: a tenth of the scenario's residents in the last common year; income: real, per head.
    """

    region: str
    kind: str
    number: int
    persons: float
    income: Change

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        persons = self.persons if math.isfinite(self.persons) else None
        return {
            "region": self.region, "kind": self.kind, "tenth": self.number, "persons": persons,
            "verdict": self.income.verdict, **_values(self.income),
        }  # fmt: skip


def by_registration(differences: Differences, label: str) -> tuple[Group, ...]:
    """The groups by registration in the last common year; none where nobody lives outside or it was not recorded."""
    found = []
    for name in GROUPS:
        persons, income = (change_of(differences, label, f"{what}_{name}") for what in ("population", "real_income"))
        if persons is not None and income is not None:
            found.append(Group(name, persons, income))
    return tuple(found)


def movers(groups: Sequence[Group]) -> float | None:
    """Change of real income per head of newcomers and of those outside together, as a share: what coming gains is in it.

    sum_g n_g y_g / sum_g n_g after over before, less one; None where nobody lives outside.
    """
    elsewhere = [one for one in groups if one.name != "registered_here"]
    if not elsewhere:
        return None
    before, after = (
        sum(getattr(one.persons, end) * getattr(one.income, end) for one in elsewhere)
        / sum(getattr(one.persons, end) for one in elsewhere)
        for end in ("before", "after")
    )
    return float(after / before - 1)


def by_tenth(differences: Differences, label: str) -> tuple[Tenth, ...]:
    """Every tenth of every reported place in the last common year; none where no tenths were recorded."""
    residents = differences.medians(label, "population", "cell")
    found = [
        Tenth(
            region=region_of(place),
            kind=kind_of(place),
            number=number,
            persons=float(residents.get(place, np.nan)) / len(TENTHS),
            income=change_from_row(row, differences),
        )
        for number, measure in enumerate(TENTHS, start=1)
        for place, row in differences.each(label, measure, scope="cell").items()
    ]
    return tuple(sorted(found, key=lambda one: (one.region, one.kind, one.number)))


def _values(change: Change) -> dict[str, float | None]:
    numbers = {"before": change.before, "after": change.after, "difference": change.difference, "share": change.share}
    return {
        name: value if math.isfinite(value) else None
        for name, value in {**numbers, "p05": change.low, "p95": change.high}.items()
    }
