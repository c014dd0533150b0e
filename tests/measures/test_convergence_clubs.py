"""The log t test and the clubs: a second way to compute them, panels whose clubs are known, and the readings."""

import numpy as np
import pytest

from sim.analysis.measures import convergence_clubs as clubs
from sim.analysis.measures.base import evaluate
from sim.errors import FactorFlowError
from tests.measures.panels import panel


def by_loops(spread):
    """Slope and t by the textbook: matrices, and one autocovariance after the other, the last residual left out of them."""
    length = len(spread)
    time = range(round(length / 3) + 1, length + 1)
    y = np.array([np.log(spread[0] / spread[t - 1]) - 2 * np.log(np.log(t)) for t in time])
    x = np.array([[1.0, np.log(t)] for t in time])
    b = np.linalg.solve(x.T @ x, x.T @ y)
    e = y - x @ b
    count = len(e)
    rho = sum(e[t] * e[t + 1] for t in range(count - 1)) / sum(e[t] ** 2 for t in range(count - 1))
    width = 1.3221 * (4 * rho**2 / (1 - rho) ** 4 * count) ** 0.2
    total = sum(e**2) / (count - 1)
    for lag in range(1, count - 1):
        z = 1.2 * np.pi * lag / width
        kernel = 3 / z**2 * (np.sin(z) / z - np.cos(z))
        total += 2 * kernel * sum(e[t] * e[t + lag] for t in range(count - 1 - lag)) / (count - 1)
    return b[1], b[1] / np.sqrt(total * np.linalg.inv(x.T @ x)[1, 1])


def by_loops_clubs(logs):
    """Clubs before and after merging, and the rest, as sets of numbers: the steps of Phillips and Sul one by one."""

    def t(units):
        h = logs[units] / logs[units].mean(axis=0)
        return by_loops(((h - 1) ** 2).mean(axis=0))[1]

    rest, found = [int(unit) for unit in np.argsort(-logs[:, -1], kind="stable")], []
    while len(rest) > 1:
        if t(rest) > -1.65:
            found.append(rest)
            rest = []
            break
        pairs = [one for one in range(len(rest) - 1) if t(rest[one : one + 2]) > -1.65]
        if not pairs:
            break
        tests = []
        for end in range(pairs[0] + 2, len(rest) + 1):
            tests.append((t(rest[pairs[0] : end]), end))
            if tests[-1][0] <= -1.65:
                tests.pop()
                break
        core = rest[pairs[0] : max(tests)[1]]
        club = core + [unit for unit in rest if unit not in core and t([*core, unit]) > 0]
        found.append(club)
        rest = [unit for unit in rest if unit not in club]
    merged = []
    for club in found:
        if merged and t(merged[-1] + club) > -1.65:
            merged[-1] = merged[-1] + club
        else:
            merged.append(club)
    return [set(club) for club in found], [set(club) for club in merged], set(rest)


def drawn(seed):
    """Log incomes (unit, year) around one to three levels, gaps that close at speeds of their own, and luck."""
    rng = np.random.default_rng(seed)
    count, years = int(rng.integers(4, 25)), int(rng.integers(9, 36))
    time, level = np.arange(1, years + 1), 9 + 0.5 * rng.integers(0, rng.integers(1, 4), count)[:, None]
    gap = rng.normal(0, 0.6, (count, 1)) * time ** -rng.uniform(0, 0.5) / np.log(time + 1)
    return level + gap + 0.02 * time + rng.normal(0, 0.004, (count, years)).cumsum(axis=1)


@pytest.mark.parametrize("seed", range(25))
def test_test_and_clubs_are_those_of_the_textbook(seed):
    logs = drawn(seed)
    slope, t = clubs.log_t(clubs.dispersion(logs))
    assert (slope, t) == pytest.approx(by_loops(clubs.dispersion(logs)), rel=1e-7)
    before, after, rest = by_loops_clubs(logs)
    found = clubs.find_clubs(logs)
    merged = clubs.merge_clubs(logs, found)
    assert [set(map(int, club)) for club in found.members] == before
    assert [set(map(int, club)) for club in merged.members] == after
    assert set(map(int, found.divergent)) == set(map(int, merged.divergent)) == rest
    everyone = np.concatenate([*merged.members, merged.divergent])
    assert sorted(everyone) == list(range(len(logs)))
    for club, b, value in zip(merged.members, merged.slope, merged.t, strict=True):
        assert (b, value) == pytest.approx(tuple(map(float, clubs.log_t(clubs.dispersion(logs[club])))), rel=1e-12)


def test_the_drawn_panels_hold_every_case():
    """One club, several, some merged, some in none: so the comparison above can fail in every branch."""
    cases = [by_loops_clubs(drawn(seed)) for seed in range(25)]
    assert {1, 2, 3} <= {len(before) for before, _, _ in cases}
    assert any(len(after) < len(before) for before, after, _ in cases) and any(rest for *_, rest in cases)


