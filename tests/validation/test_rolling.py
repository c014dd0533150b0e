"""Those who assume less: forecasts on made-up series whose answer is known, and the published cities' own numbers."""

import numpy as np
import pytest

from sim.evidence import rolling


def test_forecasters_on_series_they_know():
    years = np.arange(4.0)[:, None]
    straight = 1.0 + years * np.array([0.1, -0.3])
    np.testing.assert_allclose(rolling.drift(straight, 2), [[1.4, -0.2], [1.5, -0.5]], rtol=1e-12)
    np.testing.assert_allclose(rolling.common_drift(straight, 2), [[1.2, 0.0], [1.1, -0.1]], atol=1e-12)
    np.testing.assert_allclose(rolling.no_change(straight, 2), np.tile(straight[-1], (2, 1)))
    closing = 0.9 ** np.arange(4)[:, None] * np.array([1.0, -0.5, 0.25])
    np.testing.assert_allclose(rolling.pooled_convergence(closing, 2), closing[-1] * [[0.9], [0.81]], rtol=1e-9)


def test_series_are_relative_within_a_kind_and_ratios_of_a_place():
    logs = np.log([[[30.0, 10.0], [40.0, 20.0]]])
    towns, villages, ratios = rolling.series_of(logs)
    np.testing.assert_allclose(towns[0], [-0.5 * np.log(4 / 3), 0.5 * np.log(4 / 3)])
    np.testing.assert_allclose(villages[0], [-0.5 * np.log(2), 0.5 * np.log(2)])
    np.testing.assert_allclose(ratios[0], [np.log(3), np.log(2)])


@pytest.mark.parametrize(
    ("origin", "name", "expected"),
    [
        (2016, "no change", (0.67, 0.81, 1.66)),
        (2017, "no change", (0.51, 0.54, 1.42)),
        (2016, "drift", (0.53, 0.55, 0.63)),
        (2017, "common drift", (0.51, 0.54, 0.57)),
        (2016, "pooled convergence", (0.39, 0.44, 0.56)),
        (2017, "pooled convergence", (0.29, 0.34, 0.61)),
    ],
)
def test_errors_of_those_who_assume_less_in_zhejiang(origin, name, expected):
    seen = rolling.series_of(rolling.observed_logs("zhejiang"))
    at = origin - 2014
    forecast = np.stack([rolling.FORECASTERS[name](one[: at + 1], 2019 - origin) for one in seen])
    assert rolling.errors(forecast, seen[:, at + 1 :]) == pytest.approx(expected, abs=0.005)


@pytest.mark.slow
def test_the_model_fitted_to_the_first_years_beats_no_change_in_towns():
    towns = {row[0]: float(row[1]) for row in rolling.table("zhejiang", 2016)}
    assert towns["the model, fitted to the same years"] < towns["no change"]
