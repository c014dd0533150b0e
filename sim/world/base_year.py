"""The accounts of the base year: from published incomes and products to wages, rents, dividends and budgets.

Published figures over-determine the model (three products and two incomes a city, one labour share). What gives way is
named: a city wedge (tax, social contributions, survey coverage) and dividends on capital owned elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.errors import WorldError
from sim.world.observed import Observed
from sim.world.world import Technology

_WIDEST_GAP = 4.0  # log points between which a wage gap is sought


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


def base_year_accounts(data: Observed, labour: Array, technology: Technology, p: Mapping[str, float]) -> Accounts:
    """Solve the base year region by region; labour: (region, 2) efficiency units of residents.

    The wage bill beta V is shared by local workers and commuters at a common wage gap, w_u = w_v exp(gap); this gives
    wages, and the rural share of non-farm product. Dividends are what is missing to the observed incomes; where rural
    dividends would fall below their smallest share, the wedge rises above its minimum. The share of capital income
    paid out is that of the reported regions; the wedge of the rest of the country is the one consistent with it.
    A wage gap that is not given is the one at which urban dividends exceed rural ones by `dividend_excess` of income.
    Saving follows dividends at a given mean rate, s_c Y_c = s Y D_c / D: only so does the base year's ownership of
    capital, far from equal, stand on a path it can keep (Pasinetti 1962). Housing depends on saving: solved together.
    """
    saving_rate = np.full_like(data.income, p["saving_rate"])
    for _ in range(200):
        gap = _wage_gap(saving_rate, data, labour, technology, p)
        accounts = _accounts_at(saving_rate, data, labour, gap, technology, p)
        income = data.residents * data.income
        saving = p["saving_rate"] * income.sum() * accounts.dividends / accounts.dividends.sum()
        change = np.abs(saving / income - saving_rate).max()
        saving_rate = saving / income
        if change < 1e-15:
            break
    else:
        if change > 1e-9:
            raise WorldError("saving rates of the base year did not settle: incomes and products contradict each other")
    if (saving_rate >= 1).any():
        raise WorldError(
            f"{data.cells_where(saving_rate >= 1)} would have to save all of its income, or more, to keep its share "
            "of capital: a lower saving_rate is needed"
        )
    accounts = _accounts_at(saving_rate, data, labour, gap, technology, p)
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


def _accounts_at(
    saving_rate: Array, data: Observed, labour: Array, gap: Array, technology: Technology, p: Mapping[str, float]
) -> Accounts:
    """The accounts at given saving rates (region, 2) and wage gaps (region,)."""
    total_income = data.residents * data.income
    housing = p["housing_share"] * (1 - saving_rate) * total_income
    product = _without_housing(data, housing)
    wage, rural_share = _wages(data, labour, product, gap, technology)
    _check_villages(data, rural_share)
    value_added = _value_added(data, product, rural_share)
    farm_rent = value_added[:, :, 0] * technology.land[0]
    other_rent = (value_added[:, :, 1:] * technology.land[1:]).sum(axis=2) + housing
    transfer_share = np.array([p["urban_transfer_share"], p["rural_transfer_share"]])
    needed = (1 - transfer_share) * total_income
    earned = _wages_by_residence(wage, data, labour) + _household_rents(farm_rent, other_rent, p)
    wedge = _wedge(needed, earned, p)
    capital_income = (value_added * technology.capital).sum(axis=(1, 2))
    here, out = data.reported, data.outside
    paid_out = (needed / (1 - wedge)[:, None] - earned)[here].sum() / capital_income[here].sum()
    if out.any():
        wedge[out] = 1 - needed[out].sum() / (earned[out].sum() + paid_out * capital_income[out].sum())
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


def _without_housing(data: Observed, housing: Array) -> Array:
    """Product by (region, sector) with housing taken out of the last sector."""
    product = data.product.copy()
    product[:, -1] -= housing.sum(axis=1)
    if (product <= 0).any():
        names = data.cells_where(np.asarray((product <= 0).any(axis=1)))
        raise WorldError(f"{names}: a sector has no product left once housing is taken out of services; lower housing_share")
    return product


def _wedge(needed: Array, earned: Array, p: Mapping[str, float]) -> Array:
    """Wedges (region,): the smallest there is, or the one at which villages keep their smallest share of dividends."""
    return np.maximum(p["minimum_wedge"], 1 - (1 - p["smallest_dividend_share"]) * needed[:, 1] / earned[:, 1])


def _wages(data: Observed, labour: Array, product: Array, gap: Array, technology: Technology) -> tuple[Array, Array]:
    """Wages (region, 2) at the wage gaps, and the share of villages in the product outside farming, (region,)."""
    bill = product @ technology.labour
    ratio = np.exp(-gap)
    local = (1 - data.work_in_town) * labour[:, 1]
    town = labour[:, 0] + data.work_in_town * labour[:, 1]
    urban_wage = bill / (town + ratio * local)
    rural_bill = urban_wage * ratio * local
    farm_bill = technology.labour[0] * ((1 - data.farm_in_town) * product[:, 0])
    other_bill = product[:, 1:] @ technology.labour[1:]
    return np.stack([urban_wage, urban_wage * ratio], axis=1), (rural_bill - farm_bill) / other_bill


def _check_villages(data: Observed, rural_share: Array) -> None:
    """Raise WorldError where villages would make less than nothing, or more than all, outside farming."""
    wrong = np.asarray((rural_share <= 0) | (rural_share >= 1), dtype=bool)
    if wrong.any():
        raise WorldError(
            f"{data.cells_where(wrong)}: villages would make {rural_share[wrong][0]:.3g} of the product outside farming; "
            "it must be between 0 and 1. Commuting shares, wage gaps and schooling decide it"
        )


def _value_added(data: Observed, product: Array, rural_share: Array) -> Array:
    """Value added by (region, 2, sector): farming in villages, but for the part done in towns."""
    value_added = np.zeros((product.shape[0], 2, product.shape[1]))
    value_added[:, 0, 0] = data.farm_in_town * product[:, 0]
    value_added[:, 1, 0] = (1 - data.farm_in_town) * product[:, 0]
    value_added[:, 0, 1:] = (1 - rural_share)[:, None] * product[:, 1:]
    value_added[:, 1, 1:] = rural_share[:, None] * product[:, 1:]
    return value_added


def _wage_gap(saving_rate: Array, data: Observed, labour: Array, technology: Technology, p: Mapping[str, float]) -> Array:
    """Wage gaps (region,): those given; else where urban dividends exceed rural ones by `dividend_excess` of income,
    as far as villages keep `smallest_village_product` of the product outside farming.
    """
    solved = np.isnan(data.wage_gap)
    if not solved.any():
        return data.wage_gap
    income = data.residents * data.income
    housing = p["housing_share"] * (1 - saving_rate) * income
    product = _without_housing(data, housing)
    needed = (1 - np.array([p["urban_transfer_share"], p["rural_transfer_share"]])) * income

    def villages(gap: Array) -> Array:
        return _wages(data, labour, product, gap, technology)[1]

    def excess(gap: Array) -> Array:
        wage, rural_share = _wages(data, labour, product, gap, technology)
        value_added = _value_added(data, product, rural_share)
        other_rent = (value_added[:, :, 1:] * technology.land[1:]).sum(axis=2) + housing
        earned = _wages_by_residence(wage, data, labour)
        earned = earned + _household_rents(value_added[:, :, 0] * technology.land[0], other_rent, p)
        share = (needed / (1 - _wedge(needed, earned, p))[:, None] - earned) / income
        return np.asarray(share[:, 0] - share[:, 1])

    low, high = np.full(solved.size, -_WIDEST_GAP), np.full(solved.size, _WIDEST_GAP)
    least = p["smallest_village_product"]
    most = _bisected(lambda gap: villages(gap) - least, low, high)  # both fall as the gap widens
    low = _bisected(lambda gap: villages(gap) - (1 - least), low, high)
    return np.where(solved, _bisected(lambda gap: excess(gap) - p["dividend_excess"], low, most), data.wage_gap)


def _bisected(falling: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Where functions that fall, one a region, cross zero between two ends; the nearer end where they do not."""
    for _ in range(60):
        middle = (low + high) / 2
        above = falling(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2


def _wages_by_residence(wage: Array, data: Observed, labour: Array) -> Array:
    """Wage income (region, 2) of residents: rural residents earn the town's wage on their commuting share."""
    share = data.work_in_town
    rural = labour[:, 1] * (share * wage[:, 0] + (1 - share) * wage[:, 1])
    return np.stack([labour[:, 0] * wage[:, 0], rural], axis=1)


def _household_rents(farm_rent: Array, other_rent: Array, p: Mapping[str, float]) -> Array:
    """Land income (region, 2) of households: farm rent whole, a share of other rent, villages also from land in town."""
    share, in_town = p["household_rent_share"], p["village_land_in_town"]
    urban = (1 - in_town) * farm_rent[:, 0] + share * (1 - in_town) * other_rent[:, 0]
    rural = (farm_rent[:, 1] + in_town * farm_rent[:, 0]) + share * (other_rent[:, 1] + in_town * other_rent[:, 0])
    return np.stack([urban, rural], axis=1)
