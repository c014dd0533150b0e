"""Trade and places solved apart from the model: wages, prices and people from the equations of the field alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

from sim.arrays import Array
from sim.errors import FactorFlowError


@dataclass(frozen=True)
class Trade:
    """One good made by labour and materials: wages and prices by country, shares of spending (buying, producing country)."""

    wage: Array
    price: Array
    shares: Array

    @property
    def real_wage(self) -> Array:
        """Wages over prices, (country,)."""
        return np.asarray(self.wage / self.price)


def trade(productivity: Array, people: Array, log_cost: Array, theta: float, added: float = 1.0) -> Trade:
    """The wages w at which every country sells what it makes; prices have the geometric mean of one.

    c_i = w_i^b P_i^(1-b) / A_i,  pi_ni = (tau_ni c_i)^-theta P_n^theta,  P_n^-theta = sum_i (tau_ni c_i)^-theta,
    w_i L_i = sum_n pi_ni w_n L_n, b the share of labour. Source: Eaton and Kortum (2002); Alvarez and Lucas (2007).
    """
    countries = len(people)

    def parts(logs: Array) -> tuple[Array, Array, Array]:
        wage, price = logs[:countries], logs[countries:]
        cost = added * wage + (1 - added) * price - np.log(productivity)
        weight = np.exp(-theta * (log_cost + cost[None, :] - price[:, None]))
        sold = (weight * (np.exp(wage) * people)[:, None]).sum(axis=0) / (np.exp(wage) * people)
        return weight, np.log(weight.sum(axis=1)), np.log(sold)

    def excess(logs: Array) -> Array:
        _, markets, sales = parts(logs)
        sales[-1] = logs[countries:].mean()  # by Walras's law the last sale holds; prices need a level
        return np.concatenate([sales, markets])

    found = root(excess, np.zeros(2 * countries), tol=1e-14)
    if np.abs(excess(found.x)).max() > 1e-11:
        raise FactorFlowError("the equations of trade have no solution near equal wages")
    weight, *_ = parts(found.x)
    return Trade(np.exp(found.x[:countries]), np.exp(found.x[countries:]), weight)


@dataclass(frozen=True)
class Settled:
    """People by place, and what the places are worth to them without amenity, in logs."""

    people: Array
    trade: Trade
    values: Array


def values(found: Trade, people: Array, land: Array, housing: float) -> Array:
    """log(w / (P^(1-h) r^h)) by place, with rents r = h w L / S (Redding 2016)."""
    rent = np.log(housing * found.wage * people / land) if housing else np.zeros(len(people))
    return np.asarray(np.log(found.wage) - (1 - housing) * np.log(found.price) - housing * rent)


def settled(
    productivity: Array, amenity: Array, land: Array, log_cost: Array, theta: float, kappa: float, housing: float
) -> Settled:
    """Shares of people L with L_n proportional to (a_n w_n / (P_n^(1-h) r_n^h))^kappa (Redding 2016)."""
    people = np.full(len(land), 1 / len(land))
    damping = 1 / (1 + kappa * (housing + 1 / (1 + theta)))
    for _ in range(1000):
        found = trade(productivity, people, log_cost, theta)
        worth = values(found, people, land, housing)
        wanted = kappa * (np.log(amenity) + worth)
        wanted -= np.log(np.exp(wanted).sum())
        step = wanted - np.log(people)
        people = people * np.exp(damping * step)
        people = people / people.sum()
        if np.abs(step).max() < 1e-13:
            break
    return Settled(people, found, worth)


def log_sum(worth: Array, amenity: Array, kappa: float) -> float:
    """Log welfare over what the places are worth at values of zero: (1/k) log(sum a^k e^(k V) / sum a^k)."""
    weight = amenity**kappa
    return float(np.log(weight @ np.exp(kappa * worth) / weight.sum()) / kappa)
