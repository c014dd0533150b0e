"""The check-up of a world: how far its base year is from the published one, and figures a reader should find sane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import WorldFolder
from sim.economy import treasury
from sim.economy.state import baseline_rules, government_names
from sim.model import FactorFlowModel
from sim.world.base_year import base_year_accounts
from sim.world.build import build_world, parameter_table
from sim.world.tables import observed
from sim.world.technology import technology
from sim.world.world import World
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy


@dataclass(frozen=True)
class Errors:
    """Largest relative errors of the model's base year against published figures."""

    income: float
    population: float
    product: float


def base_year_errors(here: WorldFolder, world: World, agents: int | None, replicate: int = 0) -> Errors:
    """Errors of all incomes, populations and products of a world of tables, with agents or (None) the continuum."""
    model = FactorFlowModel(
        world,
        last_year=world.first_year,
        continuum=agents is None,
        replicate=replicate,
        labour_agents=agents or 0,
    )
    model.step()
    read = {row[1:4]: row[4] for row in model.record.series}
    year = world.first_year
    products = {row["sector"]: row["product"] for row in catalogue.technology(here)}
    income, people, product = [], [], []
    for city, residents in catalogue.residents(here, year).items():
        for kind, persons in zip(KINDS, residents, strict=True):
            cell = cell_name(city, kind)
            income.append(read["cell", cell, "income_per_head"] / _known(here.at(city, "disposable_income", year, kind)))
            people.append(read["cell", cell, "population"] / persons)
        for sector, published in products.items():
            product.append(read["region", city, f"output_{sector}"] / _known(here.at(city, published, year)))
    return Errors(*(float(np.abs(np.array(ratio) - 1).max()) for ratio in (income, people, product)))


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def sanity(world: World) -> list[tuple[str, ...]]:
    """A row a cell: share working in town, rent share of income, dividend share, capital over output, wedge."""
    economy = first_economy(world, *continua(world))
    clearing, maps, _ = clear_markets(world, economy, baseline_rules(world, economy))
    money = treasury.statement(maps, clearing.revenue)
    keep = 1 - world.public.wedge
    rent = keep * money.land_income / money.disposable
    dividends = keep * money.dividends / money.disposable
    deepening = economy.capital / (money.value_added + money.housing)
    return [
        (
            cell,
            "" if world.places.urban[number] else f"{world.stocks.work_in_town[number]:.2f}",
            f"{rent[number]:.3f}",
            f"{dividends[number]:.3f}",
            f"{deepening[number]:.2f}",
            f"{world.public.wedge[number]:.3f}",
        )
        for number, cell in enumerate(world.places.cells)
    ]


def fall_of_the_gap(here: WorldFolder, world: World, last: int) -> tuple[float, float]:
    """Mean change of the log city ratio from the base year to `last`, times 100: the continuum's, and observed."""
    model = FactorFlowModel(world, last_year=last, continuum=True)
    while model.running:
        model.step()
    income = {row[:3:2]: row[4] for row in model.record.series if row[1] == "cell" and row[3] == "income_per_head"}
    table = catalogue.observed(here)
    seen = table[(table["measure"] == "urban_rural_ratio") & (table["scope"] == "region")]
    ratios = seen.pivot(index="place", columns="year", values="value")
    cities = [str(city) for city in ratios.index]

    def log_ratio(year: int) -> Array:
        urban, rural = (np.array([income[year, cell_name(city, kind)] for city in cities]) for kind in KINDS)
        return np.asarray(np.log(urban / rural))

    published = np.log(ratios[last].to_numpy() / ratios[world.first_year].to_numpy())
    return 100 * float((log_ratio(last) - log_ratio(world.first_year)).mean()), 100 * float(published.mean())


def path_since(here: WorldFolder, world: World, last: int) -> list[tuple[str, ...]]:
    """A row a year: the urban-rural ratio of all cities, and residents, in the continuum and as published."""
    model = FactorFlowModel(world, last_year=last, continuum=True)
    while model.running:
        model.step()
    read = {(year, scope, place, measure): value for year, scope, place, measure, value in model.record.series}
    seen = catalogue.observed(here)
    ratio = seen[(seen["measure"] == "urban_rural_ratio") & (seen["scope"] == "world")].set_index("year")["value"]
    rows: list[tuple[str, ...]] = []
    for year in range(world.first_year, last + 1):
        ours = read[year, "kind", "urban", "income_per_head"] / read[year, "kind", "rural", "income_per_head"]
        counted = catalogue.residents(here, year)
        people = f"{sum(map(sum, counted.values())) / 1e6:.2f}" if len(counted) == len(here.places) else ""
        said = f"{ratio[year]:.3f}" if year in ratio.index else ""
        rows.append((f"{year}", f"{ours:.3f}", said, f"{read[year, 'world', world.name, 'population'] / 1e6:.2f}", people))
    return rows


