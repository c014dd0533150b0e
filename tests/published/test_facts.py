"""The table of published effects: every number has a unit, a source and a mark; bands belong to experiments that exist."""

import re
from importlib.resources import files

import pytest

from sim.data import catalogue
from sim.economy.policies.base import instruments
from sim.evidence.published.experiments import experiments
from sim.evidence.published.facts import BASELINE_ONLY, EFFECT, EVIDENCE, band_of, facts, of_experiment

ROWS = facts()


def test_every_row_has_a_unit_a_source_and_a_mark():
    assert len(ROWS) == len({row.name for row in ROWS}) == 110
    for row in ROWS:
        assert row.unit and row.source and row.outcome and row.why, row.name
        assert row.evidence in EVIDENCE, row.name
        assert row.value is not None or row.low is not None or row.high is not None, row.name


def test_no_number_is_from_memory():
    for row in ROWS:
        for word in ("recall", "memory", "from mind"):
            assert word not in f"{row.source} {row.why} {row.method} {row.outcome}".lower(), row.name


def test_ranges_and_bands_are_in_order_and_signs_are_signs():
    for row in ROWS:
        if row.low is not None and row.high is not None:
            assert row.low <= row.high, row.name
        if row.band is not None:
            assert row.band.low < row.band.high, row.name
        if row.unit == "sign":
            assert row.value in (-1, 0, 1), row.name


def test_rows_that_share_an_experiment_share_its_band():
    for name in experiments():
        bands = {(row.band.low, row.band.high) for row in of_experiment(name) if row.band is not None}
        assert len(bands) <= 1, name
        assert (band_of(name) is None) == (not bands)


def test_every_row_has_an_experiment_and_every_experiment_a_row():
    assert {row.experiment for row in ROWS} == set(experiments())


def test_what_was_written_after_2019_bounds_the_baseline_alone():
    assert {row.use for row in ROWS} == {EFFECT, BASELINE_ONLY}
    for row in ROWS:
        baseline = experiments()[row.experiment].group == "baseline" and row.experiment != "half_life"
        assert (row.use == BASELINE_ONLY) == baseline, row.name


def test_every_experiment_is_read_or_says_why_not():
    for name, one in experiments().items():
        assert (one.reading is None) == bool(one.not_run), name
        assert one.unit and one.what, name


def test_constants_are_parameters_or_terms_and_none_in_sight_of_a_band_is_kept_quiet():
    named = {constant for one in experiments().values() for constant in one.constants}
    known = catalogue.parameters("zhejiang")
    for constant in named:
        instrument, _, term = constant.partition(".")
        assert constant in known or term in instruments()[instrument].Terms.model_fields, constant
    assert {name for name, entry in known.items() if "in sight" in entry.source} <= named


def test_the_card_names_every_column():
    folder = files("sim.data")
    head = (folder / "published_effects.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    card = (folder / "published_effects.md").read_text(encoding="utf-8")
    assert all(f"`{column}`" in card for column in head)


@pytest.mark.parametrize(("name", "words"), [("rail_ke", "5 to 59 A"), ("road_dist", "sign + A"), ("rail_emp", "7 A")])
def test_a_row_in_words(name, words):
    row = next(row for row in ROWS if row.name == name)
    assert row.words("%") == words


def test_a_unit_is_said_where_it_is_not_the_experiments():
    row = next(row for row in ROWS if row.name == "mult_3")
    assert re.fullmatch(r"1\.8 dollar per dollar A", row.words("yuan per yuan"))
