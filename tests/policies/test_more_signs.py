"""Seven more instruments and the terms added since: signs from theory, exact shares and sums, laws that leave no trace."""

from dataclasses import replace

import numpy as np
import pytest

from sim.economy import treasury
from sim.economy.markets import trade
from sim.economy.policies.income_tax import Bracket, average_rates
from sim.economy.state import baseline_rules
from sim.world.skills import GRADUATE
from sim.year.markets import clear_markets
from sim.year.stocks import continua, first_economy
from tests.policies.test_signs import LAST, effect, law, under
from tests.reading import law_of, lived, ratio, rows

CHAIN = {"assembler": "Hangzhou", "suppliers": {"Quzhou": 0.03, "Lishui": 0.015}}


@pytest.fixture(scope="module")
def baseline(zhejiang):
    return lived(zhejiang, last_year=LAST, continuum=True)


@pytest.fixture(scope="module")
def start(zhejiang):
    """The state of the base year."""
    return first_economy(zhejiang, *continua(zhejiang))


def in_the_base_year(zhejiang, start, *laws):
    """Rules, cleared markets and money of the base year with these laws in force."""
    rules = baseline_rules(zhejiang, start)
    for policy in laws:
        rules = policy(rules, zhejiang, zhejiang.first_year)
    clearing, maps, _ = clear_markets(zhejiang, start, rules)
    return rules, clearing, treasury.statement(maps, clearing.revenue)


def paid(model, policy, purpose):
    return {p.payee: p.amount for p in model.payments if p.policy == policy and p.purpose == purpose}


def cell(zhejiang, name):
    return zhejiang.places.cells.index(name)


# --- industrial linkage


def test_suppliers_reach_exactly_the_shares_asked_for_at_base_year_prices(zhejiang):
    """Shares with the costs cut, at the base year's unit costs: pi e^(theta cut) over its sum."""
    rules = law("industrial_linkage", from_=2014, **CHAIN)(law_of(zhejiang), zhejiang, 2014)
    shares = zhejiang.trade_shares * np.exp(zhejiang.parameters.trade_elasticity * rules.trade_cost_cut)
    shares /= shares.sum(axis=1, keepdims=True)
    good, regions = zhejiang.technology.sectors.index("industry"), zhejiang.places.regions
    for name, asked in CHAIN["suppliers"].items():
        supplying = zhejiang.places.region_of_cell == regions.index(name)
        for buyer in ("Hangzhou/urban", "Hangzhou/rural"):
            assert shares[cell(zhejiang, buyer), supplying, good].sum() == pytest.approx(asked, rel=1e-9)
    others = zhejiang.places.region_of_cell != regions.index("Hangzhou")
    np.testing.assert_array_equal(rules.trade_cost_cut[others], 0)
    np.testing.assert_array_equal(np.delete(rules.trade_cost_cut, good, axis=2), 0)


def test_when_prices_have_answered_suppliers_have_nearly_the_shares_asked_for(zhejiang, start):
    """Dearer parts lose some of it again: wages rise at the suppliers, by the cost of a chain that is small to them."""
    rules, clearing, _ = in_the_base_year(zhejiang, start, law("industrial_linkage", from_=2014, **CHAIN))
    good, theta = zhejiang.technology.sectors.index("industry"), zhejiang.parameters.trade_elasticity
    costs = trade.trade_costs(zhejiang, rules.distance_km, np.ones(zhejiang.cells), rules.segmentation, rules.trade_cost_cut)
    buyer = cell(zhejiang, "Hangzhou/urban")
    # what a cell sells at what price follows from its revenue: weigh the potentials that clear the markets
    bought = np.exp(-theta * costs[buyer, :, good]) * potential(zhejiang, clearing)[:, good]
    bought /= bought.sum()
    for name, asked in CHAIN["suppliers"].items():
        supplying = zhejiang.places.region_of_cell == zhejiang.places.regions.index(name)
        had = zhejiang.trade_shares[buyer, supplying, good].sum()
        assert 0.75 * asked < bought[supplying].sum() < asked
        assert bought[supplying].sum() > 1.5 * had


