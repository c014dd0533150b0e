"""Every channel of the model has the sign its theory gives it, one at a time."""

from dataclasses import replace

import numpy as np
import pytest

from sim.agents.capital import capital_tables
from sim.agents.choice import choice_shares
from sim.agents.labour import labour_tables, value_of_places
from sim.agents.land import land_tables
from sim.economy import accounts, growth
from sim.economy.state import weighted_log
from sim.errors import FactorFlowError
from sim.world.build import build_world
from sim.world.parameters import damped
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy
from sim.year.values import place_values, training_odds
from tests.reading import law_of, lived, rows


def shares(tables):
    return np.diff(tables.cumulative, axis=1, prepend=0.0)


def one_better(cells, which):
    gain = np.zeros(cells)
    gain[which] = 0.1
    return gain


@pytest.mark.parametrize("tables", [capital_tables, land_tables], ids=["capital", "land"])
def test_capital_and_land_go_where_returns_rise(zhejiang, tables):
    seed = getattr(zhejiang.choice, "capital_seed" if tables is capital_tables else "land_seed")
    nothing = np.zeros(zhejiang.cells)
    before, after = (shares(tables(zhejiang, seed, gain, nothing)) for gain in (nothing, one_better(zhejiang.cells, 0)))
    assert after[1, 0] > before[1, 0] > 0
    assert after[1, 1] < before[1, 1]


def test_labour_answers_income_with_its_elasticity(zhejiang):
    """d log odds / d log real income = kappa (McFadden 1974)."""
    nothing, cut = np.zeros(zhejiang.cells), np.zeros((zhejiang.cells, zhejiang.cells))
    before, after = (
        shares(labour_tables(zhejiang, zhejiang.choice.labour_seed, gain, cut, nothing, nothing, zhejiang.choice.pull))
        for gain in (nothing, one_better(zhejiang.cells, 0))
    )
    odds = np.log(after[3, 0] / after[3, 3]) - np.log(before[3, 0] / before[3, 3])
    assert odds == pytest.approx(1.5 * 0.1, rel=1e-9)


def test_known_logit_shares_and_independence_of_irrelevant_alternatives():
    value = np.log(np.array([[1.0, 1.5, 2.5]]))
    found = choice_shares(np.ones((1, 3)), 1.5, value, np.zeros((1, 3)))
    np.testing.assert_allclose(found[0], [0.147276, 0.270564, 0.582160], atol=5e-7)
    better = choice_shares(np.ones((1, 3)), 1.5, value + np.log([[1, 1, 1.2]]), np.zeros((1, 3)))
    np.testing.assert_allclose(better[0], [0.124482, 0.228689, 0.646829], atol=5e-7)
    assert better[0, 0] / better[0, 1] == pytest.approx(found[0, 0] / found[0, 1], rel=1e-12)


def test_better_services_higher_pay_and_cheaper_living_attract(zhejiang):
    one = np.ones(1)
    base = value_of_places(one, one, one, one, zhejiang.parameters)
    assert value_of_places(1.1 * one, one, one, one, zhejiang.parameters) > base
    assert value_of_places(one, one, 1.1 * one, one, zhejiang.parameters) < base
    gain = value_of_places(one, one, one, 2 * one, zhejiang.parameters) - base
    assert gain == pytest.approx(zhejiang.parameters.service_elasticity * np.log(2), rel=1e-12)


@pytest.mark.parametrize(("nu", "sign"), [(0.1, 1), (-0.1, -1), (0.0, 0)])
def test_agglomeration_raises_productivity_of_denser_places(nu, sign):
    world = build_world("zhejiang", {"agglomeration": nu})
    economy = first_economy(world, *continua(world))
    economy.labour_reference = economy.labour_reference / 1.1
    gain = np.log(growth.productivity(world, economy, np.ones(world.cells))[0, 1] / world.productivity[0, 1])
    assert gain == pytest.approx(sign * 0.1 * np.log(1.1) * world.technology.value_added[1], abs=1e-12)


@pytest.mark.parametrize("weight", [0.0, 1.0, 2.5])
def test_a_stock_that_nobody_values_may_be_zero_and_one_valued_fully_counts(weight):
    """phi log(K / K0): an elasticity of one is the log itself; one of zero leaves out even what is not there."""
    ratio = np.array([0.0 if weight == 0 else 0.5, 1.0, 2.0])
    expected = [0.0, 0.0, 0.0] if weight == 0 else [-weight * np.log(2), 0.0, weight * np.log(2)]
    np.testing.assert_allclose(weighted_log(weight, ratio), expected, rtol=1e-14)


