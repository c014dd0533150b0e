"""What a line, a supply chain and a wage floor cost, tied by rule to their length, to what they save, to what they move."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.economy.markets import trade
from sim.economy.policies.base import PolicyInForce, instruments
from sim.economy.policies.industrial_linkage import base_purchases
from sim.economy.state import Link
from sim.errors import FactorFlowError
from sim.evidence.theory.corner import read
from sim.model import FactorFlowModel
from sim.world.build import build_world
from tests.reading import largest_residual, law_of, lived, rows

LAST = 2018
RULES = {"line_cost": 117e6, "line_charge": 0.07, "line_share": 0.12, "chain_fee": 1.0, "markdown": 0.1}
LINE = {"start": "Hangzhou", "end": "Quzhou", "time_saved": 0.5}
CHAIN = {"assembler": "Hangzhou", "suppliers": {"Quzhou": 0.03, "Lishui": 0.015}}
TOWN = "Quzhou/urban"


def law(name, **terms):
    return PolicyInForce("it", instruments()[name].Terms(instrument=name, from_=2016, **terms))


@pytest.fixture(scope="module")
def ruled():
    return build_world("zhejiang", RULES)


@pytest.fixture(scope="module")
def baseline(ruled):
    return lived(ruled, last_year=LAST, continuum=True)


def with_parameters(world, **changed):
    return replace(world, parameters=replace(world.parameters, **changed))


def at(world, cell):
    return world.places.cells.index(cell)


# --- lines


def km_of(world, start="Hangzhou", end="Quzhou"):
    return world.places.distance_km[at(world, f"{start}/urban"), at(world, f"{end}/urban")]


@pytest.mark.parametrize("end", ["Quzhou", "Ningbo"])
def test_a_line_costs_its_length_times_what_a_km_costs_to_build_and_keep(ruled, end):
    before = law_of(ruled)
    after = law("transport_link", **{**LINE, "end": end})(before, ruled, 2016)
    (funding,) = after.fundings
    cost = km_of(ruled, end=end) * 117e6 * 0.07
    assert funding.payer == before.upper
    assert funding.share * before.budgets[before.upper] == pytest.approx(cost, rel=1e-14)


def test_half_a_line_costs_half_of_it_and_no_time_saved_still_costs_the_line(ruled):
    before = law_of(ruled)
    line = {"instrument": "transport_link", "from_": 2016, **LINE}
    terms = instruments()["transport_link"].Terms
    growing = PolicyInForce("it", terms(**line, phase_in=4))(before, ruled, 2017)
    whole = PolicyInForce("it", terms(**{**line, "time_saved": 0.0}))(before, ruled, 2017)
    assert growing.fundings[0].share == pytest.approx(0.5 * whole.fundings[0].share, rel=1e-15)
    assert whole.links == ()


def test_what_is_paid_over_the_years_follows_the_rule_but_for_the_growth_of_the_budget(ruled):
    model = FactorFlowModel(ruled, [law("transport_link", **LINE)], last_year=LAST, continuum=True)
    cost = km_of(ruled) * 117e6 * 0.07
    for year in range(2014, LAST + 1):
        before = model.economy.budgets[-1]
        model.step()
        paid = sum(payment.amount for payment in model.payments if payment.policy == "it")
        assert paid == pytest.approx(cost * model.economy.budgets[-1] / before if year >= 2016 else 0, rel=1e-12)


def test_who_says_a_share_pays_it_and_no_line_is_free_by_silence(zhejiang, ruled):
    for world, said, share in ((ruled, 0.0004, 0.0004), (zhejiang, 0.0004, 0.0004), (zhejiang, None, 0.001)):
        terms = LINE if said is None else {**LINE, "share_of_upper_budget": said}
        assert law("transport_link", **terms)(law_of(world), world, 2016).fundings[0].share == share
    free = law("transport_link", **LINE, share_of_upper_budget=0.0)(law_of(ruled), ruled, 2016)
    assert free.fundings == () and len(free.links) == 1


def test_trade_costs_fall_by_the_share_that_is_peoples_travel(ruled):
    """log tau falls by a share a of what it falls by where goods take the line too."""
    link = [Link(at(ruled, "Hangzhou/urban"), at(ruled, TOWN), 0.5 * km_of(ruled))]
    km = ruled.places.distance_km

    def log_cost(ways):
        return np.log1p(ways / 20)

    whole = log_cost(km) - log_cost(trade.over_links(km, link))
    found = log_cost(km) - log_cost(trade.travelled(ruled, km, link))
    assert whole.max() > 0.5
    np.testing.assert_allclose(found, 0.12 * whole, rtol=1e-9, atol=1e-12)
    goods = [replace(link[0], goods=True)]
    np.testing.assert_array_equal(trade.travelled(ruled, km, goods), trade.over_links(km, goods))
    np.testing.assert_array_equal(trade.travelled(ruled, km, ()), km)
    np.testing.assert_array_equal(
        trade.travelled(with_parameters(ruled, line_share=1.0), km, link), trade.over_links(km, link)
    )
    np.testing.assert_allclose(trade.travelled(with_parameters(ruled, line_share=0.0), km, link), km, rtol=1e-14)


def test_people_take_roads_and_lines_goods_the_roads_alone(ruled):
    town, end, mid = (at(ruled, cell) for cell in ("Hangzhou/urban", TOWN, "Jinhua/urban"))
    km = ruled.places.distance_km
    line, road = Link(town, end, 0.3 * km[town, end]), Link(town, mid, 0.5 * km[town, mid], goods=True)
    ways = trade.travelled(ruled, km, [line, road])
    goods, everything = trade.over_links(km, [road]), trade.over_links(km, [line, road])
    mean = 0.88 * np.log1p(goods / 20) + 0.12 * np.log1p(everything / 20)
    np.testing.assert_allclose(np.log1p(ways / 20), mean, rtol=1e-12, atol=1e-14)
    assert ways[town, mid] == goods[town, mid] < km[town, mid]


def test_output_gained_grows_with_the_time_saved_and_with_what_the_line_carries(ruled, baseline):
    free = {"share_of_upper_budget": 0.0}

    def gained(**terms):
        run = lived(ruled, [law("transport_link", **{**LINE, **free, **terms})], last_year=LAST, continuum=True)
        key = (LAST, "world", "zhejiang", "output")
        return rows(run)[key] - rows(baseline)[key]

    quarter, half, most = (gained(time_saved=saved) for saved in (0.25, 0.5, 0.75))
    assert 0 < quarter < half < most
    assert gained(carries="everything") > 5 * half


# --- chains


def test_base_purchases_are_those_that_make_the_revenues_of_the_base_year(ruled):
    sold = np.einsum("ncj,nj->cj", ruled.trade_shares, base_purchases(ruled))
    np.testing.assert_allclose(sold, ruled.revenue, rtol=1e-12, atol=1e-9 * ruled.revenue.mean())


@pytest.mark.parametrize("fee", [0.5, 1.0])
def test_a_chain_costs_what_it_saves_at_base_year_purchases(ruled, fee):
    """fee sum_n X_n sum_c s_c (1/theta) log[(s_c / (1 - S)) / (pi_c / (1 - P))], over the assembler's budget."""
    world = with_parameters(ruled, chain_fee=fee)
    rules = law("industrial_linkage", **CHAIN)(law_of(world), world, 2016)
    good, regions = world.technology.sectors.index("industry"), world.places.regions
    theta, bought = world.parameters.trade_elasticity, base_purchases(world)[:, good]
    asked, saved = np.array([0.03, 0.015]), 0.0
    for buyer in ("Hangzhou/urban", "Hangzhou/rural"):
        shares = world.trade_shares[at(world, buyer), :, good]
        had = np.array([shares[world.places.region_of_cell == regions.index(name)].sum() for name in CHAIN["suppliers"]])
        points = np.log((asked / (1 - asked.sum())) / (had / (1 - had.sum()))) / theta
        saved += bought[at(world, buyer)] * points @ asked
    (funding,) = rules.fundings
    assert funding.payer == regions.index("Hangzhou")
    assert funding.share == pytest.approx(fee * saved / world.budgets[funding.payer], rel=1e-12)


