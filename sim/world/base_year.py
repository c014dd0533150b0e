"""The accounts of the base year: from published incomes and products to wages, rents, dividends and budgets.

Published figures over-determine the model (three products and two incomes a city, one labour share). What gives way is
named: a city wedge (tax, social contributions, survey coverage) and dividends on capital owned elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array
from sim.errors import WorldError
from sim.world.world import Technology


@dataclass(frozen=True)
class Observed:
    """What was observed by region (last region: the rest of the country); money in yuan a year.

    residents, income: (region, 2), urban first; product: (region, sector), housing inside services; labour: (region, 2)
    efficiency units of residents; work_in_town: (region,) share of rural residents who work in town; regions: their names.
    """

    residents: Array
    income: Array
    product: Array
    labour: Array
    work_in_town: Array
    regions: tuple[str, ...]

    def cells_where(self, wrong: NDArray[np.bool_]) -> str:
        """The names of the cells where something is wrong, (region, 2), or of the regions, (region,)."""
        kinds = ("urban", "rural")
        return ", ".join(
            "/".join((self.regions[at[0]], *(kinds[kind] for kind in at[1:]))) for at in np.argwhere(wrong).tolist()
        )


@dataclass(frozen=True)
class Accounts:
    """Base-year payments that reproduce the observed incomes and products exactly.

    value_added: (region, 2, sector); wage: (region, 2) yuan per efficiency unit; wedge: (region,); dividends,
    transfers, market_income: (region, 2) yuan; farm_rent, other_rent: (region, 2) rent arising in the cell;
    saving_rate: (region, 2) share of disposable income.
    """

    value_added: Array
    wage: Array
    wedge: Array
    dividends: Array
    transfers: Array
    market_income: Array
    farm_rent: Array
    other_rent: Array
    saving_rate: Array
    retained: float

    @property
    def disposable(self) -> Array:
        """Disposable income (region, 2): market income less the wedge plus transfers."""
        return (1 - self.wedge)[:, None] * self.market_income + self.transfers


def base_year_accounts(data: Observed, technology: Technology, p: Mapping[str, float]) -> Accounts:
    """Solve the base year region by region.

    The wage bill beta V is shared by local workers and commuters at a common wage gap, w_u = w_v exp(gap); this gives
    wages, and the rural share of non-farm product. Dividends are what is missing to the observed incomes; where rural
    dividends would fall below their smallest share, the wedge rises above its minimum. The share of capital income
    paid out is that of the reported regions; the wedge of the rest of the country is the one consistent with it.
    Saving follows dividends at a given mean rate, s_c Y_c = s Y D_c / D: only so does the base year's ownership of
    capital, far from equal, stand on a path it can keep (Pasinetti 1962). Housing depends on saving: solved together.
    """
    saving_rate = np.full_like(data.income, p["saving_rate"])
    for _ in range(200):
        accounts = _accounts_at(saving_rate, data, technology, p)
        income = data.residents * data.income
        saving = p["saving_rate"] * income.sum() * accounts.dividends / accounts.dividends.sum()
        change = np.abs(saving / income - saving_rate).max()
        saving_rate = saving / income
        if change < 1e-15:
            break
    if (saving_rate >= 1).any():
        raise WorldError(
            f"{data.cells_where(saving_rate >= 1)} would have to save all of its income, or more, to keep its share "
            "of capital: a lower saving_rate is needed"
        )
    accounts = _accounts_at(saving_rate, data, technology, p)
    if (accounts.dividends <= 0).any():
        other_share = (accounts.market_income - accounts.dividends) / accounts.market_income
        raise WorldError(
            f"{data.cells_where(accounts.dividends <= 0)} earns more from work and land than its observed income (up to "
            f"{other_share.max():.3g} times of it): no room is left for dividends"
        )
    if not 0 <= accounts.retained < 1:
        raise WorldError(
            f"incomes ask for {1 - accounts.retained:.2f} of all capital income as dividends; it must lie between 0 and 1. "
            "Other wage gaps, wedges or commuting shares are needed"
        )
    return accounts


def _accounts_at(saving_rate: Array, data: Observed, technology: Technology, p: Mapping[str, float]) -> Accounts:
    """The accounts at given saving rates (region, 2)."""
    total_income = data.residents * data.income
    housing = p["housing_share"] * (1 - saving_rate) * total_income
    product = data.product.copy()
    product[:, -1] -= housing.sum(axis=1)
    if (product <= 0).any():
        names = data.cells_where(np.asarray((product <= 0).any(axis=1)))
        raise WorldError(f"{names}: a sector has no product left once housing is taken out of services; lower housing_share")
    wage, value_added = _wages(data, product, technology, p)
    farm_rent = value_added[:, :, 0] * technology.land[0]
    other_rent = (value_added[:, :, 1:] * technology.land[1:]).sum(axis=2) + housing
    transfer_share = np.array([p["urban_transfer_share"], p["rural_transfer_share"]])
    needed = (1 - transfer_share) * total_income
    earned = _wages_by_residence(wage, data) + _household_rents(farm_rent, other_rent, p)
    wedge = np.maximum(p["minimum_wedge"], 1 - (1 - p["smallest_dividend_share"]) * needed[:, 1] / earned[:, 1])
    capital_income = (value_added * technology.capital).sum(axis=(1, 2))
    paid_out = (needed / (1 - wedge)[:, None] - earned)[:-1].sum() / capital_income[:-1].sum()
    wedge[-1] = 1 - needed[-1].sum() / (earned[-1].sum() + paid_out * capital_income[-1])
    market = needed / (1 - wedge)[:, None]
    return Accounts(
        value_added=value_added,
        wage=wage,
        wedge=wedge,
        dividends=market - earned,
        transfers=transfer_share * total_income,
        market_income=market,
        farm_rent=farm_rent,
        other_rent=other_rent,
        saving_rate=saving_rate,
        retained=1 - float(paid_out),
    )


def _wages(data: Observed, product: Array, technology: Technology, p: Mapping[str, float]) -> tuple[Array, Array]:
    """Wages (region, 2) and value added (region, 2, sector) at the common wage gap; farming is rural."""
    bill = product @ technology.labour
    gap = np.full(product.shape[0], p["wage_gap"])
    gap[-1] = p["wage_gap_outside"]
    ratio = np.exp(-gap)
    local = (1 - data.work_in_town) * data.labour[:, 1]
    town = data.labour[:, 0] + data.work_in_town * data.labour[:, 1]
    urban_wage = bill / (town + ratio * local)
    rural_bill = urban_wage * ratio * local
    farm_bill = technology.labour[0] * product[:, 0]
    other_bill = product[:, 1:] @ technology.labour[1:]
    rural_share = (rural_bill - farm_bill) / other_bill
    if (rural_share <= 0).any() or (rural_share >= 1).any():
        outside: NDArray[np.bool_] = np.asarray((rural_share <= 0) | (rural_share >= 1), dtype=bool)
        raise WorldError(
            f"{data.cells_where(outside)}: villages would make {rural_share[outside][0]:.3g} of the product outside farming; "
            "it must be between 0 and 1. Commuting shares, wage gaps and schooling decide it"
        )
    value_added = np.zeros((product.shape[0], 2, product.shape[1]))
    value_added[:, 1, 0] = product[:, 0]
    value_added[:, 0, 1:] = (1 - rural_share)[:, None] * product[:, 1:]
    value_added[:, 1, 1:] = rural_share[:, None] * product[:, 1:]
    return np.stack([urban_wage, urban_wage * ratio], axis=1), value_added


def _wages_by_residence(wage: Array, data: Observed) -> Array:
    """Wage income (region, 2) of residents: rural residents earn the town's wage on their commuting share."""
    share = data.work_in_town
    rural = data.labour[:, 1] * (share * wage[:, 0] + (1 - share) * wage[:, 1])
    return np.stack([data.labour[:, 0] * wage[:, 0], rural], axis=1)


def _household_rents(farm_rent: Array, other_rent: Array, p: Mapping[str, float]) -> Array:
    """Land income (region, 2) of households: farm rent whole, a share of other rent, villages also from land in town."""
    share, in_town = p["household_rent_share"], p["village_land_in_town"]
    urban = share * (1 - in_town) * other_rent[:, 0]
    rural = farm_rent.sum(axis=1) + share * (other_rent[:, 1] + in_town * other_rent[:, 0])
    return np.stack([urban, rural], axis=1)
