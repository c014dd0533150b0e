"""Fiscal transfer: budgets above or beside pay for public purposes in regions that are poorer or named.

Payers give a share of their budgets; it is divided over the recipients' cells by residents (`per_head`), or by how far
income per head (`income_gap`) or the own budget per head (`fiscal_gap`) falls short of the mean of the reported area. With
`matching` every recipient adds that much of its own general purchases to each yuan received, by last year's budgets, so the
transfer buys more than itself. Theory: what builds services or infrastructure raises the place; what is consumed hardly
moves household income; a place-based transfer is partly capitalised in rents (Roback 1982).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.arrays import Array
from sim.economy.policies.base import SpendingTerms, cells_of, fund, per_head, regions_of
from sim.economy.state import Rules
from sim.errors import FactorFlowError
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import HOUSEHOLD, INFRASTRUCTURE, PROJECTS, SERVICES, World

MEANING = "moves a share of budgets to public purposes of named or poorer regions"
PAID_BY = "the government above the regions, or the regions named as payers"

_PURPOSES = {"general": PROJECTS, "services": SERVICES, "infrastructure": INFRASTRUCTURE, "household": HOUSEHOLD}


class Terms(SpendingTerms):
    """Terms of a fiscal transfer."""

    share_of_budget: float = quantity(
        unit="share of budget", meaning="share of each payer's budget given every year", at_least=0, at_most=0.2
    )
    payers: Places | None = word(None, meaning="regions that pay; left out: the government above the regions")
    recipients: Places = word(meaning="regions that receive")
    kind: KindName | None = word(None, meaning="kind of cell that receives; left out: both")
    purpose: Literal["general", "services", "infrastructure", "household"] = word(
        "services", meaning="what the money is spent for where it is received"
    )
    formula: Literal["per_head", "income_gap", "fiscal_gap"] = word(
        "per_head",
        meaning="per_head: by residents; income_gap or fiscal_gap: by residents times what income or budget per head lacks",
    )
    matching: float = quantity(
        0.0,
        unit="yuan per yuan",
        meaning="what a recipient adds from its own general purchases to each yuan received",
        at_least=0,
        at_most=2,
    )


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move each payer's share to the recipients' cells by the formula, and what recipients add to it."""
    recipients = regions_of(world, terms.recipients)
    cells = cells_of(world, recipients, terms.kind)
    weights = per_head(rules, cells) if terms.formula == "per_head" else _by_shortfall(rules, terms.formula, world, cells)
    payers = (rules.upper,) if terms.payers is None else regions_of(world, terms.payers)
    purpose, share = _PURPOSES[terms.purpose], terms.share_of_budget * strength
    for payer in payers:
        rules = fund(rules, payer, purpose, weights, share)
    received = share * rules.budgets[list(payers)].sum() * (world.places.membership() @ weights)
    for region in recipients if terms.matching > 0 else ():
        own = per_head(rules, cells_of(world, [region], terms.kind))
        added = terms.matching * received[region] / rules.budgets[region]
        try:
            rules = fund(rules, region, purpose, own, added)
        except FactorFlowError as error:
            raise FactorFlowError(f"{world.places.regions[region]}, adding to what it receives, {error}") from error
    return rules


def _by_shortfall(rules: Rules, formula: str, world: World, cells: Array) -> Array:
    """Weights by residents times the shortfall of last year's income or budget per head from the reported area's mean."""
    inside, persons = world.places.reported_cells, rules.residents
    if formula == "income_gap":
        per_person = rules.income_per_head
    else:
        own_budget = rules.budgets[: rules.upper] / (world.places.membership() @ persons)
        per_person = own_budget[world.places.region_of_cell]
    mean = (per_person * persons)[inside].sum() / persons[inside].sum()
    need = np.maximum(0.0, mean - per_person) * persons * cells
    if not need.any():
        raise FactorFlowError(f"no recipient falls short of the mean, so the {formula} divides nothing")
    return np.asarray(need / need.sum())
