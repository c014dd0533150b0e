"""The treasury: how revenues become incomes, taxes, transfers and public spending, and who paid whom.

Within a year every rule is a share, so all incomes are linear in the revenues of the markets. `income_maps` composes
those shares once a year into the maps that markets clear on; `statement` works the year's money out from the cleared
revenues by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.arrays import Array
from sim.economy.incomes import Incomes, Shares, incomes, land_shares, shares_of_year, voucher_share
from sim.economy.linear import Columns, Flows, Values, mostly_zero
from sim.economy.state import Economy, Rules
from sim.errors import FactorFlowError
from sim.once import once
from sim.world.world import GENERAL, World

_MOST_ROUNDS, _SETTLED = 200, 1e-15  # of rents of housing that come back as incomes; relative change that ends them
_DRAWS = 3  # revenues at which it is proved that nothing is lost


@dataclass(frozen=True)
class Statement:
    """The money of a year in yuan of 2014.

    wages, dividends, land_income, tax, transfers, targeted, levies, subsidies, disposable, consumption, housing, saving,
    value_added: (cell,); transfers reach all residents alike, targeted grants only graduates or returnees; subsidies
    are those paid out, vouchers (cell,) what public money adds to households' purchases of goods. retained: (owner
    cell,); revenue_public: (region,); budgets: (government,); purchases: (cell,) public purchases; investment: (cell,)
    by place; final_demand: (cell,) without vouchers. levied, subsidised, charged: (levy, subsidy or charge x cell,), one
    after another; levies: of both kinds.
    """

    wages: Array
    dividends: Array
    land_income: Array
    tax: Array
    transfers: Array
    targeted: Array
    levies: Array
    subsidies: Array
    vouchers: Array
    disposable: Array
    consumption: Array
    housing: Array
    saving: Array
    retained: Array
    value_added: Array
    revenue_public: Array
    budgets: Array
    purchases: Array
    investment: Array
    final_demand: Array
    levied: Array
    subsidised: Array
    charged: Array


@dataclass(frozen=True)
class IncomeMaps:
    """Linear maps from revenues (cell x sector, flat), each (cell, cell x sector), and the shares they are made of.

    final_demand: without vouchers; goods: what households pay for goods themselves; vouchers: what is added to that.
    """

    disposable: Array
    housing: Array
    goods: Array
    vouchers: Array
    final_demand: Array
    shares: Shares

    def incomes_at(self, revenue: Array) -> Array:
        """Disposable incomes at these revenues, (cell, sector), by cell."""
        return np.asarray(self.disposable @ revenue.ravel())


@dataclass(frozen=True)
class AppliedShares:
    """The shares of a year applied to every guess of revenues, where maps would take work as the cube of cells.

    usual: disposable incomes to begin with, (cell,).
    """

    shares: Shares
    usual: Array

    def incomes_at(self, revenue: Array) -> Array:
        """Disposable incomes y = y_R + Y_y y at these revenues, (cell, sector), by cell.

        Rents of housing come back as a part of them that is smaller every time.
        """
        of_revenues, found = incomes(self.shares, Values(revenue, None)).disposable, self.usual
        for _ in range(_MOST_ROUNDS):
            before, found = found, (of_revenues + incomes(self.shares, Values(None, found)).disposable)[:, 0]
            if (np.abs(found - before) <= _SETTLED * np.abs(found)).all():
                return found
        raise FactorFlowError("incomes do not settle: what comes back of rents of housing is more than was spent on it")

    def bought_at(self, revenue: Array, income: Array) -> tuple[Array, Array, Array, Array]:
        """Final demand without vouchers, housing, what households pay for goods themselves, and the incomes that follow.

        revenue: (cell, sector); income: disposable, (cell,), as all that is returned.
        """
        flows = Values(revenue, income)
        found, housing = incomes(self.shares, flows), self.shares.housing * income
        final = sum(_bought(self.shares, flows, found))
        return np.asarray(final)[:, 0], housing, self.shares.consumed * income - housing, found.disposable[:, 0]

    @cached_property
    def lost(self) -> float:
        """How much is not spent of what is earned at revenues and incomes nobody could foresee, over the revenue of a market.

        Demand exceeds revenues by just what households spend beyond their incomes. Every yuan of each (cell, sector) is spent
        if that holds at any revenues: what is lost anywhere shows at drawn ones, but for a chance of zero. Source: Freivalds
        (1977).
        """
        shares, tech = self.shares, self.shares.world.technology
        drawn, most = np.random.default_rng(_DRAWS), 0.0
        for _ in range(_DRAWS):
            revenue = drawn.uniform(0.5, 1.5, (shares.world.cells, len(tech.sectors)))
            income = drawn.uniform(0.5, 1.5, shares.world.cells)
            final, _, goods, found = self.bought_at(revenue, income)
            demand = final.sum() + (voucher_share(shares) * goods).sum() + (revenue * (1 - tech.value_added)).sum()
            most = max(most, abs(float(demand - revenue.sum() - (income.sum() - found.sum()))))
        return most


def income_maps(world: World, economy: Economy, rules: Rules, topped_up: Array | None = None) -> IncomeMaps | AppliedShares:
    """Compose the year's shares into maps from revenues to incomes and spending.

    Wages go to where workers live, dividends to where owners live, farm rent and a share of other rent to the cell that
    owns the land, the rest of rent and the wedge to governments; transfers per head follow the region's income per head
    before transfers; levies are shares of incomes and subsidies of what they top up, taken from the payer's general
    purchases or charged. y = Y_R R + Y_y y is solved for disposable incomes y. topped_up: (cell,) what capital at work in a
    cell adds to wages there to pay a wage floor, over labour's bill. In a wide world the shares are left as they are.
    """
    shares, cells = shares_of_year(world, economy, rules, topped_up), world.cells
    if world.wide:
        return AppliedShares(shares, economy.income_per_head * shares.persons)
    flows = Columns(cells, len(world.technology.sectors))
    found = incomes(shares, flows)
    form = found.disposable
    disposable = np.linalg.solve(np.eye(cells) - form[:, -cells:], form[:, :-cells])
    bought, public, investment = _bought(shares, flows, found)
    form = bought + public + investment
    goods = shares.consumed - shares.housing
    return IncomeMaps(
        disposable=np.asarray(disposable),
        housing=shares.housing[:, None] * disposable,
        goods=goods[:, None] * disposable,
        vouchers=(voucher_share(shares) * goods)[:, None] * disposable,
        final_demand=form[:, :-cells] + form[:, -cells:] @ disposable,
        shares=shares,
    )


def _bought(shares: Shares, flows: Flows, found: Incomes) -> tuple[Array, Array, Array]:
    """What is bought by cell without vouchers: goods by households, public purchases, investment.

    Capital is bought of what households save and firms keep, and of what budgets spend on enclaves.
    """
    goods = flows.of(income=shares.consumed - shares.housing)
    public = _purchases(shares, found.budgets, found.subsidised)
    investment = flows.of(*shares.capital_bill(shares.invested), income=shares.saved)
    return goods, public, investment + _enclaves(shares.rules, found.budgets)


def statement(maps: IncomeMaps | AppliedShares, revenue: Array) -> Statement:
    """The money of the year at the cleared revenues, (cell, sector)."""
    shares, income = maps.shares, maps.incomes_at(revenue)
    flows = Values(revenue, income)
    found, saving = incomes(shares, flows), shares.saving_rate * income
    goods, purchases, investment = _bought(shares, flows, found)
    consumption, nobody = income - saving, np.zeros((0, 1))
    money = {
        "wages": found.wages,
        "dividends": found.dividends,
        "land_income": found.land_income,
        "tax": found.tax,
        "transfers": found.transfers,
        "targeted": found.targeted,
        "levies": found.levies,
        "subsidies": found.subsidies,
        "vouchers": found.vouchers,
        "disposable": income,
        "consumption": consumption,
        "housing": shares.world.parameters.housing_share * consumption,
        "saving": saving,
        "retained": shares.world.stocks.retained * flows.of(*shares.capital_bill(shares.capital)),
        "value_added": revenue @ shares.world.technology.value_added,
        "revenue_public": found.revenue,
        "budgets": found.budgets,
        "purchases": purchases,
        "investment": investment,
        "final_demand": goods + purchases + investment,
        "levied": np.vstack([*found.levied, nobody]),
        "subsidised": np.vstack([*found.subsidised, nobody]),
        "charged": np.vstack([*found.charged, nobody]),
    }
    return Statement(**{name: np.asarray(flow).ravel() for name, flow in money.items()})


def rents_of_homes(world: World, economy: Economy, rules: Rules, revenue: Array, housing: Array) -> tuple[Array, Array]:
    """Rents that reach the owners' side of every home, (home,), before the wedge, and levies on them, yuan of 2014."""
    tech = world.technology
    farm = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
    rents = revenue * tech.value_added * tech.land
    land = land_shares(economy)
    other = rents @ (1 - farm) + housing
    rate = rules.levy_rate("land_rent")
    gross = land @ (rents @ farm) + (land * rules.land_rent_share) @ other
    taxed = (land * rate) @ (rents @ farm) + (land * rate * rules.land_rent_share) @ other
    return np.asarray(gross), np.asarray(taxed)


