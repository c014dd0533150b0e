"""Schooling by cell of registration: shares of five skills that meet the mean years of schooling of a census."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import Array
from sim.errors import WorldError

SKILLS = ("primary", "primary, trained", "secondary", "secondary, trained", "tertiary")
YEARS = np.array([6.0, 7.0, 10.5, 11.5, 15.5])
TRAINED_SKILL = np.array([1, 1, 3, 3, 4])  # what training makes of each skill: one more year, once
TRAINABLE = np.array([True, False, True, False, False])
GRADUATE = np.array([False, False, False, False, True])


def efficiency(p: Mapping[str, float]) -> Array:
    """Efficiency units by skill, (skill,): exp(return * (years - 9)) (Mincer 1974)."""
    return np.asarray(np.exp(p["return_to_schooling"] * (YEARS - 9.0)))


def skill_shares(mean_years: Array, p: Mapping[str, float]) -> Array:
    """Shares (cell, skill) of untrained skills, tilted exponentially so that every row meets its mean years.

    Raises WorldError where no tilt of the start can: its shares leave 0 to 1, or a mean lies beyond the years there are.
    """
    from scipy.optimize import brentq  # a quarter of a second, which a list of instruments need not wait for

    start = np.zeros(YEARS.size)
    start[[0, 2, 4]] = (
        p["schooling_primary_start"],
        1 - p["schooling_primary_start"] - p["schooling_tertiary_start"],
        p["schooling_tertiary_start"],
    )

    if start.min() < 0:
        raise WorldError(
            f"schooling_primary_start and schooling_tertiary_start add up to {start[0] + start[4]:.3g}; at most 1 is possible"
        )

    def tilted(slope: float) -> Array:
        weight = start * np.exp(slope * (YEARS - 9.0))
        return np.asarray(weight / weight.sum())

    low, high = (float(tilted(end) @ YEARS) for end in (-3.0, 3.0))
    for years in (float(mean_years.min()), float(mean_years.max())):
        if not low < years < high:
            raise WorldError(
                f"mean years of schooling of a cell would be {years:.3g}; with these shares of primary and tertiary "
                f"schooling they can be {low:.3g} to {high:.3g}"
            )
    rows = [tilted(brentq(lambda x, y=years: tilted(x) @ YEARS - y, -3.0, 3.0, xtol=1e-14)) for years in mean_years]
    return np.array(rows)
