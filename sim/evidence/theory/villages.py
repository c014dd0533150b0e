"""Villages that become part of their town: a change of name changes no price, no wage and nobody's income."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.economy.policies.base import PolicyInForce
from sim.evidence.theory.corner import corner, law, model_of, onward, read
from sim.evidence.theory.row import Row

_NAME = "villages"
_SOURCE = "one good, one price"
_PEOPLE, _LAND, _THETA, _NU, _RATE = np.array([0.6, 0.4]), np.array([0.5, 2.0]), 4.0, 0.1, 0.05
_SHARES = (0.6, 0.25, 0.15)  # labour, capital, land


def revenue_per_head() -> float:
    """s with sum_c c_c^-theta = 1, c_c = s a^a b^b g^g (L_c / T_c)^g / (A_c L_c^nu): one price, equal wages a s.

    Capital is as much as people in both places, so rentals are equal too; only the rent of land differs.
    """
    y, x, g = _SHARES
    village = (_PEOPLE[1] / _PEOPLE[0]) ** ((1 + _THETA) / _THETA - y - x - _NU) * (_LAND[0] / _LAND[1]) ** g
    productivity = np.array([1.0, village]) * _PEOPLE**_NU
    cost = y**y * x**x * g**g * (_PEOPLE / _LAND) ** g / productivity
    return float((cost**-_THETA).sum() ** (1 / _THETA))


def names(years: int) -> Array:
    """People, or as much capital, in town and village after so many years in which a part xi of the village changes name."""
    left = _PEOPLE[1] * (1 - _RATE) ** years
    return np.array([_PEOPLE.sum() - left, left])


def rows() -> Iterator[Row]:
    """Ten years of changing names with everything that goes along: half of all capital stands in enclaves."""
    years, each = 10, revenue_per_head()
    model = model_of(corner(_NAME), [_belt()])
    economy = model.economy
    economy.unit_value = economy.unit_value / 2
    economy.enclave = np.diag(_PEOPLE / 2)
    onward(model, years)
    reading, after = read(model), names(years)
    yield Row("people of town and village, ten years", _NAME, _SOURCE, after, reading.persons)
    yield Row("capital that stands there", _NAME, _SOURCE, after, reading.supply.capital)
    price = np.array([*reading.clearing.wage, *reading.clearing.rental])
    exact = each * np.repeat(_SHARES[:2], 2)
    yield Row("wages and rentals are what they were", _NAME, _SOURCE, exact, price)
    rent = each * _SHARES[2] * _PEOPLE / _LAND
    yield Row("rents of land are what they were", _NAME, _SOURCE, rent, reading.clearing.land_rent)
    revenue = reading.clearing.revenue[:, 0]
    yield Row("revenues go with the people", _NAME, _SOURCE, each * after, revenue)
    income = reading.money.disposable / reading.persons
    yield Row("income per head is what it was", _NAME, _SOURCE, np.full(2, each), income)
    # wages and the rent of the land; services per head are those of the ground people live on, so they add nothing
    worth = np.full(2, np.log(each * (_SHARES[0] + _SHARES[2])))
    yield Row("places are worth what they were", _NAME, _SOURCE, worth, reading.values)


def _belt() -> PolicyInForce:
    return law("belt", "growth_pole", regions=("valley",), kind="urban", share_of_budget=0.0, agglomeration=0.05)