def test_a_chain_that_asks_for_nothing_new_costs_nothing_and_one_with_a_share_its_share(zhejiang, ruled):
    has = law("industrial_linkage", assembler="Hangzhou", suppliers={"Shaoxing": 0.01})(law_of(ruled), ruled, 2016)
    assert has.fundings == ()
    said = law("industrial_linkage", **CHAIN, share_of_budget=0.002)(law_of(ruled), ruled, 2016)
    assert said.fundings[0].share == 0.002
    landed = law("industrial_linkage", **CHAIN)(law_of(zhejiang), zhejiang, 2016)
    assert landed.fundings[0].share == 0.005


def test_a_larger_chain_costs_more_than_in_proportion(ruled):
    shares = [
        law("industrial_linkage", assembler="Hangzhou", suppliers={"Quzhou": asked})(law_of(ruled), ruled, 2016)
        for asked in (0.015, 0.02, 0.025, 0.03)
    ]
    steps = [after.fundings[0].share - before.fundings[0].share for before, after in pairwise(shares)]
    assert 0 < steps[0] < steps[1] < steps[2]


def test_a_chain_dearer_than_the_budget_is_refused_by_name(ruled):
    dear = with_parameters(ruled, chain_fee=10.0)
    with pytest.raises(FactorFlowError, match=r"policy it in 2016: asks for .* of Hangzhou"):
        law("industrial_linkage", assembler="Hangzhou", suppliers={"Quzhou": 0.05})(law_of(dear), dear, 2016)


# --- floors


def floor_in_quzhou(floor):
    return law("minimum_wage", floor=floor, regions=("Quzhou",))


def floored(world, times, wage):
    return lived(world, [floor_in_quzhou(times * wage)], last_year=2016, continuum=True)


