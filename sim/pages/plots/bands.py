"""The numbers behind the figures: medians and bands over replicates, differences paired by replicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis import pairing
from sim.analysis.results import Results
from sim.cells import KINDS, is_cell
from sim.errors import ResultsError

PERCENT = (5, 25, 50, 75, 95)
MOST_RESULTS = 32  # in one figure: so many lines differ in colour or style


@dataclass(frozen=True)
class Difference:
    """A scenario less the reference: one row per year (or place), one column per pair of replicates.

    paired: whether the columns are the same replicate in both runs, with the same draws. replicates: how many.
    """

    values: pd.DataFrame
    paired: bool
    replicates: int

    @property
    def has_band(self) -> bool:
        """Whether there is more than one replicate, so that there is a spread to show."""
        return self.replicates > 1


def quantiles(values: pd.DataFrame) -> pd.DataFrame:
    """Quantiles over the columns (replicates) of each row: p05, p25, p50, p75, p95, in the unit of `values`.

    Linear interpolation (Hyndman and Fan 1996, type 7). Missing values are left out; rows of nothing else are dropped.
    """
    values = values.dropna(how="all")
    numbers = values.to_numpy(dtype=np.float64)
    found = pairing.quantiles(numbers, np.array(PERCENT) / 100)
    return pd.DataFrame(found.T, index=values.index, columns=[f"p{percent:02d}" for percent in PERCENT])


def scope_of(results: Results, place: str | None) -> str:
    """Scope of a place: world (None or its name), cell (`Port/urban`), kind (`urban`, `rural`), else region."""
    if place is None or place == results.world:
        return "world"
    if is_cell(place):
        return "cell"
    return "kind" if place in KINDS else "region"


def difference(reference: Results, other: Results, take: Callable[[Results], pd.DataFrame]) -> Difference:
    """Difference of what `take` reads from two results (columns are replicates): replicate r less replicate r.

    Runs with other seeds or other numbers of agents are not paired: every replicate of one is then set against every
    replicate of the other, and the band holds the luck of both.
    """
    before, after = take(reference), take(other)
    rows = before.index.intersection(after.index)
    before, after = before.loc[rows], after.loc[rows]
    if before.empty:
        raise ResultsError(f"{reference.title} and {other.title} have nothing in common to be drawn.")
    if paired(reference, other):
        shared = before.columns.intersection(after.columns)
        return Difference(after[shared] - before[shared], True, len(shared))
    crossed = pd.concat(list(pairing.crossed(before, after)))
    return Difference(crossed, False, min(len(before.columns), len(after.columns)))


def paired(reference: Results, other: Results) -> bool:
    """Whether two runs drew alike: same numbers of agents, and the same seed in every replicate both finished."""
    return not pairing.why_unpaired(reference, other)


def parting(reference: pd.DataFrame, other: pd.DataFrame) -> int | None:
    """First year in which a table (rows years, columns replicates) is not the reference's; None if it never is another.

    Tables of other replicates part in their first year.
    """
    if not reference.columns.equals(other.columns):
        return int(other.index[0])
    same = (other == reference.reindex(other.index)).all(axis=1)
    return None if same.all() else int(other.index[int(same.to_numpy().argmin())])


def at_least(results: Sequence[Results], count: int, figure: str) -> None:
    """Raise ResultsError unless enough results of one world, and not too many, with finished replicates, were given."""
    if len(results) < count:
        wanted = "a results folder" if count == 1 else f"{count} results folders, the first as reference"
        raise ResultsError(f"the figure {figure} needs {wanted}; given: {len(results)}.")
    if len(results) > MOST_RESULTS:
        raise ResultsError(f"the figure {figure} holds {MOST_RESULTS} scenarios at most; given: {len(results)}.")
    worlds = sorted({one.world for one in results})
    if len(worlds) > 1:
        raise ResultsError(f"results of different worlds ({', '.join(worlds)}) cannot be drawn in one figure.")
    for one in results:
        if not one.replicates:
            raise ResultsError(f"{one.title}: no replicate came to its end, so there is nothing to draw.")
