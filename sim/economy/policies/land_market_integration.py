"""Land-market integration: village building rights may be sold to towns, inside a region or across regions.

A right given up in a village frees land for building in a town; the offer is `opened` times the part of town land that
villages of the same city hold already, across regions divided over towns by their land. Villages receive
`rural_share_of_gains` of the rent of their land in towns. Migrants may keep `migrants_keep_rent` of their part of the rents
of home, which otherwise falls to those who stay. Theory: land moves to where rent is higher, towns grow cheaper and
villages richer; with fixed factors freed, output rises. Keeping rent raises what moving is worth: Tombe and Zhu (2019) find
welfare up and output down, since those move who produce least where they go.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.economy.policies.base import cells_of, regions_of
from sim.economy.state import Rules
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import Places, quantity, word
from sim.world.world import World

MEANING = "lets village building rights be used in towns, and gives villages a larger part of the rent"
PAID_BY = "no budget for the trade; governments lose the rent that villages gain"


class Terms(PolicyTerms):
    """Terms of a land-market integration."""

    quota_trading: Literal["within_regions", "across_regions"] = word(
        "within_regions", meaning="whether rights may be sold inside a region only or to all that take part"
    )
    opened: float = quantity(
        1.0, unit="ratio", meaning="size of the new offer over the rights villages hold in towns", at_least=0, at_most=5
    )
    rural_share_of_gains: float | None = quantity(
        None,
        unit="share",
        meaning="share of the rent of village land in towns that villages receive; left out: as it is",
        at_least=0,
        at_most=1,
    )
    migrants_keep_rent: float = quantity(
        0.0, unit="share", meaning="part of home rents that follows villagers who leave", at_least=0, at_most=1
    )
    regions: Places | None = word(None, meaning="regions that take part; left out: all of the reported area")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Open the offer from villages to towns taking part, and raise the villages' share of its rent."""
    places = world.places
    part = cells_of(world, regions_of(world, terms.regions), None)
    pairs = np.outer(part * ~places.urban, part * places.urban)
    same = places.region_of_cell[:, None] == places.region_of_cell[None, :]
    if terms.quota_trading == "within_regions":
        offered = pairs * same
    else:
        town_land = world.stocks.land.sum(axis=0) * part * places.urban
        offered = pairs * (town_land / town_land.sum())[None, :]
    opening = rules.land_opening + strength * terms.opened * _held_in_town(world) * offered
    share, before = rules.land_rent_share, world.parameters.household_rent_share
    if terms.rural_share_of_gains is not None:
        mine = before + strength * pairs * (terms.rural_share_of_gains - before)
        # of several laws on the same land the most generous holds, whatever their order
        share = np.where(pairs == 0, share, np.where(share == before, mine, np.maximum(share, mine)))
    kept = np.maximum(rules.rent_kept, strength * terms.migrants_keep_rent * part * ~places.urban)
    return rules.changed(land_opening=opening, land_rent_share=share, rent_kept=kept)


def _held_in_town(world: World) -> float:
    """Rights that villages hold in their towns over the land they hold at home, the mean of the reported villages."""
    villages = np.flatnonzero(~world.places.urban & world.places.reported_cells)
    land, town = world.stocks.land, world.places.town_of_cell
    return float(land[villages, town[villages]].sum() / land[villages, villages].sum())
