"""Commands in the pages do not rot: each is one the program takes, the recipes run, the tutorial prints what it says."""

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location

import click
import matplotlib
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.pages.measures import COMMAND, measures_page
from tests.test_end_to_end import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCES = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def blocks(page):
    return FENCES.findall(page.read_text(encoding="utf-8"))


def commands(text):
    """The words of every `factorflow` command in lines of shell; those in a loop with its variable as it stands."""
    found = []
    for line in text.splitlines():
        for part in re.findall(r"(?:^|[\s/])factorflow [^;&|]*", line):
            words = shlex.split(part.strip().removesuffix("done"), comments=True)
            found.append(words[1:])
    return found


WRITTEN = [(page.name, words) for page in PAGES for kind, text in blocks(page) if kind == "sh" for words in commands(text)]


def names(text):
    """The words of every command named within a sentence, as `factorflow run FILE`."""
    return [span.split()[1:] for span in re.findall(r"`(factorflow [^`]+)`", FENCES.sub("", text))]


NAMED = [(page.name, words) for page in PAGES for words in names(page.read_text(encoding="utf-8"))]


def parsed(words):
    """The innermost command that is asked for; raises click.UsageError for words it does not take."""
    command, context = main, None
    while True:
        name = "factorflow" if context is None else words[0]
        rest = words if context is None else words[1:]
        context = command.make_context(name, list(rest), parent=context)
        if not isinstance(command, click.Group):
            return command
        words = [*context._protected_args, *context.args]
        command = command.resolve_command(context, words)[1]  # raises where there is none


def test_the_pages_hold_many_commands():
    assert len(WRITTEN) >= 45 and len(NAMED) >= 65, (len(WRITTEN), len(NAMED))


@pytest.mark.parametrize(("page", "words"), WRITTEN, ids=lambda one: " ".join(one)[:60] if isinstance(one, list) else one)
def test_every_command_is_one_that_the_program_takes(page, words, monkeypatch):
    monkeypatch.chdir(ROOT)
    stood_for = {"$m": "0.1", "$pool": "3"}
    for shown, value in stood_for.items():
        words = [word.replace(shown, value) for word in words]
    parsed(words)


def test_a_command_that_there_is_not_would_be_noticed():
    for wrong in (["runn", "a.yaml"], ["compare", "a", "b", "--figures", "map"], ["plot"], ["report", "a", "--lang", "fr"]):
        with pytest.raises((click.UsageError, AssertionError)):
            parsed(wrong)


@pytest.mark.parametrize(("page", "words"), NAMED, ids=lambda one: " ".join(one)[:60] if isinstance(one, list) else one)
def test_every_command_named_in_a_sentence_is_there_with_its_options(page, words):
    if words[0].isupper() or words[0].startswith("-"):
        assert words[0] in ("COMMAND", "--version", "--help")
        return
    command, left = main, list(words)
    while isinstance(command, click.Group):
        choices = re.split(r"[|]", left.pop(0).strip("[],"))
        there = [command.resolve_command(click.Context(command), [name])[1] for name in choices]  # raises where there is none
        command = there[0]
        if not left or re.match(r"[A-Z[]", left[0]):
            break
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", " ".join(left)):
        assert option in options, f"{page}: {option}"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the scenarios, to run commands in."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    matplotlib.use("Agg")
    yield tmp_path
    from matplotlib import pyplot

    pyplot.close("all")


def ran(words):
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 0, f"{shlex.join(words)}: {answer.stdout}{answer.stderr}"
    return answer.stdout


def test_the_recipes_run(here):
    counted = 0
    for kind, text in blocks(ROOT / "docs" / "howto.md"):
        for words in commands(text) if kind == "sh" else ():
            if words[0] != "dashboard":  # serves until it is stopped
                ran(words)
                counted += 1
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as told:
                exec(compile(text, "howto.md", "exec"), {})
            assert told.getvalue() == "ratio\n"
    assert counted >= 14
    assert (here / "aid.csv").read_text(encoding="utf-8").count("\n") > 1000
    assert "factorflow" in (here / "report.html").read_text(encoding="utf-8")
    assert {file.name for file in (here / "again").glob("*.yaml")} >= {"baseline.yaml", "upstream_aid.yaml"}


def test_the_quick_start_in_chinese_runs(here):
    kinds = blocks(ROOT / "docs" / "quickstart.zh.md")
    (scenario,) = [text for kind, text in kinds if kind == "yaml"]
    (here / "scenarios/zhejiang/my_roads.yaml").write_text(scenario, encoding="utf-8")
    asked = [words for kind, text in kinds if kind == "sh" for words in commands(text)]
    cheap = [words for words in asked if "run.continuum=true" in words or words[0] == "check"]
    assert len(cheap) == len(asked) - 2 == 3  # the others: the first one of the README, and the dashboard, which never ends
    told = [ran(words) for words in cheap]
    assert "1.712" in told[0] and "no faults" in told[2]
    assert "山海" in (here / "report-zh.html").read_text(encoding="utf-8")


def words_of(text):
    return " ".join(text.split())


def test_the_tutorial_prints_what_it_says(here):
    said, told, shared = 0, "", {}
    for kind, text in blocks(ROOT / "docs" / "tutorial.md"):
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(text, "tutorial.md", "exec"), shared)
            told = printed.getvalue()
        elif kind == "text":
            assert words_of(text) in words_of(told)
            said += 1
    assert said >= 8
    assert (here / "gap.png").stat().st_size > 10_000
    drawn = script("notebook").picture(here / "scenarios/riverland", here / "drawn")
    assert (ROOT / "docs/tutorial.svg").read_text(encoding="utf-8") == drawn, "run: python docs/notebook.py"


def script(name):
    """A file beside the pages, which is no part of the package."""
    found = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_notebook_is_the_page():
    page = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    written = (ROOT / "docs/tutorial.ipynb").read_text(encoding="utf-8")
    assert written == script("notebook").notebook(page), "run: python docs/notebook.py"


def test_the_page_of_measures_is_the_one_the_measures_would_write_now():
    assert (ROOT / "docs/measures.md").read_text(encoding="utf-8") == measures_page(), f"run: {COMMAND}"


def test_the_site_is_built_without_a_warning_and_asks_nothing_of_the_network(tmp_path):
    """With the smallest gallery: `.ci/run` builds the whole."""
    asked = [sys.executable, "-m", "sphinx", "-W", "-q", "-D", "gallery_worlds=two_cells", "-b", "html", "docs"]
    told = subprocess.run([*asked, str(tmp_path / "site")], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    site = tmp_path / "site"
    pages = {page.stem: page.read_text(encoding="utf-8") for page in site.glob("*.html")}
    assert {page.stem for page in PAGES} - {"README"} <= set(pages)
    for name, page in pages.items():
        fetched = re.findall(r"<(?:script|link|img|iframe|source)[^>]*(?:src|href)=\"(https?:[^\"]*)", page)
        assert not fetched, name
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\([\"']?https?:", style.read_text(encoding="utf-8")), style
    gallery = pages["gallery"]
    assert 'role="img"' in gallery and "A valley that opens its town" in gallery
    assert "factorflow</span> <span" in pages["howto"] or "factorflow compare" in pages["howto"]
    assert "factorflow world check" in pages["commands"] and "sim.notebook.results.Results.sel" in pages["api"]
    assert "_downloads" in pages["scenarios"] and (site / "searchindex.js").stat().st_size > 50_000
