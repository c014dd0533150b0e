"""The treasury: how revenues become incomes, taxes, transfers and public spending, and who paid whom.

Within a year every rule is a share, so all incomes are linear in the revenues of the markets. `income_maps` composes
those shares once a year; the markets clear on them; `statement` reads the year's money off the cleared revenues.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.arrays import Array
from sim.economy.charges import charge_forms, rents_by_residence
from sim.economy.entries import Levy, Subsidy
from sim.economy.state import Economy, Rules, hours_of_work
from sim.errors import FactorFlowError
from sim.world.world import ENCLAVE, GENERAL, HOUSEHOLD, TARGETED, TO_HOUSEHOLDS, World


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


class IncomeMaps(Statement):
    """Linear maps to the same flows: every field has a column for each revenue (cell x sector, flat)."""


class _Flows:
    """Linear forms on (revenues, disposable incomes): the building blocks of the maps, before incomes are solved out."""

    def __init__(self, cells: int, sectors: int) -> None:
        self.cells, self.width = cells, cells * sectors + cells

    def of_revenue(self, share: Array) -> Array:
        """The form giving sum_j share_j R_cj for every cell."""
        sectors, cell = share.size, np.arange(self.cells)
        form = np.zeros((self.cells, self.width))
        form[:, : self.cells * sectors].reshape(self.cells, self.cells, sectors)[cell, cell] = share
        return form

    def of_income(self) -> Array:
        """The form giving disposable income of every cell."""
        form = np.zeros((self.cells, self.width))
        form[:, self.width - self.cells :] = np.eye(self.cells)
        return form


@dataclass(frozen=True)
class _Earned:
    """Forms of what is earned in a year: wage_bill and capital_bill by place of work, rents by place of the land (farm and
    other), wages and dividends by residence, land_income of residents, retained by owner."""

    wage_bill: Array
    capital_bill: Array
    farm_rent: Array
    other_rent: Array
    wages: Array
    dividends: Array
    land_income: Array
    retained: Array


def income_maps(world: World, economy: Economy, rules: Rules, topped_up: Array | None = None) -> IncomeMaps:
    """Compose the year's shares into maps from revenues to incomes and spending.

    Wages go to where workers live, dividends to where owners live, farm rent and a share of other rent to the cell that
    owns the land, the rest of rent and the wedge to governments; transfers per head follow the region's income per head
    before transfers; levies are shares of incomes and subsidies of what they top up, taken from the payer's general
    purchases or charged. y = Y_R R + Y_y y is solved for disposable incomes y. topped_up: (cell,) what capital at work in a
    cell adds to wages there to pay a wage floor, over labour's bill.
    """
    p = world.parameters
    flows = _Flows(world.cells, len(world.technology.sectors))
    income = flows.of_income()
    saving = saving_rates(world, rules)[:, None] * income
    consumption = income - saving
    housing = p.housing_share * consumption
    earned = _earned(world, economy, rules, flows, housing, topped_up)
    market = earned.wages + earned.dividends + earned.land_income
    tax = world.public.wedge[:, None] * market
    member = world.places.membership()
    to_households = (_land_shares(economy) * rules.land_rent_share).sum(axis=0)
    revenue = member @ (tax + (1 - to_households)[:, None] * earned.other_rent)
    before = market - tax
    social = _transfers(world, economy.workforce.persons, before)
    levied = [_levy(levy, economy, rules, before, earned) for levy in rules.levies]
    subsidised = [_subsidy(subsidy, world, economy, rules, earned, consumption - housing) for subsidy in rules.subsidies]
    budgets = _budgets(world, revenue, social)
    returned = _shared_out(rules, budgets, levied, np.zeros_like(income))
    household = np.einsum("gc,gz->cz", rules.spending_share[:, HOUSEHOLD], budgets)
    targeted = np.einsum("gpc,gz->cz", rules.spending_share[:, list(TARGETED)], budgets)
    charged = charge_forms(rules, budgets, subsidised)
    levies = sum([*levied, *charged], np.zeros_like(income))
    subsidies, vouchers = _in_money_and_in_kind(rules, subsidised, income)
    public = _purchases(rules, budgets, subsidised)
    investment = economy.investment_places.T @ (saving + earned.retained) + _enclaves(rules, budgets)
    forms = IncomeMaps(
        wages=earned.wages,
        dividends=earned.dividends,
        land_income=earned.land_income,
        tax=tax,
        transfers=social + household + returned,
        targeted=targeted,
        levies=levies,
        subsidies=subsidies,
        vouchers=vouchers,
        disposable=before + social + household + returned + targeted + subsidies - levies,
        consumption=consumption,
        housing=housing,
        saving=saving,
        retained=earned.retained,
        value_added=flows.of_revenue(world.technology.value_added),
        revenue_public=revenue,
        budgets=budgets,
        purchases=public,
        investment=investment,
        final_demand=consumption - housing + public + investment,
        levied=np.vstack([*levied, np.zeros((0, flows.width))]),
        subsidised=np.vstack([*subsidised, np.zeros((0, flows.width))]),
        charged=np.vstack([*charged, np.zeros((0, flows.width))]),
    )
    return _solve_out(forms, world.cells)


def _earned(world: World, economy: Economy, rules: Rules, flows: _Flows, housing: Array, topped_up: Array | None) -> _Earned:
    """What factors earn, and whom it reaches: workers, owners of capital, owners of land."""
    tech = world.technology
    farm = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
    farm_rent = flows.of_revenue(tech.value_added * tech.land * farm)
    other_rent = flows.of_revenue(tech.value_added * tech.land * (1 - farm)) + housing
    wage_bill = flows.of_revenue(tech.value_added * tech.labour)
    capital_bill = flows.of_revenue(tech.value_added * tech.capital)
    if topped_up is not None and topped_up.any():
        shifted = topped_up[:, None] * wage_bill
        wage_bill, capital_bill = wage_bill + shifted, capital_bill - shifted
    capital_income = _shares(economy.capital_owned) @ capital_bill
    land = _land_shares(economy)
    return _Earned(
        wage_bill=wage_bill,
        capital_bill=capital_bill,
        farm_rent=farm_rent,
        other_rent=other_rent,
        wages=_wage_shares(world, economy) @ wage_bill,
        dividends=(1 - world.stocks.retained) * capital_income,
        land_income=rents_by_residence(rules) @ (land @ farm_rent + (land * rules.land_rent_share) @ other_rent),
        retained=world.stocks.retained * capital_income,
    )


def rents_of_homes(world: World, economy: Economy, rules: Rules, revenue: Array, housing: Array) -> tuple[Array, Array]:
    """Rents that reach the owners' side of every home, (home,), before the wedge, and levies on them, yuan of 2014."""
    tech = world.technology
    farm = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
    rents = revenue * tech.value_added * tech.land
    land = _land_shares(economy)
    other = rents @ (1 - farm) + housing
    rate = rules.levy_rate("land_rent")
    gross = land @ (rents @ farm) + (land * rules.land_rent_share) @ other
    taxed = (land * rate) @ (rents @ farm) + (land * rate * rules.land_rent_share) @ other
    return np.asarray(gross), np.asarray(taxed)


