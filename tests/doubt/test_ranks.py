"""Ranks and flips where the truth is known: the parameter and value are found, and nothing where there is nothing."""

import numpy as np
import pytest

from sim.analysis.doubt.ranks import flips, ranked
from sim.errors import DesignError

NAN = np.nan
NAMES = ("mobility", "pool", "cut")


def parameters(draws, seed=1):
    return np.random.default_rng(seed).random((draws, 3)) * [1, 10, 1]


def test_ranks_by_hand_with_a_tie_and_a_failed_task():
    values = np.array(
        [
            [[3.0, 3.0], [1.0, 9.0], [2.0, 2.0], [NAN, 1.0]],
            [[2.0, 2.0], [2.0, NAN], [2.0, 2.0], [1.0, NAN]],
            [[1.0, 1.0], [3.0, 3.0], [1.0, 1.0], [1.0, 1.0]],
        ]
    )
    found = ranked(values)
    assert found.means[:, 1].tolist() == [1, 2, 3]  # the second seed failed for one and is left out for all
    assert np.array_equal(found.ranks, [[1, 3, 1.5, NAN], [2, 2, 1.5, NAN], [3, 1, 3, NAN]], equal_nan=True)
    assert found.first == (2, 1, 1) and (found.draws, found.left_out) == (3, 1)
    assert np.array_equal(ranked(values, False).ranks[:, 0], [3, 2, 1])


def test_a_flip_is_found_with_its_parameter_and_its_value():
    drawn = parameters(64)
    means = np.stack([drawn[:, 1] - 6.0, np.zeros(64)])
    (found,) = flips(means, drawn, ("roads", "permits"), NAMES)
    rising = np.sort(drawn[:, 1])
    at = np.searchsorted(rising, 6.0)
    assert found.parameter == "pool" and rising[at - 1] < found.value < rising[at]
    assert found.better_below == "permits" and found.accuracy == 1.0 and found.by_chance == 0.001
    assert found.one_better == (drawn[:, 1] > 6).sum() and found.one_better + found.other_better == 64
    assert "permits below pool" in str(found) and "right in 100% of draws" in str(found)
    (turned,) = flips(means, drawn, ("roads", "permits"), NAMES, larger_is_better=False)
    assert turned.better_below == "roads" and turned.value == found.value


def test_a_blurred_flip_is_found_near_its_value():
    drawn = parameters(256, 2)
    lead = drawn[:, 0] - 0.35 + 0.1 * np.random.default_rng(3).standard_normal(256)
    (found,) = flips(np.stack([lead, np.zeros(256)]), drawn, ("a", "b"), NAMES)
    assert found.parameter == "mobility" and abs(found.value - 0.35) < 0.06 and 0.85 < found.accuracy < 1


def test_a_rare_order_is_told_from_the_usual_one():
    """The policy that is called better below has to be the one that is, also where it is seldom better."""
    drawn = parameters(64, 4)
    lead = np.where(drawn[:, 2] < np.sort(drawn[:, 2])[6], 1.0, -1.0)
    (found,) = flips(np.stack([lead, np.zeros(64)]), drawn, ("a", "b"), NAMES)
    assert (found.one_better, found.better_below, found.parameter, found.accuracy) == (6, "a", "cut", 1.0)


def test_nothing_is_found_where_the_order_is_luck():
    found = []
    for trial in range(200):
        lead = np.random.default_rng([5, trial]).standard_normal(48)
        found += flips(np.stack([lead, np.zeros(48)]), parameters(48, trial), ("a", "b"), NAMES, seed=trial)
    wrong = sum(one.parameter is not None for one in found) / len(found)
    assert wrong < 0.09  # 5% by construction, 0.02 standard error
    assert "none of the parameters alone tells which" in str(next(one for one in found if one.parameter is None))


def test_always_better_is_no_flip_and_ties_tell_nothing():
    drawn = parameters(20)
    means = np.stack([np.ones(20), np.zeros(20), np.ones(20)])
    means[1, 0] = NAN
    first, tied, last = flips(means, drawn, ("a", "b", "c"), NAMES)
    assert (first.one_better, first.other_better, first.parameter) == (19, 0, None) and "a is better in every" in str(first)
    assert tied.ties == 20 and str(tied) == "they never differ" and last.other_better == 19


def test_a_parameter_that_takes_few_values_is_split_between_them():
    drawn = np.column_stack([np.tile([0.0, 1.0], 16), np.ones(32), np.zeros(32)])
    (found,) = flips(np.stack([drawn[:, 0], np.full(32, 0.5)]), drawn, ("a", "b"), NAMES)
    assert (found.parameter, found.value, found.better_below) == ("mobility", 0.5, "b")


def test_tables_that_do_not_agree_are_refused():
    with pytest.raises(DesignError, match="do not agree"):
        flips(np.zeros((2, 5)), np.zeros((6, 3)), ("a", "b"), NAMES)
