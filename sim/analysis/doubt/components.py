"""Luck, ignorance and what they do together: variance components of a table of draws by seeds, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, fdtri

from sim.arrays import Array, Flag
from sim.errors import DesignError


@dataclass(frozen=True)
class Component:
    """A variance (unit of the table squared) with its interval; `raw` is the estimate before negative ones become zero."""

    value: float
    low: float
    high: float
    raw: float
    degrees: int

    @property
    def negative(self) -> bool:
        """Whether the estimate was below zero and is shown as zero."""
        return self.raw < 0

    @property
    def deviation(self) -> float:
        """Its square root: a standard deviation in the unit of the table."""
        return math.sqrt(self.value)


@dataclass(frozen=True)
class Components:
    """What a paired difference varies with; None where the layout cannot tell, and `notes` say why."""

    mean: float
    error: float | None  # standard error of the mean, over new draws and new seeds
    draws: int
    seeds: int
    cells: int
    missing: int
    ignorance: Component | None
    luck: Component | None
    interaction: Component | None
    notes: tuple[str, ...]

    def shares(self) -> dict[str, float]:
        """Shares of the variance of one difference that each component estimated makes; they sum to one."""
        found = {name: getattr(self, name) for name in ("ignorance", "luck", "interaction")}
        values = {name: component.value for name, component in found.items() if component is not None}
        total = sum(values.values())
        return {name: value / total for name, value in values.items()} if total > 0 else {}


def components(table: Array, level: float = 0.95) -> Components:
    """Variance components of `table` (draw, seed), in its unit squared; NaN is a task that failed and is counted.

    `D_ps = mean + P_p + S_s + (PS)_ps`, all random with mean zero. With n_ps one where there is a value, N their number,
    a draws, b seeds, c separate parts of the layout: `E[R(P | S)] = (a - c) s_PS + (N - b) s_P`,
    `E[R(S | P)] = (b - c) s_PS + (N - a) s_S`, `E[SSE] = (N - a - b + c) s_PS` (Henderson 1953, method 3; Searle, Casella
    and McCulloch 1992, ch. 5), in complete tables the usual expected mean squares. Intervals: chi-square for s_PS, modified
    large sample for the others (Ting et al. 1990; Burdick and Graybill 1992, sec. 3.3), exact or nearly so for complete
    tables of normal components; cut at zero. Raises DesignError.
    """
    present = _present(table, level)
    kept = table[np.ix_(present.any(axis=1), present.any(axis=0))]
    present = np.isfinite(kept)
    (draws, seeds), cells = present.shape, int(present.sum())
    missing, mean = table.size - cells, float(kept[present].mean())
    notes = [f"{missing:,} of {table.size:,} tasks have no value and are left out"] if missing else []
    if draws == 1 or seeds == 1:
        return _one_way(kept[present], (draws, seeds), missing, level, notes)
    if cells in (draws, seeds):
        raise DesignError(f"the {cells:,} values have no seed or no draw in common, so that luck and ignorance are one.")
    left, of_draws, of_seeds, parts = _sums_of_squares(kept, present)
    degrees = (draws - parts, seeds - parts, cells - draws - seeds + parts)
    if degrees[2] < 1:
        raise DesignError(f"{draws} draws by {seeds} seeds with {cells} values leave nothing to tell an interaction by.")
    square = (of_draws / degrees[0], of_seeds / degrees[1], left / degrees[2])
    each = ((cells - seeds) / degrees[0], (cells - draws) / degrees[1])
    ignorance, luck = (_difference(square[i], square[2], degrees[i], degrees[2], each[i], level) for i in (0, 1))
    interaction = _alone(square[2], degrees[2], level)
    notes += [
        f"the estimate for {name} was below zero and is shown as zero"
        for name, one in (("ignorance", ignorance), ("luck", luck))
        if one.negative
    ]
    error = _error_of_mean(present, ignorance.value, luck.value, interaction.value)
    return Components(mean, error, draws, seeds, cells, missing, ignorance, luck, interaction, tuple(notes))


def _present(table: Array, level: float) -> Flag:
    if table.ndim != 2 or not np.isfinite(table).any():
        raise DesignError(f"a table of draws by seeds with one value at least is needed; found one of shape {table.shape}.")
    if np.isinf(table).any():
        raise DesignError("the table holds a value without end; a failed task is written NaN.")
    if not 0 < level < 1:
        raise DesignError(f"found a level of {level:g}: it lies between 0 and 1, such as 0.95.")
    return np.isfinite(table)


def _one_way(values: Array, shape: tuple[int, int], missing: int, level: float, notes: list[str]) -> Components:
    """One seed, as in a continuum, or one draw: the spread is of the other alone, and the note says what cannot be told."""
    draws, seeds = shape
    count, mean = len(values), float(values.mean())
    if count == 1:
        notes = [*notes, "one value has no spread: neither luck nor ignorance can be told"]
        return Components(mean, None, draws, seeds, count, missing, None, None, None, tuple(notes))
    spread = _alone(float(values.var(ddof=1)), count - 1, level)
    error = spread.deviation / math.sqrt(count)
    if seeds == 1:
        notes = [*notes, "one seed: luck cannot be told; ignorance holds its interaction with luck, if there is any"]
        return Components(mean, error, draws, seeds, count, missing, spread, None, None, tuple(notes))
    notes = [*notes, "one draw: ignorance cannot be told; luck is that of this draw"]
    return Components(mean, error, draws, seeds, count, missing, None, spread, None, tuple(notes))


def _sums_of_squares(table: Array, present: Flag) -> tuple[float, float, float, int]:
    """What the additive fit leaves, R(P | S), R(S | P), and the separate parts of the layout."""
    seen = present.astype(np.float64)
    of_draw, of_seed = seen.sum(axis=1), seen.sum(axis=0)
    values = np.where(present, table - table[present].mean(), 0.0)
    by_draw = values.sum(axis=1) / of_draw
    normal = np.diag(of_seed) - seen.T @ (seen / of_draw[:, None])  # of the seeds, draws swept out; rank seeds - parts
    sides = values.sum(axis=0) - seen.T @ by_draw
    roots, vectors = np.linalg.eigh(normal)
    kept = roots > 1e-9 * roots[-1]
    effects = vectors[:, kept] @ ((vectors[:, kept].T @ sides) / roots[kept])
    about_draws = np.where(present, values - by_draw[:, None], 0.0)
    about_seeds = np.where(present, values - values.sum(axis=0) / of_seed, 0.0)
    both = np.where(present, about_draws - effects + ((seen @ effects) / of_draw)[:, None], 0.0)
    left, without_seeds, without_draws = (float((one**2).sum()) for one in (both, about_draws, about_seeds))
    return left, max(0.0, without_draws - left), max(0.0, without_seeds - left), len(roots) - int(kept.sum())


def _alone(square: float, degrees: int, level: float) -> Component:
    """A variance that is a mean square: `df MS / chi2` at both ends."""
    tail = (1 - level) / 2
    low, high = (degrees * square / float(chdtri(degrees, share)) for share in (tail, 1 - tail))
    return Component(square, low, high, square, degrees)


def _difference(first: float, second: float, df1: int, df2: int, each: float, level: float) -> Component:
    """The variance (first - second) / each of two mean squares with its modified-large-sample interval."""
    tail = (1 - level) / 2

    def upper(share: float, one: float, other: float | None = None) -> float:
        return float(chdtri(one, share)) / one if other is None else float(fdtri(one, other, 1 - share))

    g1, g2 = (1 - 1 / upper(tail, df) for df in (df1, df2))
    h1, h2 = (1 / upper(1 - tail, df) - 1 for df in (df1, df2))
    f_low, f_high = upper(tail, df1, df2), upper(1 - tail, df1, df2)
    g12 = ((f_low - 1) ** 2 - g1**2 * f_low**2 - h2**2) / f_low
    h12 = ((1 - f_high) ** 2 - h1**2 * f_high**2 - g2**2) / f_high
    raw = first - second
    below = g1**2 * first**2 + h2**2 * second**2 + g12 * first * second
    above = h1**2 * first**2 + g2**2 * second**2 + h12 * first * second
    low, high = raw - math.sqrt(max(0.0, below)), raw + math.sqrt(max(0.0, above))
    return Component(max(0.0, raw) / each, max(0.0, low) / each, max(0.0, high) / each, raw / each, df1)


def _error_of_mean(present: Flag, ignorance: float, luck: float, interaction: float) -> float:
    """Standard error of the mean of cells: every draw and seed weighs as the cells it has."""
    cells = present.sum()
    of_draw, of_seed = present.sum(axis=1) / cells, present.sum(axis=0) / cells
    return math.sqrt(float((of_draw**2).sum() * ignorance + (of_seed**2).sum() * luck + interaction / cells))
