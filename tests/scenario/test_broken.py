"""Every file of `broken` gets exactly the answers written in its own comments: line, path, what is allowed; at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.errors import Fault, ScenarioFaults
from sim.scenario.load import faults, load_scenario
from sim.scenario.vocabulary import Vocabulary
from sim.vocabulary import vocabulary as package_words
from tests.scenario.conftest import FOLDER

GROUPS = ("characters", "instruments", "keys", "paths", "ranges", "references", "scalars", "structure", "time")
FILES = sorted(path for path in (FOLDER / "broken").rglob("*.yaml") if path.parent.name != "parts")


def words_for(path: Path, vocabulary: Vocabulary) -> Vocabulary:
    """The small vocabulary that stays as it is; for the group `instruments` that of the package."""
    return package_words() if path.parent.name == "instruments" else vocabulary


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def expected(path: Path) -> set[Fault]:
    """The faults a file says it has: `# fault: [file] line | path | message`; where no comment can stand, beside it."""
    beside = path.with_suffix(".faults")
    text = (beside if beside.exists() else path).read_bytes().decode("utf-8", errors="replace")
    found = set()
    for words in re.findall(r"^# fault: (.*?)\r?$", re.sub(r"\r\n?", "\n", text), flags=re.MULTILINE):
        place, where, message = words.split(" | ")
        *file, line = place.split()
        found.add(Fault(file[0] if file else path.name, int(line), where, message))
    return found


def test_there_are_more_than_eighty_in_all_groups() -> None:
    assert len(FILES) > 80
    assert all(expected(path) for path in FILES)
    assert {path.parent.name for path in FILES} == set(GROUPS)


def test_every_instrument_of_the_package_has_a_broken_file_of_its_own_name() -> None:
    named = {path.stem for path in FILES if path.parent.name == "instruments"}
    assert set(package_words().instruments) <= named


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_broken_file(path: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    vocabulary = words_for(path, vocabulary)
    found = faults(path.name, vocabulary)
    assert set(found) == expected(path)
    assert len(found) == len(set(found))
    with pytest.raises(ScenarioFaults) as raised:
        load_scenario(path.name, vocabulary)
    assert raised.value.faults == tuple(found)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_one_answer_with_lines_and_exit_code_two(path: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    words = words_for(path, vocabulary)
    monkeypatch.setattr("sim.vocabulary.vocabulary", lambda: words)
    answer = CliRunner().invoke(main, ["check", str(path)])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert all(f"  line {fault.line}  {fault.path}\n" in answer.stderr for fault in expected(path))


@pytest.mark.parametrize("group", GROUPS)
def test_from_the_shell_it_is_the_same(group: str) -> None:
    """One file a group in a process of its own; the words of the package differ, the manner does not."""
    path = next(path for path in FILES if path.parent.name == group)
    command = [sys.executable, "-m", "sim", "check", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)  # half a second where nothing else runs
    assert (told.returncode, told.stdout) == (2, "")
    assert re.search(r"^  line \d+  \S", told.stderr, flags=re.MULTILINE)
    assert "Traceback" not in told.stderr


def test_the_answer_is_grouped_by_file_with_every_line(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER / "broken" / "paths")
    with pytest.raises(ScenarioFaults) as raised:
        load_scenario("extends_circle.yaml", vocabulary)
    assert str(raised.value) == (
        "extends_circle.yaml: 1 fault\n"
        "\n"
        "  line 4  run.replicates = 0\n"
        "           must lie between 1 and 1000 (replicates).\n"
        "\n"
        "extends_circle_back.yaml: 1 fault\n"
        "\n"
        "  line 3  extends = extends_circle.yaml\n"
        "           closes a circle: extends_circle.yaml -> extends_circle_back.yaml -> extends_circle.yaml."
    )
