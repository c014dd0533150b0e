"""The check-up of a world: how far its base year is from the published one, and figures a reader should find sane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.economy import treasury
from sim.economy.state import baseline_rules, government_names
from sim.model import FactorFlowModel
from sim.world.build import build_world
from sim.world.world import World
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy

_SECTORS = {"agriculture": "product_agriculture", "industry": "product_industry", "services": "product_services"}


@dataclass(frozen=True)
class Errors:
    """Largest relative errors of the model's base year against published figures."""

    income: float
    population: float
    product: float


def base_year_errors(world: World, agents: int | None, replicate: int = 0) -> Errors:
    """Errors of the 22 incomes, 22 populations and 33 products of `zhejiang`, with agents or (None) the continuum."""
    model = FactorFlowModel(
        world,
        last_year=world.first_year,
        continuum=agents is None,
        replicate=replicate,
        labour_agents=agents or 0,
    )
    model.step()
    read = {row[1:4]: row[4] for row in model.record.series}
    fact, year = catalogue.facts(world.name), world.first_year
    income, people, product = [], [], []
    for city, residents in catalogue.residents(world.name, year).items():
        for kind, persons in zip(KINDS, residents, strict=True):
            cell = cell_name(city, kind)
            income.append(read["cell", cell, "income_per_head"] / fact[city, f"income_{kind}", year])
            people.append(read["cell", cell, "population"] / persons)
        for sector, published in _SECTORS.items():
            product.append(read["region", city, f"output_{sector}"] / fact[city, published, year])
    return Errors(*(float(np.abs(np.array(ratio) - 1).max()) for ratio in (income, people, product)))


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


def fall_of_the_gap(world: World, last: int = 2019) -> tuple[float, float]:
    """Mean change of the log city ratio from the base year to `last`, times 100: the continuum's, and observed."""
    model = FactorFlowModel(world, last_year=last, continuum=True)
    while model.running:
        model.step()
    income = {row[:3:2]: row[4] for row in model.record.series if row[1] == "cell" and row[3] == "income_per_head"}
    observed = catalogue.observed(world.name)
    seen = observed[(observed["measure"] == "urban_rural_ratio") & (observed["scope"] == "region")]
    ratios = seen.pivot(index="place", columns="year", values="value")
    cities = [str(city) for city in ratios.index]

    def log_ratio(year: int) -> Array:
        urban, rural = (np.array([income[year, cell_name(city, kind)] for city in cities]) for kind in KINDS)
        return np.asarray(np.log(urban / rural))

    published = np.log(ratios[last].to_numpy() / ratios[world.first_year].to_numpy())
    return 100 * float((log_ratio(last) - log_ratio(world.first_year)).mean()), 100 * float(published.mean())


def path_since(world: World, last: int = 2019) -> list[tuple[str, ...]]:
    """A row a year: the urban-rural ratio of all cities, and residents, in the continuum and as published."""
    model = FactorFlowModel(world, last_year=last, continuum=True)
    while model.running:
        model.step()
    read = {(year, scope, place, measure): value for year, scope, place, measure, value in model.record.series}
    seen = catalogue.observed(world.name)
    ratio = seen[(seen["measure"] == "urban_rural_ratio") & (seen["scope"] == "world")].set_index("year")["value"]
    rows: list[tuple[str, ...]] = []
    for year in range(world.first_year, last + 1):
        ours = read[year, "kind", "urban", "income_per_head"] / read[year, "kind", "rural", "income_per_head"]
        people = sum(sum(persons) for persons in catalogue.residents(world.name, year).values())
        here = read[year, "world", world.name, "population"]
        rows.append((f"{year}", f"{ours:.3f}", f"{ratio[year]:.3f}", f"{here / 1e6:.2f}", f"{people / 1e6:.2f}"))
    return rows


def budgets(world: World) -> list[tuple[str, ...]]:
    """What a share of a budget is a share of: every government's budget in the base year."""
    return [(name, f"{budget / 1e9:,.1f}") for name, budget in zip(government_names(world), world.budgets, strict=True)]


def report(name: str) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Tables (title, columns, rows) of the check-up of a world; base-year errors only where figures are published."""
    world = build_world(name)
    tables: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = []
    if name == "zhejiang":
        rows: list[tuple[str, ...]] = []
        for label, agents in (("continuum", None), ("100,000 agents", 100_000)):
            errors = base_year_errors(world, agents)
            rows.append((label, f"{errors.income:.1e}", f"{errors.population:.1e}", f"{errors.product:.1e}"))
        errors_of = ("", "22 incomes per head", "22 populations", "33 products")
        tables.append((f"Largest relative error of the base year {world.first_year}", errors_of, rows))
        ours, published = fall_of_the_gap(world)
        change: tuple[str, ...] = ("mean log city ratio", f"{ours:.2f}", f"{published:.2f}")
        tables.append(("Change 2014 to 2019, times 100", ("", "model", "observed"), [change]))
        heads = ("year", "urban-rural ratio, model", "observed", "residents, millions, model", "between the censuses")
        tables.append(("The years after the base year, in the continuum", heads, path_since(world)))
        tables.append(("Public budgets of the base year", ("government", "billion yuan a year"), budgets(world)))
    columns = ("cell", "work in town", "rent share", "dividend share", "capital/output, years", "wedge")
    tables.append(("Base year by cell (shares of disposable income)", columns, sanity(world)))
    return tables
