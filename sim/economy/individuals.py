"""Who has how much: incomes of individuals by cell, skill, place of work and ability, their inequality and their tenths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from sim.analysis.measures.base import divided
from sim.analysis.measures.gini import gini
from sim.arrays import Array, Index
from sim.compiled import compiled
from sim.economy.markets.clearing import Clearing
from sim.economy.prices import BaseYear
from sim.economy.state import Economy, Rules
from sim.economy.treasury import Statement, charged_on_income
from sim.world.world import World

QUANTILES = {"income_p10": 0.1, "income_p50": 0.5, "income_p90": 0.9}
SLICES = 40  # equal parts of a lognormal distribution, each at its mean: its Gini coefficient comes within 0.3%
TENTHS = 10


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


def slice_means(spread: Array) -> Array:
    """Mean ability in each of `SLICES` equal parts of the people, (..., slice), by the spread s of its logarithm, (...,).

    a = exp(s z - s^2 / 2), z standard normal;  m_i = n (Phi(z_i - s) - Phi(z_i-1 - s)), z_i = Phi^-1(i / n), n parts

    The means of the parts have mean one to rounding, since the sum telescopes. Source: Aitchison and Brown (1957).
    """
    limits = ndtri(np.arange(SLICES + 1) / SLICES)
    below = ndtr(limits - np.asarray(spread)[..., None])
    return np.asarray(SLICES * np.diff(below, axis=-1))


def ability(world: World) -> Array | None:
    """What people of one kind earn over its mean, by cell of residence and equal slice of people, (cell, slice).

    A person's rank z is drawn by seed and number alone and the spread is that of the kind of place where one lives, so
    no aggregate depends on it. None where nobody differs.
    """
    p = world.parameters
    if p.ability_urban == 0 and p.ability_rural == 0:
        return None
    return slice_means(np.where(world.places.urban, p.ability_urban, p.ability_rural))


def quantiles(income: Array, persons: Array, shares: Sequence[float]) -> Array:
    """For every share the lowest income that at least so many do not exceed, (share, ...); income, persons: (..., kind)."""
    ranked, heads = _ranked(income, persons)
    running = heads.cumsum(axis=-1)
    start = np.arange(0, ranked.size, ranked.shape[-1]).reshape(ranked.shape[:-1])
    first = [(running >= share * running[..., -1:]).argmax(axis=-1) for share in shares]
    return np.stack([np.take(ranked, start + place) for place in first])


def distribution(
    world: World, economy: Economy, incomes: Array, able: Array | None = None
) -> Mapping[str, tuple[float, Array]]:
    """Gini coefficient and quantiles of individual incomes, by measure: of the reported area, and of every cell, (cell,).

    incomes: (cell, skill, works in town); able: (cell, slice) as `ability` says, by which a kind's income is multiplied
    in equal parts of its people. Exact up to the slices, since as many incomes exist as there are cells, skills, places
    of work and slices; an income below zero, which a levy on land can bring about, counts as zero in the coefficient
    (Gini 1912).
    """
    inside, shares = world.places.reported_cells, tuple(QUANTILES.values())
    by_cell, persons = incomes.reshape(world.cells, -1), economy.workforce.skills.reshape(world.cells, -1)
    everybody, people = by_cell[inside].ravel(), persons[inside].ravel()
    if able is None:
        unequal = gini(np.maximum(everybody, 0.0), people), gini(np.maximum(by_cell, 0.0), persons)
        of_all, of_cells = quantiles(everybody, people, shares), quantiles(by_cell, persons, shares)
    else:
        by_cell, persons = _ranked(_sliced(by_cell, able), np.repeat(persons / able.shape[1], able.shape[1], axis=1))
        there = persons[inside] > 0
        everybody, people = _ranked(by_cell[inside][there], persons[inside][there])
        (of_one, quantiles_of_one), (of_each, of_cells) = _spread(everybody[None], people[None]), _spread(by_cell, persons)
        unequal, of_all = (of_one[0], of_each), quantiles_of_one[:, 0]
    found = {"individual_gini": (float(unequal[0]), unequal[1])}
    return found | {measure: (float(whole), cells) for measure, whole, cells in zip(QUANTILES, of_all, of_cells, strict=True)}


def _spread(ranked: Array, persons: Array) -> tuple[Array, Array]:
    """Gini's coefficient, (group,), as `gini_of_ranked`, and quantiles, (share, group), of incomes from the lowest on."""
    weighed, found = np.empty((2, *ranked.shape)), np.full((len(QUANTILES), len(ranked)), np.nan)
    _fill_spread(weighed, found, ranked, persons, np.array(list(QUANTILES.values())))
    above, all_income = weighed.sum(axis=-1)
    return np.maximum(divided(2 * above, all_income) - 1, 0.0), found


@compiled()
def _fill_spread(weighed, found, ranked, persons, shares):  # type: ignore[no-untyped-def]
    """Write incomes times shares of people, and times shares of people below, (2, group, kind); and quantiles."""
    for group in range(ranked.shape[0]):
        everybody = 0.0
        for kind in range(ranked.shape[1]):
            everybody += persons[group, kind]
        running, below, passed = 0.0, 0.0, 0
        for kind in range(ranked.shape[1]):
            running += persons[group, kind]
            while passed < shares.size and running >= shares[passed] * everybody:
                found[passed, group] = ranked[group, kind]
                passed += 1
            share = persons[group, kind] / everybody
            below += share
            weighed[1, group, kind] = share * max(ranked[group, kind], 0.0)
            weighed[0, group, kind] = weighed[1, group, kind] * (below - share / 2)


def order_of_kinds(world: World, able: Array, base: BaseYear) -> Index:
    """Kinds by skill and slice from the lowest to the highest income of the base year, (cell, kind)."""
    return np.asarray(np.argsort(_sliced(base_incomes(world, base), able), axis=1, kind="stable"))


