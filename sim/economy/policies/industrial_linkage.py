"""Industrial linkage: a supply chain whose parts come from named regions, so that a rational division of labour arises.

The assembler's purchases of the chain's good shift to its suppliers until, at base-year prices, supplier c has the share
s_c that is asked for, by equal steps from the share pi_c it had: with S = sum s and P = sum pi over suppliers that must
grow, the pair's cost falls by (1/theta) log[(s_c / (1 - S)) / (pi_c / (1 - P))]. A share that no trade cost at all would
not give is refused. Shares then follow prices. Theory: cheaper parts lower the assembler's costs and raise demand, wages
and rents at the suppliers; those they displace lose (Costinot, Vogel and Wang 2013 on chains). Pattern: the C919, whose
body, components, aluminium and doors come from different provinces.

Bringing suppliers up to standard costs `chain_fee` times what the chain saves at base-year purchases, sum_nc cut_nc s_c X_n,
a constant share of the assembler's budget; or the share that the terms give.
"""

from __future__ import annotations

import math
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
PAID_BY = "the assembler's region, for bringing the suppliers up to standard"
_WITHOUT_RULE = 0.005  # share of the assembler's budget where neither terms nor parameters say a cost


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
    share_of_budget: float | None = quantity(
        None,
        unit="share of budget",
        meaning="share of the assembler's budget spent at the suppliers every year; left out: chain_fee times what the chain "
        f"saves at base-year purchases, or {_WITHOUT_RULE} where chain_fee is 0",
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
    saved, bought = 0.0, base_purchases(world)[:, good] if _by_rule(terms, world) else np.zeros(world.cells)
    for buyer in np.flatnonzero(cells_of(world, [assembler], None)):
        had = np.array([world.trade_shares[buyer, cell, good].sum() for cell in cells])
        wanted = had + strength * (asked - had)
        needed = np.log(_odds(had, wanted)) / world.parameters.trade_elasticity
        saved += float(needed @ wanted * bought[buyer])
        for supplier, cell, points, share in zip(terms.suppliers, cells, needed, asked, strict=True):
            _within_reach(world, int(buyer), cell, good, float(points), (supplier, float(share)))
            # two chains over the same pair ask for the larger share, not for both
            cut[buyer, cell, good] = np.maximum(cut[buyer, cell, good], points)
    sites = per_head(rules, np.sum(cells, axis=0).astype(float))
    rules = fund(rules, assembler, PROJECTS, sites, _share(terms, world, assembler, saved, strength))
    return rules.changed(trade_cost_cut=cut)


def base_purchases(world: World) -> Array:
    """What every cell bought of every good in the base year, (cell, sector), yuan.

    X_nj = mu_j F_n + sum_k (1 - gamma_k) a_kj R_nk, so that R_cj = sum_n pi_ncj X_nj. Final demand F is all value added,
    divided over cells as the weights of the numeraire are.
    """
    tech, revenue = world.technology, world.revenue
    final = world.price_weights * float((revenue @ tech.value_added).sum())
    return np.asarray(final[:, None] * tech.spending + ((1 - tech.value_added) * revenue) @ tech.materials)


def _by_rule(terms: Terms, world: World) -> bool:
    return terms.share_of_budget is None and world.parameters.chain_fee > 0.0


def _share(terms: Terms, world: World, assembler: int, saved: float, strength: float) -> float:
    """Share of the assembler's budget: what the terms say, or the fee on what is saved over its budget of the base year."""
    if _by_rule(terms, world):
        return world.parameters.chain_fee * saved / float(world.budgets[assembler])
    return (_WITHOUT_RULE if terms.share_of_budget is None else terms.share_of_budget) * strength


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
