"""Gravity trade: home shares, gains from trade, costs recovered from shares, one equilibrium."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.evidence.theory.corner import AUTARKY, Reading, at_start, corner, model_of, read
from sim.evidence.theory.row import Row
from sim.world.world import World

_ACR = "Arkolakis, Costinot and Rodriguez-Clare (2012)"
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
    theta, added = 4.0, 0.6
    cut = -np.log(0.85)
    now, before = at_start(corner("five_countries")), at_start(corner("five_countries", trade_cost=cut))
    power = -1 / (theta * added)
    gain, exact = now.real_wage / before.real_wage, (now.home_share / before.home_share) ** power
    yield Row("real wages after trade costs fall by 15%", "five_countries", _ACR, exact, gain)
    closed = at_start(corner("five_countries", trade_cost=AUTARKY))
    yield Row("gains over autarky", "five_countries", _ACR, now.home_share**power, now.real_wage / closed.real_wage)
    yield from head_ries(now)
    scaled = corner("five_countries", {"productivity": now.world.productivity * 1.3 ** (1 / theta)})
    moved = at_start(scaled)
    shares = (now.trade_shares[:, :, 0], moved.trade_shares[:, :, 0])
    yield Row("trade shares, all productivity up by 30%", "five_countries", "Alvarez and Lucas (2007)", *shares)
    rise = moved.real_wage / now.real_wage
    exact = np.full(5, 1.3 ** (1 / (theta * added)))
    yield Row("real wages, all productivity up by 30%", "five_countries", "Alvarez and Lucas (2007)", exact, rise)
    yield _one_answer(now.world)


def head_ries(now: Reading) -> Iterator[Row]:
    """tau_ni tau_in = (X_nn X_ii / (X_ni X_in))^(1 / theta), from trade at the prices that cleared.

    Costs of production cancel in it, so it says nothing of prices: trade must also add up to what each country spends,
    which fixes every price, and to what each sells.
    """
    traded, theta = now.flows[:, :, 0], now.world.parameters.trade_elasticity
    own = traded.diagonal()
    recovered = (np.outer(own, own) / (traded * traded.T)) ** (1 / theta)
    cost = np.exp(now.world.border)
    yield Row("trade costs recovered from trade", "five_countries", "Head and Ries (2001)", cost * cost.T, recovered)
    spent = traded.sum(axis=1) / now.spending[:, 0]
    yield Row("trade over what a country spends", "five_countries", _EK, np.ones(5), spent)
    sold = traded.sum(axis=0) / now.clearing.revenue[:, 0]
    yield Row("trade over what a country sells", "five_countries", _EK, np.ones(5), sold)


def _one_answer(world: World) -> Row:
    """Wages cleared from two far starts of the same world."""
    model, wages = model_of(world), []
    for start in np.random.default_rng(11).lognormal(sigma=2.0, size=(2, *world.revenue.shape)):
        model.economy.revenue = start
        wages.append(read(model).clearing.wage)
    gap = float(np.abs(np.log(wages[0] / wages[1])).max())
    return Row("gap of wages from two starts", "five_countries", "Alvarez and Lucas (2007)", 0.0, gap)
