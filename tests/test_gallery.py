"""The gallery is complete: a scenario and one leading expectation for every instrument; nothing is expected twice."""

import pytest

from sim import load
from sim.economy.policies.base import instruments
from sim.scenario.expectation import load_expectations
from sim.vocabulary import vocabulary
from tests.test_end_to_end import ROOT

GALLERY = ROOT / "scenarios" / "zhejiang"


def asked(name):
    return load_expectations(GALLERY / "expectations" / f"{name}.yaml", vocabulary()).items


@pytest.mark.parametrize("name", instruments())
def test_every_instrument_has_a_scenario_of_its_name_that_uses_it_alone(name):
    scenario = load(GALLERY / f"{name}.yaml")
    assert {terms.instrument for terms in scenario.policies.values()} == {name}
    assert scenario.question


def test_every_instrument_has_one_leading_expectation_against_the_baseline_with_a_sign():
    items = asked("instruments")
    assert [item.scenario.name for item in items] == sorted(instruments())
    for item in items:
        assert item.reference is not None and item.reference.name == "baseline"
        assert (item.expectation.above == 0) != (item.expectation.below == 0)


def test_every_combination_is_expected_to_do_something():
    combined = {path.stem for path in GALLERY.glob("*.yaml")} - set(instruments()) - {"baseline", "goods_and_capital"}
    assert combined <= {item.scenario.name for item in asked("combinations")}


def test_nothing_is_expected_twice():
    items = [item for name in ("baseline", "instruments", "combinations") for item in asked(name)]
    readings = [
        (item.scenario.name, item.reference and item.reference.name, e.measure, e.place, e.year)
        for item in items
        for e in [item.expectation]
    ]
    assert len(set(readings)) == len(readings)


def test_the_page_shows_every_combination():
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    combined = {path.stem for path in GALLERY.glob("*.yaml")} - set(instruments()) - {"baseline"}
    assert all(f"](../scenarios/zhejiang/{name}.yaml)" in page for name in combined)
