"""Atkinson's index and Palma's ratio: values computed independently, properties, zero incomes, and the readings."""

import numpy as np
import pytest

from sim.analysis.measures.atkinson import atkinson
from sim.analysis.measures.base import evaluate
from sim.analysis.measures.palma import palma
from sim.errors import FactorFlowError
from tests.measures.panels import panel

FIVE = np.array([10.0, 20, 30, 40, 50])
HELP = np.array([541.0, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261])  # example of the R package ineq
INDICES = {
    "half": lambda y, w=None: atkinson(y, w, 0.5),
    "one": lambda y, w=None: atkinson(y, w, 1.0),
    "two": lambda y, w=None: atkinson(y, w, 2.0),
    "palma": palma,
}
EQUAL = {"half": 0.0, "one": 0.0, "two": 0.0, "palma": 0.25}


@pytest.mark.parametrize(
    ("found", "exact"),
    [
        (atkinson(FIVE, aversion=0.5), 0.0631534),
        (atkinson(FIVE), 0.1316096),
        (atkinson(FIVE, aversion=2), 0.2700730),
        (atkinson(HELP, aversion=0.5), 0.1796591),
        (1 - atkinson(FIVE), 26.0517108 / 30),  # the equally distributed equivalent of PySAL's tests
        (1 - atkinson(FIVE, aversion=0.5), 28.1053994 / 30),
        (palma(FIVE), 0.8333333),
    ],
)
def test_known_values(found, exact):
    assert found == pytest.approx(exact, abs=6e-8)


def test_aversion_two_is_one_less_harmonic_over_arithmetic_mean():
    income, weight = np.array([3.0, 5, 9]), np.array([1.0, 3, 0.5])
    harmonic = weight.sum() / (weight / income).sum()
    assert atkinson(income, weight, 2) == pytest.approx(1 - harmonic / np.average(income, weights=weight), rel=1e-13)


def test_aversion_one_is_the_limit_of_its_neighbours():
    assert atkinson(FIVE, aversion=1 + 1e-7) == pytest.approx(float(atkinson(FIVE)), rel=1e-6)
    assert atkinson(FIVE, aversion=1 - 1e-7) == pytest.approx(float(atkinson(FIVE)), rel=1e-6)


def test_palma_divides_a_unit_that_lies_across_the_line():
    """Half at 1, half at 3: the poorest 40% have 0.4, the richest 10% 0.3."""
    assert palma(np.array([3.0, 1])) == pytest.approx(0.75, rel=1e-14)
    # 30 at 1 and 70 at 2, of 100: the poorest 40 have 30 + 20, the richest ten 20
    assert palma(np.array([1.0, 2]), np.array([30.0, 70])) == pytest.approx(0.4, rel=1e-14)
    assert palma(np.arange(1.0, 101)) == pytest.approx(sum(range(91, 101)) / sum(range(1, 41)), rel=1e-12)


@pytest.mark.parametrize("name", INDICES)
def test_properties(name):
    index = INDICES[name]
    rng = np.random.default_rng(3)
    income, weight = rng.lognormal(9, 0.6, 12), rng.uniform(1, 9, 12)
    value = float(index(income, weight))
    assert index(income * 7.3, weight) == pytest.approx(value, rel=1e-12)  # scale
    assert index(np.tile(income, 2), np.tile(weight, 2)) == pytest.approx(value, rel=1e-12)  # replication
    order = rng.permutation(12)
    assert index(income[order], weight[order]) == pytest.approx(value, rel=1e-12)  # anonymity
    assert index(np.full(12, 5.0), weight) == pytest.approx(EQUAL[name], abs=1e-12)  # equality
    assert index(np.append(income, 1e9), np.append(weight, 0.0)) == pytest.approx(value, rel=1e-12)  # nobody lives there
    rich, poor = int(income.argmax()), int(income.argmin())
    after = income.copy()
    after[rich] -= 0.01 * income[poor] / weight[rich]
    after[poor] += 0.01 * income[poor] / weight[poor]
    assert index(after, weight) < value  # transfer principle


def test_palma_does_not_see_a_transfer_in_the_middle():
    """Between the fifth and the sixth tenth it sees none: why it is read beside the others."""
    tenths = np.arange(10.0, 20)
    after = tenths + np.array([0, 0, 0, 0, 0.3, -0.3, 0, 0, 0, 0])
    assert palma(after) == pytest.approx(float(palma(tenths)), rel=1e-14)
    assert atkinson(after) < atkinson(tenths)


def test_zero_incomes_have_a_value_where_the_formula_has_one():
    poor = np.array([0.0, 2, 4])
    assert atkinson(poor, aversion=0.5) == pytest.approx(1 - (np.sqrt([0, 1, 2]).mean()) ** 2, rel=1e-13)
    assert np.isnan(atkinson(poor)) and np.isnan(atkinson(poor, aversion=2))
    assert np.isfinite(atkinson(poor, np.array([0.0, 1, 1])))  # nobody has the zero
    assert np.isnan(palma(np.array([0.0, 0, 5])))
    assert all(np.isnan(index(np.zeros(3))) and np.isnan(index(FIVE, np.zeros(5))) for index in INDICES.values())


def test_one_missing_value_does_not_touch_its_neighbours():
    found = atkinson(np.array([FIVE, FIVE * (FIVE > 10)]))
    assert found[0] == pytest.approx(0.1316096, abs=6e-8) and np.isnan(found[1])


@pytest.mark.parametrize("aversion", [0, -1, float("nan"), float("inf")])
def test_an_aversion_that_is_none_is_refused(aversion):
    with pytest.raises(FactorFlowError, match="aversion to inequality must be a number above zero"):
        atkinson(FIVE, aversion=aversion)


def test_readings_are_of_the_cells_weighted_by_residents():
    data = panel()
    found = {one.measure: one.values for one in evaluate(data, ["atkinson", "palma"])}
    assert set(found) == {"atkinson", "atkinson_half", "atkinson_two", "palma"}
    np.testing.assert_array_equal(found["atkinson_two"], atkinson(data.income, data.population, 2.0))
    np.testing.assert_array_equal(found["palma"], palma(data.income, data.population))
    assert (found["atkinson_half"] < found["atkinson"]).all() and (found["atkinson"] < found["atkinson_two"]).all()
