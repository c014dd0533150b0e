"""Winners and losers: what a scenario does to real income by place, town or village, and tenth of its residents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import pandas as pd

from sim.analysis.change import SHOWN, Change, change_from_row
from sim.analysis.differences import Differences
from sim.analysis.groups import Tenth, by_tenth
from sim.cells import cell_name, kind_of, region_of
from sim.units import PARTS

COLUMNS = ("region", "kind", "tenth", "people", "newcomers", "before", "difference", "share", "p05", "p95", "verdict")
PARTED = ("region", "kind", "tenth", "registration", "people", "people_before", *COLUMNS[5:])
WORTH = 0.005  # of an income: who gains or loses less is counted with those whose income hardly changes
WHOLE = 0  # in the column `tenth`: everybody who lives in the place


@dataclass(frozen=True)
class Sides:
    """Persons who live where the mean real income of their tenth rises, falls, or does neither clear of luck and by WORTH."""

    gain: float
    lose: float
    still: float

    @property
    def all(self) -> float:
        """Everybody."""
        return self.gain + self.lose + self.still

    @property
    def word(self) -> str:
        """`most_lose` (more than half of everybody), `more_lose`, `more_gain`, or `none` where nobody's income moves."""
        if self.lose > self.all / 2:
            return "most_lose"
        if self.gain == self.lose == 0:
            return "none"
        return "more_lose" if self.lose > self.gain else "more_gain"


def winners(differences: Differences, label: str) -> pd.DataFrame:
    """A row for each tenth of each reported place, the poorest first, and one with tenth 0 for everybody there.

    Columns region, kind, tenth, people (residents of the scenario in the last common year; a tenth holds a tenth of them),
    newcomers (of them, registered outside; missing where not recorded), before, difference, p05, p95 (real income per head
    and year, median and 90% band), share (of before), verdict.
    Without tenths recorded, places alone. A tenth holds the same kinds of people before and after (see `individuals.tenths`).
    """
    rows = [
        (one.region, one.kind, one.number, one.persons, _newcomers(one), *_numbers(one.income))
        for one in by_tenth(differences, label)
    ]
    people, came = (differences.medians(label, measure, "cell") for measure in ("population", "population_newcomers"))
    outside = set(differences.baseline.manifest.get("outside") or ())
    for cell, row in differences.each(label, "real_income_per_head", scope="cell").items():
        if region_of(cell) not in outside:
            heads = float(people.get(cell, math.nan)), float(came.get(cell, math.nan))
            rows.append((region_of(cell), kind_of(cell), WHOLE, *heads, *_numbers(change_from_row(row, differences))))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["region", "kind", "tenth"], ignore_index=True)


def parted(differences: Differences, label: str) -> pd.DataFrame:
    """Two rows for each tenth of each reported place, the poorest first: those registered here, and newcomers.

    Columns region, kind, tenth, registration (`registered_here`, `newcomers`), people and people_before (of them, in scenario
    and baseline, medians of the last common year), before, difference, share, p05, p95, verdict of their mean real income;
    left out where there is nobody. No rows where newcomers of tenths were not recorded.
    """
    rows = [
        (one.region, one.kind, one.number, part.name, part.persons, part.before, *_numbers(part.income))
        for one in by_tenth(differences, label)
        for part in one.parts
        if part.income is not None
    ]
    return pd.DataFrame(rows, columns=list(PARTED))


def _newcomers(tenth: Tenth) -> float:
    return next((part.persons for part in tenth.parts if part.name == "newcomers"), math.nan)


def _numbers(change: Change) -> tuple[float | str, ...]:
    return change.before, change.difference, change.share, change.low, change.high, change.verdict


def moves(verdict: str, share: float) -> int:
    """1 where an income rises, -1 where it falls, 0 where luck alone could do it or nothing is left to write."""
    if verdict not in ("up", "down", "unknown") or abs(share) < SHOWN:
        return 0
    return 1 if share > 0 else -1