def test_infrastructure_raises_productivity_and_lowers_trade_costs(zhejiang):
    from sim.economy.markets.trade import trade_costs

    economy = first_economy(zhejiang, *continua(zhejiang))
    better = np.ones(zhejiang.cells)
    better[0] = 2.0
    phi, gamma = zhejiang.parameters.infrastructure_elasticity, zhejiang.technology.value_added
    gain = np.log(growth.productivity(zhejiang, economy, better)[0, 1:] / zhejiang.productivity[0, 1:])
    np.testing.assert_allclose(gain, phi * np.log(2) * gamma[1:], rtol=1e-9)
    uncut = np.ones((zhejiang.cells, zhejiang.cells, 3))
    km = zhejiang.places.distance_km
    costs = [trade_costs(zhejiang, km, index, uncut, 0 * uncut) for index in (np.ones(zhejiang.cells), better)]
    assert (costs[1][0, 2:] < costs[0][0, 2:]).all()
    np.testing.assert_array_equal(costs[1][2:, 2:], costs[0][2:, 2:])


def test_diffusion_helps_the_badly_paid_and_nobody_else():
    world = build_world("zhejiang", {"diffusion": 0.1, "growth": 0.01})
    wage = np.full(world.cells, 2.0)
    wage[3] = 1.0
    learned = growth.learned(world, np.zeros(world.cells), wage, np.ones(world.cells), world.first_year)
    assert learned[3] > 0.01 + 0.1 * 0.9 * np.log(2)
    assert learned[0] == pytest.approx(0.01, abs=1e-12)
    assert learned[-1] == 0.01


