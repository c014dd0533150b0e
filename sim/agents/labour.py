"""Labour: resident workers with their households, and what a place is worth to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.choice import MoveTables, choice_shares, cumulative_shares
from sim.agents.population import Population
from sim.agents.start import Beginning, whole_agents
from sim.arrays import Array
from sim.columns import LABOUR
from sim.once import once
from sim.streams import LABOUR_MOVES
from sim.world.parameters import Parameters, damped
from sim.world.skills import GRADUATE, TRAINABLE, TRAINED_SKILL
from sim.world.world import World


def labour_beginning(world: World, agents: int, key: tuple[int, int]) -> Beginning:
    """Workers for the base-year table of residents, by (cell, skill, registration), all margins to one agent."""
    stocks = world.stocks
    table = np.einsum("hc,hk->ckh", stocks.residents, stocks.skill_share)
    return Beginning(
        LABOUR, ("cell", "skill", "home"), whole_agents(table, agents), world.cells, float(table.sum()) / agents,
        LABOUR_MOVES, key, {"skill": len(stocks.skills)}, tuple(np.flatnonzero(~world.places.reported_cells).tolist()),
    )  # fmt: skip


def labour_population(world: World, agents: int, key: tuple[int, int], model: Any = None) -> Population:
    """The workers of `labour_beginning` as rows of this process."""
    return Population.begun(labour_beginning(world, agents, key), world.places.cells, "LabourAgent", model)


def value_of_places(pay: Array, other_income: Array, living_cost: Array, services: Array, parameters: Parameters) -> Array:
    """Log value of living in a place, (cell,).

    V_d = log((net wage + transfers and land income per head)_d / living cost_d) + sigma log(services per head_d)

    pay and other_income: yuan of 2014 per head; living_cost and services: over the base year.
    Dividends stay with owners and are no reason to move. Source: Tombe and Zhu (2019) with services as an amenity.
    """
    valued = parameters.service_elasticity > 0  # where nobody values services their stock may be zero
    amenity = parameters.service_elasticity * np.log(services) if valued else 0.0
    return np.asarray(np.log((pay + other_income) / living_cost) + amenity)


def expected_gain(seed: Array, kappa: float, gain: Array, pull: Array) -> Array:
    """Expected value of choosing freely over what the same choice was worth in the base year, log points, (home,).

    W_h = (1/kappa) log(sum_d p0_hd exp(kappa gain_hd)),   p0_hd = M_hd exp(pull_hd) / sum_d' (.)

    The welfare of those registered in h; its exact change is that of Tombe and Zhu (2019, eq. 11). Homes nobody comes
    from gain zero.
    """
    weight = seed * np.exp(pull)
    total = weight.sum(axis=1, keepdims=True)
    shares = weight / np.where(total > 0, total, 1.0)
    if kappa == 0:
        return np.asarray((shares * gain).sum(axis=1))
    highest = gain.max(axis=1)
    inside = (shares * np.exp(kappa * (gain - highest[:, None]))).sum(axis=1)
    return np.asarray(np.where(inside > 0, np.log(np.where(inside > 0, inside, 1.0)) / kappa + highest, 0.0))


@once(keeper=0)
def pull_of_year(world: World, year: int) -> Array:
    """What stands in the choice of a place besides its value, log points, (home, cell), in a year.

    pull_t = pull + L_t + log(1 + l_t / m), l_t = l 2^(-t/H), L_t = sum_{s<t} l_s: stocks then grow at the yearly rate l_t
    from the first year, whatever share m of people reconsiders in one.
    """
    choice, p = world.choice, world.parameters
    if choice.flow is None:
        return choice.pull
    years, kappa = year - world.first_year, p.labour_choice_elasticity
    fading = 2.0 ** (-np.arange(years + 1) / p.flow_half_life)
    now = choice.flow * fading[-1]
    return np.asarray(choice.pull + choice.flow * fading[:-1].sum() + np.log1p(now / damped(p.labour_mobility, kappa)))


def labour_tables(
    world: World, seed: Array, gain: Array, registration_cut: Array, transfer: Array, training: Array, pull: Array
) -> MoveTables:
    """The tables of labour: log points gained since the base year, cuts of the registration barrier, odds of a transfer
    of registration and of training by cell, pulls.

    gain: by place, (cell,), or by home and place, (home, cell), for everybody, or (2, home, cell) for all others and for
    graduates apart.
    """
    p, choice = world.parameters, world.choice
    removed = registration_cut * choice.registration_barrier
    kappa = p.labour_choice_elasticity
    groups = np.broadcast_to(gain, (len(gain) if gain.ndim == 3 else 1, *seed.shape))
    shares = np.concatenate([choice_shares(seed, kappa, group + removed, pull) for group in groups])
    villages = ~world.places.urban & world.places.reported_cells
    return MoveTables(
        cumulative=cumulative_shares(shares),
        group=GRADUATE.astype(np.int64) if len(groups) == 2 else np.zeros(GRADUATE.size, dtype=np.int64),
        mobility=damped(p.labour_mobility, kappa),
        reclassify=np.where(villages, p.reclassification, 0.0),
        town=world.places.town_of_cell,
        stayers_only=True,
        transfer=transfer,
        training=training,
        trainable=TRAINABLE,
        trained_skill=TRAINED_SKILL,
    )


def share_in_town(world: World, current: Array, wage: Array, reference_wage: Array) -> Array:
    """Share of residents who work in the town of their region next year, (cell,).

    log x/(1-x) moves to log x0/(1-x0) + epsilon log((w_town / w_home) / (the same in the base year)), a part of the way
    each year; never more than 2 / epsilon of it, since a whole step at a large elasticity overshoots and swings back.
    """
    p, town, base = world.parameters, world.places.town_of_cell, world.stocks.work_in_town
    ratio = np.log(wage[town] / wage) - np.log(reference_wage[town] / reference_wage)
    some = base > 0
    odds = np.where(some, base / (1 - base), 1.0) * np.exp(p.commuting_elasticity * ratio)
    wanted = np.where(some, odds / (1 + odds), 0.0)
    elasticity = p.commuting_elasticity
    step = min(p.commuting_adjustment, 2.0 / elasticity) if elasticity > 0 else p.commuting_adjustment
    return np.asarray(current + step * (wanted - current))
