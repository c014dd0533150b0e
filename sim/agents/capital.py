"""Capital: slices of owners' portfolios, each standing where its net return is good."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.choice import MoveTables, choice_shares, cumulative_shares
from sim.agents.population import Population
from sim.agents.start import Beginning, whole_agents
from sim.arrays import Array
from sim.columns import CAPITAL
from sim.streams import CAPITAL_MOVES
from sim.world.parameters import Factor, damped
from sim.world.world import World


def capital_beginning(world: World, agents: int, key: tuple[int, int]) -> Beginning:
    """Slices for the base-year table of capital by (place, owner); an agent is one slice (weight 1)."""
    numbers = whole_agents(world.stocks.capital.T, agents)
    return Beginning(CAPITAL, ("cell", "home"), numbers, world.cells, 1.0, CAPITAL_MOVES, key)


def capital_population(world: World, agents: int, key: tuple[int, int], model: Any = None) -> Population:
    """The slices of `capital_beginning` as rows of this process."""
    return Population.begun(capital_beginning(world, agents, key), world.places.cells, "CapitalAgent", model)


def capital_tables(world: World, seed: Array, gain: Array, reclassified: Array) -> MoveTables:
    """The tables of capital: gain[d] or [o, d] in log net return since the base year plus
    barriers removed; villages take their capital along."""
    return tables_without_skills(world, "capital", seed, gain, reclassified)


def tables_without_skills(world: World, factor: Factor, seed: Array, gain: Array, reclassified: Array) -> MoveTables:
    """Tables of a factor without skills and pulls, whose villages' share `reclassified`, (cell,), becomes urban."""
    kappa = world.parameters.choice_elasticity(factor)
    shares = choice_shares(seed, kappa, np.broadcast_to(gain, seed.shape), np.zeros(1))
    return MoveTables(
        cumulative=cumulative_shares(shares),
        group=np.zeros(1, dtype=np.int64),
        mobility=damped(world.parameters.mobility(factor), kappa),
        reclassify=reclassified,
        town=world.places.town_of_cell,
        stayers_only=False,
        transfer=np.zeros(world.cells),
        training=np.zeros(world.cells),
        trainable=np.zeros(1, dtype=bool),
        trained_skill=np.zeros(1, dtype=np.int64),
    )
