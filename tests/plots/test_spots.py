"""Discs and names of a map: neighbours stay apart, names cover no other name, and a crowded map says what it left out."""

from pathlib import Path

import pytest

from sim import load, run
from sim.analysis.results import Results
from sim.pages.outlines import boundaries
from sim.pages.plots import flows, map, spots
from tests.plots.page import beyond, overlapping, placed, words
from tests.test_end_to_end import ROOT

SEATS = {"here": (0.0, 0.0), "near": (100.0, 0.0), "far": (500.0, 0.0)}
FEW = ["run.continuum=true", "run.replicates=1", "years.to=2015"]


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> list[Results]:
    folder = tmp_path_factory.mktemp("country")
    reform = "policies.it={instrument: residence_permit_reform, cut: %s, from: 2015}"
    files = {
        "none": FEW,
        "open": [*FEW, "title=Open registers", reform % 0.6],
        "half": [*FEW, "title=Half open", reform % 0.3],
    }
    return [
        run(load(ROOT / "scenarios/china/baseline.yaml", words), out=Path(folder) / name) for name, words in files.items()
    ]


def test_discs_shrink_until_the_nearest_two_touch_but_never_below_a_half() -> None:
    assert spots.shrunk(SEATS, {"here": 40.0, "near": 50.0, "far": 300.0}) == 1.0
    assert spots.shrunk(SEATS, {"here": 75.0, "near": 50.0, "far": 10.0}) == pytest.approx(100 / 125)
    assert spots.shrunk(SEATS, {"here": 400.0, "near": 400.0}) == 0.5
    assert spots.shrunk(SEATS, {"here": 400.0}) == 1.0


def test_a_name_stands_below_its_disc_unless_that_is_taken_or_beyond_the_map() -> None:
    names = {"here": [("Here", "bold")], "near": [("Near", "bold")]}
    found = spots.arrange(SEATS, {"here": 20.0, "near": 10.0}, names, 7.0, 100.0, (-400, 400, -400))
    assert all(spot.box[1] < 0 and spot.covered == 0 for spot in found.values())
    lifted = spots.arrange(SEATS, {"here": 20.0, "near": 10.0}, names, 7.0, 100.0, (-400, 400, -12))
    assert all(spot.box[1] - spot.box[3] >= -12 for spot in lifted.values())


def test_names_that_cannot_part_say_how_much_of_them_is_covered() -> None:
    seats = dict.fromkeys("abcdefghijkl", (0.0, 0.0))
    found = spots.arrange(
        seats, dict.fromkeys(seats, 1.0), {one: [("Long name", "bold")] for one in seats}, 7.0, 100.0, (-400, 400, -400)
    )
    assert found["a"].covered == 0
    assert max(spot.covered for spot in found.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("count", [1, 3])
def test_a_map_of_thirty_one_places_is_legible(count: int, country: list[Results]) -> None:
    figure = map.figure(country[:count])
    boxes = placed(figure)
    assert overlapping(boxes) == [] and beyond(figure, boxes) == []
    said = words(figure)
    assert "left out for so many places" in said and "Grey: no figures." in said
    shown = {name for name, _ in boxes}
    assert {"Guangdong", "Tibet", "Inner Mongolia", "Xinjiang"} <= shown and not {"Taiwan", "Macau"} & shown
    assert count > 1 or len(shown & {place.replace("_", " ") for place in boundaries("china")}) == 31


def test_flows_write_names_of_two_words_as_such(country: list[Results]) -> None:
    said = words(flows.figure(country[:2]))
    assert "Inner Mongolia" in said and "Inner_Mongolia" not in said