def _purchases(shares: Shares, budgets: Array, subsidised: list[Array]) -> Array:
    """Public purchases by cell: budgets for purposes that buy goods, less what subsidies took from general purchases."""
    public, rules = mostly_zero(shares.purchased, budgets), shares.rules
    for subsidy, form in zip(rules.subsidies, subsidised, strict=True):
        if subsidy.charge is not None:
            continue
        public -= general_weights(rules, subsidy.payer)[:, None] * form.sum(axis=0)
    return public


def _enclaves(rules: Rules, budgets: Array) -> Array:
    """What budgets spend on enclaves where these stand, (cell, column); few places have any."""
    built = np.zeros((len(rules.residence), budgets.shape[1]))
    for funding in rules.fundings:
        if funding.place is not None:
            built[funding.place] += funding.share * funding.weights.sum() * budgets[funding.payer]
    return built


def general_weights(rules: Rules, government: int) -> Array:
    """How a government's general purchases are divided over cells, (cell,), adding up to one."""
    general = rules.spending_share[government, GENERAL]
    if not general.sum() > 0:
        raise FactorFlowError(
            "a government without general purchases cannot pay a subsidy; lower what it gives elsewhere, or let households "
            "pay for it (financed_by: income_levy)"
        )
    return np.asarray(general / general.sum())


