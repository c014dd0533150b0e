"""Market unification: a share of the border costs that local protection puts on goods between regions falls away.

log tau_ncj loses cut * segmentation_j wherever n and c lie in different regions taking part. Theory: real incomes rise by
pi_nn^(-1/theta) (Arkolakis, Costinot and Rodriguez-Clare 2012), more in small and remote places (Eaton and Kortum 2002);
with scale economies it may concentrate activity (Krugman 1991). Effects scale with the assumed segmentation.
"""

from __future__ import annotations

import numpy as np

from sim.economy.policies.base import cells_of, regions_of
from sim.economy.state import Rules
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import Places, Sectors, quantity, word
from sim.world.world import World

MEANING = "removes a share of the cost of crossing regional borders with goods"
PAID_BY = "no budget: protected producers pay through lower prices"


class Terms(PolicyTerms):
    """Terms of a market unification."""

    cut: float = quantity(unit="share", meaning="share of market segmentation removed", at_least=0, at_most=1)
    regions: Places | None = word(None, meaning="regions that open to each other; left out: all of the reported area")
    sectors: Sectors | None = word(None, meaning="sectors whose goods pass freely; left out: all")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Scale the segmentation left between the regions taking part by one minus the cut."""
    taking_part = cells_of(world, regions_of(world, terms.regions), None)
    named = world.technology.sectors if terms.sectors is None else terms.sectors
    goods = np.array([sector in named for sector in world.technology.sectors], dtype=float)
    open_pairs = np.outer(taking_part, taking_part)[:, :, None] * goods
    return rules.changed(segmentation=rules.segmentation * (1.0 - terms.cut * strength * open_pairs))
