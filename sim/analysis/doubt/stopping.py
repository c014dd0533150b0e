"""When enough replicates have been run: looks in blocks, and an interval that stays right although one looked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from sim.arrays import Array
from sim.errors import DesignError

_GROWTH = 1.5  # of the number of replicates from look to look


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

    The j-th look's interval is Student's with error probability `alpha_j = alpha (n_j - n_(j-1)) / n_last`: error is spent
    in proportion to replicates (Lan and DeMets 1983, with the linear function of Kim and DeMets 1987) and added up as
    Bonferroni does, so that, for normal values, all intervals of all looks hold together with probability `level` at
    least, whatever makes one stop. The plain interval at the stop would hold less often: one stops when the spread
    happens to look small. Means of draws by seed are the values where there are many draws. Raises DesignError.
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
    spent = (1 - level) * (len(values) - (planned[at - 1] if at else 0)) / planned[-1]
    mean = float(known.mean())
    half = float(stdtrit(count - 1, 1 - spent / 2)) * float(known.std(ddof=1)) / math.sqrt(count)
    enough = half <= half_width
    reason = (
        f"half width {half:.3g} is within the {half_width:.3g} asked for"
        if enough
        else f"half width {half:.3g} is still above the {half_width:.3g} asked for"
        + ("" if following else f", and {planned[-1]} replicates are the most allowed")
    )
    stop = enough or following is None
    return Decision(stop, reason, mean, mean - half, mean + half, count, failed, None if stop else following)
