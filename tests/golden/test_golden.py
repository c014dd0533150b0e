"""No golden number moves unseen; the table can be read, has a reason for every tolerance, and holds every dead channel."""

import pytest

from tests.golden.cases import AS_LANDED, VARIANTS, cases, dead_parameters, references
from tests.golden.reading import read_all
from tests.golden.table import NUMBERS, Moved, listed, moved, read_numbers, read_tolerances


def test_no_golden_number_moved():
    found = moved(read_numbers(), read_all(), references())
    if found:
        pytest.fail(
            f"{listed(found, most=40)}\nOn purpose? Run `python -m tests.golden` and say old, new and why in CHANGELOG.md.",
            pytrace=False,
        )


def test_every_case_has_rows_of_its_own():
    """A policy or parameter that changes nothing would hold nothing; goods at rest are the baseline's alone."""
    there = {key[0] for key in read_numbers()}
    assert {case.name for case in cases()} <= there


@pytest.mark.parametrize("family", ["zhejiang", "two_cells"])
def test_every_parameter_that_is_zero_has_a_run_where_it_is_not(family):
    set_somewhere = {
        setting.removeprefix("parameters.").split("=")[0]
        for name, settings in {**VARIANTS, **AS_LANDED}.items()
        if name.startswith(family)
        for setting in settings
    }
    assert dead_parameters(family) <= set_somewhere


def test_every_tolerance_is_small_and_has_a_reason():
    for (drawn, measure), tolerance in read_tolerances().items():
        assert tolerance.relative <= 1e-7, (drawn, measure)
        assert len(tolerance.reason) >= 15, (drawn, measure)


def test_the_table_stays_small_enough_to_be_read_and_sent():
    assert NUMBERS.stat().st_size < 1_200_000


# How the table is compared: on rows made by hand.
PLACE = ("world", "valley", 2035, "output")
BASE, CASE = ("b", "continuum", *PLACE), ("c", "continuum", *PLACE)


def test_what_moves_within_its_tolerance_is_quiet_and_beyond_it_is_named_with_both_numbers():
    old = {BASE: 2.0e6}
    assert moved(old, {BASE: 2.0e6 * (1 + 0.9e-9)}, {}) == []
    found = moved(old, {BASE: 2.5e6}, {})
    assert found == [Moved(BASE, 2.0e6, 2.5e6)]
    assert found[0].relative == 0.25
    assert listed(found).splitlines()[-1] == " 2.5e-01  2000000  2500000  output, world valley, 2035: b, continuum"


def test_a_row_left_out_equals_its_reference():
    old, references_of = {BASE: 3.0}, {"c": "b"}
    assert moved(old, {BASE: 3.0, CASE: 3.0}, references_of) == []
    assert moved(old, {BASE: 3.0, CASE: 6.0}, references_of) == [Moved(CASE, 3.0, 6.0)]
    assert moved(old, {BASE: 3.0, CASE: 6.0}, {}) == [Moved(CASE, None, 6.0)]


def test_numbers_gone_new_or_missing_count_as_moved():
    assert moved({BASE: 3.0}, {}, {}) == [Moved(BASE, 3.0, None)]
    (nan,) = moved({BASE: 3.0}, {BASE: float("nan")}, {})
    assert nan.old == 3.0


def test_the_largest_change_leads_and_a_long_list_is_cut():
    old = {("b", "continuum", "world", "valley", year, "output"): 1.0 for year in range(50)}
    new = {key: 1.0 + key[4] / 100 for key in old}
    found = moved(old, new, {})
    assert [one.key[4] for one in found] == list(range(49, 0, -1))
    lines = listed(found, most=40).splitlines()
    assert lines[0] == "49 golden numbers moved" and lines[-1] == "and 9 more" and len(lines) == 43
    assert listed([]) == "nothing moved"
