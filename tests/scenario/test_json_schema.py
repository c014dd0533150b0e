"""The JSON Schema says what the loader says: every term with unit and range; shipped files pass, broken ones do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.scenario.dated import datable
from sim.scenario.json_schema import expectations_schema, scenario_schema
from sim.scenario.spots import fields_of
from sim.scenario.vocabulary import Vocabulary
from sim.scenario.yaml_reader import read_file
from sim.vocabulary import vocabulary as shipped_words
from tests.scenario.conftest import FOLDER

SHIPPED = sorted(
    path
    for path in (FOLDER.parents[1] / "scenarios").rglob("*.yaml")
    if path.parent.name not in ("expectations", "experiments")
)
EXPECTATIONS = sorted((FOLDER.parents[1] / "scenarios").rglob("expectations/*.yaml"))
SEEN_BY_THE_SCHEMA = sorted(
    path
    for name in ("ranges/out_of_range", "keys/unknown_words", "references/misspelt_names", "scalars/wrong_types")
    for path in [FOLDER / "broken" / f"{name}.yaml"]
)


@pytest.fixture(scope="module")
def shipped() -> jsonschema.Draft7Validator:
    schema = scenario_schema(shipped_words())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.fixture(scope="module")
def valley(vocabulary: Vocabulary) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(scenario_schema(vocabulary))


def told(validator: jsonschema.Draft7Validator, data: Any) -> list[str]:
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(data)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_shipped_scenario_is_valid(path: Path, shipped: jsonschema.Draft7Validator) -> None:
    reading = read_file(path, path.name)
    assert reading.faults == []
    assert told(shipped, reading.data) == []


@pytest.mark.parametrize("path", sorted((FOLDER / "good").rglob("*.yaml")), ids=lambda path: path.stem)
def test_good_files_are_valid(path: Path, valley: jsonschema.Draft7Validator) -> None:
    assert told(valley, read_file(path, path.name).data) == []


def test_every_term_of_every_instrument_is_there_with_its_unit_and_range(shipped: jsonschema.Draft7Validator) -> None:
    for name, terms in shipped_words().instruments.items():
        told_of = shipped.schema["definitions"][name]["properties"]
        assert list(told_of) == list(fields_of(terms))
        for word, spot in fields_of(terms).items():
            if word == "instrument":
                assert told_of[word] == {"const": name}
                continue
            assert told_of[word]["description"] == f"{spot.meaning}{spot.terms()}", (name, word)
            if spot.annotation in (int, float):
                number = told_of[word]["anyOf"][0] if word in datable(terms) else told_of[word]
                assert (number.get("minimum"), number.get("maximum")) == (spot.low, spot.high)
                assert number["unit"] == spot.unit


BROKEN = {
    "an unknown word": {"wolrd": "zhejiang"},
    "an unknown word of a group": {"run": {"replicats": 3}},
    "an unknown world": {"world": "atlantis"},
    "a number out of range": {"run": {"replicates": 0}},
    "text for a number": {"run": {"seed": "7"}},
    "an unknown instrument": {"policies": {"p": {"instrument": "magic", "from": 2020}}},
    "a missing term": {"policies": {"p": {"instrument": "market_unification", "from": 2020}}},
    "an unknown term": {"policies": {"p": {"instrument": "market_unification", "from": 2020, "cut": 0.1, "cutt": 1}}},
    "a dated value that is no year": {"policies": {"p": {"instrument": "market_unification", "from": 2020, "cut": {"x": 0}}}},
    "a dated value out of range": {"policies": {"p": {"instrument": "market_unification", "from": 2020, "cut": {"2020": 7}}}},
    "a year the world does not know": {"years": {"from": 1900, "to": 2035}},
    "a parameter out of range": {"parameters": {"labour_mobility": 7}},
    "a parameter of another world": {"world": "two_cells", "years": {"from": 1, "to": 9}, "parameters": {"nothing": 1}},
    "a measure there is not": {"targets": [{"measure": "happiness", "year": 2020, "at_most": 1}]},
    "half a target": {"targets": [{"measure": "gini", "at_most": 1}]},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_broken_scenario_is_invalid(change: dict[str, Any], shipped: jsonschema.Draft7Validator) -> None:
    sound = {"schema": 1, "title": "T", "world": "zhejiang", "years": {"from": 2014, "to": 2035}}
    assert told(shipped, sound) == []
    assert told(shipped, {**sound, **change}) != []


def test_what_a_file_extends_may_say_the_rest(shipped: jsonschema.Draft7Validator) -> None:
    partial = {"policies": {"aid": {"from": 2020}}, "years": {"to": 2030}}
    assert told(shipped, {"title": "T", "extends": "base.yaml", **partial}) == []
    assert told(shipped, {"schema": 1, "title": "T", "world": "zhejiang", **partial}) != []
    assert told(shipped, {"title": "T", "extends": "base.yaml", "policies": {"aid": {"frm": 2020}}}) != []


@pytest.mark.parametrize("path", SEEN_BY_THE_SCHEMA, ids=lambda path: path.stem)
def test_broken_files_are_invalid(path: Path, valley: jsonschema.Draft7Validator) -> None:
    assert told(valley, read_file(path, path.name).data) != []


def test_names_of_the_world_complete_and_own_groups_pass(shipped: jsonschema.Draft7Validator) -> None:
    own = {"groups": {"mine": ["Huzhou"]}}
    policy = {"instrument": "market_unification", "from": 2020, "cut": {"2020": 0.1, "2030": 0.2}, "regions": ["mine"]}
    sound = {"schema": 1, "title": "T", "world": "zhejiang", "years": {"from": 2014, "to": 2035}, **own}
    assert told(shipped, {**sound, "policies": {"p": policy}}) == []
    pairs = {"instrument": "paired_assistance", "from": 2020, "share_of_donor_revenue": 0.1, "pairs": {"Hangzhou": "Quzou"}}
    assert told(shipped, {**sound, "policies": {"p": pairs}}) != []


@pytest.mark.parametrize("path", EXPECTATIONS, ids=lambda path: path.stem)
def test_shipped_expectations_are_valid_and_broken_ones_are_not(path: Path) -> None:
    schema = jsonschema.Draft7Validator(expectations_schema(shipped_words()))
    data = read_file(path, path.name).data
    assert told(schema, data) == []
    first = data["expectations"][0]
    for change in (
        {"measure": "happiness"},
        {"place": "Atlantis/coastal"},
        {"why": ""},
        {"above": 1, "below": 2},
        {"wy": "x"},
    ):
        assert told(schema, {**data, "expectations": [{**first, **change}]}) != []
