"""The conflict in the literature: does freer migration narrow regional gaps, by scale economies and land law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from sim.arrays import Array
from sim.errors import MarketDidNotClear
from sim.evidence.tombe_zhu import outcomes
from sim.evidence.tombe_zhu.economy import Economy
from sim.evidence.tombe_zhu.solver import Shock, solve

AGGLOMERATION = tuple(np.round(np.linspace(0.0, 0.8, 9), 10))  # up to where one equilibrium is expected
INSTITUTIONS = {"forfeited": 0.0, "kept": 1.0}  # share of land income that follows the registered who left
OBSERVED = "Thirty provinces, farm and other work, 2000; costs of migration fall as 2000 to 2005 (Tombe and Zhu 2019)."
SAME = 1e-7  # logs by which two solutions may differ and be the same equilibrium


@dataclass(frozen=True)
class Line:
    """Effects of freer migration under one land institution, by agglomeration nu.

    effect: percent change of the variance of log real income of provinces, by nu; sectors: percent change of the ratio of
    real incomes outside farming to those in farming, by nu; flip: nu at which the first changes sign (None: nowhere);
    flip_unweighted: the same when provinces count alike; apart: largest difference (logs) of solutions from other
    initial populations at the flip and at the largest nu (None: none found); starts: how many were tried and found.
    """

    institution: str
    effect: tuple[float, ...]
    sectors: tuple[float, ...]
    flip: float | None
    flip_unweighted: float | None
    apart: float | None
    starts: tuple[int, int]


@dataclass(frozen=True)
class Conflict:
    """Lines by land institution over agglomeration; place: what economy they belong to."""

    place: str
    agglomeration: tuple[float, ...]
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """The conflict for `--json`."""
        rows = [vars(line) for line in self.lines]
        return {"place": self.place, "agglomeration": list(self.agglomeration), "lines": rows}


def effect(economy: Economy, migration_cost: Array, agglomeration: float, kept_rent: float) -> Array:
    """Percent changes of gaps when migration costs change, under one law and one agglomeration, (3,).

    Both economies have the same land institution and the same nu, and start from the same observed base year; first
    the variance weighted by workers, then that in which provinces count alike, then the ratio between sectors.
    """
    before = solve(economy, Shock(kept_rent=kept_rent, agglomeration=agglomeration))
    shock = Shock(migration_cost=migration_cost, kept_rent=kept_rent, agglomeration=agglomeration)
    after = solve(economy, shock, before.unknowns)
    old, new = (
        np.array([outcomes.regional_gap(one), outcomes.regional_gap(one, weighted=False), outcomes.sector_gap(one)])
        for one in (before, after)
    )
    return np.asarray(100 * (new / old - 1))


def conflict(
    economy: Economy, migration_cost: Array, place: str, agglomeration: Sequence[float] = AGGLOMERATION, seed: int = 1
) -> Conflict:
    """Effects of freer migration on the regional gap by agglomeration, for every land institution."""
    lines = []
    for institution, kept in INSTITUTIONS.items():
        effects = np.array([effect(economy, migration_cost, nu, kept) for nu in agglomeration])
        flips = [_flip(economy, migration_cost, kept, agglomeration, effects[:, kind], kind) for kind in (0, 1)]
        tried = [nu for nu in (flips[0], agglomeration[-1]) if nu is not None]
        generator = np.random.default_rng(seed)
        found = [_from_elsewhere(economy, migration_cost, nu, kept, generator) for nu in tried for _ in range(3)]
        cleared = [apart for apart in found if apart is not None]
        lines.append(
            Line(
                institution=institution,
                effect=tuple(float(value) for value in effects[:, 0]),
                sectors=tuple(float(value) for value in effects[:, 2]),
                flip=flips[0],
                flip_unweighted=flips[1],
                apart=max(cleared, default=None),
                starts=(len(found), len(cleared)),
            )
        )
    return Conflict(place, tuple(float(nu) for nu in agglomeration), tuple(lines))


def _flip(
    economy: Economy, migration_cost: Array, kept: float, nus: Sequence[float], effects: Array, kind: int
) -> float | None:
    """The first agglomeration at which the effect on a gap changes sign."""
    turns = np.flatnonzero(np.diff(np.sign(effects)) != 0)
    if not turns.size:
        return None
    low, high = nus[turns[0]], nus[turns[0] + 1]
    return float(brentq(lambda nu: effect(economy, migration_cost, nu, kept)[kind], low, high, xtol=1e-6))


def _from_elsewhere(
    economy: Economy, migration_cost: Array, agglomeration: float, kept: float, generator: np.random.Generator
) -> float | None:
    """How far (logs) the solution from another initial population is from that of the base year's; None if none clears.

    People are put elsewhere by random factors, markets clear with them there, and the search begins at those returns.
    """
    shock = Shock(migration_cost=migration_cost, kept_rent=kept, agglomeration=agglomeration)
    weight = economy.migration * np.exp(generator.normal(0.0, 1.5, economy.migration.shape))
    people = weight / weight.sum(axis=1, keepdims=True) * economy.registrants[:, None]
    settled = Shock(migration_cost=migration_cost, kept_rent=kept, agglomeration=agglomeration, migrants=people)
    try:
        elsewhere = solve(economy, settled).unknowns
        return float(np.abs(solve(economy, shock, elsewhere).unknowns - solve(economy, shock).unknowns).max())
    except MarketDidNotClear:
        return None
