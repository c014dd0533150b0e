"""Land: parcels whose right to be used and built on may leave the village that owns it."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.capital import tables_without_skills
from sim.agents.choice import MoveTables
from sim.agents.population import Population
from sim.agents.start import Beginning, whole_agents
from sim.arrays import Array
from sim.columns import LAND
from sim.streams import LAND_MOVES
from sim.world.world import World


def mobile_land(world: World) -> Array:
    """Land whose right may move, km2 by (owner, place): that of the reported regions."""
    inside = world.places.reported_cells
    return np.asarray(np.where(inside[:, None] & inside[None, :], world.stocks.land, 0.0))


def land_beginning(world: World, agents: int, key: tuple[int, int]) -> Beginning:
    """Parcels of equal area for the base-year table of land by (place, owner)."""
    stock = mobile_land(world)
    numbers, weight = whole_agents(stock.T, agents), float(stock.sum()) / agents
    return Beginning(LAND, ("cell", "home"), numbers, world.cells, weight, LAND_MOVES, key)


def land_population(world: World, agents: int, key: tuple[int, int], model: Any = None) -> Population:
    """The parcels of `land_beginning` as rows of this process."""
    return Population.begun(land_beginning(world, agents, key), world.places.cells, "LandAgent", model)


def land_tables(world: World, seed: Array, gain: Array, reclassified: Array) -> MoveTables:
    """The tables of land: gain[d] in log land rent since the base year; rights move only inside a region (the ban)."""
    return tables_without_skills(world, "land", seed, gain, reclassified)
