"""Where people end up with economies of scale: one answer or two, core and periphery."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from sim.arrays import Array
from sim.evidence.theory import gravity
from sim.evidence.theory.corner import Reading, at_start, corner, settled
from sim.evidence.theory.row import Row
from sim.world.theory import described

_AA = "Allen and Arkolakis (2014)"
_FKV = "Fujita, Krugman and Venables (1999)"
_STARTS = np.array([[1, 1, 1, 1, 1, 1], [20, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 20], [9, 1, 9, 1, 9, 1]], dtype=float)


def rows() -> Iterator[Row]:
    """Six places on a line, two identical places, two regions of Krugman's."""
    yield from _line()
    yield from _twins()
    yield from _core_periphery()


def allen_arkolakis(
    productivity: Array, amenity: Array, cost: Array, alpha: float, beta: float, sigma: float, start: Array
) -> Array:
    """Shares of people that solve the theorem's one equation under symmetric costs tau, by its own iteration.

    L_i^(s g1) = sum_s tau_is^(1-sigma) A_i^(s (sigma-1)) u_i^(s sigma) A_s^(s sigma) u_s^(s (sigma-1)) L_s^(s g2) / K,
    s = (sigma-1)/(2 sigma-1), g1 = 1 - alpha (sigma-1) - beta sigma, g2 = 1 + alpha sigma + (sigma-1) beta.
    """
    s = (sigma - 1) / (2 * sigma - 1)
    g1 = 1 - alpha * (sigma - 1) - beta * sigma
    g2 = 1 + alpha * sigma + (sigma - 1) * beta
    own = productivity ** (s * (sigma - 1)) * amenity ** (s * sigma)
    other = productivity ** (s * sigma) * amenity ** (s * (sigma - 1))
    kernel = own[:, None] * cost ** (1 - sigma) * other[None, :]
    people = start / start.sum()
    for _ in range(5000):
        following = (kernel @ people ** (s * g2)) ** (1 / (s * g1))
        following /= following.sum()
        if np.abs(following - people).max() < 1e-16:
            break
        people = following
    return np.asarray(people)


def _line() -> Iterator[Row]:
    """alpha = 0.1, beta = -0.3, sigma = 9: |g2 / g1| = 0.172, unique. Housing h and tastes are beta = -(h+1/k)/(1-h)."""
    place, h, kappa = described("theory_line"), 0.2, 25.0
    taste = place.amenity ** (1 / (1 - h))  # utility is a real wage to the power 1 - h
    made, cost = place.productivity[:, 0], np.exp(place.trade_cost)
    exact = allen_arkolakis(made, taste, cost, 0.1, -0.3, 9.0, np.ones(6))
    results = [settled(corner("line", {"people": start / start.sum()})) for start in _STARTS]
    shares = np.array([result.shares for result in results])
    yield Row("people on the line from four starts", "line", _AA, np.tile(exact, (len(shares), 1)), shares)
    traded = gravity.trade(made * exact**0.1, exact, place.trade_cost, 8.0)
    worth = gravity.values(traded, exact, place.land, h)
    welfare = gravity.log_sum(worth, place.amenity, kappa)
    ours = np.array([result.welfare[0] for result in results])
    yield Row("log welfare there from four starts", "line", _AA, np.full(len(ours), welfare), ours)


def _twins() -> Iterator[Row]:
    """alpha + beta above zero: two identical places and two answers, one for each lead; below zero: one answer."""
    leads = [np.array([0.7, 0.3]), np.array([0.3, 0.7])]
    cost = np.exp(0.2 * (1 - np.eye(2)))
    for name, beta in (("twins_congested", -0.3), ("twins", -0.05)):
        word = f"alpha + beta = {0.1 + beta:+.2f}"
        for lead, side in zip(leads, ("west", "east"), strict=True):
            exact = allen_arkolakis(np.ones(2), np.ones(2), cost, 0.1, beta, 9.0, lead)
            ours = settled(corner(name, {"people": lead})).shares
            yield Row(f"{word}, lead of the {side}", name, _AA, exact, ours)


