"""Sigma and beta convergence and the ratios: published values, processes with a known answer, Galton's fallacy."""

import numpy as np
import pytest

from sim.analysis.measures.beta_convergence import beta, speed
from sim.analysis.measures.gini import gini
from sim.analysis.measures.max_min_ratio import max_min_ratio
from sim.analysis.measures.sigma_convergence import sigma
from sim.analysis.measures.williamson_cv import williamson_cv
from tests.measures.panels import panel, read

FIVE = np.array([10.0, 20, 30, 40, 50])


def test_small_sample_forms_follow_from_ours():
    assert gini(FIVE) * 5 / 4 == pytest.approx(0.3333333, abs=6e-8)
    assert williamson_cv(FIVE) * np.sqrt(5 / 4) == pytest.approx(0.5270463, abs=6e-8)


def test_gini_is_the_mean_difference_of_pairs():
    rng = np.random.default_rng(2)
    income, weight = rng.lognormal(9, 1, (4, 30)), rng.uniform(0, 5, (4, 30))
    share = weight / weight.sum(-1, keepdims=True)
    pairs = np.abs(income[:, :, None] - income[:, None, :]) * share[:, :, None] * share[:, None, :]
    exact = pairs.sum((1, 2)) / (2 * (share * income).sum(-1))
    np.testing.assert_allclose(gini(income, weight), exact, rtol=1e-12)


def test_speed_of_the_american_states():
    """Slope of the 48 states 1929-2009; half-life ln 2 / lambda = 42 years."""
    found = speed(np.array(-0.0091532), 80.0)
    assert found == pytest.approx(0.0164716, abs=2e-7)
    assert np.log(2) / found == pytest.approx(42.08, abs=0.01)


def test_slope_of_two_regions_worked_by_hand():
    assert beta(np.array([1.0, np.e]), np.array([np.e, np.e]), 2.0) == pytest.approx(-0.5, abs=1e-15)


def test_slope_is_that_of_least_squares():
    rng = np.random.default_rng(4)
    first, last = rng.lognormal(9, 0.5, 20), rng.lognormal(10, 0.4, 20)
    slope = np.polyfit(np.log(first), np.log(last / first) / 15, 1)[0]
    assert beta(first, last, 15.0) == pytest.approx(slope, rel=1e-10)


def test_linear_convergence_of_solow_economies():
    """Gaps of log income that close by the factor 0.94810069 a year: slope and speed over 20 years are known.

    Capital share 1/3, n 0.01, g 0.02, depreciation 0.05; Mankiw, Romer and Weil (1992) in annual steps.
    """
    n, g, depreciation, share = 0.01, 0.02, 0.05, 1 / 3
    grown = (1 + n) * (1 + g)
    factor = 1 - (1 - share) * (grown - (1 - depreciation)) / grown
    assert factor == pytest.approx(0.94810069, abs=6e-9)
    start = np.random.default_rng(8).normal(0, 0.3, 400)
    slope = beta(np.exp(start), np.exp(start * factor**20 + 20 * np.log(1 + g)), 20.0)
    assert slope == pytest.approx((factor**20 - 1) / 20, rel=1e-12)
    assert slope == pytest.approx(-0.032779, abs=6e-7)
    assert speed(slope, 20.0) == pytest.approx(-np.log(factor), rel=1e-12)
    last, first = sigma(np.exp(start * factor**20)), sigma(np.exp(start))
    assert last / first == pytest.approx(factor**20, rel=1e-12)


def test_negative_beta_without_falling_sigma():
    """Galton's fallacy: poor and rich change places, the slope is negative, the dispersion the same."""
    first, last = np.array([1.0, 2, 4]), np.array([4.0, 2, 1])
    assert beta(first, last, 1.0) == pytest.approx(-2, rel=1e-12)
    assert sigma(last) == pytest.approx(sigma(first), rel=1e-12)


def test_no_slope_through_regions_that_started_equal():
    assert np.isnan(beta(np.full(5, 7.0), FIVE, 3.0))
    assert np.isnan(beta(np.full(5, 7.0) * (1 + 1e-15 * FIVE), FIVE, 3.0))
    assert np.isnan(beta(np.array([3.0]), np.array([4.0]), 3.0))


def test_slopes_of_a_panel_start_after_its_first_year_and_count_calendar_years():
    income = np.array([[[1.0, np.e], [np.e, np.e], [np.e, np.e]]])
    data = panel(income, np.ones(income.shape), kinds=("urban",), years=3)
    data = type(data)(**{**data.__dict__, "years": np.array([2014, 2016, 2024])})
    slope = read(data)["beta_convergence", "world", "valley"][0]
    assert np.isnan(slope[0]) and slope[1:] == pytest.approx([-1 / 2, -1 / 10], abs=1e-15)
    # 1 + b T = 0 in both years: everybody is level at once, which has no speed, so there is nothing to read.
    assert ("beta_convergence_speed", "world", "valley") not in read(data)


def test_sigma_of_the_kinds_reads_their_own_cells():
    data = panel()
    found = read(data)
    for kind, where in (("urban", data.urban), ("rural", ~data.urban)):
        income, people = data.income[..., where], data.population[..., where]
        np.testing.assert_allclose(found["sigma_convergence", "kind", kind], np.log(income).std(axis=-1), rtol=1e-12)
        np.testing.assert_allclose(found["sigma_convergence_weighted", "kind", kind], sigma(income, people), rtol=1e-12)


def test_weights_change_sigma_and_equal_weights_do_not():
    assert sigma(FIVE, np.full(5, 3.0)) == pytest.approx(sigma(FIVE), rel=1e-15)
    assert sigma(FIVE, np.array([9.0, 1, 1, 1, 1])) > sigma(FIVE)


def test_ratio_of_richest_and_poorest():
    assert max_min_ratio(np.array([20.0, 10, 40])) == 4
    assert max_min_ratio(np.full(3, 6.0)) == 1
    assert np.isnan(max_min_ratio(np.array([0.0, 1.0])))


def test_ratio_of_town_and_country_weighs_residents():
    """World: town (2 x 60 + 1 x 30) / 3 = 50, country (1 x 10 + 3 x 30) / 4 = 25; regions 6 and 1."""
    found = read(panel([[[60.0, 10, 30, 30]]], [[[2.0, 1, 1, 3]]]))
    assert found["urban_rural_ratio", "world", "valley"] == 2
    assert found["urban_rural_ratio", "region", "r0"] == 6
    assert found["urban_rural_ratio", "region", "r1"] == 1
