"""A made-up economy of the same structure, for proofs and figures without the observed shares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import Array
from sim.evidence.tombe_zhu import published
from sim.evidence.tombe_zhu.economy import Economy, Technology, balanced_revenue

WITHIN, BETWEEN = 2.5, 12.0  # typical migration costs inside a province and between provinces, factors on income


def stylised(provinces: int, generator: np.random.Generator, technology: Technology | None = None) -> Economy:
    """Provinces on a line from a rich coast inland, and the rest of the world; everything else is drawn.

    Trade follows gravity with a home bias, migration the logit of incomes over costs; farming earns a quarter to a half
    of other work. Revenues are those the trade shares reproduce.
    """
    tech = technology or published.technology()
    place = np.sort(generator.uniform(0, 1, provinces))
    income = 2.0 * np.exp(-0.9 * place + generator.normal(0, 0.15, provinces))
    farm = income * generator.uniform(0.25, 0.5, provinces)
    value = np.stack([farm, income], axis=1).ravel()
    region = np.repeat(np.arange(provinces), 2)
    cost = np.where(region[:, None] == region[None, :], WITHIN, BETWEEN)
    cost = cost * np.exp(generator.normal(0, 0.2, cost.shape) + np.abs(place[region][:, None] - place[region][None, :]))
    np.fill_diagonal(cost, 0.5)  # those at home have the land as well
    weight = (value[None, :] / cost) ** tech.migration_elasticity
    migration = np.eye(2 * provinces + 2)
    migration[:-2, :-2] = weight / weight.sum(axis=1, keepdims=True)
    registrants = generator.uniform(5, 30, 2 * provinces) * np.tile([1.5, 1.0], provinces)
    economy = Economy(
        regions=(*(f"province {number + 1}" for number in range(provinces)), "Abroad"),
        sectors=published.SECTORS,
        technology=tech,
        trade=np.stack([_trade(place, generator) for _ in range(2)]),
        migration=migration,
        registrants=np.append(registrants, [1.0, 1.0]),
        revenue=np.ones(2 * provinces + 2),
        real_income=np.append(value, [0.0, 0.0]),
    )
    return replace(economy, revenue=balanced_revenue(economy))


def _trade(place: Array, generator: np.random.Generator) -> Array:
    """Trade shares by distance on the line, the world large and far."""
    provinces = place.size
    weight = np.exp(generator.normal(0, 0.3, (provinces + 1, provinces + 1)))
    weight[:-1, :-1] *= 0.04 / (1 + 5 * np.abs(place[:, None] - place[None, :]))
    weight[-1, :-1] *= 0.0005
    weight[:-1, -1] *= 0.08 * np.exp(-place)
    np.fill_diagonal(weight, 1.0)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


EXAMPLE = "A made-up economy of eight provinces; costs of migration fall by a tenth inside them, by three tenths between."


def example() -> tuple[Economy, Array]:
    """The made-up economy of the figure and its change of migration costs, (cell of registration, cell of work)."""
    economy = stylised(8, np.random.default_rng(1))
    within, between = economy.types()
    return economy, np.where(between, 0.7, np.where(within, 0.9, 1.0))
