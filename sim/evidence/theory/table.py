"""All rows of the table of corners, in the order of the design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from sim.errors import FactorFlowError
from sim.evidence.theory import (
    agents,
    belts,
    budgets,
    choice,
    commuting,
    diffusion,
    factors,
    geography,
    goods,
    jobs,
    places,
    roads,
    services,
    solow,
    stationary,
    todaro,
    villages,
)
from sim.evidence.theory.row import Row, stopped

FAMILIES = (
    *(jobs, todaro, choice, places, factors, solow, goods, geography, stationary),
    *(commuting, roads, services, diffusion, belts, villages, budgets, agents),
)


def families() -> Mapping[str, ModuleType]:
    """The families of corners by name; only `agents` draws."""
    return {family.__name__.rpartition(".")[2]: family for family in FAMILIES}


def rows(names: Iterable[str]) -> Iterator[Row]:
    """The rows of these families, each worked out when it is asked for; a corner that cannot run is a row that fails."""
    known = families()
    for name in names:
        try:
            yield from known[name].rows()
        except FactorFlowError as reason:
            yield stopped(name, str(reason))
