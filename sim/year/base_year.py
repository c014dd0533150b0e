"""The base year of a world: the prices, returns and values from which changes are counted."""

from __future__ import annotations

import numpy as np

from sim.economy import treasury
from sim.economy.prices import BaseYear
from sim.economy.state import baseline_rules, hours_of_work
from sim.once import once
from sim.world.world import World
from sim.year.markets import clear_markets
from sim.year.stocks import check_every_cell, continua, first_economy
from sim.year.values import place_values


@once(keeper=0)
def base_year(world: World) -> BaseYear:
    """Prices, returns and values of the base year in the continuum, the point from which changes are counted.

    Worlds whose choice is in levels count from prices of one and values of zero. All models of a world share them.
    """
    economy = first_economy(world, *continua(world))
    check_every_cell(world, economy, agents=False)
    rules = baseline_rules(world, economy)
    clearing, maps, _ = clear_markets(world, economy, rules)
    money = treasury.statement(maps, clearing.revenue)
    persons = economy.workforce.persons
    hours = hours_of_work(world, economy.workforce)
    net_wages = (1 - world.public.wedge) * (hours @ clearing.wage) / persons
    general = treasury.general_purchases(rules, money)
    rents, _ = treasury.rents_of_homes(world, economy, rules, clearing.revenue, money.housing)
    ones, levels = np.ones(world.cells), world.choice.levels
    start = BaseYear(
        wage=clearing.wage,
        rental=ones if levels else clearing.rental,
        land_rent=ones if levels else clearing.land_rent,
        price_index=ones if levels else clearing.price_index,
        value=np.zeros(world.cells),
        mean_efficiency=float(hours.sum() / persons.sum()),
        other_income=money.disposable / persons - net_wages,
        general=general / persons,
        general_share=general / money.consumption,
        home_rents=rents,
    )
    if levels:
        return start
    # without a policy a place is worth the same whatever one's home: any row shows it
    return BaseYear(**{**start.__dict__, "value": place_values(world, economy, rules, clearing, money, start)[0]})
