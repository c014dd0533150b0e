"""Every instrument: the sign theory predicts, who pays, what starts and stops, what cannot be paid."""

import sys

import numpy as np
import pytest

from sim.economy.markets.trade import over_links
from sim.economy.policies.base import DEFAULT_FINANCING, instruments, strength
from sim.errors import FactorFlowError
from tests.policies.laws import paid_by_budgets
from tests.reading import largest_residual, law_of, lived, ratio, rows

LAST = 2026
PAIRS = {"Hangzhou": "Quzhou", "Ningbo": "Lishui"}


def law(name, **terms):
    return paid_by_budgets(name, **{"from_": 2016, **terms})


@pytest.fixture(scope="module")
def baseline(zhejiang):
    return lived(zhejiang, last_year=LAST, continuum=True)


def under(zhejiang, *laws):
    return lived(zhejiang, laws, last_year=LAST, continuum=True)


def effect(policy, baseline, scope, place, measure, year=LAST):
    key = (year, scope, place, measure)
    return float(np.log(rows(policy)[key] / rows(baseline)[key]))


def test_open_registration_narrows_both_gaps_and_fills_the_towns(zhejiang, baseline):
    """Free movement narrows gaps at small agglomeration (Tombe and Zhu 2019)."""
    policy = under(zhejiang, law("residence_permit_reform", cut=0.6, between={"origin": "rural", "destination": "urban"}))
    assert ratio(policy, LAST) < ratio(baseline, LAST) - 0.01
    assert effect(policy, baseline, "world", "zhejiang", "urban_share") > 0
    incomes = [
        [rows(model)[LAST, "region", city, "income_per_head"] for city in zhejiang.places.regions[:-1]]
        for model in (policy, baseline)
    ]
    assert max(incomes[0]) / min(incomes[0]) < max(incomes[1]) / min(incomes[1])


def test_infrastructure_raises_output_where_it_is_built(zhejiang, baseline):
    policy = under(zhejiang, law("infrastructure_investment", share_of_budget=0.1, regions=("mountain",), kind="rural"))
    for cell in ("Quzhou/rural", "Lishui/rural"):
        assert effect(policy, baseline, "cell", cell, "output") > 0.01
        assert effect(policy, baseline, "cell", cell, "infrastructure") > 0.1
    assert abs(effect(policy, baseline, "cell", "Hangzhou/rural", "output")) < 0.005
    assert ratio(policy, LAST) < ratio(baseline, LAST)


def test_more_infrastructure_does_more(zhejiang, baseline):
    effects = [
        effect(under(zhejiang, law("infrastructure_investment", share_of_budget=s)), baseline, "world", "zhejiang", "output")
        for s in (0.02, 0.05, 0.1)
    ]
    assert 0 < effects[0] < effects[1] < effects[2]


def test_what_households_pay_for_they_work_less_for(zhejiang, baseline):
    """The default levy takes hours: the same roads raise output less than where a budget buys less for them."""
    free, levied = (
        effect(
            under(zhejiang, law("infrastructure_investment", share_of_budget=0.1, financed_by=way)),
            baseline,
            "world",
            "zhejiang",
            "output",
        )
        for way in ("general_purchases", DEFAULT_FINANCING)
    )
    assert levied < 0.5 * free


def test_one_market_raises_real_income_everywhere_and_most_where_little_is_sold_at_home(zhejiang, baseline):
    """Gains are pi_nn^(-1/theta) (Arkolakis, Costinot and Rodriguez-Clare 2012): small places gain more."""
    policy = under(zhejiang, law("market_unification", cut=0.2))
    gains = {city: effect(policy, baseline, "region", city, "real_income_per_head") for city in zhejiang.places.regions[:-1]}
    assert min(gains.values()) > 0
    assert gains["Zhoushan"] > gains["Hangzhou"]
    assert gains["Quzhou"] > gains["Ningbo"]


def test_moving_with_trading_narrows_more_than_trading_alone(zhejiang, baseline):
    goods = under(zhejiang, law("market_unification", cut=0.2))
    both = under(zhejiang, law("market_unification", cut=0.2), law("residence_permit_reform", cut=0.6))
    assert ratio(both, LAST) < ratio(goods, LAST)


