"""Money of policies: each costs what its payers give up, and that is what its recipients get, in every year."""

import numpy as np
import pytest

from sim.economy.ledger import paid_by_policy
from sim.economy.policies.base import PolicyInForce, instruments
from sim.model import FactorFlowModel
from sim.world.build import build_world
from tests.policies.laws import paid_by_budgets
from tests.reading import largest_residual

PAIRS = {"Hangzhou": "Quzhou"}
# terms of a size that shows, the government that pays, and the share of its budget that the terms ask for
FUNDED = {
    "infrastructure_investment": ({"share_of_budget": 0.05, "regions": ("Quzhou",)}, "Quzhou", 0.05),
    "transport_link": (
        {"start": "Hangzhou", "end": "Quzhou", "time_saved": 0.3, "share_of_upper_budget": 0.001},
        "upper government",
        0.001,
    ),
    "public_service_equalisation": ({"share_of_upper_budget": 0.002, "standard": 1.0}, "upper government", 0.002),
    "residence_permit_reform": ({"cut": 0.5, "destinations": ("Ningbo",), "service_share": 0.02}, "Ningbo", 0.01),
    "talent_programme": ({"share_of_budget": 0.03, "regions": ("Lishui",)}, "Lishui", 0.03),
    "paired_assistance": (
        {"pairs": PAIRS, "share_of_donor_revenue": 0.02, "uses": {"enclave": 0.5, "quota_purchase": 0.5}},
        "Hangzhou",
        0.02,
    ),
    "fiscal_transfer": ({"share_of_budget": 0.02, "payers": ("Ningbo",), "recipients": ("mountain",)}, "Ningbo", 0.02),
    "industrial_linkage": (
        {"assembler": "Hangzhou", "suppliers": {"Quzhou": 0.01}, "share_of_budget": 0.005},
        "Hangzhou",
        0.005,
    ),
    "growth_pole": ({"regions": ("Wenzhou",), "share_of_budget": 0.04}, "Wenzhou", 0.04),
    "rural_consumption": ({"voucher": 0.0, "network": 0.01, "paid_by": "upper"}, "upper government", 0.01),
    "cash_transfer": ({"share_of_upper_budget": 0.002, "by": "registration"}, "upper government", 0.002),
}
FREE = {
    "capital_market_integration": {"finance_gap_cut": 0.5},
    "land_market_integration": {"quota_trading": "across_regions", "migrants_keep_rent": 0.5, "rural_share_of_gains": 0.5},
    "market_unification": {"cut": 0.3},
    "minimum_wage": {"floor": 60_000.0},
}
RATES = {"income_tax", "land_value_tax", "investment_subsidy"}


def law(name, **terms):
    return paid_by_budgets(name, "it", from_=2015, **terms)


def years(zhejiang, *laws):
    """A model after each of its first three years."""
    model = FactorFlowModel(zhejiang, laws, last_year=2017, continuum=True)
    while model.running:
        model.step()
        yield model


def test_every_instrument_is_looked_at():
    assert set(FUNDED) | set(FREE) | RATES == set(instruments())


@pytest.mark.parametrize("name", FUNDED)
def test_what_a_policy_costs_is_a_share_of_the_payers_budget_and_reaches_the_recipients(zhejiang, name):
    terms, payer, share = FUNDED[name]
    for model in years(zhejiang, law(name, **terms)):
        of_policy = [payment for payment in model.payments if payment.policy == "it"]
        if model.year == 2015:  # the year just lived was 2014
            assert not of_policy
            continue
        budget = sum(payment.amount for payment in model.payments if payment.payer == payer)
        paid = sum(payment.amount for payment in of_policy if payment.payer == payer)
        assert paid == pytest.approx(share * budget, rel=1e-12)
        assert paid == pytest.approx(sum(payment.amount for payment in of_policy), rel=1e-12)
        cells = set(zhejiang.places.cells)
        assert paid == pytest.approx(sum(payment.amount for payment in of_policy if payment.payee in cells), rel=1e-12)
        assert paid_by_policy(model.payments)["it"] == pytest.approx((paid, 0.0), rel=1e-12)
    assert largest_residual(model) < 1e-9


def recorded(model, measure):
    """A measure of public money in the last year lived, by scope and place."""
    rows = model.record.series
    last = max(year for year, *_ in rows)
    return {(scope, place): value for year, scope, place, found, value in rows if (year, found) == (last, measure)}


