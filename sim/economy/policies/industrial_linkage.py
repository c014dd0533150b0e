"""Industrial linkage: a supply chain whose parts come from named regions, so that a rational division of labour arises.

The assembler's purchases of the chain's good shift to its suppliers until, at base-year prices, supplier c has the share
s_c that is asked for, by equal steps from the share pi_c it had: with S = sum s and P = sum pi over suppliers that must
grow, the pair's cost falls by (1/theta) log[(s_c / (1 - S)) / (pi_c / (1 - P))]. A share that no trade cost at all would
not give is refused. Shares then follow prices. Theory: cheaper parts lower the assembler's costs and raise demand, wages
and rents at the suppliers; those they displace lose (Costinot, Vogel and Wang 2013 on chains). Pattern: the C919, whose
body, components, aluminium and doors come from different provinces.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Self

import numpy as np
from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from sim.arrays import Array, Flag
from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head
from sim.economy.state import Rules
from sim.errors import FactorFlowError
from sim.scenario.words import KindName, RegionName, SectorName, Share, quantity, word
from sim.world.world import PROJECTS, World

MEANING = "builds a supply chain: an assembler buys given shares of a good from named regions"
PAID_BY = "the assembler's region, from general purchases, for bringing the suppliers up to standard"


def _leaving_some(suppliers: dict[str, float]) -> dict[str, float]:
    if not suppliers:
        raise PydanticCustomError("suppliers", "must name at least one supplier and its share.")
    if (total := math.fsum(suppliers.values())) >= 1:
        answer = f"the shares must leave something to others: they add up to {total:.10g}, not to less than 1."
        raise PydanticCustomError("suppliers", "{answer}", {"answer": answer})
    return suppliers


class Terms(SpendingTerms):
    """Terms of an industrial linkage."""

    assembler: RegionName = word(meaning="region where the parts are put together")
    suppliers: Annotated[dict[RegionName, Share], AfterValidator(_leaving_some)] = word(
        meaning="region: its share in the assembler's purchases of the good"
    )
    sector: SectorName = word("industry", meaning="the good that is bought along the chain")
    kind: KindName | None = word(None, meaning="kind of cell that supplies; left out: both")
    share_of_budget: float = quantity(
        0.005,
        unit="share of budget",
        meaning="share of the assembler's budget spent at the suppliers every year",
        at_least=0,
        at_most=0.1,
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.assembler in self.suppliers:
            raise PydanticCustomError("suppliers", "the assembler cannot be one of its own suppliers.")
        return self


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Lower the cost of every pair of assembling and supplying cell, and spend the assembler's money at the suppliers."""
    names = world.places.regions
    assembler, good = names.index(terms.assembler), world.technology.sectors.index(terms.sector)
    cut = rules.trade_cost_cut.copy()
    cells = [cells_of(world, [names.index(name)], terms.kind) > 0 for name in terms.suppliers]
    asked = np.array(list(terms.suppliers.values()))
    for buyer in np.flatnonzero(cells_of(world, [assembler], None)):
        had = np.array([world.trade_shares[buyer, cell, good].sum() for cell in cells])
        needed = np.log(_odds(had, had + strength * (asked - had))) / world.parameters.trade_elasticity
        for supplier, cell, points, share in zip(terms.suppliers, cells, needed, asked, strict=True):
            _within_reach(world, int(buyer), cell, good, float(points), (supplier, float(share)))
            # two chains over the same pair ask for the larger share, not for both
            cut[buyer, cell, good] = np.maximum(cut[buyer, cell, good], points)
    sites = per_head(rules, np.sum(cells, axis=0).astype(float))
    rules = fund(rules, assembler, PROJECTS, sites, terms.share_of_budget * strength)
    return replace(rules, trade_cost_cut=cut)


def _odds(had: Array, wanted: Array) -> Array:
    """Factors on the suppliers' potentials, 1 or more, at which their shares become those wanted.

    (w_c / (1 - W)) / (pi_c / (1 - P)) over the suppliers that must grow; those who have as much already keep what competition
    leaves them and count among the others.
    """
    growing = wanted > had
    while True:
        left = (1 - had[growing].sum()) / (1 - wanted[growing].sum())
        odds = np.where(growing, wanted / np.maximum(had, 1e-300) * left, 1.0)
        if (odds >= 1.0).all():
            return odds
        growing &= odds >= 1.0


def _within_reach(world: World, buyer: int, cells: Flag, good: int, needed: float, asked: tuple[str, float]) -> None:
    """Raise FactorFlowError where a share would need less than no trade cost in one of the supplier's cells."""
    p, tech = world.parameters, world.technology
    transport = p.transport_elasticity * np.log1p(world.places.distance_km[buyer, cells] / 20.0)
    there = transport + world.border[buyer, cells] * (tech.local_cost[good] + tech.segmentation[good])
    if needed > there.min() + 1e-12:
        had = float(world.trade_shares[buyer, cells, good].sum())
        most = had * np.exp(p.trade_elasticity * there.min())
        raise FactorFlowError(
            f"{asked[0]} cannot have the share {asked[1]:.3g} of these purchases: it had {had:.3g} in the base year, and "
            f"without any trade cost it would have about {most / (1 - had + most):.2g}; ask for less"
        )
