"""Nothing changes where nothing is changed, and what is common to all places moves nobody (Tombe and Zhu 2019)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import Reading, at_rest, corner, read, settled
from sim.evidence.theory.row import Row

_TZ = "Tombe and Zhu (2019)"
_NAME = "provinces"


def rows() -> Iterator[Row]:
    """Two provinces with towns, villages, materials, land, housing and costs of leaving the place of registration."""
    yield from _no_shock()
    yield from _common_shock()
    yield _infinite_cost()
    yield _prices()


def _no_shock() -> Iterator[Row]:
    model = at_rest(corner(_NAME))
    before, stock = read(model), model.economy.workforce.residence.copy()
    for _ in range(10):
        model.step()
    moved = float(np.abs(model.economy.workforce.residence - stock).max())
    gap = float(np.abs(np.log(read(model).clearing.wage / before.clearing.wage)).max())
    yield Row("no shock, ten years: moves and wages", _NAME, _TZ, np.zeros(2), np.array([moved, gap]))


def _common_shock() -> Iterator[Row]:
    """T up by 30% everywhere: real incomes rise by exp((1-h) mu' (I - (1-gamma) a)^-1 ln(1.3) / theta); nobody moves."""
    model = at_rest(corner(_NAME))
    before, stock, tech = read(model), model.economy.workforce.residence.copy(), model.world.technology
    rise = np.full(len(tech.sectors), np.log(1.3) / model.world.parameters.trade_elasticity)
    model.economy.size = model.economy.size * np.exp(rise)
    after = read(model)
    bills = (1 - tech.value_added)[:, None] * tech.materials
    goods_share = 1 - model.world.parameters.housing_share
    exact = goods_share * tech.spending @ np.linalg.solve(np.eye(len(tech.sectors)) - bills, rise)
    ours = after.values - before.values
    yield Row("log real incomes, all productivity up by 30%", _NAME, _TZ, np.full(4, exact), ours)
    model.step()
    moved = float(np.abs(model.economy.workforce.residence - stock).max())
    yield Row("people moved by that", _NAME, _TZ, 0.0, moved)


def _infinite_cost() -> Row:
    stocks = [at_rest(corner(_NAME, migration_cost=cost)).economy.workforce.residence for cost in (0.6, 100.0)]
    away = [float(stock.sum() - np.trace(stock)) for stock in stocks]
    return Row("migrants where moving costs everything", _NAME, _TZ, -1.0, away[1] / away[0] - 1)


def _prices() -> Row:
    """P_hat_n = c_hat_n pi_hat_nn^(1 / theta), where a place makes a good: industry of both provinces up by 30%."""
    before = settled(corner(_NAME))
    after = settled(corner(_NAME, {"productivity": np.array([[0, 1.95], [1, 0], [0, 1.3], [0.8, 0]])}))
    made, theta = before.supply.productivity > 0, before.world.parameters.trade_elasticity
    cost = after.unit_cost[made] / before.unit_cost[made]
    own = _own_shares(after)[made] / _own_shares(before)[made]
    ours = (after.clearing.prices / before.clearing.prices)[made]
    return Row("prices from own costs and own shares", _NAME, _TZ, cost * own ** (1 / theta), ours)


def _own_shares(reading: Reading) -> Array:
    """Share of every place in its own spending on every good, (cell, sector)."""
    return np.asarray(np.einsum("ccj->cj", reading.trade_shares))