def counts(verdict: str, share: float) -> int:
    """1 where those who live there are counted among the winners, -1 among the losers: a move of WORTH or more."""
    return moves(verdict, share) if abs(share) >= WORTH else 0


@dataclass(frozen=True)
class Moved:
    """A row of the table: a tenth of a place, or everybody there (tenth 0), and what its mean real income does."""

    region: str
    kind: str
    tenth: int
    people: float
    newcomers: float
    before: float
    share: float
    verdict: str

    @property
    def cell(self) -> str:
        """The name of the cell."""
        return cell_name(self.region, self.kind)

    @property
    def way(self) -> int:
        """See `moves`."""
        return moves(self.verdict, self.share)

    @property
    def counts(self) -> int:
        """See `counts`."""
        return counts(self.verdict, self.share)


def moved(table: pd.DataFrame) -> list[Moved]:
    """The rows of the table one by one."""
    columns = [table[column.name].tolist() for column in fields(Moved)]
    return [Moved(*row) for row in zip(*columns, strict=True)]


def places(table: pd.DataFrame) -> list[Moved]:
    """The rows of whole places."""
    return [one for one in moved(table) if one.tenth == WHOLE]


def heads(table: pd.DataFrame) -> list[Moved]:
    """The rows by which people are counted: tenths where they were recorded, else places; people not counted are left out."""
    rows = [one for one in moved(table) if math.isfinite(one.people)]
    return [one for one in rows if one.tenth > WHOLE] or rows


def sides(table: pd.DataFrame) -> Sides:
    """Heads on either side, see `heads`."""
    return sides_of((one.counts, one.people) for one in heads(table))


def sides_of(ways: Iterable[tuple[int, float]]) -> Sides:
    """Heads on either side from pairs of which side (see `counts`) and people; the uncounted are left out."""
    rows = [(way, people) for way, people in ways if math.isfinite(people)]
    return Sides(*(math.fsum(people for one, people in rows if one == way) for way in (1, -1, 0)))


def side_by_side(table: pd.DataFrame, columns: Sequence[str], how: Literal["inner", "outer"] = "outer") -> pd.DataFrame:
    """Columns of `parted` with a row a tenth, those of either part after the other, named `people_newcomers` and so on."""
    parts = [table[table["registration"] == name].set_index(["region", "kind", "tenth"]) for name in PARTS]
    named = [part[list(columns)].add_suffix(f"_{name}") for part, name in zip(parts, PARTS, strict=True)]
    return named[0].join(named[1], how=how)


def apart(tables: Iterable[pd.DataFrame]) -> float:
    """By how much of an income the changes of both parts of a tenth differ at most, for nine of ten people of all tables.

    The share q of people with |share_newcomers - share_registered_here| <= d is at least 0.9; people: of both parts.
    """
    gaps = list[tuple[float, float]]()
    for table in tables:
        both = side_by_side(table, ("people", "share"), how="inner")
        heads, shares = ([both[f"{column}_{name}"] for name in PARTS] for column in ("people", "share"))
        gaps += zip((shares[0] - shares[1]).abs().tolist(), (heads[0] + heads[1]).tolist(), strict=True)
    gaps.sort()
    passed, most = 0.0, 0.9 * math.fsum(people for _, people in gaps)
    for gap, people in gaps:
        passed += people
        if passed >= most:
            return gap
    return 0.0


def resettled(differences: Differences, label: str) -> float:
    """By what share of all people the reported places gain or lose residents in the last common year; 0 if not recorded.

    sum_i |n_i after - n_i before| / sum_i n_i before: means over places speak of other people the larger it is.
    """
    outside = set(differences.baseline.manifest.get("outside") or ())
    people = differences.each(label, "population", scope="cell").items()
    rows = [row for cell, row in people if region_of(cell) not in outside]
    before = math.fsum(row["baseline_median"] for row in rows)
    return math.fsum(abs(row["difference"]) for row in rows) / before if before > 0 else 0.0
