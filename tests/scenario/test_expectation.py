"""Expectation files are read as strictly as scenarios: every fault at its line, and those of the scenarios they name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.errors import ScenarioFaults
from sim.scenario.expectation import Expectation, Questions, load_expectations
from sim.scenario.spots import fields_of
from sim.scenario.vocabulary import Vocabulary

BASE = "schema: 1\ntitle: Base\nworld: valley\nyears: {from: 2014, to: 2035}\n"
HEAD = "schema: 1\ntitle: What we expect\nscenario: base.yaml\nexpectations:\n"
ITEM = "  - {measure: urban_rural_ratio, year: 2030, below: 2, why: Because it falls.}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "short.yaml").write_text(BASE.replace("2035", "2020"))
    (tmp_path / "bad.yaml").write_text(f"{BASE}run: {{replicats: 3}}\n")
    return tmp_path


def read(folder: Path, text: str, vocabulary: Vocabulary) -> Questions:
    (folder / "expected.yaml").write_text(text)
    return load_expectations(folder / "expected.yaml", vocabulary)


def answers(folder: Path, text: str, vocabulary: Vocabulary) -> list[tuple[str, int, str, str]]:
    with pytest.raises(ScenarioFaults) as raised:
        read(folder, text, vocabulary)
    return [(os.path.basename(fault.file), fault.line, fault.path, fault.message) for fault in raised.value.faults]


def test_a_sound_file_brings_its_scenarios(folder: Path, vocabulary: Vocabulary) -> None:
    text = HEAD.replace("expect", "run", 0) + ITEM
    text += "  - scenario: short.yaml\n    difference_from: base.yaml\n    measure: gini\n    place: urban\n    year: 2016\n"
    text += "    between: [-0.1, 0]\n    why: A sentence that says why.\n"
    questions = read(folder, text, vocabulary)
    one, other = questions.items
    assert (one.scenario.name, one.reference, other.scenario.name) == ("base", None, "short")
    assert other.reference is not None and other.reference.name == "base"
    assert one.scenario.run.replicates == 20
    assert [item.expectation.wanted() for item in questions.items] == [
        "below 2",
        "difference from base between -0.1 and 0",
    ]


def test_the_file_says_how_the_scenarios_are_computed(folder: Path, vocabulary: Vocabulary) -> None:
    def run(words: str) -> tuple[bool, int, int]:
        text = HEAD.replace("expectations", f"run: {words}\nexpectations") + ITEM
        asked = read(folder, text, vocabulary).items[0].scenario.run
        return asked.continuum, asked.replicates, asked.labour_agents

    assert run("{continuum: true}") == (True, 1, 100_000)
    assert run("{replicates: 3, labour_agents: 5_000}") == (False, 3, 5_000)
    assert run("{}") == (False, 20, 100_000)


def test_bounds() -> None:
    def kept(value: float, **bound: object) -> bool:
        words = {"measure": "gini", "year": 2020, "why": "For this reason."}
        return Expectation.model_validate({**words, **bound}).kept_by(value)

    assert [kept(value, above=1) for value in (0.9, 1, 1.1, float("nan"))] == [False, False, True, False]
    assert [kept(value, below=1) for value in (0.9, 1, 1.1, float("nan"))] == [True, False, False, False]
    assert [kept(value, between=[1, 2]) for value in (0.9, 1, 2, 2.1, float("nan"))] == [False, True, True, False, False]


def test_every_word_is_explained() -> None:
    assert all(len(spot.meaning) > 8 for spot in fields_of(Expectation).values())


FAULTS = {
    "{measur: gini, year: 2030, below: 2, why: Because it falls.}": [
        ("expectations.0.measur", 'there is no word "measur" in an item of expectations. Did you mean "measure"'),
    ],
    "{measure: ginni, year: 2040, below: 2, why: Because it falls.}": [
        ("expectations.0.measure = ginni", 'there is no such measure. Did you mean "gini"?'),
        ("expectations.0.year = 2040", "lies outside the run (2014 to 2035)."),
    ],
    "{measure: gini, place: Hangzhou, year: 2030, below: 2, why: Because it falls.}": [
        ("expectations.0.place = Hangzhou", "gini is not read for a region, only for a world or a kind.")
    ],
    "{measure: gini, year: 2030, why: Because it falls.}": [("expectations.0", "needs one bound: above, below or between.")],
    "{measure: gini, year: 2030, below: 1, above: 0, why: Because it falls.}": [
        ("expectations.0", "needs one bound: above, below or between; found above and below.")
    ],
    "{measure: gini, year: 2030, between: [2, 1], why: Because it falls.}": [
        ("expectations.0.between", "must name the smaller number first.")
    ],
    "{measure: gini, year: 2030, between: [2], why: Because it falls.}": [
        ("expectations.0.between.1", "is missing and must be given")
    ],
    "{measure: gini, year: 2030, between: [1, 2, 3], why: Because it falls.}": [
        ("expectations.0.between", "must hold at most 2 items; found 3.")
    ],
    "{measure: gini, year: 2030, below: 60%, why: short}": [
        ("expectations.0.below = 60%", "must be a number (of the measure); found text. For 60 per cent write 0.6."),
        ("expectations.0.why = short", "must not be shorter than 8 characters."),
    ],
    "{scenario: nowhere.yaml, measure: gini, year: 2030, below: 1, why: Because it falls.}": [
        ("expectations.0.scenario = nowhere.yaml", "there is no such file.")
    ],
    "{scenario: /etc/passwd, measure: gini, year: 2030, below: 1, why: Because it falls.}": [
        ("expectations.0.scenario = /etc/passwd", "must be a path relative to this file, with / between its parts.")
    ],
    "{difference_from: short.yaml, measure: gini, year: 2030, below: 1, why: Because it falls.}": [
        ("expectations.0.difference_from = short.yaml", "runs from 2014 to 2020, without the year 2030.")
    ],
    "{measure: gini, year: 2030, below: yes, why: Because it falls.}": [
        ("expectations.0.below = yes", "some programs read this as true.")
    ],
}


@pytest.mark.parametrize("item", FAULTS)
def test_a_faulty_item_is_answered_at_its_line(item: str, folder: Path, vocabulary: Vocabulary) -> None:
    found = answers(folder, f"{HEAD}  - {item}\n", vocabulary)
    assert [(file, line) for file, line, _, _ in found] == [("expected.yaml", 5)] * len(FAULTS[item])
    for (_, _, path, message), (wanted, start) in zip(found, FAULTS[item], strict=True):
        assert path == wanted and message.startswith(start)


def test_faults_of_the_file_as_a_whole(folder: Path, vocabulary: Vocabulary) -> None:
    assert answers(folder, "schema: 1\ntitle: T\n", vocabulary)[0][2:] == (
        "expectations",
        "is missing and must be given: what is expected, one item each.",
    )
    empty = HEAD.replace("expectations:", "expectations: []")
    assert answers(folder, empty, vocabulary)[0][3] == "must hold at least one expectation."
    assert answers(folder, f"{HEAD}{ITEM}world: valley\n", vocabulary)[0][2:] == (
        "world",
        'there is no word "world" in a file of expectations. Allowed: schema, title, scenario, run, expectations.',
    )
    assert answers(folder, f"{HEAD}\t- x\n", vocabulary)[0][1:] == (5, "(text)", "a tab cannot indent a line; use spaces.")
    assert answers(folder, "", vocabulary)[0][1:] == (1, "(whole file)", "is empty.")
    without = HEAD.replace("scenario: base.yaml\n", "")
    assert answers(folder, without + ITEM, vocabulary)[0][2] == "expectations.0.scenario"


def test_faults_of_a_scenario_are_told_with_it(folder: Path, vocabulary: Vocabulary) -> None:
    found = answers(folder, HEAD.replace("base", "bad") + ITEM, vocabulary)
    assert [(file, line, path) for file, line, path, _ in found] == [
        ("bad.yaml", 5, "run.replicats"),
        ("expected.yaml", 3, "scenario = bad.yaml"),
    ]
    assert found[1][3] == "cannot be run: 1 fault, listed with the lines where they stand."


def test_a_file_that_is_not_there(folder: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(ScenarioFaults, match="there is no such file"):
        load_expectations(folder / "none.yaml", vocabulary)
