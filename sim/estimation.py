"""Estimation: the parameters of a world that the years after its base year identify; `python -m sim.estimation WORLD`.

Growth, diffusion, pulls and reclassification are fitted in the continuum to incomes, populations and, where they were
counted, the migrants from outside; mobility and the elasticities are not identified and stay assumptions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from sim.arrays import Array
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.errors import FactorFlowError
from sim.world.build import build_world
from sim.world.world import World
from sim.year.years import Years

_BOUNDS = {  # lowest, highest, and the size of a step
    "growth": (-0.05, 0.10, 0.01),
    "diffusion": (0.0, 0.2, 0.005),
    "catching_up": (0.0, 0.2, 0.005),
    "village_to_town_pull": (-2.0, 4.0, 0.5),
    "between_regions_pull": (-2.0, 4.0, 0.5),
    "outside_pull": (-2.0, 4.0, 0.5),
    "village_to_town_flow": (-0.09, 0.4, 0.02),
    "between_regions_flow": (-0.09, 0.4, 0.02),
    "outside_flow": (-0.09, 0.4, 0.02),
    "return_flow": (-0.0999, 0.4, 0.02),
    "reclassification": (0.0, 0.1, 0.01),
}
_ESTIMATED = "estimated on"  # what the source of an estimated parameter begins with
LAST = 2019  # incomes of later years are the test of the model
# what counts as one standard error of each kind of observation
_INCOME_ERROR, _RATIO_ERROR, _PEOPLE_ERROR, _URBAN_ERROR, _MIGRANT_ERROR = 0.03, 0.01, 0.03, 0.02, 0.05


@dataclass(frozen=True)
class Targets:
    """Changes to the last year: log real income and log ratio by place, log residents, urban share, log migrants.

    migrants: those registered outside who live in the places; natives: those registered there who live outside; None where
    they were not counted.
    """

    income: Array
    ratio: Array
    people: Array
    urban: Array
    migrants: float | None
    natives: float | None


def fitted(world: AnyWorld) -> tuple[str, ...]:
    """The parameters that are estimated in a world: those whose source in its table says so."""
    known = catalogue.parameters(world)
    return tuple(name for name in _BOUNDS if name in known and known[name].source.startswith(_ESTIMATED))


def observed_incomes(world: AnyWorld, years: Iterable[int]) -> Array:
    """Real income per head by (year, place, kind), urban first, as the tables of a world have it; points are left out."""
    table = catalogue.observed(world, points=False)
    seen = table[table["measure"] == "income_per_head"].set_index(["year", "place"])["value"]
    return by_place(world, years, lambda year, cell: float(seen[year, cell]))


def recorded(model: Years, measure: str, world: AnyWorld, years: Iterable[int]) -> Array:
    """What a model recorded of the cells of a world's places, by (year, place, kind), urban first."""
    found = {row[:1] + row[2:3]: row[4] for row in model.record.series if row[1] == "cell" and row[3] == measure}
    return by_place(world, years, lambda year, cell: found[year, cell])


def by_place(world: AnyWorld, years: Iterable[int], value: Callable[[int, str], float]) -> Array:
    """Values of cells by (year, place, kind), urban first."""
    cells = [[cell_name(place, kind) for kind in KINDS] for place in catalogue.tables(world).places]
    return np.array([[[value(year, cell) for cell in both] for both in cells] for year in years])


def simulated(world: World, last: int) -> Years:
    """The continuum of a world, without policies, to the last year."""
    model = Years(world, last_year=last, continuum=True)
    while model.running:
        model.step()
    return model


def observed_changes(world: AnyWorld, last: int = LAST) -> Targets:
    """What happened in the places of a world from its base year to the last."""
    here = catalogue.tables(world)
    first = here.base_year
    income = observed_incomes(world, (first, last))
    people = {year: np.array(list(catalogue.residents(world, year).values())) for year in (first, last)}
    migrants = [catalogue.arrivals(world, year) if here.outside else None for year in (first, last)]
    # only a flow of their own tells natives who live outside from people from outside who live here
    counted = here.outside and "return_flow" in fitted(world)
    natives = [catalogue.natives_outside(world, year) if counted else None for year in (first, last)]
    return _changes(income[0], income[1], people[first], people[last], migrants, natives)


def simulated_changes(world: AnyWorld, parameters: Mapping[str, float], last: int = LAST) -> Targets:
    """The same changes in the model's continuum."""
    model = Years(build_world(world, parameters), last_year=last, continuum=True)
    here = model.world.places.reported_cells
    people, migrants, natives = [], [], []
    while model.running:
        people.append(model.economy.workforce.persons[here].reshape(-1, 2))
        migrants.append(float(model.economy.workforce.residence[np.ix_(~here, here)].sum()) or None)
        natives.append(float(model.economy.workforce.residence[np.ix_(here, ~here)].sum()) or None)
        model.step()
    income = recorded(model, "income_per_head", world, (model.world.first_year, last))
    return _changes(income[0], income[1], people[0], people[-1], migrants[:: len(migrants) - 1], natives[:: len(natives) - 1])


Ends = Sequence[float | None]