def potential(zhejiang, clearing):
    """Supply potentials (A / x)^theta at the cleared prices, (cell, sector)."""
    from sim.world.technology import input_cost

    tech = zhejiang.technology
    cost = input_cost(tech, clearing.wage, clearing.rental, clearing.land_rent, clearing.prices)
    return (zhejiang.productivity / cost) ** zhejiang.parameters.trade_elasticity


def test_suppliers_pay_more_and_those_they_displace_less(zhejiang, start):
    _, before, _ = in_the_base_year(zhejiang, start)
    _, after, _ = in_the_base_year(zhejiang, start, law("industrial_linkage", from_=2014, share_of_budget=0.0, **CHAIN))
    change = np.log(after.wage / before.wage)
    assert change[cell(zhejiang, "Quzhou/urban")] > 0.005
    assert change[cell(zhejiang, "Lishui/urban")] > 0.001
    assert change[cell(zhejiang, "Shaoxing/urban")] < 0  # a neighbour that sold Hangzhou 6 per cent of its parts


def test_a_supplier_that_has_its_share_already_changes_nothing(zhejiang):
    small = law("industrial_linkage", assembler="Hangzhou", suppliers={"Shaoxing": 0.01}, share_of_budget=0.0)
    np.testing.assert_array_equal(small(law_of(zhejiang), zhejiang, 2016).trade_cost_cut, 0)


# --- growth pole


def test_a_belt_of_rich_cities_grows_and_the_cities_part_unless_they_pay_for_it_themselves(zhejiang, baseline):
    terms = {"regions": ("Hangzhou", "Ningbo"), "share_of_budget": 0.05, "agglomeration": 0.02}
    bought, levied = (
        under(zhejiang, law("growth_pole", financed_by=way, **terms)) for way in ("general_purchases", "income_levy")
    )

    def apart(model):
        incomes = [rows(model)[LAST, "region", city, "income_per_head"] for city in zhejiang.places.regions[:-1]]
        return max(incomes) / min(incomes)

    # the stock is a year's product, so that ten years of this money raise it by 3%: output by less than a hundredth
    grown = effect(bought, baseline, "cell", "Hangzhou/urban", "output")
    assert grown > 0.005
    assert effect(bought, baseline, "cell", "Quzhou/rural", "population") < 0
    # those who pay for their own belt work less, and have less left than it adds to their incomes
    assert 0 < effect(levied, baseline, "cell", "Hangzhou/urban", "output") < 0.5 * grown
    assert apart(bought) > apart(baseline) > apart(levied)


def test_nearness_adds_to_money_and_public_capital_belongs_where_it_stands(zhejiang, baseline):
    terms = {"regions": ("Hangzhou", "Ningbo"), "share_of_budget": 0.05}
    money, near = (under(zhejiang, law("growth_pole", agglomeration=nu, **terms)) for nu in (0.0, 0.1))
    grown = near.economy.workforce.persons[0] / near.world.stocks.residents.sum(axis=0)[0]
    assert grown > 1  # density is what the elasticity is on
    assert effect(near, money, "cell", "Hangzhou/urban", "output") > 0.002
    owned = money.economy.enclave
    np.testing.assert_array_equal(owned, np.diag(owned.diagonal()))
    assert {zhejiang.places.cells[c] for c in owned.diagonal().nonzero()[0]} >= {"Hangzhou/urban", "Ningbo/urban"}


# --- rural consumption


def test_vouchers_lower_the_cost_of_living_by_what_they_pay_of_it(zhejiang, baseline):
    """Cost falls by (1 - h) mu_j log(1 - v); before anybody has moved, little else does."""
    policy, first = under(zhejiang, law("rural_consumption", voucher=0.2)), 2016
    tech, h = zhejiang.technology, zhejiang.parameters.housing_share
    saved = -(1 - h) * tech.spending[tech.sectors.index("industry")] * np.log(0.8)
    for name in ("Quzhou/rural", "Jinhua/rural"):
        real, nominal = (
            effect(policy, baseline, "cell", name, measure, first) for measure in ("real_income_per_head", "income_per_head")
        )
        assert real - nominal == pytest.approx(saved, rel=0.05)
        assert abs(nominal) < 0.1 * saved
    assert effect(policy, baseline, "cell", "Hangzhou/urban", "output_industry", first) > 0
    assert effect(policy, baseline, "cell", "Quzhou/rural", "population") > 0


