"""The ledger: who paid whom what in a year, every payment of public money by name, purpose and policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sim.arrays import Array, Index
from sim.compiled import compiled
from sim.economy.payments import Payments, Posted, added_up
from sim.economy.state import Rules, government_names
from sim.economy.treasury import Statement, general_weights
from sim.errors import FactorFlowError
from sim.world.world import GENERAL, PURPOSES, TRAINING, World

CHARGES = {"income": "charge on income", "land_rent": "charge on land rent"}
"""What charges on a base are called in the ledger."""

_ROUNDING = 1e-12  # of a budget: what rounding leaves of spending all a policy's
_UNUSED = "training nobody was left for"


def payments(world: World, rules: Rules, money: Statement, training_used: Array) -> Payments:
    """What every government paid, to which cell and for what, in yuan of 2014; enclaves are paid to their owners.

    training_used: (cell,) the part of training money that found somebody to train; the rest is posted as unused.
    Levies and charges are posted from cells to governments, what comes back of them and subsidies from governments to cells.
    Raises FactorFlowError where subsidies exceed the general purchases they are taken from.
    """
    names = government_names(world)
    posted = [
        _without_policies(names, rules, money, training_used),
        *_fundings(world, len(names), rules, money, training_used),
        *_subsidies(world, len(names), rules, money),
        *_levies(world, len(names), rules, money),
        *_charges(world, len(names), rules, money),
    ]
    return Payments.of(names, world.places.cells, posted)


def paid_by_policy(paid: Payments) -> Mapping[str, tuple[float, float]]:
    """What each policy spent and what it raised for budgets, by its name, yuan of 2014; charges pay for what is spent."""
    counted, by_government = paid.of_policies() & ~paid.for_purposes(*CHARGES.values()), paid.by_government
    cost, raised = (
        added_up(paid.policy[rows], paid.amount[rows], len(paid.policies)).tolist()
        for rows in (counted & by_government, counted & ~by_government)
    )
    order = dict.fromkeys(paid.policy[counted].tolist())
    return {paid.policies[number]: (cost[number], raised[number]) for number in order}


def paid_by_government(paid: Payments) -> Mapping[str, tuple[float, float]]:
    """What the budget of each government paid for policies and raised by them, by its name, yuan of 2014.

    What a charge pays for is no cost to the budget. Empty without policies.
    """
    of_policies = paid.of_policies()
    if not of_policies.any():
        return {}
    by_government, charge = paid.by_government, paid.for_purposes(*CHARGES.values())
    government = np.where(by_government, paid.payer, paid.payee)
    amount = np.where(charge, -paid.amount, paid.amount)
    of_cost = charge | by_government
    cost, raised = (
        added_up(government[rows], amount[rows], paid.governments).tolist()
        for rows in (of_policies & of_cost, of_policies & ~of_cost)
    )
    return dict(zip(paid.names, zip(cost, raised, strict=True), strict=False))


def charged_to_households(paid: Payments) -> Array | None:
    """What households of every cell were charged for policies, (cell,), yuan of 2014; None without charges."""
    charges = paid.for_purposes(*CHARGES.values())
    return paid.paid(charges)[1] if charges.any() else None


def _without_policies(names: tuple[str, ...], rules: Rules, money: Statement, used: Array) -> Posted:
    """Spending of all governments by the base year's purposes, after what policies took from their general purchases."""
    budgets = money.budgets
    amounts = rules.spending_share * budgets[:, None, None]
    for funding in rules.fundings:
        amounts[funding.payer, funding.purpose] -= funding.share * funding.weights * budgets[funding.payer]
    for government in sorted({item.payer for item in rules.subsidies if item.charge is None}):
        _less_subsidies(names[government], rules, money, government, amounts[government, GENERAL])
    payer, purpose, payee = _unlike_zero(amounts, _ROUNDING * budgets)
    rows = payer, payee, purpose, amounts[payer, purpose, payee], np.zeros(payer.size, dtype=np.int64)
    return _spent(len(names), PURPOSES, rows, purpose == TRAINING, used, ("",))


@compiled()
def _unlike_zero(amounts, least):  # type: ignore[no-untyped-def]
    """Where amounts by government, purpose and cell are beyond what rounding leaves, `least`, (government,), in their order.

    One walk without another table as large: of a wide world each has millions of places, nearly all of them empty.
    """
    governments, purposes, cells = amounts.shape
    found, count = np.empty((3, 64), dtype=np.int64), 0
    for government in range(governments):
        for purpose in range(purposes):
            for cell in range(cells):
                amount = amounts[government, purpose, cell]
                if amount == 0.0 or abs(amount) <= least[government]:
                    continue
                if count == found.shape[1]:
                    more = np.empty((3, 2 * count), dtype=np.int64)
                    more[:, :count] = found
                    found = more
                found[0, count], found[1, count], found[2, count] = government, purpose, cell
                count += 1
    return found[:, :count]