def tenths(economy: Economy, incomes: Array, able: Array, order: Index) -> Array:
    """Mean income of each tenth of a cell's residents, (cell, tenth), the poorest first, in the money of `incomes`.

    order: of kinds, as `order_of_kinds` has it. Who is in a tenth follows from what people are, not from what they earn in
    the year: kinds by skill and slice of ability are ranked by their income in the base year, whatever a policy does since.
    So a tenth holds the same kinds of people in a scenario and in its baseline, as far as the same people live in the cell;
    who works in town counts in the mean of the kind. A kind that two tenths share is divided between them: the tenths add up
    to the cell's income.
    """
    persons, mean = _kinds(economy, incomes)
    found = np.zeros((len(persons), TENTHS))
    _fill_tenths(found, persons, mean, able, order)
    return found


def newcomers_by_tenth(economy: Economy, incomes: Array, able: Array, order: Index) -> tuple[Array, Array]:
    """Of each tenth those registered outside the reported area, (cell, tenth) both: how many, and their income together.

    N_ci = sum_k s_ick f_ck,   Y_ci = sum_k s_ick f_ck a_k y_ck,   f_ck = newcomers / residents of a skill

    s_ick: residents of kind k in tenth i as `tenths` divides them; a y: what one earns, in the money of `incomes`. Everybody
    of a kind has the kind's income wherever registered, so the mean Y / N differs from that of the tenth by schooling and
    ability alone. The newcomers of all tenths are those of the cell.
    """
    newcomers = economy.workforce.newcomers
    if newcomers is None:
        raise ValueError("nobody is registered outside the reported area of this world")
    persons, mean = _kinds(economy, incomes)
    share = np.minimum(newcomers / np.where(persons > 0, persons, 1.0), 1.0)
    heads, money = np.zeros((2, len(persons), TENTHS))
    _fill_newcomers(heads, money, persons, share, mean, able, order)
    return heads, money


def _kinds(economy: Economy, incomes: Array) -> tuple[Array, Array]:
    """Residents by schooling and their mean income, wherever they work, (cell, skill) both."""
    persons = economy.workforce.skills.sum(axis=2)
    return persons, (economy.workforce.skills * incomes).sum(axis=2) / np.where(persons > 0, persons, 1.0)


@compiled()
def _fill_tenths(found, persons, mean, able, order):  # type: ignore[no-untyped-def]
    """Write the mean income of each tenth of a cell's people, (cell, tenth): money up to each cut rises evenly in between."""
    slices = able.shape[1]
    for cell in range(order.shape[0]):
        everybody = 0.0
        for kind in order[cell]:
            everybody += persons[cell, kind // slices] / slices
        tenth, people, money, below, running = 0, 0.0, 0.0, 0.0, 0.0
        for kind in order[cell]:
            heads = persons[cell, kind // slices] / slices
            running += heads * (mean[cell, kind // slices] * able[cell, kind % slices])
            if not people + heads > people:
                continue  # nobody is of the kind
            while tenth < TENTHS and (tenth + 1) / TENTHS * everybody < people + heads:
                cut = (tenth + 1) / TENTHS * everybody
                above = (running - money) / (people + heads - people) * (cut - people) + money if cut > people else money
                found[cell, tenth] = (above - below) * TENTHS / everybody
                tenth, below = tenth + 1, above
            people, money = people + heads, running
        found[cell, TENTHS - 1] = (money - below) * TENTHS / everybody


@compiled()
def _fill_newcomers(heads, money, persons, share, mean, able, order):  # type: ignore[no-untyped-def]
    """Add up newcomers and what they earn, (cell, tenth) both, kind by kind from the poorest on, divided at the cuts."""
    slices = able.shape[1]
    for cell in range(order.shape[0]):
        everybody = 0.0
        for kind in order[cell]:
            everybody += persons[cell, kind // slices] / slices
        tenth, left = 0, everybody / TENTHS  # so much room is left in the tenth
        for kind in order[cell]:
            skill = kind // slices
            rest = persons[cell, skill] / slices
            while rest > 0.0:
                some = rest if tenth == TENTHS - 1 else min(rest, left)
                heads[cell, tenth] += some * share[cell, skill]
                money[cell, tenth] += some * share[cell, skill] * (mean[cell, skill] * able[cell, kind % slices])
                rest, left = rest - some, left - some
                if left <= 0.0 and tenth < TENTHS - 1:
                    tenth, left = tenth + 1, everybody / TENTHS


def base_incomes(world: World, base: BaseYear) -> Array:
    """Disposable income of a resident in the base year, by cell and skill, (cell, skill), yuan of 2014 a year.

    other income + e_k (1 - t_c) ((1 - x_c) w_c + x_c w_town), x the share of residents who work in town
    """
    share, town = world.stocks.work_in_town, base.wage[world.places.town_of_cell]
    pay = (1 - world.public.wedge) * ((1 - share) * base.wage + share * town)
    return np.asarray(base.other_income[:, None] + pay[:, None] * world.stocks.efficiency)


def _ranked(income: Array, persons: Array) -> tuple[Array, Array]:
    """Incomes from the lowest to the highest along the last axis, and the persons who have them."""
    order = np.argsort(income, axis=-1, kind="stable")
    order += np.arange(0, income.size, income.shape[-1]).reshape(*income.shape[:-1], 1)  # of the table as one row
    return np.take(income, order), np.take(persons, order)


def _sliced(values: Array, able: Array) -> Array:
    """Values by cell and kind times ability by cell and slice, (cell, kind and slice)."""
    return np.asarray((values[:, :, None] * able[:, None, :]).reshape(len(values), -1))
