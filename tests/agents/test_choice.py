"""Choice shares as agents draw from them: sums that end at one, and what is no share never reaches compiled code."""

from dataclasses import replace

import numpy as np
import pytest

from sim.agents.choice import InvalidTable, cumulative_shares, everybody_chooses


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.5, -np.inf])
def test_tables_that_are_no_shares_never_reach_compiled_code(wrong):
    shares = np.full((3, 3), 1 / 3)
    shares[1, 1] = wrong
    with pytest.raises(InvalidTable, match="the table of choice shares"):
        everybody_chooses(shares)


@pytest.mark.parametrize(
    ("table", "at", "said"),
    [
        ([[0.2, 1.0], [0.5, 1.0 + 2e-9]], (1, 1), "must lie between 0 and 1"),
        ([[0.9, 0.2, 1.0], [np.nan, 0.5, 1.0]], (1, 0), "must lie between 0 and 1"),
        ([[0.2, 0.5, 1.0], [0.3, 0.2, 0.1]], (1, 0), "fall along a row of running sums"),
        ([[0.2, 0.5, 1.0], [0.3, 0.4, 0.9]], (1,), "must add up to 1"),
    ],
)
def test_the_first_number_at_fault_of_choice_shares_is_named(table, at, said):
    cumulative = np.array(table)
    sound = everybody_chooses(np.eye(cumulative.shape[1]))
    with pytest.raises(InvalidTable, match=said) as raised:
        replace(sound, cumulative=cumulative)
    assert raised.value.at == at


def test_choice_shares_run_up_as_sums_do_and_end_at_one():
    shares = np.random.default_rng(3).dirichlet(np.ones(7), size=50)
    shares[:, 5:] = 0.0  # no draw may find a place that nobody chooses
    running = cumulative_shares(shares)
    assert (running[:, 4:] == 1.0).all() and (running[:, :4] == np.cumsum(shares, axis=1)[:, :4]).all()
