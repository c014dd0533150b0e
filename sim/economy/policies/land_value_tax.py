"""Land-value tax: a share of the rent that households receive for land, whoever owns it and whatever stands on it.

Theory: land cannot shrink or leave, so its users pay what they paid before and owners bear all of it (Ricardo 1817; George
1879); output does not move but for what the revenue buys. Where it comes back per head it narrows gaps that land ownership
makes. Most non-farm rent is public already (`household_rent_share`); the tax reaches what households hold.
"""

from __future__ import annotations

from sim.economy.entries import Levy
from sim.economy.policies.base import LevyTerms, cells_of, government_of, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.words import KindName, quantity, word
from sim.world.world import World

MEANING = "taxes the rent of land that households receive and returns a share of it per head"
PAID_BY = "owners of land in the cells named; the revenue is the named government's"


class Terms(LevyTerms):
    """Terms of a land-value tax."""

    rate: float = quantity(unit="share", meaning="share of the land rent that is taxed away", at_least=0, at_most=0.5)
    kind: KindName | None = word(None, meaning="kind of cell whose land is taxed; left out: both")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Add a levy on the rent of land in the cells named."""
    named = terms.regions if terms.government is None else (terms.government,)
    rate = strength * terms.rate * cells_of(world, regions_of(world, named), terms.kind)
    if not rate.any():
        return rules
    weights = per_head(rules, cells_of(world, regions_of(world, named), None))
    levy = Levy(government_of(rules, world, terms.government), "land_rent", rate, terms.returned, weights, rules.policy)
    return rules.changed(levies=(*rules.levies, levy))
