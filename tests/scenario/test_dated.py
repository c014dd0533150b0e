"""Dated values hold from their year until the next; instruments and Python see plain numbers; groups of one's own."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.scenario.dated import datable, in_force
from sim.scenario.load import faults, load_scenario
from sim.scenario.schema import PolicyTerms
from sim.scenario.vocabulary import Vocabulary
from tests.scenario.conftest import Aid, Reform, Schedule, Unification

HEAD = "schema: 1\ntitle: T\nworld: valley\nyears: {from: 2014, to: 2035}\n"


def reform(cut: object, **more: object) -> Reform:
    return Reform(instrument="residence_permit_reform", from_=2020, cut=cut, **more)  # type: ignore[arg-type]


def answers(path: Path, vocabulary: Vocabulary, *settings: str) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.path, fault.message) for fault in faults(path, vocabulary, settings)]


def test_a_value_holds_from_its_year_until_the_next() -> None:
    terms = reform({2020: 0.1, "2025": 0.4, 2030: 1})
    assert [terms.at(year).cut for year in (2014, 2020, 2024, 2025, 2029, 2030, 2060)] == [0.1, 0.1, 0.1, 0.4, 0.4, 1, 1]
    assert terms.dated == {"cut": {2020: 0.1, 2025: 0.4, 2030: 1.0}}
    assert (terms.cut, terms.at(2025).dated, terms.at(2025).from_) == (0.1, {}, 2020)
    assert terms.at(2025) == reform(0.4)
    plain = reform(0.5)
    assert plain.at(2030) is plain
    assert in_force({5: "a", 7: "b"}, 6) == "a"


def test_only_plain_quantities_are_dated() -> None:
    assert datable(PolicyTerms) == ()
    assert (datable(Reform), datable(Aid), datable(Schedule)) == (("cut",), ("share_of_donor_revenue",), ())
    with pytest.raises(ValidationError, match="phase_in"):
        reform(0.1, phase_in={2020: 3})


def test_dated_terms_travel_and_compare() -> None:
    terms = reform({2020: 0.1, 2025: 0.4})
    for other in (pickle.loads(pickle.dumps(terms)), copy.deepcopy(terms), terms.model_copy()):
        assert other == terms and other.at(2026).cut == 0.4
    assert terms != reform(0.1)
    assert terms.model_dump(by_alias=True, exclude_none=True)["cut"] == {"2020": 0.1, "2025": 0.4}


def test_strength_and_value_are_two_things() -> None:
    terms = reform({2020: 0.2, 2022: 0.4}, phase_in=4, until=2024)
    assert [terms.strength(year) for year in range(2019, 2026)] == [0, 0.25, 0.5, 0.75, 1, 1, 0]
    assert [terms.at(year).cut for year in (2021, 2022)] == [0.2, 0.4]


def test_a_rule_between_terms_is_asked_of_every_moment() -> None:
    with pytest.raises(ValidationError) as raised:
        Unification(instrument="market_unification", from_=2020, cut={2020: 0.1, 2022: 2, 2024: "x"}, regions=[])  # type: ignore[arg-type]
    found = {error["loc"]: error["type"] for error in raised.value.errors()}
    assert found == {("cut", "2022"): "less_than_equal", ("cut", "2024"): "float_type", ("regions",): "no_name"}
    assert len(raised.value.errors()) == 3


def test_a_dated_value_in_a_file(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        HEAD + "policies:\n  reform:\n    instrument: residence_permit_reform\n    from: 2020\n"
        "    cut:\n      2025: 0.4\n      2_020: 0.1\n"
    )
    scenario = load_scenario(path, vocabulary)
    terms = scenario.policies["reform"]
    assert terms.dated == {"cut": {2020: 0.1, 2025: 0.4}}
    assert scenario.resolved()["policies"]["reform"]["cut"] == {"2020": 0.1, "2025": 0.4}
    assert scenario.origins["policies.reform.cut.2020"] == "s.yaml:11"
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: C\nextends: s.yaml\npolicies: {reform: {cut: {2030: 0.9}}}\n")
    later = load_scenario(child, vocabulary, ["policies.reform.cut.2025=0.5"])
    assert later.policies["reform"].dated == {"cut": {2020: 0.1, 2025: 0.5, 2030: 0.9}}
    assert later.digest() != scenario.digest() == load_scenario(path, vocabulary).digest()
    child.write_text("schema: 1\ntitle: C\nextends: s.yaml\npolicies: {reform: {cut: 0.3}}\n")
    assert load_scenario(child, vocabulary).policies["reform"].dated == {}


@pytest.mark.parametrize(
    ("cut", "path", "message"),
    [
        ("{2019: 0.1, 2020: 0.2}", "cut.2019 = 0.1", "lies before the policy's first year, from = 2020."),
        ("{2020: 0.1, 2031: 0.2}", "cut.2031 = 0.2", "lies after the policy's last year, until = 2030."),
        ("{2021: 0.1}", "cut", "says nothing of 2020: the policy's first year, from = 2020, needs a value."),
        ("{2025: 0.1}", "cut", "says nothing of 2020 to 2024: the policy's first year, from = 2020, needs a value."),
        ("{2020: 7}", "cut.2020 = 7", "must lie between 0 and 1 (share). For 7 per cent write 0.07."),
        ("{}", "cut", "holds no year; a dated value is written {2024: 0.2, 2030: 0.6}."),
        ("{2020: {2021: 1}}", "cut.2020", "must be a number (share, 0 to 1); found a mapping."),
        ("[0.1]", "cut", "must be a number (share, 0 to 1); found a list."),
    ],
)
def test_a_faulty_dated_value_gets_one_answer(
    cut: str, path: str, message: str, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    file = tmp_path / "s.yaml"
    policy = f"{{instrument: residence_permit_reform, from: 2020, until: 2030, cut: {cut}}}"
    file.write_text(f"{HEAD}policies:\n  reform: {policy}\n")
    assert answers(file, vocabulary) == [(6, f"policies.reform.{path}", message)]


def test_groups_of_the_scenario_stand_wherever_groups_do(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    policy = "{instrument: market_unification, from: 2020, cut: 0.1, regions: [north, Quzhou]}"
    path.write_text(f"{HEAD}groups: {{north: [coast, Lishui]}}\npolicies:\n  open: {policy}\n")
    scenario = load_scenario(path, vocabulary)
    assert scenario.groups == {"north": ("coast", "Lishui")}
    assert scenario.resolved()["groups"] == {"north": ["coast", "Lishui"]}
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: C\nextends: s.yaml\ngroups: {north: [Ningbo], south: [Quzhou]}\n")
    assert load_scenario(child, vocabulary).groups == {"north": ("Ningbo",), "south": ("Quzhou",)}


def test_a_group_that_is_amiss_does_not_make_its_users_amiss(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    policy = "{instrument: market_unification, from: 2020, cut: 0.1, regions: [north]}"
    path.write_text(f"{HEAD}groups: {{north: [Atlantis]}}\npolicies:\n  open: {policy}\n")
    assert [(line, where) for line, where, _ in answers(path, vocabulary)] == [(5, "groups.north.0 = Atlantis")]
    path.write_text(f"{HEAD}groups: {{north: Hangzhou}}\npolicies:\n  open: {policy}\n")
    assert [(line, where) for line, where, _ in answers(path, vocabulary)] == [(5, "groups.north = Hangzhou")]