@pytest.mark.parametrize("speed", [-0.4, 0.0, 0.3, 1.5])
def test_slope_is_twice_the_speed_of_a_dispersion_that_decays_as_assumed(speed):
    """H_t = c / (ln^2 t  t^(2 a)): from the second year on exact, so that b = 2 a and nothing is left over."""
    time = np.arange(1, 31)
    spread = 1 / (np.log(np.maximum(time, 2)) ** 2 * time ** (2 * speed))
    slope, t = clubs.log_t(spread)
    assert slope == pytest.approx(2 * speed, abs=1e-12)
    assert np.isnan(t) or abs(t) > 1e6 or speed == 0


def test_relative_paths_and_their_dispersion():
    logs = np.array([[2.0, 3], [4, 5]])
    assert clubs.transition_paths(logs).tolist() == [[2 / 3, 3 / 4], [4 / 3, 5 / 4]]
    assert clubs.dispersion(logs) == pytest.approx([1 / 9, 1 / 16])
    with pytest.raises(FactorFlowError, match="mean above zero"):
        clubs.dispersion(-logs)


def test_two_levels_are_two_clubs_and_one_level_is_one():
    time = np.arange(22)
    gap = np.random.default_rng(5).uniform(-0.2, 0.2, (12, 1)) * 0.85**time
    near = 10 + 0.03 * time + gap
    far = near + np.where(np.arange(12) < 5, 1.2, 0.0)[:, None]
    one, two = (clubs.merge_clubs(logs, clubs.find_clubs(logs)) for logs in (near, far))
    assert [sorted(club) for club in one.members] == [list(range(12))] and one.t[0] > 0
    assert [sorted(club) for club in two.members] == [list(range(5)), list(range(5, 12))]
    assert clubs.log_t(clubs.dispersion(far))[1] < clubs.CRITICAL < min(two.t)


def test_order_of_units_does_not_matter():
    logs = drawn(4)
    order = np.random.default_rng(1).permutation(len(logs))
    one, two = (clubs.merge_clubs(part, clubs.find_clubs(part)) for part in (logs, logs[order]))
    assert [set(club) for club in one.members] == [set(order[club]) for club in two.members]
    assert two.t == pytest.approx(one.t, rel=1e-9)


def test_as_many_copies_of_all_units_change_no_dispersion():
    logs = drawn(2)
    np.testing.assert_allclose(clubs.dispersion(np.tile(logs, (3, 1))), clubs.dispersion(logs), rtol=1e-12)


def test_many_panels_at_once_are_tested_as_if_alone():
    spreads = np.random.default_rng(0).uniform(0.01, 1, (3, 2, 15))
    slope, t = clubs.log_t(spreads)
    assert slope.shape == t.shape == (3, 2)
    assert (slope[2, 1], t[2, 1]) == pytest.approx(tuple(map(float, clubs.log_t(spreads[2, 1]))), rel=1e-13)


def test_equal_regions_have_no_test_and_three_years_are_too_few():
    for near in (0.0, 1e-14):
        logs = np.full((4, 12), 9.0) * (1 + near * np.random.default_rng(1).normal(size=(4, 12)))
        slope, t = clubs.log_t(clubs.dispersion(logs))
        assert np.isnan(slope) and np.isnan(t)
    with pytest.raises(FactorFlowError, match="four years at least; there are 3"):
        clubs.log_t(np.ones(3))


def test_long_run_variance_without_autocorrelation_is_the_sum_of_squares():
    left = np.array([1.0, 1, -1, -1, 1, 0])  # products of neighbours: 1 - 1 + 1 - 1 + 0 = 0
    assert clubs.long_run_variance(left) == pytest.approx(5 / 5, rel=1e-14)


def test_readings_from_the_tenth_year_on():
    time = np.arange(12)
    rich = np.array([0, 0, 1, 1, 1])[:, None]
    logs = 10 + 0.03 * time + 1.2 * rich + np.array([[0.1], [-0.1], [0.2], [-0.05], [0.1]]) * 0.8**time
    income = np.exp(logs).T[None]
    data = panel(income, np.ones(income.shape), kinds=("urban",))
    found = {one.measure: one.values[0] for one in evaluate(data, ["convergence_clubs"])}
    assert np.isnan(found["convergence_clubs"][:9]).all() and found["convergence_clubs"][9:].tolist() == [2, 2, 2]
    slope, t = clubs.log_t(clubs.dispersion(logs[:, :11]))
    assert found["log_t"][10] == pytest.approx(float(t)) and found["log_t_slope"][10] == pytest.approx(float(slope))


@pytest.mark.parametrize("case", ["two regions", "nine years", "poor", "alike", "empty"])
def test_what_no_test_can_be_made_of_is_missing(case):
    rng = np.random.default_rng(1)
    regions, years = (2 if case == "two regions" else 3), (9 if case == "nine years" else 12)
    income = rng.uniform(2, 9, (1, years, regions))
    people = np.ones(income.shape)
    if case == "poor":
        income[0, 3, 1] = 0.9
    if case == "alike":
        income[:] = income[..., :1]
    if case == "empty":
        people[0, 5, 2] = 0
    assert evaluate(panel(income, people, kinds=("urban",)), ["convergence_clubs"]) == []
