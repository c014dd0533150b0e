"""Who comes home: agents followed by name, since the continuum knows no one who left and came back."""

from __future__ import annotations

import numpy as np

from sim.arrays import Flag, Index
from sim.model import FactorFlowModel
from sim.world.world import World


def share_returned(home: Index, started: Flag, regions: Index) -> float:
    """Of those who started at home and were elsewhere in some later year, the percentage at home in the last.

    home: (agent,) region of registration; started: (agent,) whether one counts; regions: (year, agent) where one lived.
    NaN where nobody left.
    """
    left = started & (regions != home).any(axis=0)
    return float(100 * (regions[-1] == home)[left].mean()) if left.any() else float("nan")


def returned(world: World, agents: int, since: int, year: int) -> float:
    """Of villagers at home in `since` who lived in another region in some year up to `year`, the percentage back there."""
    model = FactorFlowModel(world, last_year=year, labour_agents=agents, capital_agents=agents, land_agents=agents)
    places = world.places
    home = np.asarray(model.labour.get("home"))
    started = (np.asarray(model.labour.get("cell")) == home) & (~places.urban & places.reported_cells)[home]
    lived = []
    while model.running:
        model.step()
        if model.steps + world.first_year - 1 >= since:
            lived.append(places.region_of_cell[np.asarray(model.labour.get("cell"))])
    return share_returned(places.region_of_cell[home], started, np.array(lived))
