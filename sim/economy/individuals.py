"""Who has how much: incomes of individuals by cell, skill and place of work, their inequality and their quantiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.analysis.measures.gini import gini
from sim.arrays import Array
from sim.economy.markets.clearing import Clearing
from sim.economy.state import Economy, Rules
from sim.economy.treasury import Statement, charged_on_income
from sim.world.world import World

QUANTILES = {"income_p10": 0.1, "income_p50": 0.5, "income_p90": 0.9}


def individual_incomes(world: World, economy: Economy, rules: Rules, clearing: Clearing, money: Statement) -> Array:
    """Disposable income of a resident of every kind there is, (cell, skill, works in town), yuan of 2014 a year.

    y_ckd = Y_c / N_c + p_ckd - (sum_kd n_ckd p_ckd) / N_c,   p_ckd = e_k ((1 - t_c)(1 - l_c) + s_d) w_d

    Pay p goes to the one who earns it: efficiency e of the skill times the wage w where one works (d: the region's town or
    one's own cell), after the wedge t and income levies l of the cell of residence and with wage subsidies s. All other
    income of a cell is shared by its residents alike. So the incomes of the n residents of every kind add up to the
    disposable income Y of their cell. A wage is what everybody there expects: those with and without a job count alike.
    Source: Mincer (1974) for pay by skill.
    """
    people, town = economy.workforce.skills, world.places.town_of_cell
    places = np.stack([np.arange(world.cells), town], axis=1)
    keep = (1 - world.public.wedge) * (1 - rules.levy_rate("income") - charged_on_income(rules, money))
    per_unit = (keep[:, None] + rules.subsidy_rate("wages")[places]) * clearing.wage[places]
    pay = world.stocks.efficiency[None, :, None] * per_unit[:, None, :]
    if economy.workforce.effort is not None:
        pay = pay * economy.workforce.effort[:, None, None]
    residents = people.sum(axis=(1, 2))
    shared = (money.disposable - (people * pay).sum(axis=(1, 2))) / residents
    return np.asarray(pay + shared[:, None, None])


def quantiles(income: Array, persons: Array, shares: Sequence[float]) -> list[Array]:
    """For every share the lowest income that at least so many do not exceed, (...,), of income and persons (..., kind)."""
    order = np.argsort(income, axis=-1, kind="stable")
    ranked, running = np.take_along_axis(income, order, axis=-1), np.take_along_axis(persons, order, axis=-1).cumsum(axis=-1)
    first = [(running >= share * running[..., -1:]).argmax(axis=-1) for share in shares]
    return [np.asarray(np.take_along_axis(ranked, place[..., None], axis=-1)[..., 0]) for place in first]


def distribution(world: World, economy: Economy, incomes: Array) -> Mapping[str, tuple[float, Array]]:
    """Gini coefficient and quantiles of individual incomes, by measure: of the reported area, and of every cell, (cell,).

    Exact, since as many incomes exist as there are cells, skills and two places of work; an income below zero, which a
    levy on land can bring about, counts as zero in the coefficient (Gini 1912).
    """
    inside = world.places.reported_cells
    by_cell, persons = incomes.reshape(world.cells, -1), economy.workforce.skills.reshape(world.cells, -1)
    everybody, people = by_cell[inside].ravel(), persons[inside].ravel()
    found = {"individual_gini": (float(gini(np.maximum(everybody, 0.0), people)), gini(np.maximum(by_cell, 0.0), persons))}
    of_all, of_cells = (
        quantiles(income, heads, tuple(QUANTILES.values())) for income, heads in ((everybody, people), (by_cell, persons))
    )
    return found | {measure: (float(whole), cells) for measure, whole, cells in zip(QUANTILES, of_all, of_cells, strict=True)}
