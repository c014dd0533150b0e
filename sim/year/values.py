"""What a place is worth to those who may move there, and what training offers them."""

from __future__ import annotations

import numpy as np

from sim.agents.labour import expected_gain, pull_of_year, value_of_places
from sim.arrays import Array
from sim.economy import growth, treasury
from sim.economy.markets.clearing import Clearing
from sim.economy.prices import BaseYear, living_cost
from sim.economy.state import Economy, Rules, as_without_policies, hours_of_work
from sim.world.proof import proved
from sim.world.skills import GRADUATE, TRAINABLE
from sim.world.world import GRADUATES, RETURNEES, World

_LEAST = float(np.finfo(float).tiny)


def offers(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> tuple[Array, Array]:
    """What a mover of mean efficiency would earn in a place, (cell,), and receive there besides, (home, cell).

    Earned: wages net of wedge, income tax and charges, and wage subsidies. Besides: transfers per head, land income per head
    of those who live there, and the rent and the grants of one's home as far as they follow those who leave; yuan a year.
    """
    hours, persons = hours_of_work(world, economy.workforce), economy.workforce.persons
    keep = (1 - world.public.wedge) * (1 - rules.levy_rate("income") - treasury.charged_on_income(rules, money))
    subsidised = clearing.wage * rules.subsidy_rate("wages")
    pay = (keep * (hours @ clearing.wage) + hours @ subsidised) / hours.sum(axis=1) * base.mean_efficiency
    rent, taxed = treasury.rents_of_homes(world, economy, rules, clearing.revenue, money.housing)
    taxed = taxed + treasury.charged_on_homes(rules, money)
    registered = rules.residence.sum(axis=1)
    each = rules.rent_followed / np.where(registered > 0, registered, 1.0)
    stays = (1 - rules.rent_followed) / persons
    land = keep * stays * rent - stays * taxed
    from_home = np.outer(each * rent, keep) - (each * taxed)[:, None]
    grants = rules.grants_by_home(money.budgets)[:, None]
    return pay, money.transfers / persons + land + from_home + grants


def capital_gain(world: World, rules: Rules) -> Array:
    """Log points of barriers that policies removed for capital of o in c, (owner, cell).

    Dearer credit in villages, the blockade of regions, and home bias, each times the share no longer in force.
    """
    gain = np.zeros((world.cells, world.cells))
    for number, left in enumerate(rules.capital_barriers):
        if not as_without_policies(left, 1.0):
            gain += _capital_barrier(world, number) * (1 - left)
    return gain


def _capital_barrier(world: World, number: int) -> Array:
    """Log points of one of the three barriers to capital, (owner, cell), in the order of `Rules.capital_barriers`."""
    p, places = world.parameters, world.places
    if number == 0:
        return np.asarray(np.broadcast_to(p.finance_gap * ~places.urban, (world.cells, world.cells)))
    if number == 1:
        return np.asarray(p.capital_blockade * (places.region_of_cell[:, None] != places.region_of_cell[None, :]))
    return np.asarray(p.capital_home_bias * (1 - np.eye(world.cells)))


def place_values(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> Array:
    """Log value of every place to a worker of mean efficiency by home, (home, cell)."""
    pay, other = offers(world, economy, rules, clearing, money, base)
    cost = living_cost(world, clearing, base, rules.goods_discount)
    least = np.finfo(float).tiny
    proved(world, economy.year, "income offered to those who come, yuan a year,", (pay + other).T, least)
    proved(world, economy.year, "the cost of living", cost, least)
    return value_of_places(pay, other, cost, growth.services_per_head(economy), world.parameters)


def targeted_gains(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> tuple[Array, Array]:
    """Log points that targeted grants add to a place, (cell,): for those registered there, and for graduates.

    log(1 + a / offer), a yuan a head of those it is meant for.
    """
    pay, other = offers(world, economy, rules, clearing, money, base)
    graduates = economy.workforce.skills.sum(axis=2) @ GRADUATE
    efficiency = float(world.stocks.efficiency[GRADUATE].mean())
    gains = []
    for purpose, heads, offer in (
        (RETURNEES, economy.workforce.residence.diagonal(), pay + other.diagonal()),
        (GRADUATES, graduates, pay * efficiency / base.mean_efficiency + other.diagonal()),
    ):
        grant = treasury.spent_on(rules, money, purpose) / np.where(heads > 0, heads, 1.0)
        gains.append(np.log1p(grant / offer))
    return gains[0], gains[1]


def labour_gain(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> Array:
    """Log points of value gained since the base year, (home, cell), or (2, home, cell) with graduates apart."""
    gain = place_values(world, economy, rules, clearing, money, base) - base.value
    if not rules.spending_share[:, [RETURNEES, GRADUATES]].any():
        return np.asarray(gain)
    returnees, graduates = targeted_gains(world, economy, rules, clearing, money, base)
    gain = np.asarray(gain + np.diag(returnees))
    return np.stack([gain, gain + graduates]) if graduates.any() else gain


def public_gain(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: treasury.Statement, base: BaseYear
) -> Array:
    """What general purchases add to the welfare of those who live in a cell, log points since the base year, (cell,).

    v e_c log((g_c / p_c) / g_c0), g general purchases per head, p the price of goods over that of the base year, e_c = g_c0
    over consumption per head of the base year: there, with v = 1, a yuan has the same worth publicly and privately
    (Samuelson 1954). v is `public_worth`; it stays out of the choice of a place.
    """
    weight = world.parameters.public_worth * base.general_share
    if not weight.any():
        return np.zeros(world.cells)
    price = clearing.price_index / base.price_index
    bought = general_purchases_per_head(economy, rules, money) / price
    proved(world, economy.year, "general purchases per head, needed as public_worth is above zero,", bought, _LEAST)
    before = np.where(weight > 0, base.general, 1.0)
    return np.asarray(np.where(weight > 0, weight * np.log(bought / before), 0.0))


def general_purchases_per_head(economy: Economy, rules: Rules, money: treasury.Statement) -> Array:
    """General purchases that reach a cell over its residents, (cell,), yuan of 2014 a year."""
    return np.asarray(treasury.general_purchases(rules, money) / economy.workforce.persons)


def welfare(world: World, economy: Economy, rules: Rules, gain: Array, public: Array | None = None) -> tuple[Array, float]:
    """Expected gain of those registered in a cell since the base year, (home,), and its mean over the reported area.

    public: (cell,) what general purchases add where people live, their mean over where those registered in a home are.
    """
    removed = rules.registration_cut * world.choice.registration_barrier
    kappa, graduates = world.parameters.labour_choice_elasticity, world.stocks.skill_share @ GRADUATE
    groups = gain if gain.ndim == 3 else gain[None]
    pull = pull_of_year(world, economy.year)
    shares = [1 - graduates, graduates] if len(groups) == 2 else [np.ones(world.cells)]
    by_home = sum(
        share * expected_gain(economy.labour_seed, kappa, group + removed, pull)
        for share, group in zip(shares, groups, strict=True)
    )
    if public is not None and public.any():
        by_home = by_home + _mean_by_home(economy.workforce.residence, public)
    registered = np.where(world.places.reported_cells, economy.workforce.residence.sum(axis=1), 0.0)
    return np.asarray(by_home), float(registered @ by_home / registered.sum())


def welfare_of_all(world: World, economy: Economy, gain: Array, by_home: Array, public: Array) -> float:
    """Mean gain of everybody in the world since the base year, those outside of the reported area included.

    Who never moves gains what the own place gains and no more: `by_home`, what those may expect who choose, is not theirs.
    """
    graduates = (world.stocks.skill_share @ GRADUATE)[:, None]
    own = (1 - graduates) * gain[0] + graduates * gain[1] if gain.ndim == 3 else gain
    settled, residence = economy.settled * economy.people_scale, economy.workforce.residence
    chosen = by_home - _mean_by_home(residence, public)
    movers = residence.sum(axis=1) - settled.sum(axis=1)
    total = movers @ chosen + (settled * own).sum() + (residence @ public).sum()
    return float(total / residence.sum())


def _mean_by_home(residence: Array, value: Array) -> Array:
    """The mean of a value of places, (cell,), over where those registered in a home live, (home,)."""
    registered = residence.sum(axis=1)
    return np.asarray(residence @ value / np.where(registered > 0, registered, 1.0))


def training_odds(world: World, economy: Economy, spending: Array) -> tuple[Array, Array]:
    """Probability that a trainable worker of a cell is trained this year, and the part of the spending it takes, (cell,).

    Spending over its cost for all trainable workers; where it would train more than there are, the rest buys nothing.
    """
    trainable = economy.workforce.skills[:, TRAINABLE].sum(axis=(1, 2))
    cost = world.parameters.training_cost * trainable
    odds = np.where(cost > 0, np.minimum(1.0, spending / np.where(cost > 0, cost, 1.0)), 0.0)
    return odds, np.where(spending > 0, odds * cost / np.where(spending > 0, spending, 1.0), 1.0)
