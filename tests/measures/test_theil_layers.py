"""The layers of Theil's index: worked examples, the identity to rounding, and each layer alone in its corner."""

import numpy as np
import pytest

from sim.analysis.measures.theil import theil, theil_layers, theil_nested
from tests.measures.panels import panel, read

SIX = np.array([10.0, 20, 30, 40, 50, 60])
HALVES = np.array([0, 0, 0, 1, 1, 1])
KINDS = np.array([0, 1, 0, 1])


def test_worked_example_needs_no_weights():
    between, within = theil_layers(SIX, None, HALVES)
    assert (between, within) == (pytest.approx(0.0948776, abs=6e-8), pytest.approx(0.0345049, abs=6e-8))


def test_between_part_is_the_index_of_the_group_means():
    between, _ = theil_layers(SIX, None, HALVES)
    assert between == pytest.approx(theil(np.array([20.0, 50.0])), abs=1e-15)


def test_groups_may_have_any_numbers():
    found = theil_layers(SIX, None, np.array([9, 9, 9, -4, -4, -4]))
    np.testing.assert_array_equal(found, theil_layers(SIX, None, HALVES))


@pytest.mark.parametrize(("income", "layer"), [([1.0, 1, 3, 3], "between_outer"), ([1.0, 3, 1, 3], "between_inner")])
def test_a_gap_of_one_sort_lies_in_one_layer(income, layer):
    """Mean 2, incomes 1 and 3 in equal numbers: T = (0.5 ln 0.5 + 1.5 ln 1.5) / 2 = 0.1308120."""
    layers = theil_nested(np.array(income), None, np.array([0, 0, 1, 1]), KINDS)._asdict()
    assert layers.pop(layer) == pytest.approx(0.1308120, abs=6e-8)
    assert list(layers.values()) == pytest.approx([0, 0], abs=1e-15)


def test_a_gap_between_units_of_one_kind_in_one_region_lies_within():
    income = np.array([1.0, 3, 1, 3])
    layers = theil_nested(income, None, np.array([0, 0, 1, 1]), np.zeros(4, int))
    assert layers == pytest.approx((0, 0, 0.1308120), abs=6e-8)


def test_middle_layer_worked_by_hand():
    """Town 1 and country 3 in a region, 2 and 2 in the other: half of 0.1308120, as the regions earn the same."""
    layers = theil_nested(np.array([1.0, 3, 2, 2]), None, np.array([0, 0, 1, 1]), KINDS)
    assert layers == pytest.approx((0, 0.0654060, 0), abs=6e-8)


@pytest.mark.parametrize("seed", range(5))
def test_nested_layers_add_up_to_rounding(seed):
    rng = np.random.default_rng(seed)
    shape = (2, 3, 40)
    income, weight = rng.lognormal(9, 0.8, shape), rng.uniform(0, 9, shape) * (rng.random(shape) > 0.2)
    outer, inner = rng.integers(0, 6, 40), rng.integers(0, 2, 40)
    layers = theil_nested(income, weight, outer, inner)
    np.testing.assert_allclose(sum(layers), theil(income, weight), rtol=0, atol=1e-12)
    assert all((layer > 1e-3).all() for layer in layers)
    flat = theil_layers(income, weight, outer)
    np.testing.assert_allclose(flat[0], layers.between_outer, rtol=0, atol=1e-12)
    np.testing.assert_allclose(flat[1], layers.between_inner + layers.within, rtol=0, atol=1e-12)


def test_an_income_of_zero_adds_nothing():
    income = np.array([0.0, 0, 10, 10])
    layers = theil_nested(income, None, np.array([0, 0, 1, 1]), KINDS)
    assert layers == pytest.approx((np.log(2), 0, 0), abs=1e-15)


def test_readings_are_the_layers_of_regions_and_kinds():
    data = panel()
    found = read(data)
    layers = theil_nested(data.income, data.population, data.region_of_cell, data.urban.astype(int))
    for name, layer in zip(
        ("theil_between_regions", "theil_between_kinds_within_regions", "theil_within_kinds"), layers, strict=True
    ):
        np.testing.assert_array_equal(found[name, "world", "valley"], layer)
    total = sum(found[name, "world", "valley"] for name in ("theil_between_regions", "theil_between_kinds_within_regions"))
    np.testing.assert_allclose(total, found["theil", "world", "valley"], rtol=0, atol=1e-12)


def test_theil_of_a_region_is_the_two_group_index_of_town_and_country():
    """(a ln(a/p) + (1-a) ln((1-a)/(1-p))), a the urban share of income, p that of people."""
    found = read(panel([[[54188.0, 23119]]], [[[0.67, 0.33]]]))
    a, p = 0.67 * 54188 / (0.67 * 54188 + 0.33 * 23119), 0.67
    exact = a * np.log(a / p) + (1 - a) * np.log((1 - a) / (1 - p))
    assert found["theil", "region", "r0"] == pytest.approx(exact, rel=1e-12)
    assert exact == pytest.approx(0.0618287, abs=6e-8)
