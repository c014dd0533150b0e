"""Mobility between income classes: the worked matrix, chains with a known answer, fixed limits, and the readings."""

import numpy as np
import pytest

from sim.analysis.measures import class_mobility as mobility
from sim.analysis.measures.base import evaluate
from sim.errors import FactorFlowError
from tests.measures.panels import panel

P = np.array([[0.9, 0.1, 0], [0.05, 0.9, 0.05], [0, 0.2, 0.8]])


def test_the_worked_matrix():
    assert mobility.ergodic(P) == pytest.approx([0.2857143, 0.5714286, 0.1428571], abs=6e-8)
    assert mobility.second_eigenvalue(P) == pytest.approx(0.8707107, abs=6e-8)
    assert mobility.mixing_half_life(P) == pytest.approx(5.0066, abs=6e-5)
    assert mobility.shorrocks(P) == pytest.approx(0.2, abs=1e-15)
    assert mobility.sojourn(P) == pytest.approx([10, 10, 5], rel=1e-12)


@pytest.mark.parametrize(("up", "down"), [(0.1, 0.3), (0.5, 0.5), (0.9, 0.4), (1e-4, 2e-4)])
def test_two_classes_have_answers_in_closed_form(up, down):
    """pi = (down, up) / (up + down), l2 = |1 - up - down|, Shorrocks up + down."""
    matrix = np.array([[1 - up, up], [down, 1 - down]])
    assert mobility.ergodic(matrix) == pytest.approx(np.array([down, up]) / (up + down), rel=1e-9)
    assert mobility.second_eigenvalue(matrix) == pytest.approx(abs(1 - up - down), abs=1e-12)
    assert mobility.shorrocks(matrix) == pytest.approx(up + down, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_ergodic_shares_are_where_the_chain_ends_and_names_of_classes_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.dirichlet(np.ones(5), 5)
    shares = mobility.ergodic(matrix)
    np.testing.assert_allclose(np.linalg.matrix_power(matrix, 400)[0], shares, atol=1e-12)
    order = rng.permutation(5)
    again = matrix[np.ix_(order, order)]
    np.testing.assert_allclose(mobility.ergodic(again), shares[order], atol=1e-12)
    assert mobility.shorrocks(again) == pytest.approx(mobility.shorrocks(matrix), rel=1e-12)
    assert mobility.second_eigenvalue(again) == pytest.approx(mobility.second_eigenvalue(matrix), rel=1e-9)


def test_where_nobody_moves_nothing_mixes():
    still = np.eye(3)
    assert mobility.shorrocks(still) == 0 and mobility.second_eigenvalue(still) == 1
    assert np.isnan(mobility.mixing_half_life(still)) and np.isnan(mobility.ergodic(still)).all()
    assert np.isnan(mobility.sojourn(still)).all()


def test_where_the_past_tells_nothing_all_is_mixed_at_once():
    even = np.full((4, 4), 0.25)
    assert mobility.shorrocks(even) == pytest.approx(1) and mobility.second_eigenvalue(even) == pytest.approx(0, abs=1e-12)
    assert np.isnan(mobility.mixing_half_life(even))


@pytest.mark.parametrize("wrong", [np.ones((2, 3)), np.array([[0.5, 0.6], [0.5, 0.5]]), np.array([[1.2, -0.2], [0, 1]])])
def test_what_is_no_transition_matrix_is_refused(wrong):
    with pytest.raises(FactorFlowError, match="transition matrix"):
        mobility.shorrocks(wrong)


def test_classes_are_fixed_shares_of_the_mean():
    income = np.array([10.0, 20, 30, 40, 50])
    assert mobility.income_class(income).tolist() == [0, 0, 2, 3, 3]
    assert mobility.income_class(income * 7).tolist() == [0, 0, 2, 3, 3]
    assert mobility.income_class(income, np.array([1.0, 1, 1, 0, 0])).tolist() == [0, 2, 3, -1, -1]  # mean 20
    assert mobility.income_class(np.full(3, 5.0)).tolist() == [2, 2, 2]
    with pytest.raises(FactorFlowError, match="must rise from above zero"):
        mobility.income_class(income, limits=(1.0, 0.5))


def test_unlike_quintiles_fixed_limits_empty_the_ends_when_regions_converge():
    start = np.log(np.array([0.5, 0.8, 1.2, 1.5]))
    assert mobility.income_class(np.exp(start)).tolist() == [0, 1, 2, 3]
    assert mobility.income_class(np.exp(0.2 * start)).tolist() == [1, 1, 2, 2]


def test_moves_are_counted_from_year_to_year():
    classes = np.array([[0, 1], [0, 1], [1, 1], [1, 0]])
    moves = mobility.transitions(classes, 2)
    assert moves.tolist() == [[1, 1], [1, 3]] and moves.sum() == 6
    assert mobility.transition_matrix(moves).tolist() == [[0.5, 0.5], [0.25, 0.75]]
    assert np.isnan(mobility.transition_matrix(np.array([[0.0, 0], [1, 3]]))[0]).all()
    absent = np.array([[0, -1], [0, 1], [1, -1]])
    assert mobility.transitions(absent, 2).tolist() == [[1, 1], [0, 0]]


def test_readings_pool_the_moves_since_the_first_year():
    """Two regions at 0.8 and 1.2 of the mean that change places once in four years: 4 of 6 stay, 2 move."""
    low, high = 0.8, 1.2
    income = np.array([[[low, high], [low, high], [high, low], [high, low]]])
    found = {
        one.measure: one.values
        for one in evaluate(panel(income, np.ones(income.shape), kinds=("urban",)), ["class_mobility"])
    }
    values = found["class_mobility"][0]
    assert np.isnan(values[0]) and values[1:] == pytest.approx([0, 1, 2 / 3])
    assert found["class_mobility_eigenvalue"][0, 1:] == pytest.approx([1, 0, 1 / 3], abs=1e-12)
    half = found["class_mobility_half_life"][0]
    assert np.isnan(half[:3]).all() and half[3] == pytest.approx(np.log(0.5) / np.log(1 / 3), rel=1e-9)


def test_one_class_has_no_mobility_and_a_class_never_left_leaves_a_year_out():
    same = np.ones((1, 4, 3))
    assert evaluate(panel(same, same, kinds=("urban",)), ["class_mobility"]) == []
    income = np.array([[[1.0, 1.1], [1.0, 1.1], [0.5, 1.6], [0.5, 1.6]]])
    found = evaluate(panel(income, np.ones(income.shape), kinds=("urban",)), ["class_mobility"])[0].values[0]
    assert np.isnan(found[2]) and np.isfinite(found[[1, 3]]).all()
