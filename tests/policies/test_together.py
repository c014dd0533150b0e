"""Policies together: neither their order nor their number changes what each may do, and what cannot be is refused by name."""

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest

from sim.economy.markets.trade import over_links
from sim.economy.policies.base import instruments
from sim.economy.policies.income_tax import average_rates
from sim.errors import FactorFlowError
from sim.model import FactorFlowModel
from sim.year.values import capital_gain
from tests.policies.laws import paid_by_budgets
from tests.reading import largest_residual, law_of, lived, rows


def law(name, called=None, **terms):
    return paid_by_budgets(name, called, **{"from_": 2016, **terms})


def at(zhejiang, name):
    return zhejiang.places.cells.index(name)


def test_two_vouchers_pay_their_shares_of_one_price(zhejiang):
    one, other = law("rural_consumption", "one", voucher=0.1), law("rural_consumption", "other", voucher=0.1)
    both = law("rural_consumption", "both", voucher=0.2)
    apart, joined = (lived(zhejiang, laws, last_year=2018, continuum=True) for laws in ([one, other], [both]))
    paid = {payment.policy: 0.0 for payment in apart.payments}
    for payment in apart.payments:
        paid[payment.policy] += payment.amount
    assert paid["one"] == pytest.approx(paid["other"], rel=1e-12)
    key = (2018, "kind", "rural", "real_income_per_head")
    assert rows(apart)[key] == pytest.approx(rows(joined)[key], rel=1e-9)
    assert largest_residual(apart) < 1e-9


def test_vouchers_that_would_pay_all_of_a_price_are_refused(zhejiang):
    laws = [law("rural_consumption", name, voucher=0.5) for name in ("one", "other")]
    with pytest.raises(FactorFlowError, match=r"other in 2016: vouchers together would pay 1 of a price"):
        lived(zhejiang, laws, last_year=2017, continuum=True)


def test_the_order_of_links_is_of_no_consequence_and_ways_without_them_stay(zhejiang):
    pairs = [("Hangzhou", "Quzhou"), ("Hangzhou", "Lishui"), ("Quzhou", "Lishui")]
    base, ways = zhejiang.places.distance_km, []
    for order in permutations(pairs):
        rules = law_of(zhejiang)
        for number, (start, end) in enumerate(order):
            rules = law("transport_link", str(number), start=start, end=end, time_saved=0.5)(rules, zhejiang, 2016)
        ways.append(over_links(base, rules.links))
    for way in ways:
        np.testing.assert_allclose(way, ways[0], rtol=1e-12)
    quzhou, hangzhou = at(zhejiang, "Quzhou/urban"), at(zhejiang, "Hangzhou/urban")
    lishui = at(zhejiang, "Lishui/urban")
    over = 0.5 * min(base[quzhou, hangzhou], base[quzhou, lishui] + base[lishui, hangzhou])
    assert ways[0][quzhou, hangzhou] == pytest.approx(over)
    np.testing.assert_array_equal(over_links(base, ()), base)
    np.testing.assert_allclose(ways[0], ways[0].T, rtol=1e-12)
    assert (ways[0] <= base).all()


def test_cuts_of_capital_barriers_never_add_up_to_more_than_the_barrier(zhejiang):
    rules = law_of(zhejiang)
    for name in ("one", "other"):
        rules = law("capital_market_integration", name, finance_gap_cut=0.8)(rules, zhejiang, 2016)
    gain = capital_gain(zhejiang, rules)
    inside = at(zhejiang, "Quzhou/rural")
    assert gain[0, inside] == pytest.approx((1 - 0.2 * 0.2) * zhejiang.parameters.finance_gap, rel=1e-12)
    assert gain[0, 0] == 0


def test_of_two_laws_on_the_rent_of_village_land_the_generous_one_holds_in_any_order(zhejiang):
    laws = [
        law("land_market_integration", "all", rural_share_of_gains=0.5),
        law("land_market_integration", "mountain", rural_share_of_gains=0.3, regions=("mountain",)),
    ]
    shares = []
    for order in (laws, laws[::-1]):
        rules = law_of(zhejiang)
        for one in order:
            rules = one(rules, zhejiang, 2016)
        shares.append(rules.land_rent_share)
    np.testing.assert_array_equal(shares[0], shares[1])
    assert shares[0][at(zhejiang, "Quzhou/rural"), at(zhejiang, "Quzhou/urban")] == 0.5


def test_two_chains_over_a_pair_ask_for_the_larger_share_not_for_both(zhejiang):
    chain = {"assembler": "Hangzhou"}
    rules = law_of(zhejiang)
    larger = law("industrial_linkage", "a", suppliers={"Quzhou": 0.03}, **chain)(rules, zhejiang, 2016)
    both = law("industrial_linkage", "b", suppliers={"Quzhou": 0.02}, **chain)(larger, zhejiang, 2016)
    np.testing.assert_array_equal(both.trade_cost_cut, larger.trade_cost_cut)


