"""The recorder: what is written down of every year, in the words and units of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.arrays import Array, Flag, Index
from sim.economy.markets.clearing import Clearing
from sim.economy.prices import BaseYear, income_at_base_returns, living_cost
from sim.economy.state import Economy
from sim.economy.treasury import Statement
from sim.units import GROUPS, NEWCOMERS, SUMS_OF_NEWCOMERS, TENTHS
from sim.world.world import Places, World
from sim.year.record import Layout, MovesOfYear, Readings, Record

_MEANS = ("income_per_head", "real_income_per_head")


def cell_readings(
    world: World, economy: Economy, clearing: Clearing, money: Statement, base: BaseYear, discount: Array
) -> dict[str, Array]:
    """Everything recorded by cell, (cell,) each, by measure; discount: (cell, sector) paid by vouchers."""
    persons = economy.workforce.persons
    price = clearing.price_index / base.price_index
    readings = {
        "population": persons,
        "income_per_head": money.disposable / persons,
        "real_income_per_head": money.disposable / persons / living_cost(world, clearing, base, discount),
        "wage": clearing.wage,
        "unemployment": 1 - clearing.employment,
        "rental_rate": clearing.rental,
        "land_rent": clearing.land_rent,
        "capital": economy.capital,
        "land": economy.effective_land,
        "output": money.value_added + money.housing,
        "price_index": price,
    }
    added = clearing.revenue * world.technology.value_added
    for sector, name in enumerate(world.technology.sectors):
        # housing is part of services, as in the national accounts; worlds without services show it in output only
        housing = money.housing if name == "services" else 0.0
        readings[f"output_{name}"] = added[:, sector] + housing
    return readings


class _Groups(NamedTuple):
    """Groups of cells, those of one size together: which groups, (group,), and their cells (group, cell of the group)."""

    number: int
    alike: tuple[tuple[Index, Index], ...]

    @classmethod
    def of(cls, flags: Sequence[Flag]) -> _Groups:
        """Groups by the flags of their cells, (cell,)."""
        cells = [np.flatnonzero(flag) for flag in flags]
        sizes = np.array([each.size for each in cells])
        alike = tuple((np.flatnonzero(sizes == size), np.stack([c for c in cells if c.size == size])) for size in {*sizes})
        return cls(len(cells), alike)

    def sums(self, table: Array) -> Array:
        """Sums over the cells of every group, (..., group), of a table (..., cell)."""
        found = np.empty((*table.shape[:-1], self.number))
        for groups, cells in self.alike:
            found[..., groups] = np.take(table, cells, axis=-1).sum(axis=-1)
        return found


class _Year(NamedTuple):
    """How the rows of a year are read: by cell, and by group of cells; which numbers of each table are written down."""

    layout: Layout
    of_cells: Flag
    of_groups: Flag
    groups: _Groups
    towns: _Groups
    urban: Flag
    rural: Flag


def record_year(
    record: Record,
    world: World,
    economy: Economy,
    readings: Mapping[str, Array],
    extra: Mapping[str, Array],
    revenue_public: Array,
    base: BaseYear,
) -> None:
    """Add a year's rows: cells as read, regions, kinds and the world as sums or means over residents."""
    every = (*readings, *extra)
    plan = record.once(("year", *every), lambda: _plan(world.places, tuple(readings), every))
    table = np.stack([*readings.values(), *extra.values()])
    people = readings["population"]
    summed = [measure for measure in readings if _adds_up(measure)]
    means = [measure for measure in readings if measure in _MEANS]
    sums = dict(zip(summed, plan.groups.sums(np.stack([readings[measure] for measure in summed])), strict=True))
    weighed = plan.groups.sums(np.stack([readings[measure] * people for measure in means])) / sums["population"]
    found = sums | dict(zip(means, weighed, strict=True))
    columns = [found[measure] for measure in readings if measure in found]
    if "output" in sums:
        columns.append(sums["output"] / sums["population"])
    columns.append(plan.towns.sums(people) / sums["population"])
    columns.append(np.append(revenue_public, np.zeros(plan.groups.number - revenue_public.size)))
    parts = [table[plan.of_cells], np.stack(columns, axis=1)[plan.of_groups]]
    if plan.urban.any() and plan.rural.any():
        income = income_at_base_returns(world, economy, base)
        parts.append(np.array([_mean(income, people, plan.urban) / _mean(income, people, plan.rural)]))
    record.readings.append(Readings(economy.year, plan.layout, np.concatenate(parts)))


