"""Paired assistance (mountain-sea cooperation): a richer region's budget builds up the villages of a poorer partner.

The donor gives a share of its budget, split over infrastructure and training in the partner's cells and an enclave: a
park in the donor's city whose capital, and so whose profits, belong to the partner. Theory: money spent on goods alone
hardly moves household income (it is consumed where prices adjust); capital and training can. Source: the terms of
Zhejiang's mountain-sea cooperation since 2002.
"""

from __future__ import annotations

from typing import Annotated, Literal

from sim.economy import Rules
from sim.policies.base import cells_of, fund, fund_enclave, per_head
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import KindName, RegionName, Share, adding_up_to_one, quantity, word
from sim.world.world import INFRASTRUCTURE, TRAINING, World

MEANING = "a donor's budget pays for infrastructure, training and an enclave park of its partner"
PAID_BY = "the donor, from its general purchases"


class Terms(PolicyTerms):
    """Terms of paired assistance."""

    pairs: dict[RegionName, RegionName] = word(meaning="donor: partner")
    share_of_donor_revenue: float = quantity(
        unit="share of budget", meaning="share of the donor's budget given every year", at_least=0, at_most=0.2
    )
    uses: Annotated[dict[Literal["infrastructure", "training", "enclave"], Share], adding_up_to_one] = word(
        {"infrastructure": 0.5, "training": 0.2, "enclave": 0.3}, meaning="what the money is used for, adding up to 1"
    )
    kind: KindName = word("rural", meaning="kind of the partner's cells that are helped")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move the donor's share to its uses in the partner's cells, the enclave to the donor's own town."""
    names = world.places.regions
    for donor_name, partner_name in terms.pairs.items():
        donor, partner = names.index(donor_name), names.index(partner_name)
        weights = per_head(rules, cells_of(world, [partner], terms.kind))
        town = int(cells_of(world, [donor], "urban").argmax())
        for use, part in terms.uses.items():
            share = terms.share_of_donor_revenue * strength * part
            if use == "enclave":
                rules = fund_enclave(rules, donor, weights, town, share)
            else:
                purpose = INFRASTRUCTURE if use == "infrastructure" else TRAINING
                rules = fund(rules, donor, purpose, weights, share)
    return rules