# what taxes and subsidies are asked to do, and the government whose money it is
OF_RATES = {
    "income_tax": ({"brackets": ({"above": 0.0, "rate": 0.1},), "government": "Hangzhou", "returned": 0.4}, "Hangzhou"),
    "land_value_tax": ({"rate": 0.3, "regions": ("Quzhou",), "returned": 0.4}, "upper government"),
    "investment_subsidy": ({"regions": ("Quzhou",), "on_capital": 0.01, "paid_by": "own"}, "Quzhou"),
}


@pytest.mark.parametrize("name", [*FUNDED, *OF_RATES])
def test_who_pays_is_recorded_as_the_government_that_the_instrument_names(zhejiang, name):
    terms, payer = FUNDED[name][:2] if name in FUNDED else OF_RATES[name]
    *_, model = years(zhejiang, law(name, **terms))
    cost, receipts = recorded(model, "public_cost")["policy", "it"], recorded(model, "public_receipts")["policy", "it"]
    assert cost > 0 and (receipts > 0) == name.endswith("_tax")
    for measure, money in (("paid_for_policies", cost), ("raised_by_policies", receipts)):
        by_place = recorded(model, measure)
        assert by_place.pop(("world", zhejiang.places.world)) == pytest.approx(money, rel=1e-12, abs=1e-6)
        wanted = {("region", region): money if region == payer else 0.0 for region in zhejiang.places.regions}
        assert by_place == pytest.approx(wanted, rel=1e-12, abs=1e-6)


def test_two_payers_are_recorded_each_with_its_own_part(zhejiang):
    terms = {"regions": ("Quzhou", "Lishui"), "share_of_budget": 0.04}
    *_, model = years(zhejiang, law("growth_pole", **terms))
    paid = {place: value for (_, place), value in recorded(model, "paid_for_policies").items()}
    budget = {
        region: sum(payment.amount for payment in model.payments if payment.payer == region)
        for region in ("Quzhou", "Lishui")
    }
    assert {region: paid[region] for region in budget} == pytest.approx({r: 0.04 * budget[r] for r in budget}, rel=1e-12)
    assert paid[zhejiang.places.world] == pytest.approx(recorded(model, "public_cost")["policy", "it"], rel=1e-12)


@pytest.mark.parametrize("name", FREE)
def test_rules_without_a_budget_record_no_payer(zhejiang, name):
    *_, model = years(zhejiang, law(name, **FREE[name]))
    assert recorded(model, "paid_for_policies") == {}


@pytest.mark.parametrize("name", FREE)
def test_rules_without_a_budget_cost_nothing(zhejiang, name):
    for model in years(zhejiang, law(name, **FREE[name])):
        assert not any(payment.policy for payment in model.payments)
    assert largest_residual(model) < 1e-9


