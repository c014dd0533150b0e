"""Shapley shares: exact sums, the axioms, games worked by hand, and pairs."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from sim.analysis.doubt.shapley import pairs, shapley, subsets, whole_columns
from sim.errors import DesignError


def exact(values):
    return np.array([Fraction(float(value)) for value in values], dtype=object)


@pytest.mark.parametrize("count", [1, 3, 5, 8])
def test_shares_sum_exactly(count):
    values = np.random.default_rng(count).standard_normal(1 << count)
    rational = exact(values)
    assert sum(shapley(rational)) == rational[-1] - rational[0]
    floats = shapley(values)
    assert floats.sum() == pytest.approx(values[-1] - values[0], abs=1e-13)
    assert floats == pytest.approx([float(one) for one in shapley(rational)], abs=1e-13)


def test_shares_are_the_mean_over_all_orders():
    values = np.random.default_rng(2).standard_normal(16)
    by_orders = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        there = 0
        for one in order:
            by_orders[one] += values[there | 1 << one] - values[there]
            there |= 1 << one
    assert shapley(values) == pytest.approx(by_orders / len(orders))


def test_gloves_by_hand():
    """Two left gloves and a right one: a pair is worth one; 1/6, 1/6, 2/3 (Shapley's own kind of example)."""
    values = exact([min(1, len({0, 1} & set(s))) * (2 in s) for s in subsets(3)])
    assert shapley(values).tolist() == [Fraction(1, 6), Fraction(1, 6), Fraction(2, 3)]
    interaction = pairs(values)
    assert interaction[0, 1] == Fraction(-1, 2) and interaction[0, 2] == interaction[1, 2] == Fraction(1, 2)


def test_instruments_that_add_up_keep_their_own_and_have_no_pairs():
    own = np.array([0.5, -0.2, 0.0])
    values = np.array([own[list(s)].sum() for s in subsets(3)])
    assert shapley(values) == pytest.approx(own) and pairs(values) == pytest.approx(np.zeros((3, 3)))


def test_two_that_only_work_together_share_alike_and_their_pair_is_all():
    values = exact([1.0 * (0 in s and 1 in s) + 0.25 * (2 in s) for s in subsets(3)])
    assert shapley(values).tolist() == [Fraction(1, 2), Fraction(1, 2), Fraction(1, 4)]
    assert pairs(values)[0, 1] == 1 and pairs(values)[0, 2] == 0 and pairs(values)[1, 1] == 0


def test_columns_are_replicates_and_those_with_a_failed_subset_are_named():
    values = np.random.default_rng(3).standard_normal((8, 5))
    values[6, 2] = np.nan
    kept = whole_columns(values)
    assert kept.tolist() == [True, True, False, True, True]
    shares = shapley(values[:, kept])
    assert shares.shape == (3, 4) and shares[:, 1] == pytest.approx(shapley(values[:, 1]))
    with pytest.raises(DesignError, match="failed task"):
        shapley(values)


@pytest.mark.parametrize("count", [0, 1, 3, 6, 2048])
def test_what_are_not_all_subsets_is_refused(count):
    with pytest.raises(DesignError, match="subsets"):
        shapley(np.zeros(count))
