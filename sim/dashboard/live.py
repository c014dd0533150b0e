"""A scenario and its baseline lived side by side, year by year and pair by pair, on the same agents and the same luck."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sim.dashboard.track import Track
from sim.data import catalogue
from sim.errors import FactorFlowError
from sim.experiments.replicate import MODEL_FAILURES, build_model, world_of
from sim.scenario.schema import Scenario

_MANY = 2_000_000  # agents of a model that is not left in memory until Python searches, for it and its agents hold each other
_KEPT = 120  # tracks, each a few hundred kB: what was lived before is not lived again


@dataclass(frozen=True)
class Step:
    """How far a run is: the pair that is lived, its year, and the years of all pairs that are done and asked for."""

    replicate: int
    year: int
    done: int
    of: int


@dataclass(frozen=True)
class Failed:
    """A pair that did not come to its end, and why."""

    replicate: int
    reason: str


@dataclass
class Pair:
    """A scenario and, where there is one, the baseline it is held against, with the pairs of tracks lived so far."""

    scenario: Scenario
    baseline: Scenario | None
    done: list[tuple[Track, Track | None]] = field(default_factory=list)
    growing: tuple[Track, Track | None] | None = None

    @property
    def shown(self) -> list[tuple[Track, Track | None]]:
        """The pairs that came to their end; before the first has, the one that is on its way."""
        return self.done or ([self.growing] if self.growing is not None and self.growing[0].lived else [])


class Kept:
    """Tracks that came to their end, by what determines them; those asked for longest ago are forgotten."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._tracks: OrderedDict[tuple[str, int], Track] = OrderedDict()

    def get(self, key: tuple[str, int]) -> Track | None:
        """The track of a scenario's digest and a replicate."""
        if key in self._tracks:
            self._tracks.move_to_end(key)
        return self._tracks.get(key)

    def put(self, key: tuple[str, int], track: Track) -> None:
        """Keep a track."""
        self._tracks[key] = track
        while len(self._tracks) > self._most:
            self._tracks.popitem(last=False)


def paired(scenario: Scenario, baseline: Scenario | None) -> Pair:
    """A scenario and its baseline, which is lived over the same years with the same seed and as many agents.

    One that is the same as the scenario is none. Raises FactorFlowError where it plays in another world.
    """
    if baseline is None:
        return Pair(scenario, None)
    if _place(baseline) != _place(scenario):
        raise FactorFlowError(
            f"{baseline.title} plays in the world {baseline.world_name}, {scenario.title} in {scenario.world_name}: "
            "they cannot be compared."
        )
    alike = baseline.model_copy(update={"run": scenario.run, "years": scenario.years})
    return Pair(scenario, None if _digest(alike) == _digest(scenario) else alike)


def _place(scenario: Scenario) -> tuple[str, ...]:
    here = scenario.plays_in
    return (here,) if isinstance(here, str) else (scenario.world_name, here.digest)


def live(pair: Pair, kept: Kept, stopped: Callable[[], bool]) -> Iterator[Step | Failed]:
    """Live the years of every pair in turn, and tell of each year; between two years it stops where it is told to.

    The pair holds what was lived. A pair that fails is told of and left out; where the first one fails nothing follows it.
    """
    years = len(range(pair.scenario.years.from_, pair.scenario.years.to + 1))
    asked = pair.scenario.run.lived
    for replicate in range(asked):
        try:
            for year in _both(pair, replicate, kept):
                yield Step(replicate, year, replicate * years + year - pair.scenario.years.from_ + 1, asked * years)
                if stopped():
                    return
        except (*MODEL_FAILURES, MemoryError) as reason:
            pair.growing = None
            yield Failed(replicate, str(reason) or "there was not enough memory")
            if not pair.done:
                return
            continue
        assert pair.growing is not None
        pair.done.append(pair.growing)
        pair.growing = None
        if _agents(pair.scenario) > _MANY:
            gc.collect()


def _both(pair: Pair, replicate: int, kept: Kept) -> Iterator[int]:
    """Live one pair, and tell of every year that both have lived."""
    sides = [pair.scenario] if pair.baseline is None else [pair.scenario, pair.baseline]
    known = [kept.get((_digest(side), replicate)) for side in sides]
    tracks = [track or _empty(side) for side, track in zip(sides, known, strict=True)]
    pair.growing = tracks[0], tracks[1] if len(tracks) > 1 else None
    ways = [_years(side, replicate, track) for side, track in zip(sides, tracks, strict=True) if not track.whole]
    if not ways:
        yield pair.scenario.years.to
    for years in zip(*ways, strict=True):
        if years[0] >= pair.scenario.years.from_:
            yield years[0]
    for side, track in zip(sides, tracks, strict=True):
        kept.put((_digest(side), replicate), track)


def _years(scenario: Scenario, replicate: int, track: Track) -> Iterator[int]:
    """Live the years of one future into a track."""
    model = build_model(scenario, replicate, world_of(scenario.plays_in, scenario.parameters))
    read = 0
    while model.running:
        year = model.year
        model.step()
        track.add(year, model.record.rows(read))
        read = len(model.record.readings)
        yield year


def _empty(scenario: Scenario) -> Track:
    outside = frozenset(catalogue.entry(scenario.plays_in)["outside"])
    return Track(scenario.years.from_, scenario.years.to, scenario.world_name, outside)


def _agents(scenario: Scenario) -> int:
    run = scenario.run
    return 0 if run.continuum else run.labour_agents + run.capital_agents + run.land_agents


def _digest(scenario: Scenario) -> str:
    """The digest of one replicate: how many are asked for changes none of them."""
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"replicates": 1})}).digest()


MODELS = threading.Lock()
"""Held by whoever lives years: the threads of compiled code cannot serve two at once."""


def warm() -> None:
    """Live two years of the smallest world, so that what takes seconds the first time is done before it is asked for."""
    from sim.world.build import build_world
    from sim.year.years import Years

    with MODELS:
        world = build_world("two_cells")
        few = 1_000
        model = Years(world, last_year=world.first_year + 1, labour_agents=few, capital_agents=few, land_agents=few)
        while model.running:
            model.step()
