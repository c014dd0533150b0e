"""Worlds of a user's own: scenarios name a folder, results keep its tables, edited ones are never answered from old ones."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim import load, open_results, run
from sim.analysis.record import sealed
from sim.analysis.results import verify
from sim.cli import main
from sim.data import catalogue, checkout
from sim.data.starter import write_starter
from sim.errors import FactorFlowError, ResultsError, ScenarioFaults
from sim.experiments.experiment import found
from sim.pages.outlines import boundaries
from sim.pages.recorded import world_of
from sim.vocabulary import vocabulary, world_words

SCENARIO = (
    "schema: 1\ntitle: Mine\nworld: {world}\nyears: {{from: 2015, to: 2017}}\nrun: {{continuum: true, replicates: 1}}\n"
)
AID = """\
policies:
  aid:
    instrument: fiscal_transfer
    recipients: [Hügel, Port]
    formula: income_gap
    share_of_budget: 0.01
    purpose: household
    from: 2016
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a world and a scenario that names it."""
    monkeypatch.chdir(tmp_path)
    write_starter(tmp_path / "valley")
    scenario(tmp_path, "mine", "./valley")
    return tmp_path


def scenario(folder: Path, name: str, world: str, more: str = "") -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCENARIO.format(world=world) + more, encoding="utf-8")
    return path


def edited(world: Path) -> None:
    """Towns of the port a little richer."""
    file = world / "income.csv"
    text = file.read_text(encoding="utf-8")
    assert ",30000," in text
    file.write_text(text.replace(",30000,", ",30300,"), encoding="utf-8")


def asked(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def refusal(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(ScenarioFaults) as answer:
        load(path)
    return [(fault.line, fault.path, fault.message) for fault in answer.value.faults]


def test_a_scenario_holds_the_tables_it_was_checked_with(here: Path) -> None:
    mine = load("mine.yaml")
    assert mine.world == "./valley" and mine.world_name == "valley"
    digest, tables = mine.digest(), mine.plays_in
    edited(here / "valley")
    sent = pickle.loads(pickle.dumps(mine))
    assert sent.digest() == digest and sent.plays_in == tables and sent.resolved() == mine.resolved()
    assert sent.plays_in.at("Port", "disposable_income", 2015, "urban") == 30000
    assert load("mine.yaml").digest() != digest


def test_the_digest_is_of_what_is_in_a_folder_wherever_it_stands(here: Path) -> None:
    shutil.copytree(here / "valley", here / "elsewhere" / "worlds" / "valley")
    other = load(scenario(here / "elsewhere", "mine", "worlds/valley"))
    assert other.digest() == load("mine.yaml").digest() and str(here) not in json.dumps(other.resolved())
    (here / "elsewhere" / "worlds" / "valley").rename(here / "elsewhere" / "worlds" / "vale")
    assert load(scenario(here / "elsewhere", "mine", "worlds/vale")).digest() != other.digest()


def test_a_file_names_worlds_below_itself_and_those_that_extend_it_keep_them(here: Path) -> None:
    scenario(here / "parts", "base", "./dale")
    shutil.copytree(here / "valley", here / "parts" / "dale")
    (here / "child.yaml").write_text("title: Child\nextends: parts/base.yaml\n", encoding="utf-8")
    assert load("child.yaml").plays_in.name == "dale"
    assert load("mine.yaml", ["world=parts/dale"]).plays_in.name == "dale"


def test_paths_that_lead_away_are_refused_with_their_line(here: Path) -> None:
    (here / "inner").mkdir()
    for world in ("../valley", "/tmp", "~/valley", "a\\\\b", "valley/../../valley", "C:/valley"):
        found = refusal(scenario(here / "inner", "away", f'"{world}"'))
        assert (found == [(3, found[0][1], found[0][2])] and "a path below the folder of this file" in found[0][2]) or (
            "must be a path" in found[0][2]
        ), world
    (here / "inner" / "door").symlink_to(here / "valley")
    assert "leads outside inner" in refusal(scenario(here / "inner", "away", "./door"))[0][2]
    assert "leads outside inner" in refusal(scenario(here / "inner", "away", "."))[0][2]
    (here / "inner" / "round").symlink_to("round")
    assert "there is no such world, and no folder ./round below" in refusal(scenario(here / "inner", "away", "./round"))[0][2]
    assert 'no such world. Did you mean "riverland"?' in refusal(scenario(here, "away", "riverlnd"))[0][2]


def test_faults_of_tables_come_with_those_of_the_scenario(here: Path) -> None:
    (here / "valley" / "prices.csv").write_text("place\n", encoding="utf-8")
    answer = asked("check", "mine.yaml")
    assert answer.exit_code == 2 and "valley/prices.csv: 1 fault" in answer.stderr
    assert "line 3 world = ./valley cannot be built: 1 fault, listed" in " ".join(answer.stderr.split())


def test_a_base_year_without_a_solution_is_a_fault_at_the_line_of_the_world(here: Path) -> None:
    file = here / "valley" / "income.csv"
    text = file.read_text(encoding="utf-8").replace(",18000,", ",110000,")
    file.write_text(text, encoding="utf-8")
    answer = asked("check", "mine.yaml")
    assert answer.exit_code == 2 and "line 3  world" in answer.stderr and "Port" in answer.stderr, answer.output


def test_other_names_of_places_are_understood(here: Path) -> None:
    places = here / "valley" / "places.csv"
    text = places.read_text(encoding="utf-8").replace("Hills,,", "Hills,丘陵,Hügel;the Hills")
    places.write_text(text, encoding="utf-8")
    mine = load(scenario(here, "aided", "./valley", AID))
    assert mine.policies["aid"].recipients == ("Hills", "Port")
    words = vocabulary().words_of(mine.plays_in)
    assert words.canonical("丘陵/rural") == "Hills/rural" and words.canonical("the Hills") == "Hills"
    assert world_words("zhejiang").canonical("杭州/urban") == "Hangzhou/urban"


def test_results_stand_alone_and_are_not_used_for_edited_tables(here: Path) -> None:
    mine = load("mine.yaml")
    results = run(mine)
    assert results.world == "valley" and results.money == "crown of 2015" and results.currency == "crown"
    assert results.units["income_per_head"] == "crown of 2015 per head and year"
    assert {f"valley/{name}" for name in mine.plays_in.files} <= set(results.manifest["data"])
    assert found(mine) == results.path
    edited(here / "valley")
    assert found(load("mine.yaml")) is None
    shutil.rmtree(here / "valley")
    opened = open_results(results.path)
    verify(opened)
    assert world_of(opened) == mine.plays_in
    outlines = boundaries(world_of(opened))
    assert set(outlines) == {"Port", "Plain", "Hills"}
    answer = asked("plot", str(results.path), "map")
    assert answer.exit_code == 0 and Path(answer.stdout.strip()).stat().st_size > 10_000, answer.output
    ratio = opened.values("urban_rural_ratio", "region", "Port").loc[2015]
    assert ratio.to_numpy() == pytest.approx([30000 / 18000], rel=1e-9)


def rehashed(folder: Path, name: str, content: bytes) -> None:
    """Another table in a results folder, all hashes made to agree, as a careful stranger would."""
    import hashlib

    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "world" / name).write_bytes(content)
    told["world_files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(sealed(told, folder, told["record"]), encoding="utf-8")


def test_the_tables_in_results_are_held_against_their_hashes_and_read_strictly(here: Path) -> None:
    folder = run(load("mine.yaml")).path
    kept = folder / "world" / "income.csv"
    whole = kept.read_bytes()
    for content in (whole[:-1], whole.replace(b"30000", b"30001"), b""):
        kept.write_bytes(content)
        with pytest.raises(ResultsError, match=r"world/income\.csv differs from what was written"):
            verify(open_results(folder))
    kept.unlink()
    with pytest.raises(ResultsError, match=r"lacks world/income\.csv"):
        open_results(folder)
    rehashed(folder, "income.csv", whole.replace(b",30000,", b",nan,"))
    results = open_results(folder)
    verify(results)
    with pytest.raises(ResultsError, match=r"world/income\.csv, line 2, value = nan: must be a number"):
        world_of(results)
    answer = asked("plot", str(folder), "map")
    assert answer.exit_code == 2 and "value = nan" in answer.stderr
    rehashed(folder, "income.csv", whole)
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name in ("../income.csv", "income.exe", "x" * 500 + ".csv"):
        told["world_files"] = {name: {"bytes": 1, "sha256": "0" * 64}}
        (folder / "manifest.json").write_text(sealed(told, folder, told["record"]), encoding="utf-8")
        with pytest.raises(ResultsError, match="world_files"):
            open_results(folder)


def test_random_changes_of_the_kept_tables_are_refused_in_words(here: Path) -> None:
    from tests.world.test_corruption import CHANGES

    folder, luck = run(load("mine.yaml")).path, np.random.default_rng(5)
    import random

    draws = random.Random(5)
    whole = {file.name: file.read_bytes() for file in (folder / "world").iterdir()}
    refused = 0
    for _ in range(60):
        name = sorted(whole)[luck.integers(len(whole))]
        content = draws.choice(CHANGES)(draws, whole[name])
        rehashed(folder, name, content)
        try:
            world_of(open_results(folder))
        except FactorFlowError as answer:
            refused += content != whole[name]
            assert str(answer).isprintable()
        rehashed(folder, name, whole[name])
    assert refused > 20


def test_what_was_edited_between_two_runs_is_not_taken_for_a_policy(here: Path) -> None:
    first = run(load("mine.yaml"), out=here / "first").path
    edited(here / "valley")
    second = run(load("mine.yaml"), out=here / "second").path
    for words in (("compare", str(first), str(second), "--json"), ("plot", str(first), str(second), "difference")):
        answer = asked(*words)
        assert answer.exit_code == 2 and "were run on different tables (valley/" in answer.stderr, answer.stderr


def test_a_new_folder_is_sound_says_it_is_invented_and_is_never_overwritten(here: Path) -> None:
    answer = asked("world", "new", "my_region")
    assert answer.exit_code == 0 and answer.stdout == "my_region\n"
    assert (here / "my_region" / "world.yaml").read_text(encoding="utf-8").startswith("# Invented")
    assert "every number is invented" in (here / "my_region" / "tables.md").read_text(encoding="utf-8")
    before = {file: file.read_bytes() for file in (here / "my_region").iterdir()}
    again = asked("world", "new", "my_region")
    assert again.exit_code == 2 and "exists and is not overwritten" in again.stderr
    assert {file: file.read_bytes() for file in (here / "my_region").iterdir()} == before
    assert asked("world", "new", "riverland").exit_code == 2 and not (here / "riverland").exists()


def test_the_check_lists_what_is_assumed_and_meets_the_base_year(here: Path) -> None:
    answer = asked("world", "check", "valley")
    assert answer.exit_code == 0, answer.stderr
    said = " ".join(answer.stdout.split())
    assert said.startswith("valley: no faults in 7 files with 27 rows: 3 places, base year 2015.")
    assert "schooling_years: 9 everywhere" in said and "billion crown a year" in said
    errors = next(line for line in answer.stdout.splitlines() if "continuum" in line).split()[1:]
    assert max(map(float, errors)) < 1e-9
    assert asked("world", "./valley").stdout in answer.stdout
    unknown = asked("world", "vally")
    assert unknown.exit_code == 2 and 'there is no world "vally". Allowed: zhejiang, ' in unknown.stderr


def test_folders_are_listed_beside_the_shipped_worlds(here: Path) -> None:
    text = " ".join(asked("list", "worlds").stdout.split())
    assert "riverland Riverland (invented), eight regions" in text and "./valley Valley (invented numbers) 2015" in text


def test_a_new_scenario_names_its_folder(here: Path) -> None:
    assert asked("new", "roads", "--world", "valley").stdout == "roads.yaml\n"
    assert "world: ./valley" in (here / "roads.yaml").read_text(encoding="utf-8")
    assert asked("check", "roads.yaml").exit_code == 0
    (here / "inner").mkdir()
    away = asked("new", "inner/roads.yaml", "--world", "valley")
    assert away.exit_code == 2 and "valley is not below inner" in away.stderr


def test_an_edited_checkout_is_not_passed_over_in_silence(here: Path) -> None:
    assert checkout.differing() == []
    shutil.copytree(Path(str(catalogue._DATA)), here / "sim" / "data", ignore=shutil.ignore_patterns("__pycache__"))
    assert checkout.differing() == []
    file = here / "sim" / "data" / "worlds" / "riverland" / "income.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("30000", "31000"), encoding="utf-8")
    assert checkout.differing() == ["worlds/riverland/income.csv"]
    answer = asked("check", "mine.yaml")
    assert (
        answer.exit_code == 0
        and "differ from those of the installed factorflow, which answers: worlds/river" in answer.stderr
    )


def test_amounts_of_a_term_are_in_the_money_of_the_world(here: Path) -> None:
    policy = "policies.floor={instrument: minimum_wage, floor: 10, from: 2016}"
    answer = asked("explain", "mine.yaml", "policies.floor.floor", "--set", policy)
    money = world_words(load("mine.yaml").plays_in).money
    assert answer.exit_code == 0 and f"{money} per efficiency unit and year" in answer.stdout, answer.output
    missing = asked("check", "mine.yaml", "--set", "policies.floor={instrument: minimum_wage, from: 2016}")
    assert missing.exit_code == 2 and money in missing.stderr and "yuan" not in missing.stderr
