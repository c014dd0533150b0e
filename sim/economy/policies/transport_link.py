"""Transport link: a railway or highway between named places; goods take the shortest way over the network.

The link from a to b counts as its length times one minus `time_saved`; the way between n and c becomes min(km_nc, km_na +
link + km_bc, km_nb + link + km_ac). Places on the link gain most; by-passed places can lose trade to them (Faber 2014).
Building and upkeep are bought at both ends by the government above the regions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.economy.entries import Link
from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head
from sim.economy.state import Rules
from sim.scenario.words import RegionName, quantity, word
from sim.world.world import PROJECTS, World

MEANING = "shortens the way between two regions, and every way that is shorter over it"
PAID_BY = "the government above the regions, from its general purchases, spent at both ends"


def _elsewhere(end: str, info: ValidationInfo) -> str:
    if end == info.data.get("start"):
        raise PydanticCustomError("ends", "{answer}", {"answer": f"must be another region than start = {end}."})
    return end


class Terms(SpendingTerms):
    """Terms of a transport link."""

    start: RegionName = word(meaning="region where the link starts")
    end: Annotated[RegionName, AfterValidator(_elsewhere)] = word(meaning="region where it ends")
    time_saved: float = quantity(
        unit="share", meaning="share of the cost of the way between them that the link saves", at_least=0, at_most=0.9
    )
    share_of_upper_budget: float = quantity(
        0.001,
        unit="share of budget",
        meaning="share of the upper government's budget for building and upkeep",
        at_least=0,
        at_most=0.05,
    )


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Shorten every way that is shorter over the link, from town to town."""
    names, saved = world.places.regions, terms.time_saved * strength
    ends = [int(cells_of(world, [names.index(name)], "urban").argmax()) for name in (terms.start, terms.end)]
    sites = per_head(rules, cells_of(world, [names.index(name) for name in (terms.start, terms.end)], None))
    rules = fund(rules, rules.upper, PROJECTS, sites, terms.share_of_upper_budget * strength)
    if saved == 0.0:
        return rules
    km = float(rules.distance_km[ends[0], ends[1]]) * (1.0 - saved)
    return replace(rules, links=(*rules.links, Link(ends[0], ends[1], km)))
