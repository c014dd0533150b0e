"""From the name of a world and parameters set by a user to the world itself."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from sim.data import catalogue
from sim.world import theory
from sim.world.world import World


def parameter_table(name: str, changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Every parameter of a world by name, those of its recipe too, with the changed values in place of its own."""
    own = {parameter.name: parameter.value for parameter in catalogue.parameters(name).values()}
    return own | dict(changed or {})


def build_world(name: str, changed: Mapping[str, float] | None = None) -> World:
    """The world of that name, its base year inverted anew for every parameter that is changed.

    Raises WorldError where the changed parameters and the data of the base year contradict each other.
    """
    values = parameter_table(name, changed)
    if "cells" in catalogue.worlds()[name]:  # described whole by its entry, as the corners of the theory are
        return theory.build(name, values)
    world: World = importlib.import_module(f"sim.world.{name}").build(values)
    return world