# --- talent programme


def test_every_use_of_talent_money_does_what_it_is_for(zhejiang):
    def only(use):
        terms = {"share_of_budget": 0.05, "regions": ("mountain",), "uses": {use: 1.0}}
        return under(zhejiang, law("talent_programme", **terms)).economy.workforce

    graduates, returnees, training = map(only, ("graduates", "returnees", "training"))
    home = cell(zhejiang, "Quzhou/rural")
    schooled = [force.skills[home].sum(axis=1) @ GRADUATE for force in (graduates, returnees, training)]
    assert schooled[0] > 1.02 * max(schooled[1:])
    at_home = [force.residence[home, home] for force in (graduates, returnees, training)]
    assert at_home[1] > max(at_home[0], at_home[2])
    trained = [force.skills[home].sum(axis=1)[[1, 3]].sum() for force in (graduates, returnees, training)]
    assert trained[2] > 1.5 * max(*trained[:2], 1.0)


def test_talent_money_is_divided_as_the_uses_say(zhejiang):
    uses = {"graduates": 0.5, "returnees": 0.3, "training": 0.2}
    policy = under(zhejiang, law("talent_programme", share_of_budget=0.01, regions=("Lishui",), uses=uses))
    budget = sum(payment.amount for payment in policy.payments if payment.payer == "Lishui")
    for use, share in uses.items():
        received = paid(policy, "talent_programme", use)
        assert set(received) == {"Lishui/rural"}
        assert sum(received.values()) == pytest.approx(share * 0.01 * budget, rel=1e-12)


# --- income tax

BRACKETS = (Bracket(above=40_000.0, rate=0.05), Bracket(above=80_000.0, rate=0.10), Bracket(above=150_000.0, rate=0.25))


@pytest.mark.parametrize(
    ("income", "tax"),
    [
        (30_000, 0),
        (40_000, 0),
        (50_000, 500),  # 10,000 at 5%
        (80_000, 2_000),  # 40,000 at 5%
        (100_000, 4_000),  # 2,000 and 20,000 at 10%
        (150_000, 9_000),  # 2,000 and 70,000 at 10%
        (250_000, 34_000),  # 9,000 and 100,000 at 25%
    ],
)
def test_the_tax_is_what_an_official_would_work_out(zhejiang, income, tax):
    rules = law_of(zhejiang)
    one_skill = np.zeros_like(rules.skill_shares)
    one_skill[:, 2] = 1.0
    alike = replace(rules, skill_shares=one_skill, income_before_transfers=np.full(zhejiang.cells, float(income)))
    np.testing.assert_allclose(average_rates(BRACKETS, alike, zhejiang) * income, tax, rtol=1e-12)


def test_the_rate_of_a_cell_is_the_tax_of_all_over_the_income_of_all(zhejiang):
    """Half with 30,000 and half with 90,000: half of them pay 3,000, of 60,000 a head that is a fortieth."""
    rules = law_of(zhejiang)
    skills = np.zeros_like(rules.skill_shares)
    skills[:, [0, 4]] = 0.5
    units = zhejiang.stocks.efficiency[[0, 4]]
    income = 30_000 * units.mean() / units[0]
    high = 30_000 * units[1] / units[0]
    assert 40_000 < high < 150_000
    alike = replace(rules, skill_shares=skills, income_before_transfers=np.full(zhejiang.cells, income))
    tax = 0.05 * (min(high, 80_000) - 40_000) + 0.10 * max(0.0, high - 80_000)
    np.testing.assert_allclose(average_rates(BRACKETS, alike, zhejiang), 0.5 * tax / income, rtol=1e-12)


