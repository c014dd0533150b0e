"""The waist: Economy, the whole state; Rules, the law in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from sim.arrays import Array, Flag
from sim.economy.entries import Belt, Charge, Funding, Levy, Link, Subsidy
from sim.once import once
from sim.world.world import GENERAL, World, spending_shares

GENERAL_PURCHASES = "general_purchases"  # the word of `financed_by` for what budgets bear


@dataclass(frozen=True)
class Rules:
    """The law in force in a year, rebuilt from the world's baseline every year.

    What policies may change. registration_cut[h, d]: share of the registration barrier removed. segmentation[n, c, j]:
    share of the log border cost still in force when n buys good j from c; trade_cost_cut[n, c, j]: log points taken off
    the whole cost of a pair. capital_barriers[b, o, c]: share still in force of what keeps capital of o out of c: finance
    gap, blockade, home bias. distance_km[n, c] without the links. land_opening[h, c]: share of h's own land offered in c
    where base-year rules forbid it. land_rent_share[h, c]: share of rent other than farm rent that reaches households in h
    for their land used in c; rent_kept[h]: share of home rents that follows those registered in h wherever they live.
    wage_floor[c]: yuan of 2014 an efficiency unit at work in c is paid at least, 0 none. fundings, levies, subsidies, belts,
    links: in the order of the policies. policy: the name of the one that is being added; financed_by: how it pays for what it
    spends.

    What policies may look at. base_spending[g, purpose, c]: share of government g's budget spent for a purpose in cell c
    without any policy; the last government stands above the regions. residence[h, c]: persons; skill_shares[c, k].
    Of the year before, or of the base year in the first: income_per_head[c] and, before transfers and levies,
    income_before_transfers[c], yuan of 2014; budgets[g], home_rents[h] (the rents of a home's land that reach households),
    yuan of 2014; charge_rate[c], what charges took of income before transfers.
    services_per_head[c]: public stock per resident, yuan of 2014.
    """

    registration_cut: Array
    segmentation: Array
    trade_cost_cut: Array
    capital_barriers: Array
    distance_km: Array
    land_opening: Array
    land_rent_share: Array
    rent_kept: Array
    wage_floor: Array
    base_spending: Array
    residence: Array
    skill_shares: Array
    income_per_head: Array
    income_before_transfers: Array
    budgets: Array
    services_per_head: Array
    home_rents: Array
    charge_rate: Array
    policy: str = ""
    financed_by: str = GENERAL_PURCHASES
    fundings: tuple[Funding, ...] = ()
    levies: tuple[Levy, ...] = ()
    subsidies: tuple[Subsidy, ...] = ()
    belts: tuple[Belt, ...] = ()
    links: tuple[Link, ...] = ()

    def changed(self, **changes: Any) -> Rules:
        """These rules with other entries, as `dataclasses.replace` makes them, which takes longer than most policies do."""
        rules, now = object.__new__(Rules), vars(self)
        vars(rules).update({name: now[name] for name in _ENTRIES}, **changes)
        if len(vars(rules)) > len(_ENTRIES):
            raise TypeError(f"rules have no {', '.join(changes.keys() - set(_ENTRIES))}")
        return rules

    @property
    def residents(self) -> Array:
        """Persons by cell, (cell,), over whom budgets are divided."""
        return np.asarray(self.residence.sum(axis=0))

    @property
    def rent_followed(self) -> Array:
        """Share of home rents that follows those registered, (home,): `rent_kept`, zero where nobody is registered."""
        return np.asarray(np.where(self.residence.sum(axis=1) > 0, self.rent_kept, 0.0))

    @property
    def upper(self) -> int:
        """The number of the government above the regions."""
        return len(self.base_spending) - 1

    def given_up(self) -> Array:
        """Share of every government's budget that policies take from its general purchases, (government,)."""
        given = np.zeros(self.base_spending.shape[0])
        for funding in self.fundings:
            given[funding.payer] += funding.share if funding.charge is None else 0.0
        return given

    @property
    def charged(self) -> tuple[tuple[Funding | Subsidy, Charge], ...]:
        """What policies spend out of levies of their own, with these: fundings, then subsidies, in their order."""
        entries: tuple[Funding | Subsidy, ...] = (*self.fundings, *self.subsidies)
        return tuple((entry, entry.charge) for entry in entries if entry.charge is not None)

    @cached_property
    def spending_share(self) -> Array:
        """Share of every budget by (government, purpose, cell of the payee), adding up to one for every government.

        What charges pay for comes on top of that: other purposes keep their shares.
        """
        spending, given = self.base_spending.copy(), self.given_up()
        general = spending[:, GENERAL].sum(axis=1)
        spending[:, GENERAL] *= np.where(given > 0, 1.0 - given / np.where(general > 0, general, 1.0), 1.0)[:, None]
        for funding in self.fundings:
            spending[funding.payer, funding.purpose] += funding.share * funding.weights
        return spending

    def enclaves(self, budgets: Array) -> Array:
        """What budgets, (government,), spend on capital by (owner, place), yuan of 2014."""
        cells = len(self.residence)
        enclaves = np.zeros((cells, cells))
        for funding in self.fundings:
            if funding.place is not None:
                enclaves[:, funding.place] += funding.share * budgets[funding.payer] * funding.weights
        return enclaves

    def grants_by_home(self, budgets: Array) -> Array:
        """Money per head that goes along with those registered in a home, (home,), yuan of 2014."""
        registered, total = self.residence.sum(axis=1), np.zeros(len(self.residence))
        for funding in self.fundings:
            if funding.homes is not None:
                total += funding.share * budgets[funding.payer] * funding.homes
        return np.asarray(total / np.where(registered > 0, registered, 1.0))

    def levy_rate(self, base: str) -> Array:
        """Share of a base that levies take, (cell,): `income` by residence, `land_rent` where the land is used."""
        return _rate_on(base, self.levies, np.zeros(len(self.residence)))

    def known_income_rate(self) -> Array:
        """Share of income before transfers that people know to be levied, (cell,): rates in force, last year's charges."""
        return np.asarray(self.levy_rate("income") + self.charge_rate)

    def subsidy_rate(self, base: str) -> Array:
        """Subsidies on top of what is earned at work in a cell, (cell,), for the base `wages` or `capital`."""
        return _rate_on(base, self.subsidies, np.zeros(len(self.residence)))

    @cached_property
    def goods_discount(self) -> Array:
        """Share of households' goods prices that vouchers pay, (cell, sector)."""
        cells, _, sectors = self.segmentation.shape
        return _rate_on("goods", self.subsidies, np.zeros((cells, sectors)))


_ENTRIES = tuple(entry.name for entry in fields(Rules))


def _rate_on(base: str, entries: Sequence[Levy | Subsidy], total: Array) -> Array:
    """The rates of all levies or subsidies on one base, added to `total`."""
    for entry in entries:
        if entry.base == base:
            total += entry.rate
    return total


@dataclass(frozen=True)
class Workforce:
    """People by place: residence[h, c] persons registered in h living in c; skills[c, k, w] persons by skill in c.

    The last index of `skills` is 1 for those who work in the town of their region, 0 for those who work where they live.
    newcomers[c, k]: those of them who are registered outside the reported area; None where there is no outside.
    effort[c]: hours of residents over those of the base year; None: those of the base year.
    """

    residence: Array
    skills: Array
    newcomers: Array | None = None
    effort: Array | None = None

    def times(self, factor: float) -> Workforce:
        """The same people, `factor` times as many."""
        newcomers = None if self.newcomers is None else self.newcomers * factor
        return Workforce(self.residence * factor, self.skills * factor, newcomers)

    @cached_property
    def persons(self) -> Array:
        """Residents by cell, (cell,)."""
        return np.asarray(self.residence.sum(axis=0))


@dataclass
class Economy:
    """The state of a world at the start of a year; the stages of the year replace its parts.

    people_scale: residents over those of the base year, by births and deaths alone. settled[h, c]: persons registered
    in h who live in c and never decide, before births and deaths. employment[c]: share of the efficiency units at work
    in c that had a job the year before. capital_units[o, c]: slices of the portfolio of owner o that stand in c, each
    worth unit_value[o] yuan of 2014; enclave[o, c]: capital in c owned by o which never moves, public or of an owner
    without slices. land[h, c]: km2; land_quality[c]: effective land a km2 of its own land gives in c, 1 in the base
    year. knowledge[c]: log value-added productivity gained since the base year; size[c, j]: the base part of gross
    productivity, changed only when villages become urban; ground[c]: product of the base year by which infrastructure
    is divided, None where it is divided by residents. The *_reference stocks (belt_references by policy) and the *_seed
    tables of choice are those the base year had on the ground a cell now covers.
    """

    year: int
    people_scale: float
    settled: Array
    income_per_head: Array
    income_before_transfers: Array
    budgets: Array
    home_rents: Array
    charge_rate: Array
    employment: Array
    workforce: Workforce
    work_in_town: Array
    capital_units: Array
    unit_value: Array
    enclave: Array
    land: Array
    land_quality: Array
    size: Array
    knowledge: Array
    infrastructure: Array
    services: Array
    labour_reference: Array
    infrastructure_reference: Array
    services_reference: Array
    persons_reference: Array
    ground: Array | None
    revenue: Array
    labour_seed: Array
    capital_seed: Array
    land_seed: Array
    belt_references: dict[str, Array] = field(default_factory=dict)

    def branch(self) -> Economy:
        """The same state for another model; the stages of a year replace what they change and write into nothing."""
        return replace(self, belt_references=dict(self.belt_references))

    @property
    def effective_land_owned(self) -> Array:
        """Land by (owner, place) in km2 of base-year quality; only a town's own land holds fields that came with villages."""
        owned = self.land.copy()
        owned.ravel()[:: len(owned) + 1] *= self.land_quality  # along the diagonal
        return owned

    @property
    def effective_land(self) -> Array:
        """Land by place in km2 of base-year quality, (cell,)."""
        return np.asarray(self.effective_land_owned.sum(axis=0))

    @property
    def has_slices(self) -> Flag:
        """Whether any slice of capital stands for an owner, (owner,); few agents may all have left a village by name."""
        return np.asarray(self.capital_units.sum(axis=1) > 0)

    @property
    def investment_places(self) -> Array:
        """Where what an owner saves is invested, (owner, place), every row adding up to one: n_oc / n_o.

        An owner without a slice invests by the base year's ties of its ground, M0_oc / M0_o, and at home without any.
        """
        held, ties = self.capital_units.sum(axis=1), self.capital_seed.sum(axis=1)
        placed = self.capital_units / np.where(held > 0, held, 1.0)[:, None]
        for owner in np.flatnonzero(held <= 0):
            placed[owner] = self.capital_seed[owner] / ties[owner] if ties[owner] > 0 else np.eye(held.size)[owner]
        return np.asarray(placed)

    @property
    def capital_owned(self) -> Array:
        """Capital by (owner, place), yuan of 2014."""
        return np.asarray(self.capital_units * self.unit_value[:, None] + self.enclave)

    @property
    def capital(self) -> Array:
        """Capital by place, yuan of 2014."""
        return np.asarray(self.capital_owned.sum(axis=0))


def baseline_rules(world: World, economy: Economy) -> Rules:
    """The law without any policy: every barrier in force, budgets spent for the base year's purposes where people are."""
    workforce, pairs = economy.workforce, (world.cells, world.cells)
    goods = (*pairs, len(world.technology.sectors))
    by_skill = workforce.skills.sum(axis=2)
    return Rules(
        registration_cut=np.broadcast_to(0.0, pairs),  # one number stands for all pairs until a policy sets some apart
        segmentation=np.broadcast_to(1.0, goods),
        trade_cost_cut=np.broadcast_to(0.0, goods),
        capital_barriers=np.broadcast_to(1.0, (3, *pairs)),
        distance_km=world.places.distance_km,
        land_opening=np.broadcast_to(0.0, pairs),
        land_rent_share=np.broadcast_to(world.parameters.household_rent_share, pairs),
        rent_kept=np.zeros(world.cells),
        wage_floor=np.zeros(world.cells),
        base_spending=spending_shares(world.public, world.places.territories(), workforce.persons, economy.ground),
        residence=workforce.residence,
        skill_shares=by_skill / by_skill.sum(axis=1, keepdims=True),
        income_per_head=economy.income_per_head,
        income_before_transfers=economy.income_before_transfers,
        budgets=economy.budgets,
        services_per_head=economy.services / workforce.persons,
        home_rents=economy.home_rents,
        charge_rate=economy.charge_rate,
    )


def alike(table: Array) -> bool:
    """Whether one number stands for all pairs of a table of rules, (cell, cell, ...), as it does without policies."""
    return table.strides[:2] == (0, 0)


def as_without_policies(table: Array, number: float) -> bool:
    """Whether one number stands for all pairs of a table of rules, (cell, cell, ...), and is this one."""
    return alike(table) and bool((table[0, 0] == number).all())


@once(keeper=1)
def hours_of_work(world: World, workforce: Workforce) -> Array:
    """Efficiency units by (cell of residence, cell of work)."""
    units = np.einsum("ckw,k->cw", workforce.skills, world.stocks.efficiency)
    if workforce.effort is not None:
        units = units * workforce.effort[:, None]
    work = np.diag(units[:, 0])
    work[np.arange(world.cells), world.places.town_of_cell] += units[:, 1]  # every resident cell has one town
    return np.asarray(work)


def log_change(now: Array, before: Array) -> Array:
    """Log of now over before, (cell,); zero where a price was not there in both, as the rent of land nobody uses."""
    there = (now > 0) & (before > 0)
    return np.asarray(np.log(np.where(there, now, 1.0) / np.where(there, before, 1.0)))


def weighted_log(weight: float, ratio: Array) -> Array:
    """weight log(ratio), (cell,): 0 where the weight is 0, whatever the ratio, so a stock that nobody values may be zero."""
    return np.zeros_like(ratio) if weight == 0.0 else np.asarray(weight * np.log(ratio))


def government_names(world: World) -> tuple[str, ...]:
    """Names of the governments: one a region, and the one above them."""
    return (*world.places.regions, "upper government")
