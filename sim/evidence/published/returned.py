"""Who comes home: agents followed by name, since the continuum knows no one who left and came back."""

from __future__ import annotations

import numpy as np

from sim.agents.population import Population
from sim.arrays import Flag, Index
from sim.errors import FactorFlowError
from sim.world.world import World
from sim.year.years import Years


def share_returned(home: Index, started: Flag, regions: Index) -> tuple[float, float]:
    """Of those who started at home and were elsewhere in some later year, the percentage at home in the last; and its
    standard error.

    home: (agent,) region of registration; started: (agent,) whether one counts; regions: (year, agent) where one lived.
    Raises FactorFlowError where nobody left.
    """
    left = started & (regions != home).any(axis=0)
    if not left.any():
        raise FactorFlowError("no agent left home.")
    back = float((regions[-1] == home)[left].mean())
    return 100 * back, float(100 * np.sqrt(back * (1 - back) / left.sum()))


def returned(world: World, agents: int, year: int) -> tuple[float, float]:
    """Of villagers at home in the base year who lived in another region in some year up to `year`, the percentage back.

    Returns it and its standard error.
    """
    model = Years(world, last_year=year, labour_agents=agents, capital_agents=agents, land_agents=agents)
    places = world.places
    people = model.labour
    assert isinstance(people, Population)  # the continuum knows no one by name
    home = np.asarray(people.get("home"))
    started = (np.asarray(people.get("cell")) == home) & (~places.urban & places.reported_cells)[home]
    lived = []
    while model.running:
        model.step()
        lived.append(places.region_of_cell[np.asarray(people.get("cell"))])
    return share_returned(places.region_of_cell[home], started, np.array(lived))
