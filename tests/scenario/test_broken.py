"""Every file of `broken` gets exactly the answers written in its own comments: line, path, what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.errors import Fault, ScenarioFaults
from sim.scenario.load import faults, load_scenario
from sim.scenario.vocabulary import Vocabulary
from tests.scenario.conftest import FOLDER

FILES = sorted((FOLDER / "broken").glob("*.yaml"))


def expected(path: Path) -> set[Fault]:
    """The faults a file says it has: `# fault: [file] line | path | message`."""
    found = set()
    for words in re.findall(r"^# fault: (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        place, where, message = words.split(" | ")
        *file, line = place.split()
        found.add(Fault(file[0] if file else path.name, int(line), where, message))
    return found


def test_there_are_more_than_twelve_broken_files() -> None:
    assert len(FILES) > 12
    assert all(expected(path) for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_broken_file(path: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    found = faults(path.name, vocabulary)
    assert set(found) == expected(path)
    assert len(found) == len(set(found))
    with pytest.raises(ScenarioFaults) as raised:
        load_scenario(path.name, vocabulary)
    assert raised.value.faults == tuple(found)


def test_the_answer_is_grouped_by_file_with_every_line(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER / "broken")
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