def test_more_labour_lowers_the_wage_and_raises_the_return_to_capital(zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    before, _, _ = clear_markets(zhejiang, economy, law_of(zhejiang))
    skills = economy.workforce.skills.copy()
    skills[0] *= 1.05
    residence = economy.workforce.residence.copy()
    residence[:, 0] *= 1.05
    economy.workforce = replace(economy.workforce, skills=skills, residence=residence)
    economy.labour_reference = economy.labour_reference * np.where(np.arange(zhejiang.cells) == 0, 1.05, 1.0)
    after, _, _ = clear_markets(zhejiang, economy, law_of(zhejiang))
    assert after.wage[0] < before.wage[0]
    assert after.rental[0] > before.rental[0]
    assert after.land_rent[0] > before.land_rent[0]


def test_public_stocks_go_with_villages_and_wear_out(zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    share = np.where(zhejiang.places.urban | ~zhejiang.places.reported_cells, 0.0, 0.1)
    before, index = economy.infrastructure.copy(), growth.infrastructure_index(economy)
    town = zhejiang.places.town_of_cell
    growth.absorb_villages(economy, share, town, np.ones_like(zhejiang.productivity), 4.0)
    assert economy.infrastructure[1] == pytest.approx(0.9 * before[1], rel=1e-12)
    assert economy.infrastructure[0] == pytest.approx(before[0] + 0.1 * before[1], rel=1e-12)
    np.testing.assert_allclose(growth.infrastructure_index(economy), index, rtol=1e-12)


def test_training_that_finds_nobody_is_posted_as_such(zhejiang):
    economy = first_economy(zhejiang, *continua(zhejiang))
    trainable = economy.workforce.skills[:, [0, 2]].sum(axis=(1, 2))
    cost = zhejiang.parameters.training_cost * trainable
    odds, used = training_odds(zhejiang, economy, np.where(np.arange(zhejiang.cells) == 1, 2 * cost, 0.25 * cost))
    assert odds[1] == 1.0
    assert used[1] == pytest.approx(0.5)
    np.testing.assert_allclose(odds[[0, 2]], 0.25)
    np.testing.assert_allclose(used[[0, 2]], 1.0)


def test_building_rights_follow_town_rents(zhejiang):
    """Town land grows dearer than village land, so rights to build leave the villages, net of what comes back."""
    model = lived(zhejiang, last_year=2035, continuum=True)
    into_town = sum(
        value * (1 if destination.endswith("urban") else -1)
        for _, factor, event, _, destination, value in model.record.flows
        if factor == "land" and event == "migration"
    )
    assert into_town > 0


@pytest.mark.parametrize(
    "parameters",
    [
        {"commuting_adjustment": 1.0},
        {"commuting_elasticity": 10.0},
        {"labour_mobility": 0.8, "labour_choice_elasticity": 10.0},
        {"capital_mobility": 1.0},
        {"labour_mobility": 0.0},
        {"labour_choice_elasticity": 0.0},
        {"trade_elasticity": 12.0},
        {"trade_elasticity": 1.0},
    ],
    ids=str,
)
def test_odd_but_permitted_parameters_do_not_swing(parameters):
    read = rows(lived(build_world("zhejiang", parameters), last_year=2035, continuum=True))
    gap = np.array(
        [
            np.log(read[year, "kind", "urban", "income_per_head"] / read[year, "kind", "rural", "income_per_head"])
            for year in range(2018, 2036)
        ]
    )
    swing = np.abs(np.diff(gap, n=2))
    assert swing.max() < 0.02


def test_mobility_is_damped_where_it_would_overshoot():
    assert damped(0.1, 1.5) == 0.1
    assert damped(0.8, 10.0) == 0.1
    assert damped(1.0, 0.0) == 1.0


def test_too_few_slices_of_capital_are_refused_with_the_number_needed(zhejiang):
    with pytest.raises(FactorFlowError, match=r"no slice .* in Lishui/rural, .*: [\d,]+ are enough") as refused:
        lived(zhejiang, capital_agents=1_000)
    enough = int(str(refused.value).split(": ")[1].split(" are enough")[0].replace(",", ""))
    assert lived(zhejiang, capital_agents=enough)


@pytest.mark.parametrize(
    "parameters",
    [{"service_spending": 0.95, "infrastructure_spending": 0.2}, {"wage_gap": -1.0}],
    ids=["budgets", "dividends"],
)
def test_base_years_that_cannot_be_are_refused(parameters):
    with pytest.raises(FactorFlowError, match=r"(of a budget|dividends|leaves \(0, 1\))"):
        build_world("zhejiang", parameters)


def test_accounts_see_money_paid_to_the_wrong_cell(zhejiang):
    """Totals alone would not: incomes of two cells are swapped, budgets of two cities, wages doubled in the wrong place."""
    model = lived(zhejiang, last_year=2015, continuum=True)
    economy, rules = model.economy, law_of(zhejiang)
    from sim.economy import ledger, treasury

    clearing, maps, supply = clear_markets(zhejiang, economy, rules)
    money = treasury.statement(maps, clearing.revenue)
    paid = ledger.payments(zhejiang, rules, money, np.ones(zhejiang.cells))
    honest = {
        **accounts.household_residuals(zhejiang, economy, rules, clearing, money, paid),
        **accounts.public_residuals(zhejiang, economy, rules, clearing, money, paid),
        **accounts.market_residuals(zhejiang, supply, rules, clearing, money),
    }
    assert max(honest.values()) < 1e-9

    def swapped(values):
        other = values.copy()
        other[[0, 2]] = other[[2, 0]]
        return other

    for field, identity in (("wages", "wages"), ("dividends", "dividends"), ("land_income", "land_income"), ("tax", "tax")):
        forged = replace(money, **{field: swapped(getattr(money, field))})
        assert accounts.household_residuals(zhejiang, economy, rules, clearing, forged, paid)[identity] > 1e-6
    forged = replace(money, budgets=swapped(money.budgets))
    assert accounts.public_residuals(zhejiang, economy, rules, clearing, forged, paid)["payments_by_payer"] > 1e-6
    assert accounts.public_residuals(zhejiang, economy, rules, clearing, forged, paid)["public_budgets"] > 1e-6
    factor = np.where(np.arange(zhejiang.cells) == 0, 1.001, 1.0)
    dearer = replace(clearing, wage=clearing.wage * factor, labour_cost=clearing.labour_cost * factor)
    assert accounts.market_residuals(zhejiang, supply, rules, dearer, money)["wage_bills"] > 1e-6
    assert accounts.market_residuals(zhejiang, supply, rules, dearer, money)["goods_markets"] > 1e-6
    lawless = replace(rules, wage_floor=2 * clearing.labour_cost)
    assert accounts.market_residuals(zhejiang, supply, lawless, clearing, money)["wage_floors"] > 0.4
    rationed = replace(clearing, labour_cost=clearing.labour_cost * factor)  # jobs below labour supply without a floor
    assert accounts.market_residuals(zhejiang, supply, rules, rationed, money)["wage_floors"] > 1e-6


def test_the_value_of_a_place_counts_what_a_mover_would_get(zhejiang):
    """Dividends of the place's owners are not part of it: doubling them moves nobody."""
    model = lived(zhejiang, last_year=2015, continuum=True)
    from sim.economy import treasury

    rules = law_of(zhejiang)
    clearing, maps, _ = clear_markets(zhejiang, model.economy, rules)
    money = treasury.statement(maps, clearing.revenue)
    richer = replace(money, dividends=2 * money.dividends)
    first, second = (place_values(zhejiang, model.economy, rules, clearing, m, model.base) for m in (money, richer))
    np.testing.assert_array_equal(first, second)
