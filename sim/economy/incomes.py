"""Incomes of a year: who receives what is earned, what governments take and give, all linear in revenues and incomes.

`shares_of_year` says who receives which part of which bill; `incomes` puts them together, by the same words for the flows of
a year and for the maps that markets clear on (`sim.economy.linear`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from sim.arrays import Array
from sim.economy.charges import charge_forms, rents_by_residence
from sim.economy.entries import Levy, Subsidy
from sim.economy.linear import Chain, Flows, Part, Weights, by_column, mostly_zero, thin
from sim.economy.state import Economy, Rules, hours_of_work
from sim.world.world import ENCLAVE, HOUSEHOLD, TARGETED, TO_HOUSEHOLDS, World


@dataclass(frozen=True)
class Shares:
    """Shares of a year, before anything is sold: who receives what is earned where, and what becomes of an income.

    wages, capital, farm_rent, other_rent, invested: (receiver or place of use, place of the bill), `invested` of what firms
    keep, with `saved` (place, saver) of what households save; dividends: the part of `capital` that firms do not keep;
    public_rent: (cell,) what governments keep of rents other than farms'; topped_up: (cell,) what capital adds to wages, over
    labour's bill. regions: (region, cell), 1 or 0.
    household, targeted, purchased: shares of budgets, (cell, government), that reach households and buy goods.
    """

    world: World
    rules: Rules
    persons: Array
    topped_up: Array
    wages: Weights
    capital: Array
    dividends: Weights
    farm_rent: Weights
    other_rent: Weights
    public_rent: Array
    saving_rate: Array
    saved: Array
    invested: Weights
    regions: Array | csr_array
    household: Array | csr_array
    targeted: Array | csr_array
    purchased: Array | csr_array

    @property
    def consumed(self) -> Array:
        """Share of disposable income that is consumed, (cell,)."""
        return np.asarray(1.0 - self.saving_rate)

    @property
    def housing(self) -> Array:
        """Share of disposable income spent on housing, (cell,), which is rent of the land of the place."""
        return np.asarray(self.world.parameters.housing_share * self.consumed)

    @cached_property
    def wage_bill(self) -> tuple[Part, ...]:
        """Wages by receiver."""
        return self.labour_bill(self.wages)

    @cached_property
    def household_rents(self) -> tuple[tuple[Part, ...], Weights]:
        """Rents that households receive."""
        return self.rents(self.farm_rent, self.other_rent)

    def labour_bill(self, weights: Weights) -> tuple[Part, ...]:
        """What is paid for labour: its bill and what capital adds to it; weights: (receiver, place of work)."""
        tech = self.world.technology
        return (Part(tech.value_added * tech.labour, by_column(weights, 1.0 + self.topped_up)),)

    def capital_bill(self, weights: Weights) -> tuple[Part, ...]:
        """What capital earns after what it adds to wages; weights: (receiver, place of work)."""
        tech = self.world.technology
        whole = Part(tech.value_added * tech.capital, weights)
        if not self.topped_up.any():
            return (whole,)
        return (whole, Part(tech.value_added * tech.labour, by_column(weights, -self.topped_up)))

    def rents(self, farm: Weights | None, other: Weights) -> tuple[tuple[Part, ...], Weights]:
        """Rents of farm land and of other land by place, times weights each; the latter's part of housing is of incomes."""
        tech = self.world.technology
        farming = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
        of_farms = () if farm is None else (Part(tech.value_added * tech.land * farming, farm),)
        return (*of_farms, Part(tech.value_added * tech.land * (1 - farming), other)), by_column(other, self.housing)


class Incomes(NamedTuple):
    """Flows of households and budgets, each (cell or government, column): how incomes come about."""

    wages: Array
    dividends: Weights
    land_income: Array
    tax: Array
    before: Array
    revenue: Array
    budgets: Array
    transfers: Array
    targeted: Array
    levies: Array
    subsidies: Array
    vouchers: Array
    disposable: Array
    levied: list[Array]
    subsidised: list[Array]
    charged: list[Array]


