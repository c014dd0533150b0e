"""Public-service equalisation: schools and clinics for cells whose public services per head fall short of a standard.

The government above the regions adds to public services of the cells named: by what each lacks, and no more, of `standard`
times the mean services per head of the reported area, or, without a standard, the same sum per head of each. Services enter
the choice of a place, V += sigma log(services per head); the part for schooling trains workers by a year. Theory: better
services keep and draw residents (Tiebout 1956); they narrow real gaps that incomes do not show, and slow the move to towns
when villages get them.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import SERVICES, TRAINING, World

MEANING = "adds to public services per head of the cells named"
PAID_BY = "the government above the regions"


class Terms(SpendingTerms):
    """Terms of a public-service equalisation."""

    share_of_upper_budget: float = quantity(
        unit="share of budget", meaning="share of the upper government's budget spent every year", at_least=0, at_most=0.3
    )
    standard: float | None = quantity(
        None,
        unit="ratio",
        meaning="services per head aimed at over the mean of the reported area; left out: the same sum for each head",
        at_least=0.1,
        at_most=3,
    )
    schooling: float = quantity(
        0.2, unit="share", meaning="part of the money spent on schooling of workers", at_least=0, at_most=1
    )
    regions: Places | None = word(None, meaning="regions that are served; left out: all of the reported area")
    kind: KindName | None = word("rural", meaning="kind of cell that is served")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move a share of the upper budget to services and schooling of the cells named; nobody short, nothing is spent."""
    cells = cells_of(world, regions_of(world, terms.regions), terms.kind)
    services = terms.share_of_upper_budget * strength * (1 - terms.schooling)
    if terms.standard is not None:
        cells = cells * _shortfall(rules, terms.standard, world)
        lacking = float(cells @ rules.residents)
        services = min(services, lacking / float(rules.budgets[rules.upper]))
    if not cells.any():
        return rules
    weights = per_head(rules, cells)
    share = terms.share_of_upper_budget * strength
    rules = fund(rules, rules.upper, SERVICES, weights, services)
    return fund(rules, rules.upper, TRAINING, weights, share * terms.schooling)


def _shortfall(rules: Rules, standard: float, world: World) -> Array:
    """What every cell lacks of the standard per head, (cell,), yuan of 2014."""
    inside = world.places.reported_cells
    mean = (rules.services_per_head * rules.residents)[inside].sum() / rules.residents[inside].sum()
    return np.asarray(np.maximum(0.0, standard * mean - rules.services_per_head))