def _plan(places: Places, readings: Sequence[str], every: Sequence[str]) -> _Year:
    """Which rows a year has: regions with their public revenue and urban share, kinds, the world with its urban share."""
    urban, inside = places.urban, places.reported_cells
    regions = [("region", name, places.region_of_cell == region) for region, name in enumerate(places.regions)]
    kinds = [("kind", "urban", urban & inside), ("kind", "rural", ~urban & inside)]
    kinds = [kind for kind in kinds if kind[2].any()]  # some worlds have towns alone
    groups = [*regions, *kinds, ("world", places.world, inside)]
    of_cells = np.array([[measure != "work_in_town_share" or not town for town in urban] for measure in every])
    columns = [measure for measure in readings if _adds_up(measure) or measure in _MEANS]
    columns += ["output_per_head"] if "output" in readings else []
    columns += ["urban_share", "public_revenue"]
    lacking = {"region": (), "kind": ("urban_share", "public_revenue"), "world": ("public_revenue",)}
    of_groups = np.array([[measure not in lacking[scope] for measure in columns] for scope, _, _ in groups])
    rows = [("cell", places.cells[cell], every[measure]) for measure, cell in np.argwhere(of_cells)]
    rows += [(*groups[group][:2], columns[measure]) for group, measure in np.argwhere(of_groups)]
    towns, country = inside & urban, inside & ~urban
    if towns.any() and country.any():
        rows.append(("world", places.world, "urban_rural_ratio_fixed_returns"))
    flags = [flag for _, _, flag in groups]
    return _Year(
        Layout.of(rows), of_cells, of_groups, _Groups.of(flags), _Groups.of([flag & urban for flag in flags]), towns, country
    )


def _mean(value: Array, weight: Array, where: Flag) -> float:
    return float((value[where] * weight[where]).sum() / weight[where].sum())


def _adds_up(measure: str) -> bool:
    return measure in ("population", "capital", "land") or measure.startswith("output")


def record_moves(record: Record, world: World, year: int, factor: str, event: str, table: Array) -> None:
    """Add the moves of a factor in a year: every pair of cells that saw any.

    Kept as arrays: a year has a thousand pairs, and so many small objects would cost Python's garbage collector much time.
    """
    # found in one row of flags, several times as fast as in a table of numbers
    origins, destinations = np.divmod(np.flatnonzero(table != 0.0), len(table))
    values = table[origins, destinations]
    record.moves.append(MovesOfYear(year, factor, event, world.places.cells, origins, destinations, values))


def record_welfare(record: Record, world: World, year: int, by_home: Array, mean: float, everybody: float) -> None:
    """Add what those registered in every reported cell gained since the base year, their mean, and that of everybody."""
    places = world.places

    def rows() -> Layout:
        homes = [("cell", places.cells[home], "welfare") for home in np.flatnonzero(places.reported_cells)]
        return Layout.of([*homes, *(("world", places.world, measure) for measure in ("welfare", "welfare_nation"))])

    values = np.concatenate([by_home[places.reported_cells], [mean, everybody]])
    record.readings.append(Readings(year, record.once("welfare", rows), values))


def record_individuals(record: Record, world: World, year: int, found: Mapping[str, tuple[float, Array]]) -> None:
    """Add how incomes are distributed over individuals, by measure: in the reported area, and in every cell."""
    places = world.places

    def rows() -> Layout:
        everywhere = [*(("cell", cell) for cell in places.cells), ("world", places.world)]
        return Layout.of([(*place, measure) for measure in found for place in everywhere])

    values = np.concatenate([np.append(by_cell, everybody) for everybody, by_cell in found.values()])
    record.readings.append(Readings(year, record.once(("individuals", *found), rows), values))


def by_registration(residence: Array, income: Array, inside: Flag) -> Array:
    """People and their mean income by group, (group, 2): registered in the area; newcomers; registered and living outside.

    N_g = sum_hc M_hc,   y_g = sum_hc M_hc y_c / N_g over the homes h and cells c of a group; residence: M, persons by
    (home, cell); income: (cell,). Everybody counts with the mean of the cell where they live. inside: (cell,), the area.
    """
    homes = (
        residence[inside].sum(axis=0),
        residence[~inside].sum(axis=0) * inside,
        residence[~inside].sum(axis=0) * ~inside,
    )
    return np.array([(people.sum(), people @ income / people.sum() if people.any() else np.nan) for people in homes])


