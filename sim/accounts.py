"""The accounts: nothing is created and nothing is lost, checked in every year of every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.economy import Economy, Payment
from sim.errors import AccountsDoNotClose
from sim.treasury import Statement
from sim.world.world import Array, World

ALLOWED = 1e-9  # relative; rounding leaves some 1e-13


def _relative(left: Array | float, right: Array | float) -> float:
    """Largest absolute difference over the largest size on either side."""
    size = max(float(np.max(np.abs(left))), float(np.max(np.abs(right))), 1e-300)
    return float(np.max(np.abs(np.asarray(left) - np.asarray(right)))) / size


def money_residuals(
    world: World, money: Statement, rents: Array, paid: Sequence[Payment], market: float
) -> dict[str, float]:
    """Relative residuals of the money identities of a year.

    rents: all land rent by cell, housing included. Walras's law and the goods markets; product = income = expenditure;
    households, governments and public payments; money out of every government is money into cells.
    """
    product = money.value_added.sum() + money.housing.sum()
    household = money.wages + money.dividends + money.land_income
    public_rents = rents.sum() - money.land_income.sum()
    final = money.consumption.sum() + money.purchases.sum() + money.investment.sum()
    member = world.places.membership()
    region_taxes = member @ money.tax
    public_spending = money.budgets.sum() + money.transfers.sum() - _household_payments(paid)
    by_cell = _paid_by_cell(world, paid)
    return {
        "goods_markets": market,
        "product_is_income": _relative(product, household.sum() + money.retained.sum() + public_rents),
        "product_is_expenditure": _relative(product, final),
        "disposable_income": _relative(money.disposable, household - money.tax + money.transfers),
        "income_is_consumption_and_saving": _relative(money.disposable, money.consumption + money.saving),
        "investment_is_saving": _relative(
            money.investment.sum(), money.saving.sum() + money.retained.sum() + _enclave_payments(paid)
        ),
        "public_revenue": _relative(money.revenue_public.sum(), region_taxes.sum() + public_rents),
        "public_budgets": _relative(money.revenue_public.sum(), public_spending),
        "payments": _relative(money.budgets.sum(), by_cell.sum()),
    }


def stock_residuals(after: Economy, people: float, area: float, capital: float) -> dict[str, float]:
    """Relative residuals of the stocks once all have moved: people, land and capital are never made by moving.

    people (persons) and area (km2) are those of the first year, capital (yuan of 2014) that before the moves.
    """
    return {
        "people": _relative(after.workforce.residence.sum(), people),
        "people_by_skill": _relative(after.workforce.skills.sum(axis=(1, 2)), after.workforce.persons),
        "land": _relative(after.land.sum(), area),
        "capital": _relative(after.capital_owned.sum(), capital),
    }


def close(residuals: dict[str, float], year: int) -> dict[str, float]:
    """Return the residuals if all are below what rounding explains, else raise AccountsDoNotClose."""
    for identity, residual in residuals.items():
        if not residual <= ALLOWED:
            raise AccountsDoNotClose(identity, year, residual, ALLOWED)
    return residuals


def _household_payments(paid: Sequence[Payment]) -> float:
    return sum(payment.amount for payment in paid if payment.purpose == "household")


def _enclave_payments(paid: Sequence[Payment]) -> float:
    return sum(payment.amount for payment in paid if payment.purpose.startswith("enclave"))


def _paid_by_cell(world: World, paid: Sequence[Payment]) -> Array:
    """Public money received by cell, (cell,), yuan of 2014."""
    position = {name: index for index, name in enumerate(world.places.cells)}
    received = np.zeros(world.cells)
    for payment in paid:
        received[position[payment.payee]] += payment.amount
    return received
