"""Who pays for a policy: general purchases, an income levy, a levy on land rent, or the government above."""

import dataclasses

import numpy as np
import pytest

from sim.economy import charges, treasury
from sim.economy.ledger import charged_to_households
from sim.economy.policies import base
from sim.economy.policies.base import PolicyInForce, instruments
from sim.errors import FactorFlowError
from sim.model import FactorFlowModel
from sim.world.world import GENERAL, HOUSEHOLD, PURPOSES, World
from tests.policies.test_money import FUNDED
from tests.reading import largest_residual

SUBSIDISED = {
    "investment_subsidy": ({"regions": ("Quzhou",), "on_capital": 0.01, "on_wages": 0.01, "paid_by": "own"}, "Quzhou"),
    "rural_consumption": ({"voucher": 0.05, "network": 0.01, "paid_by": "own", "regions": ("Lishui",)}, "Lishui"),
}
WAYS = ("general_purchases", "income_levy", "land_revenue", "government_above")
SPENDING = {**{name: (terms, payer) for name, (terms, payer, _) in FUNDED.items()}, **SUBSIDISED}


def law(name, financed_by, **terms):
    made = instruments()[name].Terms(instrument=name, from_=2015, financed_by=financed_by, **terms)
    return PolicyInForce("it", made)


def lived(world: World, *laws, last_year=2016):
    model = FactorFlowModel(world, laws, last_year=last_year, continuum=True)
    while model.running:
        model.step()
    return model


def read(model, measure, scope="world", year=None):
    rows = [row for row in model.record.series if row[1] == scope and row[3] == measure]
    last = max(row[0] for row in rows) if year is None else year
    return {row[2]: row[4] for row in rows if row[0] == last}


def territory(world, payer):
    return set(world.places.cells) if payer == "upper government" else {f"{payer}/urban", f"{payer}/rural"}


@pytest.fixture(scope="module")
def baseline(zhejiang):
    return lived(zhejiang)


@pytest.mark.parametrize("name", SPENDING)
def test_every_policy_that_spends_takes_the_term_and_no_other_does(name):
    assert set(SPENDING) == {name for name, one in instruments().items() if "financed_by" in one.Terms.model_fields}
    assert instruments()[name].Terms.model_fields["financed_by"].default == base.DEFAULT_FINANCING


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SPENDING)
def test_whoever_pays_pays_exactly_what_the_recipients_get_and_all_accounts_close(zhejiang, name, way):
    terms, payer = SPENDING[name]
    model = lived(zhejiang, law(name, way, **terms))
    assert largest_residual(model) < 1e-9
    ours = [payment for payment in model.payments if payment.policy == "it"]
    cells = set(zhejiang.places.cells)
    received = sum(payment.amount for payment in ours if payment.payee in cells)
    levied = {payment.payer: payment.amount for payment in ours if payment.payer in cells}
    spenders = {payment.payer for payment in ours if payment.payer not in cells}
    assert received > 0
    assert spenders == {"upper government" if way == "government_above" else payer}
    if way in ("general_purchases", "government_above"):
        assert not levied
        return
    assert sum(payment.amount for payment in ours if payment.payer in cells) == pytest.approx(received, rel=1e-12)
    assert set(levied) == territory(zhejiang, payer)  # nobody keeps rents who has left: all stays in the territory
    on = "charge on income" if way == "income_levy" else "charge on land rent"
    assert {payment.purpose for payment in ours if payment.payer in cells} == {on}
    budgets = read(model, "paid_for_policies", "region").values()
    assert max(map(abs, budgets)) < 1e-9 * received
    assert read(model, "public_cost", "policy")["it"] == pytest.approx(received, rel=1e-12)
    assert read(model, "public_receipts", "policy")["it"] == 0.0
    households = charged_to_households(model.payments)
    assert households.sum() == pytest.approx(received, rel=1e-12)
    assert read(model, "charged_to_households")[zhejiang.places.world] == pytest.approx(received, rel=1e-12)
    by_region = read(model, "charged_to_households", "region")
    if payer != "upper government":
        assert by_region[payer] == pytest.approx(received, rel=1e-12)
    assert sum(by_region.values()) == pytest.approx(received, rel=1e-12)