def test_paired_assistance_helps_the_partner_and_costs_the_donor_its_purchases(zhejiang, baseline):
    policy = under(zhejiang, law("paired_assistance", pairs=PAIRS, share_of_donor_revenue=0.02))
    for cell in ("Quzhou/rural", "Lishui/rural"):
        assert effect(policy, baseline, "cell", cell, "income_per_head") > 0.01
    owned = policy.economy.enclave
    names = zhejiang.places.cells
    assert owned[names.index("Quzhou/rural"), names.index("Hangzhou/urban")] > 0
    by_region = zhejiang.places.membership() @ owned @ zhejiang.places.membership().T
    pairs = {(zhejiang.places.regions[o], zhejiang.places.regions[d]) for o, d in zip(*np.nonzero(by_region), strict=True)}
    assert pairs == {("Quzhou", "Hangzhou"), ("Lishui", "Ningbo")}
    spent = [payment for payment in policy.payments if payment.payer == "Hangzhou"]
    budget = sum(payment.amount for payment in spent)
    abroad = sum(payment.amount for payment in spent if payment.payee.startswith("Quzhou"))
    assert abroad == pytest.approx(0.02 * budget, rel=1e-12)
    assert largest_residual(policy) < 1e-9


def test_what_is_used_for_training_raises_skill_and_for_roads_the_stock(zhejiang):
    def only(use):
        uses = dict.fromkeys(("infrastructure", "training", "enclave"), 0.0) | {use: 1.0}
        return under(zhejiang, law("paired_assistance", pairs=PAIRS, share_of_donor_revenue=0.02, uses=uses))

    trained, roads = only("training"), only("infrastructure")
    cell = zhejiang.places.cells.index("Quzhou/rural")
    skills = [model.economy.workforce.skills[cell].sum(axis=1) for model in (trained, roads)]
    assert skills[0][[1, 3]].sum() > 1.5 * max(skills[1][[1, 3]].sum(), 1.0)
    assert roads.economy.infrastructure[cell] > trained.economy.infrastructure[cell]


def test_capital_goes_to_villages_when_the_finance_gap_falls(zhejiang, baseline):
    policy = under(zhejiang, law("capital_market_integration", finance_gap_cut=1.0))
    assert effect(policy, baseline, "cell", "Jinhua/rural", "capital") > 0.02
    assert effect(policy, baseline, "cell", "Jinhua/rural", "rental_rate") < 0
    assert effect(policy, baseline, "cell", "Jinhua/rural", "wage") > 0


def test_capital_leaves_rich_owners_when_the_blockade_falls(zhejiang, baseline):
    policy = under(zhejiang, law("capital_market_integration", blockade_cut=1.0))
    before, after = (
        np.trace(world_table(model, model.economy.capital_owned)) / model.economy.capital_owned.sum()
        for model in (baseline, policy)
    )
    assert after < before


def world_table(model, table):
    member = model.world.places.membership()
    return member @ table @ member.T


def test_cash_raises_the_income_of_the_poor_and_is_paid_to_the_last_yuan(zhejiang, baseline):
    policy = under(zhejiang, law("cash_transfer", share_of_upper_budget=0.002, below=0.8, kind="rural"))
    assert effect(policy, baseline, "cell", "Lishui/rural", "income_per_head") > 0.01
    assert abs(effect(policy, baseline, "cell", "Hangzhou/urban", "income_per_head")) < 0.005
    assert ratio(policy, LAST) < ratio(baseline, LAST)
    paid = [payment for payment in policy.payments if payment.purpose == "household"]
    budget = sum(payment.amount for payment in policy.payments if payment.payer == "upper government")
    assert sum(payment.amount for payment in paid) == pytest.approx(0.002 * budget, rel=1e-12)
    assert all(payment.payee.endswith("rural") for payment in paid)


