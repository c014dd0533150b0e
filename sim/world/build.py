"""From the name of a world and parameters set by a user to the world itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import WorldFolder
from sim.errors import WorldError
from sim.world import regional, theory, two_cells
from sim.world.proof import unusual_parameters
from sim.world.world import World


def parameter_table(world: AnyWorld, changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Every parameter of a world by name, those of its recipe too, with the changed values in place of its own."""
    own = {parameter.name: parameter.value for parameter in catalogue.parameters(world).values()}
    return own | dict(changed or {})


def build_world(world: AnyWorld, changed: Mapping[str, float] | None = None) -> World:
    """The world of that name or folder, its base year inverted anew for every parameter that is changed.

    Raises WorldError where the changed parameters and the data of the base year contradict each other.
    """
    values = parameter_table(world, changed)
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise"):  # so that no table holds what is no number
            return _built(world, values)
    except WorldError as reason:
        said, name = str(reason), catalogue.name_of(world)
        said = f"{name}: {said}" if isinstance(world, WorldFolder) and name not in said else said
        raise WorldError(f"{said}.{unusual_parameters(world, values)}") from reason
    except (ArithmeticError, np.linalg.LinAlgError, ValueError) as reason:
        raise WorldError(
            f"the base year of {catalogue.name_of(world)} has no solution ({reason}).{unusual_parameters(world, values)}"
        ) from reason


def _built(world: AnyWorld, values: Mapping[str, float]) -> World:
    if catalogue.folder(world) is not None:
        return regional.build(world, values)
    name = catalogue.name_of(world)
    return theory.build(name, values) if "cells" in catalogue.entry(name) else two_cells.build(values)
