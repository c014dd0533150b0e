"""Which parameters matter: indices of Sobol against analytic values and SALib, and screening of ordinary draws."""

import math

import numpy as np
import pytest

from sim.analysis.doubt.screening import screened
from sim.analysis.doubt.sobol import sobol_indices
from sim.errors import DesignError
from sim.experiments.sampling.samplers import blocks, saltelli, unit_draws


def ishigami(unit):
    """Ishigami and Homma (1990) on (-pi, pi)^3 with a = 7, b = 0.1."""
    x = math.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_truth():
    a, b = 7, 0.1
    first = np.array([(1 + b * math.pi**4 / 5) ** 2 / 2, a**2 / 8, 0])
    together = b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    variance = first.sum() + together
    return first / variance, (first + np.array([together, 0, together])) / variance


A = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def g(unit):
    """The g-function of Saltelli and Sobol (1995)."""
    return np.prod((np.abs(4 * unit - 2) + A) / (1 + A), axis=1)


def g_truth():
    partial = 1 / (3 * (1 + A) ** 2)
    variance = np.prod(1 + partial) - 1
    return partial / variance, partial * np.prod(1 + partial) / (1 + partial) / variance


@pytest.mark.parametrize(("function", "truth"), [(ishigami, ishigami_truth()), (g, g_truth())])
def test_indices_of_functions_that_are_known(function, truth):
    size = len(truth[0])
    found = sobol_indices(*blocks(function(saltelli(8192, size, 1)), size), resamples=100)
    assert found.first == pytest.approx(truth[0], abs=0.01) and found.total == pytest.approx(truth[1], abs=0.01)
    assert (found.first_low <= truth[0] + 1e-9).all() and (truth[0] - 1e-9 <= found.first_high).all()
    assert (found.total_low <= truth[1] + 1e-9).all() and (truth[1] - 1e-9 <= found.total_high).all()


def test_intervals_hold_the_truth_as_often_as_they_say_or_more():
    truth, hits, times = ishigami_truth(), np.zeros(2), 100
    for seed in range(times):
        found = sobol_indices(*blocks(ishigami(saltelli(256, 3, seed)), 3), resamples=400, seed=seed)
        hits += [
            ((found.first_low <= truth[0]) & (truth[0] <= found.first_high)).mean(),
            ((found.total_low <= truth[1]) & (truth[1] <= found.total_high)).mean(),
        ]
    assert (hits / times > 0.92).all(), hits / times


def test_indices_are_those_of_salib():
    sobol = pytest.importorskip("SALib.analyze.sobol", reason="SALib is not installed (pip install 'factorflow[test]')")
    values = ishigami(saltelli(512, 3, 2))
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    theirs = sobol.analyze(problem, values, calc_second_order=False, num_resamples=2, seed=1)
    ours = sobol_indices(*blocks(values, 3), resamples=2)
    assert ours.first == pytest.approx(np.array(theirs["S1"]), abs=1e-12)
    assert ours.total == pytest.approx(np.array(theirs["ST"]), abs=1e-12)


def test_a_failed_task_takes_its_row_along_and_is_counted():
    values = ishigami(saltelli(128, 3, 3))
    values[7 * 5 + 2] = np.nan
    found = sobol_indices(*blocks(values, 3))
    rest = sobol_indices(*blocks(np.delete(values, np.s_[35:40]), 3))
    assert found.left_out == 1 and found.rows == 127 and np.array_equal(found.first, rest.first)
    with pytest.raises(DesignError, match="two at least"):
        sobol_indices(np.ones(8), np.ones(8), np.ones((2, 8)))


def test_saltelli_s_rows_mix_one_number_and_extend():
    design = saltelli(8, 3, 5).reshape(8, 5, 3)
    first, second = design[:, 0], design[:, -1]
    for i in range(3):
        other = [j for j in range(3) if j != i]
        assert np.array_equal(design[:, 1 + i, i], second[:, i]) and np.array_equal(design[:, 1 + i, other], first[:, other])
    assert np.array_equal(saltelli(16, 3, 5)[:40], saltelli(8, 3, 5))
    with pytest.raises(DesignError, match="power of two"):
        saltelli(12, 3, 5)


def test_screening_names_the_two_that_matter_from_64_draws():
    names = [f"p{i}" for i in range(8)]
    drawn = unit_draws("sobol", 64, 8, 6)
    noise = 0.2 * np.random.default_rng(6).standard_normal(64)
    outcome = np.exp(2 * drawn[:, 3]) - 3 * drawn[:, 5] + noise
    found = screened(drawn, outcome, names)
    assert {one.parameter for one in found[:2]} == {"p3", "p5"}
    assert [one.matters for one in found] == [True, True] + [False] * 6
    by_name = {one.parameter: one for one in found}
    assert by_name["p3"].correlation > 0.5 > -0.4 > by_name["p5"].correlation


def test_screening_sees_what_bends_and_estimates_its_share():
    drawn = unit_draws("sobol", 512, 3, 7)
    outcome = (drawn[:, 1] - 0.5) ** 2 + 0.1 * drawn[:, 0]
    first = screened(drawn, outcome, ("a", "b", "c"))[0]
    true = (1 / 180) / (1 / 180 + 0.01 / 12)
    assert first.parameter == "b" and abs(first.correlation) < 0.15 and first.explained == pytest.approx(true, abs=0.06)


def test_screening_finds_nothing_in_luck():
    times = 100
    wrong = sum(
        any(
            one.matters
            for one in screened(
                unit_draws("sobol", 32, 5, seed), np.random.default_rng(seed).standard_normal(32), tuple("abcde"), seed
            )
        )
        for seed in range(times)
    )
    assert wrong / times <= 0.1


def test_bins_explain_nothing_of_luck_on_average():
    """Unadjusted, six bins of 64 draws would explain 5 of 63 degrees of freedom, whatever is drawn."""
    found = [
        one.explained
        for seed in range(60)
        for one in screened(unit_draws("sobol", 64, 3, seed), np.random.default_rng(seed).standard_normal(64), tuple("abc"))
    ]
    assert np.mean(found) < 0.055


def test_screening_leaves_failed_draws_out_and_refuses_too_few():
    drawn = unit_draws("sobol", 32, 2, 8)
    outcome = drawn[:, 0].copy()
    outcome[5] = np.nan
    assert screened(drawn, outcome, ("a", "b"))[0].correlation == pytest.approx(1)
    with pytest.raises(DesignError, match="8 draws"):
        screened(drawn[:6], outcome[:6], ("a", "b"))
    assert not any(one.matters for one in screened(drawn, np.ones(32), ("a", "b")))
