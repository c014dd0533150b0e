"""Fiscal transfer: budgets above or beside pay for public purposes in regions that are poorer or named.

Payers give a share of their budgets; it is divided over the recipients' cells by residents (`per_head`) or by how far
their income per head falls short of the mean of the reported area (`income_gap`). Theory: what builds services or
infrastructure raises the place; what is consumed hardly moves household income; a place-based transfer is partly
capitalised in rents (Roback 1982).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.economy import Rules
from sim.errors import FactorFlowError
from sim.policies.base import cells_of, fund, per_head, regions_of
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import HOUSEHOLD, INFRASTRUCTURE, PROJECTS, SERVICES, Array, World

MEANING = "moves a share of budgets to public purposes of named or poorer regions"
PAID_BY = "the government above the regions, or the regions named as payers, from general purchases"

_PURPOSES = {"general": PROJECTS, "services": SERVICES, "infrastructure": INFRASTRUCTURE, "household": HOUSEHOLD}


class Terms(PolicyTerms):
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
    formula: Literal["per_head", "income_gap"] = word(
        "per_head", meaning="per_head: by residents; income_gap: by residents times the shortfall of income per head"
    )


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Move each payer's share to the recipients' cells by the formula."""
    cells = cells_of(world, regions_of(world, terms.recipients), terms.kind)
    weights = per_head(rules, cells) if terms.formula == "per_head" else _by_shortfall(rules, world, cells)
    upper = rules.upper
    payers = (upper,) if terms.payers is None else regions_of(world, terms.payers)
    for payer in payers:
        rules = fund(rules, payer, _PURPOSES[terms.purpose], weights, terms.share_of_budget * strength)
    return rules


def _by_shortfall(rules: Rules, world: World, cells: Array) -> Array:
    """Weights by residents times the shortfall of last year's income per head from the mean of the reported area."""
    inside = world.places.reported_cells
    mean = (rules.income_per_head * rules.residents)[inside].sum() / rules.residents[inside].sum()
    need = np.maximum(0.0, mean - rules.income_per_head) * rules.residents * cells
    if not need.any():
        raise FactorFlowError("no recipient has an income below the mean, so the income gap divides nothing")
    return np.asarray(need / need.sum())
