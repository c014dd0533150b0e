"""Gravity trade: home shares, gains from trade, one equilibrium."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import AUTARKY, at_start, corner, model_of, read
from sim.evidence.theory.gravity import trade
from sim.evidence.theory.row import Row
from sim.world.theory import described
from sim.world.world import World

_ACR = "Arkolakis, Costinot and Rodriguez-Clare (2012)"
_LUCAS = "Alvarez and Lucas (2007)"
_EK = "Eaton and Kortum (2002)"


def rows() -> Iterator[Row]:
    """Two equal countries, then five unlike ones with materials."""
    yield from _two_countries()
    yield from _five_countries()


def _two_countries() -> Iterator[Row]:
    theta, tau = 4.0, 1.5
    home, closed = at_start(corner("two_countries")), at_start(corner("two_countries", trade_cost=AUTARKY))
    exact = 1 / (1 + tau**-theta)
    yield Row("home share of two equal countries", "two_countries", _EK, np.full(2, exact), home.home_share)
    gain = home.real_wage / closed.real_wage
    yield Row("their gain over autarky", "two_countries", _EK, np.full(2, (1 + tau**-theta) ** (1 / theta)), gain)
    free = at_start(corner("free_trade")).real_wage / closed.real_wage
    yield Row("gain from free trade over autarky", "free_trade", _EK, np.full(2, 2 ** (1 / theta)), free)


def _five_countries() -> Iterator[Row]:
    """Shares, wages and gains of the five against their equations solved apart; common productivity changes no share."""
    theta, added, name = 4.0, 0.6, "five_countries"
    place, cut = described("theory_countries"), -np.log(0.85)
    given = (place.productivity[:, 0], place.people, place.trade_cost)
    exact = trade(*given, theta, added)
    dear = trade(*given[:2], place.trade_cost + cut * (1 - np.eye(5)), theta, added)
    now, before = at_start(corner(name)), at_start(corner(name, trade_cost=cut))
    yield Row("trade shares of five countries", name, _EK, exact.shares, now.trade_shares[:, :, 0])
    yield Row("their wages, the world's basket at one", name, _EK, exact.wage, now.clearing.wage)
    # what the gains formula says of home shares, with home shares found apart: pi_nn^(-1 / (theta b))
    power = -1 / (theta * added)
    gain = (exact.shares.diagonal() / dear.shares.diagonal()) ** power
    yield Row("real wages after trade costs fall by 15%", name, _ACR, gain, now.real_wage / before.real_wage)
    closed = at_start(corner(name, trade_cost=AUTARKY))
    gain = exact.shares.diagonal() ** power
    yield Row("gains over autarky", name, _ACR, gain, now.real_wage / closed.real_wage)
    yield Row("real wages of closed countries", name, _ACR, given[0] ** (1 / added), closed.real_wage)
    moved = at_start(corner(name, {"productivity": place.productivity * 1.3 ** (1 / theta)}))
    rise = np.full(5, 1.3 ** (1 / (theta * added)))
    yield Row("real wages, all productivity up by 30%", name, _LUCAS, rise, moved.real_wage / now.real_wage)
    yield Row("wages from two far starts", name, _LUCAS, np.tile(exact.wage, (2, 1)), _from_two_starts(now.world))


def _from_two_starts(world: World) -> Array:
    """Wages cleared from two far starts of the same world, (start, country)."""
    model, wages = model_of(world), []
    for start in np.random.default_rng(11).lognormal(sigma=2.0, size=(2, *world.revenue.shape)):
        model.economy.revenue = start
        wages.append(read(model).clearing.wage)
    return np.array(wages)
