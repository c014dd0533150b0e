"""What a word means, where its value comes from, its strength by year; what two scenarios say differently."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import FactorFlowError
from sim.scenario.inquiry import Span, differences, explained
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.vocabulary import Vocabulary
from tests.scenario.conftest import FOLDER

GOOD = FOLDER / "good"


@pytest.fixture
def deepened(vocabulary: Vocabulary) -> Scenario:
    return load_scenario(GOOD / "deepened.yaml", vocabulary, ["run.seed=8"])


def test_a_quantity_is_explained(deepened: Scenario, vocabulary: Vocabulary) -> None:
    answer = explained(deepened, "policies.reform.cut", vocabulary)
    assert (answer.value, answer.unit, answer.range) == ("0.6", "share", "0 to 1")
    assert (answer.meaning, answer.origin) == ("share of the barrier removed", "parts/deepened.yaml:6")
    assert answer.by_year[:3] == (Span(2014, 2019, 0, None), Span(2020, 2020, 0.2, None), Span(2021, 2021, 0.4, None))
    assert answer.by_year[-1] == Span(2024, 2035, 1, None)
    assert [span.years() for span in answer.by_year][:2] == ["2014 to 2019", "2020"]


@pytest.mark.parametrize(
    ("path", "value", "origin"),
    [
        ("title", "Cooperation, deepened", "deepened.yaml:2"),
        ("years", "{from: 2014, to: 2035}", "baseline.yaml:6"),
        ("run.seed", "8", "--set"),
        ("run.land_agents", "50000", "default"),
        ("run", None, "parts/deepened.yaml:15, parts/higher.yaml:4, default, --set"),
        ("policies.reform.until", None, "default"),
        ("policies.aid.pairs", "{Hangzhou: Quzhou, Ningbo: Lishui}", "parts/deepened.yaml:10"),
        ("policies.aid.pairs.Ningbo", "Lishui", "parts/deepened.yaml:10"),
        ("targets.1.place", "Quzhou", "parts/deepened.yaml:18"),
        ("parameters.labour_mobility", "0.05", "baseline.yaml:9"),
        ("parameters.growth", "0.01", "the world valley"),
    ],
)
def test_values_and_origins(path: str, value: str, origin: str, deepened: Scenario, vocabulary: Vocabulary) -> None:
    answer = explained(deepened, path, vocabulary)
    assert answer.value == value or path == "run"
    assert answer.origin.startswith(origin)
    assert answer.meaning


def test_a_parameter_tells_its_source_and_that_it_is_assumed(deepened: Scenario, vocabulary: Vocabulary) -> None:
    answer = explained(deepened, "parameters.growth", vocabulary)
    assert (answer.source, answer.range) == ("assumed; made up for the test", "-0.1 to 0.2")
    assert answer.by_year == ()


def test_a_dated_value_is_told_by_year(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "schema: 1\ntitle: T\nworld: valley\nyears: {from: 2014, to: 2035}\npolicies:\n  reform:\n"
        "    {instrument: residence_permit_reform, from: 2020, until: 2030, phase_in: 2, cut: {2020: 0.1, 2025: 0.4}}\n"
    )
    answer = explained(load_scenario(path, vocabulary), "policies.reform.cut", vocabulary)
    assert answer.value == "{2020: 0.1, 2025: 0.4}" and answer.origin == "s.yaml:7"
    assert answer.by_year == (
        Span(2014, 2019, 0, None),
        Span(2020, 2020, 0.5, 0.1),
        Span(2021, 2024, 1, 0.1),
        Span(2025, 2030, 1, 0.4),
        Span(2031, 2035, 0, None),
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("wolrd", 'there is no "wolrd" in a scenario. Did you mean "world"?'),
        ("policies.refrom", 'there is no "refrom" in policies. Did you mean "reform"?'),
        ("policies.reform.cutt", 'there is no "cutt" in policies.reform. Did you mean "cut"?'),
        ("policies.reform.between.orign", 'there is no "orign" in policies.reform.between. Did you mean "origin"?'),
        ("parameters.grwth", 'there is no "grwth" in parameters. Did you mean "growth"?'),
        ("run.seed.x", "run.seed is one value; it has no parts."),
        ("targets.first", "targets is a list; its items are numbered from 0."),
        ("targets.5.year", "targets has 2 items, numbered from 0."),
        ("", 'there is no "" in a scenario.'),
        ("..", 'there is no "" in a scenario.'),
    ],
)
def test_a_path_that_leads_nowhere(path: str, message: str, deepened: Scenario, vocabulary: Vocabulary) -> None:
    with pytest.raises(FactorFlowError) as raised:
        explained(deepened, path, vocabulary)
    assert str(raised.value).startswith(message)


def test_differences_are_those_of_what_is_computed(deepened: Scenario, vocabulary: Vocabulary) -> None:
    found = differences(load_scenario(GOOD / "baseline.yaml", vocabulary), deepened)
    assert {difference.path: difference.values for difference in found} == {
        "policies.aid": (
            None,
            "{from: 2024, instrument: paired_assistance, pairs: {Hangzhou: Quzhou, Ningbo: Lishui}, "
            "share_of_donor_revenue: 0.005, uses: {infrastructure: 0.7, training: 0.3}}",
        ),
        "policies.reform.cut": ("0.2", "0.6"),
        "policies.reform.phase_in": ("0", "5"),
        "run.labour_agents": ("200000", "100000"),
        "run.replicates": ("20", "5"),
        "run.seed": ("7", "8"),
        "targets": (
            None,
            "[{at_most: 1.7, measure: urban_rural_ratio, year: 2035}, "
            "{at_least: 1.2, at_most: 2, measure: urban_rural_ratio, place: Quzhou, year: 2030}]",
        ),
    }
    origins = {difference.path: difference.origins for difference in found}
    assert origins["policies.reform.cut"] == ("baseline.yaml:14", "parts/deepened.yaml:6")
    assert origins["policies.aid"][0] == "" and origins["run.seed"] == ("baseline.yaml:17", "--set")
    assert differences(deepened, deepened) == []
