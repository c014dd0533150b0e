"""Public services in the value of a place: people share what there is, so more of them is less for each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.evidence.theory.corner import corner, law, lived, model_of, read, until_still
from sim.evidence.theory.row import Row

_NAME = "services"
_SOURCE = "Tiebout (1956); McFadden (1974)"


def people(pay: Array, stock: Array, sigma: float, kappa: float) -> Array:
    """L_n proportional to (z_n G_n^sigma)^(kappa / (1 + kappa sigma)): V_n = log z_n + sigma log(G_n / L_n)."""
    size = (pay * stock**sigma) ** (kappa / (1 + kappa * sigma))
    return np.asarray(size / size.sum())


def rows() -> Iterator[Row]:
    """Three places with as many services, then one with twice as many; and services that are built and wear out."""
    pay, sigma, kappa = np.array([1.0, 1.5, 2.5]), 0.3, 1.5
    for stock, name in ((np.ones(3), "alike"), (np.array([2.0, 1.0, 1.0]), "doubled in the first place")):
        model = model_of(corner(_NAME))
        model.economy.services = stock.copy()
        exact, ours = people(pay, stock, sigma, kappa), read(until_still(model))
        yield Row(f"people, services {name}", _NAME, _SOURCE, exact, ours.shares)
    yield _built()


def _built() -> Row:
    """G' = (1-d) G + s t w L at a price of one: the west spends a fifth of its tax, in both places by residents."""
    wear, years = 0.1, 8
    terms = {"payers": ("west",), "recipients": ("west", "east"), "purpose": "services", "share_of_budget": 0.2}
    world = corner("transfer", labour_mobility=0.0, infrastructure_depreciation=wear)
    model = lived(world, years, [law("services", "fiscal_transfer", **terms)])
    start, theta = np.array([0.4, 0.6]), 4.0
    wage = (np.array([1.5, 0.8]) ** theta / start) ** (1 / (1 + theta))
    wage *= ((wage / np.array([1.5, 0.8])) ** -theta).sum() ** (1 / theta)  # one price everywhere, and it is one
    spent = 0.2 * 0.2 * wage[0] * start[0] * start / start.sum()
    left = (1 - wear) ** years
    exact = left * start + spent * (1 - left) / wear
    return Row("services after eight years of building", "transfer", "perpetual inventory", exact, model.economy.services)
