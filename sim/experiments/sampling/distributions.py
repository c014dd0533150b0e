"""Distributions in the words of a scenario, each with the quantile function that turns a share into a value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.arrays import Array, Index
from sim.errors import DesignError
from sim.hints import one_of

FORMS = {
    "uniform": "uniform: [low, high]",
    "log_uniform": "log_uniform: [low, high]",
    "triangular": "triangular: [low, most likely, high]",
    "normal": "normal: [mean, standard deviation]",
    "relative_normal": "relative_normal: standard deviation as a share of the value in force",
    "choice": "choice: [one, other, ...]",
}
_LEAST_INSIDE = 0.01  # a normal distribution with less of its probability in the permitted range is a slip of the pen


class Distribution(Protocol):
    """What an uncertain number may be: `ppf` gives its values at shares, `note` what a reader has to be told."""

    @property
    def note(self) -> str:
        """What was cut off, in words; empty where nothing was."""

    def ppf(self, share: Array) -> NDArray[Any]:
        """Values at shares in (0, 1), in the unit of the number, same shape."""


@dataclass(frozen=True)
class Uniform:
    """Every value between two ends alike: `low + u (high - low)`."""

    low: float
    high: float
    note: str = ""

    def ppf(self, share: Array) -> Array:
        """Values at shares in (0, 1)."""
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True)
class LogUniform:
    """Every logarithm between two ends alike: `low (high / low)^u`; both ends above zero."""

    low: float
    high: float
    note: str = ""

    def ppf(self, share: Array) -> Array:
        """Values at shares in (0, 1)."""
        return np.clip(self.low * (self.high / self.low) ** share, self.low, self.high)


@dataclass(frozen=True)
class Triangular:
    """A density that rises in a line from `low` to `mode` and falls in a line to `high`."""

    low: float
    mode: float
    high: float
    note: str = ""

    def ppf(self, share: Array) -> Array:
        """Values at shares in (0, 1)."""
        width = self.high - self.low
        rising = self.low + np.sqrt(share * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - share) * width * (self.high - self.mode))
        return np.where(share * width < self.mode - self.low, rising, falling)


@dataclass(frozen=True)
class Normal:
    """A normal distribution of mean m and deviation s, given that it lies in [low, high]: what is outside is cut off.

    `x = m + s Q(F_low + u (F_high - F_low))`, Q the standard normal quantile, F its distribution at the ends.
    """

    mean: float
    deviation: float
    low: float = -math.inf
    high: float = math.inf

    @property
    def _ends(self) -> tuple[float, float]:
        below, above = ((end - self.mean) / self.deviation for end in (self.low, self.high))
        return float(ndtr(below)), float(ndtr(above))

    @property
    def inside(self) -> float:
        """Share of the untruncated distribution that lies in the range."""
        below, above = self._ends
        return above - below

    @property
    def note(self) -> str:
        """What was cut off, in words; empty where it is less than one in a thousand."""
        cut = 1 - self.inside
        where = f"{self.low:g} to {self.high:g}"
        return f"{cut:.1%} of its probability lies outside the permitted {where} and is cut off" if cut >= 0.001 else ""

    def ppf(self, share: Array) -> Array:
        """Values at shares in (0, 1)."""
        below, above = self._ends
        value: Array = self.mean + self.deviation * ndtri(below + share * (above - below))
        return np.clip(value, self.low, self.high)


@dataclass(frozen=True)
class Choice:
    """One of several values, all alike: the k-th of n for shares from (k - 1)/n to k/n."""

    values: tuple[Any, ...]
    note: str = ""

    def ppf(self, share: Array) -> NDArray[Any]:
        """Values at shares in (0, 1): numbers where all are numbers, else objects."""
        numbers = all(_number(value) for value in self.values)
        kept = np.empty(len(self.values), dtype=np.float64 if numbers else object)
        kept[:] = self.values
        return kept[rows_at(share, len(self.values))]


def distribution(
    words: Mapping[str, Any],
    value: float | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> Distribution:
    """The distribution that a scenario's words ask for, e.g. `{"uniform": [0.03, 0.2]}`.

    value: the value in force, needed by relative_normal alone. low, high: the permitted range of the number in its unit:
    normal distributions are truncated there, all others have to lie inside. Raises DesignError with what was found and
    what is allowed, so that the reader of a file adds file and line.
    """
    if not isinstance(words, Mapping) or len(words) != 1:
        raise DesignError(f"found {words!r}: a distribution is one of {'; '.join(FORMS.values())}.")
    ((name, terms),) = words.items()
    if name not in FORMS:
        raise DesignError(f"found {name!r}, which is no distribution. {one_of(str(name), FORMS)}")
    if name == "choice":
        return _choice(terms, low, high)
    if name == "relative_normal":
        return _relative(terms, value, low, high)
    found = _numbers(name, terms)
    if name == "normal":
        return _normal(found[0], found[1], low, high)
    if sorted(found) != found or found[0] == found[-1]:
        raise DesignError(f"found {name}: {found}: the numbers have to rise, as in {FORMS[name]}.")
    if name == "log_uniform" and found[0] <= 0:
        raise DesignError(f"found log_uniform: {found}: both ends have to be above zero, or no logarithm exists.")
    _within(name, found, low, high)
    return {"uniform": Uniform, "log_uniform": LogUniform, "triangular": Triangular}[name](*found)  # type: ignore[no-any-return]


def rows_at(share: Array, rows: int, weight: Array | None = None) -> Index:
    """Rows of a table that are drawn whole, so that what was estimated together stays together (a posterior).

    share (draw,) in (0, 1); weight (row,) not below zero, all alike where none are given. Returns row numbers (draw,).
    The k-th row is drawn for shares between the sums of weights before and after it. Raises DesignError.
    """
    if rows < 1:
        raise DesignError("the table has no row to draw; it needs one at least.")
    if weight is None:
        return np.minimum((share * rows).astype(np.int64), rows - 1)
    if weight.shape != (rows,) or not np.isfinite(weight).all() or (weight < 0).any() or not weight.sum() > 0:
        raise DesignError(f"weights have to be {rows} finite numbers of zero or more, one above zero.")
    sums = np.cumsum(weight) / weight.sum()
    return np.minimum(np.searchsorted(sums, share, side="right"), int(np.flatnonzero(weight)[-1])).astype(np.int64)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _numbers(name: str, terms: Any) -> list[float]:
    asked = FORMS[name].count(",") + 1
    if isinstance(terms, str) or not isinstance(terms, Sequence) or len(terms) != asked or not all(map(_number, terms)):
        raise DesignError(f"found {name}: {terms!r}, needed are {asked} finite numbers: {FORMS[name]}.")
    return [float(term) for term in terms]


def _within(name: str, found: Sequence[float], low: float, high: float) -> None:
    if min(found) < low or max(found) > high:
        raise DesignError(f"found {name}: {list(found)}, which leaves the permitted range {low:g} to {high:g}.")


def _choice(terms: Any, low: float, high: float) -> Choice:
    if isinstance(terms, str) or not isinstance(terms, Sequence) or not terms:
        raise DesignError(f"found choice: {terms!r}, needed is a list of one value at least: {FORMS['choice']}.")
    if any(isinstance(term, float) and not math.isfinite(term) for term in terms):
        raise DesignError(f"found choice: {list(terms)}: every number has to be finite.")
    numbers = [float(term) for term in terms if _number(term)]
    if numbers:
        _within("choice", numbers, low, high)
    return Choice(tuple(terms))


def _relative(terms: Any, value: float | None, low: float, high: float) -> Normal:
    if not _number(terms):
        raise DesignError(f"found relative_normal: {terms!r}, needed is one number: {FORMS['relative_normal']}.")
    if value is None or not _number(value) or value == 0:
        raise DesignError(f"relative_normal is a share of the value in force, which is {value}: give normal: [mean, sd].")
    return _normal(float(value), float(terms) * abs(float(value)), low, high)


def _normal(mean: float, deviation: float, low: float, high: float) -> Normal:
    if deviation <= 0:
        raise DesignError(f"found a standard deviation of {deviation:g}: it has to be above zero.")
    found = Normal(mean, deviation, low, high)
    if found.inside < _LEAST_INSIDE:
        raise DesignError(
            f"only {found.inside:.2%} of a normal distribution of mean {mean:g} and deviation {deviation:g} lies in the "
            f"permitted range {low:g} to {high:g}; at least {_LEAST_INSIDE:.0%} has to."
        )
    return found
