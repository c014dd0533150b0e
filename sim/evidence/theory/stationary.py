"""Nothing changes where nothing is changed, and what is common to all places moves nobody (Tombe and Zhu 2019)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.data import catalogue
from sim.evidence.theory.corner import at_rest, corner, model_of, onward, read
from sim.evidence.theory.row import Row
from sim.world.build import build_world
from sim.world.theory import described

_TZ = "Tombe and Zhu (2019)"
_NAME = "provinces"
_LABOUR = {"industry": 0.7, "agriculture": 0.6}  # shares of labour in the valley's table of technology


def rows() -> Iterator[Row]:
    """A valley at rest; two provinces with towns, villages, materials, land, housing and costs of leaving home."""
    yield from _no_shock()
    yield from _common_shock()
    yield _infinite_cost()


def _no_shock() -> Iterator[Row]:
    """Ten years of `two_cells`: people, wages w = beta_j mu_j Y / N and capital K = s (1 - t) Y / delta stay as they are."""
    said = {parameter.name: parameter.value for parameter in catalogue.parameters("two_cells").values()}
    model = onward(model_of(build_world("two_cells")), 10)
    town = said["urban_share"] * said["people"]
    people = np.array([town, said["people"] - town])
    product, farming = said["people"] * said["product_per_head"], said["farm_share_of_spending"]
    bill = np.array([_LABOUR["industry"] * (1 - farming), _LABOUR["agriculture"] * farming]) * product
    capital = said["saving_rate"] * (1 - said["wedge"]) * product / said["capital_depreciation"]
    reading = read(model)
    wages = reading.clearing.wage / (bill / people)
    yield Row("no shock, ten years: people, relative", "valley", _TZ, np.ones(2), reading.persons / people)
    yield Row("no shock, ten years: wages, relative", "valley", _TZ, np.ones(2), wages)
    total = float(reading.supply.capital.sum() / capital)
    yield Row("no shock, ten years: capital, relative", "valley", "Solow (1956)", 1.0, total)


def _common_shock() -> Iterator[Row]:
    """T up by 30% everywhere: real incomes rise by exp((1-h) mu' (I - (1-gamma) a)^-1 ln(1.3) / theta); nobody moves."""
    model = at_rest(corner(_NAME))
    before, stock, tech = read(model), model.economy.workforce.residence.copy(), described("theory_provinces").technology
    rise = np.full(len(tech.sectors), np.log(1.3) / 4.0)
    model.economy.size = model.economy.size * np.exp(rise)
    after = read(model)
    bills = (1 - tech.value_added)[:, None] * tech.materials
    exact = (1 - 0.13) * tech.spending @ np.linalg.solve(np.eye(len(tech.sectors)) - bills, rise)
    yield Row("log real incomes, all productivity up by 30%", _NAME, _TZ, np.full(4, exact), after.values - before.values)
    model.step()
    moved = float(np.abs(model.economy.workforce.residence - stock).max())
    yield Row("people moved by that", _NAME, _TZ, 0.0, moved)


def _infinite_cost() -> Row:
    """Everybody is where they are registered: people by place are those of the description."""
    ours = at_rest(corner(_NAME, migration_cost=100.0)).economy.workforce.residence
    return Row("people where moving costs everything", _NAME, _TZ, np.diag(described("theory_provinces").people), ours)
