"""Coast over mountain: weighed by residents, only where both groups are whole."""

import numpy as np
import pytest

from sim.analysis.measures.coast_mountain_ratio import coast_mountain_ratio
from tests.measures.panels import panel, read


def test_groups_are_weighed_by_residents():
    incomes, people = np.array([40.0, 50.0, 30.0]), np.array([3.0, 1.0, 2.0])
    found = coast_mountain_ratio(incomes, people, np.array([1.0, 1, 0]), np.array([0.0, 0, 1]))
    assert found == pytest.approx(42.5 / 30, rel=1e-14)


def test_the_reading_is_that_of_the_groups_of_the_world():
    groups = {"coast": ("r0", "r1"), "mountain": ("r3",)}
    data = panel(groups=groups)
    ratio = read(data)["coast_mountain_ratio", "world", "valley"]
    earned = (data.income * data.population).reshape(*ratio.shape, 5, 2).sum(axis=-1)
    people = data.population.reshape(*ratio.shape, 5, 2).sum(axis=-1)
    coast = earned[..., :2].sum(axis=-1) / people[..., :2].sum(axis=-1)
    np.testing.assert_allclose(ratio, coast / (earned[..., 3] / people[..., 3]), rtol=1e-12)


@pytest.mark.parametrize("groups", [{}, {"coast": ("r0",)}, {"coast": ("r0", "Atlantis"), "mountain": ("r1",)}])
def test_without_both_groups_whole_there_is_none(groups):
    assert ("coast_mountain_ratio", "world", "valley") not in read(panel(groups=groups))
