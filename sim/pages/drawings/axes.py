"""Where numbers stand on a drawing: round ticks, places on a scale, labels that do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """From a range of numbers to a range of px; a range without width is given some."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The px of a number."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers within a range, at most so many: steps of 1, 2, 2.5 or 5 and a power of ten."""
    span = high - low
    if not span > 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(part * power for part in (1, 2, 2.5, 5, 10, 20) if span / (part * power) <= most)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def decimals(values: Sequence[float]) -> int:
    """Decimals that tell ticks apart."""
    if len(values) < 2:
        return 2
    step = abs(values[1] - values[0])
    found = max(0, -math.floor(math.log10(step) + 1e-9))
    return found if abs(round(step, found) - step) < 1e-6 * step else found + 1


def whole_years(first: int, last: int, most: int) -> list[int]:
    """Years from the first to the last in equal whole steps, at most so many, the last among them where it can be."""
    step = next((step for step in (1, 2, 3, 5, 10, 20, 25, 50) if (last - first) / step < most), max(1, last - first))
    return list(range(first, last + 1, step))


def apart(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Middles of labels near where they are wanted, none covering another, in the order of what is wanted.

    Neighbours that touch move together, so that their mean place stays where it was wanted as far as there is room.
    """
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    runs: list[tuple[list[int], float]] = []  # members from top to bottom, and the top of the run

    def placed(members: list[int]) -> float:
        above, sums = 0.0, 0.0
        for one in members:
            sums += wanted[one] - above - heights[one] / 2
            above += heights[one]
        return max(top, min(sums / len(members), bottom - above))

    for one in order:
        runs.append(([one], placed([one])))
        while len(runs) > 1 and runs[-2][1] + sum(heights[each] for each in runs[-2][0]) > runs[-1][1]:
            members = runs[-2][0] + runs[-1][0]
            runs[-2:] = [(members, placed(members))]
    found = [0.0] * len(wanted)
    for members, start in runs:
        for one in members:
            found[one] = start + heights[one] / 2
            start += heights[one]
    return found
