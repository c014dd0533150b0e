"""One run as a table of readings: what was recorded of every place and year, of several places together where asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.analysis.frames import frame_of
from sim.cells import kind_of, region_of
from sim.data import catalogue
from sim.errors import FactorFlowError
from sim.experiments.reading import measured
from sim.experiments.replicate import build_model, run_replicate, world_of
from sim.scenario.checks import scope_of
from sim.scenario.schema import Scenario
from sim.vocabulary import world_words

Key = tuple[str, str, str, int]  # scope, place, measure, year
_SUMS = ("population", "capital", "land", "income")


@dataclass(frozen=True)
class Lived:
    """What a run recorded, by scope, place, measure and year; `cells` are the cells of the world."""

    world: str
    values: Mapping[Key, float]
    cells: Sequence[str] = field(default=())

    def at(self, measure: str, places: Sequence[str], year: int) -> float:
        """A measure of places together (none: the whole world): sums where it adds up, else means over residents.

        `income` is disposable income, `output_per_head` output over residents, both from what is recorded.
        """
        if measure == "output_per_head":
            return self.at("output", places, year) / self.at("population", places, year)
        found = self._each(measure, places, year)
        if len(found) == 1:
            return found[0]
        if measure in _SUMS or measure.startswith("output"):
            return float(np.sum(found))
        return float(np.average(found, weights=self._each("population", places, year)))

    def cost(self, since: int, year: int) -> float:
        """What all policies cost public budgets in these years, both included, yuan of 2014; 0 without policies."""
        return sum(
            value
            for (scope, _, measure, when), value in self.values.items()
            if scope == "policy" and measure == "public_cost" and since <= when <= year
        )

    def _each(self, measure: str, places: Sequence[str], year: int) -> list[float]:
        return [self._one(measure, place, year) for place in places or (self.world,)]

    def _one(self, measure: str, place: str, year: int) -> float:
        if measure == "income":
            return self._one("income_per_head", place, year) * self._one("population", place, year)
        scope = scope_of(place, world_words(self.world)) or "place"
        found = self.values.get((scope, place, measure, year))
        if found is not None:
            return found
        there = self._cells_of(scope, place)
        inside = [cell for cell in there if ("cell", cell, measure, year) in self.values]
        if not inside:
            raise FactorFlowError(f'"{measure}" of {place} in {year} was not recorded.')
        return self.at(measure, inside, year)

    def _cells_of(self, scope: str, place: str) -> list[str]:
        """The cells of a region, or the reported cells of a kind or of the world, for what is recorded by cell alone."""
        if scope == "region":
            return [cell for cell in self.cells if region_of(cell) == place]
        outside = catalogue.worlds()[self.world]["outside"]
        reported = [cell for cell in self.cells if region_of(cell) not in outside]
        return [cell for cell in reported if scope == "world" or (scope == "kind" and kind_of(cell) == place)]


def live(scenario: Scenario, lived: Callable[[int], None]) -> Lived:
    """Run a scenario once; `lived` is told how many years have passed.

    Raises FactorFlowError with the reason where the model stops.
    """
    world = world_of(scenario.world, scenario.parameters)
    run = run_replicate(lambda: build_model(scenario, 0, world), scenario, 0, lived)
    if run.tables is None:
        raise FactorFlowError(run.reason or "the run stopped")
    series = frame_of(run.tables["series"])
    more, _ = measured(series, scenario)
    values: dict[Key, float] = {}
    for table in (series, more):
        columns = (table[name].tolist() for name in ("scope", "place", "measure", "year", "value"))
        values |= {(scope, place, measure, year): value for scope, place, measure, year, value in zip(*columns, strict=True)}
    return Lived(scenario.world, values, world.places.cells)