def _shared_out(rules: Rules, budgets: Array, levied: list[Array], returned: Array) -> Array:
    """Add to the budgets, in place, what governments keep of levies, and to `returned`, (cell, .), what comes back."""
    for levy, paid in zip(rules.levies, levied, strict=True):
        budgets[levy.government] += (1 - levy.returned) * paid.sum(axis=0)
        returned += levy.returned * levy.weights[:, None] * paid.sum(axis=0)
    return returned


def _levy(levy: Levy, economy: Economy, rules: Rules, before: Array, earned: _Earned) -> Array:
    """The form of what households of every cell pay of one levy."""
    if levy.base == "income":
        return np.asarray(levy.rate[:, None] * before)
    land = _land_shares(economy) * levy.rate
    of_owners = land @ earned.farm_rent + (land * rules.land_rent_share) @ earned.other_rent
    return np.asarray(rents_by_residence(rules) @ of_owners)


def saving_rates(world: World, rules: Rules) -> Array:
    """Share of disposable income saved, (cell,): s_c (1 - l_c)^e, l the levies on income that people know of.

    e: `saving_elasticity`, of saving to what a levy leaves of its return.
    """
    elasticity = world.parameters.saving_elasticity
    if elasticity == 0.0:
        return world.stocks.saving_rate
    return np.asarray(world.stocks.saving_rate * (1 - rules.known_income_rate()) ** elasticity)


def _subsidy(subsidy: Subsidy, world: World, economy: Economy, rules: Rules, earned: _Earned, goods: Array) -> Array:
    """The form of what households of every cell receive of one subsidy, in money or (goods) in kind."""
    if subsidy.base == "wages":
        return np.asarray(_wage_shares(world, economy) @ (subsidy.rate[:, None] * earned.wage_bill))
    if subsidy.base == "capital":
        return np.asarray(_shares(economy.capital_owned) @ (subsidy.rate[:, None] * earned.capital_bill))
    return np.asarray(voucher_rates(world, subsidy.rate, rules.goods_discount).sum(axis=1)[:, None] * goods)


def _in_money_and_in_kind(rules: Rules, subsidised: list[Array], like: Array) -> tuple[Array, Array]:
    """Forms of what households of every cell receive of subsidies in money, and of vouchers for goods."""
    sums = {False: np.zeros_like(like), True: np.zeros_like(like)}
    for subsidy, form in zip(rules.subsidies, subsidised, strict=True):
        sums[subsidy.base == "goods"] += form
    return sums[False], sums[True]


