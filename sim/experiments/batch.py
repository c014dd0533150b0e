"""The model of a scenario with Mesa's data collector, as `build_model` makes it and Mesa's batch runner asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mesa

from sim.experiments.replicate import model_arguments
from sim.model import FactorFlowModel
from sim.scenario.schema import Scenario
from sim.units import recorded_scopes
from sim.vocabulary import world_words

Reporters = Mapping[str, Callable[["ScenarioModel"], Any]]


class ScenarioModel(FactorFlowModel):
    """The model of one replicate of a scenario, which collects at the end of every year.

    reporters: Mesa's model reporters by name, by default the urban-rural ratio and all that is recorded of the whole
    world; `lived`, the year they are of, is always among them. rng: a seed instead of the scenario's, as Mesa hands it over.
    """

    def __init__(
        self, scenario: Scenario, replicate: int = 0, reporters: Reporters | None = None, rng: int | None = None
    ) -> None:
        words = world_words(scenario.plays_in)
        super().__init__(**model_arguments(scenario, replicate), rng=rng)
        measures = [name for name, scopes in recorded_scopes(words.sectors).items() if "world" in scopes]
        usual = {"urban_rural_ratio": _ratio} | {name: _reading(name) for name in measures}
        collected = usual if reporters is None else dict(reporters)
        self.datacollector = mesa.DataCollector(model_reporters={"lived": lambda model: model.year - 1, **collected})

    def reading(self, measure: str, scope: str = "world", place: str | None = None) -> float | None:
        """A measure of a place (default: the whole world) in the year simulated last, in its unit; None if not recorded."""
        return self.record.reading(self.year - 1, scope, place or self.world.places.world, measure)

    def step(self) -> None:
        """Simulate a year, then collect."""
        super().step()
        self.datacollector.collect(self)


def _reading(measure: str) -> Callable[[ScenarioModel], float | None]:
    return lambda model: model.reading(measure)


def _ratio(model: ScenarioModel) -> float | None:
    """Disposable income per head of towns over that of villages in the reported area."""
    urban, rural = (model.reading("income_per_head", "kind", kind) for kind in ("urban", "rural"))
    return None if urban is None or rural is None else urban / rural
