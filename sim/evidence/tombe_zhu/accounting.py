"""Growth accounting: what trade costs, migration costs and the rest contributed, averaged over all orders of change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import numpy as np

from sim.arrays import Array, Index
from sim.errors import FactorFlowError
from sim.evidence.tombe_zhu import outcomes, trade
from sim.evidence.tombe_zhu.data import Observed
from sim.evidence.tombe_zhu.solver import IMAGINARY, Shock, System, solve

PARTS = ("internal_trade", "external_trade", "migration", "residual")
MOST_ROUNDS = 50


@dataclass(frozen=True)
class Decomposition:
    """Contributions by part in the unit of the outcome: mean and standard deviation over orders; total their sum."""

    mean: Mapping[str, float]
    deviation: Mapping[str, float]
    total: float


def over_orders(parts: tuple[str, ...], outcome: Callable[[frozenset[str]], float]) -> Decomposition:
    """Contributions averaged over all orders in which the parts can be added (Shapley 1953; Shorrocks 2013).

    phi_i = 1/n! sum_orders [f(before i + i) - f(before i)]
    """
    values = {
        frozenset(group): outcome(frozenset(group)) for size in range(len(parts) + 1) for group in combinations(parts, size)
    }
    added: dict[str, list[float]] = {part: [] for part in parts}
    for order in permutations(parts):
        before: frozenset[str] = frozenset()
        for part in order:
            added[part].append(values[before | {part}] - values[before])
            before = before | {part}
    return Decomposition(
        mean={part: float(np.mean(found)) for part, found in added.items()},
        deviation={part: float(np.std(found)) for part, found in added.items()},
        total=values[frozenset(parts)] - values[frozenset()],
    )


def residual_productivity(observed: Observed, shock: Shock) -> Array:
    """Change of T, (cell,), with which the shock reproduces the observed growth of real product per worker everywhere.

    Newton's method on log T: what growth is missing, over the response of all real wages to all productivities. Abroad
    T stays.
    """
    economy = observed.economy
    inside = np.flatnonzero(economy.home)
    logs, start = np.zeros(economy.home.size), None
    for _ in range(MOST_ROUNDS):
        changed = replace(shock, productivity=np.exp(logs))
        after = solve(economy, changed, start)
        start = after.unknowns
        missing = np.log(observed.growth / after.real_wage)[inside]
        if np.abs(missing).max() < 1e-9:
            return np.asarray(np.exp(logs))
        step = np.linalg.solve(_response(System(economy, changed), start, inside), missing)
        logs[inside] += step / max(1.0, float(np.abs(step).max()))
    raise FactorFlowError(
        f"no productivity reproduces the observed growth: after {MOST_ROUNDS} rounds "
        f"{np.abs(missing).max():.2g} (logs) is missing"
    )


def _response(system: System, point: Array, cells: Index) -> Array:
    """Derivatives of log real wages of some cells by log productivities of the same, by the implicit function."""
    still, step = system.productivity, 1j * IMAGINARY
    system.productivity = still + step * np.eye(system.cells)[cells]
    forced = system.residuals(np.tile(point, (cells.size, 1))).imag / IMAGINARY
    system.productivity = still
    answer = -np.linalg.solve(system.jacobian(point), forced.T).T
    state = system.state(point + step * answer)
    return np.asarray((state.wage - state.living).imag.T[cells] / IMAGINARY)


def growth(observed: Observed, migration_cost: Array) -> Decomposition:
    """Contributions to the growth of real product per worker 2000 to 2005, percent of the first year's."""
    whole, crossing = trade.published_change(observed), trade.external(observed)
    inner, outer = np.where(crossing, 1.0, whole), np.where(crossing, whole, 1.0)
    productivity = residual_productivity(observed, Shock(migration_cost=migration_cost, trade_cost=whole))

    def outcome(parts: frozenset[str]) -> float:
        cost = (inner if "internal_trade" in parts else 1.0) * (outer if "external_trade" in parts else np.ones_like(whole))
        shock = Shock(
            migration_cost=migration_cost if "migration" in parts else None,
            trade_cost=cost,
            productivity=productivity if "residual" in parts else None,
        )
        return 100 * outcomes.product(solve(observed.economy, shock))

    return over_orders(PARTS, outcome)
