"""Urban-rural income ratio: mean urban over mean rural disposable income, by residence (definition of the NBS)."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Flag, Panel, Reading, divided, weighted_mean

UNIT = "ratio"
TITLE = "Urban-rural income ratio"
SCOPES = ("world", "region")
MEANING = "mean disposable income of urban over that of rural residents; 1 is parity; it ignores how many live where"


def urban_rural_ratio(income: Array, population: Array, urban: Flag) -> Array:
    """Ratio of mean incomes (...,), from income and population (..., cell) and urban (cell,), true or false.

    R = (sum_u N y / sum_u N) / (sum_v N y / sum_v N).  Two cells of 20 and 10: R = 2. NaN without either.
    Source: National Bureau of Statistics of China, household survey since 2013.
    """
    town, country = np.where(urban, population, 0.0), np.where(urban, 0.0, population)
    return divided(weighted_mean(income, town), weighted_mean(income, country))


def readings(panel: Panel) -> list[Reading]:
    """The ratio of the world and of every region that has both kinds of cell."""
    places = [("world", panel.world, np.ones(len(panel.cells), dtype=bool))]
    places += [("region", region, panel.region_of_cell == number) for number, region in enumerate(panel.regions)]
    return [
        Reading("urban_rural_ratio", UNIT, scope, place, _ratio(panel, here))
        for scope, place, here in places
        if (here & panel.urban).any() and (here & ~panel.urban).any()
    ]


def _ratio(panel: Panel, here: Flag) -> Array:
    return urban_rural_ratio(panel.income[..., here], panel.population[..., here], panel.urban[here])
