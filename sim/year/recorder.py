"""The recorder: what is written down of every year, in the words and units of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Array, Flag
from sim.economy.markets.clearing import Clearing
from sim.economy.prices import BaseYear, income_at_base_returns, living_cost
from sim.economy.state import Economy
from sim.economy.treasury import Statement
from sim.units import GROUPS, TENTHS
from sim.world.world import World


class MovesOfYear(NamedTuple):
    """Who moved of a factor in a year by one event: the pairs of cells that saw any, (pair,), and how much went."""

    year: int
    factor: str
    event: str
    origins: NDArray[np.object_]
    destinations: NDArray[np.object_]
    values: Array


@dataclass
class Record:
    """The years of one run: rows of (year, scope, place, measure, value), moves, residuals of the accounts."""

    series: list[tuple[int, str, str, str, float]] = field(default_factory=list)
    moves: list[MovesOfYear] = field(default_factory=list)
    accounts: list[tuple[int, str, float]] = field(default_factory=list)

    def branch(self) -> Record:
        """The same years in a record of its own, to which others are added."""
        return Record(list(self.series), list(self.moves), list(self.accounts))

    def flow_columns(self) -> dict[str, NDArray[Any]]:
        """All moves as columns: year, factor, event, names of origin and destination, value."""
        pairs = [moves.values.size for moves in self.moves]
        named = {
            name: np.repeat(np.array([getattr(moves, name) for moves in self.moves], dtype=kind), pairs)
            for name, kind in (("year", np.int64), ("factor", object), ("event", object))
        }
        joined = {"origin": "origins", "destination": "destinations", "value": "values"}
        return named | {
            name: np.concatenate([getattr(moves, part) for moves in self.moves]) if pairs else np.empty(0)
            for name, part in joined.items()
        }

    @property
    def flows(self) -> list[tuple[int, str, str, str, str, float]]:
        """All moves as rows of (year, factor, event, origin, destination, value), made when asked for."""
        return list(zip(*(column.tolist() for column in self.flow_columns().values()), strict=True))


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
    year, places = economy.year, world.places
    for measure, values in {**readings, **extra}.items():
        rows = zip(places.cells, values.tolist(), places.urban.tolist(), strict=True)
        all_cells = measure != "work_in_town_share"  # who lives in town works in town
        record.series.extend((year, "cell", cell, measure, value) for cell, value, urban in rows if all_cells or not urban)
    everywhere = places.reported_cells
    summed = [measure for measure in readings if _adds_up(measure)]
    table = (readings, summed, np.stack([readings[measure] for measure in summed]))
    for region, name in enumerate(places.regions):
        _group(record, year, "region", name, places.region_of_cell == region, places.urban, *table)
        record.series.append((year, "region", name, "public_revenue", float(revenue_public[region])))
    for kind, flag in (("urban", places.urban), ("rural", ~places.urban)):
        if (flag & everywhere).any():  # some worlds have towns alone
            _group(record, year, "kind", kind, flag & everywhere, None, *table)
    _group(record, year, "world", places.world, everywhere, places.urban, *table)
    income = income_at_base_returns(world, economy, base)
    people = readings["population"]
    urban, rural = everywhere & places.urban, everywhere & ~places.urban
    if urban.any() and rural.any():
        ratio = _mean(income, people, urban) / _mean(income, people, rural)
        record.series.append((year, "world", places.world, "urban_rural_ratio_fixed_returns", ratio))


def _mean(value: Array, weight: Array, where: Flag) -> float:
    return float((value[where] * weight[where]).sum() / weight[where].sum())


def _group(
    record: Record,
    year: int,
    scope: str,
    name: str,
    where: Flag,
    urban: Flag | None,
    readings: Mapping[str, Array],
    summed: Sequence[str],
    stocks: Array,
) -> None:
    """Rows of a group of cells: sums of stocks and flows, incomes per resident, and its urban share.

    stocks: (measure, cell), the readings of the measures `summed`, which add up.
    """
    people = readings["population"]
    found = dict(zip(summed, np.compress(where, stocks, axis=1).sum(axis=1).tolist(), strict=True))
    for measure in readings:
        if measure in found:
            record.series.append((year, scope, name, measure, found[measure]))
        elif measure in ("income_per_head", "real_income_per_head"):
            record.series.append((year, scope, name, measure, _mean(readings[measure], people, where)))
    if "output" in found:
        record.series.append((year, scope, name, "output_per_head", found["output"] / found["population"]))
    if urban is not None:
        share = float(people[where & urban].sum() / people[where].sum())
        record.series.append((year, scope, name, "urban_share", share))


def _adds_up(measure: str) -> bool:
    return measure in ("population", "capital", "land") or measure.startswith("output")


def record_moves(record: Record, world: World, year: int, factor: str, event: str, table: Array) -> None:
    """Add the moves of a factor in a year: every pair of cells that saw any.

    Kept as arrays: a year has a thousand pairs, and so many small objects would cost Python's garbage collector much time.
    """
    cells = np.array(world.places.cells, dtype=object)
    origins, destinations = np.nonzero(table)
    values = table[origins, destinations]
    record.moves.append(MovesOfYear(year, factor, event, cells[origins], cells[destinations], values))


def record_welfare(record: Record, world: World, year: int, by_home: Array, mean: float, everybody: float) -> None:
    """Add what those registered in every reported cell gained since the base year, their mean, and that of everybody."""
    places = world.places
    for home in np.flatnonzero(places.reported_cells):
        record.series.append((year, "cell", places.cells[home], "welfare", float(by_home[home])))
    record.series.append((year, "world", places.world, "welfare", mean))
    record.series.append((year, "world", places.world, "welfare_nation", everybody))


def record_individuals(record: Record, world: World, year: int, found: Mapping[str, tuple[float, Array]]) -> None:
    """Add how incomes are distributed over individuals, by measure: in the reported area, and in every cell."""
    places = world.places
    for measure, (everybody, by_cell) in found.items():
        rows = zip(places.cells, by_cell.tolist(), strict=True)
        record.series.extend((year, "cell", cell, measure, value) for cell, value in rows)
        record.series.append((year, "world", places.world, measure, everybody))


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
    for group, (people, mean) in zip(GROUPS, by_registration(residence, income, inside).tolist(), strict=True):
        record.series.append((year, "world", places.world, f"population_{group}", people))
        if people > 0:
            record.series.append((year, "world", places.world, f"real_income_{group}", mean))
    newcomers = residence[~inside].sum(axis=0)
    rows = [(places.cells[cell], float(newcomers[cell])) for cell in np.flatnonzero(inside)]
    record.series.extend((year, "cell", cell, "population_newcomers", value) for cell, value in rows)


def record_tenths(record: Record, world: World, year: int, incomes: Array) -> None:
    """Add the mean real income of every tenth of a reported cell's residents, (cell, tenth), the poorest first."""
    places = world.places
    for cell in np.flatnonzero(places.reported_cells):
        rows = zip(TENTHS, incomes[cell].tolist(), strict=True)
        record.series.extend((year, "cell", places.cells[cell], measure, value) for measure, value in rows)


