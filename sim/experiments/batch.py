"""A scenario as a model that Mesa's own batch runner can build: `mesa.batch_run(ScenarioModel, {"file": [...]})`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mesa

from sim.experiments.replicate import model_arguments
from sim.model import FactorFlowModel
from sim.scenario.load import load_scenario
from sim.units import recorded_scopes
from sim.vocabulary import vocabulary, world_words


class ScenarioModel(FactorFlowModel):
    """The model of a scenario file with a data collector, made from plain parameters as a batch runner hands them over.

    file: the scenario; settings: what `--set` says, one text ("run.labour_agents=2000") or several; replicate: which
    draws; reporters: Mesa's model reporters by name, by default the urban-rural ratio and all that is recorded of the
    whole world. They are collected at the end of a year; `lived` is that year. Raises ScenarioFaults.
    """

    def __init__(
        self,
        file: str | Path,
        settings: str | Sequence[str] = (),
        replicate: int = 0,
        reporters: Mapping[str, Callable[[ScenarioModel], Any]] | None = None,
    ) -> None:
        asked = (settings,) if isinstance(settings, str) else tuple(settings)
        scenario = load_scenario(Path(file), vocabulary(), asked)
        words = world_words(scenario.plays_in)
        super().__init__(**model_arguments(scenario, replicate))
        measures = [name for name, scopes in recorded_scopes(words.sectors).items() if "world" in scopes]
        usual = {"urban_rural_ratio": _ratio} | {name: _reading(name) for name in measures}
        collected = usual if reporters is None else dict(reporters)
        self.datacollector = mesa.DataCollector(model_reporters={"lived": lambda model: model.year - 1, **collected})

    def reading(self, measure: str, scope: str = "world", place: str | None = None) -> float | None:
        """A measure of a place (default: the whole world) in the year simulated last, in its unit; None if not recorded."""
        wanted = (self.year - 1, scope, place or self.world.places.world, measure)
        return next((row[4] for row in reversed(self.record.series) if row[:4] == wanted), None)

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
