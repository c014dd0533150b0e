"""The published numbers, one row each, as the package keeps them in `sim/data/published_effects.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EVIDENCE = {
    "F": "full text read",
    "T": "the passage or table read",
    "A": "abstract only",
    "S": "reported by others",
}
EFFECT, BASELINE_ONLY = "effect", "baseline to 2035 only"


@dataclass(frozen=True)
class Band:
    """What an experiment may give before a referee objects, both ends included, and why; `unit` is the experiment's."""

    low: float
    high: float
    why: str

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Fact:
    """One published number: what was found, where, when and how, who says so, and how well that was read.

    value: None where the source gives a range alone. use: `effect`, or `baseline to 2035 only` for what was written
    after 2019. band: None where the number is a sign, or too far from what the model has.
    """

    name: str
    experiment: str
    outcome: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    interval: str
    horizon: str
    place: str
    period: str
    method: str
    source: str
    address: str
    evidence: str
    band: Band | None
    why: str
    use: str

    def words(self, unit: str) -> str:
        """The number with its range and mark of evidence; its unit where that is not the experiment's."""
        if self.unit == "sign":
            said = {-1.0: "sign -", 0.0: "sign 0", 1.0: "sign +"}[self.value or 0.0]
            return f"{said} {self.evidence}"
        low, high = ("" if end is None else f"{end:g}" for end in (self.low, self.high))
        span = f"{low or '..'} to {high or '..'}" if low or high else ""
        value = "" if self.value is None else f"{self.value:g}"
        said = f"{value} ({span})" if value and span else value or span
        return f"{said}{'' if self.unit in (unit, 'none') else f' {self.unit}'} {self.evidence}"


@cache
def facts() -> tuple[Fact, ...]:
    """All rows of the table, in its order; see its card `sim/data/published_effects.md`."""
    text = (files("sim.data") / "published_effects.csv").read_text(encoding="utf-8")
    return tuple(_fact(row) for row in csv.DictReader(text.splitlines()))


def of_experiment(name: str) -> tuple[Fact, ...]:
    """The rows that share an experiment."""
    return tuple(fact for fact in facts() if fact.experiment == name)


def band_of(name: str) -> Band | None:
    """The band of an experiment: that of the first of its rows which has one."""
    return next((fact.band for fact in of_experiment(name) if fact.band is not None), None)


def _fact(row: dict[str, str]) -> Fact:
    low, high = _number(row["acceptable_low"]), _number(row["acceptable_high"])
    return Fact(
        name=row["id"],
        experiment=row["experiment"],
        outcome=row["outcome"],
        value=_number(row["value"]),
        unit=row["unit"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        interval=row["interval"],
        horizon=row["horizon_years"],
        place=row["place"],
        period=row["period"],
        method=row["method"],
        source=row["source"],
        address=row["address"],
        evidence=row["evidence"],
        band=None if low is None or high is None else Band(low, high, row["why"]),
        why=row["why"],
        use=row["use"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
