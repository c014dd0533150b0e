"""Good files corrupted at random: each is loaded or refused with lines, at once; nothing else is ever raised."""

from __future__ import annotations

import json
import math
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import FIRST, ScenarioFaults
from sim.scenario.expectation import load_expectations
from sim.scenario.inquiry import differences, explained
from sim.scenario.json_schema import scenario_schema
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.vocabulary import Vocabulary
from sim.scenario.yaml_reader import read_file
from tests.scenario.conftest import FOLDER

# What is corrupted, and the file that is then read.
READ = {
    "everything.yaml": "everything.yaml",
    "baseline.yaml": "deepened.yaml",
    "deepened.yaml": "deepened.yaml",
    "parts/deepened.yaml": "deepened.yaml",
    "parts/higher.yaml": "deepened.yaml",
    "expected.txt": "expected.txt",
}
UNSEEN = ["\u2028", "\x00", "\u202e", "\ufeff", "\x85", "\u00a0"]
SIGNS = [*"{}[]:,-?&*!|>'\"%@`#\n\r\t \\~0é缩=.<$", "\U0001f33e", *UNSEEN]
WORDS = [
    *("5", "'5'", "[]", "{}", "[1, {a: 2}]", "{from: 1}", "~", "null", ".nan", "-.inf", "true", "yes", "No", "1e30", "1e999"),
    *("-1", "0x1f", "010", "1:30", "2024-01-01", "60%", "0,5", "''", '"\\u202e"', '"\\ud800"', "&a", "*a", "!!str", "<<"),
    *("Hangzhou", "mountain", "north", "{2020: 0.1}", "{2020: {2021: 1}}", "{2020: 0.1, '2020': 0.2}", "{x: 0.1}", "9" * 50),
    *("extends", "policies", "from", "instrument", "residence_permit_reform", "[" * 30, "{a: " * 20, "x" * 300, "---", "..."),
    *("../x.yaml", "/etc/passwd", "parts/higher.yaml", "a/" * 700, "a" * 300, "everything.yaml", ".", "\\", "file:///x"),
]


def _token(text: str, spot: int) -> tuple[int, int]:
    tokens = [match.span() for match in re.finditer(r"[A-Za-z0-9_.]+", text)]
    return tokens[spot % len(tokens)] if tokens else (0, 0)


def _line(text: str, spot: int) -> tuple[list[str], int]:
    lines = text.split("\n")
    return lines, spot % len(lines)


def _replaced_word(text: str, spot: int, what: int) -> str:
    start, end = _token(text, spot)
    return text[:start] + WORDS[what % len(WORDS)] + text[end:]


def _swapped_word(text: str, spot: int, what: int) -> str:
    start, end = _token(text, spot)
    other = slice(*_token(text, what))
    return text[:start] + text[other] + text[end:]


def _sign(text: str, spot: int, what: int) -> str:
    place = spot % (len(text) + 1)
    return text[:place] + SIGNS[what % len(SIGNS)] + text[place + what // len(SIGNS) % 2 :]


def _cut(text: str, spot: int, what: int) -> str:
    place = spot % (len(text) + 1)
    return text[:place] + text[place + what % 40 :]


def _end(text: str, spot: int, what: int) -> str:
    return text[: spot % (len(text) + 1)]


def _without_line(text: str, spot: int, what: int) -> str:
    lines, number = _line(text, spot)
    return "\n".join(lines[:number] + lines[number + 1 :])


def _line_elsewhere(text: str, spot: int, what: int) -> str:
    lines, number = _line(text, spot)
    place = what % (len(lines) + 1)
    return "\n".join([*lines[:place], lines[number], *lines[place:]])


def _indented(text: str, spot: int, what: int) -> str:
    lines, number = _line(text, spot)
    line = lines[number]
    lines[number] = " " * (what % 5) + line if what % 2 else line[what % 4 :]
    return "\n".join(lines)


def _repeated(text: str, spot: int, what: int) -> str:
    place = spot % (len(text) + 1)
    return text[:place] + text[place : place + 30] * (what % 200) + text[place:]


CHANGES: list[Callable[[str, int, int], str]] = [
    *(_replaced_word, _replaced_word, _replaced_word, _swapped_word, _sign, _sign),
    *(_cut, _end, _without_line, _line_elsewhere, _indented, _repeated),
]
NUMBER = st.integers(0, 10_000)
CORRUPTION = st.tuples(
    st.sampled_from(sorted(READ)),
    st.lists(st.tuples(st.sampled_from(range(len(CHANGES))), NUMBER, NUMBER), min_size=1, max_size=4),
    st.none() | st.tuples(NUMBER, st.integers(0, 255)),  # a byte, whatever it does to UTF-8
)
Corruption = tuple[str, list[tuple[int, int, int]], tuple[int, int] | None]


def corrupted(text: str, corruption: Corruption) -> bytes:
    """A text after some changes, as bytes."""
    for change, spot, what in corruption[1]:
        text = CHANGES[change](text, spot, what)
    content = bytearray(text.encode("utf-8"))
    if corruption[2] is not None and content:
        content[corruption[2][0] % len(content)] = corruption[2][1]
    return bytes(content)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(FOLDER / "good", tmp_path_factory.mktemp("corrupted") / "good"))


