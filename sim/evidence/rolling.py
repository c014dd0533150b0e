"""Rolling forecasts: a world fitted to its first years forecasts the next ones, beside those who assume less."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.arrays import Array
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.estimation import LAST, estimate, observed_incomes, recorded, simulated
from sim.world.build import build_world

WHAT = ("towns", "villages", "ratios of places")
HEAD = ("forecaster", *(f"{what}, RMSE x 100" for what in WHAT))


def observed_logs(world: AnyWorld, last: int = LAST) -> Array:
    """Log income per head by (year, place, kind), urban first, from the base year on."""
    return np.log(observed_incomes(world, range(catalogue.tables(world).base_year, last + 1)))


def series_of(logs: Array) -> Array:
    """What is forecast, (3, year, place): relative log incomes of towns and of villages, and log ratios of places."""
    relative = logs - logs.mean(axis=1, keepdims=True)
    return np.stack([relative[:, :, 0], relative[:, :, 1], logs[:, :, 0] - logs[:, :, 1]])


def no_change(seen: Array, ahead: int) -> Array:
    """The last value, (place,), for every year ahead; seen: (year, place)."""
    return np.tile(seen[-1], (ahead, 1))


def drift(seen: Array, ahead: int) -> Array:
    """Every place goes on as it went on average since the base year."""
    step = (seen[-1] - seen[0]) / (len(seen) - 1)
    return np.asarray(seen[-1] + np.arange(1, ahead + 1)[:, None] * step)


def common_drift(seen: Array, ahead: int) -> Array:
    """All places go on as they went on average, all alike."""
    step = (seen[-1] - seen[0]).mean() / (len(seen) - 1)
    return np.asarray(seen[-1] + np.arange(1, ahead + 1)[:, None] * step)


def pooled_convergence(seen: Array, ahead: int) -> Array:
    """Yearly changes regressed on levels, one line for all, followed year by year (Barro and Sala-i-Martin 1992)."""
    level, change = seen[:-1].ravel(), np.diff(seen, axis=0).ravel()
    slope, constant = np.polyfit(level, change, 1)
    found, value = [], seen[-1]
    for _ in range(ahead):
        value = value + constant + slope * value
        found.append(value)
    return np.array(found)


FORECASTERS: dict[str, Callable[[Array, int], Array]] = {
    "no change": no_change,
    "drift": drift,
    "common drift": common_drift,
    "pooled convergence": pooled_convergence,
}


def of_model(world: AnyWorld, origin: int, last: int = LAST) -> Array:
    """Forecast of the model fitted to the years up to the origin: its changes from there, added to what was seen there."""
    fitted, _ = estimate(world, last=origin)
    base = catalogue.tables(world).base_year
    model = simulated(build_world(world, fitted), last)
    ours = series_of(np.log(recorded(model, "income_per_head", world, range(base, last + 1))))
    at = origin - base
    seen = series_of(observed_logs(world, last))
    return np.asarray(seen[:, at : at + 1] + ours[:, at + 1 :] - ours[:, at : at + 1])


def errors(forecast: Array, actual: Array) -> tuple[float, ...]:
    """Root mean square errors times 100 over places and years, of (3, year, place)."""
    return tuple(100 * float(error) for error in np.sqrt(((forecast - actual) ** 2).mean(axis=(1, 2))))


def table(world: AnyWorld, origin: int, last: int = LAST) -> list[tuple[str, ...]]:
    """A row a forecaster from one origin: errors in towns, villages and ratios of places."""
    seen = series_of(observed_logs(world, last))
    at = origin - catalogue.tables(world).base_year
    known, actual = seen[:, : at + 1], seen[:, at + 1 :]
    rows = {name: np.stack([forecaster(one, actual.shape[1]) for one in known]) for name, forecaster in FORECASTERS.items()}
    rows["the model, fitted to the same years"] = of_model(world, origin, last)
    return [(name, *(f"{error:.2f}" for error in errors(forecast, actual))) for name, forecast in rows.items()]


def caution(world: AnyWorld, origins: Sequence[int], last: int = LAST) -> str:
    """What the table is made of, and what it does not show."""
    places = len(catalogue.tables(world).places)
    return (
        f"{places} places, {len(origins)} origins whose years overlap, at most {last - min(origins)} years ahead. Residents "
        "between censuses are interpolated with the later one, which no forecaster could have known. Fading rates, the long "
        "run of growth and all elasticities are the world's own, not fitted to these years. Nothing here tests a policy."
    )
