"""Half-lives: exact processes, published speeds, gaps that widen, close at once or change sides."""

import numpy as np
import pytest

from sim.analysis.measures.base import evaluate
from sim.analysis.measures.beta_convergence import beta, speed
from sim.analysis.measures.gap_half_life import closing_rate, half_life
from tests.measures.panels import changed, panel


def read(data):
    return {one.measure: one.values for one in evaluate(data, ["gap_half_life"])}


def test_half_life_of_the_american_states():
    assert half_life(speed(np.array(-0.0091532), 80.0)) == pytest.approx(42.08, abs=0.01)


@pytest.mark.parametrize(("rate", "years"), [(np.log(2), 1), (np.log(2) / 30, 30), (0.02, 34.657359)])
def test_half_life_of_a_rate(rate, years):
    assert half_life(rate) == pytest.approx(years, rel=1e-8)


def test_gap_quartered_in_four_years_is_halved_in_two():
    assert half_life(closing_rate(0.8, 0.2, 4)) == pytest.approx(2, rel=1e-14)
    assert half_life(closing_rate(-0.8, -0.2, 4)) == pytest.approx(2, rel=1e-14)  # country richer than town


def test_rate_is_negative_where_the_gap_widens_and_has_then_no_half_life():
    assert closing_rate(0.2, 0.8, 4) == pytest.approx(-np.log(4) / 4, rel=1e-14)
    assert np.isnan(half_life(closing_rate(0.2, 0.8, 4))) and np.isnan(half_life(0.0))


@pytest.mark.parametrize(("first", "last"), [(0.5, 0.0), (0.0, 0.5), (0.5, -0.1), (np.nan, 0.1), (0.5, np.nan)])
def test_from_a_gap_that_vanishes_or_changes_sides_no_speed_can_be_told(first, last):
    assert np.isnan(closing_rate(first, last, 3))


def test_reading_of_a_gap_that_closes_by_a_known_rate():
    """ln ratio falls by 4% a year: it halves in ln 2 / 0.04 = 17.33 years, told in every year but the first."""
    time = np.array([0.0, 1, 4, 9])
    gap = np.log(2.4) * np.exp(-0.04 * time)
    income = np.stack([1e4 * np.exp(gap), np.full(4, 1e4)], axis=-1)[None]
    data = changed(panel(income, np.ones(income.shape)), years=(2014 + time).astype(int))
    found = read(data)["gap_half_life"][0]
    assert np.isnan(found[0]) and found[1:] == pytest.approx(np.log(2) / 0.04, rel=1e-12)


def test_reading_of_regions_is_that_of_the_speed_of_beta_convergence():
    start = np.array([8.0, 9, 10, 11.5])
    income = np.exp(np.stack([np.exp(-0.03 * year) * start + 5 for year in range(4)]))[None]
    found = read(panel(income, np.ones(income.shape), kinds=("urban",)))
    assert found["gap_half_life_regions"][0, 1:] == pytest.approx(np.log(2) / 0.03, rel=1e-9)
    slope = beta(income[0, 0], income[0, 3], 3.0)
    assert half_life(speed(slope, 3.0)) == pytest.approx(float(found["gap_half_life_regions"][0, 3]), rel=1e-12)
    assert "gap_half_life" not in found  # no countryside, no gap


def test_a_widening_gap_is_missing_and_no_number():
    income = np.array([[[20.0, 10], [30, 10], [19, 10]]])
    found = read(panel(income, np.ones(income.shape)))["gap_half_life"][0]
    assert np.isnan(found[:2]).all() and found[2] == pytest.approx(2 * np.log(2) / np.log(np.log(2) / np.log(1.9)))
