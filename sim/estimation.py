"""Estimation: the six parameters of `zhejiang` that the years 2014 to 2019 identify; `python -m sim.estimation`.

Growth, diffusion, three pulls and reclassification are fitted in the continuum to city incomes, populations and the
stock of migrants from other provinces; mobility and the elasticities are not identified and stay assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from sim.arrays import Array
from sim.data import catalogue
from sim.economy.state import Economy
from sim.model import FactorFlowModel
from sim.world.build import build_world

FITTED = (
    "growth",
    "diffusion",
    "village_to_town_pull",
    "between_cities_pull",
    "across_provinces_pull",
    "reclassification",
)
FIRST, LAST = 2014, 2019
_LOW = (-0.05, 0.0, -2.0, -2.0, -2.0, 0.0)
_HIGH = (0.10, 0.2, 4.0, 4.0, 4.0, 0.1)
_SCALE = (0.01, 0.005, 0.5, 0.5, 0.5, 0.01)
# what counts as one standard error of each kind of observation
_INCOME_ERROR, _RATIO_ERROR, _PEOPLE_ERROR, _URBAN_ERROR, _MIGRANT_ERROR = 0.03, 0.01, 0.03, 0.02, 0.05


@dataclass(frozen=True)
class Targets:
    """Changes from 2014 to 2019: log real income and log ratio by city, log residents, urban share, log migrants."""

    income: Array
    ratio: Array
    people: Array
    urban: Array
    migrants: float


def observed_changes() -> Targets:
    """What happened in the eleven cities from 2014 to 2019."""
    table = catalogue.observed("zhejiang")
    incomes = table[table["measure"] == "income_per_head"].pivot(index="place", columns="year", values="value")
    change = np.log(incomes[LAST].to_numpy() / incomes[FIRST].to_numpy()).reshape(-1, 2)  # rural before urban in the alphabet
    people = {year: catalogue.residents("zhejiang", year) for year in (FIRST, LAST)}
    migrants = {year: catalogue.migrants_from_other_provinces("zhejiang", year) for year in (FIRST, LAST)}
    both = {year: np.array(list(people[year].values())) for year in people}  # (city, 2), urban first
    return Targets(
        income=change.mean(axis=1),
        ratio=change[:, 1] - change[:, 0],
        people=np.log(both[LAST].sum(axis=1) / both[FIRST].sum(axis=1)),
        urban=both[LAST][:, 0] / both[LAST].sum(axis=1) - both[FIRST][:, 0] / both[FIRST].sum(axis=1),
        migrants=float(np.log(migrants[LAST] / migrants[FIRST])),
    )


def simulated_changes(parameters: dict[str, float]) -> Targets:
    """The same changes in the model's continuum."""
    model = FactorFlowModel(build_world("zhejiang", parameters), last_year=LAST, continuum=True)
    people, migrants = {}, {}
    while model.running:
        people[model.year] = model.economy.workforce.persons[:-2].reshape(-1, 2)
        migrants[model.year] = _from_other_provinces(model.economy)
        model.step()
    income = {
        (year, place): value
        for year, scope, place, measure, value in model.record.series
        if scope == "cell" and measure == "income_per_head"
    }
    cells = model.world.places.cells[:-2]
    change = np.array([np.log(income[LAST, cell] / income[FIRST, cell]) for cell in cells]).reshape(-1, 2)
    return Targets(
        income=change.mean(axis=1),
        ratio=change[:, 0] - change[:, 1],
        people=np.log(people[LAST].sum(axis=1) / people[FIRST].sum(axis=1)),
        urban=people[LAST][:, 0] / people[LAST].sum(axis=1) - people[FIRST][:, 0] / people[FIRST].sum(axis=1),
        migrants=float(np.log(migrants[LAST] / migrants[FIRST])),
    )


def _from_other_provinces(economy: Economy) -> float:
    """Residents of the cities who are registered outside the province, persons."""
    return float(economy.workforce.residence[-2:, :-2].sum())


def residuals(simulated: Targets, observed: Targets) -> Array:
    """Differences in standard errors; the mean ratio counts beside the ratios of the cities."""
    return np.concatenate(
        [
            (simulated.income - observed.income) / _INCOME_ERROR,
            [(simulated.ratio.mean() - observed.ratio.mean()) / _RATIO_ERROR * 3],
            (simulated.ratio - observed.ratio) / (3 * _RATIO_ERROR),
            (simulated.people - observed.people) / _PEOPLE_ERROR,
            (simulated.urban - observed.urban) / _URBAN_ERROR,
            [(simulated.migrants - observed.migrants) / _MIGRANT_ERROR],
        ]
    )


def estimate(start: dict[str, float] | None = None) -> tuple[dict[str, float], Array]:
    """The parameters of least squares and their standard errors from the Jacobian; none (NaN) at the end of a range."""
    world = catalogue.parameters("zhejiang")
    first = np.array([(start or {}).get(name, world[name].value) for name in FITTED])
    observed = observed_changes()

    def gap(values: Array) -> Array:
        return residuals(simulated_changes(dict(zip(FITTED, values, strict=True))), observed)

    fit = least_squares(gap, first, bounds=(_LOW, _HIGH), x_scale=_SCALE, diff_step=1e-3)
    free = fit.active_mask == 0
    spread = fit.fun @ fit.fun / (fit.fun.size - free.sum())
    errors = np.full(first.size, np.nan)
    errors[free] = np.sqrt(np.diag(np.linalg.inv(fit.jac[:, free].T @ fit.jac[:, free])) * spread)
    return dict(zip(FITTED, (float(value) for value in fit.x), strict=True)), errors


def main() -> None:
    """Print estimates with standard errors, and how the model's 2014 to 2019 compares with what happened."""
    observed = observed_changes()
    values, errors = estimate()
    for (name, value), error in zip(values.items(), errors, strict=True):
        doubt = f"(standard error {error:.4f})" if np.isfinite(error) else "(at the end of its range)"
        print(f"{name:24s} {value:8.4f}  {doubt}")
    simulated = simulated_changes(values)
    print(f"mean change of the log city ratio, times 100: {100 * simulated.ratio.mean():.2f}, observed "
          f"{100 * observed.ratio.mean():.2f}")  # fmt: skip
    print(f"mean growth of real income: {simulated.income.mean():.3f}, observed {observed.income.mean():.3f}")
    print(f"growth of residents: {simulated.people.mean():.3f}, observed {observed.people.mean():.3f}; "
          f"urban share: {simulated.urban.mean():.3f}, observed {observed.urban.mean():.3f}")  # fmt: skip
    print(f"log growth of migrants from other provinces: {simulated.migrants:.3f}, observed {observed.migrants:.3f}")


if __name__ == "__main__":
    main()
