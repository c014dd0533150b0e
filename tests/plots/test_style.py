"""Labels keep clear of each other, texts are folded, numbers are written as a reader expects them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from sim.pages.plots import fonts, labels, marks, style

PLACES = st.lists(st.floats(-10, 10), min_size=1, max_size=8)


def test_labels_that_do_not_collide_stay_where_they_are() -> None:
    assert labels.spread([3.0, 1.0, 2.0], [0.5, 0.5, 0.5]) == pytest.approx([3.0, 1.0, 2.0])


def test_two_labels_at_one_place_part_evenly() -> None:
    assert labels.spread([1.0, 1.0], [0.4, 0.4]) == pytest.approx([0.8, 1.2])


def test_a_tall_label_pushes_further_than_a_low_one() -> None:
    assert labels.spread([0.0, 0.0], [3.0, 1.0]) == pytest.approx([-1.0, 1.0])


def test_labels_are_moved_inside_the_limits() -> None:
    assert labels.spread([0.0, 0.1, 5.0], [1.0, 1.0, 1.0], 0.0, 5.0) == pytest.approx([0.5, 1.5, 4.5])
    assert labels.spread([], []) == []


def test_labels_that_meet_are_pooled_as_by_an_isotonic_regression() -> None:
    random = np.random.default_rng(1)
    for count in range(1, 30):
        wanted = random.normal(size=count).round(int(random.integers(1, 5)))  # ties among them
        expected = isotonic_regression(np.sort(wanted) - np.arange(count) - 0.5).x + np.arange(count) + 0.5
        assert sorted(labels.spread(wanted, [1.0] * count)) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(PLACES, st.floats(0.01, 3))
def test_spread_labels_never_overlap_and_keep_their_order(wanted: list[float], height: float) -> None:
    centres = np.array(labels.spread(wanted, [height] * len(wanted)))
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(centres[order]) >= height - 1e-9).all()
    assert centres.mean() == pytest.approx(np.mean(wanted), abs=1e-9)  # least squares moves the whole group nowhere


def test_folded_lines_fit_and_lose_no_word() -> None:
    text = "Does the income gap between town and country close under every scenario that was run?"
    lines = fonts.fold(text, 2.0, 9.0)
    assert len(lines) > 1 and " ".join(lines) == text
    assert max(fonts.width_of(line, 9.0) for line in lines) <= 2.0


def test_chinese_text_is_folded_between_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "legible", lambda text: text)  # whether or not a font here has them
    lines = fonts.fold("山海协作工程与户籍制度改革", 0.8, 9.0)
    assert len(lines) > 1 and "".join(lines) == "山海协作工程与户籍制度改革"


def test_a_word_too_long_for_a_line_is_broken_behind_an_underscore_or_where_the_line_ends() -> None:
    assert fonts.fold("a residence_permit_reform b", 0.9, 9.0) == ["a residence_", "permit_reform", "b"]
    lines = fonts.fold("Superlongword" * 14, 1.5, 9.0)
    assert "".join(lines) == "Superlongword" * 14
    assert max(fonts.width_of(line, 9.0) for line in lines) <= 1.5


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.7345, "1.73"), (49973.2, "49,973"), (-0.2051, "\u22120.205"), (0.0, "0"), (-1e-12, "0"), (12.0, "12.0")],
)
def test_numbers_are_written_with_three_significant_digits(value: float, text: str) -> None:
    assert style.number(value) == text


def test_differences_carry_their_sign() -> None:
    assert [style.signed(value) for value in (0.5, -0.5, 0.0)] == ["+0.500", "\u22120.500", "0"]


@pytest.mark.parametrize(
    ("value", "ticks", "text"),
    [(1.95, [1.9, 1.95], "1.95"), (2.0, [1.9, 2.0], "2.0"), (0.25, [0.0, 0.25], "0.25"), (20000, [0, 20000], "20,000")],
)
def test_ticks_have_the_decimals_their_distance_needs(value: float, ticks: list[float], text: str) -> None:
    assert marks.tick_words(value, ticks) == text


def test_large_quantities_are_told_in_millions_and_billions() -> None:
    assert marks.scaled(4e12, "yuan of 2014 per year") == (1e9, "billion yuan of 2014 per year")
    assert marks.scaled(5.7e7, "persons") == (1e6, "million persons")
    assert marks.scaled(44_632, "yuan of 2014 per head and year") == (1.0, "yuan of 2014 per head and year")
