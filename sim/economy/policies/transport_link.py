"""Transport link: a railway or highway between named places; trade takes the shortest way over the network.

The link from a to b counts as its length times one minus `time_saved`; the way between n and c becomes min(km_nc, km_na +
link + km_bc, km_nb + link + km_ac). A fast line carries people alone, whose travel is the part `line_share` of transport
costs; a road or railway that carries everything shortens the whole. Places on the link gain most; by-passed places can lose
trade to them (Faber 2014).

Building and upkeep are bought at both ends by the government above the regions: length x `line_cost` x `line_charge` a year
(Lawrence, Bullock and Liu 2019), as a share of its budget of the year before; or the share that the terms give.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.economy.entries import Link
from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head
from sim.economy.state import Rules
from sim.scenario.words import RegionName, quantity, word
from sim.world.world import PROJECTS, World

MEANING = "shortens the way between two regions, and every way that is shorter over it"
PAID_BY = "the government above the regions, spent at both ends"
_WITHOUT_RULE = 0.001  # share of the upper government's budget where neither terms nor parameters say a cost


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
    carries: Literal["people", "everything"] = word(
        "people", meaning="people: a fast line, which saves line_share of what a way for everything saves"
    )
    share_of_upper_budget: float | None = quantity(
        None,
        unit="share of budget",
        meaning="share of the upper government's budget for building and upkeep; left out: length x line_cost x line_charge "
        f"a year, or {_WITHOUT_RULE} where line_cost is 0",
        at_least=0,
        at_most=0.05,
    )


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Shorten every way that is shorter over the link, from town to town."""
    names, saved = world.places.regions, terms.time_saved * strength
    ends = [int(cells_of(world, [names.index(name)], "urban").argmax()) for name in (terms.start, terms.end)]
    length = float(rules.distance_km[ends[0], ends[1]])
    sites = per_head(rules, cells_of(world, [names.index(name) for name in (terms.start, terms.end)], None))
    share = terms.share_of_upper_budget
    if share is None:
        share = _share_by_rule(rules, world, length)
    rules = fund(rules, rules.upper, PROJECTS, sites, share * strength)
    if saved == 0.0:
        return rules
    link = Link(ends[0], ends[1], length * (1.0 - saved), goods=terms.carries == "everything")
    return rules.changed(links=(*rules.links, link))


def yearly_cost(world: World, length: float) -> float:
    """Interest on what a line of this length, km, costs to build, and its upkeep, yuan of 2014 a year."""
    return length * world.parameters.line_cost * world.parameters.line_charge


def _share_by_rule(rules: Rules, world: World, length: float) -> float:
    """What the line costs a year over the upper government's budget of the year before."""
    if world.parameters.line_cost == 0.0:
        return _WITHOUT_RULE
    return yearly_cost(world, length) / float(rules.budgets[rules.upper])