def test_cash_builds_nothing_so_the_gap_returns_when_it_stops(zhejiang, baseline):
    policy = under(zhejiang, law("cash_transfer", share_of_upper_budget=0.002, below=0.8, until=2020))
    during = effect(policy, baseline, "cell", "Lishui/rural", "income_per_head", 2020)
    after = effect(policy, baseline, "cell", "Lishui/rural", "income_per_head", LAST)
    assert abs(after) < 0.2 * during


def test_a_transfer_between_budgets_builds_where_it_is_received_and_every_payer_pays_its_share(zhejiang, baseline):
    terms = {"share_of_budget": 0.02, "payers": ("Hangzhou", "Ningbo"), "recipients": ("mountain",), "kind": "rural"}
    policy = under(zhejiang, law("fiscal_transfer", purpose="infrastructure", **terms))
    assert effect(policy, baseline, "cell", "Quzhou/rural", "output") > 0.01
    for payer in ("Hangzhou", "Ningbo"):
        spent = [payment for payment in policy.payments if payment.payer == payer]
        abroad = sum(payment.amount for payment in spent if not payment.payee.startswith(payer))
        assert abroad == pytest.approx(0.02 * sum(payment.amount for payment in spent), rel=1e-12)
    assert largest_residual(policy) < 1e-9


def test_money_that_is_consumed_hardly_moves_household_income_and_capital_does(zhejiang, baseline):
    """Paired aid that is consumed hardly moves household income; the same money in roads does."""
    terms = {"share_of_budget": 0.02, "payers": ("Hangzhou",), "recipients": ("Quzhou",), "kind": "rural"}
    consumed, built = (
        effect(
            under(zhejiang, law("fiscal_transfer", purpose=purpose, **terms)),
            baseline,
            "cell",
            "Quzhou/rural",
            "real_income_per_head",
        )
        for purpose in ("general", "infrastructure")
    )
    assert abs(consumed) < 0.25 * built


def test_village_land_in_the_market_raises_village_rents_and_frees_town_land(zhejiang, baseline):
    policy = under(
        zhejiang, law("land_market_integration", quota_trading="across_regions", opened=2.0, rural_share_of_gains=0.5)
    )
    assert effect(policy, baseline, "cell", "Hangzhou/urban", "land") > 0.01
    assert effect(policy, baseline, "cell", "Hangzhou/urban", "land_rent") < 0
    gains = [effect(policy, baseline, "cell", cell, "income_per_head") for cell in ("Quzhou/rural", "Jinhua/rural")]
    assert min(gains) > 0
    across = world_table(policy, policy.economy.land)
    assert across[zhejiang.places.regions.index("Quzhou"), zhejiang.places.regions.index("Hangzhou")] > 0
    assert largest_residual(policy) < 1e-9


def test_services_keep_people_in_the_villages_that_get_them(zhejiang, baseline):
    policy = under(zhejiang, law("public_service_equalisation", share_of_upper_budget=0.002, regions=("mountain",)))
    assert effect(policy, baseline, "cell", "Lishui/rural", "population") > 0.002
    assert policy.economy.services[9] > baseline.economy.services[9]


def test_a_link_shortens_ways_over_it_and_lengthens_none(zhejiang, baseline):
    policy = law("transport_link", start="Hangzhou", end="Quzhou", time_saved=0.5)
    base = zhejiang.places.distance_km
    km = over_links(base, policy(law_of(zhejiang), zhejiang, 2020).links)
    names = zhejiang.places.cells
    hangzhou, quzhou, jiaxing = (names.index(f"{name}/urban") for name in ("Hangzhou", "Quzhou", "Jiaxing"))
    assert km[hangzhou, quzhou] == pytest.approx(0.5 * base[hangzhou, quzhou])
    assert km[jiaxing, quzhou] == pytest.approx(base[jiaxing, hangzhou] + 0.5 * base[hangzhou, quzhou])
    assert (km <= base).all()
    np.testing.assert_allclose(km, km.T, rtol=1e-12)
    gain = under(zhejiang, policy)
    assert effect(gain, baseline, "region", "Quzhou", "real_income_per_head") > 0.002
    assert effect(gain, baseline, "region", "Quzhou", "real_income_per_head") > effect(
        gain, baseline, "region", "Taizhou", "real_income_per_head"
    )


