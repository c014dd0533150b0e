"""The parameters of the model by name: what every world has to give before a year can be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Literal

Factor = Literal["labour", "capital", "land"]


@dataclass(frozen=True)
class Parameters:
    """The numbers the model reads, in every world the same names; what only the base year needs stays with its recipe.

    The tables `sim/data/parameters_*.csv` hold values, permitted ranges and sources.
    """

    # goods
    trade_elasticity: float  # of trade shares to trade costs, theta
    transport_elasticity: float  # of trade costs to 1 + distance / 20 km
    infrastructure_transport: float  # of transport costs to infrastructure
    housing_share: float  # share of household consumption spent on housing
    # where factors go
    labour_choice_elasticity: float  # of migration shares to real income, kappa of labour
    capital_choice_elasticity: float  # of the placement of capital to its return, kappa of capital
    land_choice_elasticity: float  # of building rights to land rent, kappa of land
    labour_mobility: float  # share of workers who reconsider their place, per year
    capital_mobility: float  # share of capital reconsidered, per year
    land_mobility: float  # share of building rights reconsidered, per year
    commuting_elasticity: float  # of the odds of working in town to the net wage there over the one at home
    commuting_adjustment: float  # part of the gap to the wanted share of commuters closed, per year
    service_elasticity: float  # weight of log public services per head in the value of a place
    reclassification: float  # share of villagers whose village becomes part of the town, per year
    flow_half_life: float  # years in which the yearly rates of moves beyond income differences halve
    # what holds capital and land
    finance_gap: float  # log points that rural capital has to earn above urban capital
    capital_blockade: float  # log points that capital loses across the border of a region
    capital_home_bias: float  # log points that capital loses outside its own cell
    household_rent_share: float  # share of the rent of land outside farming that households receive
    # growth
    growth: float  # of productivity in value added, log points per year
    growth_long_run: float  # to which growth fades, log points per year
    growth_half_life: float  # years in which growth comes half way to its long run; 0: it lasts for good
    diffusion: float  # part of the gap to better productivity nearby closed, per year
    catching_up: float  # part of the gap to the mean of places of the same kind closed, per year
    agglomeration: float  # elasticity of productivity to the labour of a cell
    infrastructure_elasticity: float  # of productivity to infrastructure
    infrastructure_depreciation: float  # share of public stocks worn out, per year
    capital_depreciation: float  # share of capital worn out, per year
    natural_growth: float  # births less deaths, share of the population per year
    training_cost: float  # yuan per person trained
    # what public money is worth and what taxes do
    public_worth: float  # of a yuan of general purchases over a private one at the base year's margin
    hours_elasticity: float  # of hours to what levies leave of income
    saving_elasticity: float  # of the saving rate to what levies leave of income
    # what instruments cost and gain, in worlds made of tables
    line_cost: float = 0.0  # of building a km of line, yuan; 0: a line costs what its terms say
    line_charge: float = 0.07  # interest and upkeep of what building cost, per year
    line_share: float = 1.0  # share of transport costs that is people's travel, which a line makes cheaper
    chain_fee: float = 0.0  # of a supply chain over what it saves at base-year purchases; 0: what its terms say
    markdown: float = 0.0  # part of what a worker adds that employers keep and can pay a wage floor out of
    # the rest of the country, in worlds that have one
    growth_outside: float = 0.0  # of productivity beyond growth, log points per year, fading alike
    natural_growth_trend: float = 0.0  # by which births less deaths change, share of the population per year and year
    transfers_of_registration: float = 0.0  # part of counted growth of registered people beyond births met by transfers
    moves_outside: float = 0.0  # share of the villagers there who never come that moves to its towns, per year
    # who earns more than others of the same schooling
    ability_urban: float = 0.0  # standard deviation of log ability among the residents of towns
    ability_rural: float = 0.0  # the same in villages

    @classmethod
    def of(cls, table: Mapping[str, float]) -> Parameters:
        """The parameters of the model out of the table of a world, which may hold more."""
        needed = (field.name for field in fields(cls) if field.name in table or field.default is MISSING)
        return cls(**{name: float(table[name]) for name in needed})

    def choice_elasticity(self, factor: Factor) -> float:
        """Elasticity of the shares of places chosen to their values, kappa of labour, capital or land."""
        return {
            "labour": self.labour_choice_elasticity,
            "capital": self.capital_choice_elasticity,
            "land": self.land_choice_elasticity,
        }[factor]

    def mobility(self, factor: Factor) -> float:
        """Share of labour, capital or land whose place is reconsidered, per year."""
        return {"labour": self.labour_mobility, "capital": self.capital_mobility, "land": self.land_mobility}[factor]


def damped(mobility: float, kappa: float) -> float:
    """The share of agents that may reconsider in a year without overshooting: m, but at most 1 / kappa.

    All decide at once on the same returns; where kappa m exceeds one, more would arrive than the returns can carry, and
    next year leave again. Those beyond the cap wait for the next year's returns.
    """
    return min(mobility, 1.0 / kappa) if kappa > 0 else mobility
