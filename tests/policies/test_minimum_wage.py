"""A wage floor in town: equations (1) and (5) with jobs below labour supply, and what people make of it."""

import numpy as np
import pytest

from sim.economy.policies.base import PolicyInForce, instruments
from sim.errors import MarketDidNotClear
from sim.evidence.theory.corner import read
from sim.model import FactorFlowModel
from sim.world.build import build_world
from sim.world.technology import input_cost
from tests.reading import largest_residual, lived, ratio, rows

LAST = 2022


def law(floor, **terms):
    told = {"instrument": "minimum_wage", "from_": 2016, "floor": floor, **terms}
    return PolicyInForce("floor", instruments()["minimum_wage"].Terms(**told))


@pytest.fixture(scope="module")
def baseline(zhejiang):
    return lived(zhejiang, last_year=LAST, continuum=True)


@pytest.fixture(scope="module")
def bound(zhejiang):
    return lived(zhejiang, [law(80_000.0)], last_year=LAST, continuum=True)


@pytest.fixture(scope="module")
def competitive():
    """A world whose employers keep no markdown, so that a floor above the wage costs jobs at once."""
    return build_world("zhejiang", {"markdown": 0.0})


def cells(model, measure, year=LAST):
    return np.array([rows(model)[year, "cell", cell, measure] for cell in model.world.places.cells])


def jobs_of_shephard(reading):
    """Labour that producers ask for at these prices, (cell,): q_cj dc_cj / dw_c by a central difference, q = R / c."""
    clearing, step = reading.clearing, 1e-5
    others = (clearing.rental, clearing.land_rent, clearing.prices)
    dear, cheap, cost = (
        input_cost(reading.world.technology, clearing.labour_cost * (1 + part), *others) for part in (step, -step, 0.0)
    )
    slope = (dear - cheap) / (2 * step * clearing.labour_cost)[:, None]
    return (clearing.revenue / cost * slope).sum(axis=1)


def test_where_the_floor_binds_producers_hire_what_pays_and_all_expect_the_mean(competitive):
    """Jobs are the derivative of costs at the floor (Shephard's lemma), w H is what they pay, and E is less than H."""
    bound = lived(competitive, [law(80_000.0)], last_year=LAST, continuum=True)
    reading = read(bound)
    clearing, labour = reading.clearing, reading.supply.labour
    town = competitive.places.urban & competitive.places.reported_cells
    jobs = jobs_of_shephard(reading)
    held = jobs < labour * (1 - 1e-8)
    assert (held & town).sum() >= 8 and not held[~town].any()
    np.testing.assert_allclose(jobs[~held], labour[~held], rtol=1e-8)
    assert (clearing.labour_cost[held] == 80_000.0).all()
    assert (clearing.wage[~held & town] >= 80_000.0).all()
    np.testing.assert_allclose(clearing.wage[held] * labour[held], 80_000.0 * jobs[held], rtol=1e-8)
    assert largest_residual(bound) < 1e-9


def test_what_is_recorded_is_what_the_floor_leaves(zhejiang, bound):
    """Recorded unemployment is 1 - w / W, and only in towns under the floor."""
    idle, wage = cells(bound, "unemployment"), cells(bound, "wage")
    town = zhejiang.places.urban & zhejiang.places.reported_cells
    assert (idle[town] > 0.01).sum() >= 8 and (idle[~town] == 0).all()
    np.testing.assert_allclose(idle[town], np.maximum(0.0, 1 - wage[town] / 80_000.0), rtol=1e-9, atol=1e-12)


def test_before_it_comes_into_force_nothing_happens(baseline, bound):
    for measure in ("wage", "unemployment", "population"):
        np.testing.assert_array_equal(cells(bound, measure, 2015), cells(baseline, measure, 2015))
    assert cells(baseline, "unemployment").max() == 0


