"""The table of an experiment's results: its columns, what is read of every task, and tables of draws by seeds from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("draw", "replicate", "policy", "measure", "place", "year", "value", "difference", "reason")
"""The paths that are drawn stand after the first two."""
NET_COST = "net_public_cost"  # of all policies and years: what they paid less what they raised
REFIT, MISFIT = "refit.", "misfit"  # columns of what was estimated again at a draw: refit.NAME, and refit.misfit
RATIO, HALF_LIFE, INCOME = "urban_rural_ratio", "gap_half_life", "real_income_per_head"


@dataclass(frozen=True)
class Reading:
    """One number that is read of a task."""

    measure: str
    place: str
    scope: str
    year: int


def refit_columns(names: Sequence[str]) -> list[str]:
    """The columns of parameters that were estimated again, and of how far the model then stays from what happened."""
    return [f"{REFIT}{name}" for name in (*names, MISFIT)] if names else []


def draws_by_seeds(
    frame: pd.DataFrame, policy: str, measure: str, place: str, year: int, column: str, draws: int, seeds: int
) -> Array:
    """A table (draw, seed) of values or differences; NaN where a task failed or the measure is not defined."""
    here = (frame["policy"] == policy) & (frame["measure"] == measure) & (frame["place"] == place) & (frame["year"] == year)
    rows = frame[here]
    table = np.full((draws, seeds), np.nan)
    table[rows["draw"].to_numpy(int), rows["replicate"].to_numpy(int)] = rows[column].to_numpy(float)
    return table


def drawn_values(frame: pd.DataFrame, policy: str, paths: Sequence[str], draws: int) -> Array:
    """Values (draw, path) that a policy was lived under; NaN in a path that its scenario does not have."""
    first = frame[frame["policy"] == policy].drop_duplicates("draw")
    values = np.full((draws, len(paths)), np.nan)
    values[first["draw"].to_numpy(int)] = first[list(paths)].to_numpy(float)
    return values
