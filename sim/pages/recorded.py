"""The world that results ran in: a shipped one by its name, or the tables that a results folder keeps of a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sim.analysis.results import Results
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import WorldFolder
from sim.errors import Fault, ResultsError


def world_of(results: Results) -> AnyWorld:
    """The world of results, whatever has become of the folder it was read from.

    Raises ResultsError where the tables kept in the results are not those that were written, or make no world.
    """
    files = results.world_files
    if not files:
        return results.world
    here = WorldFolder(results.world, dict(files))
    faults = _faults(here)
    if faults:
        first, more = faults[0], f" and {len(faults) - 1:,} more faults" * (len(faults) > 1)
        at = f"{results.path}/{first.file}, line {first.line}, {first.path}"
        raise ResultsError(f"{at}: {first.message[:300]}{more}. Run the scenario again.")
    return here


@lru_cache(maxsize=16)
def _faults(here: WorldFolder) -> tuple[Fault, ...]:
    """What is wrong with tables that may come from a stranger."""
    from sim.world.strict import faults_of

    return tuple(faults_of(here, "world"))


def entry_of(results: Results) -> Mapping[str, Any]:
    """What the catalogue says of the world of results; nothing of a world that is no longer shipped."""
    world = world_of(results)
    return catalogue.entry(world) if isinstance(world, WorldFolder) else catalogue.worlds().get(world, {})