def voucher_rates(world: World, rate: Array, discount: Array) -> Array:
    """What a voucher adds to every yuan households spend on goods, (cell, sector): mu_j v / (1 - sum v).

    Households spend mu_j of their own money on good j whatever its price (Cobb-Douglas), and with vouchers that together
    pay the share sum v of the price buy for 1 / (1 - sum v) of it; each voucher pays its share v. rate: v; discount: sum v.
    """
    return np.asarray(world.technology.spending * rate / (1.0 - discount))


def _purchases(rules: Rules, budgets: Array, subsidised: list[Array]) -> Array:
    """Public purchases by cell: budgets for purposes that buy goods, less what subsidies took from general purchases."""
    others = [purpose for purpose in range(rules.spending_share.shape[1]) if purpose not in (*TO_HOUSEHOLDS, ENCLAVE)]
    public = np.einsum("gpc,gz->cz", rules.spending_share[:, others], budgets)
    for subsidy, form in zip(rules.subsidies, subsidised, strict=True):
        if subsidy.charge is not None:
            continue
        public -= general_weights(rules, subsidy.payer)[:, None] * form.sum(axis=0)
    return np.asarray(public)


def _enclaves(rules: Rules, budgets: Array) -> Array:
    """Forms of what budgets spend on enclaves where these stand; few places have any."""
    built = np.zeros((rules.enclave_share.shape[2], budgets.shape[1]))
    places = sorted({funding.place for funding in rules.fundings if funding.place is not None})
    if places:
        share = np.ascontiguousarray(rules.enclave_share[:, :, places])
        built[places] = np.einsum("god,gz->dz", share, budgets)
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


def _solve_out(forms: IncomeMaps, cells: int) -> IncomeMaps:
    """Replace disposable incomes by what they are of revenues: y = (I - Y_y)^-1 Y_R R."""
    on_revenue, on_income = forms.disposable[:, :-cells], forms.disposable[:, -cells:]
    incomes = np.linalg.solve(np.eye(cells) - on_income, on_revenue)
    return IncomeMaps(
        **{
            field.name: getattr(forms, field.name)[:, :-cells] + getattr(forms, field.name)[:, -cells:] @ incomes
            for field in fields(forms)
        }
    )


def statement(maps: IncomeMaps, revenue: Array) -> Statement:
    """The money of the year: every map applied to the cleared revenues (cell, sector)."""
    flat = revenue.ravel()
    return Statement(**{field.name: getattr(maps, field.name) @ flat for field in fields(maps)})


def spent_on(rules: Rules, money: Statement, purpose: int) -> Array:
    """Public money spent for a purpose by cell, (cell,), yuan of 2014."""
    return np.asarray(money.budgets @ rules.spending_share[:, purpose])


def enclave_investment(rules: Rules, money: Statement) -> Array:
    """Public money that buys enclave capital, by (owner, place), yuan of 2014."""
    return np.asarray(np.einsum("g,god->od", money.budgets, rules.enclave_share))


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


def _shares(table: Array) -> Array:
    """Each row's part of the column total. An empty column is a place where nobody and nothing is, which stops the year
    before (`sim.year.markets`), so no money is lost by it."""
    total = table.sum(axis=0)
    return np.asarray(table / np.where(total > 0, total, 1.0))


def _land_shares(economy: Economy) -> Array:
    """Share of the land of a place that belongs to an owner, (owner, place)."""
    return _shares(economy.effective_land_owned)


def before_transfers(world: World, persons: Array) -> Array:
    """Income per head before transfers of the base year, (cell,): y_c = b_c + rate_c b, b the region's mean of b_c."""
    member, region = world.places.membership(), world.places.region_of_cell
    rate, income = world.public.transfer_rate, world.income_per_head
    mean = (member @ (persons * income)) / (member @ (persons * (1 + rate)))
    return np.asarray(income - rate * mean[region])


def _wage_shares(world: World, economy: Economy) -> Array:
    """The share of the wage bill of a place of work that goes to residents of a cell, (residence, work)."""
    return _shares(hours_of_work(world, economy.workforce))


def _transfers(world: World, persons: Array, before: Array) -> Array:
    """Transfers: N_c rate_c times the region's income per head before transfers."""
    member = world.places.membership()
    per_head = (member @ before) / (member @ persons)[:, None]
    weight = persons * world.public.transfer_rate
    return np.asarray(weight[:, None] * per_head[world.places.region_of_cell])


def _budgets(world: World, revenue: Array, transfers: Array) -> Array:
    """Budgets after transfers and grants: regions first, the government above them last, (government, .)."""
    public = world.public
    local = public.local_share[:, None] * revenue
    upper = (revenue - local).sum(axis=0) - transfers.sum(axis=0)
    grants = public.grant_share[:, None] * upper[None, :]
    return np.vstack([local + grants, upper - grants.sum(axis=0)])
