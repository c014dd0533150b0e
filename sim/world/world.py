"""What a world is: places, technology, barriers and base-year stocks, all frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.arrays import Array, Flag, Index
from sim.errors import WorldError
from sim.once import once
from sim.world.parameters import Parameters

WIDE = 256
"""Cells from which matrices are kept by what is not zero in them, no two are multiplied, and libraries order their sums."""


@dataclass(frozen=True)
class Places:
    """The cells of a world and the regions they belong to.

    `town_of_cell[c]` is the urban cell of the region of c, where its rural residents may work. `reported[r]` is False
    for the rest of the country. `distance_km[c, d]` is the distance between cells.
    """

    world: str
    regions: tuple[str, ...]
    cells: tuple[str, ...]
    region_of_cell: Index
    urban: Flag
    reported: Flag
    groups: Mapping[str, tuple[str, ...]]
    distance_km: Array

    @cached_property
    def town_of_cell(self) -> Index:
        """The urban cell of each cell's region; an urban cell is its own town."""
        towns = np.arange(len(self.cells))
        for cell in range(len(self.cells)):
            if not self.urban[cell]:
                same = np.flatnonzero((self.region_of_cell == self.region_of_cell[cell]) & self.urban)
                towns[cell] = same[0] if same.size else cell
        return towns

    @property
    def reported_cells(self) -> Flag:
        """True for the cells that count in the world's measures."""
        return np.asarray(self.reported[self.region_of_cell])

    @once(keeper=0)
    def membership(self) -> Array:
        """The 0/1 matrix (region, cell) that sums cells to regions."""
        return np.asarray(self.region_of_cell[None, :] == np.arange(len(self.regions))[:, None], dtype=float)

    @once(keeper=0)
    def territories(self) -> Array:
        """The 0/1 matrix (government, cell): every region its own cells, the government above them all."""
        return np.vstack([self.membership(), np.ones(len(self.cells))])


def spending_by_residents(purpose_share: Array, territories: Array, persons: Array) -> Array:
    """Shares of budgets by (government, purpose, cell): every purpose divided over a territory's residents alike."""
    heads = territories * persons
    return np.asarray(purpose_share[:, :, None] * (heads / heads.sum(axis=1, keepdims=True))[:, None, :])


def spending_shares(public: PublicMoney, territories: Array, persons: Array, ground: Array | None) -> Array:
    """Shares of budgets by (government, purpose, cell): by residents, infrastructure by ground, (cell,), where given."""
    share = spending_by_residents(public.purpose_share, territories, persons)
    if ground is not None:
        share[:, INFRASTRUCTURE] = spending_by_residents(public.purpose_share, territories, ground)[:, INFRASTRUCTURE]
    return share


@dataclass(frozen=True)
class Technology:
    """Cost shares of the sectors: labour + capital + land = 1 within value added; material bills sum to 1.

    `materials[j, k]` is the share of good k in the material bill of sector j; `spending[j]` that of good j in final
    demand; `local_cost[j]` the log trade cost a sector carries outside its region; `segmentation[j]` the log cost of
    crossing a region's border.
    """

    sectors: tuple[str, ...]
    labour: Array
    capital: Array
    land: Array
    value_added: Array
    materials: Array
    spending: Array
    segmentation: Array
    local_cost: Array


@dataclass(frozen=True)
class PublicMoney:
    """Who raises and spends public money in the base year; the last government is the one above the regions.

    `wedge[c]` tax on market income; `transfer_rate[c]` transfer per head over the region's income per head before
    transfers; `local_share[r]` the part of a region's revenue its own budget keeps; `grant_share[r]` the part of the
    upper government's net revenue granted to region r; `purpose_share[g, purpose]` what a budget is spent for, divided
    over the residents of its territory, infrastructure by `ground`, (cell,) base-year product, where it is given.
    """

    wedge: Array
    transfer_rate: Array
    local_share: Array
    grant_share: Array
    purpose_share: Array
    ground: Array | None = None


PURPOSES = (
    *("general", "services", "infrastructure", "training", "household"),
    *("graduates", "returnees", "registered", "projects", "enclave"),
)
GENERAL, SERVICES, INFRASTRUCTURE, TRAINING, HOUSEHOLD, GRADUATES, RETURNEES, REGISTERED, PROJECTS, ENCLAVE = range(10)
TARGETED = (GRADUATES, RETURNEES, REGISTERED)  # money that not everybody in a cell may have
TO_HOUSEHOLDS = (HOUSEHOLD, *TARGETED)  # paid out as money; ENCLAVE buys capital; all else buys goods


