"""Distributions from fine histograms: how far they are from the exact values."""

import numpy as np
import pytest

from sim.agents.distribution import Distribution, bins, edges, fill
from tests.agents.exact import gini

BINS = bins(-10, 24)
SAMPLES = {
    "lognormal": lambda rng: rng.lognormal(1, 0.8, 200_000),
    "narrow": lambda rng: rng.lognormal(3, 0.05, 200_000),
    "heavy tail": lambda rng: 1 + rng.pareto(2, 200_000),
    "uniform": lambda rng: 3 * rng.random(200_000),
    "yuan": lambda rng: rng.lognormal(10, 0.5, 200_000),
}


def distribution(values):
    counts = np.zeros(BINS.number, dtype=np.int64)
    fill(counts, values, BINS)
    return Distribution(counts, BINS)


@pytest.mark.parametrize("name", SAMPLES)
def test_within_a_ten_thousandth_of_the_exact_value(name):
    values = SAMPLES[name](np.random.default_rng(1))
    found = distribution(values)
    assert abs(found.gini() - gini(values)) < 1e-4
    assert abs(found.mean / values.mean() - 1) < 1e-4
    exact = np.quantile(values, np.arange(1, 10) / 10)
    assert np.abs(found.deciles() / exact - 1).max() < 4e-4  # a tenth of a bin
    assert found.quantile(0.5) == pytest.approx(np.median(values), rel=4e-4)


def test_five_incomes():
    """10, 20, 30, 40, 50: Gini 4/15."""
    assert distribution(np.array([10.0, 20, 30, 40, 50])).gini() == pytest.approx(4 / 15, abs=1e-4)


def test_equality_is_all_but_zero_and_scale_does_not_matter():
    assert 0 <= distribution(np.full(1000, 3.3)).gini() < 7e-4
    values = np.random.default_rng(2).lognormal(0, 1, 50_000)
    assert distribution(4 * values).gini() == pytest.approx(distribution(values).gini(), rel=1e-12)


def test_a_transfer_from_rich_to_poor_lowers_it():
    values = np.sort(np.random.default_rng(3).lognormal(0, 1, 50_000))
    fairer = values.copy()
    fairer[-100:] -= 0.5
    fairer[:100] += 0.5
    assert distribution(fairer).gini() < distribution(values).gini()


def test_what_lies_outside_counts_in_the_outer_bins():
    counts = distribution(np.array([-1.0, 0.0, 1e-30, 1e30])).counts
    assert (counts[0], counts[-1], counts.sum()) == (3, 1, 4)
    cuts = edges(BINS)
    assert (cuts[0], cuts[-1]) == (2.0**-10, 2.0**24)
    assert (np.diff(cuts) / cuts[:-1]).max() <= 1 / 256