@pytest.mark.parametrize("way", ["income_levy", "land_revenue"])
@pytest.mark.parametrize("name", SPENDING)
def test_a_charge_leaves_every_other_purpose_its_share_of_the_budget(zhejiang, name, way):
    """Given the same revenue all other purposes keep their yuan: spending is what it was plus what the policy spends."""
    terms, _ = SPENDING[name]
    model = lived(zhejiang, law(name, way, **terms))
    by_purpose = {}
    for payment in model.payments:
        if not payment.policy and payment.payer not in zhejiang.places.cells:
            key = payment.payer, payment.purpose
            by_purpose[key] = by_purpose.get(key, 0.0) + payment.amount
    for payer in {payer for payer, _ in by_purpose}:
        budget = sum(amount for (who, _), amount in by_purpose.items() if who == payer)
        number = [*zhejiang.places.regions, "upper government"].index(payer)
        for purpose, share in zip(PURPOSES, zhejiang.public.purpose_share[number], strict=True):
            assert by_purpose.get((payer, purpose), 0.0) == pytest.approx(share * budget, rel=1e-9, abs=1.0)


def test_the_same_budget_pays_the_same_to_recipients_whoever_bears_it(zhejiang, baseline):
    """In the year it begins a transfer is the same share of the same budgets, and only who bears it differs."""
    terms, payer = {"share_of_budget": 0.02, "payers": ("Ningbo",), "recipients": ("mountain",)}, "Ningbo"
    found = {way: lived(zhejiang, law("fiscal_transfer", way, **terms), last_year=2015) for way in WAYS}
    budgets = {}
    for way, model in found.items():
        own = sum(p.amount for p in model.payments if p.payer == payer) - sum(
            p.amount for p in model.payments if p.payee == payer
        )
        budgets[way] = own
        sent = sum(p.amount for p in model.payments if p.policy == "it" and p.payer not in zhejiang.places.cells)
        if way != "government_above":
            assert sent == pytest.approx(0.02 * own, rel=1e-12)
    # households of the payer have less when they are charged, and its general purchases are what they were
    charged, free = found["income_levy"], found["general_purchases"]
    assert read(charged, "income_per_head", "region")["Ningbo"] < read(free, "income_per_head", "region")["Ningbo"]
    before = read(baseline, "general_purchases_per_head", "region", 2015)["Ningbo"]
    assert read(charged, "general_purchases_per_head", "region")["Ningbo"] == pytest.approx(before, rel=2e-3)
    assert read(free, "general_purchases_per_head", "region")["Ningbo"] < 0.985 * before


def test_an_income_levy_takes_the_same_share_of_last_years_income_everywhere_in_the_territory(zhejiang):
    terms, payer = SPENDING["infrastructure_investment"]
    model = FactorFlowModel(
        zhejiang, (law("infrastructure_investment", "income_levy", **terms),), last_year=2016, continuum=True
    )
    model.step()
    last_year = model.economy.income_before_transfers * model.economy.workforce.persons
    model.step()
    paid = charged_to_households(model.payments)
    ours = paid > 0
    assert {cell for cell, there in zip(zhejiang.places.cells, ours, strict=True) if there} == territory(zhejiang, payer)
    np.testing.assert_allclose(paid[ours] / last_year[ours], paid.sum() / last_year[ours].sum(), rtol=1e-12)


def test_a_levy_on_land_is_borne_by_those_who_receive_its_rents_also_where_they_have_left(zhejiang):
    keep = PolicyInForce(
        "rents",
        instruments()["land_market_integration"].Terms(
            instrument="land_market_integration", from_=2015, migrants_keep_rent=0.5, opened=0.0
        ),
    )
    terms, payer = SPENDING["infrastructure_investment"]
    model = lived(zhejiang, keep, law("infrastructure_investment", "land_revenue", **terms))
    paid = charged_to_households(model.payments)
    away = [cell for cell in zhejiang.places.cells if cell not in territory(zhejiang, payer)]
    elsewhere = sum(amount for cell, amount in zip(zhejiang.places.cells, paid, strict=True) if cell in away)
    assert 0 < elsewhere < paid.sum()
    assert largest_residual(model) < 1e-9


@pytest.mark.parametrize("way", WAYS)
def test_a_policy_of_size_zero_is_the_baseline_bit_for_bit(zhejiang, baseline, way):
    terms = {"share_of_budget": 0.0, "regions": ("Quzhou",)}
    model = lived(zhejiang, law("infrastructure_investment", way, **terms))
    assert model.record.series == baseline.record.series


def test_rules_are_those_that_were_given_where_nothing_is_spent(zhejiang, baseline):
    rules = baseline._rules_in_force()
    for way in WAYS:
        none = law("infrastructure_investment", way, share_of_budget=0.0)
        assert none(rules, zhejiang, 2015) is rules
        after = law("infrastructure_investment", way, share_of_budget=0.01)(rules, zhejiang, 2015)
        assert after.financed_by == rules.financed_by  # the next policy pays as its own terms say


