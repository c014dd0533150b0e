"""All rows of the table of corners, in the order of the design."""

from __future__ import annotations

from collections.abc import Iterator

from sim.evidence.theory import choice, factors, geography, goods, jobs, places, solow, stationary, todaro
from sim.evidence.theory.row import Row

FAMILIES = (jobs, todaro, choice, places, factors, solow, goods, geography, stationary)


def rows() -> Iterator[Row]:
    """Every corner without draws; each row is worked out when it is asked for."""
    for family in FAMILIES:
        yield from family.rows()
