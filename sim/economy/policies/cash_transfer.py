"""Cash transfer: public money paid to households of poor cells by a means test on their mean income.

Cells pass whose income per head before transfers lay, the year before, below `below` times the mean of the reported area.
By `residence` everyone who lives there receives the same sum, one more reason to live there; by `registration` everyone
registered there, wherever they live, so that migrants from poor villages are reached and nobody has a reason to stay.
Theory: a transfer raises recipients' income by itself and what it buys nearby; it builds nothing, so the gap returns when
it stops (contrast with paired assistance in capital).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import HOUSEHOLD, REGISTERED, World

MEANING = "pays the same sum to every resident of cells whose income lies below a line"
PAID_BY = "the government above the regions"


class Terms(SpendingTerms):
    """Terms of a cash transfer."""

    share_of_upper_budget: float = quantity(
        unit="share of budget", meaning="share of the upper government's budget paid out", at_least=0, at_most=0.3
    )
    below: float = quantity(
        1.0, unit="ratio", meaning="line: income per head over the mean of the reported area", at_least=0.1, at_most=10
    )
    by: Literal["residence", "registration"] = word(
        "residence", meaning="who receives: those who live in the cells, or those registered in them"
    )
    regions: Places | None = word(None, meaning="regions whose residents may receive; left out: all of the reported area")
    kind: KindName | None = word(None, meaning="kind of cell whose residents may receive; left out: both")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move a share of the upper budget to households of the cells below the line; nobody below it, nothing is paid."""
    inside = world.places.reported_cells
    income = rules.income_before_transfers  # what a transfer adds must not end it: cells would pass in turns
    mean = (income * rules.residents)[inside].sum() / rules.residents[inside].sum()
    poor = np.asarray(income < terms.below * mean, dtype=float)
    cells = cells_of(world, regions_of(world, terms.regions), terms.kind) * poor
    if not cells.any():
        return rules
    share = terms.share_of_upper_budget * strength
    if terms.by == "residence":
        return fund(rules, rules.upper, HOUSEHOLD, per_head(rules, cells), share)
    registered = rules.residence.sum(axis=1) * cells
    persons = cells @ rules.residence
    homes = registered / registered.sum()
    return fund(rules, rules.upper, REGISTERED, persons / persons.sum(), share, homes=homes)
