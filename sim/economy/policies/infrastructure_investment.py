"""Infrastructure investment: roads, networks and utilities as a stock that raises productivity and lowers trade costs.

Spending builds the stock G of the cells named; productivity gains G^phi and the transport part of trade costs falls by
G^-psi; the stock wears out. Theory: output of the cells rises (Aschauer 1989; Bom and Ligthart 2014); whether poor places
gain relative to rich ones depends on which end of the road has scale economies (Faber 2014).
"""

from __future__ import annotations

from typing import Literal

from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import INFRASTRUCTURE, World

MEANING = "builds infrastructure in the cells named: productivity rises, trade costs fall"
PAID_BY = "each region for itself, or the government above the regions"


class Terms(SpendingTerms):
    """Terms of an infrastructure investment."""

    share_of_budget: float = quantity(
        unit="share of budget", meaning="share of the payer's budget spent every year", at_least=0, at_most=0.4
    )
    paid_by: Literal["own", "upper"] = word("own", meaning="own: each region; upper: the government above them")
    regions: Places | None = word(None, meaning="regions built in; left out: all of the reported area")
    kind: KindName | None = word(None, meaning="kind of cell built in; left out: both, by residents")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move a share of the payers' budgets from general purchases to infrastructure in the cells named."""
    regions = regions_of(world, terms.regions)
    share = terms.share_of_budget * strength
    if terms.paid_by == "upper":
        weights = per_head(rules, cells_of(world, regions, terms.kind))
        return fund(rules, rules.upper, INFRASTRUCTURE, weights, share)
    for region in regions:
        rules = fund(rules, region, INFRASTRUCTURE, per_head(rules, cells_of(world, [region], terms.kind)), share)
    return rules
