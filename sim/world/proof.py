"""Proof that numbers are fit to be computed with: finite, and within bounds; else words that name where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from sim.arrays import Array
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.errors import FactorFlowError
from sim.world.world import World


def proved(world: World, year: int, what: str, table: Array, least: float = -np.inf, most: float = np.inf) -> Array:
    """The table, (cell, ...), if every number in it is finite and between `least` and `most`.

    Raises FactorFlowError naming the table, the first cell where it is not so, the year and unusual parameters.
    """
    sound = np.isfinite(table)
    if least > -np.inf:
        sound &= table >= least
    if most < np.inf:
        sound &= table <= most
    if sound.all():
        return table
    at = tuple(int(place) for place in np.argwhere(~sound)[0])
    bounds = " and ".join(
        [f"at least {least:g}"] * bool(np.isfinite(least)) + [f"at most {most:g}"] * bool(np.isfinite(most))
    )
    raise FactorFlowError(
        f"{what} of {world.places.cells[at[0]]} in {year} is {table[at]:.4g}; it must be finite{', ' * bool(bounds)}{bounds}."
        f"{unusual(world)}"
    )


def unusual(world: World) -> str:
    """A sentence that names the parameters of a world which are not at their own values; empty where all are."""
    return unusual_parameters(world.name, asdict(world.parameters)) if world.name in catalogue.worlds() else ""


def unusual_parameters(world: AnyWorld, values: Mapping[str, float]) -> str:
    """`unusual` of a world with these values of its parameters."""
    changed = [
        f"parameters.{parameter.name} = {values[parameter.name]:.6g} (its own value is {parameter.value:.6g})"
        for parameter in catalogue.parameters(world).values()
        if values.get(parameter.name, parameter.value) != parameter.value
    ]
    return f" Unusual here: {', '.join(changed)}." if changed else ""
