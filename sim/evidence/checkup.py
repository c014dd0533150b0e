"""The check-up of a world: how far its base year is from the published one, and figures a reader should find sane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.measures.base import evaluate, why_missing
from sim.analysis.panels import panel_of
from sim.cells import KINDS, cell_name
from sim.data import catalogue, published
from sim.data.catalogue import AnyWorld
from sim.data.folder import WorldFolder
from sim.economy import treasury
from sim.economy.state import baseline_rules, government_names
from sim.estimation import observed_incomes, recorded
from sim.evidence import afterwards
from sim.world.base_year import base_year_accounts
from sim.world.build import build_world, parameter_table
from sim.world.observed import Observed
from sim.world.tables import observed
from sim.world.world import World
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy
from sim.year.years import Years


@dataclass(frozen=True)
class Errors:
    """Largest relative errors of the model's base year against published figures."""

    income: float
    population: float
    product: float


def base_year_errors(here: WorldFolder, world: World, agents: int | None, replicate: int = 0) -> Errors:
    """Errors of all incomes, populations and products of a world of tables, with agents or (None) the continuum."""
    model = Years(
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
        for sector, variable in products.items():
            product.append(read["region", city, f"output_{sector}"] / _known(here.at(city, variable, year)))
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


def compared_years(here: WorldFolder) -> list[int]:
    """Years in which incomes and residents of every place are known, and prices to compare them by."""
    table = catalogue.observed(here, points=False)
    counted = table[table["measure"] == "income_per_head"].groupby("year").size()
    whole = len(here.places) * len(KINDS)
    complete = [int(str(year)) for year, cells in counted.items() if cells == whole]
    return [year for year in complete if len(catalogue.residents(here, year)) == len(here.places)]


def path_since(here: WorldFolder, model: Years, last: int) -> list[tuple[str, ...]]:
    """A row a year: the urban-rural ratio of all regions, and residents, in the continuum and as published."""
    world = model.world
    read = {(year, scope, place, measure): value for year, scope, place, measure, value in model.record.series}
    seen = catalogue.observed(here, points=False)
    ratio = seen[(seen["measure"] == "urban_rural_ratio") & (seen["scope"] == "world")].set_index("year")["value"]
    rows: list[tuple[str, ...]] = []
    for year in range(world.first_year, last + 1):
        ours = read[year, "kind", "urban", "income_per_head"] / read[year, "kind", "rural", "income_per_head"]
        counted = catalogue.residents(here, year)
        people = f"{sum(map(sum, counted.values())) / 1e6:.2f}" if len(counted) == len(here.places) else ""
        said = f"{ratio[year]:.3f}" if year in ratio.index else ""
        rows.append((f"{year}", f"{ours:.3f}", said, f"{read[year, 'world', world.name, 'population'] / 1e6:.2f}", people))
    return rows


def published_since(here: WorldFolder, model: Years) -> list[tuple[str, ...]]:
    """A row a year: both ratios in the definition of published figures, in the continuum and as published.

    The model's are linked to the published ones in the base year. No row where nothing is published of the whole.
    """
    links, survey = published.links(here), published.survey_weights(here)
    if not links and not survey:
        return []
    series = pd.DataFrame(model.record.series, columns=["year", "scope", "place", "measure", "value"]).assign(replicate=0)
    panel = panel_of(series, here.name, here.outside, links=links, survey=survey)
    found = {one.measure: one.values[0] for one in evaluate(panel, _PUBLISHED)}
    rows: list[tuple[str, ...]] = []
    for number, year in enumerate(panel.years.tolist()):
        said = published.ratios(here, year)
        ours = (f"{found[name][number]:.3f}" if name in found else "" for name in _PUBLISHED)
        seen = (f"{said[name]:.3f}" if name in said else "" for name in _PUBLISHED)
        rows.append((f"{year}", *(text for pair in zip(ours, seen, strict=True) for text in pair)))
    return rows


def budgets(world: World) -> list[tuple[str, ...]]:
    """What a share of a budget is a share of: every government's budget in the base year."""
    return [(name, f"{budget / 1e9:,.1f}") for name, budget in zip(government_names(world), world.budgets, strict=True)]


def places_of(data: Observed, world: World, p: Mapping[str, float]) -> list[tuple[str, ...]]:
    """A row a region: income ratio, household income over product, wage gap, villages' product, saving, K/Y, return, wedge.

    Figures beyond what a reader should take for granted carry a mark.
    """
    tech = world.technology
    product = (world.revenue * tech.value_added).reshape(len(data.regions), 2, -1)
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
        (accounts.saving_rate[:, 0], 2, 0.05, 0.5),
        (accounts.saving_rate[:, 1], 2, 0.05, 0.5),
        (capital / data.product.sum(axis=1), 2, 0.8, 5.0),
        (100 * (product @ tech.capital).sum(axis=1) / capital, 1, 8.0, 27.0),
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
    if len(published.keys() & set(world.places.regions)) < _FEWEST_SHARES:
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


def fit(here: WorldFolder, model: Years) -> list[tuple[str, ...]]:
    """How far the years after the base year are missed: the model, no change, and the drift of the first two years.

    Root mean square over the years of the urban-rural ratio, and of the spread (standard deviation of log income per head
    of the regions, each counted once), from the base year on.
    """
    first_year = model.world.first_year
    years = [year for year in compared_years(here) if year > first_year]
    if len(years) < 2:
        return []
    all_years = (first_year, *years)
    income = np.stack([recorded(model, "income_per_head", here, all_years), observed_incomes(here, all_years)])
    heads = [[catalogue.residents(here, year)[place] for place in here.places] for year in all_years]
    weights = np.stack([recorded(model, "population", here, all_years), np.array(heads)])
    of_kinds = (income * weights).sum(axis=2) / weights.sum(axis=2)  # (model or observed, year, kind)
    of_places = (income * weights).sum(axis=3) / weights.sum(axis=3)
    path = np.stack([of_kinds[..., 0] / of_kinds[..., 1], np.log(of_places).std(axis=2)], axis=2)
    steps = np.array(years, dtype=float)[:, None] - first_year
    actual, first = path[1, 1:], path[1, 0]
    guesses = {
        "the model": path[0, 1:],
        "no change": np.broadcast_to(first, actual.shape),
        f"the drift of {first_year} to {years[0]}, known afterwards": first + steps * (actual[0] - first) / steps[0],
    }
    return [
        (name, *(f"{error:.3f}" for error in np.sqrt(((guess - actual) ** 2).mean(axis=0))))
        for name, guess in guesses.items()
    ]


_FEWEST_SHARES = 3  # regions whose home shares can be correlated
_CELL = ("cell", "work in town", "rent share", "dividend share", "capital/output, years", "wedge")
_PATH: tuple[str, ...] = ("year", "urban-rural ratio, model", "observed", "residents, millions, model", "counted")
_PUBLISHED = ("urban_rural_ratio_published", "max_min_ratio_published")
_AS_PUBLISHED: tuple[str, ...] = ("year", "urban-rural ratio, model", "published", "richest over poorest, model", "published")
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


_SHAPING = ("growth", "natural_growth", "reclassification", "infrastructure_trend")
_BARRIERS = ("registration_barrier_rural_urban", "registration_barrier_other")


def _defaults(here: WorldFolder) -> Iterator[str]:
    """Parameters that shape every run and that the world leaves to the shared table."""
    own = {row["name"] for row in here.rows("parameters")}
    known = catalogue.parameters(here)
    rates = [f"{name} {known[name].value:g}" for name in _SHAPING if name not in own]
    if rates:
        yield f"yearly rates: {', '.join(rates)}"
    barriers = [f"{name} {known[name].value:g}" for name in _BARRIERS if name not in own]
    if barriers:
        yield f"living elsewhere costs those registered here, log points of income: {', '.join(barriers)}"


def _grants(data: Observed, world: World) -> Iterator[str]:
    """Grants that had to be cut to what the government above has."""
    if data.revenue is None or data.expenditure is None:
        return
    lacking = float((data.expenditure - data.revenue).sum())
    regions = world.places.reported
    above = world.budgets[-1] / (1 - world.public.grant_share.sum())
    given = float((world.public.grant_share[regions] * above).sum())
    if given < 0.999 * lacking:
        yield (
            f"grants: {given / lacking:.2f} of what expenditure exceeds revenue by, all that the government above can give; "
            f"{world.budgets[-1] / 1e9:,.0f} billion are left to it"
        )


def _as_published(here: WorldFolder, model: Years) -> list[Table]:
    rows = published_since(here, model)
    compared = {name: bool(rows and rows[0][column]) for name, column in zip(_PUBLISHED, (1, 3), strict=True)}
    reasons = [why_missing(name) or "" for name, known in compared.items() if not known]
    tables: list[Table] = []
    if rows:
        tables.append(("The same in the published definition: survey means, linked in the base year", _AS_PUBLISHED, rows))
    if reasons:
        tables.append(("Not compared with published means of the whole", ("why",), [(reason,) for reason in reasons]))
    return tables


def _against_figures(here: WorldFolder, world: World) -> list[Table]:
    """What is assumed, how the base year was met, and how the years after it compare."""
    p = parameter_table(here)
    data = observed(here, p)
    cells, products = len(here.places) * len(KINDS), len(here.places) * len(here.entry["sectors"])
    rows: list[tuple[str, ...]] = []
    for label, agents in (("continuum", None), ("100,000 agents", 100_000)):
        errors = base_year_errors(here, world, agents)
        rows.append((label, f"{errors.income:.1e}", f"{errors.population:.1e}", f"{errors.product:.1e}"))
    errors_of: tuple[str, ...] = ("", f"{cells} incomes per head", f"{cells} populations", f"{products} products")
    tables: list[Table] = [(f"Largest relative error of the base year {world.first_year}", errors_of, rows)]
    assumed: list[tuple[str, ...]] = [(text,) for text in (*data.assumed, *_defaults(here), *_grants(data, world))]
    if assumed:
        tables.append(("Assumed for want of a table (parameters: factorflow list worlds)", ("what stands in",), assumed))
    last = max(compared_years(here), default=world.first_year)
    if last > world.first_year:
        found = afterwards.afterwards(here, last=last)
        model = found.model
        change: tuple[str, ...] = ("mean log ratio of a region", *(f"{100 * one:.2f}" for one in found.fall_of_the_gap()))
        tables.append((f"Change {world.first_year} to {last}, times 100", ("", "model", "observed"), [change]))
        tables.append(("The years after the base year, in the continuum", _PATH, path_since(here, model, last)))
        tables += _as_published(here, model)
        tables.append(("Against those who assume less", _FIT, fit(here, model)))
        span = f"{world.first_year} to {last}"
        tables.append((f"Changes of relative incomes, {span}", afterwards.INCOMES_HEAD, afterwards.incomes_table(found)))
        tables.append((f"People, {last}", afterwards.people_head(found), afterwards.people_table(found)))
        natives = afterwards.natives_table(found)
        if natives:
            years: tuple[str, ...] = ("", f"{world.first_year}", f"{last}, model", f"{last}, counted")
            tables.append(("Who left", years, natives))
    homes = home_shares(here, world)
    if homes:
        tables.append(
            ("Spending that stays at home (distance alone is not trade)", ("", "model", "data", "correlation"), homes)
        )
    money = f"billion {here.entry['currency']} a year"
    tables.append(("Public budgets of the base year", ("government", money), budgets(world)))
    tables.append(
        ("Base year by region; ! marks what a reader should not take for granted", _REGION, places_of(data, world, p))
    )
    return tables
