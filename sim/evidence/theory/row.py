"""One line of the table of corners: what theory says, what the model says, and how far apart they may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array

EXACT = 1e-8  # what a corner without draws may differ by: the markets clear to 1e-12, moves settle to 1e-13


@dataclass(frozen=True)
class Row:
    """A number (or a short list of them) that theory fixes, and the model's own."""

    name: str
    corner: str
    source: str
    exact: float | Array
    ours: float | Array
    tolerance: float = EXACT

    @property
    def difference(self) -> float:
        """The largest absolute difference; not a number where ours is not one."""
        return float(np.max(np.abs(np.asarray(self.ours, dtype=float) - np.asarray(self.exact, dtype=float))))

    @property
    def passed(self) -> bool:
        """Whether the difference lies within the tolerance."""
        return bool(self.difference <= self.tolerance)

    def words(self) -> tuple[str, ...]:
        """The cells of the printed table."""
        verdict = "pass" if self.passed else "FAIL"
        numbers = (_said(self.exact), _said(self.ours), f"{self.difference:.1e}", f"{self.tolerance:.0e}")
        return (verdict, self.name, *numbers, f"{self.source} [{self.corner}]")

    def to_json(self) -> dict[str, Any]:
        """The row with all its digits; nothing stands for a number that is not one."""
        numbers = {"exact": self.exact, "ours": self.ours, "difference": self.difference, "tolerance": self.tolerance}
        plain = {word: _plain(np.asarray(value, dtype=float)) for word, value in numbers.items()}
        return {"name": self.name, "corner": self.corner, "source": self.source, "passed": self.passed, **plain}


def stopped(family: str, reason: str) -> Row:
    """The row that stands for what is left of a family whose corner could not run."""
    return Row(f"{family}: stopped", family, reason, float("nan"), float("nan"))


def _plain(numbers: Array) -> Any:
    """Numbers as JSON has them, where one that is not finite is null."""
    plain = numbers.astype(object)
    plain[~np.isfinite(numbers)] = None
    return plain.tolist()


def _said(value: float | Array) -> str:
    """Numbers with six digits; of more than two, the first and the last."""
    numbers = [f"{number:.6g}" for number in np.atleast_1d(np.asarray(value, dtype=float)).ravel()]
    return " ".join(numbers if len(numbers) <= 2 else [numbers[0], "..", numbers[-1]])
