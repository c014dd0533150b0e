"""Taxes and transfers: what households keep, what comes back to them, and where they live for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from sim.arrays import Array
from sim.evidence.theory.corner import corner, law, settled
from sim.evidence.theory.row import Row

_MUSGRAVE = "Musgrave and Thin (1948)"
_ROBACK = "Roback (1982)"
_PAY, _WEDGE, _THETA, _KAPPA = np.array([1.5, 0.8]), np.array([0.2, 0.1]), 4.0, 1.5
_RATE, _GIVEN = 0.25, 0.2


def wages(people: Array) -> Array:
    """w ~ (A^theta / L)^(1/(1+theta)) with sum (w/A)^-theta = 1: one good, freely traded, at a price of one."""
    wage = (_PAY**_THETA / people) ** (1 / (1 + _THETA))
    return np.asarray(wage * ((wage / _PAY) ** -_THETA).sum() ** (1 / _THETA))


def taxed(people: Array) -> Array:
    """Income per head under a tax that comes back per head: (1 - r) y_c + r sum y L / sum L, y = (1 - t) w."""
    income = (1 - _WEDGE) * wages(people)
    return np.asarray((1 - _RATE) * income + _RATE * (income @ people) / people.sum())


def supported(people: Array) -> Array:
    """Income per head where the west gives the east's households a share s of its budget t w L."""
    wage = wages(people)
    given = _GIVEN * _WEDGE[0] * wage[0] * people[0]
    return np.asarray((1 - _WEDGE) * wage + np.array([0.0, given / people[1]]))


def rows() -> Iterator[Row]:
    """Where people settle, and what each has there."""
    tax = law("tax", "income_tax", brackets=({"above": 0.0, "rate": _RATE},), returned=1.0)
    terms = {"payers": ("west",), "recipients": ("east",), "purpose": "household", "share_of_budget": _GIVEN}
    # the west gives part of what it has, and taxes nobody for it
    gift = law("transfer", "fiscal_transfer", financed_by="general_purchases", **terms)
    for name, rule, income, source in (
        ("income_tax", tax, taxed, _MUSGRAVE),
        ("transfer", gift, supported, _ROBACK),
    ):
        ours = settled(corner(name), [rule])

        def excess(share: float, income=income) -> float:  # type: ignore[no-untyped-def]
            """Log odds of the west over those its income is worth."""
            have = income(np.array([share, 1 - share]))
            return float(np.log(share / (1 - share)) - _KAPPA * np.log(have[0] / have[1]))

        west = float(brentq(excess, 1e-6, 1 - 1e-6, xtol=1e-15))
        people = np.array([west, 1 - west])
        label = name.replace("_", " ")
        yield Row(f"people under the {label}", name, source, people, ours.shares)
        yield Row(f"income per head under the {label}", name, source, income(people), ours.money.disposable / ours.persons)
        yield Row(f"log value of places under the {label}", name, source, np.log(income(people)), ours.values)
