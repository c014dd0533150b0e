"""Capital: slices of owners' portfolios, each standing where its net return is good."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.agent import FactorAgent
from sim.agents.choice import MoveTables, choice_shares, cumulative_shares
from sim.agents.population import Population
from sim.agents.start import whole_agents
from sim.columns import CAPITAL
from sim.streams import CAPITAL_MOVES
from sim.world.world import Array, World


class CapitalAgent(FactorAgent):
    """A slice of the portfolio of the owners at home, at work in a cell."""


def capital_population(world: World, agents: int, key: tuple[int, int], model: Any = None) -> Population:
    """Slices for the base-year table of capital by (place, owner); an agent is one slice (weight 1)."""
    numbers = whole_agents(world.stocks.capital.T, agents).ravel()
    cell, home = np.unravel_index(np.repeat(np.arange(numbers.size), numbers), world.stocks.capital.shape)
    return Population(
        CAPITAL, {"home": home, "cell": cell}, world.cells, 1.0, CAPITAL_MOVES, key,
        names=world.places.cells, agent_type=CapitalAgent, model=model,
    )  # fmt: skip


def capital_tables(world: World, gain: Array, reclassified: Array) -> MoveTables:
    """The tables of capital: gain[d] in log net return since the base year; villages take their capital along."""
    p, choice = world.parameters, world.choice
    shares = choice_shares(
        choice.capital_seed, p["capital_choice_elasticity"], np.broadcast_to(gain, choice.pull.shape), 0.0 * choice.pull
    )
    return without_skills(world, shares, p["capital_mobility"], reclassified)


def without_skills(world: World, shares: Array, mobility: float, reclassified: Array) -> MoveTables:
    """Tables of a factor without skills, whose villages' share `reclassified`, (cell,), becomes urban this year."""
    return MoveTables(
        cumulative=cumulative_shares(shares),
        mobility=mobility,
        reclassify=reclassified,
        town=world.places.town_of_cell,
        stayers_only=False,
        training=np.zeros(world.cells),
        trainable=np.zeros(1, dtype=bool),
        trained_skill=np.zeros(1, dtype=np.int64),
    )
