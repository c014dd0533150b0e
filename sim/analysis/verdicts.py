"""What may be said of the gap, by fixed rules from numbers: of a scenario against its baseline, of one run over its years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.change import Change, change_from_row, change_of, rounded
from sim.analysis.differences import Differences
from sim.analysis.outcome import RATIO
from sim.analysis.pairing import median_and_band
from sim.analysis.results import Results
from sim.errors import ResultsError

PUBLISHED = "urban_rural_ratio_published"
THEIL = "theil_between_kinds_within_regions"
LEAST = 0.01  # of the gap: what moves it by less is clear of luck perhaps, but hardly moves it


@dataclass(frozen=True)
class Against:
    """A measure of the gap that clearly goes the other way: `published`, `theil`, or `regions`, then how many of how many.

    people: the share of all people who live in those regions.
    """

    what: str
    count: int = 0
    all: int = 0
    people: float = 0.0


def verdict_word(ratio: Change | None, contradicted: bool = False) -> str:
    """What the change of the ratio may be called.

    unrecorded; none, unclear, unknown as `Change.verdict`; hardly, where less than LEAST of the gap closes or opens; mixed,
    where other measures go the other way; else narrows or widens.
    """
    if ratio is None:
        return "unrecorded"
    if ratio.verdict in ("none", "unclear", "unknown"):
        return ratio.verdict
    if not sized(ratio):
        return "hardly"
    return "mixed" if contradicted else "narrows" if ratio.narrows else "widens"


def own_word(ratio: Change | None) -> str:
    """What one run's gap does from its first year to its last: unrecorded, still, unclear (of luck), narrows or widens."""
    if ratio is None:
        return "unrecorded"
    if ratio.verdict in ("none", "unclear"):
        return {"none": "still"}.get(ratio.verdict, ratio.verdict)
    return "narrows" if ratio.narrows else "widens"


def own_change(results: Results, year: int | None = None) -> Change | None:
    """The urban-rural ratio in the last year, or in `year`, less that of the first, replicate by replicate.

    None where it was not recorded in both.
    """
    try:
        values = results.values(RATIO).dropna(how="all")
    except ResultsError:
        return None
    ends = (results.years[0], results.years[-1] if year is None else year)
    if not all(end in values.index for end in ends):
        return None
    told = values.loc[list(ends)]
    first, last = told.iloc[0], told.iloc[1]
    moved = median_and_band((last - first).to_frame().T).iloc[0]
    numbers = {"before": float(np.nanmedian(first)), "after": float(np.nanmedian(last)), "difference": float(moved["median"])}
    several = moved["replicates"] > 1
    numbers |= {"low": float(moved["p05"]) if several else math.nan, "high": float(moved["p95"]) if several else math.nan}
    drawn = not results.manifest["scenario"].get("run", {}).get("continuum", False)
    return rounded(numbers, "ratio", True, int(moved["replicates"]), drawn)


def contradictions(differences: Differences, label: str) -> tuple[Against, ...]:
    """Which other measures of the gap clearly go the other way than the ratio; see `against`."""
    ratio, published, theil = (change_of(differences, label, measure) for measure in (RATIO, PUBLISHED, THEIL))
    people = differences.medians(label, "population", "region", side="baseline")
    rows = differences.each(label, RATIO, scope="region")
    counted = rows.keys() <= people.keys()
    regions = [(change_from_row(row, differences), float(people[name]) if counted else 1.0) for name, row in rows.items()]
    return against(ratio, published, theil, regions)


def against(
    ratio: Change | None, published: Change | None, theil: Change | None, regions: Sequence[tuple[Change, float]]
) -> tuple[Against, ...]:
    """Which go the other way clear of luck and by LEAST: the published ratio, Theil's layer, regions of most people.

    regions: the ratio of each and its people (or one each, where they were not counted).
    """
    if ratio is None or ratio.verdict not in ("up", "down"):
        return ()
    found = []
    if published is not None and _opposes(published, ratio):
        found.append(Against("published"))
    if theil is not None and _moves(theil) and abs(theil.share) >= LEAST and (theil.verdict == "down") != ratio.narrows:
        found.append(Against("theil"))
    other = [people for change, people in regions if _opposes(change, ratio)]
    everybody = math.fsum(people for _, people in regions)
    if 2 * math.fsum(other) > everybody:
        found.append(Against("regions", len(other), len(regions), math.fsum(other) / everybody))
    return tuple(found)


def _opposes(change: Change, ratio: Change) -> bool:
    return _moves(change) and sized(change) and change.narrows != ratio.narrows


def _moves(change: Change) -> bool:
    return change.verdict in ("up", "down")


def sized(ratio: Change) -> bool:
    """Whether at least LEAST of the gap closes or opens; where there is no gap, whatever moves."""
    gap = abs(ratio.before - 1.0)
    return abs(abs(ratio.reached - 1.0) - gap) >= LEAST * gap
