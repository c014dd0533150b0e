"""The ledger: who paid whom what in a year, every payment of public money by name, purpose and policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sim.arrays import Array
from sim.economy.state import Payment, Rules, government_names
from sim.economy.treasury import Statement, general_weights
from sim.errors import FactorFlowError
from sim.world.world import GENERAL, PURPOSES, TRAINING, World

CHARGES = {"income": "charge on income", "land_rent": "charge on land rent"}
"""What charges on a base are called in the ledger."""


def payments(world: World, rules: Rules, money: Statement, training_used: Array) -> tuple[Payment, ...]:
    """What every government paid, to which cell and for what, in yuan of 2014; enclaves are paid to their owners.

    training_used: (cell,) the part of training money that found somebody to train; the rest is posted as unused.
    Levies and charges are posted from cells to governments, what comes back of them and subsidies from governments to cells.
    Raises FactorFlowError where subsidies exceed the general purchases they are taken from.
    """
    posted: list[Payment] = []
    for government in range(len(money.budgets)):
        posted += _without_policies(world, rules, money, government, training_used)
    posted += _fundings(world, rules, money, training_used)
    posted += _subsidies(world, rules, money)
    posted += _levies(world, rules, money)
    posted += _charges(world, rules, money)
    return tuple(posted)


def paid_by_policy(paid: tuple[Payment, ...], world: World) -> Mapping[str, tuple[float, float]]:
    """What each policy spent and what it raised for budgets, by its name, yuan of 2014; charges pay for what is spent."""
    governments, sums = set(government_names(world)), dict[str, tuple[float, float]]()
    for payment in paid:
        if payment.policy and not _is_charge(payment):
            cost, raised = sums.get(payment.policy, (0.0, 0.0))
            from_budget = payment.payer in governments
            sums[payment.policy] = (cost + payment.amount, raised) if from_budget else (cost, raised + payment.amount)
    return sums


def paid_by_government(paid: tuple[Payment, ...], world: World) -> Mapping[str, tuple[float, float]]:
    """What the budget of each government paid for policies and raised by them, by its name, yuan of 2014.

    What a charge pays for is no cost to the budget. Empty without policies.
    """
    sums = {name: (0.0, 0.0) for name in government_names(world)}
    of_policies = [payment for payment in paid if payment.policy]
    for payment in of_policies:
        from_budget = payment.payer in sums
        government = payment.payer if from_budget else payment.payee
        cost, raised = sums[government]
        if _is_charge(payment):
            sums[government] = (cost - payment.amount, raised)
        else:
            sums[government] = (cost + payment.amount, raised) if from_budget else (cost, raised + payment.amount)
    return sums if of_policies else {}


def charged_to_households(paid: tuple[Payment, ...], world: World) -> Array | None:
    """What households of every cell were charged for policies, (cell,), yuan of 2014; None without charges."""
    charges = [payment for payment in paid if _is_charge(payment)]
    sums = dict.fromkeys(world.places.cells, 0.0)
    for payment in charges:
        sums[payment.payer] += payment.amount
    return np.array(list(sums.values())) if charges else None


def _is_charge(payment: Payment) -> bool:
    return payment.purpose in CHARGES.values()


def _without_policies(world: World, rules: Rules, money: Statement, government: int, used: Array) -> Iterator[Payment]:
    """A government's spending by the base year's purposes, after what policies took from its general purchases."""
    name, cells, budget = government_names(world)[government], world.places.cells, money.budgets[government]
    amounts = rules.spending_share[government] * budget
    for funding in rules.fundings:
        if funding.payer == government:
            amounts[funding.purpose] -= funding.share * funding.weights * budget
    ours = [number for number, item in enumerate(rules.subsidies) if item.payer == government and item.charge is None]
    bill = sum(_bill(rules, money, number) for number in ours)
    if bill > 0:
        if bill > amounts[GENERAL].sum():
            paid_for = dict.fromkeys(rules.subsidies[number].policy for number in ours)
            raise FactorFlowError(
                f"policies {', '.join(paid_for)}: subsidies ask {bill:.4g} yuan of {name}, whose general purchases are "
                f"{amounts[GENERAL].sum():.4g}; lower their rates, name another payer, or let "
                "households pay (financed_by: income_levy)"
            )
        amounts[GENERAL] -= general_weights(rules, government) * bill
    amounts[np.abs(amounts) <= 1e-12 * budget] = 0.0  # what rounding leaves of spending that is all a policy's
    purposes, payees = np.nonzero(amounts)
    posted = zip(purposes.tolist(), payees.tolist(), amounts[purposes, payees].tolist(), strict=True)
    for purpose, cell, amount in posted:
        if purpose == TRAINING:
            yield from _posted(name, cells[cell], purpose, amount, float(used[cell]), "")
        else:
            yield Payment(name, cells[cell], PURPOSES[purpose], amount)


def _fundings(world: World, rules: Rules, money: Statement, used: Array) -> Iterator[Payment]:
    names, cells = government_names(world), world.places.cells
    for funding in rules.fundings:
        amounts = funding.share * funding.weights * money.budgets[funding.payer]
        for cell in np.flatnonzero(amounts):
            payer, payee, amount = names[funding.payer], cells[cell], float(amounts[cell])
            if funding.place is not None:
                yield Payment(payer, payee, f"enclave in {cells[funding.place]}", amount, funding.policy)
            else:
                yield from _posted(payer, payee, funding.purpose, amount, float(used[cell]), funding.policy)


def _posted(payer: str, payee: str, purpose: int, amount: float, used: float, policy: str) -> Iterator[Payment]:
    """One payment, or two where training found too few to train."""
    unused = amount * (1.0 - used) if purpose == TRAINING else 0.0
    yield Payment(payer, payee, PURPOSES[purpose], amount - unused, policy)
    if unused > 0:
        yield Payment(payer, payee, "training nobody was left for", unused, policy)


def _subsidies(world: World, rules: Rules, money: Statement) -> Iterator[Payment]:
    names, cells = government_names(world), world.places.cells
    received = money.subsidised.reshape(-1, world.cells)
    for subsidy, amounts in zip(rules.subsidies, received, strict=True):
        purpose = "vouchers for goods" if subsidy.base == "goods" else f"subsidy on {subsidy.base}"
        for cell in np.flatnonzero(amounts):
            yield Payment(names[subsidy.payer], cells[cell], purpose, float(amounts[cell]), subsidy.policy)


def _levies(world: World, rules: Rules, money: Statement) -> Iterator[Payment]:
    names, cells = government_names(world), world.places.cells
    for levy, amounts in zip(rules.levies, money.levied.reshape(-1, world.cells), strict=True):
        for cell in np.flatnonzero(amounts):
            yield Payment(cells[cell], names[levy.government], f"tax on {levy.base}", float(amounts[cell]), levy.policy)
        back = levy.returned * amounts.sum() * levy.weights
        for cell in np.flatnonzero(back):
            payer = names[levy.government]
            yield Payment(payer, cells[cell], "tax returned per head", float(back[cell]), levy.policy)


def _charges(world: World, rules: Rules, money: Statement) -> Iterator[Payment]:
    names, cells = government_names(world), world.places.cells
    for (entry, charge), amounts in zip(rules.charged, money.charged.reshape(-1, world.cells), strict=True):
        for cell in np.flatnonzero(amounts):
            yield Payment(cells[cell], names[entry.payer], CHARGES[charge.base], float(amounts[cell]), entry.policy)


def _bill(rules: Rules, money: Statement, number: int) -> float:
    """What one subsidy cost, yuan of 2014."""
    return float(money.subsidised.reshape(len(rules.subsidies), -1)[number].sum())
