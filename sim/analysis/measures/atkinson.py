"""Atkinson index of incomes per head between cells: the share of income that equality would let a society give up."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, Series, admitted, divided
from sim.errors import FactorFlowError

UNIT = "index 0 to 1"
TITLE = "Atkinson index between cells"
SCOPES = ("world",)
RECORDED = False
MEANING = "share of income that could be given up for equality at the same welfare, aversion to inequality 1"
ALSO = {
    "atkinson_half": Series(UNIT, SCOPES, "as atkinson, with aversion to inequality 0.5: mild, looks at the whole range"),
    "atkinson_two": Series(UNIT, SCOPES, "as atkinson, with aversion to inequality 2: strong, looks at the poorest"),
}
MISSING = "it needs residents with income; with an aversion of 1 or more no income may be zero"

AVERSIONS = {"atkinson_half": 0.5, "atkinson": 1.0, "atkinson_two": 2.0}


def atkinson(income: Array, weight: Array | None = None, aversion: float = 1.0) -> Array:
    """Atkinson's A(e) (...,) of income and weight (..., unit) with aversion e to inequality, above zero.

    A(e) = 1 - [sum_i w_i (y_i / m)^(1 - e)]^(1 / (1 - e)), A(1) = 1 - exp(sum_i w_i ln y_i) / m; 0 at equality, below 1.
    NaN where m is 0, and where an income is 0 and e is 1 or more, as logarithms and negative powers of 0 have no value.
    Incomes 10, 20, 30, 40, 50: A(0.5) = 0.0631534, A(1) = 0.1316096, A(2) = 0.2700730. Source: Atkinson (1970).
    """
    if not (np.isfinite(aversion) and aversion > 0):
        raise FactorFlowError(f"aversion to inequality must be a number above zero; it is {aversion}")
    income, share = admitted(income, weight)
    relative = divided(income, (share * income).sum(axis=-1, keepdims=True))
    defined = ~np.isnan(relative) & ((relative > 0) | (share == 0) | (aversion < 1))
    safe = np.where(defined & ((relative > 0) | (aversion < 1)), relative, 1.0)
    if aversion == 1:
        level = np.exp((share * np.log(safe)).sum(axis=-1))
    else:
        level = (share * safe ** (1 - aversion)).sum(axis=-1) ** (1 / (1 - aversion))
    # At equality rounding could leave it just below zero.
    return np.asarray(np.where(defined.all(axis=-1), np.maximum(1 - level, 0.0), np.nan))


def readings(panel: Panel) -> list[Reading]:
    """The index of the world's cells with three aversions to inequality."""
    return [
        Reading(name, UNIT, "world", panel.world, atkinson(panel.income, panel.population, aversion))
        for name, aversion in AVERSIONS.items()
    ]
