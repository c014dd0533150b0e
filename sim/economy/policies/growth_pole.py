"""Growth pole: a belt or zone that is built up together and whose firms gain from each other's nearness.

Money builds infrastructure and public capital in the belt's cells; every member's productivity gains `agglomeration` log
points per log point of employment in the whole belt since the base year, A ~ (H_belt / H_belt0)^nu_b. Theory: output of the
belt rises, and more than its share where it draws people (Marshall 1890; Kline and Moretti 2014 on big pushes); places
outside lose people and trade to it, so gaps between regions widen where the belt was rich before.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.economy.entries import Belt
from sim.economy.policies.base import SpendingTerms, cells_of, fund, fund_enclave, payers_of, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import INFRASTRUCTURE, World

MEANING = "invests in a belt of regions whose employment raises the productivity of all its members"
PAID_BY = "each member for itself, or the government above the regions"


class Terms(SpendingTerms):
    """Terms of a growth pole."""

    regions: Places = word(meaning="regions of the belt")
    kind: KindName | None = word("urban", meaning="kind of cell that belongs to the belt; left out: both")
    share_of_budget: float = quantity(
        unit="share of budget", meaning="share of the payers' budgets spent every year", at_least=0, at_most=0.4
    )
    capital_share: float = quantity(
        0.3,
        unit="share",
        meaning="part of the money that buys public capital; the rest builds infrastructure",
        at_least=0,
        at_most=1,
    )
    agglomeration: float = quantity(
        0.02,
        unit="none",
        meaning="elasticity of the members' productivity to employment in the belt, on top of their own density",
        at_least=0,
        at_most=0.2,
    )
    paid_by: Literal["own", "upper"] = word("own", meaning="own: each member; upper: the government above them")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Spend the payers' money on infrastructure and capital in the belt, and let its members share their density."""
    belt = regions_of(world, terms.regions)
    for payer, regions in payers_of(rules, terms.paid_by, belt):
        share = terms.share_of_budget * strength
        cells = cells_of(world, regions, terms.kind)
        weights = per_head(rules, cells)
        rules = fund(rules, payer, INFRASTRUCTURE, weights, share * (1 - terms.capital_share))
        for cell in cells.nonzero()[0]:
            # public capital belongs to those among whom it stands
            here = np.eye(world.cells)[cell]
            rules = fund_enclave(rules, payer, here, int(cell), share * terms.capital_share * float(weights[cell]))
    elasticity = terms.agglomeration * strength
    if elasticity == 0.0:
        return rules
    return rules.changed(belts=(*rules.belts, Belt(cells_of(world, belt, terms.kind), elasticity, rules.policy)))
