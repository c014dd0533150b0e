"""What the tracks of a pair say: medians and bands by year, paired differences, and the outcome in one record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.books import PUBLIC, Books, Sums
from sim.analysis.change import Change, rounded
from sim.analysis.groups import Tenth
from sim.analysis.outcome import AREA, INCOMES, RATIO, Money, Outcome, People, money_of
from sim.analysis.pairing import quantiles
from sim.analysis.verdicts import PUBLISHED, THEIL, Against, against
from sim.arrays import Array
from sim.cells import kind_of, region_of
from sim.dashboard.live import Pair
from sim.dashboard.track import Key, Track
from sim.data import catalogue
from sim.units import TENTHS, YUAN, recorded_units

_BAND = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Band:
    """Median and 90% band over replicates by year, (year,) each; of one replicate low and high are missing."""

    low: Array
    middle: Array
    high: Array


class Readings:
    """Everything that can be read of a pair of futures from what was lived of it so far."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.tracks = [track for track, _ in pair.shown]
        self.baselines = [track for _, track in pair.shown if track is not None]
        lived = min((track.lived for track in (*self.tracks, *self.baselines)), default=0)
        self.years = tuple(range(pair.scenario.years.from_, pair.scenario.years.from_ + lived))
        entry = catalogue.entry(pair.scenario.plays_in)
        self.money = str(entry.get("money", YUAN))
        self.units = {**recorded_units(entry["sectors"], self.money), RATIO: "ratio"}
        self.outside = frozenset(entry["outside"])

    @property
    def any(self) -> bool:
        """Whether a year was lived."""
        return bool(self.years)

    @property
    def last(self) -> int:
        """The last year lived by both."""
        return self.years[-1]

    @property
    def drawn(self) -> bool:
        """Whether luck plays a part: False for shares instead of people."""
        return not self.pair.scenario.run.continuum

    def has(self, key: Key) -> bool:
        """Whether something was recorded."""
        return any(key in track.values for track in self.tracks)

    def world(self, measure: str) -> Key:
        """The key of a measure of the whole world."""
        return "world", self.pair.scenario.world_name, measure

    def cells(self) -> list[str]:
        """The places incomes were recorded for, in the order they were recorded in."""
        keys = [key for track in self.tracks[:1] for key in track.values]
        return [place for scope, place, measure in keys if scope == "cell" and measure == "population"]

    def level(self, key: Key, baseline: bool = False) -> Band:
        """A measure of the scenario, or of its baseline, by year."""
        return _band(self._table(self.baselines if baseline else self.tracks, key))

    def difference(self, key: Key) -> Band:
        """The scenario less its baseline, pair by pair, by year."""
        return _band(self._table(self.tracks, key) - self._table(self.baselines, key))

    def changes(self, keys: Sequence[Key]) -> dict[Key, Change]:
        """What the scenario changes of numbers in the last year lived, against its baseline, or where it has none against
        its own first year; what one side has not is left out.
        """
        if not keys or not self.any:
            return {}
        after = np.stack([self._table(self.tracks, key)[-1] for key in keys])
        before = np.stack(
            [self._table(self.baselines, key)[-1] if self.baselines else self._table(self.tracks, key)[0] for key in keys]
        )
        there = ~np.isnan(after - before)
        rows = there.any(axis=1)
        after, before = (np.where(there, side, np.nan)[rows] for side in (after, before))
        if not len(after):
            return {}
        low, middle, high = quantiles(after - before, _BAND)
        levels = [quantiles(side, (0.5,))[0] for side in (before, after)]
        found = {}
        for at, key in enumerate(key for key, known in zip(keys, rows, strict=True) if known):
            pairs = int(there[rows][at].sum())
            ends = (float(low[at]), float(high[at])) if pairs > 1 else (math.nan, math.nan)
            numbers = dict(zip(("before", "after"), (float(level[at]) for level in levels), strict=True))
            numbers |= {"difference": float(middle[at]), "low": ends[0], "high": ends[1]}
            found[key] = rounded(numbers, self.units.get(key[2], ""), True, pairs, self.drawn)
        return found

    @cached_property
    def outcome(self) -> Outcome | None:
        """What the scenario brings by the last year lived; None before the first one was lived."""
        if not self.any:
            return None
        area = self.changes([self.world(measure) for measure in (RATIO, *AREA)])
        return Outcome(
            label=self.pair.scenario.name,
            title=self.pair.scenario.title,
            year=self.last,
            ratio=area.get(self.world(RATIO)),
            people=self._people() or None,
            money=self._money(),
            drawn=self.drawn,
            area={measure: area[self.world(measure)] for measure in AREA if self.world(measure) in area},
        )

    @cached_property
    def tenths(self) -> tuple[Tenth, ...]:
        """Who loses and who gains by tenth of the residents of every reported place; none where none were recorded."""
        keys = [("cell", place, measure) for place in self.cells() for measure in TENTHS]
        found = self.changes(keys)
        residents = {place: self._residents(place) for place in self.cells()} if found else {}
        return tuple(
            Tenth(region_of(place), kind_of(place), TENTHS.index(measure) + 1, residents[place] / len(TENTHS), change)
            for (_, place, measure), change in found.items()
        )

    @property
    def against(self) -> tuple[Against, ...]:
        """Which other measures of the gap clearly go the other way than the ratio, by the rule of the report."""
        if self.outcome is None:
            return ()
        regions = {region_of(place): 0.0 for place in self.cells()}
        for place in self.cells():
            before = self._table(self.baselines or self.tracks, ("cell", place, "population"))[-1]
            regions[region_of(place)] += float(np.median(before))
        found = self.changes([*map(self.world, (PUBLISHED, THEIL)), *(("region", region, RATIO) for region in regions)])
        ratios = [
            (found[key], people)
            for key, people in ((("region", region, RATIO), people) for region, people in regions.items())
            if key in found
        ]
        return against(self.outcome.ratio, found.get(self.world(PUBLISHED)), found.get(self.world(THEIL)), ratios)

    def _people(self) -> tuple[People, ...]:
        changes = self.changes([("cell", place, measure) for place in self.cells() for measure in INCOMES])
        found = []
        for place in self.cells():
            known = {measure: changes["cell", place, measure] for measure in INCOMES if ("cell", place, measure) in changes}
            if known:
                outside = region_of(place) in self.outside
                found.append(People(region_of(place), kind_of(place), self._residents(place), known, outside))
        return tuple(found)

    def _residents(self, place: str) -> float:
        return float(np.median(self._table(self.tracks, ("cell", place, "population"))[-1]))

    def _money(self) -> Money:
        """What policies cost beyond the baseline's, added up from the first year to the last year lived, and who pays."""
        whole, final = self._books(last=False), self._books(last=True)
        sides = [one for one in (self.pair.scenario, self.pair.baseline) if one is not None]
        policies = dict.fromkeys(name for one in sides for name in one.policies)
        return money_of(whole, final, self.years[0], policies, self.money)

    def _books(self, last: bool) -> Books:
        return Books(self._sums(self.baselines, last), self._sums(self.tracks, last), paired=True)

    def _sums(self, tracks: Sequence[Track], last: bool) -> Sums:
        """Public money of one side, of the last year alone or of all; nothing at all of a baseline that there is not."""
        known = {key for track in tracks for key in track.values if key[2] in PUBLIC}
        keys = sorted((measure, scope, place) for scope, place, measure in known)
        years = [self._table(tracks, (scope, place, measure))[-1 if last else 0 :] for measure, scope, place in keys]
        sums = [np.nan_to_num(one).sum(axis=0) for one in years]
        pairs = len(self.tracks)
        return Sums(range(pairs), keys, np.array(sums).reshape(len(keys), pairs))

    def _table(self, tracks: Sequence[Track], key: Key) -> Array:
        """A key by year and replicate."""
        if not tracks:
            return np.full((len(self.years), 0), np.nan)
        return np.stack([track.of(key)[: len(self.years)] for track in tracks], axis=1)


def _band(values: Array) -> Band:
    """Median and band of every year; a year in which nothing is defined is missing."""
    low, middle, high = (np.full(len(values), np.nan) for _ in range(3))
    there = ~np.isnan(values).all(axis=1) if values.shape[1] else np.zeros(len(values), dtype=bool)
    if there.any():
        low[there], middle[there], high[there] = quantiles(values[there], _BAND)
    if values.shape[1] < 2:
        low[:], high[:] = np.nan, np.nan
    return Band(low, middle, high)
