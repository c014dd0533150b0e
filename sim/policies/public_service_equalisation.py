"""Public-service equalisation: schools and clinics for cells whose public services per head fall short.

The government above the regions adds to public services of the cells named, the same sum per head of each. Services enter
the choice of a place, V += sigma log(services per head). Theory: better services keep and draw residents (Tiebout 1956);
they narrow real gaps that incomes do not show, and slow the move to towns when villages get them.
"""

from __future__ import annotations

from sim.economy import Rules
from sim.policies.base import cells_of, fund, per_head, regions_of
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import SERVICES, World

MEANING = "adds to public services per head of the cells named"
PAID_BY = "the government above the regions, from its general purchases"


class Terms(PolicyTerms):
    """Terms of a public-service equalisation."""

    share_of_upper_budget: float = quantity(
        unit="share of budget", meaning="share of the upper government's budget spent every year", at_least=0, at_most=0.3
    )
    regions: Places | None = word(None, meaning="regions that are served; left out: all of the reported area")
    kind: KindName | None = word("rural", meaning="kind of cell that is served")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move a share of the upper budget to public services of the cells named, by residents."""
    weights = per_head(rules, cells_of(world, regions_of(world, terms.regions), terms.kind))
    share = terms.share_of_upper_budget * strength
    return fund(rules, rules.upper, SERVICES, weights, share)
