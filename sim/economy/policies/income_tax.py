"""Income tax: a schedule of a named government on household income, and what comes back of it per head.

Brackets tax the part of income per head above each line at its rate. Income of a cell is spread over its skills in
proportion to efficiency; with n_k people of skill k and income y_k the year before, the cell's rate is sum_k n_k T(y_k) /
sum_k n_k y_k. Base: income after the wedge of the base year and before transfers. Theory: a progressive tax narrows gaps of
disposable income, the more the more of it comes back per head (Musgrave and Thin 1948); net pay falls, so taxed places lose
residents.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sim.arrays import Array
from sim.economy.entries import Levy
from sim.economy.policies.base import LevyTerms, cells_of, government_of, per_head, regions_of
from sim.economy.state import Rules
from sim.scenario.schema import Words
from sim.scenario.words import quantity, word
from sim.world.world import World

MEANING = "taxes household income by a schedule of brackets and returns a share of it per head"
PAID_BY = "households above the first line; the revenue is the named government's"


class Bracket(Words):
    """One step of a schedule: the rate on every yuan above a line, up to the next one."""

    above: float = quantity(unit="yuan of 2014 per head and year", meaning="line where the rate starts", at_least=0)
    rate: float = quantity(unit="share", meaning="share of every yuan above the line", at_least=0, at_most=0.6)


def _rising(brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
    if not brackets:
        raise PydanticCustomError("brackets", "must hold at least one bracket: {above: 40_000, rate: 0.05}.")
    for one, other in pairwise(bracket.above for bracket in brackets):
        if other <= one:
            answer = f"the lines must rise: above {other:.10g} follows above {one:.10g}."
            raise PydanticCustomError("brackets", "{answer}", {"answer": answer})
    return brackets


class Terms(LevyTerms):
    """Terms of an income tax."""

    brackets: Annotated[tuple[Bracket, ...], Field(strict=False), AfterValidator(_rising)] = word(
        meaning="the schedule: lines with rising `above`, each with the `rate` from there"
    )


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Add a levy at the average rates that the schedule gives at last year's incomes."""
    named = terms.regions if terms.government is None else (terms.government,)
    cells = cells_of(world, regions_of(world, named), None)
    rate = strength * cells * average_rates(terms.brackets, rules, world)
    if not rate.any():
        return rules
    weights = per_head(rules, cells_of(world, regions_of(world, named), None))
    levy = Levy(government_of(rules, world, terms.government), "income", rate, terms.returned, weights, rules.policy)
    return rules.changed(levies=(*rules.levies, levy))


def average_rates(brackets: tuple[Bracket, ...], rules: Rules, world: World) -> Array:
    """Tax over income of every cell, (cell,), its income spread over skills in proportion to their efficiency.

    T(y) = sum_b rate_b max(0, min(y, above_b+1) - above_b)
    """
    efficiency = world.stocks.efficiency
    relative = efficiency[None, :] / (rules.skill_shares @ efficiency)[:, None]
    incomes = rules.income_before_transfers[:, None] * relative
    ends = [*(bracket.above for bracket in brackets[1:]), np.inf]
    tax = sum(
        (bracket.rate * np.clip(incomes - bracket.above, 0.0, end - bracket.above))
        for bracket, end in zip(brackets, ends, strict=True)
    )
    return np.asarray((rules.skill_shares * tax).sum(axis=1) / rules.income_before_transfers)