@pytest.fixture(scope="module")
def examine(folder: Path, vocabulary: Vocabulary) -> Callable[[Corruption], bool]:
    """Corrupt a file, read it, and put it back; True when it could still be read."""
    schema = jsonschema.Draft7Validator(scenario_schema(vocabulary))

    def examined(corruption: Corruption) -> bool:
        path = folder / corruption[0]
        whole = path.read_bytes()
        path.write_bytes(corrupted(whole.decode("utf-8"), corruption))
        try:
            return _read(folder / READ[corruption[0]], vocabulary, schema)
        finally:
            path.write_bytes(whole)

    return examined


def _read(path: Path, vocabulary: Vocabulary, schema: jsonschema.Draft7Validator) -> bool:
    try:
        if path.suffix == ".txt":
            return all(question.expectation.wanted() for question in load_expectations(path, vocabulary).items)
        scenario = load_scenario(path, vocabulary)
    except ScenarioFaults as answer:
        assert answer.faults
        for fault in answer.faults:
            assert fault.line >= 1 and fault.message and fault.path and fault.file
            assert fault.path.isprintable() and fault.message.isprintable(), fault
        by_file = Counter(fault.file for fault in answer.faults)  # each file names its first ones
        assert str(answer).count("\n  line ") == sum(min(count, FIRST) for count in by_file.values())
        return False
    _sound(scenario, path, vocabulary)
    # the schema is looser than the loader, never stricter
    assert not [error.message for error in schema.iter_errors(read_file(path, "x").data)]
    return True


def _sound(scenario: Scenario, path: Path, vocabulary: Vocabulary) -> None:
    """What was loaded can be computed, written down, read again, and explained."""
    resolved = scenario.resolved()
    again = path.with_name("resolved.yaml")
    again.write_text(json.dumps(resolved, ensure_ascii=False), encoding="utf-8")
    copy = load_scenario(again, vocabulary)
    assert (copy.resolved(), copy.digest()) == (resolved, scenario.digest())
    assert differences(scenario, copy) == []
    for name, terms in scenario.policies.items():
        for year in range(scenario.years.from_, scenario.years.to + 1):
            assert 0 <= terms.strength(year) <= 1 and terms.at(year).dated == {}
        assert explained(scenario, f"policies.{name}.from", vocabulary).value
    assert all(math.isfinite(value) for value in scenario.parameters.values())


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(corruption=CORRUPTION)
def test_five_hundred_corruptions(corruption: Corruption, examine: Callable[[Corruption], bool]) -> None:
    examine(corruption)


STEPS = [
    *("policies", "reform", "cut", "2025", "run", "seed", "targets", "0", "1", "-1", "year", "groups", "north", "aid"),
    *("pairs", "Ningbo", "extends", "", " ", "x", "\u202e", "０", "²"),
]
SETTING = st.builds(
    lambda path, value: f"{'.'.join(path)}={value}",
    st.lists(st.sampled_from(STEPS), min_size=1, max_size=5),
    st.sampled_from(WORDS) | st.text(max_size=12),
)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(asked=st.lists(SETTING | st.text(max_size=20), min_size=1, max_size=4))
def test_five_hundred_settings(asked: list[str], folder: Path, vocabulary: Vocabulary) -> None:
    try:
        _sound(load_scenario(folder / "everything.yaml", vocabulary, asked), folder / "everything.yaml", vocabulary)
    except ScenarioFaults as answer:
        assert all(fault.path.isprintable() and fault.message.isprintable() for fault in answer.faults)


def test_the_corruptions_are_neither_harmless_nor_hopeless(examine: Callable[[Corruption], bool]) -> None:
    """A good part of them leaves a file that can be read, so that what comes after reading is tried too."""
    tried = [(file, [(change, 7 * spot, 3 * spot)], None) for file, change, spot in _small()]
    read = sum(examine(corruption) for corruption in tried)
    assert 0.05 * len(tried) < read < 0.6 * len(tried)


def _small() -> Iterator[tuple[str, int, int]]:
    return ((file, change, spot) for file in READ for change in range(len(CHANGES)) for spot in range(5))


@pytest.mark.slow
def test_twenty_thousand_corruptions(examine: Callable[[Corruption], bool], capsys: pytest.CaptureFixture[str]) -> None:
    read: list[bool] = []

    @settings(max_examples=20_000, deadline=None, database=None)
    @given(corruption=CORRUPTION)
    def run(corruption: Corruption) -> None:
        read.append(examine(corruption))

    start = time.perf_counter()
    run()
    with capsys.disabled():
        print(f"\n{len(read):,} corruptions in {time.perf_counter() - start:.0f} s; {sum(read):,} could still be read")
