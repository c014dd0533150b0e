"""Infrastructure: public capital that raises productivity and lowers the cost of transport."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import Reading, corner, law, model_of, onward, read
from sim.evidence.theory.gravity import trade
from sim.evidence.theory.row import Row
from sim.year.years import Years

_BARRO = "Barro (1990)"
_EK = "Eaton and Kortum (2002)"
_NAME = "roads"
_THETA, _ADDED, _TAX, _SPENT, _PHI, _PSI, _WEAR, _EPSILON = 4.0, 0.6, 0.2, 0.3, 0.1, 0.5, 0.06, 0.3
_KM = np.array([[0.0, 60.0], [60.0, 0.0]])


def log_cost(roads: Array) -> Array:
    """log tau_ni = e log(1 + km/20) ((g_n + g_i)/2)^-psi."""
    return np.asarray(_EPSILON * np.log(1 + _KM / 20) * ((roads[:, None] + roads[None, :]) / 2) ** -_PSI)


def alike(roads: float) -> tuple[float, float]:
    """Home share 1/(1+tau^-theta) and real wage g^phi (1+tau^-theta)^(1/(theta b)) of two equal countries."""
    other = np.exp(-_THETA * log_cost(np.full(2, roads))[0, 1])
    return float(1 / (1 + other)), float(roads**_PHI * (1 + other) ** (1 / (_THETA * _ADDED)))


def path(years: int) -> float:
    """g' = (1-d) g + s t w(g): what is built is a share s of the tax t on the real wage of one person."""
    roads = 1.0
    for _ in range(years):
        roads = (1 - _WEAR) * roads + _SPENT * _TAX * alike(roads)[1]
    return roads


def rows() -> Iterator[Row]:
    """Both countries build and roads wear out; then one has twice the roads of the other."""
    years = 20
    model = model_of(corner(_NAME), [law("roads", "infrastructure_investment", share_of_budget=0.3)])
    onward(model, years)
    home, wage = alike(path(years))
    yield Row("roads after 20 years of building", _NAME, _BARRO, np.full(2, path(years)), model.economy.infrastructure)
    reading = read(model)
    yield Row("home share after that", _NAME, _EK, np.full(2, home), reading.home_share)
    yield Row("real wage after that", _NAME, _BARRO, np.full(2, wage), reading.real_wage)
    yield from _unequal()
    model = onward(_with(np.array([3.0, 1.0])), 10)
    worn = np.array([3.0, 1.0]) * (1 - _WEAR) ** 10
    yield Row("roads ten years without building", _NAME, _BARRO, worn, model.economy.infrastructure)


def _unequal() -> Iterator[Row]:
    roads = np.array([2.0, 1.0])
    exact, ours = trade(roads ** (_ADDED * _PHI), np.ones(2), log_cost(roads), _THETA, _ADDED), read(_with(roads))
    yield Row("trade shares, twice the roads in the north", _NAME, _EK, exact.shares, _shares(ours))
    yield Row("real wages, twice the roads in the north", _NAME, _BARRO, exact.real_wage, ours.real_wage)


def _with(roads: Array) -> Years:
    model = model_of(corner(_NAME))
    model.economy.infrastructure = roads.copy()
    return model


def _shares(reading: Reading) -> Array:
    return np.asarray(reading.trade_shares[:, :, 0])
