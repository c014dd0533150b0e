"""The maps markets clear on say the same as the year's money worked out forwards, and as the shares applied one by one."""

import numpy as np
import pytest

from sim.economy import treasury
from sim.economy.incomes import incomes, shares_of_year
from sim.economy.linear import Columns, Part, Values
from sim.economy.state import baseline_rules
from sim.year.stocks import continua, first_economy
from tests.policies.test_signs import law

POLICIES = [
    [],
    [law("land_market_integration", migrants_keep_rent=1.0, rural_share_of_gains=0.5)],
    [law("rural_consumption", voucher=0.5, network=0.1), law("cash_transfer", share_of_upper_budget=0.1)],
    [law("investment_subsidy", on_capital=0.05, on_wages=0.05), law("land_value_tax", rate=0.5, returned=0.5)],
    [law("growth_pole", regions=("Wenzhou",), share_of_budget=0.2, agglomeration=0.0)],
]


@pytest.fixture(params=POLICIES, ids=["none", "rents", "vouchers", "subsidies", "enclaves"])
def year(request, zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    economy.year = 2016
    rules = baseline_rules(zhejiang, economy)
    for one in request.param:
        rules = one(rules, zhejiang, 2016)
    return zhejiang, economy, rules


def test_forms_and_values_are_the_same_sums():
    rng = np.random.default_rng(8)
    cells, sectors = 5, 3
    revenue, income = rng.random((cells, sectors)), rng.random(cells)
    parts = (Part(rng.random(sectors), rng.random((4, cells))), Part(np.array([0.0, 0.2, 0.0]), rng.random((4, cells))))
    spent, own = rng.random((4, cells)), Part(rng.random(sectors), rng.random(cells))
    both = np.concatenate([revenue.ravel(), income])
    for asked, part_of_income in ((parts, spent), ((own,), None), ((own,), rng.random(cells)), ((), rng.random(cells))):
        form = Columns(cells, sectors).of(*asked, income=part_of_income)
        value = Values(revenue, income).of(*asked, income=part_of_income)
        np.testing.assert_allclose(form @ both, value[:, 0], rtol=1e-13)


def test_money_forwards_is_what_the_maps_say_at_any_revenues(year):
    world, economy, rules = year
    added = np.where(world.places.urban, 0.0, 0.02)  # as if a floor were paid out of capital in villages
    maps = treasury.income_maps(world, economy, rules, added)
    revenue = economy.revenue * np.random.default_rng(9).lognormal(0, 0.3, economy.revenue.shape)
    money, flat = treasury.statement(maps, revenue), revenue.ravel()
    for name in ("disposable", "housing", "final_demand", "vouchers"):
        np.testing.assert_allclose(getattr(maps, name) @ flat, getattr(money, name), rtol=1e-12, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(maps.goods @ flat, money.consumption - money.housing, rtol=1e-12)
    received = money.wages + money.dividends + money.land_income - money.tax + money.transfers + money.targeted
    np.testing.assert_allclose(received + money.subsidies - money.levies, money.disposable, rtol=1e-12)


def test_incomes_are_solved_for_themselves(year):
    """y = Y_R R + Y_y y, with Y the form of disposable incomes before they are solved out."""
    world, economy, rules = year
    shares = shares_of_year(world, economy, rules, None)
    form = incomes(shares, Columns(world.cells, len(world.technology.sectors))).disposable
    solved = treasury.income_maps(world, economy, rules).disposable
    np.testing.assert_allclose(form[:, : -world.cells] + form[:, -world.cells :] @ solved, solved, rtol=1e-11, atol=1e-14)
    assert np.abs(form[:, -world.cells :]).max() > 0.01  # rents of housing come back as incomes


def test_capital_bought_for_enclaves_is_what_budgets_spend_on_it(year):
    world, _, rules = year
    budgets = np.arange(1.0, len(rules.base_spending) + 1)
    expected = np.zeros((world.cells, world.cells))
    for funding in rules.fundings:
        if funding.place is not None:
            expected[:, funding.place] += budgets[funding.payer] * funding.share * funding.weights
    np.testing.assert_array_equal(rules.enclaves(budgets), expected)
    poles = [funding for funding in rules.fundings if funding.place is not None]
    assert (expected.sum() > 0) == bool(poles)
