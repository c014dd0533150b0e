"""Where failures lie: draws by the kind of reason that ended them, and the parameter and value from which on they fail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.doubt.ranks import split
from sim.arrays import Array, Flag
from sim.errors import printable

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
_UNUSUAL = " Unusual here:"  # from here on a reason lists the draw's own numbers


@dataclass(frozen=True)
class Failing:
    """Draws that failed alike, and the side of one parameter on which they lie; parameter None where no split tells."""

    reason: str  # of the first of them
    draws: int
    of: int
    parameter: str | None
    value: float | None
    below: bool | None
    accuracy: float | None  # share of these draws and of those that did not fail on the side the split calls them on

    def __str__(self) -> str:
        said = f"{self.draws:,} of {self.of:,} draws: {printable(self.reason, 300).rstrip('.')}"
        if self.parameter is None or self.value is None or self.accuracy is None:
            return f"{said}. No parameter alone tells which"
        side = "below" if self.below else "above"
        return f"{said}. They lie {side} {self.parameter} {self.value:.3g}, right in {self.accuracy:.0%} of draws"


def failing(reasons: Mapping[int, str], values: Array, names: Sequence[str]) -> tuple[Failing, ...]:
    """Failures by kind, the most frequent first: reasons by draw, and what was drawn, (draw, parameter), NaN where nothing.

    Reasons that differ in their numbers alone are of one kind; each kind is held against the draws that did not fail, by the
    split that tells them apart best (`split`).
    """
    kinds: dict[str, list[int]] = {}
    for draw, reason in sorted(reasons.items()):
        kinds.setdefault(_NUMBER.sub("#", reason.partition(_UNUSUAL)[0]), []).append(draw)
    known: Flag = np.asarray(np.isfinite(values).all(axis=0))
    sound = [draw for draw in range(len(values)) if draw not in reasons]
    found = []
    for draws in kinds.values():
        said, part = reasons[draws[0]].partition(_UNUSUAL)[0], None
        if sound and known.any():
            part, _ = split(np.arange(len(draws) + len(sound)) < len(draws), values[[*draws, *sound]][:, known])
        if part is None:
            found.append(Failing(said, len(draws), len(values), None, None, None, None))
            continue
        name = [one for one, there in zip(names, known, strict=True) if there][part.column]
        found.append(Failing(said, len(draws), len(values), name, part.value, part.more_below, part.accuracy))
    return tuple(sorted(found, key=lambda one: -one.draws))
