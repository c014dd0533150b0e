"""Charges: levies beside the budgets that raise exactly what a policy spends, and who pays them.

A charge is assessed on what was earned the year before, so its parts are known when the year begins, and its sum is the
policy's bill of the year: a levy at last year's rates would raise more than the policy costs wherever incomes grow.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.economy.entries import Charge
from sim.economy.state import Rules
from sim.once import once


@once(keeper=0)
def rents_by_residence(rules: Rules) -> Array:
    """Who receives the rents of a home's land, (cell of residence, home): its residents, or those registered there.

    1 - k_h for residents of h, and k_h N_hc / N_h for those registered in h who live in c; k_h is 0 where nobody is
    registered, so every column adds up to one.
    """
    registered = rules.residence.sum(axis=1)
    follow = rules.residence.T / np.where(registered > 0, registered, 1.0)
    return np.asarray(np.diag(1.0 - rules.rent_followed) + rules.rent_followed * follow)


def charge_forms(rules: Rules, budgets: Array, subsidised: list[Array]) -> list[Array]:
    """Forms of what households of every cell pay of each charge: its weight of exactly what the policy spends."""
    spent = [funding.share * budgets[funding.payer] for funding in rules.fundings if funding.charge is not None]
    pairs = zip(rules.subsidies, subsidised, strict=True)
    spent += [form.sum(axis=0) for subsidy, form in pairs if subsidy.charge is not None]
    return [residents_charged(rules, charge)[:, None] * form for (_, charge), form in zip(rules.charged, spent, strict=True)]


def residents_charged(rules: Rules, charge: Charge) -> Array:
    """Parts of a charge that residents of every cell pay, (cell,), adding up to one."""
    return charge.weights if charge.base == "income" else np.asarray(rents_by_residence(rules) @ charge.weights)
