"""Variance components on layouts whose truth is known: by hand, with missing cells, and the coverage of their intervals."""

import numpy as np
import pytest
from scipy import stats

from sim.analysis.doubt.components import components
from sim.errors import DesignError

# the two-way table of 3 draws by 2 seeds worked by hand: MS_P = 14, MS_S = 1/6, MS_PS = 1/6
BY_HAND = np.array([[1.0, 2.0], [4.0, 4.0], [7.0, 7.0]])


def layout(rng, draws, seeds, ignorance, luck, interaction):
    """A table of known variances around a mean of 3."""
    return (
        3
        + np.sqrt(ignorance) * rng.standard_normal((draws, 1))
        + np.sqrt(luck) * rng.standard_normal((1, seeds))
        + np.sqrt(interaction) * rng.standard_normal((draws, seeds))
    )


def test_a_table_worked_by_hand():
    found = components(BY_HAND)
    means = BY_HAND.mean(axis=1)
    square_p, square_s = 2 * means.var(ddof=1), 3 * BY_HAND.mean(axis=0).var(ddof=1)
    assert square_p == pytest.approx(15.1666666667) and square_s == pytest.approx(1 / 6)
    assert found.interaction.value == pytest.approx(1 / 6)
    assert found.ignorance.value == pytest.approx((square_p - 1 / 6) / 2)
    assert found.luck.value == pytest.approx(0, abs=1e-12)
    assert found.mean == pytest.approx(25 / 6)
    assert (found.draws, found.seeds, found.cells, found.missing) == (3, 2, 6, 0)
    assert found.ignorance.deviation**2 == pytest.approx(7.5)


def test_a_negative_estimate_is_shown_as_zero_and_said():
    found = components(np.array([[1.0, 3.0], [3.0, 1.0], [2.0, 2.0]]))  # draws alike in the mean, all is interaction
    assert found.ignorance.value == 0 and found.ignorance.raw == pytest.approx(-1.0) and found.ignorance.low == 0
    assert [note for note in found.notes if "ignorance was below zero and is shown as zero" in note]
    assert sum(found.shares().values()) == pytest.approx(1) and found.shares()["interaction"] == 1


def test_missing_cells_do_not_bias_what_is_left():
    """Henderson's third method stays right on average whatever is missing; filling or averaging would not be."""
    rng = np.random.default_rng(4)
    truth, found = (4.0, 1.0, 2.0), []
    for _ in range(600):
        table = layout(rng, 16, 6, *truth)
        table[rng.random(table.shape) < 0.3] = np.nan
        table[:5, 4:] = np.nan
        one = components(table)
        assert one.missing == np.isnan(table).sum() and one.cells == np.isfinite(table).sum()
        found.append([one.ignorance.raw, one.luck.raw, one.interaction.raw])
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0) - truth) < 3.5 * error).all()
    assert (error < (0.1, 0.05, 0.03)).all()


def test_effects_that_add_up_leave_no_interaction_however_many_cells_are_missing():
    rng = np.random.default_rng(5)
    table = layout(rng, 12, 5, 3.0, 2.0, 0.0)
    table[rng.random(table.shape) < 0.35] = np.nan
    assert components(table).interaction.value < 1e-24


def test_parts_of_a_layout_that_share_nothing_are_no_interaction():
    rng = np.random.default_rng(6)
    table = layout(rng, 8, 6, 1.0, 1.0, 0.0)
    table[:4, 3:] = table[4:, :3] = np.nan
    found = components(table)
    assert found.interaction.value < 1e-24 and found.interaction.degrees == 24 - 8 - 6 + 2


def test_a_failed_draw_is_left_out_whole_and_changes_nothing_else():
    rng = np.random.default_rng(7)
    table = layout(rng, 9, 4, 1.0, 1.0, 1.0)
    with_failed = np.vstack([table, np.full(4, np.nan)])
    one, other = components(table), components(with_failed)
    assert other.ignorance == one.ignorance and other.luck == one.luck and other.mean == one.mean
    assert other.missing == 4 and other.draws == 9 and "4 of 40 tasks have no value" in other.notes[0]