def record_registration(record: Record, world: World, year: int, residence: Array, income: Array) -> None:
    """Add how many people there are by registration and their mean real income, and the newcomers of every reported cell.

    Nothing in a world without a rest of the country.
    """
    places, inside = world.places, world.places.reported_cells
    if inside.all():
        return
    people, mean = by_registration(residence, income, inside).T
    known = np.stack([np.ones(len(GROUPS), dtype=bool), people > 0], axis=1)

    def rows() -> Layout:
        names = [(f"population_{group}", f"real_income_{group}") for group in GROUPS]
        read = [("world", places.world, names[group][which]) for group, which in np.argwhere(known)]
        return Layout.of([*read, *(("cell", places.cells[cell], "population_newcomers") for cell in np.flatnonzero(inside))])

    values = np.concatenate([np.stack([people, mean], axis=1)[known], residence[~inside].sum(axis=0)[inside]])
    record.readings.append(Readings(year, record.once(("registration", *known[:, 1].tolist()), rows), values))


def record_tenths(record: Record, world: World, year: int, incomes: Array) -> None:
    """Add the mean real income of every tenth of a reported cell's residents, (cell, tenth), the poorest first."""
    places = world.places

    def rows() -> Layout:
        reported = [places.cells[cell] for cell in np.flatnonzero(places.reported_cells)]
        return Layout.of([("cell", cell, measure) for cell in reported for measure in TENTHS])

    record.readings.append(Readings(year, record.once("tenths", rows), incomes[places.reported_cells].ravel()))


def record_newcomers(record: Record, world: World, year: int, heads: Array, incomes: Array) -> None:
    """Add how many newcomers every tenth of a reported cell has, and their real income together, (cell, tenth) both."""
    places, inside = world.places, world.places.reported_cells

    def rows() -> Layout:
        reported = [places.cells[cell] for cell in np.flatnonzero(inside)]
        names = (*NEWCOMERS, *SUMS_OF_NEWCOMERS)
        return Layout.of([("cell", cell, measure) for cell in reported for measure in names])

    values = np.concatenate([heads[inside], incomes[inside]], axis=1)
    record.readings.append(Readings(year, record.once("newcomers", rows), values.ravel()))


def record_policies(record: Record, year: int, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add what every policy cost public budgets and raised for them in a year."""

    def rows() -> Layout:
        return Layout.of([("policy", name, measure) for name in sums for measure in ("public_cost", "public_receipts")])

    values = np.array(list(sums.values()), dtype=np.float64).ravel()
    record.readings.append(Readings(year, record.once(("policies", *sums), rows), values))


def record_payers(record: Record, world: World, year: int, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add what the government of every region paid for policies and raised by them in a year, and what all did.

    What the government above the regions paid is the world's sum less that of all regions.
    """
    if not sums:
        return
    places = world.places

    def rows() -> Layout:
        payers = [*(("region", region) for region in places.regions), ("world", places.world)]
        return Layout.of([(*payer, measure) for payer in payers for measure in ("paid_for_policies", "raised_by_policies")])

    everybody = (sum(cost for cost, _ in sums.values()), sum(raised for _, raised in sums.values()))
    values = np.array([*(sums[region] for region in places.regions), everybody]).ravel()
    record.readings.append(Readings(year, record.once("payers", rows), values))


def record_charges(record: Record, world: World, year: int, paid: Array | None) -> None:
    """Add what households were charged for policies, (cell,): by cell, by region, and in all cells together."""
    if paid is None:
        return
    places = world.places

    def rows() -> Layout:
        payers = [*(("cell", cell) for cell in places.cells), *(("region", region) for region in places.regions)]
        return Layout.of([(*payer, "charged_to_households") for payer in (*payers, ("world", places.world))])

    values = np.concatenate([paid, places.membership() @ paid, [paid.sum()]])
    record.readings.append(Readings(year, record.once("charges", rows), values))


def record_general_purchases(record: Record, world: World, year: int, per_head: Array, persons: Array) -> None:
    """Add general purchases per head, (cell,), as means over the residents of every region and of the reported area."""
    places = world.places

    def made() -> tuple[Layout, _Groups]:
        wide = [("region", name, places.region_of_cell == region) for region, name in enumerate(places.regions)]
        wide.append(("world", places.world, places.reported_cells))
        return Layout.of([(*one[:2], "general_purchases_per_head") for one in wide]), _Groups.of([one[2] for one in wide])

    layout, groups = record.once("general_purchases", made)
    record.readings.append(Readings(year, layout, groups.sums(per_head * persons) / groups.sums(persons)))


def record_accounts(record: Record, year: int, residuals: Mapping[str, float]) -> None:
    """Add the residual of every identity of a year."""
    record.accounts.extend((year, identity, residual) for identity, residual in residuals.items())
