"""Places with housing, amenities and trade: Rosen-Roback, Redding, and what a place-based subsidy can do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory import gravity
from sim.evidence.theory.corner import AUTARKY, at_start, corner, settled
from sim.evidence.theory.row import Row
from sim.world.theory import described

_ROBACK = "Roback (1982)"
_REDDING = "Redding (2016)"


def roback_shares(pay: Array, amenity: Array, land: Array, h: float) -> Array:
    """L_n proportional to S_n (a_n z_n^(1-h))^(1/h): identical tastes."""
    size = land * (amenity * pay ** (1 - h)) ** (1 / h)
    return np.asarray(size / size.sum())


def taste_shares(pay: Array, amenity: Array, land: Array, h: float, kappa: float) -> Array:
    """L_n proportional to (a_n z_n^(1-h) S_n^h)^(kappa / (1 + kappa h)): Frechet tastes."""
    log_size = (np.log(amenity) + (1 - h) * np.log(pay) + h * np.log(land)) * kappa / (1 + kappa * h)
    size = np.exp(log_size - log_size.max())
    return np.asarray(size / size.sum())


def rows() -> Iterator[Row]:
    """Allocations at three elasticities, the limit of identical tastes, subsidies, and welfare gains from trade."""
    pay, amenity, land, h = np.array([1.0, 1.6]), np.array([1.0, 0.9]), np.ones(2), 0.25
    for kappa, name in ((1.5, "tastes"), (3.0, "tastes"), (10_000.0, "roback")):
        # starts are near the answer: the larger the elasticity, the fewer may move in a year
        exact = taste_shares(pay, amenity, land, h, kappa)
        ours = settled(corner(name, {"people": exact.round(4)}, labour_choice_elasticity=kappa)).shares
        yield Row(f"people by place, elasticity {kappa:g}", name, _REDDING, exact, ours)
    at_rest = roback_shares(pay, amenity, land, h)
    values = at_start(corner("roback", {"people": at_rest})).values + np.log(amenity)
    yield Row("Roback's allocation: utilities equal", "roback", _ROBACK, 0.0, float(np.ptp(values)))
    yield from _subsidies(pay, amenity, land, h)
    yield from _welfare()


def _subsidies(pay: Array, amenity: Array, land: Array, h: float) -> Iterator[Row]:
    """A subsidy of 1% on incomes in the east, paid by the east's government out of rents."""
    wedge = np.array([0.0, -0.01])
    for kappa, name in ((1.5, "tastes"), (10_000.0, "roback")):
        near = [taste_shares(pay * part, amenity, land, h, kappa).round(4) for part in (1.0, 1 - wedge)]
        without = settled(corner(name, {"people": near[0]}, labour_choice_elasticity=kappa)).shares
        paid = settled(corner(name, {"people": near[1], "wedge": wedge}, labour_choice_elasticity=kappa)).shares
        ours = np.log(paid[1] / paid[0] / (without[1] / without[0])) / np.log(1.01)
        exact = kappa * (1 - h) / (1 + kappa * h)
        yield Row(f"people moved by a subsidy, elasticity {kappa:g}", name, _REDDING, exact, ours)
    at_rest = roback_shares(pay * (1 - wedge), amenity, land, h)
    values = at_start(corner("roback", {"people": at_rest, "wedge": wedge})).values + np.log(amenity)
    yield Row("a subsidy under free mobility: real gap", "roback", _ROBACK, 0.0, float(np.ptp(values)))


def _welfare() -> Iterator[Row]:
    """Redding's four places solved apart, open and closed: people, prices of land and goods, welfare.

    Log welfare rises by (a / theta) log(1 / pi_nn) + (1 / kappa + 1 - a) log(L_autarky / L_trade), alike in every place.
    """
    place, name = described("theory_redding"), "trade_and_tastes"
    a, theta, kappa = 0.75, 4.0, 3.0
    given = (place.productivity[:, 0], place.amenity, place.land)
    exact = gravity.settled(*given, place.trade_cost, theta, kappa, 1 - a)
    apart = taste_shares(*given, 1 - a, kappa)
    open_, closed = settled(corner(name)), settled(corner(name, trade_cost=AUTARKY))
    yield Row("people by place, trade and tastes", name, _REDDING, exact.people, open_.shares)
    yield Row("people by place, no trade", name, _REDDING, apart, closed.shares)
    gain = -a / theta * np.log(exact.trade.shares.diagonal()) + (1 / kappa + 1 - a) * np.log(apart / exact.people)
    yield Row("log welfare gain from trade, people free", name, _REDDING, gain, open_.welfare - closed.welfare)
    held = gravity.trade(given[0], place.people, place.trade_cost, theta)
    open_, closed = (at_start(corner(name, trade_cost=cost)) for cost in (0.0, AUTARKY))
    exact_gain = -a / theta * np.log(held.shares.diagonal())
    yield Row("log welfare gain from trade, nobody moves", name, _REDDING, exact_gain, open_.values - closed.values)
    worth = gravity.values(held, place.people, place.land, 1 - a)
    yield Row("log values of places, nobody moves", name, _REDDING, worth, open_.values)
