"""The model as Mesa knows it: the years of `sim.year.years`, whose agents Mesa's words find, count and collect."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import mesa

from sim.agents.everybody import Everybody
from sim.agents.sharded import Holder
from sim.world.world import World
from sim.year.years import Law, Years


class FactorFlowModel(Years, mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """`Years` as a model of Mesa; its agents are rows of `labour`, `capital` and `land`, and Mesa's own behind them.

    rng: the seed, as Mesa's batch runner calls it from 3.5 on.
    """

    def __init__(
        self,
        world: World,
        laws: Sequence[Law] = (),
        *,
        last_year: int,
        seed: int = 7,
        replicate: int = 0,
        labour_agents: int = 100_000,
        capital_agents: int = 100_000,
        land_agents: int = 50_000,
        continuum: bool = False,
        holder: Holder | None = None,
        shards: int = 1,
        rng: int | None = None,
    ) -> None:
        seed = seed if rng is None else operator.index(rng)
        mesa.Model.__init__(self, rng=seed)
        super().__init__(
            world, laws, last_year=last_year, seed=seed, replicate=replicate, labour_agents=labour_agents,
            capital_agents=capital_agents, land_agents=land_agents, continuum=continuum, holder=holder, shards=shards,
        )  # fmt: skip

    def _unborn(self) -> FactorFlowModel:
        """Another model of Mesa, as many steps old; Mesa's own agents stay behind."""
        other = FactorFlowModel.__new__(FactorFlowModel)
        mesa.Model.__init__(other, rng=self._luck)
        other.steps = self.steps
        return other

    @property
    def agents(self) -> Everybody:
        """All agents, a view: labour, capital and land, and Mesa's own agents behind them."""
        return Everybody(self, self.populations, super().agents)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Take in an agent of Mesa's own, numbered on from labour, capital and land."""
        super().register_agent(agent)
        agent.unique_id += sum(kind.size for kind in self.populations)

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], Any]:
        """Agents by type, as Mesa's data collector asks for them: the populations, and Mesa's own agents beside them."""
        return {**{kind.agent_type: kind for kind in self.populations}, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type[mesa.Agent]]:
        """The types of agents there are."""
        return list(self.agents_by_type)
