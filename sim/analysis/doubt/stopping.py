"""When enough replicates have been run: looks in blocks, and an interval that stays right although one looked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import stdtrit

from sim.arrays import Array
from sim.errors import DesignError

_GROWTH = 1.5  # of the number of replicates from look to look
_KEY = 23  # of the simulated experiments, a number of its own
_SIMULATED = 40_000  # experiments, which tell a coverage to 0.001
_STEPS = 1000  # to one: of the error probability, rounded down, so that it does not hang on the last digit of a simulation


@dataclass(frozen=True)
class Decision:
    """What a look says: the corrected interval, whether to stop and why, and up to which replicate to go on."""

    stop: bool
    reason: str
    mean: float
    low: float
    high: float
    replicates: int
    failed: int
    next: int | None

    @property
    def half_width(self) -> float:
        """Half the width of the interval, in the unit of the measure."""
        return (self.high - self.low) / 2


def looks(at_least: int, at_most: int) -> tuple[int, ...]:
    """Numbers of replicates after which one looks: `at_least`, each half as many again, `at_most`. Raises DesignError."""
    if not 2 <= at_least <= at_most:
        raise DesignError(f"found at_least {at_least} and at_most {at_most}: two replicates at least, and no fewer at most.")
    found = [at_least]
    while found[-1] < at_most:
        found.append(min(at_most, math.ceil(found[-1] * _GROWTH)))
    if len(found) > 2 and found[-1] - found[-2] < (found[-2] - found[-3]) / 2:
        del found[-2]  # a last block of one or two would spend a look on nothing
    return tuple(found)


def look(values: Array, planned: Sequence[int], half_width: float, level: float = 0.95) -> Decision:
    """The decision after `len(values)` replicates, one of the planned looks; values (replicate,), NaN counted as failed.

    One stops at the first look whose interval, Student's at the error probability `corrected` gives, is no wider than asked
    for. At 5% itself the interval at the stop would hold the truth in some 92% of experiments alone, as one stops when the
    spread happens to look small (Anscombe 1953; Chow and Robbins 1965). Means over draws by seed are the values where there
    are many draws. Raises DesignError.
    """
    if len(values) not in planned:
        raise DesignError(f"found {len(values)} replicates: looks are after {', '.join(map(str, planned))} alone.")
    if not half_width > 0 or not 0 < level < 1:
        raise DesignError(f"found half_width {half_width:g} and level {level:g}: above zero, and between 0 and 1.")
    at = list(planned).index(len(values))
    following = planned[at + 1] if at + 1 < len(planned) else None
    known = values[np.isfinite(values)]
    count, failed = len(known), len(values) - len(known)
    if count < 2:
        mean = float(known[0]) if count else math.nan
        said = f"{failed:,} of {len(values):,} replicates failed: no interval"
        return Decision(following is None, said, mean, -math.inf, math.inf, count, failed, following)
    error = corrected(tuple(planned), level)
    mean = float(known.mean())
    half = float(stdtrit(count - 1, 1 - error / 2)) * float(known.std(ddof=1)) / math.sqrt(count)
    enough = half <= half_width
    reason = (
        f"half width {half:.3g} is within the {half_width:.3g} asked for"
        if enough
        else f"half width {half:.3g} is still above the {half_width:.3g} asked for"
        + ("" if following else f", and {planned[-1]} replicates are the most allowed")
    )
    stop = enough or following is None
    return Decision(stop, reason, mean, mean - half, mean + half, count, failed, None if stop else following)


@lru_cache
def corrected(planned: tuple[int, ...], level: float = 0.95) -> float:
    """The error probability of Student's interval at every look for which the one at the stop holds with `level`.

    The largest whole thousandth at which, of 40,000 simulated experiments of normal values, the interval at the stop holds
    the mean in a share `level` of them at least, whatever the width asked for (49 widths from 0.05 to 5 standard
    deviations). Always the same for the same looks. The plain `1 - level` where there is one look.
    """
    if len(planned) == 1:
        return 1 - level
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([_KEY])))
    block, count = np.diff(planned, prepend=0), np.array(planned)
    sums = generator.standard_normal((_SIMULATED, len(block))) * np.sqrt(block)
    within = np.column_stack([generator.chisquare(one - 1, _SIMULATED) if one > 1 else np.zeros(_SIMULATED) for one in block])
    total, squares = np.cumsum(sums, axis=1), np.cumsum(within + sums**2 / block, axis=1)
    mean, error = np.abs(total / count), np.sqrt((squares - total**2 / count) / (count - 1) / count)
    low, high = 0, math.floor((1 - level) * _STEPS + 1e-9)
    while high - low > 1:
        middle = (low + high) // 2
        half = stdtrit(count - 1, 1 - middle / _STEPS / 2) * error
        low, high = (middle, high) if _worst(mean, half) >= level else (low, middle)
    return max(low, 1) / _STEPS


def _worst(mean: Array, half: Array) -> float:
    """The least share, over widths asked for, of experiments (experiment, look) whose interval at the stop holds zero."""
    every = np.arange(len(mean))
    held = []
    for width in np.geomspace(0.05, 5, 49):
        enough = half <= width
        enough[:, -1] = True
        at = enough.argmax(axis=1)
        held.append(float((mean[every, at] <= half[every, at]).mean()))
    return min(held)
