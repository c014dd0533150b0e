"""The galleries are complete: in each world of real places every scenario is asked for and has an expectation against the
baseline, nothing is expected twice; in Zhejiang's every instrument leads one."""

import pytest

from sim import load
from sim.data.catalogue import tables
from sim.economy.policies.base import instruments
from sim.scenario.expectation import load_expectations
from sim.vocabulary import vocabulary
from sim.world.build import build_world
from tests.test_end_to_end import ROOT

GALLERY = ROOT / "scenarios" / "zhejiang"
GALLERIES = sorted({path.parents[1].name for path in (ROOT / "scenarios").rglob("expectations/*.yaml")})
STEPS = {"zhejiang/goods_and_capital"}  # a scenario there for another one to extend


def asked(name, gallery="zhejiang"):
    return load_expectations(ROOT / "scenarios" / gallery / "expectations" / f"{name}.yaml", vocabulary()).items


def asked_in(gallery):
    files = sorted((ROOT / "scenarios" / gallery / "expectations").glob("*.yaml"))
    return [item for file in files for item in asked(file.stem, gallery)]


def test_the_worlds_of_real_places_have_galleries():
    assert {"china", "yangtze_delta", "zhejiang"} <= set(GALLERIES)


@pytest.mark.parametrize("gallery", GALLERIES)
def test_every_scenario_asks_a_question_and_is_held_against_another_in_the_last_year(gallery):
    names = {path.stem for path in (ROOT / "scenarios" / gallery).glob("*.yaml")}
    held = {item.scenario.name for item in asked_in(gallery) if item.reference is not None and item.expectation.year == 2035}
    assert names - {"baseline"} - held == {name for name in names if f"{gallery}/{name}" in STEPS}
    assert any(item.scenario.name == "baseline" for item in asked_in(gallery))
    for name in names:
        scenario = load(ROOT / "scenarios" / gallery / f"{name}.yaml")
        assert scenario.title and scenario.question.endswith("?")
        assert (scenario.years.from_, scenario.years.to, scenario.run.replicates) == (2014, 2035, 20)
        assert scenario.world == gallery and all(terms.from_ >= 2024 for terms in scenario.policies.values())


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


@pytest.mark.parametrize("gallery", GALLERIES)
def test_nothing_is_expected_twice(gallery):
    readings = [
        (item.scenario.name, item.reference and item.reference.name, e.measure, e.place, e.year)
        for item in asked_in(gallery)
        for e in [item.expectation]
    ]
    assert len(set(readings)) == len(readings)


def test_the_page_shows_every_combination():
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    combined = {path.stem for path in GALLERY.glob("*.yaml")} - set(instruments()) - {"baseline"}
    assert all(f"](../scenarios/zhejiang/{name}.yaml)" in page for name in combined)


# The terms that a change of mind must not lose.
def test_the_pairs_of_the_country_are_the_published_ones():
    published = dict(tables("china").entry["pairs"]["east_west_2016"])
    for name in ("east_west_aid", "mixture"):
        assert load(ROOT / "scenarios/china" / f"{name}.yaml").policies["paired_aid"].pairs == published


@pytest.mark.parametrize(("gallery", "parts"), [
    ("china", {"Jiangsu": 0.25, "Zhejiang": 0.15}),
    ("yangtze_delta", {"Jiangsu": 0.25, "Hangzhou": 0.075, "Quzhou": 0.075}),
])  # fmt: skip
def test_shares_of_the_aircraft_are_those_its_description_derives(gallery, parts):
    """s = 0.95 pi + 0.05 p of what Shanghai's towns buy of industrial goods, rounded to two digits."""
    world, terms = build_world(gallery), load(ROOT / "scenarios" / gallery / "aircraft_chain.yaml").policies["aircraft"]
    buyer, good = world.places.cells.index("Shanghai/urban"), world.technology.sectors.index("industry")
    assert set(terms.suppliers) == set(parts)
    for supplier, part in parts.items():
        sellers = world.places.region_of_cell == world.places.regions.index(supplier)
        had = world.trade_shares[buyer, sellers, good].sum()
        assert terms.suppliers[supplier] == pytest.approx(0.95 * had + 0.05 * part, rel=0.015)