def test_a_chain_grows_by_equal_steps_from_the_share_its_suppliers_had(zhejiang):
    buyer, good = at(zhejiang, "Hangzhou/urban"), zhejiang.technology.sectors.index("industry")
    theta = zhejiang.parameters.trade_elasticity
    seller = np.array([name.startswith("Quzhou") for name in zhejiang.places.cells])
    had = zhejiang.trade_shares[buyer, seller, good].sum()
    chain = law("industrial_linkage", assembler="Hangzhou", suppliers={"Quzhou": 0.03, "Ningbo": 0.001}, phase_in=4)
    for year, part in ((2016, 0.25), (2017, 0.5), (2019, 1.0)):
        cut = chain(law_of(zhejiang), zhejiang, year).trade_cost_cut[buyer, :, good]
        weight = zhejiang.trade_shares[buyer, :, good] * np.exp(theta * cut)
        share = weight[seller].sum() / weight.sum()
        assert share == pytest.approx(had + part * (0.03 - had), rel=1e-9)  # Ningbo has more than it is asked for


def test_a_belt_gains_from_what_comes_after_the_law_not_from_what_was_there(zhejiang):
    pole = law("growth_pole", regions=("Hangzhou", "Ningbo"), share_of_budget=0.0, agglomeration=0.1, from_=2024)
    baseline, policy = (lived(zhejiang, laws, last_year=2030, continuum=True) for laws in ([], [pole]))
    first, last = (
        np.log(rows(policy)[year, "cell", "Hangzhou/urban", "output"])
        - np.log(rows(baseline)[year, "cell", "Hangzhou/urban", "output"])
        for year in (2024, 2030)
    )
    assert first == pytest.approx(0, abs=1e-12)
    assert last > 0.002


def test_a_subsidy_on_village_wages_keeps_villagers_at_work_at_home(zhejiang):
    policy = law("investment_subsidy", on_wages=0.3, regions=("Quzhou",), kind="rural")
    baseline, paid = (lived(zhejiang, laws, last_year=2022, continuum=True) for laws in ([], [policy]))
    key = (2022, "cell", "Quzhou/rural", "work_in_town_share")
    assert rows(paid)[key] < rows(baseline)[key] - 0.01


def test_a_means_test_is_not_ended_by_the_money_it_lets_through(zhejiang):
    policy = law("cash_transfer", share_of_upper_budget=0.002, below=0.7, kind="rural")
    reached = []
    model = FactorFlowModel(zhejiang, [policy], last_year=2024, continuum=True)
    while model.running:
        model.step()
        reached.append({payment.payee for payment in model.payments if payment.policy == "cash_transfer"})
    for cell in zhejiang.places.cells:
        passed = [cell in payees for payees in reached[3:]]
        assert sum(now != before for before, now in pairwise(passed)) <= 1  # no cell passes in turns
    assert len(reached[3]) > 3


def test_the_tax_of_a_year_is_the_schedule_on_income_before_transfers(zhejiang):
    """The rate is that of the year before; a flat one is exact, whatever the incomes."""
    policy = law("income_tax", brackets=({"above": 0.0, "rate": 0.1},))
    model = lived(zhejiang, [policy], last_year=2018, continuum=True)
    paid = {payment.payer: payment.amount for payment in model.payments if payment.policy == "income_tax"}
    for cell, name in enumerate(zhejiang.places.cells):
        if not name.startswith("outside"):
            people = rows(model)[2018, "cell", name, "population"]
            assert paid[name] == pytest.approx(0.1 * model.economy.income_before_transfers[cell] * people, rel=1e-9)
    rules = replace(law_of(zhejiang), income_per_head=np.full(zhejiang.cells, 1e9))
    steep = instruments()["income_tax"].Bracket(above=1e6, rate=0.5)
    assert not average_rates((steep,), rules, zhejiang).any()  # disposable income is not what is taxed


def test_services_cost_no_more_than_what_is_lacking(zhejiang):
    rules = law("public_service_equalisation", share_of_upper_budget=0.3, standard=0.8, schooling=0.0)(
        law_of(zhejiang), zhejiang, 2016
    )
    (funding,) = rules.fundings
    inside = zhejiang.places.reported_cells
    x, n = rules.services_per_head, rules.residents
    lacking = np.maximum(0, 0.8 * (x * n)[inside].sum() / n[inside].sum() - x) * n * inside * ~zhejiang.places.urban
    assert funding.share * rules.budgets[-1] == pytest.approx(lacking.sum(), rel=1e-12)


def test_premiums_for_graduates_need_graduates(two_cells):
    policy = law("talent_programme", share_of_budget=0.1, from_=2)
    with pytest.raises(FactorFlowError, match=r"nobody is there to receive what is used for graduates"):
        lived(two_cells, [policy], last_year=3, continuum=True)


def test_what_stands_on_the_ground_of_a_village_joins_the_town_with_it(zhejiang):
    pole = law("growth_pole", regions=("Quzhou",), kind="rural", share_of_budget=0.1, capital_share=1.0, agglomeration=0.0)
    model = lived(zhejiang, [pole], last_year=2030, continuum=True)
    owned, village, town = model.economy.enclave, at(zhejiang, "Quzhou/rural"), at(zhejiang, "Quzhou/urban")
    assert owned[village, village] > 0 and owned[town, town] > 0
    assert owned[village, town] == owned[town, village] == 0
