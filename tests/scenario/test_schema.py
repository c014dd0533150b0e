"""The one page of words: each is explained, each number has a unit, nothing is converted or changed afterwards."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from sim.hints import nearest, one_of
from sim.scenario.load import load_scenario
from sim.scenario.schema import Between, PolicyTerms, Run, Scenario, Target, Years
from sim.scenario.spots import fields_of, spot_at
from sim.scenario.vocabulary import Vocabulary
from sim.scenario.words import expand_places
from tests.scenario.conftest import FOLDER, VALLEY, Aid, Investment, Reform, Unification

MODELS = (Scenario, Years, Run, Target, PolicyTerms, Between)


@pytest.mark.parametrize("model", MODELS)
def test_every_word_is_explained_and_every_number_has_a_unit(model: type[BaseModel]) -> None:
    for written, spot in fields_of(model).items():
        assert len(spot.meaning) > 8, written
        if spot.annotation in (int, float):
            assert spot.unit, written


def test_the_json_schema_says_what_the_loader_says() -> None:
    schema = Scenario.model_json_schema(by_alias=True)
    assert list(schema["properties"]) == list(fields_of(Scenario))
    assert schema["required"] == ["schema", "title", "world", "years"]
    assert schema["additionalProperties"] is False
    replicates = schema["$defs"]["Run"]["properties"]["replicates"]
    assert (replicates["minimum"], replicates["maximum"], replicates["unit"]) == (1, 1000, "replicates")
    assert "from" in schema["$defs"]["Years"]["properties"]


def test_defaults_are_those_of_the_contract_with_the_user() -> None:
    run = Run()
    assert (run.seed, run.labour_agents, run.capital_agents, run.land_agents) == (7, 100_000, 100_000, 50_000)
    assert (run.replicates, run.continuum) == (20, False)


def test_what_stands_at_a_path_is_known_below_mappings_and_lists() -> None:
    assert spot_at(Aid, ("uses", "training")).terms() == " (share, 0 to 1)"
    assert spot_at(Reform, ("between", "origin")).meaning.startswith("kind of cell")
    assert spot_at(Scenario, ("targets", 0, "year")).terms() == " (year)"
    assert spot_at(Scenario, ("run", "nothing")).annotation is Run


def test_terms_can_be_made_without_a_file() -> None:
    terms = Reform(instrument="residence_permit_reform", from_=2024, cut=1)
    assert terms.cut == 1.0
    assert terms.last_year(2035) == 2035
    assert terms.rule_keys(VALLEY) == {"residence_permit_reform"}
    with pytest.raises(ValidationError):
        terms.cut = 0.5
    with pytest.raises(ValidationError):
        Investment(instrument="infrastructure_investment", from_=2024, share=0.6)


def test_a_scenario_can_be_changed_only_by_copying_and_travels_between_processes(vocabulary: Vocabulary) -> None:
    scenario = load_scenario(FOLDER / "good" / "deepened.yaml", vocabulary)
    with pytest.raises(ValidationError):
        scenario.title = "Another"
    for other in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
        assert (other.name, other.origins, other.digest()) == (scenario.name, scenario.origins, scenario.digest())
        assert other.policies == scenario.policies
    named = scenario.come_from("other", {"title": "default"})
    assert (named.name, scenario.name) == ("other", "deepened")


def test_places_expand_to_regions_in_the_order_of_the_world() -> None:
    assert expand_places(["mountain", "Ningbo", "Quzhou"], VALLEY) == ("Ningbo", "Lishui", "Quzhou")
    assert expand_places(None, VALLEY) == VALLEY.regions


def test_places_are_checked_against_the_world_of_the_context() -> None:
    def terms(regions: list[str], **context: object) -> Unification:
        data = {"instrument": "market_unification", "from": 2020, "cut": 0.5, "regions": regions}
        return Unification.model_validate(data, context=context)

    assert terms(["mountain", "Ningbo"], world=VALLEY).regions == ("mountain", "Ningbo")
    assert terms(["Atlantis"]).regions == ("Atlantis",)
    for regions, answer in (
        (["Atlantis"], "no region or group"),
        ([], "at least one"),
        (["Ningbo"] * 2, "more than once"),
    ):
        with pytest.raises(ValidationError, match=answer):
            terms(regions, world=VALLEY)


def test_the_nearest_word_ignores_capitals_and_gives_up_when_nothing_is_near() -> None:
    assert nearest("hangzou", VALLEY.regions) == "Hangzhou"
    assert nearest("Atlantis", VALLEY.regions) is None
    assert one_of("farming", ("industry", "services")) == "Allowed: industry, services."
    assert one_of("farming", ()) == "None may stand here."


def test_the_vocabulary_lists_cells_by_region_and_kind() -> None:
    assert VALLEY.cells[:3] == ("Hangzhou/urban", "Hangzhou/rural", "Ningbo/urban")


def test_text_of_a_scenario_is_bounded(vocabulary: Vocabulary, scenario_file: Path) -> None:
    for title, answer in (("''", "must not be empty."), ("x" * 201, "must not be longer than 200 characters.")):
        path = scenario_file.with_name("text.yaml")
        path.write_text(scenario_file.read_text().replace("title: Mine", f"title: {title}"))
        with pytest.raises(Exception, match=answer):
            load_scenario(path, vocabulary)