def record_policies(record: Record, year: int, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add what every policy cost public budgets and raised for them in a year."""
    for name, (cost, raised) in sums.items():
        record.series.append((year, "policy", name, "public_cost", cost))
        record.series.append((year, "policy", name, "public_receipts", raised))


def record_payers(record: Record, world: World, year: int, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add what the government of every region paid for policies and raised by them in a year, and what all did.

    What the government above the regions paid is the world's sum less that of all regions.
    """
    if not sums:
        return
    rows = [("region", region, sums[region]) for region in world.places.regions]
    everybody = (sum(cost for cost, _ in sums.values()), sum(raised for _, raised in sums.values()))
    for scope, place, (cost, raised) in [*rows, ("world", world.places.world, everybody)]:
        record.series.append((year, scope, place, "paid_for_policies", cost))
        record.series.append((year, scope, place, "raised_by_policies", raised))


def record_charges(record: Record, world: World, year: int, paid: Array | None) -> None:
    """Add what households were charged for policies, (cell,): by cell, by region, and in all cells together."""
    if paid is None:
        return
    places = world.places
    rows = [("cell", cell, value) for cell, value in zip(places.cells, paid.tolist(), strict=True)]
    rows += zip(["region"] * len(places.regions), places.regions, (places.membership() @ paid).tolist(), strict=True)
    rows.append(("world", places.world, float(paid.sum())))
    record.series.extend((year, scope, place, "charged_to_households", value) for scope, place, value in rows)


def record_general_purchases(record: Record, world: World, year: int, per_head: Array, persons: Array) -> None:
    """Add general purchases per head, (cell,), as means over the residents of every region and of the reported area."""
    places = world.places
    rows = [("region", name, places.region_of_cell == region) for region, name in enumerate(places.regions)]
    for scope, place, where in [*rows, ("world", places.world, places.reported_cells)]:
        record.series.append((year, scope, place, "general_purchases_per_head", _mean(per_head, persons, where)))


def record_accounts(record: Record, year: int, residuals: Mapping[str, float]) -> None:
    """Add the residual of every identity of a year."""
    record.accounts.extend((year, identity, residual) for identity, residual in residuals.items())
