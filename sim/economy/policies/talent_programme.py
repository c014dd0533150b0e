"""Talent programme: graduates and return migrants for the villages, and training for those who stay.

Money is divided over a premium for graduates who live in the cells named, a premium for those registered there who live at
home, so that migrants come back, and training. A premium of a yuan a head adds log(1 + a / offer) to the value of the place
for those it is meant for: kappa times that in the odds of choosing it. Theory: skill moves to where it is paid (Sjaastad
1962; Diamond 2016 on graduates); training raises efficiency by the return to a year of schooling (Mincer 1974), part of
which leaves with those who then find towns more worth while.
"""

from __future__ import annotations

from typing import Annotated, Literal

from sim.arrays import Array
from sim.economy.policies.base import SpendingTerms, cells_of, fund, payers_of, per_head, regions_of
from sim.economy.state import Rules
from sim.errors import FactorFlowError
from sim.scenario.words import KindName, Places, Share, adding_up_to_one, quantity, word
from sim.world.skills import GRADUATE
from sim.world.world import GRADUATES, RETURNEES, TRAINING, World

MEANING = "pays premiums to graduates and home-comers in the cells named, and trains their workers"
PAID_BY = "the government above the regions or each region for itself"


class Terms(SpendingTerms):
    """Terms of a talent programme."""

    share_of_budget: float = quantity(
        unit="share of budget", meaning="share of the payers' budgets spent every year", at_least=0, at_most=0.2
    )
    uses: Annotated[dict[Literal["graduates", "returnees", "training"], Share], adding_up_to_one] = word(
        {"graduates": 0.4, "returnees": 0.3, "training": 0.3}, meaning="what the money is used for, adding up to 1"
    )
    regions: Places | None = word(None, meaning="regions that take part; left out: all of the reported area")
    kind: KindName = word("rural", meaning="kind of cell that talent is wanted in")
    paid_by: Literal["own", "upper"] = word("own", meaning="own: each region; upper: the government above them")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Divide the payers' money over graduates, people registered at home, and residents to train."""
    for payer, regions in payers_of(rules, terms.paid_by, regions_of(world, terms.regions)):
        cells = cells_of(world, regions, terms.kind)
        heads: dict[str, tuple[int, Array]] = {
            "graduates": (GRADUATES, rules.residents * (rules.skill_shares @ GRADUATE) * cells),
            "returnees": (RETURNEES, rules.residence.diagonal() * cells),
            "training": (TRAINING, per_head(rules, cells)),
        }
        for use, part in terms.uses.items():
            purpose, weights = heads[use]
            share = terms.share_of_budget * strength * part
            if share > 0 and not weights.sum() > 0:
                raise FactorFlowError(f"nobody is there to receive what is used for {use}; leave that use out")
            rules = fund(rules, payer, purpose, weights / max(float(weights.sum()), 1.0), share)
    return rules
