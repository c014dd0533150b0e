"""The same counterfactual with people: a finite number of agents, each with its own draw, instead of shares."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.agents.choice import choice_shares, everybody_chooses
from sim.agents.population import Population
from sim.agents.start import whole_agents
from sim.arrays import Array
from sim.columns import CELL, HOME
from sim.errors import FactorFlowError
from sim.evidence.tombe_zhu.economy import Economy
from sim.evidence.tombe_zhu.solver import Equilibrium, Shock, solve
from sim.streams import LABOUR_MOVES

MOST_PASSES = 60
STEP = 0.5  # part of the way to the returns just found; a full step overshoots and swings back


@dataclass(frozen=True)
class AgentEquilibrium:
    """Where agents' choices and the returns they meet agree.

    after: markets cleared with the agents where they are; agents: their number; counts: agents by (home, cell); passes:
    times that all chose; moved: agents who chose otherwise than the time before, at most one a cell.
    """

    after: Equilibrium
    agents: int
    counts: Array
    passes: int
    moved: int


def with_agents(economy: Economy, shock: Shock, agents: int, seed: int, start: Array | None = None) -> AgentEquilibrium:
    """Let agents registered in cells choose where to work until the returns that follow leave nobody a better choice.

    Agents stand for the observed table of migrants to one agent each; every one of them chooses, by its own draw, from

    p_od = m_od value_hat_od^kappa / sum_d' (.)

    and markets clear with the finite table of who works where. Draws belong to agents, so a pass repeats each agent's
    luck and only returns change. start: unknowns of another solution for the first clearing. Raises FactorFlowError
    where more than one agent a cell still chooses otherwise after MOST_PASSES.
    """
    inside = int(economy.home.sum())
    people = economy.migrants[:inside, :inside]
    weight = float(people.sum()) / agents
    population = _registered(people, agents, weight, seed)
    cost = np.ones_like(people) if shock.migration_cost is None else shock.migration_cost[:inside, :inside]
    gain = -np.log(cost)
    before: Array | None = None
    moved, unknowns = agents, start
    for passes in range(1, MOST_PASSES + 1):
        shares = choice_shares(
            economy.migration[:inside, :inside], economy.technology.migration_elasticity, gain, np.zeros_like(gain)
        )
        population.advance(everybody_chooses(shares), year=0)
        table = economy.migrants.copy()
        table[:inside, :inside] = population.stock()
        after = solve(economy, replace(shock, migrants=table), unknowns)
        unknowns = after.unknowns
        cell = population.columns["cell"].copy()
        moved = agents if before is None else int((cell != before).sum())
        wanted = np.log(after.value[:inside, :inside])
        if moved <= inside:  # whoever stands on the margin of a cell turns each time; there is one such agent in a cell
            return AgentEquilibrium(after, agents, np.asarray(population.counts()), passes, moved)
        before, gain = cell, gain + STEP * (wanted - gain)
    raise FactorFlowError(
        f"choices of {agents:,} agents did not settle: {moved:,} of them still chose otherwise in pass {MOST_PASSES}, where "
        f"{inside} (one a cell) may. Strong agglomeration may leave no resting place; lower it, or take a smaller shock."
    )


def standard_errors(found: AgentEquilibrium, continuum: Equilibrium) -> float:
    """Root mean square distance of agents' shares from the continuum's, in their standard errors.

    se_od = sqrt(p_od (1 - p_od) / N_o); shares that fewer than 25 of the N_o agents would choose are left out.
    """
    registered = found.counts.sum(axis=1, keepdims=True)
    inside = registered.size
    shares = continuum.migration[:inside, :inside]
    counted = (shares * registered >= 25) & ((1 - shares) * registered >= 25)
    error = np.sqrt(shares * (1 - shares) / registered)
    apart = (found.counts / registered - shares)[counted] / error[counted]
    return float(np.sqrt(np.mean(apart**2)))


def _registered(people: Array, agents: int, weight: float, seed: int) -> Population:
    """Agents for a table of migrants by (home, cell)."""
    numbers = whole_agents(people, agents).ravel()
    home, cell = np.unravel_index(np.repeat(np.arange(numbers.size), numbers), people.shape)
    values: dict[str, np.ndarray] = {"home": home.astype(np.uint16), "cell": cell.astype(np.uint16)}
    return Population((HOME, CELL), values, people.shape[0], weight, LABOUR_MOVES, (seed, 0))
