"""The formulas by which a number is read off a run, its world without policies, and the parameters of the world.

x is the measure in the run, x0 without policies; t the year that is read, s the first of a span.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import brentq

from sim.arrays import Array
from sim.cells import KINDS, cell_name
from sim.data import catalogue
from sim.errors import FactorFlowError
from sim.evidence.published.experiments import Reading
from sim.evidence.published.lived import Lived
from sim.experiments.replicate import world_of
from sim.vocabulary import world_words

Formula = Callable[[Reading, Lived, Lived], float]


def read(reading: Reading, run: Lived, without: Lived) -> float:
    """The number, times the factor of the reading; raises FactorFlowError where the run did not record what it needs."""
    formula = FORMULAS.get(reading.formula)
    if formula is None:
        raise FactorFlowError(f'there is no formula "{reading.formula}"; there are {", ".join(FORMULAS)}.')
    return reading.times * formula(reading, run, without)


def _at(run: Lived, reading: Reading, measure: str = "", year: int | None = None) -> float:
    return run.at(measure or reading.measure, reading.places, _year(reading) if year is None else year)


def _year(reading: Reading) -> int:
    if reading.year is None:
        raise FactorFlowError(f'the formula "{reading.formula}" needs a year.')
    return reading.year


def _span(reading: Reading) -> tuple[int, int]:
    if reading.since is None:
        raise FactorFlowError(f'the formula "{reading.formula}" needs the first year of a span.')
    return reading.since, _year(reading)


def level(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001  # formulas are called alike
    """x(t)."""
    return _at(run, reading)


def difference(reading: Reading, run: Lived, without: Lived) -> float:
    """x(t) - x0(t)."""
    return _at(run, reading) - _at(without, reading)


def percent(reading: Reading, run: Lived, without: Lived) -> float:
    """100 (x(t) / x0(t) - 1)."""
    return 100 * (_at(run, reading) / _at(without, reading) - 1)


def ratio(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """x(t) / x(s)."""
    since, year = _span(reading)
    return _at(run, reading, year=year) / _at(run, reading, year=since)


def change(reading: Reading, run: Lived, without: Lived) -> float:
    """100 (x(t) / x(s) - 1)."""
    return 100 * (ratio(reading, run, without) - 1)


def growth(reading: Reading, run: Lived, without: Lived) -> float:
    """100 ((x(t) / x(s))^(1 / (t - s)) - 1), a year."""
    since, year = _span(reading)
    return float(100 * (ratio(reading, run, without) ** (1 / (year - since)) - 1))


def faster(reading: Reading, run: Lived, without: Lived) -> float:
    """Growth a year less that without policies."""
    return growth(reading, run, without) - growth(reading, without, without)


def gain_per_yuan(reading: Reading, run: Lived, without: Lived) -> float:
    """sum_{s..t} (x - x0) over what policies cost public budgets up to t; what they raise is not taken off."""
    since, year = _span(reading)
    gained = sum(_at(run, reading, year=one) - _at(without, reading, year=one) for one in range(since, year + 1))
    return gained / _paid(run, year)


def spending_per_yuan(reading: Reading, run: Lived, without: Lived) -> float:
    """(1 - saving rate) sum_{s..t} (y - y0) over cost, y disposable income: what is spent of it at the mean saving rate."""
    income = Reading(reading.formula, "income", reading.places, reading.year, reading.since)
    saved = catalogue.parameters(run.world)["saving_rate"].value
    return (1 - saved) * gain_per_yuan(income, run, without)


def cost_of_income(reading: Reading, run: Lived, without: Lived) -> float:
    """100 times what policies cost in t over disposable income without them."""
    year = _year(reading)
    return 100 * run.cost(year, year) / _at(without, reading, "income")


def part_of_gain(reading: Reading, run: Lived, without: Lived) -> float:
    """(x(t) - x0(t)) / (z(t) - z0(t)), z the measure `by`."""
    return difference(reading, run, without) / (_at(run, reading, reading.by) - _at(without, reading, reading.by))


def elasticity(reading: Reading, run: Lived, without: Lived) -> float:
    """log(x(t) / x0(t)) / log(z(t) / z0(t)), z the measure `by`."""
    moved = np.log(_at(run, reading, reading.by) / _at(without, reading, reading.by))
    return float(np.log(_at(run, reading) / _at(without, reading)) / moved)


def jobs_over_wage(reading: Reading, run: Lived, without: Lived) -> float:
    """log(e / e0) / log(c / c0): e = 1 - unemployment, c = wage / e what an efficiency unit at work costs."""
    one, other = (1 - _at(lived, reading, "unemployment") for lived in (run, without))
    dearer = np.log(_at(run, reading, "wage") / one) - np.log(_at(without, reading, "wage") / other)
    if dearer <= 0:
        raise FactorFlowError("the floor does not bind: labour costs no more than without it.")
    return float(np.log(one / other) / dearer)


def premium(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """Mean over regions of log(x of the town / x of its villages), each region counted once."""
    outside = catalogue.worlds()[run.world]["outside"]
    year, regions = _year(reading), [place for place in world_words(run.world).regions if place not in outside]
    pairs = [[run.at(reading.measure, (cell_name(region, kind),), year) for kind in KINDS] for region in regions]
    return float(np.mean([np.log(urban / rural) for urban, rural in pairs]))


def half_life(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """ln 2 / x(t), x a speed a year; raises FactorFlowError where gaps do not close."""
    speed = _at(run, reading)
    if speed <= 0:
        raise FactorFlowError(f"gaps do not close: the speed of convergence is {speed:.2g} a year.")
    return float(np.log(2) / speed)


def parameter(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """A parameter of the world, over another one where `by` names it."""
    known = catalogue.parameters(run.world)
    return known[reading.measure].value / (known[reading.by].value if reading.by else 1.0)


def labour_share(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """Labour's part of value added in the base year over output, housing included, of the reported cells."""
    world = world_of(run.world, {})
    paid = world.revenue * world.technology.value_added * world.technology.labour
    return float(paid[world.places.reported_cells].sum()) / run.at("output", (), _year(reading))


