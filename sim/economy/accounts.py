"""The accounts: nothing is created and nothing is lost, checked in every year of every run.

Incomes come from maps composed before the markets clear; here they are worked out a second time, forwards, from prices,
stocks and rates, so that money paid to the wrong cell, owner or government is seen and not only money that vanishes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import Array
from sim.economy.markets import production, trade
from sim.economy.markets.clearing import Clearing
from sim.economy.markets.given import Supply
from sim.economy.payments import Payments
from sim.economy.state import Economy, Rules, hours_of_work
from sim.economy.treasury import AppliedShares, IncomeMaps, Statement
from sim.errors import AccountsDoNotClose
from sim.world.technology import input_cost
from sim.world.world import World

ALLOWED = 1e-9  # relative; rounding leaves some 1e-12

Residuals = dict[str, float]


def _relative(pairs: Mapping[str, tuple[Array | float, Array | float]]) -> Residuals:
    """Largest absolute difference of each pair over the largest size on either side, all worked out in one go."""
    sides = [(np.asarray(left).ravel(), np.asarray(right).ravel()) for left, right in pairs.values()]
    sizes = [max(left.size, right.size) for left, right in sides]
    starts = np.cumsum([0, *(size + 1 for size in sizes)])  # one more: a zero, the largest of nothing
    table = np.zeros((3, starts[-1]))
    for (left, right), start, size in zip(sides, starts.tolist(), sizes, strict=False):
        table[0, start : start + size], table[1, start : start + size] = left, right
    np.subtract(table[0], table[1], out=table[2])
    one, other, apart = np.maximum.reduceat(np.abs(table), starts[:-1], axis=1)
    return dict(zip(pairs, (apart / np.maximum(np.maximum(one, other), 1e-300)).tolist(), strict=True))


def market_residuals(world: World, supply: Supply, rules: Rules, clearing: Clearing, money: Statement) -> Residuals:
    """Every market again, from prices: R = sum_n pi_n X_n, w H, r K and rho T against their bills, all cell by cell."""
    tech, theta = world.technology, world.parameters.trade_elasticity
    made = supply.productivity > 0
    labour, capital, land = production.factor_payments(tech, clearing.revenue)
    # under a floor capital adds to the wage bill until the floor is paid, at most what the markdown left to it
    most = labour / (1 - world.parameters.markdown)
    paid = np.maximum(labour, np.minimum(rules.wage_floor * supply.labour, most))
    at_margin = clearing.labour_cost * labour / np.where(paid > 0, paid, 1.0)
    inputs = input_cost(
        tech, at_margin, clearing.rental + (paid - labour) / supply.capital, clearing.land_rent, clearing.prices
    )
    unit_cost = np.where(made, inputs / np.where(made, supply.productivity, 1.0), np.inf)
    bought = money.final_demand[:, None] * tech.spending + ((1 - tech.value_added) * clearing.revenue) @ tech.materials
    # a voucher pays the share v of a price, its bearer the rest: own money m buys goods for m / (1 - v)
    own = (money.consumption - money.housing)[:, None] * tech.spending
    voucher_goods = own / (1 - rules.goods_discount) - own
    bought = bought + voucher_goods
    sales = trade.sold(supply.openness, unit_cost, bought, theta)
    # labour costs more than all of it would earn only where a floor says how much
    cost = np.where(clearing.labour_cost > clearing.wage, rules.wage_floor, np.maximum(clearing.wage, rules.wage_floor))
    return {"markets_cleared": clearing.residual} | _relative(
        {
            "goods_markets": (sales, clearing.revenue),
            "wage_bills": (clearing.employment * supply.labour, paid / clearing.labour_cost),
            "wage_floors": (clearing.labour_cost, cost),
            "capital_income": (clearing.rental * supply.capital, capital - (paid - labour)),
            "land_rents": (clearing.land_rent * supply.land, land + money.housing),
            "vouchers": (money.vouchers, voucher_goods.sum(axis=1)),
        }
    )


def demand_residuals(world: World, maps: IncomeMaps | AppliedShares) -> Residuals:
    """Every yuan of revenue is spent: final demand, vouchers and materials of each (cell, sector) add up to one yuan.

    sum_n F_n,cj + sum_n V_n,cj + (1 - gamma_j) = 1; known before any market clears, since the maps are.
    """
    if isinstance(maps, AppliedShares):
        return {"every_yuan_is_spent": maps.lost}
    spent = (maps.final_demand + maps.vouchers).sum(axis=0).reshape(world.cells, -1) + (1 - world.technology.value_added)
    return {"every_yuan_is_spent": float(np.abs(spent - 1.0).max())}


def household_residuals(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: Statement, paid: Payments
) -> Residuals:
    """Incomes of every cell again: wages where workers live, dividends of owners, rents of land owners, transfers."""
    tech = world.technology
    hours, persons = hours_of_work(world, economy.workforce), economy.workforce.persons
    farm = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
    rents = clearing.revenue * tech.value_added * tech.land
    other_rent = rents @ (1 - farm) + money.housing
    owned = economy.effective_land_owned
    owned = owned / owned.sum(axis=0)
    returns = economy.capital_owned @ clearing.rental
    before = money.wages + money.dividends + money.land_income - money.tax
    member = world.places.membership()
    per_head = ((member @ before) / (member @ persons))[world.places.region_of_cell]
    everybody = _by_cell(paid, "household", "tax returned per head")
    transfers = persons * world.public.transfer_rate * per_head + everybody
    rents_of_home = owned @ (rents @ farm) + (owned * rules.land_rent_share) @ other_rent
    registered = economy.workforce.residence
    follows = rules.rent_followed * rents_of_home
    where = registered / np.maximum(registered.sum(axis=1, keepdims=True), 1e-300)
    away = follows @ where
    on_land = owned * rules.levy_rate("land_rent")
    taxed = on_land @ (rents @ farm) + (on_land * rules.land_rent_share) @ other_rent
    taxed_away = (taxed * rules.rent_followed) @ where
    return _relative(
        {
            "wages": (money.wages, hours @ clearing.wage),
            "dividends": (money.dividends, (1 - world.stocks.retained) * returns),
            "retained": (money.retained, world.stocks.retained * returns),
            "land_income": (money.land_income, rents_of_home - follows + away),
            "tax": (money.tax, world.public.wedge * (before + money.tax)),
            "transfers": (money.transfers, transfers),
            "targeted_grants": (money.targeted, _by_cell(paid, "graduates", "returnees", "registered")),
            "subsidies": (money.subsidies, _by_cell(paid, "subsidy on wages", "subsidy on capital")),
            "subsidies_by_rate": (money.subsidies, _subsidies_again(economy, rules, clearing, hours)),
            "income_levies": (_levied_on(money, rules, "income"), rules.levy_rate("income") * before),
            "land_levies": (_levied_on(money, rules, "land_rent"), taxed * (1 - rules.rent_followed) + taxed_away),
            "levies": (
                money.levies,
                np.concatenate([money.levied, money.charged]).reshape(-1, world.cells).sum(axis=0),
            ),
            "charges": (money.charged.reshape(-1, world.cells), _charges_again(economy, rules, money)),
            "disposable_income": (
                money.disposable,
                before + money.transfers + money.targeted + money.subsidies - money.levies,
            ),
            "consumption_and_saving": (money.disposable, money.consumption + money.saving),
        }
    )


def public_residuals(
    world: World, economy: Economy, rules: Rules, clearing: Clearing, money: Statement, paid: Payments
) -> Residuals:
    """Public money: what every region raised, what every government had, what each paid, and what cells received."""
    public, tech = world.public, world.technology
    farm = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
    other_rent = (clearing.revenue * tech.value_added * tech.land) @ (1 - farm) + money.housing
    owned = economy.effective_land_owned
    kept = other_rent - ((owned / owned.sum(axis=0)) * rules.land_rent_share).sum(axis=0) * other_rent
    own = world.places.membership() @ (money.tax + kept)
    local = public.local_share * money.revenue_public
    social = money.transfers.sum() - _by_cell(paid, "household", "tax returned per head").sum()
    upper = (money.revenue_public - local).sum() - social
    grants = public.grant_share * upper
    budgets = np.append(local + grants, upper - grants.sum())
    for_charges = paid.for_purposes("charge on income", "charge on land rent")
    charged = paid.received(for_charges)[0]
    to_governments, to_cells = paid.received()
    raised = to_governments - charged
    returned = paid.paid(paid.for_purposes("tax returned per head"))[0]
    budgets = budgets + raised - returned
    spent = paid.paid()[0] - returned
    enclaves = rules.enclaves(money.budgets).sum(axis=0)
    received = to_cells.sum() - returned.sum()
    to_people = _by_cell(paid, "household") + money.targeted + money.subsidies + money.vouchers
    return _relative(
        {
            "public_revenue": (money.revenue_public, own),
            "public_budgets": (money.budgets, budgets),
            "payments_by_payer": (spent, money.budgets + charged),
            "payments_received": (received, money.purchases.sum() + enclaves.sum() + to_people.sum()),
            "levies_received": ((raised + charged).sum(), money.levies.sum()),
            "charges_pay_for_policies": (charged, _spent_of_charges(rules, money)),
        }
    )


def national_residuals(money: Statement, rents: Array) -> Residuals:
    """Product = income = expenditure of the world."""
    product = money.value_added.sum() + money.housing.sum()
    household = money.wages.sum() + money.dividends.sum() + money.land_income.sum()
    income = household + money.retained.sum() + rents.sum() - money.land_income.sum()
    goods = money.consumption - money.housing + money.purchases + money.investment
    final = money.consumption.sum() + money.vouchers.sum() + money.purchases.sum() + money.investment.sum()
    return _relative(
        {
            "product_is_income": (product, income),
            "product_is_expenditure": (product, final),
            "final_demand": (money.final_demand, goods),
        }
    )


def investment_residuals(
    before: Economy, money: Statement, bought: Array, enclaves: Array, price: Array, after: Array, wear: float
) -> Residuals:
    """Investment: goods sold for it are the capital installed, (owner, place); every owner's stock grows by it alone.

    bought, enclaves: capital installed, yuan of 2014; after: capital by owner once installed; wear: depreciation.
    """
    sold = ((bought + enclaves) * price).sum(axis=0)
    grown = (1 - wear) * before.capital_owned.sum(axis=1) + bought.sum(axis=1) + enclaves.sum(axis=1)
    return _relative(
        {
            "investment_is_installed": (money.investment, sold),
            "saving_is_invested": (money.saving + money.retained, (bought * price).sum(axis=1)),
            "capital_by_owner": (after, grown),
        }
    )


def stock_residuals(
    world: World, after: Economy, people: tuple[Array, Array], land: Array, region_stocks: tuple[Array, Array]
) -> Residuals:
    """Stocks once all have moved: people and land are where the recorded moves took them; regions keep what they had.

    people: by residence and by registration; they and land: by cell, the stock before the moves plus recorded arrivals less
    departures (registration: villages that become urban, and transfers); region_stocks: capital of
    owners and public stocks by region before the moves, both only re-labelled inside a region by them.
    """
    member = world.places.membership()
    capital, public = region_stocks
    return _relative(
        {
            "people": (after.workforce.persons, people[0]),
            "people_by_registration": (after.workforce.residence.sum(axis=1), people[1]),
            "people_by_skill": (after.workforce.skills.sum(axis=(1, 2)), after.workforce.persons),
            "land": (after.land.sum(axis=0), land),
            "capital": (member @ after.capital_owned.sum(axis=1), capital),
            "public_stocks": (member @ (after.infrastructure + after.services), public),
        }
    )


def close(residuals: Residuals, year: int) -> Residuals:
    """Return the residuals if all are below what rounding explains, else raise AccountsDoNotClose."""
    for identity, residual in residuals.items():
        if not residual <= ALLOWED:
            raise AccountsDoNotClose(identity, year, residual, ALLOWED)
    return residuals


def _subsidies_again(economy: Economy, rules: Rules, clearing: Clearing, hours: Array) -> Array:
    """Subsidies of every cell from wages and returns: s_d w_d h_cd for residents at work, s_d r_d K_od for owners."""
    on_wages = hours @ (clearing.wage * rules.subsidy_rate("wages"))
    on_capital = economy.capital_owned @ (clearing.rental * rules.subsidy_rate("capital"))
    return np.asarray(on_wages + on_capital)


def _charges_again(economy: Economy, rules: Rules, money: Statement) -> Array:
    """Charges by cell worked out forwards, (charge, cell): the bill of each policy over those assessed last year."""
    registered = economy.workforce.residence
    where = registered / np.maximum(registered.sum(axis=1, keepdims=True), 1e-300)
    rows = []
    for (_, charge), bill in zip(rules.charged, _bills(rules, money), strict=True):
        paid = charge.weights * bill
        if charge.base == "land_rent":
            paid = paid * (1 - rules.rent_followed) + (paid * rules.rent_followed) @ where
        rows.append(paid)
    return np.array(rows).reshape(len(rows), registered.shape[1])


def _bills(rules: Rules, money: Statement) -> list[float]:
    """What every charged policy spent, yuan of 2014, in the order of `Rules.charged`."""
    subsidised = money.subsidised.reshape(-1, money.wages.size).sum(axis=1)
    fundings = [funding.share * float(money.budgets[funding.payer]) for funding in rules.fundings if funding.charge]
    return fundings + [float(bill) for item, bill in zip(rules.subsidies, subsidised, strict=True) if item.charge]


def _spent_of_charges(rules: Rules, money: Statement) -> Array:
    """What every government spent out of charges, (government,), yuan of 2014."""
    spent = np.zeros(money.budgets.size)
    for (entry, _), bill in zip(rules.charged, _bills(rules, money), strict=True):
        spent[entry.payer] += bill
    return spent


def _levied_on(money: Statement, rules: Rules, base: str) -> Array:
    """What households of every cell paid of the levies on one base, (cell,)."""
    paid = money.levied.reshape(-1, money.wages.size)
    return sum((paid[i] for i, levy in enumerate(rules.levies) if levy.base == base), np.zeros(money.wages.size))


def _by_cell(paid: Payments, *purposes: str) -> Array:
    """Public money received by cell for some purposes, (cell,), yuan of 2014."""
    return paid.received(paid.for_purposes(*purposes))[1]