def spent_on(rules: Rules, money: Statement, purpose: int) -> Array:
    """Public money spent for a purpose by cell, (cell,), yuan of 2014."""
    return np.asarray(money.budgets @ rules.spending_share[:, purpose])


def enclave_investment(rules: Rules, money: Statement) -> Array:
    """Public money that buys enclave capital, by (owner, place), yuan of 2014."""
    return rules.enclaves(money.budgets)


@once(keeper=1)
def general_purchases(rules: Rules, money: Statement) -> Array:
    """General purchases that reach a cell, (cell,), yuan of 2014: of its region and of the government above it.

    What budgets buy that is neither a purpose of its own nor taken by a policy.
    """
    bought = money.budgets @ rules.spending_share[:, GENERAL]
    bills = money.subsidised.reshape(-1, money.wages.size).sum(axis=1)
    for subsidy, bill in zip(rules.subsidies, bills, strict=True):
        if subsidy.charge is None:
            bought = bought - general_weights(rules, subsidy.payer) * bill
    return np.asarray(bought)


@once(keeper=1)
def charged_on_income(rules: Rules, money: Statement) -> Array:
    """What charges took of income before transfers this year, a share, (cell,)."""
    total = np.zeros(money.disposable.size)
    if not rules.charged:
        return total
    for (_, charge), paid in zip(rules.charged, money.charged.reshape(-1, total.size), strict=True):
        if charge.base == "income":
            total += paid
    return np.asarray(total / (money.wages + money.dividends + money.land_income - money.tax))


def charged_on_homes(rules: Rules, money: Statement) -> Array:
    """What charges took of the rents of every home's land, (home,), yuan of 2014."""
    bills = money.charged.reshape(-1, money.wages.size).sum(axis=1)
    total = np.zeros(money.wages.size)
    for (_, charge), bill in zip(rules.charged, bills, strict=True):
        if charge.base == "land_rent":
            total += charge.weights * bill
    return total


def before_transfers(world: World, persons: Array) -> Array:
    """Income per head before transfers of the base year, (cell,): y_c = b_c + rate_c b, b the region's mean of b_c."""
    member, region = world.places.membership(), world.places.region_of_cell
    rate, income = world.public.transfer_rate, world.income_per_head
    mean = (member @ (persons * income)) / (member @ (persons * (1 + rate)))
    return np.asarray(income - rate * mean[region])
