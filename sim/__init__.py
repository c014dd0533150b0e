"""factorflow: which policies close the income gap between town and country, and between regions, and at what cost.

from sim import load, run, compare, open_results
baseline = run(load("scenarios/zhejiang/baseline.yaml"))
deeper = run(load("scenarios/zhejiang/mountain_sea.yaml"))
print(compare(baseline, deeper).paragraph)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.experiments.batch import Reporters, ScenarioModel
    from sim.notebook.comparison import Comparison
    from sim.notebook.results import Results
    from sim.scenario.schema import Scenario

__all__ = ["__version__", "build_model", "compare", "load", "open_results", "run"]


def load(file: str | Path, settings: Sequence[str] | Mapping[str, Any] = ()) -> Scenario:
    """Read a scenario file, with settings laid on top; raises ScenarioFaults naming every fault.

    settings: a mapping such as {"run.replicates": 3}, or texts such as "run.replicates=3", as `--set` takes them.
    """
    from sim.scenario.load import load_scenario
    from sim.vocabulary import vocabulary

    return load_scenario(Path(file), vocabulary(), settings)


def build_model(
    scenario: Scenario | str | Path,
    replicate: int = 0,
    settings: Sequence[str] | Mapping[str, Any] = (),
    reporters: Reporters | None = None,
    rng: int | None = None,
) -> ScenarioModel:
    """The Mesa model of one replicate of a scenario (or of the file it stands in); every `step()` is a year.

    settings: laid on top of a file, as `load` does. reporters: Mesa's model reporters by name, collected at the end of a
    year; by default the urban-rural ratio and all that is recorded of the whole world. Mesa's batch runner takes this
    function as it takes a model: `mesa.batch_run(build_model, {"scenario": [...], "replicate": range(4)})`.
    """
    from sim.experiments.batch import ScenarioModel

    return ScenarioModel(_asked(scenario, settings), replicate, reporters, rng)


def run(
    scenario: Scenario | str | Path,
    out: Path | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    cluster: str | None = None,
    shards: int | None = None,
    replicates: int | None = None,
) -> Results:
    """Run a scenario (or the file it stands in) and return its results, written to `out` or under `results/`.

    The work is done in `jobs` processes, by the workers of the Dask scheduler at `cluster`, or with the agents in `shards`.
    replicates: how many, instead of what the scenario says.
    """
    from sim.experiments import experiment
    from sim.notebook.results import Results
    from sim.scenario.load import with_replicates

    asked = _asked(scenario, ())
    asked = asked if replicates is None else with_replicates(asked, replicates)
    return Results.of(experiment.run(asked, out=out, jobs=jobs, progress=progress, cluster=cluster, shards=shards))


def compare(*results: Results | str | Path, to: Results | str | Path | None = None, also: Sequence[str] = ()) -> Comparison:
    """Compare results (or their folders), replicate by replicate, with the first of them or with `to`.

    also: measures that runs do not record and that are worked out from their cells, such as `palma`.
    """
    from sim.analysis.comparison import compare_results
    from sim.notebook.comparison import Comparison

    opened = [open_results(result) if isinstance(result, str | Path) else result for result in results]
    reference = open_results(to) if isinstance(to, str | Path) else to
    return Comparison.of(compare_results(opened, to=reference, also=also))


def open_results(folder: str | Path) -> Results:
    """Open a results folder; raises ResultsError saying what is wrong with it."""
    from sim.analysis import results
    from sim.notebook.results import Results

    return Results.of(results.open_results(folder))


def _asked(scenario: Scenario | str | Path, settings: Sequence[str] | Mapping[str, Any]) -> Scenario:
    """A scenario as it is, or that of a file; raises ValueError where settings would have no file to be laid upon."""
    if isinstance(scenario, str | Path):
        return load(scenario, settings)
    if settings:
        raise ValueError("settings are laid on top of a file; give the file, or load(file, settings).")
    return scenario
