"""Minimum wage: a floor under what an efficiency unit of labour costs in the towns named; jobs are rationed where it binds.

Employers pay the floor W and hire until the wage bill is spent, E = bill / W, so some of the labour H finds no job. Jobs go
round by lot: whoever is in the place expects W E / H, which is what enters incomes and the choice of a place. Theory:
people come to town until the expected wage, not the wage, is that of the country, w = W E / L_u, so unemployment is 1 - w / W
and a new urban job draws more migrants than it employs (Harris and Todaro 1970; limiting case in the tests).

Employers who keep the part `markdown` m of what a worker adds can pay more before a job stops paying: up to w / (1 - m) jobs
stay as they are, and what wages gain is taken from capital at work in the same cell; above it E = bill / ((1 - m) W), and
capital pays m / (1 - m) of the bill (monopsony: Manning 2020; in China: Brooks, Kaboski, Li and Qian 2019).

A wage subsidy beside it (`investment_subsidy`, `on_wages`) is paid to workers on top of the floor: labour costs employers W
as before, so where the floor binds it creates no jobs but draws people, and a larger share of them is out of work. The remedy
of Harris and Todaro is a subsidy to employers, which the model does not have.
"""

from __future__ import annotations

import numpy as np

from sim.economy.policies.base import cells_of, regions_of
from sim.economy.state import Rules
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import KindName, Places, quantity, word
from sim.world.world import World

MEANING = "sets the least that labour at work costs in the cells named; who finds no job there goes without pay"
PAID_BY = "no budget: employers pay the floor, capital as far as the markdown goes; those without a job lose their pay"


class Terms(PolicyTerms):
    """Terms of a minimum wage."""

    floor: float = quantity(
        unit="yuan of 2014 per efficiency unit and year",
        meaning="least cost of labour at work; compare the series `wage` of the same unit; phased in from zero",
        at_least=0,
        at_most=10_000_000,
    )
    regions: Places | None = word(None, meaning="regions where it holds; left out: all of the reported area")
    kind: KindName | None = word("urban", meaning="kind of cell where it holds; null: both")


def regulate(rules: Rules, terms: Terms, world: World, strength: float) -> Rules:
    """Raise the wage floor of the cells named to the terms' floor, where it is not higher already."""
    floor = strength * terms.floor * cells_of(world, regions_of(world, terms.regions), terms.kind)
    return rules.changed(wage_floor=np.maximum(rules.wage_floor, floor)) if floor.any() else rules
