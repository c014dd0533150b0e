"""The manifest of a run: everything written down about how its numbers came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.analysis.versions import versions
from sim.data import catalogue
from sim.errors import printable
from sim.experiments.replicate import Replicate, groups_of
from sim.scenario.schema import Scenario


def manifest(
    scenario: Scenario, replicates: Sequence[Replicate], units: Mapping[str, str], tasks: Mapping[int, str]
) -> dict[str, Any]:
    """What was asked, with which data and versions it was answered, and how every replicate ended.

    tasks: by replicate the digest of the task whose file is kept.
    """
    entry = catalogue.entry(scenario.plays_in)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "scenario": scenario.resolved(),
        "scenario_digest": scenario.digest(),
        "origins": dict(scenario.origins),
        "world": scenario.world_name,
        "years": {"from": scenario.years.from_, "to": scenario.years.to},
        "seed": scenario.run.seed,
        "groups": {name: list(members) for name, members in groups_of(scenario).items()},
        "outside": list(entry["outside"]),
        "versions": versions(),
        "data": catalogue.fingerprints(scenario.plays_in),
        "policies": [
            {"name": name, "instrument": terms.instrument, "from": terms.from_, "until": terms.until}
            for name, terms in scenario.policies.items()
        ],
        "replicates": [
            {
                "replicate": replicate.number,
                "seed": [scenario.run.seed, replicate.number],
                "task": tasks.get(replicate.number),
                "status": "done" if replicate.reason is None else "failed",
                "reason": None if replicate.reason is None else printable(replicate.reason, 5_000, keep="\n"),
            }
            for replicate in replicates
        ],
        "units": dict(units),
    }
