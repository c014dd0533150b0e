"""Half-life of the income gap: the years in which it halves if it goes on closing as fast as since the first year."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures import beta_convergence
from sim.analysis.measures.base import Array, Panel, Reading, Series, divided
from sim.analysis.measures.urban_rural_ratio import urban_rural_ratio

UNIT = "years"
TITLE = "Half-life of the gap between town and country"
SCOPES = ("world",)
RECORDED = False
MEANING = "years in which the log of urban over rural income halves, at its mean speed since the first year"
ALSO = {
    "gap_half_life_regions": Series(
        UNIT, SCOPES, "years in which gaps of log income between regions halve, at the speed of beta convergence"
    )
}
MISSING = "it needs two years and a gap that closes, but not wholly"


def half_life(rate: Array) -> Array:
    """Years in which a gap halves that closes at a yearly rate: ln 2 / rate; NaN where the rate is not above zero.

    A speed of convergence of 0.0164716 (48 US states, 1929-2009): 42.08 years.
    """
    rate = np.asarray(rate, dtype=float)
    return divided(np.log(2.0) * np.ones(rate.shape), np.where(rate > 0, rate, np.nan))


def closing_rate(first: Array, last: Array, years: Array | float) -> Array:
    """Yearly rate -(1/T) ln(g_T / g_0) at which a gap g closes in T years, below zero if it widens.

    first, last: gaps of a log or of a level, on either side of zero. NaN where a gap is zero or changed sides: from
    that no speed can be told. Gaps of 0.8 and 0.2 in 4 years: ln 4 / 4, which halves it every 2 years.
    """
    share = divided(np.asarray(last, dtype=float), np.asarray(first, dtype=float))
    share, years = np.broadcast_arrays(share, np.asarray(years, dtype=float))
    fit = np.isfinite(share) & (share > 0) & (years > 0)
    return np.asarray(np.where(fit, -np.log(np.where(fit, share, 1.0)) / np.where(fit, years, 1.0), np.nan))


def readings(panel: Panel) -> list[Reading]:
    """Half-lives since the first year, in every later one: of the urban-rural gap, and of gaps between regions."""
    since = (panel.years - panel.years[0]).astype(float)
    ratio = urban_rural_ratio(panel.income, panel.population, panel.urban)
    there = np.isfinite(ratio) & (ratio > 0)
    gap = np.where(there, np.log(np.where(there, ratio, 1.0)), np.nan)
    regions = {one.measure: one.values for one in beta_convergence.readings(panel)}
    return [
        Reading("gap_half_life", UNIT, "world", panel.world, half_life(closing_rate(gap[:, :1], gap, since))),
        Reading("gap_half_life_regions", UNIT, "world", panel.world, half_life(regions["beta_convergence_speed"])),
    ]