def test_output_and_towns_lose_and_a_higher_floor_costs_more(zhejiang, baseline, bound):
    higher = lived(zhejiang, [law(100_000.0)], last_year=LAST, continuum=True)
    output = [rows(model)[LAST, "world", "zhejiang", "output"] for model in (baseline, bound, higher)]
    assert output[0] > output[1] > output[2]
    share = [rows(model)[LAST, "world", "zhejiang", "urban_share"] for model in (baseline, bound, higher)]
    assert share[0] > share[1] > share[2]
    idle = [cells(model, "unemployment")[zhejiang.places.urban] for model in (bound, higher)]
    assert (idle[1] >= idle[0]).all()
    # who lives in town expects the mean of the floor and nothing, less than the wage without a floor
    assert ratio(baseline, LAST) - 0.02 > ratio(bound, LAST) > 1


def test_a_floor_below_every_wage_changes_nothing(zhejiang, baseline):
    low = lived(zhejiang, [law(1_000.0)], last_year=LAST, continuum=True)
    assert low.record.series == baseline.record.series


def test_only_the_places_named_have_the_floor(zhejiang):
    model = lived(zhejiang, [law(80_000.0, regions=("Quzhou",), kind=None)], last_year=2017, continuum=True)
    idle = dict(zip(zhejiang.places.cells, cells(model, "unemployment", 2017), strict=True))
    assert {cell for cell, share in idle.items() if share > 0} == {"Quzhou/urban", "Quzhou/rural"}


def test_the_higher_of_two_floors_holds(zhejiang, bound):
    both = lived(zhejiang, [law(50_000.0), law(80_000.0)], last_year=2017, continuum=True)
    np.testing.assert_array_equal(cells(both, "unemployment", 2017), cells(bound, "unemployment", 2017))


def test_a_wage_subsidy_under_a_binding_floor_goes_to_workers_and_creates_no_jobs(competitive):
    """Labour costs its employers the floor with it and without: people come for the subsidy, and more of them find no job."""
    told = {"on_wages": 0.3, "regions": ("Quzhou",), "kind": "urban", "from_": 2016, "financed_by": "general_purchases"}
    terms = instruments()["investment_subsidy"].Terms(instrument="investment_subsidy", **told)
    floor = law(80_000.0, regions=("Quzhou",))
    alone = lived(competitive, [floor], last_year=LAST, continuum=True)
    both = FactorFlowModel(competitive, [floor, PolicyInForce("pay", terms)], last_year=LAST, continuum=True)
    while both.year < LAST:
        both.step()
    reading, town = read(both), competitive.places.cells.index("Quzhou/urban")
    both.step()
    assert largest_residual(both) < 1e-9
    assert reading.clearing.labour_cost[town] == 80_000.0
    paid = sum(payment.amount for payment in both.payments if payment.policy == "pay")
    assert paid == pytest.approx(0.3 * 80_000.0 * jobs_of_shephard(reading)[town], rel=1e-8)
    people, idle = ([cells(model, name)[town] for model in (alone, both)] for name in ("population", "unemployment"))
    assert people[1] > people[0] * 1.05
    assert idle[1] > idle[0] + 0.02
    first = [cells(model, "unemployment", 2016)[town] for model in (alone, both)]
    assert first[1] == pytest.approx(first[0], abs=0.005)  # before anybody comes: what is spent in town rises a little


def test_a_floor_above_what_labour_alone_can_make_has_no_equilibrium():
    """Where nothing but labour is used its real cost is its product; with capital or land a higher floor means fewer jobs."""
    world = build_world("theory_trade")
    terms = instruments()["minimum_wage"].Terms(instrument="minimum_wage", from_=1, floor=3.0)
    with pytest.raises(MarketDidNotClear, match="did not clear"):
        FactorFlowModel(world, [PolicyInForce("floor", terms)], last_year=3, continuum=True).step()


def test_those_without_a_job_are_no_reason_for_others_to_produce_more(zhejiang):
    """Density is of people at work: with scale economies a floor costs more output than without them."""
    lost = []
    for nu in (0.0, 0.1):
        world = build_world("zhejiang", {"agglomeration": nu})
        without, under = (lived(world, laws, last_year=2019, continuum=True) for laws in ([], [law(80_000.0)]))
        key = (2019, "world", "zhejiang", "output")
        lost.append(np.log(rows(without)[key] / rows(under)[key]))
    assert lost[1] > 1.1 * lost[0] > 0