def break_point(mu: float, sigma: float) -> float:
    """T with T^(sigma-1) = (rho+mu)(1+mu) / ((rho-mu)(1-mu)), rho = (sigma-1)/sigma: the symmetric answer breaks."""
    rho = (sigma - 1) / sigma
    return float(((rho + mu) * (1 + mu) / ((rho - mu) * (1 - mu))) ** (1 / (sigma - 1)))


def sustain_point(mu: float, sigma: float) -> float:
    """T > 1 with T^-mu [(1+mu)/2 T^(1-sigma) + (1-mu)/2 T^(sigma-1)]^(1/sigma) = 1: the core cannot be sustained above."""

    def gap(cost: float) -> float:
        inner = (1 + mu) / 2 * cost ** (1 - sigma) + (1 - mu) / 2 * cost ** (sigma - 1)
        return float(-mu * np.log(cost) + np.log(inner) / sigma)

    return float(brentq(gap, break_point(mu, sigma), 1e6, xtol=1e-13))


def slope_of_lead(cost: float, mu: float, sigma: float) -> float:
    """Slope of the log lead of real wages in the share of workers at equal numbers, twice that of one region's log wage.

    4 Z (1-rho)/rho [mu (1+rho) - Z (mu^2+rho)] / [1 - mu Z (1-rho) - rho Z^2], Z = (1 - T^(1-sigma)) / (1 + T^(1-sigma)).
    """
    rho, z = (sigma - 1) / sigma, (1 - cost ** (1 - sigma)) / (1 + cost ** (1 - sigma))
    inner = (mu * (1 + rho) - z * (mu**2 + rho)) / (1 - mu * z * (1 - rho) - rho * z**2)
    return float(4 * z * (1 - rho) / rho * inner)


def lead_of_north(cost: float, share: float) -> float:
    """Log real wage of the north's workers over the south's, where `share` of all workers are in the north."""
    people = np.array([0.4 * share, 0.0, 0.4 * (1 - share), 0.0])
    values = _workers(cost, people).values
    return float(values[0] - values[2])


def _workers(cost: float, people: Array) -> Reading:
    return at_start(corner("core_periphery", {"people": people}, trade_cost=float(np.log(cost))))


def _crossing(share: float, low: float, high: float) -> float:
    """The trade cost between two at which the north's lead changes its sign; not a number where it does not."""
    if lead_of_north(low, share) * lead_of_north(high, share) > 0:
        return float("nan")
    return float(brentq(lambda cost: lead_of_north(cost, share), low, high, xtol=1e-12))


def _core_periphery() -> Iterator[Row]:
    """Where the north's lead changes its sign: at equal numbers (break), and with all workers in the north (sustain)."""
    mu, sigma, name = 0.4, 5.0, "core_periphery"
    broken = _crossing(0.5 + 1e-4, 1.4, 1.8)
    yield Row("trade cost at which symmetry breaks", name, _FKV, break_point(mu, sigma), broken)
    held = _crossing(1 - 1e-12, 1.6, 2.0)
    yield Row("trade cost at which the core is sustained", name, _FKV, sustain_point(mu, sigma), held)
    sides = (break_point(mu, sigma) - 0.02, break_point(mu, sigma) + 0.02)
    slopes = [(lead_of_north(cost, 0.5 + 1e-4) - lead_of_north(cost, 0.5 - 1e-4)) / 2e-4 for cost in sides]
    exact = np.array([slope_of_lead(cost, mu, sigma) for cost in sides])
    yield Row("slope of the lead below and above the break", name, _FKV, exact, np.array(slopes))
    between = 1.7
    both = [np.sign(lead_of_north(between, 0.5 + 1e-4)), np.sign(lead_of_north(between, 1 - 1e-12))]
    yield Row("between: small leads close, the core holds", name, _FKV, np.array([-1.0, 1.0]), np.array(both))
