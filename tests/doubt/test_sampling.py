"""Distributions in a scenario's words, designs, and paths with stars: quantiles by hand, keys, and refusals."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.errors import DesignError
from sim.experiments.sampling.design import Posterior, dimensions, drawn
from sim.experiments.sampling.distributions import distribution, rows_at
from sim.experiments.sampling.samplers import balance, unit_draws
from sim.experiments.sampling.wildcards import expanded, spread

SHARES = np.array([0.001, 0.2, 0.5, 0.9, 0.999])


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ({"uniform": [0.03, 0.2]}, stats.uniform(0.03, 0.17)),
        ({"log_uniform": [2, 20]}, stats.loguniform(2, 20)),
        ({"triangular": [1, 2, 5]}, stats.triang(0.25, 1, 4)),
        ({"triangular": [1, 1, 5]}, stats.triang(0, 1, 4)),
        ({"triangular": [1, 5, 5]}, stats.triang(1, 1, 4)),
        ({"normal": [3, 0.5]}, stats.norm(3, 0.5)),
    ],
)
def test_quantiles_are_those_of_the_distribution(words, known):
    found = distribution(words)
    assert found.ppf(SHARES) == pytest.approx(known.ppf(SHARES), rel=1e-12)
    assert found.note == "" and known.cdf(found.ppf(SHARES)) == pytest.approx(SHARES)


def test_normals_are_cut_where_the_range_ends_and_say_how_much():
    found = distribution({"relative_normal": 0.2}, value=0.9, low=0, high=1)
    known = stats.truncnorm(-0.9 / 0.18, 0.1 / 0.18, 0.9, 0.18)
    assert found.ppf(SHARES) == pytest.approx(known.ppf(SHARES)) and found.ppf(SHARES).max() <= 1
    assert found.note == "28.9% of its probability lies outside the permitted 0 to 1 and is cut off"
    below_zero = distribution({"relative_normal": 0.1}, value=-2.0)
    assert below_zero.ppf(np.array([0.5, ndtr_one()])) == pytest.approx([-2, -1.8])
    near = distribution({"normal": [0.5, 0.1]}, low=0, high=1)
    assert near.note == ""


def ndtr_one():
    return float(stats.norm.cdf(1))


def test_choices_are_alike_and_may_be_words():
    middles = (np.arange(12) + 0.5) / 12
    assert distribution({"choice": [1, 5, 2]}).ppf(middles).tolist() == [1] * 4 + [5] * 4 + [2] * 4
    assert distribution({"choice": ["rural", None, True]}).ppf(middles[::4]).tolist() == ["rural", None, True]
    assert distribution({"choice": [[1, 2], [3, 4]]}).ppf(middles[::6]).tolist() == [[1, 2], [3, 4]]


def test_rows_of_a_table_are_drawn_whole_and_by_weight():
    share = unit_draws("sobol", 1024, 1, 3)[:, 0]
    assert np.bincount(rows_at(share, 4)).tolist() == [256] * 4
    weighted = np.bincount(rows_at(share, 3, np.array([1.0, 0.0, 3.0])))
    assert weighted.tolist() == [256, 0, 768]
    assert rows_at(np.array([1 - 1e-17]), 3, np.array([1.0, 1.0, 0.0])).tolist() == [1]
    for weight in (np.array([1.0, -1.0]), np.zeros(2), np.array([1.0, np.nan])):
        with pytest.raises(DesignError, match="weights"):
            rows_at(share, 2, weight)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"unifrom": [0, 1]}, 'Did you mean "uniform"'),
        ({"uniform": [1, 0]}, "have to rise"),
        ({"uniform": [1, 1]}, "have to rise"),
        ({"uniform": [0, 0.5, 1]}, "needed are 2 finite numbers"),
        ({"uniform": "ab"}, "needed are 2 finite numbers"),
        ({"uniform": [0, math.nan]}, "finite"),
        ({"uniform": [0, True]}, "finite"),
        ({"uniform": [-1, 0.5]}, "leaves the permitted range 0 to 1"),
        ({"log_uniform": [0, 1]}, "above zero"),
        ({"triangular": [0, 2, 1]}, "have to rise"),
        ({"normal": [0.5, 0]}, "standard deviation of 0"),
        ({"normal": [9, 0.1]}, "only 0.00% of a normal"),
        ({"relative_normal": 0.1}, "value in force, which is None"),
        ({"relative_normal": [0.1]}, "needed is one number"),
        ({"choice": []}, "one value at least"),
        ({"choice": [0.5, 2]}, "leaves the permitted range"),
        ({"choice": [math.inf]}, "finite"),
        ({"uniform": [0, 1], "normal": [0, 1]}, "a distribution is one of"),
        ([0, 1], "a distribution is one of"),
    ],
)
def test_what_cannot_be_drawn_is_answered(words, message):
    with pytest.raises(DesignError, match=message):
        distribution(words, low=0, high=1)


def test_a_draw_is_the_same_whatever_the_number_of_draws():
    many = unit_draws("sobol", 1000, 7, 12)
    assert np.array_equal(unit_draws("sobol", 37, 7, 12), many[:37]) and np.array_equal(
        unit_draws("sobol", 1, 7, 12), many[:1]
    )
    assert not np.isclose(unit_draws("sobol", 37, 7, 13), many[:37]).any(axis=1).all()


def test_draws_belong_to_the_seed_and_not_to_what_was_drawn_before():
    first = {name: unit_draws(name, 64, 3, 5) for name in ("sobol", "latin_hypercube", "grid")}
    np.random.default_rng(0).random(10)
    for name in ("grid", "latin_hypercube", "sobol"):
        assert np.array_equal(unit_draws(name, 64, 3, 5), first[name])
        assert first[name].min() > 0 and first[name].max() < 1
    assert not np.array_equal(unit_draws("latin_hypercube", 64, 3, 6), first["latin_hypercube"])


def test_the_draws_of_a_seed_are_pinned():
    """Other bytes for the same seed would make every stored experiment another one."""
    assert unit_draws("sobol", 2, 2, 1).tolist() == PINNED


PINNED = [[0.34894231939688325, 0.5809878990985453], [0.8483615047298372, 0.1886762003414333]]


def test_designs_are_even():
    for column in unit_draws("sobol", 64, 8, 1).T:
        assert np.bincount((column * 64).astype(int)).tolist() == [1] * 64
    for column in unit_draws("latin_hypercube", 50, 8, 1).T:
        assert np.bincount((column * 50).astype(int)).tolist() == [1] * 50
    grid = unit_draws("grid", 27, 3, 1)
    assert len({tuple(row) for row in grid}) == 27 and set(np.round(grid.ravel() * 6)) == {1, 3, 5}


def test_numbers_of_draws_are_said_or_refused():
    assert balance("sobol", 64) == balance("latin_hypercube", 50) == ""
    assert "32 or 64 are" in balance("sobol", 50)
    with pytest.raises(DesignError, match="such as 8, 27, 64|such as 27, 64, 125"):
        unit_draws("grid", 50, 3, 1)
    with pytest.raises(DesignError, match="No such|sampler 'sobel'"):
        unit_draws("sobel", 50, 3, 1)
    for draws, columns, seed in ((0, 1, 1), (1, 0, 1), (2**21, 1, 1), (4, 30_000, 1), (4, 1, -1)):
        with pytest.raises(DesignError, match="found"):
            unit_draws("sobol", draws, columns, seed)


def test_a_design_gives_every_path_its_values_and_keeps_rows_together():
    posterior = Posterior(("parameters.a", "parameters.b"), np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]))
    said = {"x": distribution({"uniform": [10, 20]}), "kind": distribution({"choice": ["rural", "urban"]})}
    assert dimensions(tuple(said), posterior) == 3
    shares = unit_draws("sobol", 256, 3, 4)
    found = drawn(shares, said, posterior)
    assert list(found) == ["x", "kind", "parameters.a", "parameters.b"]
    assert found["x"] == pytest.approx(10 + 10 * shares[:, 0])
    assert (found["kind"] == "rural").sum() == 128 and (10 * found["parameters.a"] == found["parameters.b"]).all()
    assert np.bincount(found["parameters.a"].astype(int)).tolist() == [0, 64, 64, 64, 64]


def test_designs_that_contradict_themselves_are_answered():
    posterior = Posterior(("x",), np.ones((3, 1)))
    with pytest.raises(DesignError, match="said twice.*: x"):
        dimensions(("x", "y"), posterior)
    with pytest.raises(DesignError, match="2 columns are needed"):
        drawn(np.ones((4, 1)) / 2, {"y": distribution({"uniform": [0, 1]})}, posterior)
    with pytest.raises(DesignError, match="row 2 of the posterior has no finite value of b"):
        Posterior(("a", "b"), np.array([[1.0, 2.0], [3.0, np.nan]]))
    with pytest.raises(DesignError, match="a column a path"):
        Posterior(("a", "b"), np.ones((3, 1)))


SCENARIO = {
    "run": {"seed": 1},
    "policies": {
        "roads": {"instrument": "infrastructure_investment", "share_of_budget": {2024: 0.05}},
        "permits": {"instrument": "residence_permit_reform", "cut": 0.6, "phase_in": None},
        "market": {"instrument": "land_market_integration", "cut": 0.3},
    },
}


def test_a_star_stands_for_every_policy_that_has_the_term():
    assert expanded("policies.*.cut", SCENARIO) == ("policies.permits.cut", "policies.market.cut")
    assert expanded("policies.permits.*", SCENARIO) == ("policies.permits.instrument", "policies.permits.cut")
    assert expanded("parameters.growth", SCENARIO) == ("parameters.growth",)
    assert len(expanded("*.*.cut", SCENARIO)) == 2


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("policies.*.cot", 'none of the 3 there has cot. Did you mean "cut"'),
        ("policies.*.phase_in", "none of the 3 there has phase_in"),
        ("polices.*.cut", "nothing at polices"),
        ("policies.per*.cut", "one whole step"),
    ],
)
def test_a_star_that_meets_nothing_is_answered(path, message):
    with pytest.raises(DesignError, match=message):
        expanded(path, SCENARIO)


def test_stars_spread_over_all_scenarios_and_yield_to_what_is_named():
    scenarios = {"baseline": {"run": {}}, "permits": SCENARIO, "again": {"policies": {"permits": {"cut": 0.2}}}}
    said = {"policies.*.cut": "wide", "policies.market.cut": "narrow", "parameters.growth": "g"}
    found = {"policies.permits.cut": "wide", "policies.market.cut": "narrow", "parameters.growth": "g"}
    assert spread(said, scenarios) == spread(dict(reversed(said.items())), scenarios) == found
    with pytest.raises(DesignError, match="no scenario has"):
        spread({"policies.*.cut": "wide"}, {"baseline": {"run": {}}})
