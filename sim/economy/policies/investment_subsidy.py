"""Investment subsidy: public money on top of what capital earns, or workers are paid, in the places named.

Owners of capital at work there receive the share `on_capital` on top of its rental, workers `on_wages` on top of their pay;
both enter the choice of a place, log(1 + s). Theory: factors come until net returns are equal, so the subsidised place
produces more and pays its other factor more, and where people are free to move rents take up the rest: a place-based
subsidy under free mobility is capitalised in land (Roback 1982; limiting case in the tests). Those who pay lose public
purchases.

`on_wages` is paid to workers, not to employers, and does not lower what labour costs: where a `minimum_wage` binds it creates
no jobs but draws people to wait for one. The remedy of Harris and Todaro (1970), a subsidy to employers, is not in the model.
"""

from __future__ import annotations

from typing import Literal

from sim.economy.policies.base import SpendingTerms, cells_of, payers_of, regions_of, subsidise
from sim.economy.state import Rules
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import World

MEANING = "adds public money to the returns of capital or to wages in the cells named"
PAID_BY = "the government above the regions or each region for itself"


class Terms(SpendingTerms):
    """Terms of an investment subsidy."""

    on_capital: float = quantity(
        0.0, unit="share", meaning="subsidy over the rental of capital at work there", at_least=0, at_most=0.5
    )
    on_wages: float = quantity(0.0, unit="share", meaning="subsidy over wages paid there", at_least=0, at_most=0.5)
    regions: Places | None = word(None, meaning="regions that are subsidised; left out: all of the reported area")
    kind: KindName | None = word(None, meaning="kind of cell that is subsidised; left out: both")
    paid_by: Literal["own", "upper"] = word("upper", meaning="own: each region; upper: the government above them")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Add a subsidy to the returns of capital and to wages in the cells named."""
    for payer, regions in payers_of(rules, terms.paid_by, regions_of(world, terms.regions)):
        cells = cells_of(world, regions, terms.kind)
        for base, rate in (("capital", terms.on_capital), ("wages", terms.on_wages)):
            if rate * strength > 0:
                rules = subsidise(rules, payer, base, rate * strength * cells)
    return rules
