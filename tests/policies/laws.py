"""Policies for tests that are about budgets: who spends pays out of general purchases, unless a test says otherwise."""

from sim.economy.policies.base import PolicyInForce, SpendingTerms, instruments


def paid_by_budgets(name, called=None, **terms):
    """A policy in force that takes what it spends out of a budget, where it spends; households pay where terms say so."""
    kind = instruments()[name].Terms
    if issubclass(kind, SpendingTerms):
        terms = {"financed_by": "general_purchases", **terms}
    return PolicyInForce(called or name, kind(instrument=name, **terms))
