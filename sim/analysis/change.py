"""One number of a baseline, of a scenario, and their difference: what may be claimed of it, and with how many digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sim.analysis.differences import Differences

_ROUNDING = 1e-9
SHOWN = 0.00005  # a smaller share of an income is written as 0.00%, and is no change
_NOT_OF_MEDIANS = "which need not be the difference of the medians"


@dataclass(frozen=True)
class Change:
    """One number of the baseline, of the scenario, and their difference with its 90% band, all in one unit."""

    before: float
    after: float
    difference: float
    low: float
    high: float
    unit: str
    paired: bool
    replicates: int
    drawn: bool = True  # False for shares instead of people: nothing is left to luck, so one run says it all

    @cached_property
    def decimals(self) -> int:
        """Two digits of the difference or of half its band, but three to five significant digits of the level."""
        size = math.floor(math.log10(abs(self.before))) if self.before else 0
        half = (self.high - self.low) / 2 if self.replicates > 1 else 0.0
        moved = max(abs(self.difference), half)
        wanted = 1 - math.floor(math.log10(moved)) if moved else 0
        return max(0, min(max(wanted, 2 - size), 4 - size))

    @cached_property
    def verdict(self) -> str:
        """One of `none` (too small to write), `unknown` (one replicate), `unclear` (zero in the band), `up`, `down`."""
        ends = (self.low, self.high) if self.replicates > 1 else ()
        if all(self.number(value) == self.number(0.0) for value in (self.difference, *ends)):
            return "none"
        if self.replicates < 2 and self.drawn:
            return "unknown"
        if self.replicates > 1 and self.low <= 0.0 <= self.high:
            return "unclear"
        return "up" if self.difference > 0 else "down"

    @property
    def narrows(self) -> bool:
        """Whether a ratio comes nearer to one, on whichever side it stands."""
        return abs(self.reached - 1.0) < abs(self.before - 1.0)

    @property
    def reached(self) -> float:
        """The baseline's value plus the difference, which need not be the scenario's median."""
        return self.before + self.difference

    @property
    def share(self) -> float:
        """The difference as a share of the baseline's value; zero where that is zero."""
        return self.difference / abs(self.before) if self.before else 0.0

    def number(self, value: float) -> str:
        """A value with the decimals of this change; never `-0.00`."""
        text = f"{value:,.{self.decimals}f}"
        return text.lstrip("-") if not text.strip("-0.,") else text

    @property
    def between(self) -> str:
        """`between -0.06 and -0.04`, or that there is no band."""
        if self.replicates < 2:
            return "one draw, so no band" if self.drawn else "no draws, so no band"
        return f"between {self.number(self.low)} and {self.number(self.high)}"

    @property
    def band(self) -> str:
        """`90% of them between -0.06 and -0.04, 20 pairs`, and of what, or why there is no band."""
        if self.replicates < 2 and not self.drawn:
            return "shares instead of people: no draws, so no band"
        if self.replicates < 2:
            return "one pair of replicates, so no band" if self.paired else "one replicate, so no band"
        if self.paired:
            said, of = f"the median of the paired differences, {_NOT_OF_MEDIANS}", f"{self.replicates} pairs"
        else:
            said, of = f"the median of all differences, {_NOT_OF_MEDIANS}", f"{self.replicates} replicates, not paired"
        return f"{said}; 90% of them {self.between}, {of}"

    @property
    def signed(self) -> str:
        """The difference with its sign."""
        return self.with_sign(self.difference)

    def with_sign(self, value: float) -> str:
        """A value with the decimals of this change and its sign; zero has none."""
        text = self.number(value)
        return f"+{text}" if value > 0 and text != self.number(0.0) else text

    @property
    def per_cent(self) -> str:
        """The difference as a share of the baseline, `-0.7%`."""
        decimals = 1 if abs(self.share) >= 0.0005 else 2
        text = f"{100 * self.share:+.{decimals}f}%"
        return text if text.strip("+-0.%") else text[1:]


def change_of(differences: Differences, label: str, measure: str) -> Change | None:
    """The change of a measure of the world in the last common year; None where it was not recorded by both."""
    row = next(iter(differences.each(label, measure).values()), None)
    return None if row is None else change_from_row(row, differences)


def change_from_row(row: pd.Series[Any] | Mapping[str, Any], differences: Differences) -> Change:
    """A row of the table as a change; what rounding leaves is zero."""
    names = {"before": "baseline_median", "after": "scenario_median", "difference": "difference", "low": "p05", "high": "p95"}
    numbers = {name: float(row[column]) for name, column in names.items()}
    return rounded(numbers, str(row["unit"]), bool(row["paired"]), int(row["replicates"]), differences.drawn)


def rounded(numbers: Mapping[str, float], unit: str, paired: bool, replicates: int, drawn: bool) -> Change:
    """A change of before, after, difference, low and high; what rounding leaves, below 1e-9 of the largest, is zero."""
    largest = max((abs(number) for number in numbers.values() if not math.isnan(number)), default=0.0)
    numbers = {name: 0.0 if abs(number) < _ROUNDING * largest else number for name, number in numbers.items()}
    return Change(**numbers, unit=unit, paired=paired, replicates=replicates, drawn=drawn)
