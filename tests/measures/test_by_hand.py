"""Every measure on one small table, every number worked out by hand: three regions with a town and a country each.

region   town: income, persons   country: income, persons   mean
West     30, 2                   10, 6                      120 / 8 = 15
East     40, 3                   20, 1                      140 / 4 = 35
Isle     60, 1                   20, 1                       80 / 2 = 40

340 in all for 14 persons. Two years later West earns twice as much and the others what they did. Coast: East and Isle.
"""

from math import log, sqrt

import numpy as np
import pytest

from sim.analysis.measures.base import derived, series
from tests.measures.panels import panel, read

INCOME, LATER = [30.0, 10, 40, 20, 60, 20], [60.0, 20, 40, 20, 60, 20]
PEOPLE = [2.0, 6, 3, 1, 1, 1]
MEAN = 340 / 14
EAST_WEST, ISLE_EAST, ISLE_WEST = log(35 / 15), log(40 / 35), log(40 / 15)  # log gaps between the three means
SQUARES = EAST_WEST**2 + ISLE_EAST**2 + ISLE_WEST**2
SLOPE = -(EAST_WEST + ISLE_WEST) * log(2) / (2 * SQUARES)

FIRST_YEAR = {
    # towns (60 + 120 + 60) / 6 = 40, countrysides (60 + 20 + 20) / 8 = 12.5
    ("urban_rural_ratio", "world", "valley"): 16 / 5,
    ("urban_rural_ratio", "region", "r0"): 3,
    ("urban_rural_ratio", "region", "r1"): 2,
    ("urban_rural_ratio", "region", "r2"): 3,
    ("max_min_ratio", "world", "valley"): 40 / 15,
    # towns are published at 44 instead of 40, countrysides at 12.5 as in the table
    ("urban_rural_ratio_published", "world", "valley"): 44 / 12.5,
    # the survey sees half of West in its town, where a quarter lives: 20; East as it is: 35; of Isle three quarters: 50
    ("max_min_ratio_published", "world", "valley"): 50 / 20,
    ("coast_mountain_ratio", "world", "valley"): (220 / 6) / 15,
    # pairs of residents differ by 1620 in all, over 14 times 340
    ("gini", "world", "valley"): 81 / 238,
    # variance (8 15^2 + 4 35^2 + 2 40^2) / 14 - (170 / 7)^2 = 5750 / 49
    ("williamson_cv", "world", "valley"): sqrt(5750) / 170,
    # a variance is the sum of squared differences of all pairs over n^2
    ("sigma_convergence", "world", "valley"): sqrt(SQUARES) / 3,
    ("sigma_convergence", "kind", "urban"): sqrt(log(4 / 3) ** 2 + log(3 / 2) ** 2 + log(2) ** 2) / 3,
    ("sigma_convergence", "kind", "rural"): sqrt(2) * log(2) / 3,
    ("sigma_convergence_weighted", "world", "valley"): sqrt(32 * EAST_WEST**2 + 8 * ISLE_EAST**2 + 16 * ISLE_WEST**2) / 14,
    ("sigma_convergence_weighted", "kind", "urban"): sqrt(6 * log(4 / 3) ** 2 + 3 * log(3 / 2) ** 2 + 2 * log(2) ** 2) / 6,
    ("sigma_convergence_weighted", "kind", "rural"): sqrt(12) * log(2) / 8,
    ("theil", "world", "valley"): (
        60 * log(30 / MEAN) + 60 * log(10 / MEAN) + 120 * log(40 / MEAN) + 40 * log(20 / MEAN) + 60 * log(60 / MEAN)
    )
    / 340,
    ("theil_between_regions", "world", "valley"): (120 * log(15 / MEAN) + 140 * log(35 / MEAN) + 80 * log(40 / MEAN)) / 340,
    ("theil_between_kinds_within_regions", "world", "valley"): (
        60 * log(2) + 60 * log(2 / 3) + 120 * log(8 / 7) + 20 * log(4 / 7) + 60 * log(3 / 2) + 20 * log(1 / 2)
    )
    / 340,
    ("theil_within_kinds", "world", "valley"): 0,
    ("theil", "region", "r0"): (log(2) + log(2 / 3)) / 2,
    ("theil", "region", "r1"): (120 * log(8 / 7) + 20 * log(4 / 7)) / 140,
    ("theil", "region", "r2"): (60 * log(3 / 2) + 20 * log(1 / 2)) / 80,
}
TWO_YEARS_LATER = {
    ("beta_convergence", "world", "valley"): SLOPE,
    ("beta_convergence_speed", "world", "valley"): -log(1 + 2 * SLOPE) / 2,
    ("urban_rural_ratio", "world", "valley"): (300 / 6) / (160 / 8),
    ("max_min_ratio", "world", "valley"): 40 / 30,
    ("urban_rural_ratio_published", "world", "valley"): 1.1 * (300 / 6) / (160 / 8),
    ("max_min_ratio_published", "world", "valley"): 50 / 35,
}
PUBLISHED = {"links": {"urban": 1.1, "rural": 1.0}, "survey": np.array([2, 2 / 3, 1, 1, 1.5, 0.5])}


@pytest.fixture(scope="module")
def found():
    groups = {"coast": ("r1", "r2"), "mountain": ("r0",)}
    return read(panel([[INCOME, INCOME, LATER]], [[PEOPLE, PEOPLE, PEOPLE]], groups=groups, **PUBLISHED))


@pytest.mark.parametrize("key", FIRST_YEAR, ids=lambda key: " ".join(key))
def test_of_the_first_year(found, key):
    assert found[key][0, 0] == pytest.approx(FIRST_YEAR[key], rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("key", TWO_YEARS_LATER, ids=lambda key: " ".join(key))
def test_of_two_years_later(found, key):
    assert found[key][0, 2] == pytest.approx(TWO_YEARS_LATER[key], rel=1e-13)


def test_nothing_on_offer_is_left_out(found):
    pinned = FIRST_YEAR.keys() | TWO_YEARS_LATER.keys()
    assert {name for name, _, _ in pinned} == set(series()) - set(derived())
    assert found.keys() == pinned