def test_one_seed_cannot_tell_luck_and_one_draw_cannot_tell_ignorance():
    values = np.array([1.0, 2.0, 4.0])
    continuum, reference = components(values[:, None]), components(values[None, :])
    assert continuum.luck is None and continuum.interaction is None and reference.ignorance is None
    assert continuum.ignorance.value == reference.luck.value == pytest.approx(7 / 3)
    ends = (14 / 3) / (-2 * np.log([0.025, 0.975]))  # chi-square of two degrees is exponential
    assert [continuum.ignorance.low, continuum.ignorance.high] == pytest.approx(ends)
    assert "luck cannot be told" in continuum.notes[0] and "ignorance cannot be told" in reference.notes[0]
    assert continuum.error == pytest.approx(np.sqrt(7 / 9))
    alone = components(np.array([[2.0]]))
    assert alone.error is None and alone.ignorance is None and "no spread" in alone.notes[0]


@pytest.mark.parametrize("table", [np.full((3, 3), np.nan), np.array([[1.0, np.inf], [2.0, 3.0]]), np.zeros(3)])
def test_tables_that_say_nothing_are_refused(table):
    with pytest.raises(DesignError):
        components(table)


def test_seeds_that_no_two_draws_share_are_refused():
    with pytest.raises(DesignError, match="in common"):
        components(np.where(np.eye(4) > 0, 1.0, np.nan))


def coverage(truth, draws, seeds, times, seed, missing=0.0):
    """How often the 95% interval holds the truth, for ignorance, luck, interaction, and the mean (2 standard errors)."""
    rng = np.random.default_rng(seed)
    hits = np.zeros(4)
    for _ in range(times):
        table = layout(rng, draws, seeds, *truth)
        table[rng.random(table.shape) < missing] = np.nan
        one = components(table)
        each = (one.ignorance, one.luck, one.interaction)
        hits[:3] += [found.low <= true <= found.high for found, true in zip(each, truth, strict=True)]
        hits[3] += abs(one.mean - 3) <= 2.2 * one.error
    return hits / times


@pytest.mark.parametrize(
    ("truth", "draws", "seeds", "missing"),
    [
        ((4.0, 1.0, 2.0), 64, 6, 0.0),
        ((0.05, 1.0, 0.3), 32, 10, 0.0),  # luck dominates
        ((1.0, 0.0, 1.0), 16, 4, 0.0),  # no luck beyond the interaction
        ((4.0, 1.0, 2.0), 32, 8, 0.1),
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(truth, draws, seeds, missing):
    found = coverage(truth, draws, seeds, 1000, 8, missing)[:3]
    assert (found > 0.93).all() and (found < 0.985).all(), found


@pytest.mark.parametrize(("tail", "end"), [(0.975, "low"), (0.025, "high")])
def test_an_end_reaches_zero_where_the_exact_test_of_no_variance_turns(tail, end):
    """The interval excludes zero just where the ratio of mean squares passes the quantile of F."""
    rng = np.random.default_rng(10)
    draws, seeds = 9, 5
    rest = rng.standard_normal((draws, seeds))
    rest = rest - rest.mean(axis=0) - rest.mean(axis=1, keepdims=True) + rest.mean()
    effect = rng.standard_normal((draws, 1))
    left = (rest**2).sum() / ((draws - 1) * (seeds - 1))
    size = np.sqrt(stats.f.ppf(tail, draws - 1, (draws - 1) * (seeds - 1)) * left / (seeds * effect.var(ddof=1)))
    before, after = (getattr(components(k * size * effect + rest).ignorance, end) for k in (0.999, 1.001))
    assert before == 0 < after < 0.01 * left


def test_an_interval_for_nothing_starts_at_zero_and_shrinks():
    rng = np.random.default_rng(9)
    wide, narrow = (components(layout(rng, draws, 8, 0.0, 0.0, 1.0)).ignorance for draws in (8, 512))
    assert narrow.high < wide.high and narrow.high < 0.05
