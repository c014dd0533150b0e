"""Residence-permit reform: part of the registration barrier falls, and newcomers are served where they live.

The registration (hukou) barrier lowers the value of a place to those registered elsewhere. The reform removes a share of
it: p_hd gains kappa * cut * barrier_hd in the exponent of the choice rule. Destinations pay for newcomers' schools and
clinics out of their own budgets. Theory: free movement narrows income gaps between places (Tombe and Zhu 2019); the sign
can turn under strong agglomeration (model documentation, `agglomeration`).
"""

from __future__ import annotations

import numpy as np

from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.schema import Between
from sim.scenario.words import Places, quantity, word
from sim.world.world import SERVICES, World

MEANING = "removes a share of the registration barrier to living elsewhere"
PAID_BY = "the destinations, for services to newcomers"


class Terms(SpendingTerms):
    """Terms of a residence-permit reform."""

    cut: float = quantity(unit="share", meaning="share of the registration barrier removed", at_least=0, at_most=1)
    between: Between | None = word(None, meaning="kinds of cell the barrier falls between; left out: all moves")
    destinations: Places | None = word(None, meaning="regions that open up; left out: all of the reported area")
    service_share: float = quantity(
        0.02,
        unit="share of budget",
        meaning="share of the destination's budget moved to public services at a full cut",
        at_least=0,
        at_most=0.2,
    )


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Add the cut to the moves named (barriers removed never exceed one) and the destinations' spending on services."""
    kinds = terms.between
    regions = regions_of(world, terms.destinations)
    urban = world.places.urban
    origin = np.ones(world.cells, dtype=bool) if kinds is None else urban == (kinds.origin == "urban")
    opened = cells_of(world, regions, None if kinds is None else kinds.destination)
    cut = terms.cut * strength
    removed = 1 - (1 - rules.registration_cut) * (1 - cut * np.outer(origin, opened))
    rules = rules.changed(registration_cut=np.where(cut > 0, removed, rules.registration_cut))
    for region in regions:
        served = cells_of(world, [region], "urban" if kinds is None else kinds.destination)
        rules = fund(rules, region, SERVICES, per_head(rules, served), terms.service_share * cut)
    return rules
