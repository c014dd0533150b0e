"""Every formula on a table made by hand, against numbers worked out on paper."""

import math

import numpy as np
import pytest

from sim.data import catalogue
from sim.errors import FactorFlowError
from sim.evidence.published import formulas
from sim.evidence.published.experiments import Reading, experiments
from sim.evidence.published.formulas import FORMULAS, RETURNED, read
from sim.evidence.published.lived import Lived
from sim.evidence.published.returned import share_returned
from sim.world.build import build_world
from sim.world.world import SERVICES, spending_by_residents

TOWN, VILLAGE, OTHER = "Hangzhou/urban", "Hangzhou/rural", "Quzhou/rural"
CELLS = (TOWN, VILLAGE, OTHER, "outside/urban", "outside/rural")


def made(factor=1.0, cost=()):
    """Output of the world 100, 110, 121 times the factor in 2024 to 2026; three cells; what a policy costs by year."""
    values = {("world", "zhejiang", "output", year): factor * 100 * 1.1 ** (year - 2024) for year in (2024, 2025, 2026)}
    for year in (2024, 2026):
        for cell, people, income, wage in ((TOWN, 30, 50, 90), (VILLAGE, 20, 25, 60), (OTHER, 10, 10, 45)):
            for measure, value in (("population", people), ("income_per_head", income * factor), ("wage", wage)):
                values["cell", cell, measure, year] = float(value)
            values["cell", cell, "unemployment", year] = 0.0
            values["cell", cell, "infrastructure", year] = factor**2
            values["cell", cell, "output", year] = people * factor
            values["cell", cell, "output_industry", year] = people * (factor + 1) / 4
    values |= {("policy", "it", "public_cost", year): yuan for year, yuan in cost}
    return Lived("zhejiang", values, CELLS)


def ours(formula, run=None, without=None, **words):
    return read(
        Reading(formula, **words), made(1.02, cost=[(2024, 4.0), (2025, 4.0)]) if run is None else run, without or made()
    )


def test_levels_and_differences():
    assert ours("level", year=2026) == pytest.approx(1.02 * 121)
    assert ours("level", year=2026, times=1e-2) == pytest.approx(1.02 * 1.21)
    assert ours("difference", year=2026) == pytest.approx(0.02 * 121)
    assert ours("percent", year=2026) == pytest.approx(2)


def test_growth_of_one_run():
    assert ours("ratio", since=2024, year=2026) == pytest.approx(1.21)
    assert ours("change", since=2024, year=2026) == pytest.approx(21)
    assert ours("growth", since=2024, year=2026) == pytest.approx(10)


def test_faster_is_growth_beyond_that_without_policies():
    run = made()
    run.values["world", "zhejiang", "output", 2026] = 100 * 1.12**2
    assert ours("faster", run=run, since=2024, year=2026) == pytest.approx(2)


def test_a_pulse_is_read_over_all_that_was_spent():
    # gains 2, 2.2, 2.42; cost 8
    assert ours("gain_per_yuan", since=2024, year=2026) == pytest.approx((2 + 2.2 + 2.42) / 8)
    assert ours("gain_per_yuan", since=2026, year=2026) == pytest.approx(2.42 / 8)
    assert ours("gain_per_yuan", since=2024, year=2024) == pytest.approx(2 / 4)


def test_nothing_is_said_per_yuan_where_none_was_spent():
    with pytest.raises(FactorFlowError, match="cost public budgets anything"):
        ours("gain_per_yuan", run=made(1.02), since=2024, year=2026)


def test_spending_is_income_without_what_is_saved():
    saved = catalogue.parameters("zhejiang")["saving_rate"].value
    gained = 0.02 * (20 * 25 + 10 * 10)
    found = ours("spending_per_yuan", places=("rural",), since=2024, year=2024)
    assert found == pytest.approx((1 - saved) * gained / 4)


def test_cost_against_the_income_of_places():
    assert ours("cost_of_income", places=(OTHER,), year=2024) == pytest.approx(100 * 4 / 100)


def test_gains_of_a_sector_and_elasticities():
    # output gains 0.02 a head, industry 0.005
    assert ours("part_of_gain", by="output_industry", places=(TOWN, OTHER), year=2026) == pytest.approx(4)
    assert ours("elasticity", by="infrastructure", year=2026) == pytest.approx(0.5)


def test_jobs_against_what_labour_costs():
    run = made()
    run.values["cell", TOWN, "unemployment", 2024] = 0.1
    run.values["cell", TOWN, "wage", 2024] = 0.9 * 90 * 1.05
    found = ours("jobs_over_wage", run=run, places=(TOWN,), year=2024)
    assert found == pytest.approx(math.log(0.9) / math.log(1.05))
    with pytest.raises(FactorFlowError, match="does not bind"):
        ours("jobs_over_wage", run=made(), places=(TOWN,), year=2024)


def test_the_premium_counts_every_region_once(monkeypatch):
    words = type("Words", (), {"regions": ("Hangzhou", "outside")})
    monkeypatch.setattr("sim.evidence.published.formulas.world_words", lambda name: words)
    assert read(Reading("premium", "wage", year=2024), made(), made()) == pytest.approx(math.log(1.5))


def test_half_life_and_gaps_that_do_not_close():
    run = made()
    run.values["world", "zhejiang", "speed", 2026] = 0.02
    assert ours("half_life", run=run, measure="speed", year=2026) == pytest.approx(math.log(2) / 0.02)
    run.values["world", "zhejiang", "speed", 2026] = -0.02
    with pytest.raises(FactorFlowError, match="do not close"):
        ours("half_life", run=run, measure="speed", year=2026)