def budgets(world: World) -> list[tuple[str, ...]]:
    """What a share of a budget is a share of: every government's budget in the base year."""
    return [(name, f"{budget / 1e9:,.1f}") for name, budget in zip(government_names(world), world.budgets, strict=True)]


def places_of(known: AnyWorld, world: World) -> list[tuple[str, ...]]:
    """A row a region: income ratio, household income over product, wage gap, villages' product, saving, K/Y, return, wedge.

    Figures beyond what a reader should take for granted carry a mark.
    """
    p = parameter_table(known)
    data = observed(known, p)
    tech = technology(known)
    clearing = world.revenue * world.technology.value_added
    product = clearing.reshape(len(data.regions), 2, -1)
    labour = (world.stocks.residents + world.stocks.settled).T @ (world.stocks.skill_share @ world.stocks.efficiency)
    accounts = base_year_accounts(data, labour.reshape(-1, 2), tech, p)
    gap = np.log(accounts.wage[:, 0] / accounts.wage[:, 1])
    capital = (world.stocks.capital + world.stocks.settled_capital).sum(axis=0).reshape(-1, 2).sum(axis=1)
    income = data.residents * data.income
    columns = (
        (data.income[:, 0] / data.income[:, 1], 2, 1.0, 5.0),
        (income.sum(axis=1) / data.product.sum(axis=1), 2, 0.25, 0.75),
        (gap, 2, 0.0, 1.3),
        (product[:, 1, 1:].sum(axis=1) / product[:, :, 1:].sum(axis=(1, 2)), 2, 0.02, 0.6),
        (accounts.saving_rate[:, 0], 2, 0.0, 0.6),
        (accounts.saving_rate[:, 1], 2, 0.0, 0.6),
        (capital / data.product.sum(axis=1), 2, 0.8, 5.0),
        (100 * (product @ tech.capital).sum(axis=1) / capital, 1, 5.0, 40.0),
        (accounts.wedge, 2, 0.0, 0.5),
    )
    return [
        (
            region,
            *(
                f"{values[row]:.{digits}f}{'' if low <= values[row] <= high else ' !'}"
                for values, digits, low, high in columns
            ),
        )
        for row, region in enumerate(data.regions)
    ]


def home_shares(known: WorldFolder, world: World) -> list[tuple[str, ...]]:
    """Spending that stays in its region, the model's base year against published shares: mean, and their correlation."""
    published = {place: values for (place, _, _, name), values in known.series.items() if name == "home_share"}
    if not published:
        return []
    member = world.places.membership()
    shares = world.trade_shares[:, :, 1:].mean(axis=2)
    spending = world.price_weights
    home = [
        float((spending * row) @ shares @ row / (spending @ row))
        for region, row in zip(world.places.regions, member, strict=True)
        if region in published
    ]
    seen = [next(iter(published[region].values())) for region in world.places.regions if region in published]
    year = next(iter(next(iter(published.values()))))
    correlation = float(np.corrcoef(home, seen)[0, 1])
    return [(f"mean of {len(home)} regions, {year}", f"{np.mean(home):.2f}", f"{np.mean(seen):.2f}", f"{correlation:.2f}")]