def test_the_default_stands_in_one_place(zhejiang, monkeypatch):
    free = lived(zhejiang, law("infrastructure_investment", "general_purchases", share_of_budget=0.02))
    unsaid = instruments()["infrastructure_investment"].Terms(
        instrument="infrastructure_investment", from_=2015, share_of_budget=0.02
    )
    assert unsaid.financed_by == base.DEFAULT_FINANCING
    assert base.DEFAULT_FINANCING == "income_levy"
    levied = lived(zhejiang, law("infrastructure_investment", "income_levy", share_of_budget=0.02))
    silent = lived(zhejiang, PolicyInForce("it", unsaid))
    assert silent.record.series == levied.record.series != free.record.series


def test_more_than_people_earn_cannot_be_levied(zhejiang):
    terms = {"share_of_upper_budget": 0.3, "regions": ("Quzhou",)}
    greedy = law("public_service_equalisation", "land_revenue", **terms)
    poor = dataclasses.replace(zhejiang, budgets=zhejiang.budgets * 50)
    with pytest.raises(FactorFlowError, match=r"policy it in 2015: financed_by: land_revenue would have to raise .* of rent"):
        model = FactorFlowModel(poor, (greedy,), last_year=2015, continuum=True)
        model.economy.year = 2015
        model.step()


def test_a_government_without_general_purchases_says_so_and_names_the_way_out(zhejiang):
    share = zhejiang.public.purpose_share.copy()
    share[:, HOUSEHOLD] += share[:, GENERAL]
    share[:, GENERAL] = 0.0
    bare = dataclasses.replace(zhejiang, public=dataclasses.replace(zhejiang.public, purpose_share=share))
    terms = {"share_of_budget": 0.01, "regions": ("Quzhou",)}
    for way in ("general_purchases", "government_above"):
        model = FactorFlowModel(bare, (law("infrastructure_investment", way, **terms),), last_year=2015, continuum=True)
        model.step()
        payer = "Quzhou" if way == "general_purchases" else "upper government"
        with pytest.raises(FactorFlowError, match=rf"only 0 is left .* of {payer}.*income_levy"):
            model.step()
    with pytest.raises(FactorFlowError, match="income_levy"):
        model = FactorFlowModel(
            bare, (law("investment_subsidy", "general_purchases", on_wages=0.01),), last_year=2015, continuum=True
        )
        model.step()
        model.step()
    levied = lived(bare, law("infrastructure_investment", "income_levy", **terms))
    assert largest_residual(levied) < 1e-9


def test_a_government_above_without_a_budget_cannot_pay(zhejiang, baseline):
    rules = baseline._rules_in_force()
    poor = dataclasses.replace(rules, budgets=np.append(rules.budgets[:-1], 0.0))
    with pytest.raises(FactorFlowError, match="needs a government above the regions that has a budget"):
        law("infrastructure_investment", "government_above", share_of_budget=0.02)(poor, zhejiang, 2015)


def test_a_place_is_worth_less_to_movers_by_what_is_charged_there(zhejiang):
    """Offers fall by the rate of the levy, in the territory alone."""
    terms, payer = SPENDING["infrastructure_investment"]
    free, levied = (
        lived(zhejiang, law("infrastructure_investment", way, **terms), last_year=2015)
        for way in ("general_purchases", "income_levy")
    )
    rate = levied.economy.charge_rate
    inside = np.array([cell in territory(zhejiang, payer) for cell in zhejiang.places.cells])
    assert (rate[inside] > 0).all() and not rate[~inside].any()
    assert not free.economy.charge_rate.any()
    at = list(zhejiang.places.regions).index(payer)
    people = [model.economy.workforce.persons @ zhejiang.places.membership()[at] for model in (levied, free)]
    assert people[0] < people[1]


def test_parts_of_a_charge_add_up_to_what_is_spent_for_homes_and_for_residents(zhejiang):
    model = FactorFlowModel(
        zhejiang,
        (law("infrastructure_investment", "land_revenue", share_of_budget=0.02),
         law("investment_subsidy", "income_levy", on_wages=0.01)),
        last_year=2016,
        continuum=True,
    )  # fmt: skip
    model.step()
    rules = model._rules_in_force()
    _, money = model._clear(rules)
    assert len(rules.charged) == 12  # one for every region that builds, one of the government above
    for _, charge in rules.charged:
        assert charges.residents_charged(rules, charge).sum() == pytest.approx(1, abs=1e-12)
    spent = treasury.spent_on(rules, money, 2).sum() - (money.budgets @ rules.base_spending[:, 2]).sum()
    assert treasury.charged_on_homes(rules, money).sum() == pytest.approx(spent, rel=1e-12)
    before = money.wages + money.dividends + money.land_income - money.tax
    assert treasury.charged_on_income(rules, money) @ before == pytest.approx(money.subsidised.sum(), rel=1e-12)