def _less_subsidies(name: str, rules: Rules, money: Statement, government: int, general: Array) -> None:
    """Take what subsidies ask of a government from its general purchases, (cell,), in place."""
    ours = [number for number, item in enumerate(rules.subsidies) if item.payer == government and item.charge is None]
    bill = sum(_bill(rules, money, number) for number in ours)
    if not bill > 0:
        return
    if bill > general.sum():
        paid_for = dict.fromkeys(rules.subsidies[number].policy for number in ours)
        raise FactorFlowError(
            f"policies {', '.join(paid_for)}: subsidies ask {bill:.4g} yuan of {name}, whose general purchases are "
            f"{general.sum():.4g}; lower their rates, name another payer, or let "
            "households pay (financed_by: income_levy)"
        )
    general -= general_weights(rules, government) * bill


def _fundings(world: World, governments: int, rules: Rules, money: Statement, used: Array) -> Iterator[Posted]:
    """What policies spend out of budgets and charges, funding by funding."""
    fundings, cells = rules.fundings, world.places.cells
    if not fundings:
        return
    payers = np.array([funding.payer for funding in fundings])
    shares = np.array([funding.share for funding in fundings])
    amounts = shares[:, None] * np.stack([funding.weights for funding in fundings]) * money.budgets[payers][:, None]
    words = tuple(
        PURPOSES[funding.purpose] if funding.place is None else f"enclave in {cells[funding.place]}" for funding in fundings
    )
    trains = np.array([funding.purpose == TRAINING and funding.place is None for funding in fundings])
    number, payee = np.nonzero(amounts)
    rows = payers[number], payee, number, amounts[number, payee], number
    yield _spent(governments, words, rows, trains[number], used, tuple(funding.policy for funding in fundings))


def _spent(
    governments: int,
    words: tuple[str, ...],
    rows: tuple[Index, Index, Index, Array, Index],
    trains: Index,
    used: Array,
    policies: tuple[str, ...],
) -> Posted:
    """Spending as payments to cells, each followed by one of its own where training found too few to train.

    rows: payer, cell, number of the purpose, amount and number of the policy of every payment; trains: whether it trains.
    """
    payer, cell, purpose, amount, policy = rows
    unused = np.where(trains, amount * (1.0 - used[cell]), 0.0)
    amount, twice = amount - unused, unused > 0
    if twice.any():
        rest = np.flatnonzero(twice)
        after = rest + np.arange(1, rest.size + 1)  # where the rest of each comes to stand
        payer, cell, purpose, policy = (np.repeat(column, 1 + twice) for column in (payer, cell, purpose, policy))
        amount = np.repeat(amount, 1 + twice)
        purpose[after], amount[after] = len(words), unused[rest]
    return Posted(payer, governments + cell, (*words, _UNUSED), purpose, amount, policies, policy)


def _subsidies(world: World, governments: int, rules: Rules, money: Statement) -> Iterator[Posted]:
    received = money.subsidised.reshape(-1, world.cells)
    for subsidy, amounts in zip(rules.subsidies, received, strict=True):
        purpose = "vouchers for goods" if subsidy.base == "goods" else f"subsidy on {subsidy.base}"
        there = np.flatnonzero(amounts)
        yield Posted(subsidy.payer, governments + there, (purpose,), 0, amounts[there], (subsidy.policy,))


def _levies(world: World, governments: int, rules: Rules, money: Statement) -> Iterator[Posted]:
    for levy, amounts in zip(rules.levies, money.levied.reshape(-1, world.cells), strict=True):
        there = np.flatnonzero(amounts)
        yield Posted(governments + there, levy.government, (f"tax on {levy.base}",), 0, amounts[there], (levy.policy,))
        back = levy.returned * amounts.sum() * levy.weights
        there = np.flatnonzero(back)
        yield Posted(levy.government, governments + there, ("tax returned per head",), 0, back[there], (levy.policy,))


def _charges(world: World, governments: int, rules: Rules, money: Statement) -> Iterator[Posted]:
    charged = rules.charged
    if not charged:
        return
    amounts = money.charged.reshape(-1, world.cells)
    number, cell = np.nonzero(amounts)
    payees = np.array([entry.payer for entry, _ in charged])
    words = tuple(CHARGES[charge.base] for _, charge in charged)
    policies = tuple(entry.policy for entry, _ in charged)
    yield Posted(governments + cell, payees[number], words, number, amounts[number, cell], policies, number)


def _bill(rules: Rules, money: Statement, number: int) -> float:
    """What one subsidy cost, yuan of 2014."""
    return float(money.subsidised.reshape(len(rules.subsidies), -1)[number].sum())
