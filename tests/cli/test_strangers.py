"""What a stranger's file may do at the terminal: nothing it says is obeyed, and every answer has an end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.errors import FIRST, Fault, ScenarioFaults, listed, printable
from sim.pages import tables, terminal
from tests.results.synthetic import future

ESCAPE, CONTROL, OVERRIDE = "\x1b[31mred", "\x9b31mred", "\u202ered"
WORDS = [ESCAPE, CONTROL, OVERRIDE, "bell\x07", "del\x7f", "byte\udce9"]
WHOLE = "schema: 1\ntitle: {title}\nworld: two_cells\nyears: {{from: 1, to: 10}}\n"


def factorflow(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def harmless(text: str) -> bool:
    return all(one.isprintable() or one == "\n" for one in text)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    return tmp_path


@pytest.mark.parametrize("word", WORDS)
def test_a_file_whose_name_holds_what_a_terminal_obeys(here: Path, word: str) -> None:
    good = here / "scenarios" / "good.yaml"
    good.write_text(WHOLE.format(title="Good"))
    named = here / "scenarios" / f"{word}.yaml"
    named.write_text(WHOLE.format(title="Named"))
    folder = future(here / "plain", replicates=(0, 1)).path.rename(here / f"{word}-results")
    for words in (
        ("check", named),
        ("explain", named, "years"),
        ("explain", good, word),
        ("diff", good, named),
        ("run", named),
        ("run", good, "--out", f"out{word}"),
        ("compare", good, named),
        ("compare", folder, word),
        ("plot", folder, word),
        ("plot", folder, "convergence", "--out", f"{word}.png"),
        ("test", named),
        ("list", "scenarios"),
        ("list", word),
        ("new", word),
        ("new", f"{word}/name.yaml"),
        ("schema", "--out", f"{word}.json"),
        ("world", word),
    ):
        answer = factorflow(*words)
        assert answer.exit_code in (0, 2) and not isinstance(answer.exception, (UnicodeError, OSError)), words
        assert harmless(answer.output), words
        assert answer.exit_code == 0 or words[0] in ("list", "compare") or printable(word) in answer.output, words
    assert not (here / "results").exists() or not any((here / "results").iterdir())


@pytest.mark.parametrize("word", WORDS[:-1])
@pytest.mark.parametrize(
    "text", ['title: "{}"', "policies: {{'{}': {{instrument: income_tax}}}}", "groups: {{'{}': [a]}}", "'{}': 1"]
)
def test_words_of_a_file_that_a_terminal_obeys(here: Path, text: str, word: str) -> None:
    quoted = json.dumps(word)[1:-1] if text.startswith("title") else word
    for name, body in (("first", quoted), ("second", word)):
        (here / f"scenarios/{name}.yaml").write_text("schema: 1\n" + text.format(body) + "\n", encoding="utf-8")
    for words in (("check", "scenarios/first.yaml", "scenarios/second.yaml"), ("list", "scenarios")):
        answer = factorflow(*words)
        assert answer.exit_code in (0, 2) and harmless(answer.output)


def test_json_and_tables_escape_what_they_print(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"title": "".join(WORDS[:-1]), "chinese": "浙江"}
    terminal.say_json(data)
    tables.print_table(ESCAPE, ("a", "b"), [(CONTROL, OVERRIDE)])
    said = capsys.readouterr().out
    assert harmless(said) and "浙江" in said and r"\x1b[31mred" in said and r"\u202ered" in said
    assert json.loads(said.splitlines()[0]) == data


@pytest.mark.parametrize("folder", ["r\udce9sultats", "link", "n" * 300, "file/below", "/proc/no/such"])
def test_a_place_that_cannot_be_written_is_refused_before_the_first_year(
    here: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a year was computed")

    monkeypatch.setattr("sim.experiments.experiment.run", never)
    (here / "link").symlink_to("/nonexistent/there")
    (here / "file").write_text("")
    (here / "good.yaml").write_text(WHOLE.format(title="Good"))
    answer = factorflow("run", "good.yaml", "--out", folder)
    assert answer.exit_code == 2 and len(answer.stderr.splitlines()) == 1 and harmless(answer.stderr), answer
    (here / "results").symlink_to("/nonexistent/there")
    for words in (("run", "good.yaml"), ("compare", "good.yaml", "good.yaml", "--figure", "convergence")):
        answer = factorflow(*words)
        assert answer.exit_code == 2 and "results" in answer.stderr, answer


def test_two_files_of_sixty_thousand_faults_end(here: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        Path(name).write_text("schema: 1\ntitle: x\n" + "".join(f"k{i}: \u200b\n" for i in range(60_000)), encoding="utf-8")
    answer = factorflow("check", "one.yaml", "two.yaml")
    assert answer.exit_code == 2 and len(answer.stderr) < 10_000
    assert answer.stderr.count("60,000 faults") == 2 and answer.stderr.count("and 59,980 more") == 2


def test_faults_of_many_files_and_long_lists_end() -> None:
    faults = [Fault(f"{number}.yaml", line, "a", "b") for number in range(300) for line in range(30)]
    text = str(ScenarioFaults(faults))
    assert text.count("\n  line ") == FIRST * FIRST and text.endswith("280 more files have 8,400 faults.")
    assert listed(range(1000)).endswith("18, 19 and 980 more")


def test_a_huge_text_is_quoted_in_part(here: Path) -> None:
    Path("huge.yaml").write_text(f"schema: 1\nworld: {'a' * 500_000}\n'{'b' * 150}': 1\n")
    for words in (("check", "huge.yaml"), ("check", "huge.yaml", "--set", f"{'c' * 100_000}=1")):
        answer = factorflow(*words)
        assert answer.exit_code == 2 and len(answer.stderr) < 5_000


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["run.replicates=5", "run={labour_agents: 20000}"], "run is set twice: run.replicates is a part of it."),
        (["run={labour_agents: 20000}", "run.replicates=5"], "run is set twice: run.replicates is a part of it."),
        (
            ["policies.a.from=2015", "policies.a={instrument: income_tax}"],
            "policies.a is set twice",
        ),
        (["policies={}", "years.to=2016", "policies.a.b.c=1"], "policies is set twice: policies.a.b.c is a part of it."),
        (["targets.0.year=2015", "targets.00={measure: gini, year: 2016}"], "targets.0 is set twice"),
    ],
)
def test_a_setting_inside_or_around_another_is_a_fault(here: Path, settings: list[str], told: str) -> None:
    Path("good.yaml").write_text(WHOLE.format(title="Good") + "targets: [{measure: gini, year: 5, at_most: 1}]\n")
    answer = factorflow("check", "good.yaml", *(word for setting in settings for word in ("--set", setting)))
    assert answer.exit_code == 2 and told in answer.stderr


def test_settings_beside_each_other_are_no_fault(here: Path) -> None:
    Path("good.yaml").write_text(WHOLE.format(title="Good"))
    assert factorflow("check", "good.yaml", "--set", "run.replicates=5", "--set", "run.seed=1").exit_code == 0
