"""The verbs of whoever writes a scenario, with the package's own words: new, explain, diff, schema, test."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.scenario.json_schema import MADE_BY
from sim.scenario.load import load_scenario
from sim.scenario.yaml_reader import read_file
from sim.vocabulary import vocabulary

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BASELINE, SEA = SCENARIOS / "zhejiang" / "baseline.yaml", SCENARIOS / "zhejiang" / "mountain_sea.yaml"


def factorflow(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_new_writes_a_scenario_that_checks_clean_and_the_schema_its_first_line_names(here: Path) -> None:
    answer = factorflow("new", "roads")
    assert (answer.exit_code, answer.stdout) == (0, "scenarios/zhejiang/roads.yaml\n")
    assert files(here) == {"scenarios/zhejiang/roads.yaml", "scenarios/factorflow.schema.json"}
    path = here / "scenarios/zhejiang/roads.yaml"
    assert path.read_text().startswith("# yaml-language-server: $schema=../factorflow.schema.json\n")
    assert factorflow("check", path).exit_code == 0
    schema = json.loads((here / "scenarios/factorflow.schema.json").read_text())
    assert not list(jsonschema.Draft7Validator(schema).iter_errors(read_file(path, "roads").data))


def test_new_builds_on_the_baseline_of_its_folder(here: Path) -> None:
    folder = here / "scenarios" / "two_cells"
    folder.mkdir(parents=True)
    (folder / "baseline.yaml").write_text((SCENARIOS / "two_cells" / "baseline.yaml").read_text())
    assert factorflow("new", "opened", "--world", "two_cells").exit_code == 0
    assert load_scenario(folder / "opened.yaml", vocabulary()).world == "two_cells"
    assert "extends: baseline.yaml" in (folder / "opened.yaml").read_text()
    assert factorflow("new", "scenarios/two_cells/by_path.yaml").exit_code == 0
    assert load_scenario(folder / "by_path.yaml", vocabulary()).world == "two_cells"
    (folder / "baseline.yaml").write_text("broken")
    assert factorflow("new", "alone", "--world", "two_cells").exit_code == 0
    assert "world: two_cells" in (folder / "alone.yaml").read_text()
    assert factorflow("check", folder / "alone.yaml").exit_code == 0


@pytest.mark.parametrize("world", sorted(vocabulary().worlds))
def test_what_the_starter_shows_in_comments_is_right_too(world: str, here: Path) -> None:
    factorflow("new", "shown", "--world", world)
    path = here / "scenarios" / world / "shown.yaml"
    plain = re.sub(r"^# ?(?=(policies|parameters|targets|groups):|  )", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(plain)
    scenario = load_scenario(path, vocabulary())
    assert list(scenario.policies) == ["open_registration"] and scenario.targets and scenario.parameters
    dated = re.search(r"by year: (\{.*?\})", plain)
    assert dated is not None
    assert load_scenario(path, vocabulary(), [f"policies.open_registration.cut={dated[1]}"]).policies


def test_new_never_overwrites(here: Path) -> None:
    path = here / "mine.yaml"
    path.write_text("mine")
    answer = factorflow("new", "mine.yaml")
    assert answer.exit_code == 2 and "mine.yaml exists and is not overwritten" in answer.stderr
    assert path.read_text() == "mine"
    assert not [name for name in files(here) if name.startswith(".")]


@pytest.mark.parametrize("name", ["a b", "../x y.yaml", "x.txt/..", "", ".yaml", "a/b", "no\nyes", "scenarios/x.yam"])
def test_new_refuses_odd_names(name: str, here: Path) -> None:
    answer = factorflow("new", name)
    assert answer.exit_code == 2 and answer.stderr and not files(here)
    assert factorflow("new", "x", "--world", "atlantis").exit_code == 2


def test_new_keeps_a_schema_of_ones_own_and_renews_its_own(here: Path) -> None:
    factorflow("new", "one")
    schema = here / "scenarios" / "factorflow.schema.json"
    true = schema.read_text()
    schema.write_text(f'{{"$comment": "{MADE_BY}"}}')
    factorflow("new", "two")
    assert schema.read_text() == true
    schema.write_text("{}")
    factorflow("new", "three")
    assert schema.read_text() == "{}"


def test_schema_is_printed_or_written(here: Path) -> None:
    printed = factorflow("schema")
    assert printed.exit_code == 0 and json.loads(printed.stdout)["properties"]["world"]["anyOf"][0]["enum"]
    assert factorflow("schema", "--out", "a/s.json").stdout == "a/s.json\n"
    assert (here / "a/s.json").read_text() == printed.stdout
    assert factorflow("schema", "--out", "a/s.json").exit_code == 0
    assert files(here) == {"a/s.json"}
    (here / "file").touch()
    assert factorflow("schema", "--out", "file/s.json").exit_code == 2


def test_explain_says_what_a_word_means_and_where_its_value_comes_from() -> None:
    answer = factorflow("explain", SEA, "policies.open_registration.cut")
    assert answer.exit_code == 0
    lines = [" ".join(line.split()) for line in answer.stdout.splitlines()]
    assert lines[0] == "policies.open_registration.cut = 0.6"
    assert "range 0 to 1" in lines and "unit share" in lines
    assert any(re.fullmatch(rf"comes from {re.escape(str(SEA))}:\d+", line) for line in lines)
    assert not any(line.startswith("source") for line in lines)  # whoever wrote the file said it
    assert "2024 0.2" in lines and "2028 to 2035 1" in lines
    set_ = factorflow("explain", SEA, "run.seed", "--set", "run.seed=3").stdout
    assert "run.seed = 3" in set_ and "comes from  --set" in set_
    whole = " ".join(factorflow("explain", SEA, "policies.open_registration").stdout.split())
    assert "source The registration (hukou) barrier" in whole
    share = " ".join(factorflow("explain", SEA, "policies.open_registration.service_share").stdout.split())
    assert "comes from default source assumed: a default of the instrument" in share and "hukou" not in share
    left_out = factorflow("explain", SEA, "policies.open_registration.until").stdout
    assert left_out.startswith("policies.open_registration.until is left out\n")
    assert "the world zhejiang" in factorflow("explain", SEA, "parameters.labour_mobility").stdout


def test_explain_by_year_shows_the_value_of_dated_terms() -> None:
    dated = ("--set", "policies.open_registration.cut={2024: 0.2, 2030: 0.6}")
    lines = factorflow("explain", SEA, "policies.open_registration.cut", *dated).stdout.splitlines()
    rows = [" ".join(line.split()) for line in lines]
    assert "2024 0.2 0.2" in rows and "2028 to 2029 1 0.2" in rows and "2030 to 2035 1 0.6" in rows


def test_explain_of_nothing_is_a_fault() -> None:
    answer = factorflow("explain", SEA, "policies.open_registration.cutt")
    assert (answer.exit_code, answer.stdout) == (2, "") and 'Did you mean "cut"?' in answer.stderr
    assert factorflow("explain", SEA.with_name("none.yaml"), "run").exit_code == 2


def test_diff_shows_what_two_scenarios_compute_differently() -> None:
    answer = factorflow("diff", BASELINE, SEA)
    assert answer.exit_code == 0
    rows = [line.split()[0] for line in answer.stdout.splitlines() if line.startswith(" policies.")]
    assert rows == ["policies.mountain_roads", "policies.one_market", "policies.open_registration", "policies.paired_aid"]
    assert "Both compute the same." in factorflow("diff", SEA, SEA).stdout
    assert factorflow("diff", SEA, "none.yaml").exit_code == 2


@pytest.fixture
def expected(here: Path) -> Path:
    """A file of expectations about a valley, one of which does not come true."""
    (here / "base.yaml").write_text(
        "schema: 1\ntitle: Valley\nworld: two_cells\nyears: {from: 1, to: 3}\nrun: {labour_agents: 2_000, "
        "capital_agents: 1_000, land_agents: 1_000, replicates: 2}\n"
    )
    item = "{{measure: {0}, year: 3, {1}, why: To see what is said.}}"
    items = [
        item.format("urban_rural_ratio", "above: 0"),
        item.format("gini", "between: [2, 3]"),
        item.format("income_per_head, place: valley/rural", "above: 0"),
        item.format("population", "difference_from: base.yaml, between: [0, 0]"),
    ]
    path = here / "expected.yaml"
    head = "schema: 1\ntitle: A valley\nscenario: base.yaml\nexpectations:\n"
    path.write_text(head + "".join(f"  - {item}\n" for item in items))
    return path


def test_test_prints_a_row_an_expectation_and_ends_with_three_when_one_fails(expected: Path, here: Path) -> None:
    answer = factorflow("test", expected)
    assert answer.exit_code == 3
    rows = [line.split() for line in answer.stdout.splitlines() if line.startswith((" pass", " FAIL"))]
    assert [row[:3] for row in rows] == [
        ["pass", "base", "urban_rural_ratio"],
        ["FAIL", "base", "gini"],
        ["pass", "base", "income_per_head"],
        ["pass", "base", "population"],
    ]
    assert answer.stdout.splitlines()[-1] == "3 of 4 expectations hold."
    assert files(here) == {"base.yaml", "expected.yaml"}
    expected.write_text(expected.read_text().replace("[2, 3]", "[0, 1]"))
    answer = factorflow("test", expected, "--jobs", "1")
    assert answer.exit_code == 0 and answer.stdout.endswith("4 of 4 expectations hold.\n")


def test_test_names_all_faults_of_all_files_and_runs_nothing(expected: Path, here: Path) -> None:
    bad = here / "bad.yaml"
    bad.write_text(expected.read_text().replace("gini", "ginni").replace("year: 3", "year: 9"))
    answer = factorflow("test", expected, bad, "none.yaml")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "bad.yaml: 6 faults" in answer.stderr and "none.yaml: 1 fault" in answer.stderr


@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("expectations/*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_expectations_hold(path: Path) -> None:
    answer = factorflow("test", path)
    assert answer.exit_code == 0, answer.stdout


def test_a_world_that_there_is_not_is_answered_alike_wherever_it_is_named() -> None:
    for words in (("new", "mine", "--world", "zhejiangg"), ("world", "zhejiangg")):
        answer = factorflow(*words)
        assert answer.exit_code == 2 and answer.stdout == ""
        assert answer.stderr == 'there is no world "zhejiangg". Did you mean "zhejiang"?\n'
    assert 'no world "nowhere". Allowed: zhejiang, ' in factorflow("world", "nowhere").stderr
