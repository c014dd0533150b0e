"""What all instruments share: when they are in force, whom they reach, and who pays for them.

An instrument is a file of this folder with `Terms` (what a scenario may say), `MEANING`, `PAID_BY` (who bears it, or with
`financed_by` which government spends) and `regulate(rules, terms, world, strength)`, which returns new rules; at strength or
size zero exactly those it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.arrays import Array
from sim.economy.entries import Charge, Funding, Subsidy
from sim.economy.policies import instruments
from sim.economy.state import GENERAL_PURCHASES, Rules, government_names
from sim.errors import FactorFlowError
from sim.scenario.schema import PolicyTerms
from sim.scenario.words import Places, RegionName, quantity, word
from sim.world.world import ENCLAVE, GENERAL, World

_ROUNDING = 1e-12  # all of what is left, 0.4, may be 0.39999999999999997
_MOST_CHARGED = 0.5  # of last year's base: an assessment beyond it could take more than is earned this year

DEFAULT_FINANCING = "income_levy"
"""How a policy that spends public money pays where its terms do not say."""

_LEVIED_ON = {"income_levy": "income", "land_revenue": "land_rent"}


def strength(terms: PolicyTerms, year: int) -> float:
    """How far a policy is phased in: 0 out of force, rising by equal steps to 1 in the last year of `phase_in`."""
    return terms.strength(year)


class OverBudget(FactorFlowError):
    """More is asked of a government than its general purchases hold; PolicyInForce says of which."""

    ADVICE = (
        "Lower the shares of the policies that this government pays for, or let households pay (financed_by: income_levy)."
    )

    def __init__(self, payer: int, asked: float, left: float) -> None:
        digits = next((count for count in range(3, 17) if f"{asked:.{count}g}" != f"{left:.{count}g}"), 17)
        super().__init__(
            f"asks for {asked:.{digits}g} of a budget of which only {left:.{digits}g} is left for general purchases, that"
        )
        self.payer = payer


class PolicyInForce:
    """A declared policy as a law: rules in, rules out, for a world and a year."""

    def __init__(self, name: str, terms: PolicyTerms) -> None:
        self.name, self.terms = name, terms
        self.instrument: Any = instruments()[terms.instrument]

    def in_force(self, year: int) -> tuple[str, PolicyTerms, float] | None:
        """All that a year of it depends on besides rules and world: name, terms, strength; None where it changes nothing."""
        now = strength(self.terms, year)
        return None if now == 0.0 else (self.name, self.terms.at(year), now)

    def __call__(self, rules: Rules, world: World, year: int) -> Rules:
        """The rules of the year with this policy in force."""
        force = self.in_force(year)
        if force is None:
            return rules
        _, terms, now = force
        financed_by = terms.financed_by if isinstance(terms, SpendingTerms) else GENERAL_PURCHASES
        start = rules.changed(policy=self.name, financed_by=financed_by)
        try:
            regulated: Rules = self.instrument.regulate(start, terms, world, now)
        except OverBudget as error:
            payer = government_names(world)[error.payer]
            raise FactorFlowError(f"policy {self.name} in {year}: {error} of {payer}. {error.ADVICE}") from error
        except FactorFlowError as error:
            raise FactorFlowError(f"policy {self.name} in {year}: {error}") from error
        return rules if regulated is start else regulated.changed(policy=rules.policy, financed_by=rules.financed_by)


def regions_of(world: World, named: Iterable[str] | None) -> tuple[int, ...]:
    """Numbers of the regions named by regions and groups, each once; None means all reported regions."""
    places = world.places
    if named is None:
        return tuple(int(region) for region in np.flatnonzero(places.reported))
    wanted = {region for name in named for region in places.groups.get(name, (name,))}
    return tuple(number for number, region in enumerate(places.regions) if region in wanted)


def cells_of(world: World, regions: Iterable[int], kind: str | None) -> Array:
    """0/1 by cell: the cells of these regions, of one kind or (None) of both."""
    places = world.places
    named = np.zeros(len(places.regions), dtype=bool)
    named[list(regions)] = True
    chosen = named[places.region_of_cell]
    if kind is not None:
        chosen = chosen & (places.urban == (kind == "urban"))
    return np.asarray(chosen, dtype=float)


def per_head(rules: Rules, cells: Array) -> Array:
    """Weights that divide a sum over these cells by their residents, (cell,); they add up to one."""
    persons = rules.residents * cells
    return np.asarray(persons / persons.sum())


def fund(
    rules: Rules,
    payer: int,
    purpose: int,
    weights: Array,
    share: float,
    place: int | None = None,
    homes: Array | None = None,
) -> Rules:
    """Rules in which government `payer` spends a share of its budget for a purpose, divided over cells by weights.

    For the purpose ENCLAVE it buys capital that stands in `place`; money for those registered in `homes` follows them. It
    comes out of what `rules.financed_by` says. Raises OverBudget when more is asked for than general purchases still hold.
    """
    if share == 0.0:
        return rules
    if rules.financed_by == "government_above" and payer != rules.upper:
        if not rules.budgets[rules.upper] > 0:
            raise FactorFlowError("financed_by: government_above needs a government above the regions that has a budget")
        share, payer = share * float(rules.budgets[payer] / rules.budgets[rules.upper]), rules.upper
    if rules.financed_by in _LEVIED_ON:
        charge = _charge(rules, payer, share * float(rules.budgets[payer]))
        paid = Funding(payer, purpose, share, weights, place, homes, rules.policy, charge)
        return rules.changed(fundings=(*rules.fundings, paid))
    left = float(rules.base_spending[payer, GENERAL].sum() - rules.given_up()[payer])
    if share > left + _ROUNDING:
        raise OverBudget(payer, share, left)
    return rules.changed(
        fundings=(*rules.fundings, Funding(payer, purpose, min(share, left), weights, place, homes, rules.policy))
    )


def subsidise(rules: Rules, payer: int, base: str, rate: Array) -> Rules:
    """Rules in which `payer` adds to wages, capital income or goods at a rate; `rules.financed_by` says who pays."""
    if rules.financed_by == "government_above":
        payer = rules.upper
    charge = _charge(rules, payer, 0.0) if rules.financed_by in _LEVIED_ON else None
    return rules.changed(subsidies=(*rules.subsidies, Subsidy(payer, base, rate, rules.policy, charge)))


def _charge(rules: Rules, payer: int, bill: float) -> Charge:
    """A levy on the territory of a government, assessed on last year's incomes before transfers, or rents of land.

    bill: what the policy would have spent last year, yuan of 2014, as far as it is known before the markets clear.
    """
    base = _LEVIED_ON[rules.financed_by]
    assessed = rules.income_before_transfers * rules.residents if base == "income" else rules.home_rents
    territory = rules.base_spending[payer].sum(axis=0) > 0
    assessed = np.where(territory, np.maximum(assessed, 0.0), 0.0)
    whole = assessed.sum()
    if not bill <= _MOST_CHARGED * whole or not whole > 0:
        what = "income before transfers" if base == "income" else "rent of land that reaches households"
        raise FactorFlowError(
            f"financed_by: {rules.financed_by} would have to raise {bill:.4g} yuan of {whole:.4g} yuan of {what} "
            f"last year; at most {_MOST_CHARGED:g} of it can be levied. Lower what it spends, or name another way to pay"
        )
    return Charge(base, np.asarray(assessed / whole))


def fund_enclave(rules: Rules, payer: int, owners: Array, place: int, share: float) -> Rules:
    """Rules in which `payer` spends a share of its budget on capital in a cell, owned by cells by weights."""
    return fund(rules, payer, ENCLAVE, owners, share, place)


def payers_of(rules: Rules, paid_by: str, regions: Iterable[int]) -> list[tuple[int, tuple[int, ...]]]:
    """Who pays for which regions: `own` each for itself, `upper` the government above them for all at once."""
    regions = tuple(regions)
    return [(rules.upper, regions)] if paid_by == "upper" else [(region, (region,)) for region in regions]


def _without_government(regions: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
    """Refuse regions beside a named government, whose own territory is all it can tax."""
    if regions is not None and info.data.get("government") is not None:
        answer = f"cannot stand beside government: {info.data['government']} taxes its own territory. Leave one of them out."
        raise PydanticCustomError("government", "{answer}", {"answer": answer})
    return regions


class SpendingTerms(PolicyTerms):
    """What every policy that spends public money may say: out of what."""

    financed_by: Literal["general_purchases", "income_levy", "land_revenue", "government_above"] = word(
        DEFAULT_FINANCING,
        meaning="who pays: general_purchases of the government that spends it, an income_levy or a levy on land rent "
        "(land_revenue) in its territory that raises just what is spent, or general purchases of the government_above",
    )


class LevyTerms(PolicyTerms):
    """What every tax may say: who raises it, where, and how much of it comes back."""

    government: RegionName | None = word(
        None, meaning="region that raises the tax in its territory; left out: the government above the regions"
    )
    returned: float = quantity(
        0.0,
        unit="share",
        meaning="share of the revenue paid back per head to all residents of the regions that pay",
        at_least=0,
        at_most=1,
    )
    regions: Annotated[Places | None, AfterValidator(_without_government)] = word(
        None, meaning="regions that are taxed; left out: all of the reported area"
    )


def government_of(rules: Rules, world: World, region: str | None) -> int:
    """The number of a region's government; None means the one above the regions."""
    return rules.upper if region is None else world.places.regions.index(region)
