"""The treasury: how revenues become incomes, taxes, transfers and public spending, and who paid whom.

Within a year every rule is a share, so all incomes are linear in the revenues of the markets. `income_maps` composes
those shares once a year; the markets clear on them; `statement` reads the year's money off the cleared revenues.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.economy import Economy, Payment, Rules, government_names, hours_of_work
from sim.world.world import HOUSEHOLD, PURPOSES, TRAINING, Array, World


@dataclass(frozen=True)
class Statement:
    """The money of a year in yuan of 2014.

    wages, dividends, land_income, tax, transfers, disposable, consumption, housing, saving, value_added: (cell,);
    retained: (owner cell,); revenue_public: (region,); budgets: (government,); purchases: (cell,) public purchases;
    investment: (cell,) by place; final_demand: (cell,).
    """

    wages: Array
    dividends: Array
    land_income: Array
    tax: Array
    transfers: Array
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


class IncomeMaps(Statement):
    """Linear maps to the same flows: every field has a column for each revenue (cell x sector, flat)."""


class _Flows:
    """Linear forms on (revenues, disposable incomes): the building blocks of the maps, before incomes are solved out."""

    def __init__(self, cells: int, sectors: int) -> None:
        self.cells, self.width = cells, cells * sectors + cells

    def of_revenue(self, share: Array) -> Array:
        """The form giving sum_j share_j R_cj for every cell."""
        form = np.zeros((self.cells, self.width))
        form[:, : self.width - self.cells] = np.kron(np.eye(self.cells), share)
        return form

    def of_income(self) -> Array:
        """The form giving disposable income of every cell."""
        form = np.zeros((self.cells, self.width))
        form[:, self.width - self.cells :] = np.eye(self.cells)
        return form


def income_maps(world: World, economy: Economy, rules: Rules) -> IncomeMaps:
    """Compose the year's shares into maps from revenues to incomes and spending.

    Wages go to where workers live, dividends to where owners live, farm rent and a share of other rent to the cell that
    owns the land, the rest of rent and the wedge to governments; transfers per head follow the region's income per head
    before transfers. y = Y_R R + Y_y y is solved for disposable incomes y.
    """
    tech, p = world.technology, world.parameters
    flows = _Flows(world.cells, len(tech.sectors))
    income = flows.of_income()
    saving = world.stocks.saving_rate[:, None] * income
    consumption = income - saving
    housing = p["housing_share"] * consumption
    farm = np.array([name == "agriculture" for name in tech.sectors], dtype=float)
    farm_rent = flows.of_revenue(tech.value_added * tech.land * farm)
    other_rent = flows.of_revenue(tech.value_added * tech.land * (1 - farm)) + housing
    wages = _wage_shares(world, economy) @ flows.of_revenue(tech.value_added * tech.labour)
    capital_income = _shares(economy.capital_owned) @ flows.of_revenue(tech.value_added * tech.capital)
    land_shares = _shares(economy.effective_land_owned)
    to_households = land_shares * rules.land_rent_share
    land_income = land_shares @ farm_rent + to_households @ other_rent
    retained = world.stocks.retained * capital_income
    dividends = (1 - world.stocks.retained) * capital_income
    market = wages + dividends + land_income
    tax = world.public.wedge[:, None] * market
    member = world.places.membership()
    revenue = member @ (tax + (1 - to_households.sum(axis=0))[:, None] * other_rent)
    before = market - tax
    transfers = _transfers(world, economy.workforce.persons, before)
    budgets = _budgets(world, revenue, transfers)
    household = np.einsum("gc,gz->cz", rules.spending_share[:, HOUSEHOLD], budgets)
    public = np.einsum("gc,gz->cz", rules.spending_share.sum(axis=1) - rules.spending_share[:, HOUSEHOLD], budgets)
    enclaves = np.einsum("god,gz->dz", rules.enclave_share, budgets)
    investment = _shares(economy.capital_units.T) @ (saving + retained) + enclaves
    final = consumption - housing + public + investment
    forms = IncomeMaps(
        wages=wages,
        dividends=dividends,
        land_income=land_income,
        tax=tax,
        transfers=transfers + household,
        disposable=before + transfers + household,
        consumption=consumption,
        housing=housing,
        saving=saving,
        retained=retained,
        value_added=flows.of_revenue(tech.value_added),
        revenue_public=revenue,
        budgets=budgets,
        purchases=public,
        investment=investment,
        final_demand=final,
    )
    return _solve_out(forms, world.cells)


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


def payments(world: World, rules: Rules, money: Statement, training_used: Array) -> tuple[Payment, ...]:
    """What every government paid, to which cell and for what, in yuan of 2014; enclaves are paid to their owners.

    training_used: (cell,) the part of training money that found somebody to train; the rest is posted as unused.
    """
    names, cells = government_names(world), world.places.cells
    posted = []
    for government, budget in enumerate(money.budgets):
        amounts = rules.spending_share[government] * budget
        for purpose, cell in zip(*np.nonzero(amounts), strict=True):
            amount = float(amounts[purpose, cell])
            unused = amount * (1.0 - float(training_used[cell])) if purpose == TRAINING else 0.0
            posted.append(Payment(names[government], cells[cell], PURPOSES[purpose], amount - unused))
            if unused > 0:
                posted.append(Payment(names[government], cells[cell], "training nobody was left for", unused))
        parks = rules.enclave_share[government] * budget
        for owner, place in zip(*np.nonzero(parks), strict=True):
            purpose_of_park = f"enclave in {cells[place]}"
            posted.append(Payment(names[government], cells[owner], purpose_of_park, float(parks[owner, place])))
    return tuple(posted)


def spent_on(rules: Rules, money: Statement, purpose: int) -> Array:
    """Public money spent for a purpose by cell, (cell,), yuan of 2014."""
    return np.asarray(money.budgets @ rules.spending_share[:, purpose])


def enclave_investment(rules: Rules, money: Statement) -> Array:
    """Public money that buys enclave capital, by (owner, place), yuan of 2014."""
    return np.asarray(np.einsum("g,god->od", money.budgets, rules.enclave_share))


def _shares(table: Array) -> Array:
    """Each row's part of the column total; zero where the column is empty."""
    total = table.sum(axis=0)
    return np.asarray(table / np.where(total > 0, total, 1.0))


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