def at_the_start_of(year, world, *laws):
    """A model that stands before a year, and the year's markets as they clear."""
    model = FactorFlowModel(world, laws, last_year=year, continuum=True)
    while model.year < year:
        model.step()
    return model, read(model)


def earned(reading, cell):
    """What labour and capital at work in a cell earn."""
    clearing, supply = reading.clearing, reading.supply
    return (clearing.wage * supply.labour)[cell], (clearing.rental * supply.capital)[cell]


@pytest.fixture(scope="module")
def market_wage(baseline):
    return rows(baseline)[2016, "cell", TOWN, "wage"]


@pytest.mark.parametrize("times", [1.01, 1.05, 1.1])
def test_within_the_markdown_all_keep_their_jobs_and_capital_in_the_cell_pays(ruled, market_wage, times):
    town = at(ruled, TOWN)
    _, before = at_the_start_of(2016, ruled)
    model, after = at_the_start_of(2016, ruled, floor_in_quzhou(times * market_wage))
    assert after.clearing.employment[town] == 1.0
    assert after.clearing.wage[town] == pytest.approx(times * market_wage, rel=1e-11)
    (wages, capital), (higher, lower) = earned(before, town), earned(after, town)
    assert higher / wages == pytest.approx(times, rel=1e-11)
    # the split alone moves: what both earn together is what markets pay the cell, changed by what its people buy
    product = ruled.technology.value_added * (ruled.technology.labour + ruled.technology.capital)
    paid = [(reading.clearing.revenue @ product)[town] for reading in (before, after)]
    assert higher + lower == pytest.approx(paid[1], rel=1e-12)
    assert lower - capital == pytest.approx((wages - higher) + (paid[1] - paid[0]), rel=1e-9)
    assert abs(paid[1] / paid[0] - 1) < 0.005
    model.step()
    assert rows(model)[2016, "cell", TOWN, "unemployment"] == 0.0
    assert largest_residual(model) < 1e-9


def test_beyond_the_markdown_jobs_fall_and_capital_pays_its_whole_margin(ruled, market_wage):
    model, reading = at_the_start_of(2016, ruled, floor_in_quzhou(1.25 * market_wage))
    clearing, supply, town = reading.clearing, reading.supply, at(ruled, TOWN)
    added = clearing.revenue * ruled.technology.value_added
    bill, capital = (added @ ruled.technology.labour)[town], (added @ ruled.technology.capital)[town]
    assert clearing.labour_cost[town] == pytest.approx(1.25 * market_wage, rel=1e-12)
    jobs = bill / (0.9 * 1.25 * market_wage)
    assert clearing.employment[town] * supply.labour[town] == pytest.approx(jobs, rel=1e-9)
    assert clearing.employment[town] < 0.95
    wages, returns = earned(reading, town)
    assert wages == pytest.approx(bill / 0.9, rel=1e-9)
    assert returns == pytest.approx(capital - bill * 0.1 / 0.9, rel=1e-9)
    model.step()
    assert largest_residual(model) < 1e-9


def test_without_a_markdown_a_floor_costs_jobs_at_once(zhejiang, market_wage):
    found = rows(floored(zhejiang, 1.03, market_wage))
    assert found[2016, "cell", TOWN, "unemployment"] > 0.03


def test_prices_are_those_without_a_floor_where_capital_pays_it(ruled, baseline, market_wage):
    """The floor moves incomes, not costs at the margin: output of the town changes by what its people spend, no more."""
    found = rows(floored(ruled, 1.05, market_wage))
    for measure in ("output", "price_index"):
        key = (2016, "cell", TOWN, measure)
        assert found[key] == pytest.approx(rows(baseline)[key], rel=0.005)


def test_a_floor_that_asks_more_of_capital_than_it_earns_is_refused_in_words(ruled, market_wage):
    half = with_parameters(ruled, markdown=0.5)
    with pytest.raises(FactorFlowError, match=r"the wage floor in Quzhou/rural in 2016 takes all that capital earns there"):
        lived(
            half,
            [law("minimum_wage", floor=10 * market_wage, regions=("Quzhou",), kind=None)],
            last_year=2016,
            continuum=True,
        )


# --- no policy, no trace


@pytest.mark.parametrize("continuum", [True, False])
def test_the_rules_of_cost_leave_a_world_without_policies_bit_for_bit(zhejiang, ruled, continuum):
    few = {"labour_agents": 16_000, "capital_agents": 16_000, "land_agents": 2_000}
    runs = [lived(world, last_year=LAST, continuum=continuum, **few) for world in (zhejiang, ruled)]
    assert runs[0].record.series == runs[1].record.series


def test_laws_of_size_zero_leave_no_trace_under_the_rules(ruled, baseline):
    laws = [
        law("transport_link", start="Hangzhou", end="Quzhou", time_saved=0.0, share_of_upper_budget=0.0),
        law("industrial_linkage", assembler="Hangzhou", suppliers={"Quzhou": 0.0}),
        law("minimum_wage", floor=0.0),
        law("minimum_wage", floor=1000.0),
    ]
    assert lived(ruled, laws, last_year=LAST, continuum=True).record.series == baseline.record.series