def fit(known: WorldFolder, world: World) -> list[tuple[str, ...]]:
    """How far the years after the base year are missed: the model, no change, and the drift of the first two years.

    Root mean square over the years of the urban-rural ratio, and of the spread (standard deviation of log income per head
    of the regions, each counted once), from the base year on.
    """
    seen = catalogue.observed(known)
    years = sorted(set(seen.loc[seen["measure"] == "income_per_head", "year"]))
    years = [year for year in years if year > world.first_year and len(catalogue.residents(known, year)) == len(known.places)]
    if len(years) < 2:
        return []
    model = FactorFlowModel(world, last_year=years[-1], continuum=True)
    while model.running:
        model.step()
    ours = {row[:1] + row[2:3]: row[4] for row in model.record.series if row[1] == "cell" and row[3] == "income_per_head"}
    people = {row[:1] + row[2:3]: row[4] for row in model.record.series if row[1] == "cell" and row[3] == "population"}
    cells = seen[(seen["scope"] == "cell") & (seen["measure"] == "income_per_head")]
    published = {
        (int(year), place): value for year, place, value in zip(cells["year"], cells["place"], cells["value"], strict=True)
    }
    both = []
    for year in (world.first_year, *years):
        heads = np.array([catalogue.residents(known, year)[place] for place in known.places])
        names = [[cell_name(place, kind) for kind in KINDS] for place in known.places]
        income = np.array([[[table[year, cell] for cell in row] for row in names] for table in (ours, published)])
        weights = np.array([[[people[year, cell] for cell in row] for row in names], heads])
        ratio = (income * weights).sum(axis=1) / weights.sum(axis=1)
        mean = (income * weights).sum(axis=2) / weights.sum(axis=2)
        both.append(np.stack([ratio[:, 0] / ratio[:, 1], np.log(mean).std(axis=1)]))
    path = np.array(both)  # (year, measure, model or published)
    steps = np.array([year - world.first_year for year in years], dtype=float)[:, None]
    actual, first = path[1:, :, 1], path[0, :, 1]
    guesses = {
        "the model": path[1:, :, 0],
        "no change": np.broadcast_to(first, actual.shape),
        f"the drift of {world.first_year} to {years[0]}, known afterwards": first + steps * (actual[0] - first) / steps[0],
    }
    return [
        (name, *(f"{error:.3f}" for error in np.sqrt(((guess - actual) ** 2).mean(axis=0))))
        for name, guess in guesses.items()
    ]


_CELL = ("cell", "work in town", "rent share", "dividend share", "capital/output, years", "wedge")
_PATH: tuple[str, ...] = ("year", "urban-rural ratio, model", "observed", "residents, millions, model", "counted")
_FIT = ("root mean square error", "urban-rural ratio", "spread of regions (each once)")
_REGION: tuple[str, ...] = (
    *("region", "income ratio", "household income / product", "wage gap, log points", "villages' share of other product"),
    *("saving, urban", "saving, rural", "capital/product, years", "return, %", "wedge"),
)
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


def report(known: AnyWorld) -> list[Table]:
    """Tables (title, columns, rows) of the check-up of a world; comparisons with figures only where some are published."""
    world = build_world(known)
    here = catalogue.folder(known)
    tables = [] if here is None else _against_figures(here, world)
    tables.append(("Base year by cell (shares of disposable income)", _CELL, sanity(world)))
    return tables


def _against_figures(here: WorldFolder, world: World) -> list[Table]:
    """What is assumed, how the base year was met, and how the years after it compare."""
    cells, products = len(here.places) * len(KINDS), len(here.places) * len(here.entry["sectors"])
    rows: list[tuple[str, ...]] = []
    for label, agents in (("continuum", None), ("100,000 agents", 100_000)):
        errors = base_year_errors(here, world, agents)
        rows.append((label, f"{errors.income:.1e}", f"{errors.population:.1e}", f"{errors.product:.1e}"))
    errors_of: tuple[str, ...] = ("", f"{cells} incomes per head", f"{cells} populations", f"{products} products")
    tables: list[Table] = [(f"Largest relative error of the base year {world.first_year}", errors_of, rows)]
    assumed: list[tuple[str, ...]] = [(text,) for text in observed(here, parameter_table(here)).assumed]
    if assumed:
        tables.append(("Assumed for want of a table (parameters: factorflow list worlds)", ("what stands in",), assumed))
    seen = catalogue.observed(here)
    last = int(seen.loc[seen["measure"] == "income_per_head", "year"].max())
    if last > world.first_year:
        ours, published = fall_of_the_gap(here, world, last)
        change: tuple[str, ...] = ("mean log ratio of a region", f"{ours:.2f}", f"{published:.2f}")
        tables.append((f"Change {world.first_year} to {last}, times 100", ("", "model", "observed"), [change]))
        tables.append(("The years after the base year, in the continuum", _PATH, path_since(here, world, last)))
        tables.append(("Against those who assume less", _FIT, fit(here, world)))
    homes = home_shares(here, world)
    if homes:
        tables.append(
            ("Spending that stays at home (distance alone is not trade)", ("", "model", "data", "correlation"), homes)
        )
    money = f"billion {here.entry['currency']} a year"
    tables.append(("Public budgets of the base year", ("government", money), budgets(world)))
    tables.append(("Base year by region; ! marks what a reader should not take for granted", _REGION, places_of(here, world)))
    return tables
