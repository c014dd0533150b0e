"""factorflow: which policies close the income gap between town and country, and between regions, and at what cost.

from sim import load, run, compare, open_results
baseline = run(load("scenarios/zhejiang/baseline.yaml"))
deeper = run(load("scenarios/zhejiang/mountain_sea.yaml"))
print(compare(baseline, deeper).paragraph)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.version import __version__

if TYPE_CHECKING:
    from sim.analysis.comparison import Comparison
    from sim.analysis.results import Results
    from sim.model import FactorFlowModel
    from sim.scenario.schema import Scenario

__all__ = ["__version__", "build_model", "compare", "load", "open_results", "run"]


def load(file: str | Path, settings: Sequence[str] = ()) -> Scenario:
    """Read a scenario file, with settings such as "run.replicates=3"; raises ScenarioFaults naming every fault."""
    from sim.scenario.load import load_scenario
    from sim.vocabulary import vocabulary

    return load_scenario(Path(file), vocabulary(), settings)


def build_model(scenario: Scenario | str | Path, replicate: int = 0) -> FactorFlowModel:
    """The Mesa model of one replicate of a scenario (or of the file it stands in); every `step()` is a year."""
    from sim.experiments import replicate as experiments

    asked = load(scenario) if isinstance(scenario, str | Path) else scenario
    return experiments.build_model(asked, replicate)


def run(
    scenario: Scenario | str | Path,
    out: Path | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    cluster: str | None = None,
    shards: int | None = None,
) -> Results:
    """Run a scenario (or the file it stands in) and return its results, written to `out` or under `results/`.

    The work is done in `jobs` processes, by the workers of the Dask scheduler at `cluster`, or with the agents in `shards`.
    """
    from sim.experiments import experiment

    asked = load(scenario) if isinstance(scenario, str | Path) else scenario
    return experiment.run(asked, out=out, jobs=jobs, progress=progress, cluster=cluster, shards=shards)


def compare(*results: Results | str | Path, to: Results | str | Path | None = None, also: Sequence[str] = ()) -> Comparison:
    """Compare results (or their folders), replicate by replicate, with the first of them or with `to`.

    also: measures that runs do not record and that are worked out from their cells, such as `palma`.
    """
    from sim.analysis.comparison import compare_results

    opened = [open_results(result) if isinstance(result, str | Path) else result for result in results]
    reference = open_results(to) if isinstance(to, str | Path) else to
    return compare_results(opened, to=reference, also=also)


def open_results(folder: str | Path) -> Results:
    """Open a results folder; raises ResultsError saying what is wrong with it."""
    from sim.analysis import results

    return results.open_results(folder)