def _changes(first: Array, last: Array, people: Array, later: Array, migrants: Ends, natives: Ends) -> Targets:
    """Changes between two years, incomes and people by (place, kind), urban first."""
    change = np.log(last / first)
    return Targets(
        income=change.mean(axis=1),
        ratio=change[:, 0] - change[:, 1],
        people=np.log(later.sum(axis=1) / people.sum(axis=1)),
        urban=later[:, 0] / later.sum(axis=1) - people[:, 0] / people.sum(axis=1),
        migrants=_log_change(migrants),
        natives=_log_change(natives),
    )


def _log_change(ends: Ends) -> float | None:
    first, last = ends
    return None if first is None or last is None else float(np.log(last / first))


def residuals(simulated: Targets, observed: Targets) -> Array:
    """Differences in standard errors; the mean ratio counts beside the ratios of the places."""
    parts = [
        (simulated.income - observed.income) / _INCOME_ERROR,
        np.array([(simulated.ratio.mean() - observed.ratio.mean()) / _RATIO_ERROR * 3]),
        (simulated.ratio - observed.ratio) / (3 * _RATIO_ERROR),
        (simulated.people - observed.people) / _PEOPLE_ERROR,
        (simulated.urban - observed.urban) / _URBAN_ERROR,
    ]
    for ours, seen in ((simulated.migrants, observed.migrants), (simulated.natives, observed.natives)):
        if ours is not None and seen is not None:
            parts.append(np.array([(ours - seen) / _MIGRANT_ERROR]))
    return np.concatenate(parts)


@dataclass(frozen=True)
class Fit:
    """Least squares on the years to the last: values and standard errors by name, NaN at the end of a range.

    misfit: root mean square of the residuals, in standard errors.
    """

    values: dict[str, float]
    errors: Array
    misfit: float


def estimate(
    world: AnyWorld,
    start: Mapping[str, float] | None = None,
    last: int = LAST,
    names: Sequence[str] = (),
    fixed: Mapping[str, float] | None = None,
) -> tuple[dict[str, float], Array]:
    """The parameters of least squares on the years to the last, and their standard errors, as `fit` has them."""
    found = fit(world, start, last, names, fixed)
    return found.values, found.errors


def fit(
    world: AnyWorld,
    start: Mapping[str, float] | None = None,
    last: int = LAST,
    names: Sequence[str] = (),
    fixed: Mapping[str, float] | None = None,
) -> Fit:
    """The parameters of least squares on the years to the last, and their standard errors from the Jacobian.

    names: what is fitted, by default what the world's table says was; fixed: values of others in place of the world's.
    A parameter at the end of its range, or one the years say nothing of, has no standard error (NaN). Raises
    FactorFlowError where a world on the way cannot be built, does not live to the last year, or the search does not end.
    """
    names, own = names or fitted(world), catalogue.parameters(world)
    low, high, scale = np.array([_BOUNDS[name] for name in names]).T
    first = np.clip([(start or {}).get(name, own[name].value) for name in names], low, high)
    observed = observed_changes(world, last)

    def gap(values: Array) -> Array:
        tried = {**(fixed or {}), **dict(zip(names, values, strict=True))}
        found = residuals(simulated_changes(world, tried, last), observed)
        if not np.isfinite(found).all():
            raise FactorFlowError(f"the model's years to {last} cannot be held against what was observed.")
        return found

    found = least_squares(gap, first, bounds=(low, high), x_scale=scale, diff_step=1e-3)
    if not found.success:
        raise FactorFlowError(f"the search did not end after {found.nfev} steps.")
    values = dict(zip(names, (float(value) for value in found.x), strict=True))
    return Fit(values, _standard_errors(found), float(np.sqrt(np.mean(found.fun**2))))


def _standard_errors(found: Any) -> Array:
    """Standard errors of what least squares found, (parameter,)."""
    free = found.active_mask == 0
    errors = np.full(found.x.size, np.nan)
    slopes = found.jac[:, free]
    if np.linalg.matrix_rank(slopes) == free.sum() < found.fun.size:
        spread = found.fun @ found.fun / (found.fun.size - free.sum())
        errors[free] = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)) * spread)
    return errors


def main(world: str = "zhejiang") -> None:
    """Print estimates with standard errors, and how the model's years to the last compare with what happened."""
    observed = observed_changes(world)
    values, errors = estimate(world)
    for (name, value), error in zip(values.items(), errors, strict=True):
        doubt = f"(standard error {error:.4f})" if np.isfinite(error) else "(at the end of its range)"
        print(f"{name:24s} {value:8.4f}  {doubt}")
    ours = simulated_changes(world, values)
    print(f"mean change of the log ratio of a place, times 100: {100 * ours.ratio.mean():.2f}, observed "
          f"{100 * observed.ratio.mean():.2f}")  # fmt: skip
    print(f"mean growth of real income: {ours.income.mean():.3f}, observed {observed.income.mean():.3f}")
    print(f"growth of residents: {ours.people.mean():.3f}, observed {observed.people.mean():.3f}; "
          f"urban share: {ours.urban.mean():.3f}, observed {observed.urban.mean():.3f}")  # fmt: skip
    if ours.migrants is not None and observed.migrants is not None:
        print(f"log growth of migrants from outside: {ours.migrants:.3f}, observed {observed.migrants:.3f}")
    if ours.natives is not None and observed.natives is not None:
        print(f"log growth of natives who live outside: {ours.natives:.3f}, observed {observed.natives:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