@pytest.mark.parametrize("returned", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("name", ["income_tax", "land_value_tax"])
def test_a_tax_reaches_its_government_and_what_comes_back_reaches_everyone_alike(zhejiang, name, returned):
    rate = {"brackets": ({"above": 0.0, "rate": 0.1},)} if name == "income_tax" else {"rate": 0.3}
    *_, model = years(zhejiang, law(name, government="Hangzhou", returned=returned, **rate))
    tax = [payment for payment in model.payments if payment.payee == "Hangzhou"]
    back = [payment for payment in model.payments if payment.purpose == "tax returned per head"]
    raised = sum(payment.amount for payment in tax)
    assert raised > 0 and all(payment.policy == "it" for payment in tax)
    assert sum(payment.amount for payment in back) == pytest.approx(returned * raised, rel=1e-12, abs=1e-6)
    assert {payment.payee for payment in back} <= {"Hangzhou/urban", "Hangzhou/rural"}
    if name == "income_tax":
        assert {payment.payer for payment in tax} == {"Hangzhou/urban", "Hangzhou/rural"}
    assert paid_by_policy(model.payments)["it"] == pytest.approx((returned * raised, raised), rel=1e-12)
    assert largest_residual(model) < 1e-9


@pytest.mark.parametrize("elastic", [False, True])
def test_a_flat_tax_returned_per_head_moves_income_from_town_to_village_and_creates_none(zhejiang, elastic):
    """Where nobody works or saves less for it all of it comes back; else hours fall, and with them what can."""
    world = zhejiang if elastic else build_world("zhejiang", {"hours_elasticity": 0.0, "saving_elasticity": 0.0})
    alone = law("income_tax", brackets=({"above": 0.0, "rate": 0.2},), returned=1.0, government="Hangzhou")
    base = list(years(world))[-1].record.series
    taxed = list(years(world, alone))[-1].record.series
    people, income = {}, {}
    for record, label in ((base, "base"), (taxed, "taxed")):
        for year, scope, place, measure, value in record:
            if (year, scope) == (2015, "cell") and place.startswith("Hangzhou"):
                {"population": people, "income_per_head": income}.get(measure, {})[label, place] = value
    total = {
        label: sum(people[label, cell] * income[label, cell] for cell in ("Hangzhou/urban", "Hangzhou/rural"))
        for label in ("base", "taxed")
    }
    if elastic:  # labour is a part of product, and income has parts that nobody works for
        assert 0.33 * np.log(0.8) < np.log(total["taxed"] / total["base"]) < 0.2 * 0.33 * np.log(0.8)
    else:
        assert total["taxed"] == pytest.approx(total["base"], rel=1e-3)  # saving rates differ a little
    assert income["taxed", "Hangzhou/rural"] > income["base", "Hangzhou/rural"]
    assert income["taxed", "Hangzhou/urban"] < income["base", "Hangzhou/urban"]


@pytest.mark.parametrize(("base", "purpose"), [("on_capital", "subsidy on capital"), ("on_wages", "subsidy on wages")])
def test_a_subsidy_is_its_rate_times_what_it_tops_up(zhejiang, base, purpose):
    *_, model = years(zhejiang, law("investment_subsidy", regions=("Quzhou",), kind="rural", **{base: 0.1}))
    paid = [payment for payment in model.payments if payment.policy == "it"]
    assert {payment.purpose for payment in paid} == {purpose}
    cell = zhejiang.places.cells.index("Quzhou/rural")
    read = {
        measure: value for year, _, place, measure, value in model.record.series if (year, place) == (2017, "Quzhou/rural")
    }
    if base == "on_capital":
        bill = read["rental_rate"] * read["capital"]
    else:  # the labour shares of what is made there, housing taken out of services again
        consumed = (1 - zhejiang.stocks.saving_rate[cell]) * read["income_per_head"] * read["population"]
        made = np.array([read[f"output_{sector}"] for sector in zhejiang.technology.sectors])
        made[2] -= zhejiang.parameters.housing_share * consumed
        bill = zhejiang.technology.labour @ made
    assert sum(payment.amount for payment in paid) == pytest.approx(0.1 * bill, rel=1e-9)
    assert largest_residual(model) < 1e-9


def test_vouchers_are_the_share_of_what_villages_pay_with_them(zhejiang):
    """Own money m buys for m / (1 - v): the voucher is v of the whole."""
    *_, model = years(zhejiang, law("rural_consumption", voucher=0.2))
    paid = sum(payment.amount for payment in model.payments if payment.purpose == "vouchers for goods")
    assert {payment.payee.split("/")[1] for payment in model.payments if payment.policy == "it"} == {"rural"}
    p, stocks = zhejiang.parameters, zhejiang.stocks
    series = {(place, measure): value for year, scope, place, measure, value in model.record.series if year == 2017}
    share = zhejiang.technology.spending[zhejiang.technology.sectors.index("industry")]
    own = (1 - p.housing_share) * sum(
        (1 - stocks.saving_rate[cell]) * series[name, "income_per_head"] * series[name, "population"]
        for cell, name in enumerate(zhejiang.places.cells)
        if name.endswith("rural") and not name.startswith("outside")
    )
    assert paid == pytest.approx(own * share * 0.2 / 0.8, rel=1e-9)
    assert largest_residual(model) < 1e-9


def test_a_subsidy_that_no_budget_can_pay_is_refused_by_name(zhejiang):
    from sim.errors import FactorFlowError

    with pytest.raises(FactorFlowError, match=r"subsidies ask .* of Quzhou, whose general purchases are"):
        list(years(zhejiang, law("investment_subsidy", regions=("Quzhou",), on_wages=0.5, paid_by="own")))


def test_later_policies_do_not_eat_what_earlier_ones_were_given(zhejiang):
    given = {"share_of_budget": 0.05, "payers": ("Hangzhou",), "recipients": ("Hangzhou",), "purpose": "general"}
    first = PolicyInForce("first", law("fiscal_transfer", **given).terms)
    second = PolicyInForce("second", law("infrastructure_investment", share_of_budget=0.2, regions=("Hangzhou",)).terms)
    *_, model = years(zhejiang, first, second)
    budget = sum(payment.amount for payment in model.payments if payment.payer == "Hangzhou")
    sums = paid_by_policy(model.payments)
    np.testing.assert_allclose([sums["first"][0], sums["second"][0]], [0.05 * budget, 0.2 * budget], rtol=1e-12)
