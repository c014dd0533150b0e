"""The page in both languages: every phrase it needs, every meaning and unit of a number, and what the command refuses."""

import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.dashboard.page import MEASURES, View, render, said_in
from sim.economy.policies.base import instruments
from sim.pages.phrases import catalogue
from sim.scenario.schema import Run, Scenario, Target, Years
from sim.scenario.spots import fields_of, spot_of
from sim.vocabulary import vocabulary


def settable():
    """Meaning and unit of every number a scenario may set."""
    models = [Run, Years, Target, *(module.Terms for module in instruments().values())]
    for model in models:
        for spot in fields_of(model).values():
            inner = [spot_of(part, []) for part in getattr(spot.annotation, "__args__", ())]
            nested = [one for one in inner if hasattr(one.annotation, "model_fields")]
            for one in nested:
                yield from ((part.meaning, part.unit) for part in fields_of(one.annotation).values())
            numbers = [one for one in (spot, *inner) if one.annotation in (int, float)]
            yield from ((spot.meaning, one.unit or spot.unit) for one in numbers)
    for world in vocabulary().worlds.values():
        yield from ((word.meaning, word.unit) for word in world.parameters.values())


def test_every_number_that_can_be_set_has_its_meaning_and_unit_in_chinese():
    said = said_in("zh")
    meanings, units = ({pair[at] for pair in settable()} - {"", "none"} for at in (0, 1))
    assert set(said["meanings"]) == meanings
    assert set(said["units"]) == units
    assert all(re.search("[\u4e00-\u9fff]", words) for words in said["meanings"].values())
    assert set(fields_of(Scenario)) >= {"parameters", "policies", "run", "years", "targets"}, "where numbers stand"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_whole_in_both_languages(session, lang):
    page = render(session, View(lang=lang))
    assert f'<html lang="{ {"en": "en", "zh": "zh-CN"}[lang] }"' in page
    assert "{" not in re.sub(r"<(script|textarea)[^>]*>.*?</\1>", "", page, flags=re.DOTALL), "no placeholder is left"
    for name in MEASURES:
        assert catalogue(lang)[f"dashboard.measures.{name}"] in page
    assert ("运行" in page) == (lang == "zh")


def test_no_english_leaks_into_the_chinese_page(session):
    page = render(session, View(lang="zh"))
    page = re.sub(r"<(script|textarea|code|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    words = re.findall(r"[A-Za-z]{4,}", " ".join(re.findall(r">([^<>]+)<", page)))
    assert set(words) - {"English", "open", "baseline", "yaml", "factorflow", "Ctrl", "Enter"} == set()


def test_what_is_asked_but_not_offered_falls_back():
    assert View.asked({"lang": "fr", "measure": "<script>", "baseline": 3}) == View()
    assert View.asked({"lang": "zh", "measure": "population"}) == View("zh", "population")


def test_the_command_refuses_what_it_cannot_open(valley, tmp_path):
    answer = CliRunner().invoke(main, ["dashboard", str(valley / "none.yaml"), "--no-open"])
    assert answer.exit_code == 2 and "cannot be opened" in answer.stderr
    answer = CliRunner().invoke(main, ["dashboard", str(tmp_path), "--no-open"])
    assert answer.exit_code == 2 and "directory" in answer.stderr


def test_a_port_that_is_taken_is_told(valley):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = CliRunner().invoke(main, ["dashboard", str(valley / "open.yaml"), "--no-open", "--port", port])
    assert answer.exit_code == 2 and f"port {port}" in answer.stderr and "Leave --port out" in answer.stderr


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_one_sentence_says_how_to_install_it(valley, missing):
    program = f"import sys; sys.modules[{missing!r}] = None; from sim.__main__ import start; start()"
    command = [sys.executable, "-c", program, "dashboard", str(valley / "open.yaml"), "--no-open"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 2 and answer.stdout == ""
    assert answer.stderr.strip() == "the dashboard needs starlette and uvicorn: pip install 'factorflow[dashboard]'"
