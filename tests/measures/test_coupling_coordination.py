"""Coupling coordination: the worked example in both forms, the lost coefficient, the crowding near one, the readings."""

import numpy as np
import pytest

from sim.analysis.measures.base import evaluate
from sim.analysis.measures.coupling_coordination import coordination, coupling, coupling_corrected
from sim.errors import FactorFlowError
from tests.measures.panels import panel

PAIR = np.array([0.4, 0.8])


def test_the_worked_example():
    assert coupling(PAIR) == pytest.approx(0.942809, abs=6e-7)
    assert coordination(PAIR) == pytest.approx(0.752121, abs=6e-7)
    assert coupling_corrected(PAIR) == pytest.approx(0.547723, abs=6e-7)
    assert coordination(PAIR, corrected=True) == pytest.approx(0.573266, abs=6e-7)


@pytest.mark.parametrize(
    ("scores", "standard", "corrected"), [((0.29, 0.32), 0.9989, 0.9404), ((0.11, 0.31), 0.8868, 0.5440)]
)
def test_published_pairs_of_degrees_imply_plausible_scores(scores, standard, corrected):
    """Beijing and Shijiazhuang 2008 (Wang et al. 2021): the ratio from the standard form, the distance from the corrected."""
    ratio = ((1 - np.sqrt(1 - standard**2)) / standard) ** 2
    high = (1 - corrected**2 / ratio) / (1 - ratio)
    implied = np.array([ratio * high, high])
    assert coupling(implied) == pytest.approx(standard, rel=1e-12)
    assert coupling_corrected(implied) == pytest.approx(corrected, rel=1e-12)
    assert implied == pytest.approx(scores, abs=0.006)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_equal_scores_are_coupled_wholly_for_any_number_of_subsystems(count):
    """With the coefficient n lost, two subsystems would end at 1/2."""
    scores = np.full(count, 0.37)
    assert coupling(scores) == pytest.approx(1, abs=1e-14)
    assert coordination(scores) == pytest.approx(np.sqrt(0.37), rel=1e-14)


def test_two_subsystems_have_the_textbook_form():
    low, high = np.random.default_rng(1).uniform(0.01, 1, (2, 50))
    pairs = np.stack([low, high], axis=-1)
    np.testing.assert_allclose(coupling(pairs), 2 * np.sqrt(low * high) / (low + high), rtol=1e-12)
    assert (coupling_corrected(pairs) <= coupling(pairs)).all()  # what the correction is for
    np.testing.assert_allclose(coupling(pairs), coupling(pairs[:, ::-1]), rtol=1e-13)
    np.testing.assert_allclose(coupling_corrected(pairs), coupling_corrected(pairs[:, ::-1]), rtol=1e-13)


def test_standard_coupling_ignores_the_level_and_the_corrected_does_not():
    assert coupling(PAIR / 4) == pytest.approx(float(coupling(PAIR)), rel=1e-13)
    assert coupling_corrected(PAIR / 4) > coupling_corrected(PAIR)


def test_weights_are_made_to_add_up_to_one():
    found = coordination(PAIR, np.array([3.0, 1]))
    assert found == pytest.approx(np.sqrt(coupling(PAIR) * 0.5), rel=1e-13)
    assert coordination(PAIR, np.array([0.75, 0.25])) == pytest.approx(float(found), rel=1e-13)


def test_what_is_no_score_is_refused_and_zero_has_no_degree():
    with pytest.raises(FactorFlowError, match="between 0 and 1; one is 1.2"):
        coupling(np.array([0.4, 1.2]))
    with pytest.raises(FactorFlowError, match="that of two subsystems; there are 3"):
        coupling_corrected(np.full(3, 0.5))
    with pytest.raises(FactorFlowError, match="two subsystems at least"):
        coupling(np.array([0.5]))
    assert np.isnan(coordination(np.array([0.0, 0.5]))) and np.isnan(coordination(np.array([0.0, 0.5]), corrected=True))


def test_readings_hold_town_and_country_against_the_richest_cell_of_the_year():
    """Cells 50, 20 and 40, 40: scores 1, 0.4 and 0.8, 0.8; of the world (2 x 50 + 40) / 3 and (20 + 40) / 2 over 50."""
    data = panel([[[50.0, 20, 40, 40]]], [[[2.0, 1, 1, 1]]])
    found = {(one.measure, one.place): one.values.item() for one in evaluate(data, ["coupling_coordination"])}
    for name, corrected in (("coupling_coordination", False), ("coupling_coordination_corrected", True)):
        assert found[name, "r0"] == pytest.approx(float(coordination(np.array([1, 0.4]), corrected=corrected)), rel=1e-13)
        assert found[name, "r1"] == pytest.approx(np.sqrt(0.8), rel=1e-13)
        world = np.array([14 / 15, 0.6])
        assert found[name, "valley"] == pytest.approx(float(coordination(world, corrected=corrected)), rel=1e-13)


def test_without_a_countryside_there_is_none():
    assert evaluate(panel(kinds=("urban",)), ["coupling_coordination"]) == []
