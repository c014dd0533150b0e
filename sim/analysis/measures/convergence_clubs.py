"""Convergence clubs: the log t test of Phillips and Sul, and the groups of regions within which incomes draw together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.measures.base import Array, Index, Panel, Reading, Series
from sim.errors import FactorFlowError

UNIT = "clubs"
TITLE = "Convergence clubs of regions"
SCOPES = ("world",)
RECORDED = False
MEANING = "groups of regions whose log incomes converge (Phillips-Sul), from the first year up to each; 0 if none does"
ALSO = {
    "log_t": Series(
        "t statistic", SCOPES, "log t test of all regions since the first year: below -1.65 they do not all converge"
    ),
    "log_t_slope": Series(
        "none", SCOPES, "slope b of the log t regression, twice the speed: from 2 levels converge, from 0 growth"
    ),
}
MISSING = "it needs three regions that earn more than 1 a head in all years, not all the same, and ten years"

CRITICAL = -1.65  # of the one-sided test, 5%
LEAST_REGIONS, LEAST_YEARS = 3, 10  # below, readings leave the test out: six points or fewer say nothing of a trend
_SIEVE = 0.0  # c* of Phillips and Sul (2009)
_NEAR = 1e-3  # angle below which the kernel's difference of nearly equal numbers is replaced by its series
_EQUAL = 1e-24  # H of log incomes that differ by rounding alone
_FEWEST = 3  # points of a regression with a slope, a constant and something left over


@dataclass(frozen=True)
class Clubs:
    """Clubs of units by their numbers, richest in the last year first, and the units that belong to none.

    slope, t: of the log t regression within each club.
    """

    members: tuple[Index, ...]
    slope: tuple[float, ...]
    t: tuple[float, ...]
    divergent: Index


def transition_paths(log_income: Array) -> Array:
    """Relative transition paths h = x_it / mean_i x_it (..., unit, year) of log incomes x (..., unit, year)."""
    log_income = np.asarray(log_income, dtype=float)
    mean = log_income.mean(axis=-2, keepdims=True)
    if not np.isfinite(log_income).all() or (mean <= 0).any():
        raise FactorFlowError("log t needs log incomes that are numbers, with a mean above zero in every year")
    return np.asarray(log_income / mean)


def dispersion(log_income: Array) -> Array:
    """H_t = mean_i (h_it - 1)^2 (..., year) of log incomes (..., unit, year)."""
    return np.asarray(((transition_paths(log_income) - 1) ** 2).mean(axis=-2))


def log_t(spread: Array) -> tuple[Array, Array]:
    """Slope b and its t statistic (...,) of the log t regression on dispersions H (..., year); convergence: t > -1.65.

    ln(H_1 / H_t) - 2 ln ln t = a + b ln t, t = round(T/3) + 1 to T; b is twice the speed, b >= 2 convergence of levels,
    0 <= b < 2 of growth. Variance of b: long-run variance of the residuals (see there) over the sum of squares of
    ln t around its mean. NaN where a dispersion is 0, but for rounding.
    152 countries, 1970-2003: b = -0.8748, t = -159.6. Source: Phillips and Sul (2007, 2009).
    """
    spread = np.asarray(spread, dtype=float)
    length = spread.shape[-1]
    time = np.arange(round(length / 3) + 1, length + 1)
    if len(time) < _FEWEST:
        raise FactorFlowError(f"log t needs four years at least; there are {length}")
    known = np.asarray((spread > _EQUAL).all(axis=-1))[..., None]
    spread = np.where(known, spread, 1.0)
    x = np.log(time)
    y = np.log(spread[..., :1] / spread[..., time - 1]) - 2 * np.log(x)
    x = x - x.mean()
    slope = (y * x).sum(axis=-1) / (x**2).sum()
    left = y - y.mean(axis=-1, keepdims=True) - slope[..., None] * x
    variance = long_run_variance(left) / (x**2).sum()
    fit = known[..., 0]
    positive = fit & (variance > 0)
    t = np.where(positive, slope / np.sqrt(np.where(positive, variance, 1.0)), np.nan)
    # A line through all points: no doubt is left about the sign of its slope.
    t = np.where(fit & (variance == 0), np.copysign(np.inf, slope), t)
    return np.where(fit, slope, np.nan), t


def long_run_variance(left: Array) -> Array:
    """Long-run variance (...,) of residuals (..., year) with the quadratic spectral kernel of Andrews (1991).

    [sum e^2 + 2 sum_j k(j / B) sum_t e_t e_t+j] / n, n one less than the residuals, j from 1 to n - 1, t from 1 to n - j;
    B from the autoregression e_t+1 = r e_t: 1.3221 [4 r^2 / (1 - r)^4 (n + 1)]^0.2. As Phillips and Sul (2007) computed it.
    """
    left = np.asarray(left, dtype=float)
    count = left.shape[-1]
    before, after = left[..., :-1], left[..., 1:]
    squares = (before**2).sum(axis=-1)
    rho = (before * after).sum(axis=-1) / np.where(squares > 0, squares, 1.0)
    apart = np.where(rho == 1, np.finfo(float).tiny ** 0.2, 1 - rho)
    width = 1.3221 * (4 * rho**2 / apart**4 * count) ** 0.2
    lag = np.arange(1, count - 1)
    # Without autocorrelation the window is empty: every lag lies infinitely far out, where the kernel is zero.
    reach = lag / np.where(width > 0, width, 1.0)[..., None]
    angle = 1.2 * np.pi * reach
    safe = np.where(angle > _NEAR, angle, 1.0)
    kernel = np.where(angle > _NEAR, 3 / safe**2 * (np.sin(safe) / safe - np.cos(safe)), 1 - angle**2 / 10)
    kernel = np.where((width > 0)[..., None], kernel, 0.0)
    # `before` leaves the last residual out of the products, though not out of the squares: so does the code of Sul.
    products = np.stack([(before[..., :-j] * before[..., j:]).sum(axis=-1) for j in lag], axis=-1)
    return np.asarray(((left**2).sum(axis=-1) + 2 * (kernel * products).sum(axis=-1)) / (count - 1))


def find_clubs(log_income: Array) -> Clubs:
    """Clubs of units by their log incomes (unit, year), as Phillips and Sul (2009) cluster them, before any merger.

    Order by the last value; of the first pair with t > -1.65 the prefix with the largest t, as long as t > -1.65, is the
    core; to it come all whose t with the core exceeds 0. Repeat on the rest, until it converges or holds no core.
    """
    log_income = np.asarray(log_income, dtype=float)
    rest = np.argsort(-log_income[:, -1], kind="stable")
    members: list[Index] = []
    while len(rest) > 1:
        if _t_of(log_income[rest]) > CRITICAL:
            members.append(rest)
            rest = rest[:0]
            break
        core = _core(log_income[rest])
        if core is None:
            break
        inside = np.zeros(len(rest), dtype=bool)
        inside[core] = True
        others = np.flatnonzero(~inside)
        with_core = np.column_stack([np.tile(core, (len(others), 1)), others])
        inside[others] = log_t(dispersion(log_income[rest[with_core]]))[1] > _SIEVE
        members.append(rest[inside])
        rest = rest[~inside]
    return _described(log_income, members, rest)


def merge_clubs(log_income: Array, clubs: Clubs) -> Clubs:
    """Neighbouring clubs made one as long as t > -1.65: the first takes in the next, and that, until one does not fit."""
    log_income = np.asarray(log_income, dtype=float)
    merged: list[Index] = []
    for club in clubs.members:
        together = np.concatenate([merged[-1], club]) if merged else club
        if merged and _t_of(log_income[together]) > CRITICAL:
            merged[-1] = together
        else:
            merged.append(club)
    return _described(log_income, merged, clubs.divergent)


def _t_of(log_income: Array) -> float:
    return float(log_t(dispersion(log_income))[1])


def _core(log_income: Array) -> Index | None:
    """Places of the core in the order of the units (unit, year); None where no neighbours converge."""
    count = len(log_income)
    first = next((one for one in range(count - 1) if _t_of(log_income[one : one + 2]) > CRITICAL), None)
    if first is None:
        return None
    best, largest = first + 2, -np.inf
    for end in range(first + 2, count + 1):
        t = _t_of(log_income[first:end])
        if not t > CRITICAL:
            break
        if t > largest:
            best, largest = end, t
    return np.arange(first, best)


def _described(log_income: Array, members: list[Index], divergent: Index) -> Clubs:
    tests = [log_t(dispersion(log_income[club])) for club in members]
    return Clubs(tuple(members), tuple(float(b) for b, _ in tests), tuple(float(t) for _, t in tests), divergent)


def readings(panel: Panel) -> list[Reading]:
    """The test of all regions, and the number of merged clubs, from the first year up to each, from the tenth on.

    Regions that are empty in any year are left out. Log incomes are taken as they are: a simulated series has no
    business cycle to be filtered out.
    """
    income, people = panel.regional()
    shape = income.shape[:2]
    found = {name: np.full(shape, np.nan) for name in ("convergence_clubs", *ALSO)}
    for replicate in range(shape[0]):
        kept = (people[replicate] > 0).all(axis=0)
        paths = income[replicate][:, kept].T
        # Logs below zero would turn the relative paths round.
        if len(paths) < LEAST_REGIONS or not (paths > 1).all():
            continue
        logs = np.log(paths)
        for year in range(LEAST_YEARS - 1, shape[1]):
            slope, t = log_t(dispersion(logs[:, : year + 1]))
            if np.isfinite(t):
                clubs = merge_clubs(logs[:, : year + 1], find_clubs(logs[:, : year + 1]))
                values = (len(clubs.members), float(t), float(slope))
                for name, value in zip(found, values, strict=True):
                    found[name][replicate, year] = value
    unit = {"convergence_clubs": UNIT} | {name: entry.unit for name, entry in ALSO.items()}
    return [Reading(name, unit[name], "world", panel.world, values) for name, values in found.items()]