def services_over_consumption(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """Public services over consumption in the base year, mean over the residents of the reported cells.

    What `service_elasticity` is worth if a yuan buys as much publicly as privately (Samuelson 1954).
    """
    world, known = world_of(run.world, {}), catalogue.parameters(run.world)
    lasting = known["infrastructure_depreciation"].value + known["infrastructure_trend"].value
    people = (world.stocks.residents + world.stocks.settled).sum(axis=0)
    consumed = (1 - world.stocks.saving_rate) * world.income_per_head * people
    inside = world.places.reported_cells
    return float(np.average((world.stocks.services * lasting / consumed)[inside], weights=people[inside]))


def equal_returns(reading: Reading, run: Lived, without: Lived) -> float:  # noqa: ARG001
    """100 times what the reported cells' product would gain if their capital earned alike, at base-year prices.

    sum V (K'/K)^a / sum V - 1, a capital's share of a cell's product V; K' the capital at which a V (K'/K)^a / K' is the same
    everywhere. Nothing flows in from elsewhere.
    """
    world = world_of(run.world, {})
    inside = world.places.reported_cells
    made = (world.revenue * world.technology.value_added)[inside]
    product, earned = made.sum(axis=1), made @ world.technology.capital
    capital = (world.stocks.capital + world.stocks.settled_capital).sum(axis=0)[inside]
    share, returns = earned / product, earned / capital

    def times(alike: float) -> Array:
        return np.asarray((returns / alike) ** (1 / (1 - share)))

    lowest, highest = returns.min(), returns.max()
    alike = brentq(lambda one: capital @ (times(one) - 1), lowest, highest) if lowest < highest else lowest
    return float(100 * (product @ (times(alike) ** share - 1)) / product.sum())


def _paid(run: Lived, year: int) -> float:
    cost = run.cost(0, year)
    if cost <= 0:
        raise FactorFlowError("no policy cost public budgets anything, so nothing can be said per yuan.")
    return cost


FORMULAS: Mapping[str, Formula] = {
    one.__name__: one
    for one in (
        *(level, difference, percent, ratio, change, growth, faster, gain_per_yuan, spending_per_yuan, cost_of_income),
        *(part_of_gain, elasticity, jobs_over_wage, premium, half_life, parameter, labour_share),
        *(services_over_consumption, equal_returns),
    )
}
CHANGES = ("difference", "percent", "change", "growth", "faster", "gain_per_yuan", "spending_per_yuan", "jobs_over_wage")
"""Formulas whose numbers mean more or less of something, and carry a sign."""
RETURNED = "returned"
"""The one formula that follows agents instead of reading tables."""
