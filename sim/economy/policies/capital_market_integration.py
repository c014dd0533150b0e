"""Capital-market integration: barriers fall that keep capital at home, in its region, and out of villages.

The value of a place to capital, V = log(return), gains cut * finance_gap in rural cells (rural credit is dearer), cut *
capital_blockade outside the owners' region, and cut * capital_home_bias outside the owners' cell. Theory: capital flows to
where it is scarce until returns are equal, and output rises (Hsieh and Klenow 2009); owners gain more than workers.
"""

from __future__ import annotations

import numpy as np

from sim.economy.policies.base import cells_of, regions_of
from sim.economy.state import Rules
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import Places, quantity, word
from sim.world.world import World

MEANING = "removes shares of the rural finance gap, of the regional blockade of capital, and of home bias"
PAID_BY = "no budget: those whom the barriers sheltered pay through returns and wages"


class Terms(PolicyTerms):
    """Terms of a capital-market integration."""

    finance_gap_cut: float = quantity(
        0.0, unit="share", meaning="share of the urban-rural finance gap removed", at_least=0, at_most=1
    )
    blockade_cut: float = quantity(
        0.0, unit="share", meaning="share of the regional blockade of capital removed", at_least=0, at_most=1
    )
    home_bias_cut: float = quantity(0.0, unit="share", meaning="share of home bias removed", at_least=0, at_most=1)
    regions: Places | None = word(None, meaning="regions that take part; left out: all of the reported area")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Scale what is left of each barrier by one minus its cut, wherever the place takes part."""
    open_to = cells_of(world, regions_of(world, terms.regions), None)
    cuts = np.array([terms.finance_gap_cut, terms.blockade_cut, terms.home_bias_cut]) * strength
    return rules.changed(capital_barriers=rules.capital_barriers * (1.0 - cuts[:, None, None] * open_to))