def test_a_progressive_tax_takes_more_of_the_rich_and_narrows_the_gap_when_it_comes_back(zhejiang, baseline):
    terms = {"brackets": ({"above": 40_000.0, "rate": 0.05}, {"above": 80_000.0, "rate": 0.1})}
    kept, returned = (under(zhejiang, law("income_tax", returned=share, **terms)) for share in (0.0, 1.0))
    assert ratio(returned, LAST) < ratio(kept, LAST) < ratio(baseline, LAST)
    assert effect(kept, baseline, "cell", "Hangzhou/urban", "population") < 0
    assert effect(returned, baseline, "cell", "Lishui/rural", "income_per_head") > 0.005
    spent = [p for p in kept.payments if p.policy == "income_tax"]
    assert {p.payee for p in spent} == {"upper government"}
    assert not any(p.payer.startswith("outside") for p in spent)


# --- land-value tax


def test_owners_bear_the_tax_on_land_and_nobody_else_pays_more(zhejiang, start):
    """Land cannot leave: owners lose the rate times their rent, wages and prices of use stay (Ricardo 1817).

    A rent moves only as far as those who live on the land spend on housing out of incomes that have changed: less than
    in proportion, since part of it is paid by firms and farms.
    """
    _, before, old = in_the_base_year(zhejiang, start)
    _, after, new = in_the_base_year(zhejiang, start, law("land_value_tax", from_=2014, rate=0.3, returned=1.0))
    inside = zhejiang.places.reported_cells
    np.testing.assert_allclose(new.levies[inside], 0.3 * new.land_income[inside], rtol=1e-12)
    np.testing.assert_array_equal(new.levies[~inside], 0)
    gained = new.transfers - old.transfers - new.levies
    change = new.disposable - old.disposable
    # what comes back is spent and saved otherwise than rent was, so a little of each cell's change comes from others
    assert (np.abs(change - gained) < 0.1 * np.maximum(new.levies, new.transfers - old.transfers))[inside].all()
    incomes, rents = np.log(new.disposable / old.disposable), np.log(after.land_rent / before.land_rent)
    assert (np.abs(rents) < np.abs(incomes) + 0.001)[inside].all()
    assert np.abs(np.log(after.wage / before.wage)).max() < 0.005


def test_a_tax_on_land_leaves_output_as_it_was(zhejiang, baseline):
    """No factor is driven away; spending of what comes back moves output by less than a tenth of a per cent."""
    policy = under(zhejiang, law("land_value_tax", rate=0.3, returned=1.0))
    for year in (2016, LAST):
        assert abs(effect(policy, baseline, "world", "zhejiang", "output", year)) < 0.001
    assert abs(effect(policy, baseline, "cell", "Hangzhou/urban", "output", 2016)) < 0.001


# --- investment subsidy


def test_subsidised_capital_comes_until_its_own_return_has_fallen_and_workers_gain(zhejiang, baseline):
    policy = under(zhejiang, law("investment_subsidy", on_capital=0.2, regions=("mountain",), kind="rural"))
    for name in ("Quzhou/rural", "Lishui/rural"):
        assert effect(policy, baseline, "cell", name, "capital") > 0.01
        assert -np.log(1.2) < effect(policy, baseline, "cell", name, "rental_rate") < 0
        assert effect(policy, baseline, "cell", name, "wage") > 0
        assert effect(policy, baseline, "cell", name, "output") > 0


def test_a_subsidy_on_wages_draws_people_and_is_partly_taken_by_rents(zhejiang, baseline):
    """Place-based pay is capitalised in land as people come (Roback 1982)."""
    policy = under(zhejiang, law("investment_subsidy", on_wages=0.2, regions=("Quzhou",)))
    assert effect(policy, baseline, "region", "Quzhou", "population") > 0.01
    assert effect(policy, baseline, "cell", "Quzhou/urban", "land_rent") > 0.01
    assert effect(policy, baseline, "cell", "Quzhou/urban", "wage") < 0  # before the subsidy: there are more of them


def test_who_pays_a_subsidy_buys_less_by_exactly_that(zhejiang, start):
    subsidy = law("investment_subsidy", from_=2014, on_capital=0.2, regions=("mountain",))
    rules, _, money = in_the_base_year(zhejiang, start, subsidy)
    bought = np.einsum("gpc,g->", rules.spending_share[:, :4], money.budgets) - money.purchases.sum()
    assert bought == pytest.approx(money.subsidised.sum(), rel=1e-9)
    assert money.subsidised.sum() > 0
