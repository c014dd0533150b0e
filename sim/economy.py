"""The waist: Economy, the whole state; Rules, the law in force; Payment, who pays whom how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.world.world import Array, World, spending_by_residents


@dataclass(frozen=True)
class Rules:
    """The law in force in a year, rebuilt from the world's baseline every year.

    registration_cut[h, d]: share of the registration barrier removed. segmentation[n, c, j]: share of the log border
    cost still in force when n buys good j from c. spending_share[g, purpose, c]: share of government g's budget spent
    for a purpose in cell c; the last government stands above the regions. enclave_share[g, o, d]: share of g's budget
    that buys capital in d owned by o. residents[c]: persons, over whom budgets are divided.
    income_per_head[c]: disposable income of the year before (of the base year in the first), for means tests, yuan of
    2014. capital_gain[o, c]: log points of barriers removed for capital of o in c. distance_km[n, c]: over the network.
    land_opening[h, c]: share of h's own land offered in c where base-year rules forbid it. land_rent_share[h, c]: share of
    rent other than farm rent that reaches households in h for their land used in c.
    """

    registration_cut: Array
    segmentation: Array
    spending_share: Array
    enclave_share: Array
    residents: Array
    income_per_head: Array
    capital_gain: Array
    distance_km: Array
    land_opening: Array
    land_rent_share: Array


@dataclass(frozen=True)
class Payment:
    """One payment of public money in a year: payer and payee by name, purpose, yuan of 2014."""

    payer: str
    payee: str
    purpose: str
    amount: float


@dataclass(frozen=True)
class Workforce:
    """People by place: residence[h, c] persons registered in h living in c; skills[c, k, w] persons by skill in c.

    The last index of `skills` is 1 for those who work in the town of their region, 0 for those who work where they live.
    """

    residence: Array
    skills: Array

    def times(self, factor: float) -> Workforce:
        """The same people, `factor` times as many."""
        return Workforce(self.residence * factor, self.skills * factor)

    @property
    def persons(self) -> Array:
        """Residents by cell, (cell,)."""
        return np.asarray(self.residence.sum(axis=0))


@dataclass
class Economy:
    """The state of a world at the start of a year; the stages of the year replace its parts.

    people_scale: residents over those of the base year, by births and deaths alone. capital_units[o, c]: slices of the
    portfolio of owner o that stand in c, each worth unit_value[o] yuan of 2014; enclave[o, c]: public capital in c owned
    by o, which never moves. land[h, c]: km2; land_quality[c]: effective land a km2 of its own land gives in c, 1 in the
    base year. knowledge[c]: log value-added productivity gained since the base year; size[c, j]: the base part of gross
    productivity, changed only when villages become urban. The *_reference stocks and the *_seed tables of choice are
    those the base year had on the ground a cell now covers.
    """

    year: int
    people_scale: float
    income_per_head: Array
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
    revenue: Array
    labour_seed: Array
    capital_seed: Array
    land_seed: Array

    @property
    def effective_land_owned(self) -> Array:
        """Land by (owner, place) in km2 of base-year quality; only a town's own land holds fields that came with villages."""
        owned = self.land.copy()
        owned[np.diag_indices(owned.shape[0])] *= self.land_quality
        return owned

    @property
    def effective_land(self) -> Array:
        """Land by place in km2 of base-year quality, (cell,)."""
        return np.asarray(self.effective_land_owned.sum(axis=0))

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
    residents = economy.workforce.persons
    cells, sectors, governments = world.cells, len(world.technology.sectors), world.public.purpose_share.shape[0]
    return Rules(
        registration_cut=np.zeros((cells, cells)),
        segmentation=np.ones((cells, cells, sectors)),
        spending_share=spending_by_residents(world.public.purpose_share, world.places.territories(), residents),
        enclave_share=np.zeros((governments, cells, cells)),
        residents=residents,
        income_per_head=economy.income_per_head,
        capital_gain=np.zeros((cells, cells)),
        distance_km=world.places.distance_km,
        land_opening=np.zeros((cells, cells)),
        land_rent_share=np.full((cells, cells), world.parameters["household_rent_share"]),
    )


def hours_of_work(world: World, workforce: Workforce) -> Array:
    """Efficiency units by (cell of residence, cell of work)."""
    units = np.einsum("ckw,k->cw", workforce.skills, world.stocks.efficiency)
    work = np.diag(units[:, 0])
    np.add.at(work, (np.arange(world.cells), world.places.town_of_cell), units[:, 1])
    return np.asarray(work)


def log_change(now: Array, before: Array) -> Array:
    """Log of now over before, (cell,); zero where a price was not there in both, as the rent of land nobody uses."""
    there = (now > 0) & (before > 0)
    return np.asarray(np.log(np.where(there, now, 1.0) / np.where(there, before, 1.0)))


def government_names(world: World) -> tuple[str, ...]:
    """Names of the governments: one a region, and the one above them."""
    return (*world.places.regions, "upper government")
