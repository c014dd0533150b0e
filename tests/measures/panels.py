"""Panels for the tests of the measures: incomes and residents drawn at random, or written down."""

import numpy as np

from sim.analysis.measures.base import Panel, evaluate_all


def panel(income=None, population=None, *, replicates=3, years=4, regions=5, kinds=("urban", "rural"), **other):
    """A panel of regions r0, r1, ... with one cell of every kind in `kinds`, at random where nothing is given."""
    rng = np.random.default_rng(11)
    if income is not None:
        replicates, years, cells = np.shape(income)
        regions = cells // len(kinds)
    shape = (replicates, years, regions * len(kinds))
    names = tuple(f"r{number}" for number in range(regions))
    parts = {
        "income": rng.lognormal(10, 0.4, shape) if income is None else np.asarray(income, dtype=float),
        "population": rng.uniform(1e5, 1e6, shape) if population is None else np.asarray(population, dtype=float),
        "years": np.arange(2014, 2014 + years),
        "cells": tuple(f"{name}/{kind}" for name in names for kind in kinds),
        "regions": names,
        "region_of_cell": np.repeat(np.arange(regions), len(kinds)),
        "kind_of_cell": np.tile(kinds, regions),
        "world": "valley",
    }
    return Panel(**{**parts, **other})


def changed(data, **parts):
    """The same panel with some of its parts replaced."""
    return Panel(**{**data.__dict__, **parts})


def read(data):
    """Values (replicate, year) of every reading by (measure, scope, place)."""
    return {(found.measure, found.scope, found.place): found.values for found in evaluate_all(data)}
