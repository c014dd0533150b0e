"""Growth of output per head of a run, and a sentence where it accelerates without end."""

from __future__ import annotations

import math

import pandas as pd

from sim.analysis.results import Results

_FAST = 0.08  # log points a year: faster than any large economy has kept up for two decades
_FASTER = 0.005  # log points by which the last third of the years outgrows the first: above what luck moves
_YEARS = 6  # with fewer, a third is one year or none


def growth_per_head(results: Results) -> pd.Series[float]:
    """Growth of output per resident of the reported area by year, log(y_t / y_t-1), the median over replicates."""
    return _growth(_levels(results))


def _growth(levels: pd.DataFrame) -> pd.Series[float]:
    growth: pd.DataFrame = levels.map(math.log).diff()
    return growth.iloc[1:].median(axis=1)


def _levels(results: Results) -> pd.DataFrame:
    return results.values("output") / results.values("population")


def accelerating(results: Results) -> str | None:
    """A sentence where output per head grows ever faster and fast, with its first, middle and last year; else None."""
    if not {"output", "population"} <= set(results.units):
        return None
    levels = _levels(results)
    if not ((levels > 0) & (levels < math.inf)).all(axis=None):  # of which there is no growth rate
        return None
    growth = _growth(levels)
    third = len(growth) // 3
    if len(growth) < _YEARS or not growth.notna().all():
        return None
    faster = growth.iloc[-third:].mean() - growth.iloc[:third].mean()
    if faster < _FASTER or growth.iloc[-1] < _FAST:
        return None
    shown = ", ".join(f"{100 * growth.iloc[at]:.1f}" for at in (0, len(growth) // 2, -1))
    return (
        f"{results.title}: output per head grows ever faster, by {shown}% in the first, the middle and the last year. "
        "Such a path never settles: parameters of growth (infrastructure, agglomeration, growth) feed on what they build."
    )