def test_phase_in_rises_by_equal_steps_and_stops():
    name = "market_unification"
    terms = instruments()[name].Terms(instrument=name, cut=0.5, from_=2020, until=2024, phase_in=4)
    assert [strength(terms, year) for year in range(2018, 2027)] == [0, 0, 0.25, 0.5, 0.75, 1, 1, 0, 0]


SOME = {  # terms of every instrument, of a size that changes the law
    "capital_market_integration": {"finance_gap_cut": 0.5},
    "cash_transfer": {"share_of_upper_budget": 0.001, "below": 0.8, "by": "registration"},
    "fiscal_transfer": {"share_of_budget": 0.001, "recipients": ("mountain",), "formula": "income_gap", "matching": 0.2},
    "growth_pole": {"regions": ("Hangzhou", "Ningbo"), "share_of_budget": 0.05},
    "income_tax": {"brackets": ({"above": 30_000.0, "rate": 0.1},), "returned": 0.5},
    "industrial_linkage": {"assembler": "Hangzhou", "suppliers": {"Quzhou": 0.02}},
    "infrastructure_investment": {"share_of_budget": 0.1},
    "investment_subsidy": {"on_capital": 0.1, "on_wages": 0.1, "regions": ("mountain",)},
    "land_market_integration": {"opened": 1.0, "migrants_keep_rent": 0.5},
    "land_value_tax": {"rate": 0.2},
    "market_unification": {"cut": 0.5},
    "minimum_wage": {"floor": 60_000.0},
    "paired_assistance": {"pairs": PAIRS, "share_of_donor_revenue": 0.01, "uses": {"enclave": 0.5, "quota_purchase": 0.5}},
    "public_service_equalisation": {"share_of_upper_budget": 0.001, "standard": 1.0},
    "residence_permit_reform": {"cut": 0.5},
    "rural_consumption": {"voucher": 0.1, "network": 0.01},
    "talent_programme": {"share_of_budget": 0.05},
    "transport_link": {"start": "Hangzhou", "end": "Quzhou", "time_saved": 0.5},
}


def test_no_instrument_is_forgotten():
    assert set(SOME) == set(instruments())


SPENDING = [name for name in SOME if "financed_by" in instruments()[name].Terms.model_fields]


@pytest.mark.parametrize(
    ("name", "way"), [*((name, {}) for name in SOME), *((name, {"financed_by": DEFAULT_FINANCING}) for name in SPENDING)]
)
def test_the_law_is_rebuilt_every_year_and_returns_when_a_policy_stops(zhejiang, name, way):
    policy = law(name, until=2018, **way, **SOME[name])
    before = law_of(zhejiang)
    inside = [policy(law_of(zhejiang), zhejiang, 2017) for _ in range(2)]
    after = policy(law_of(zhejiang), zhejiang, 2019)
    assert written(inside[0]) == written(inside[1])
    assert written(after) == written(before) != written(inside[0])
    levied = np.zeros(len(inside[0].budgets))  # households pay for it beside the budget
    for funding in inside[0].fundings:
        levied[funding.payer] += funding.share if way else 0.0
    np.testing.assert_allclose(inside[0].spending_share.sum(axis=(1, 2)) - levied, 1, atol=1e-12)


def written(rules):
    """Every number of a law as text, arrays in full."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return repr(rules)


def test_a_budget_cannot_be_promised_twice(zhejiang):
    half = law("infrastructure_investment", share_of_budget=0.3)
    rules = half(law_of(zhejiang), zhejiang, 2016)
    with pytest.raises(FactorFlowError, match=r"infrastructure_investment in 2016: asks for 0.3 of a budget"):
        half(rules, zhejiang, 2016)
    levied = law("infrastructure_investment", share_of_budget=0.3, financed_by="income_levy")
    assert levied(rules, zhejiang, 2016).given_up() == pytest.approx(rules.given_up())  # a levy promises no budget
