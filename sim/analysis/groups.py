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
from sim.units import GROUPS, INCOMES_OF_PARTS, NEWCOMERS, PARTS, TENTHS

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
class Part:
    """Those of a tenth of one registration, `registered_here` or `newcomers`.

    before, persons: how many there are in the baseline and in the scenario, medians; income: real, per head; None where there
    is nobody.
    """

    name: str
    before: float
    persons: float
    income: Change | None

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        verdict = None if self.income is None else self.income.verdict
        income = {} if self.income is None else _values(self.income)
        return {"persons_before": self.before, "persons": self.persons, "verdict": verdict, **income}


@dataclass(frozen=True)
class Tenth:
    """A tenth of the residents of the towns or villages of a region, 1 the poorest, by schooling and ability.

    The tenths are ranked by what kinds of people earned in the base year, so a tenth holds the same kinds before and
    after; persons: a tenth of the scenario's residents in the last common year; income: real, per head; parts: by
    registration, none where nobody lives outside or it was not recorded.
    """

    region: str
    kind: str
    number: int
    persons: float
    income: Change
    parts: tuple[Part, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        persons = self.persons if math.isfinite(self.persons) else None
        return {
            "region": self.region, "kind": self.kind, "tenth": self.number, "persons": persons,
            "verdict": self.income.verdict, **_values(self.income), **{one.name: one.to_json() for one in self.parts},
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
    residents, parts = differences.medians(label, "population", "cell"), _parts(differences, label)
    found = [
        Tenth(
            region=region_of(place),
            kind=kind_of(place),
            number=number,
            persons=float(residents.get(place, np.nan)) / len(TENTHS),
            income=change_from_row(row, differences),
            parts=parts.get((place, number), ()),
        )
        for number, measure in enumerate(TENTHS, start=1)
        for place, row in differences.each(label, measure, scope="cell").items()
    ]
    return tuple(sorted(found, key=lambda one: (one.region, one.kind, one.number)))


def _parts(differences: Differences, label: str) -> dict[tuple[str, int], tuple[Part, ...]]:
    """Those registered here and the newcomers of every tenth, by place and number; a tenth holds a tenth of the residents."""
    residents = differences.each(label, "population", "cell")
    found: dict[tuple[str, int], tuple[Part, ...]] = {}
    for number, measure in enumerate(NEWCOMERS):
        incomes = [differences.each(label, each[number], "cell") for each in INCOMES_OF_PARTS]
        for place, came in differences.each(label, measure, "cell").items():
            newcomers, tenth = (
                [float(row[f"{side}_median"]) / over for side in ("baseline", "scenario")]
                for row, over in ((came, 1), (residents[place], len(TENTHS)))
            )
            here = [max(0.0, whole - part) for whole, part in zip(tenth, newcomers, strict=True)]
            changes = [change_from_row(each[place], differences) if place in each else None for each in incomes]
            found[place, number + 1] = (
                Part(PARTS[0], here[0], here[1], changes[0]),
                Part(PARTS[1], newcomers[0], newcomers[1], changes[1]),
            )
    return found


def _values(change: Change) -> dict[str, float | None]:
    numbers = {"before": change.before, "after": change.after, "difference": change.difference, "share": change.share}
    return {
        name: value if math.isfinite(value) else None
        for name, value in {**numbers, "p05": change.low, "p95": change.high}.items()
    }