def shares_of_year(world: World, economy: Economy, rules: Rules, topped_up: Array | None) -> Shares:
    """Who receives what of the year's bills, composed once."""
    wide = world.wide
    few: Callable[[Array], Array | csr_array] = thin if wide else np.asarray
    capital, places = _shares(economy.capital_owned), economy.investment_places.T
    saving_rate = saving_rates(world, rules)
    retained = world.stocks.retained
    purposes = range(rules.spending_share.shape[1])
    land = land_shares(economy)
    of_households = land * rules.land_rent_share
    return Shares(
        world=world,
        rules=rules,
        persons=economy.workforce.persons,
        topped_up=np.zeros(world.cells) if topped_up is None else topped_up,
        wages=few(_wage_shares(world, economy)),
        capital=capital,
        dividends=Chain(capital, factor=1 - retained) if wide else (1 - retained) * capital,
        farm_rent=_by_residence(rules, few(land), wide),
        other_rent=_by_residence(rules, few(of_households), wide),
        public_rent=1.0 - of_households.sum(axis=0),
        saving_rate=saving_rate,
        saved=places * saving_rate,
        invested=_invested(retained, places, capital, wide),
        regions=few(world.places.membership()),
        household=few(_spent(rules, [HOUSEHOLD])),
        targeted=few(_spent(rules, list(TARGETED))),
        purchased=few(_spent(rules, [one for one in purposes if one not in (*TO_HOUSEHOLDS, ENCLAVE)])),
    )


def _by_residence(rules: Rules, land: Array | csr_array, wide: bool) -> Weights:
    """Who receives rents by place of use, (cell of residence, place), from who owns the land, (home, place)."""
    if wide and not rules.rent_followed.any():
        return land
    residence = rents_by_residence(rules)
    return Chain(land, residence) if wide else np.asarray(residence @ land)


def _invested(retained: float, places: Array, capital: Array, wide: bool) -> Weights:
    """Where what firms keep of what capital earns is invested, (place, place of the bill)."""
    if not retained:
        return csr_array(capital.shape) if wide else np.zeros_like(capital)
    return Chain(capital, places, retained) if wide else np.asarray(retained * (places @ capital))


def incomes(shares: Shares, flows: Flows) -> Incomes:
    """Incomes, taxes and transfers as sums of what is earned and, for rents of housing and taxes on them, of incomes."""
    world, rules = shares.world, shares.rules
    rents, of_housing = shares.household_rents
    wages = flows.of(*shares.wage_bill)
    dividends = flows.of(*shares.capital_bill(shares.dividends))
    land_income = flows.of(*rents, income=of_housing)
    before = wages + dividends + land_income
    tax = world.public.wedge[:, None] * before
    before -= tax
    public_rents, of_housing = shares.rents(None, shares.public_rent)
    revenue = mostly_zero(shares.regions, tax + flows.of(*public_rents, income=of_housing))
    social = _transfers(shares, before)
    levied = [_levy(levy, shares, flows, before) for levy in rules.levies]
    subsidised = [_subsidy(subsidy, shares, flows) for subsidy in rules.subsidies]
    budgets = _budgets(world, revenue, social)
    returned = _shared_out(rules, budgets, levied, np.zeros_like(before))
    household = mostly_zero(shares.household, budgets)
    targeted = mostly_zero(shares.targeted, budgets)
    charged = charge_forms(rules, budgets, subsidised)
    levies = sum([*levied, *charged], np.zeros_like(before))
    subsidies, vouchers = _in_money_and_in_kind(rules, subsidised, before)
    transfers = social + household + returned
    return Incomes(
        wages, dividends, land_income, tax, before, revenue, budgets, transfers, targeted, levies, subsidies, vouchers,
        before + transfers + targeted + subsidies - levies, levied, subsidised, charged,
    )  # fmt: skip


