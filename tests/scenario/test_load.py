"""Sound scenarios: what extends gives them, what --set changes, where every value comes from, and their hash."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.errors import Fault, ScenarioFaults
from sim.scenario.load import faults, load_scenario
from sim.scenario.vocabulary import Vocabulary
from tests.scenario.conftest import FOLDER, Aid

GOOD = FOLDER / "good"


def answers(path: Path, vocabulary: Vocabulary, settings: list[str] | None = None) -> list[tuple[str, int, str, str]]:
    """File name, line, path and message of every fault."""
    found = faults(path, vocabulary, settings or [])
    return [(os.path.basename(fault.file), fault.line, fault.path, fault.message) for fault in found]


def test_what_is_written_is_what_is_loaded(vocabulary: Vocabulary) -> None:
    scenario = load_scenario(GOOD / "baseline.yaml", vocabulary)
    assert scenario.name == "baseline"
    assert scenario.resolved() == {
        "schema": 1,
        "title": "No new policy",
        "question": "How does the gap move by itself?",
        "description": "",
        "world": "valley",
        "years": {"from": 2014, "to": 2035},
        "groups": {},
        "parameters": {"labour_mobility": 0.05},
        "policies": {
            "reform": {
                "instrument": "residence_permit_reform",
                "cut": 0.2,
                "from": 2020,
                "phase_in": 0,
                "combine": False,
            }
        },
        "run": {
            "seed": 7,
            "labour_agents": 200_000,
            "capital_agents": 100_000,
            "land_agents": 50_000,
            "replicates": 20,
            "continuum": False,
        },
        "targets": [],
    }


def test_the_later_file_wins_key_by_key(vocabulary: Vocabulary) -> None:
    scenario = load_scenario(GOOD / "deepened.yaml", vocabulary)
    reform, aid = scenario.policies["reform"], scenario.policies["aid"]
    assert isinstance(aid, Aid)
    assert aid.pairs == {"Hangzhou": "Quzhou", "Ningbo": "Lishui"}
    assert (reform.from_, reform.phase_in, reform.model_dump()["cut"]) == (2020, 5, 0.6)
    assert scenario.run.model_dump() == {
        "seed": 7,
        "labour_agents": 100_000,
        "capital_agents": 100_000,
        "land_agents": 50_000,
        "replicates": 5,
        "continuum": False,
        "minutes": None,
    }
    assert scenario.parameters == {"labour_mobility": 0.05}
    assert (scenario.targets[1].place, scenario.targets[1].at_least, scenario.targets[1].at_most) == (
        "Quzhou",
        1.2,
        2.0,
    )


def test_a_file_does_not_inherit_what_another_says_about_itself(vocabulary: Vocabulary, scenario_file: Path) -> None:
    scenario = load_scenario(GOOD / "deepened.yaml", vocabulary)
    assert (scenario.title, scenario.question) == ("Cooperation, deepened", "")
    child = scenario_file.with_name("child.yaml")
    child.write_text("schema: 1\nextends: mine.yaml\n")
    assert [path for _, _, path, _ in answers(child, vocabulary)] == ["title"]


def test_every_value_has_an_origin(vocabulary: Vocabulary) -> None:
    scenario = load_scenario(GOOD / "deepened.yaml", vocabulary, ["run.seed=8", "policies.aid.pairs.Ningbo=Quzhou"])
    leaves = set(_leaves(scenario.resolved(), ()))
    assert set(scenario.origins) == leaves
    chosen = {
        "title": "deepened.yaml:2",
        "world": "baseline.yaml:4",
        "policies.reform.cut": "parts/deepened.yaml:6",
        "policies.reform.from": "baseline.yaml:15",
        "policies.reform.combine": "default",
        "policies.aid.pairs.Hangzhou": "parts/deepened.yaml:10",
        "policies.aid.pairs.Ningbo": "--set",
        "run.replicates": "parts/higher.yaml:4",
        "run.seed": "--set",
        "run.land_agents": "default",
        "targets.0.year": "parts/deepened.yaml:17",
    }
    assert {path: scenario.origins[path] for path in chosen} == chosen


def _leaves(tree: Any, path: tuple[str, ...]) -> list[str]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if inner is None:
        return [".".join(path)]
    return [leaf for key, part in inner for leaf in _leaves(part, (*path, str(key)))]


def test_the_resolved_scenario_is_a_scenario_with_the_same_hash(vocabulary: Vocabulary, tmp_path: Path) -> None:
    scenario = load_scenario(GOOD / "deepened.yaml", vocabulary)
    again = tmp_path / "again.yaml"
    for text in (json.dumps(scenario.resolved()), yaml.safe_dump(scenario.resolved())):
        again.write_text(text)
        copy = load_scenario(again, vocabulary)
        assert copy.resolved() == scenario.resolved()
        assert copy.digest() == scenario.digest()


def test_the_hash_follows_what_is_computed_and_nothing_else(vocabulary: Vocabulary) -> None:
    def digest(*settings: str) -> str:
        return load_scenario(GOOD / "deepened.yaml", vocabulary, settings).digest()

    same = digest()
    assert len(same) == 64
    assert digest("title=Another", "question=Why?", "description=None") == same
    assert digest("policies.reform.cut=0.60", "run.labour_agents=100000", "targets.0.at_most=1.70") == same
    different = {digest("run.seed=8"), digest("policies.reform.cut=0.61"), digest("years.to=2036"), same}
    assert len(different) == 4


def test_the_order_of_words_means_nothing(vocabulary: Vocabulary, tmp_path: Path) -> None:
    files = (tmp_path / "one.yaml", tmp_path / "two.yaml")
    aid = "{instrument: paired_assistance, share_of_donor_revenue: 0.1, from: 2020, pairs: %s}"
    policies = [f"  b: {aid % '{Hangzhou: Quzhou, Ningbo: Lishui}'}", f"  a: {aid % '{outside: Quzhou}'}"]
    swapped = [f"  a: {aid % '{outside: Quzhou}'}", f"  b: {aid % '{Ningbo: Lishui, Hangzhou: Quzhou}'}"]
    head = ["schema: 1", "title: T", "world: valley", "years: {from: 2014, to: 2035}", "policies:"]
    files[0].write_text("\n".join(head + policies))
    files[1].write_text("\n".join(head + swapped))
    one, two = (load_scenario(file, vocabulary) for file in files)
    assert list(one.policies) == list(two.policies) == ["a", "b"]
    assert str(one.policies) == str(two.policies)
    assert one.digest() == two.digest()


def test_another_instrument_under_the_same_name_starts_afresh(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text((GOOD / "baseline.yaml").read_text())
    child = tmp_path / "child.yaml"
    child.write_text(
        "schema: 1\ntitle: T\nextends: base.yaml\n"
        "policies:\n  reform: {instrument: infrastructure_investment, share: 0.1, from: 2030}\n"
    )
    scenario = load_scenario(child, vocabulary)
    assert scenario.resolved()["policies"]["reform"] == {
        "instrument": "infrastructure_investment",
        "share": 0.1,
        "from": 2030,
        "phase_in": 0,
        "combine": False,
    }
    assert scenario.origins["policies.reform.from"] == "child.yaml:5"


def test_a_fault_of_an_extended_file_is_told_at_its_own_line(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text((GOOD / "baseline.yaml").read_text().replace("cut: 0.2", "cut: 2"))
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: T\nextends: base.yaml\nrun: {replicates: 0}\n")
    assert [(file, line) for file, line, _, _ in answers(child, vocabulary)] == [("base.yaml", 14), ("child.yaml", 4)]
    child.write_text("schema: 1\ntitle: T\nextends: base.yaml\npolicies: {reform: {cut: 0.5}}\n")
    assert answers(child, vocabulary) == []


def test_what_is_extended_cannot_be_taken_away(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text((GOOD / "baseline.yaml").read_text())
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: T\nextends: base.yaml\npolicies: {}\n")
    empty = "is empty, which changes nothing: what a file extends can be changed, not taken away."
    assert answers(child, vocabulary) == [("child.yaml", 4, "policies", empty)]
    child.write_text("schema: 1\ntitle: T\nextends: base.yaml\npolicies:\n  reform: null\n")
    no_value = "holds no value. Leave the line out to keep the default or what the file extends."
    assert answers(child, vocabulary) == [("child.yaml", 5, "policies.reform = null", no_value)]


def test_a_missing_parent_does_not_make_everything_missing(vocabulary: Vocabulary, tmp_path: Path) -> None:
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: T\nextends: base.yaml\npolicies: {reform: {cut: 0.5}}\nrun: {seeed: 1}\n")
    expected = [("child.yaml", 3, "extends = base.yaml"), ("child.yaml", 5, "run.seeed")]
    assert [answer[:3] for answer in answers(child, vocabulary)] == expected
    (tmp_path / "base.yaml").write_text("schema: 1\nworld: [valley\n")
    assert [answer[:3] for answer in answers(child, vocabulary)] == [("base.yaml", 2, "(text)"), expected[1]]


def test_links_do_not_lead_out_of_the_folder(vocabulary: Vocabulary, tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("schema: 1\ntitle: Secret\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "itself.yaml").symlink_to("itself.yaml")
    child = folder / "child.yaml"
    for target, message in {
        "link.yaml": "leads outside scenarios, the folder of the scenario that is run.",
        "../secret.yaml": "leads outside scenarios, the folder of the scenario that is run.",
        "itself.yaml": "there is no such file.",
        str(tmp_path / "secret.yaml"): "must be a path relative to this file, with / between its parts.",
        "..\\secret.yaml": "must be a path relative to this file, with / between its parts.",
        "http://x.org/a": "is an address; only a file in the folder of this scenario, or below it, can be extended.",
        ".": "is not a file.",
        "child.yaml": f"closes a circle: {child} -> {child}.",
    }.items():
        child.write_text(f"schema: 1\ntitle: T\nextends: '{target}'\n")
        assert [(line, text) for _, line, _, text in answers(child, vocabulary)] == [(3, message)], target
    child.write_text("schema: 1\ntitle: T\nextends: 5\n")
    assert answers(child, vocabulary) == [("child.yaml", 3, "extends = 5", "must be the path of a scenario file.")]


def test_at_most_eight_files_build_on_each_other(vocabulary: Vocabulary, scenario_file: Path) -> None:
    scenario_file.rename(scenario_file.with_name("s0.yaml"))
    for number in range(1, 9):
        words = f"schema: 1\ntitle: T\nextends: s{number - 1}.yaml\n"
        scenario_file.with_name(f"s{number}.yaml").write_text(words)
    assert load_scenario(scenario_file.with_name("s7.yaml"), vocabulary).world == "valley"
    expected = [("s1.yaml", 3, "extends = s0.yaml", "at most 8 files may build on each other.")]
    assert answers(scenario_file.with_name("s8.yaml"), vocabulary) == expected


def test_combined_policies_and_different_rules_may_overlap(vocabulary: Vocabulary, scenario_file: Path) -> None:
    sound = scenario_file.read_text() + "policies:\n"
    reform = "{instrument: residence_permit_reform, cut: 0.1, from: 2020, combine: true}"
    scenario_file.write_text(sound + f"  a: {reform}\n  b: {reform}\n")
    assert answers(scenario_file, vocabulary) == []
    aid = "{instrument: paired_assistance, share_of_donor_revenue: 0.1, from: 2020, pairs: {%s: Quzhou}}"
    scenario_file.write_text(sound + f"  a: {aid % 'Hangzhou'}\n  b: {aid % 'Ningbo'}\n")
    assert answers(scenario_file, vocabulary) == []
    scenario_file.write_text(sound + f"  a: {aid % 'Hangzhou'}\n  b: {aid % 'Hangzhou'}\n")
    assert [(line, path) for _, line, path, _ in answers(scenario_file, vocabulary)] == [(7, "policies.b")]


def test_settings_lie_on_top(vocabulary: Vocabulary) -> None:
    settings = [
        "run.replicates=3",
        "targets.1.place=Lishui",
        "policies.aid.uses={infrastructure: 1.0, training: 0}",
        "policies.opened.instrument=market_unification",
        "policies.opened.cut=.5",
        "policies.opened.from=2021",
        'title="2035"',
        "parameters.growth=1e-2",
    ]
    scenario = load_scenario(GOOD / "deepened.yaml", vocabulary, settings)
    resolved = scenario.resolved()
    assert resolved["run"]["replicates"] == 3
    assert resolved["targets"][1]["place"] == "Lishui"
    assert resolved["policies"]["aid"]["uses"] == {"infrastructure": 1.0, "training": 0.0}
    assert resolved["policies"]["opened"]["cut"] == 0.5
    assert resolved["title"] == "2035"
    assert resolved["parameters"] == {"growth": 0.01, "labour_mobility": 0.05}


@pytest.mark.parametrize(
    ("setting", "path", "message"),
    [
        ("run.replicats=3", "run.replicats", 'there is no word "replicats" in run. Did you mean "replicates"'),
        ("run.replicates=0", "run.replicates = 0", "must lie between 1 and 1000 (replicates)."),
        ("run.replicates='3'", "run.replicates = 3", "must be a whole number"),
        ("run.replicates=no", "run.replicates = no", "some programs read this as false."),
        ("run.seed=.nan", "run.seed = .nan", "is not a finite number"),
        ("run.seed=*seed", "run.seed", "aliases (*seed) are not allowed"),
        ("run.seed={a: [}", "run.seed", "nothing opens the } that stands here."),
        ("run=3", "run = 3", "must be a mapping (word: value); found the number 3."),
        ("run.seed.deep=3", "run.seed.deep=3", "run.seed is one value; it has no parts."),
        ("targets.7.year=2030", "targets.7.year=2030", "targets is a list with the items 0 to 1."),
        ("targets.year=2030", "targets.year=2030", "targets is a list with the items 0 to 1."),
        ("policies.reform.from=2036", "policies.reform.from = 2036", "lies outside the run (2014 to 2035)."),
        ("extends=x.yaml", "extends=x.yaml", "extends can only be written in a file."),
        ("run.seed", "run.seed", "must have the form path=value, for example run.replicates=3."),
        ("run.seed=", "run.seed=", "must have the form path=value, for example run.replicates=3."),
        ("run..seed=3", "run..seed=3", "must have the form path=value, for example run.replicates=3."),
        ("name=mine", "name", 'there is no word "name" in a scenario.'),
    ],
)
def test_a_faulty_setting_gets_one_answer(vocabulary: Vocabulary, setting: str, path: str, message: str) -> None:
    found = faults(GOOD / "deepened.yaml", vocabulary, ["years.to=2035", setting])
    assert [(fault.file, fault.line, fault.path) for fault in found] == [("--set", 2, path)]
    assert found[0].message.startswith(message)


def test_a_path_set_twice_is_a_fault(vocabulary: Vocabulary) -> None:
    found = faults(GOOD / "baseline.yaml", vocabulary, ["run.seed=3", "run.seed =4"])
    assert found == [Fault("--set", 2, "run.seed =4", "is set twice.")]


def test_faults_of_files_and_settings_come_in_one_answer(vocabulary: Vocabulary) -> None:
    with pytest.raises(ScenarioFaults) as raised:
        settings = ["run.seed=-1", "parameters.growth=7"]
        load_scenario(FOLDER / "broken" / "structure" / "several_faults.yaml", vocabulary, settings)
    assert [fault.line for fault in raised.value.faults if fault.file == "--set"] == [1, 2]
    assert len(raised.value.faults) == 5


def test_a_file_that_is_not_there(vocabulary: Vocabulary, tmp_path: Path) -> None:
    assert answers(tmp_path / "none.yaml", vocabulary) == [("none.yaml", 1, "(whole file)", "there is no such file.")]


def test_importing_the_loader_brings_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, sim.scenario.load; print([m for m in ('numpy', 'pandas', 'numba', 'mesa') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_breaks_the_loader(vocabulary: Vocabulary, tmp_path: Path) -> None:
    """Sound files with words and values exchanged are loaded or refused; nothing but ScenarioFaults is raised."""
    luck = random.Random(11)
    text = (GOOD / "parts" / "deepened.yaml").read_text().replace("extends: higher.yaml", "world: valley")
    odd = [
        "5",
        "'5'",
        "[]",
        "{}",
        "[1, {a: 2}]",
        "{from: 1}",
        "~",
        ".nan",
        "true",
        "1e30",
        "-1",
        "Hangzhou",
        "mountain",
    ]
    words = re.findall(r"[A-Za-z_]+|[0-9.]+", text)
    path = tmp_path / "odd.yaml"
    refused = 0
    for _ in range(400):
        broken = text
        for _ in range(luck.randint(1, 4)):
            start = luck.choice([match.start() for match in re.finditer(r"(?<=[ \n{])[A-Za-z0-9_.]+", broken)])
            old = re.compile(r"[A-Za-z0-9_.]+").match(broken, start)
            assert old is not None
            broken = broken[:start] + luck.choice(odd + words) + broken[old.end() :]
        path.write_text(broken)
        found = faults(path, vocabulary)
        assert all(fault.line >= 1 and fault.message and fault.path for fault in found)
        refused += bool(found)
    assert refused > 200


def test_all_faults_of_a_file_full_of_them_are_found(vocabulary: Vocabulary, scenario_file: Path) -> None:
    policy = "{instrument: residence_permit_reform, cut: 2, fro: 2020}"
    policies = "\n".join(f"  p{number}: {policy}" for number in range(2_000))
    scenario_file.write_text(f"{scenario_file.read_text()}policies:\n{policies}\n")
    assert len(faults(scenario_file, vocabulary)) == 2 * 2_000


def test_a_chinese_title_is_a_word_for_readers_and_nothing_of_what_is_computed(tmp_path: Path) -> None:
    from sim.experiments.task import tasks_of
    from sim.vocabulary import vocabulary as shipped

    vocabulary = shipped()
    file = tmp_path / "mine.yaml"
    words = "schema: 1\ntitle: Mine\nworld: zhejiang\nyears: {from: 2014, to: 2016}\n"
    file.write_text(words, encoding="utf-8")
    plain = load_scenario(file, vocabulary)
    file.write_text(words + "title_zh: 我的情景\n", encoding="utf-8")
    told = load_scenario(file, vocabulary)
    assert (plain.title_zh, told.title_zh, told.title) == (None, "我的情景", "Mine")
    assert plain.digest() == told.digest() and [*tasks_of([plain])] == [*tasks_of([told])]
    assert "title_zh" not in plain.resolved() and told.resolved()["title_zh"] == "我的情景"
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\ntitle: Child\nextends: mine.yaml\n", encoding="utf-8")
    assert load_scenario(child, vocabulary).title_zh is None, "another's title is not inherited"
    for wrong in ("[a]", "''", "3"):
        file.write_text(words + f"title_zh: {wrong}\n", encoding="utf-8")
        with pytest.raises(ScenarioFaults, match="title_zh"):
            load_scenario(file, vocabulary)


def test_a_setting_of_a_policy_that_a_file_has_not_names_the_file(vocabulary: Vocabulary, tmp_path: Path) -> None:
    file = tmp_path / "still.yaml"
    file.write_text("schema: 1\ntitle: Still\nworld: valley\nyears: {from: 2014, to: 2016}\n", encoding="utf-8")
    with pytest.raises(ScenarioFaults) as answer:
        load_scenario(file, vocabulary, ("policies.clinics.share_of_upper_budget=0.005",))
    (fault,) = answer.value.faults
    assert fault.path == "policies.clinics" and "is missing" not in fault.message
    assert fault.message == f"{file} has no policy clinics; --set applies to every file. It has no policies."
