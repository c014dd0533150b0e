"""A wage floor in town: equations (1) and (5) with jobs below labour supply, and what people make of it."""

import numpy as np
import pytest

from sim.errors import MarketDidNotClear
from sim.model import FactorFlowModel
from sim.policies.base import PolicyInForce, instruments
from sim.world.build import build_world
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


def cells(model, measure, year=LAST):
    return np.array([rows(model)[year, "cell", cell, measure] for cell in model.world.places.cells])


def test_where_the_floor_binds_some_have_no_job_and_expect_the_floor_times_their_odds(zhejiang, bound):
    """w = W E / H in every bound town, and nowhere else is anybody out of work."""
    idle, wage, inside = cells(bound, "unemployment"), cells(bound, "wage"), zhejiang.places.reported_cells
    town = zhejiang.places.urban & inside
    assert (idle[town] > 0.01).sum() >= 8
    assert (idle[~town] == 0).all()
    held = idle > 0
    np.testing.assert_allclose(wage[held], 80_000.0 * (1 - idle[held]), rtol=1e-9)
    assert (wage[~held & town] >= 80_000.0 * (1 - 1e-9)).all()
    assert largest_residual(bound) < 1e-9


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
    assert ratio(bound, LAST) != pytest.approx(ratio(baseline, LAST), abs=1e-3)


def test_a_floor_below_every_wage_changes_nothing(zhejiang, baseline):
    low = lived(zhejiang, [law(1_000.0)], last_year=LAST, continuum=True)
    for measure in ("wage", "income_per_head", "population"):
        np.testing.assert_allclose(cells(low, measure), cells(baseline, measure), rtol=1e-9)


def test_only_the_places_named_have_the_floor(zhejiang):
    model = lived(zhejiang, [law(80_000.0, regions=("Quzhou",), kind=None)], last_year=2017, continuum=True)
    idle = dict(zip(zhejiang.places.cells, cells(model, "unemployment", 2017), strict=True))
    assert {cell for cell, share in idle.items() if share > 0} == {"Quzhou/urban", "Quzhou/rural"}


def test_the_higher_of_two_floors_holds(zhejiang, bound):
    both = lived(zhejiang, [law(50_000.0), law(80_000.0)], last_year=2017, continuum=True)
    np.testing.assert_array_equal(cells(both, "unemployment", 2017), cells(bound, "unemployment", 2017))


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