def test_parameters_alone_and_over_each_other():
    known = catalogue.parameters("zhejiang")
    kappa, distance = (known[name].value for name in ("labour_choice_elasticity", "registration_distance_elasticity"))
    assert ours("parameter", measure="labour_choice_elasticity") == kappa
    found = ours("parameter", measure="registration_distance_elasticity", by="labour_choice_elasticity", times=10)
    assert found == pytest.approx(10 * distance / kappa)


def test_the_labour_share_lies_between_those_of_its_sectors():
    run = made()
    run.values["world", "zhejiang", "output", 2024] = 1.0
    paid = ours("labour_share", run=run, year=2024)
    run.values["world", "zhejiang", "output", 2024] = 2.0
    assert ours("labour_share", run=run, year=2024) == pytest.approx(paid / 2)
    assert 1.5e12 < paid < 2.5e12  # yuan: half of a product of some four thousand billion


def test_places_together_add_up_or_are_weighted_by_residents():
    one = made()
    assert one.at("population", (VILLAGE, OTHER), 2024) == 30
    assert one.at("income_per_head", (VILLAGE, OTHER), 2024) == pytest.approx((20 * 25 + 10 * 10) / 30)
    assert one.at("income", (VILLAGE, OTHER), 2024) == pytest.approx(600)
    assert one.at("output_per_head", (VILLAGE, OTHER), 2024) == pytest.approx(1)
    assert one.at("wage", ("rural",), 2024) == pytest.approx((20 * 60 + 10 * 45) / 30)
    assert one.at("wage", ("Hangzhou",), 2024) == pytest.approx((30 * 90 + 20 * 60) / 50)
    with pytest.raises(FactorFlowError, match="was not recorded"):
        one.at("wage", (), 1999)


def test_who_came_home_is_counted_of_those_who_left():
    home = np.array([0, 0, 0, 1, 1])
    started = np.array([True, True, True, True, False])
    regions = np.array([[0, 0, 0, 1, 0], [1, 0, 2, 1, 0], [0, 0, 2, 1, 1]])  # one back, one stayed, one gone, one stayed
    share, error = share_returned(home, started, regions)
    assert share == 50 and error == pytest.approx(100 * math.sqrt(0.25 / 2))
    with pytest.raises(FactorFlowError, match="no agent left"):
        share_returned(home, started & (home == 1), regions)


def test_the_file_uses_every_formula_and_no_other():
    used = {one.formula for entry in experiments().values() for one in (entry.reading, entry.size) if one is not None}
    assert used == {*FORMULAS, RETURNED}
    with pytest.raises(FactorFlowError, match="there is no formula"):
        ours("guess", year=2024)


def test_a_formula_says_what_years_it_needs():
    with pytest.raises(FactorFlowError, match="needs a year"):
        ours("level")
    with pytest.raises(FactorFlowError, match="first year of a span"):
        ours("growth", year=2026)


def of_a_world(monkeypatch, formula, **parameters):
    monkeypatch.setattr(formulas, "world_of", lambda name, _: build_world(name, parameters))
    return ours(formula, year=2014)


def test_what_equal_returns_are_worth_is_nothing_where_they_are_equal_and_a_triangle_where_not(monkeypatch):
    """Harberger: sum V a / (1 - a) var(log r) / 2 for small gaps, weights V a / (1 - a) of the cells."""
    assert of_a_world(monkeypatch, "equal_returns", investment_weight=0.0, finance_gap=0.0) == pytest.approx(0, abs=1e-9)
    found = of_a_world(monkeypatch, "equal_returns", investment_weight=0.0, finance_gap=0.02)
    world = build_world("zhejiang", {"investment_weight": 0.0, "finance_gap": 0.02})
    inside = world.places.reported_cells
    made = (world.revenue * world.technology.value_added)[inside]
    product, earned = made.sum(axis=1), made @ world.technology.capital
    share = earned / product
    returns = np.log(earned / (world.stocks.capital + world.stocks.settled_capital).sum(axis=0)[inside])
    assert np.ptp(returns) == pytest.approx(0.02, rel=1e-9)
    weight = product * share / (1 - share)
    spread = np.average((returns - np.average(returns, weights=weight)) ** 2, weights=weight)
    assert found == pytest.approx(100 * weight.sum() * spread / 2 / product.sum(), rel=0.03)
    assert of_a_world(monkeypatch, "equal_returns", investment_weight=1.0) > 5 * found


def test_services_over_consumption_are_what_governments_spend_on_them_a_resident(monkeypatch):
    found = of_a_world(monkeypatch, "services_over_consumption")
    world = build_world("zhejiang")
    people = (world.stocks.residents + world.stocks.settled).sum(axis=0)
    spent = spending_by_residents(world.public.purpose_share, world.places.territories(), people)[:, SERVICES]
    consumed = people * world.income_per_head * (1 - world.stocks.saving_rate)
    each, inside = world.budgets @ spent / consumed, world.places.reported_cells
    assert found == pytest.approx(np.average(each[inside], weights=people[inside]), rel=1e-9)
    assert each[inside].min() == pytest.approx(0.089, abs=5e-4) and each[inside].max() == pytest.approx(0.320, abs=5e-4)
    assert found == pytest.approx(0.15, abs=0.005)