def local_purposes(p: Mapping[str, float]) -> Array:
    """Shares of a region's budget by purpose, (purpose,): services, infrastructure, and general purchases the rest.

    Raises WorldError where the first two leave less than nothing for the third.
    """
    shares = np.zeros(len(PURPOSES))
    shares[[SERVICES, INFRASTRUCTURE]] = p["service_spending"], p["infrastructure_spending"]
    shares[GENERAL] = 1 - shares.sum()
    if shares[GENERAL] < 0:
        raise WorldError(
            f"service_spending and infrastructure_spending add up to {1 - shares[GENERAL]:.3g} of a budget; at most 1"
        )
    return shares


def check_bases(places: Places, land: Array, p: Mapping[str, float]) -> None:
    """Raise WorldError where a cell has no land, (owner, cell), or public stocks, spending over their wear, no bound."""
    bare = [places.cells[cell] for cell in np.flatnonzero(land.sum(axis=0) <= 0)]
    if bare:
        raise WorldError(f"{', '.join(bare)}: no land is left to build or farm on")
    if p["infrastructure_depreciation"] + p["infrastructure_trend"] <= 0:
        raise WorldError(
            "infrastructure_depreciation and infrastructure_trend add up to 0: the public stocks of the base year, spending "
            "over both, would have no bound"
        )


@dataclass(frozen=True)
class Stocks:
    """The base-year stocks: who and what stands where.

    residents[h, c] persons registered in h who live in c and may move; settled[h, c] those who never do.
    skill_share[h, k] by registration; efficiency[k]. capital[o, c] yuan owned in o at work in c, settled_capital the
    part that never moves. land[h, c] km2 whose right belongs to h and is used in c. work_in_town[c] share of residents
    of c who work in the town of c. saving_rate[c] of disposable income; retained share of capital income kept by firms.
    """

    residents: Array
    settled: Array
    skill_share: Array
    efficiency: Array
    skills: tuple[str, ...]
    capital: Array
    settled_capital: Array
    land: Array
    work_in_town: Array
    infrastructure: Array
    services: Array
    saving_rate: Array
    retained: float


@dataclass(frozen=True)
class Choice:
    """What stands in the choice of a place besides its return: seed[h, d], pull[h, d], registration barrier[h, d].

    Share chosen is proportional to seed * exp(kappa (V_d - V_d in the base year + barrier removed) + pull). With
    `levels`, values count from zero and prices from one instead of from the base year, and the pull of labour is
    kappa (log amenity - cost): worlds that know their amenities and costs. flow[h, d]: yearly rate of moves beyond what
    incomes move, which fades (`pull_of_year`); None: none.
    """

    labour_seed: Array
    capital_seed: Array
    land_seed: Array
    pull: Array
    registration_barrier: Array
    levels: bool = False
    flow: Array | None = None


@dataclass(frozen=True)
class World:
    """A place to try policies on: everything a model needs besides the policies and the draws."""

    name: str
    first_year: int
    places: Places
    technology: Technology
    parameters: Parameters
    border: Array  # (importing cell, producing cell): 1 where a region's border is crossed
    public: PublicMoney
    stocks: Stocks
    choice: Choice
    productivity: Array  # (cell, sector): gross productivity of the base year
    revenue: Array  # (cell, sector): yuan, the observed or assumed start of the clearing
    income_per_head: Array  # (cell,): disposable income of the base year, yuan
    budgets: Array  # (government,): public budgets of the base year, yuan
    trade_shares: Array  # (importing cell, producing cell, sector): shares of spending in the base year
    price_weights: Array  # (cell,): shares of final demand, the weights of the numeraire
    price_level: float  # geometric price index of the base year, the value the numeraire keeps
    registered_growth: Array | None = None  # (year from the first, region): log growth of registered people, NaN: unknown

    @property
    def cells(self) -> int:
        """The number of cells."""
        return len(self.places.cells)

    @property
    def wide(self) -> bool:
        """Whether cells are so many that work as their cube is avoided."""
        return self.cells >= WIDE
