"""The pages say what is true: their examples are run in order, and what is generated is what would be generated now."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.economy.policies.base import instruments
from sim.pages.listing import instruments as tables
from sim.pages.parameters import COMMAND as PARAMETERS_COMMAND
from sim.pages.parameters import parameters_page
from sim.pages.reference import COMMAND, instruments_page
from sim.pages.worlds import COMMAND as WORLDS_COMMAND
from sim.pages.worlds import worlds_page
from sim.scenario.schema import PolicyTerms, Run, Scenario
from sim.scenario.spots import fields_of
from tests.test_end_to_end import ROOT

PAGE = ROOT / "docs" / "scenarios.md"


def words(text):
    return " ".join(text.split())


def test_the_examples_of_the_page_on_scenarios_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks].count("sh") >= 8
    told, code, expected_code = "", 0, 0
    for kind, text in blocks:
        if kind == "yaml":
            path = tmp_path / re.match(r"# (\S+)\n", text)[1]
            path.write_text(text, encoding="utf-8")
        elif kind == "sh":
            assert code == expected_code, told
            (command,) = text.strip().splitlines()
            answer = CliRunner().invoke(main, command.split()[1:])
            told, code = answer.stdout + answer.stderr, answer.exit_code
            expected_code = 2 if "wrong" in command else 0
        else:
            assert words(text) in words(told)
    assert code == expected_code, told


def test_every_command_of_the_page_on_own_regions_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "bring_your_own_region.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks].count("sh") >= 9
    told, figures = "", []
    for kind, text in blocks:
        if kind == "yaml":
            (tmp_path / re.match(r"# (\S+)\n", text)[1]).write_text(text, encoding="utf-8")
        elif kind == "text":
            assert words(text) in words(told)
        elif text.startswith("factorflow"):
            answer = CliRunner().invoke(main, text.partition("#")[0].split()[1:])
            told = answer.stdout + answer.stderr
            assert answer.exit_code == (2 if "# wrong" in text else 0), told
            figures += re.findall(r"^\S+map\.png$", answer.stdout, flags=re.MULTILINE)
        else:
            subprocess.run(text, shell=True, check=True)
    assert len(figures) == 1 and (tmp_path / figures[0]).stat().st_size > 10_000
    assert len(list((tmp_path / "results").glob("baseline-*"))) == 2  # the corrected figure is a run of its own


def test_the_page_of_worlds_is_the_one_the_checks_would_write_now():
    written = (ROOT / "docs" / "worlds.md").read_text(encoding="utf-8")
    assert written == worlds_page(), f"run: {WORLDS_COMMAND}"


def test_every_word_of_a_scenario_stands_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    for word in [*fields_of(Scenario), *fields_of(Run)]:
        assert f"`{word}`" in text, word


def test_the_page_of_instruments_is_the_one_the_instruments_would_write_now():
    written = (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")
    assert written == instruments_page(), f"run: {COMMAND}"


def test_the_page_of_parameters_is_the_one_the_declarations_would_write_now():
    written = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert written == parameters_page(), f"run: {PARAMETERS_COMMAND}"


@pytest.mark.parametrize("name", instruments())
def test_the_page_and_the_list_and_the_schema_have_every_term_with_its_unit_and_range(name):
    section = (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8").partition(f"\n## {name}\n")[2]
    section = section.partition("\n## ")[0]
    listed = {row[0]: row for table in tables() if table.title.startswith(f"{name}:") for row in table.rows}
    for word, spot in fields_of(instruments()[name].Terms).items():
        if word == "instrument":
            continue
        assert listed[word][4] == spot.meaning
        if spot.annotation in (int, float):
            assert listed[word][2] == spot.unit and listed[word][1] == spot.range()
        if word not in fields_of(PolicyTerms):
            assert f"| {word} | " in section and spot.meaning in section


def test_the_command_prints_the_page(tmp_path):
    command = [sys.executable, *COMMAND.partition(" >")[0].split()[1:]]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=True)
    assert told.stdout == instruments_page()


def numbers_of_equations(*pages):
    text = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in pages)
    return [int(number) for number in re.findall(r"^- \((\d+)\) ", text, flags=re.MULTILINE)]


def test_equations_are_numbered_once_and_without_a_gap():
    found = numbers_of_equations("model.md", "odd.md")
    assert sorted(found) == list(range(1, len(found) + 1))


def test_equations_that_pages_and_tests_refer_to_are_there():
    found = set(numbers_of_equations("model.md", "odd.md"))
    odd = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
    assert {int(number) for number in re.findall(r"\((\d{1,2})\)", odd)} <= found
    for file in (ROOT / "tests").rglob("*.py"):
        for told in re.findall(r"[Ee]quations? ((?:\(\d+\)(?:, | and | to )?)+)", file.read_text(encoding="utf-8")):
            assert {int(number) for number in re.findall(r"\((\d+)\)", told)} <= found, file.name


def test_the_page_in_the_protocol_has_its_seven_elements_and_eleven_concepts():
    odd = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d) ", odd, flags=re.MULTILINE) == list("1234567")
    concepts = re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", odd.partition("## 4")[2].partition("## 5")[0], flags=re.MULTILINE)
    assert concepts == [
        *("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction"),
        *("Sensing", "Interaction", "Stochasticity", "Collectives", "Observation"),
    ]
