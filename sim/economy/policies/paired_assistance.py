"""Paired assistance (mountain-sea cooperation): a richer region's budget builds up the villages of a poorer partner.

The donor gives a share of its budget, split over infrastructure and training in the partner's cells and an enclave: a park
in the donor's city whose capital, and so whose profits, belong to the partner. With a quota purchase the donor pays the
partner's villages `quota_price` for every mu of building rights that comes to its town in a year, at base-year rents; the
offer stands as long as the donor pays, and rights drift home when it ends. Theory: money spent on goods alone hardly moves
household income (it is consumed where prices adjust); capital and training can. Source: the terms of
mountain-sea cooperation since 2002 (the world zhejiang).
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from sim.arrays import Array
from sim.economy.policies.base import SpendingTerms, cells_of, fund, fund_enclave, per_head
from sim.economy.state import Rules
from sim.scenario.words import KindName, RegionName, Share, adding_up_to_one, quantity, word
from sim.world.world import HOUSEHOLD, INFRASTRUCTURE, TRAINING, World

MEANING = "a donor's budget pays for infrastructure, training and an enclave park of its partner"
PAID_BY = "the donor"

MU_PER_KM2 = 1_500.0


def _two_regions(pairs: dict[str, str]) -> dict[str, str]:
    if not pairs:
        raise PydanticCustomError("pairs", "must name at least one donor and its partner.")
    for donor, partner in pairs.items():
        if donor == partner:
            raise PydanticCustomError("pairs", "{answer}", {"answer": f"{donor} cannot be its own partner."})
    return pairs


class Terms(SpendingTerms):
    """Terms of paired assistance."""

    pairs: Annotated[dict[RegionName, RegionName], AfterValidator(_two_regions)] = word(meaning="donor: partner")
    share_of_donor_revenue: float = quantity(
        unit="share of budget", meaning="share of the donor's budget given every year", at_least=0, at_most=0.2
    )
    uses: Annotated[dict[Literal["infrastructure", "training", "enclave", "quota_purchase"], Share], adding_up_to_one] = word(
        {"infrastructure": 0.5, "training": 0.2, "enclave": 0.3}, meaning="what the money is used for, adding up to 1"
    )
    quota_price: float = quantity(
        500_000,
        unit="yuan of 2014 per mu",
        meaning="what the donor pays for the right to build on a mu (assumed)",
        at_least=10_000,
        at_most=10_000_000,
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
            elif use == "quota_purchase":
                rules = fund(rules, donor, HOUSEHOLD, weights, share)
                rules = _sold(rules, world, weights, town, share * rules.budgets[donor] / terms.quota_price / MU_PER_KM2)
            else:
                purpose = INFRASTRUCTURE if use == "infrastructure" else TRAINING
                rules = fund(rules, donor, purpose, weights, share)
    return rules


def _sold(rules: Rules, world: World, weights: Array, town: int, area: float) -> Rules:
    """Offer rights in the town so that, at base-year rents, `area` km2 a year move there from the sellers' cells.

    A share m of rights is reconsidered in a year and finds the offer in proportion to its size, so the offer is area / m.
    """
    opening, mobility = rules.land_opening.copy(), world.parameters.land_mobility
    own = world.stocks.land.diagonal()
    for seller in np.flatnonzero(weights) if mobility > 0 else ():
        opening[seller, town] += weights[seller] * area / mobility / own[seller]
    return rules.changed(land_opening=opening)