def _shared_out(rules: Rules, budgets: Array, levied: list[Array], returned: Array) -> Array:
    """Add to the budgets, in place, what governments keep of levies, and to `returned`, (cell, .), what comes back."""
    for levy, paid in zip(rules.levies, levied, strict=True):
        budgets[levy.government] += (1 - levy.returned) * paid.sum(axis=0)
        returned += levy.returned * levy.weights[:, None] * paid.sum(axis=0)
    return returned


def _levy(levy: Levy, shares: Shares, flows: Flows, before: Array) -> Array:
    """What households of every cell pay of one levy."""
    if levy.base == "income":
        return np.asarray(levy.rate[:, None] * before)
    rents, of_housing = shares.rents(by_column(shares.farm_rent, levy.rate), by_column(shares.other_rent, levy.rate))
    return flows.of(*rents, income=of_housing)


def saving_rates(world: World, rules: Rules) -> Array:
    """Share of disposable income saved, (cell,): s_c (1 - l_c)^e, l the levies on income that people know of.

    e: `saving_elasticity`, of saving to what a levy leaves of its return.
    """
    elasticity = world.parameters.saving_elasticity
    if elasticity == 0.0:
        return world.stocks.saving_rate
    return np.asarray(world.stocks.saving_rate * (1 - rules.known_income_rate()) ** elasticity)


def _subsidy(subsidy: Subsidy, shares: Shares, flows: Flows) -> Array:
    """What households of every cell receive of one subsidy, in money or (goods) in kind."""
    if subsidy.base == "wages":
        return flows.of(*shares.labour_bill(by_column(shares.wages, subsidy.rate)))
    if subsidy.base == "capital":
        return flows.of(*shares.capital_bill(by_column(shares.capital, subsidy.rate)))
    rate = voucher_rates(shares.world, subsidy.rate, shares.rules.goods_discount).sum(axis=1)
    return flows.of(income=rate * (shares.consumed - shares.housing))


def voucher_share(shares: Shares) -> Array:
    """What all vouchers add to every yuan of households' own purchases of goods, (cell,)."""
    return np.asarray(voucher_rates(shares.world, shares.rules.goods_discount, shares.rules.goods_discount).sum(axis=1))


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


def _spent(rules: Rules, purposes: list[int]) -> Array:
    """Shares of budgets spent for some purposes in a place, (cell, government)."""
    return np.ascontiguousarray(rules.spending_share[:, purposes].sum(axis=1).T)


def _shares(table: Array) -> Array:
    """Each row's part of the column total. An empty column is a place where nobody and nothing is, which stops the year
    before (`sim.year.markets`), so no money is lost by it."""
    total = table.sum(axis=0)
    return np.asarray(table / np.where(total > 0, total, 1.0))


def land_shares(economy: Economy) -> Array:
    """Share of the land of a place that belongs to an owner, (owner, place)."""
    return _shares(economy.effective_land_owned)


def _wage_shares(world: World, economy: Economy) -> Array:
    """The share of the wage bill of a place of work that goes to residents of a cell, (residence, work)."""
    return _shares(hours_of_work(world, economy.workforce))


def _transfers(shares: Shares, before: Array) -> Array:
    """Transfers: N_c rate_c times the region's income per head before transfers."""
    world, persons = shares.world, shares.persons
    per_head = mostly_zero(shares.regions, before) / (shares.regions @ persons)[:, None]
    weight = persons * world.public.transfer_rate
    return np.asarray(weight[:, None] * per_head[world.places.region_of_cell])


def _budgets(world: World, revenue: Array, transfers: Array) -> Array:
    """Budgets after transfers and grants: regions first, the government above them last, (government, .)."""
    public = world.public
    local = public.local_share[:, None] * revenue
    upper = (revenue - local).sum(axis=0) - transfers.sum(axis=0)
    grants = public.grant_share[:, None] * upper[None, :]
    return np.vstack([local + grants, upper - grants.sum(axis=0)])
