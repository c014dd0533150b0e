"""The reader alone: what plain words mean, where values stand, and what is refused before anything is checked."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from sim.errors import Fault
from sim.scenario.yaml_reader import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_TEXT,
    MAX_VALUES,
    RefusedError,
    read_file,
    read_text,
    resolve,
    shown,
)
from tests.scenario.conftest import FOLDER


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("200_000", 200_000),
        ("1e5", 100_000),
        ("1.5E+2", 150),
        ("1e-3", 0.001),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e20", 1e20),
        ("Hangzhou", "Hangzhou"),
        ("2024-01-01", "2024-01-01"),
        ("60%", "60%"),
        ("1_", "1_"),
        ("1__0", "1__0"),
        ("_1", "_1"),
        ("１２", "１２"),  # digits of another script are text
        ("1,5", "1,5"),
        ("e5", "e5"),
        (".", "."),
        ("=", "="),
    ],
)
def test_meaning_of_plain_words(text: str, meaning: Any) -> None:
    assert resolve(text) == meaning
    assert type(resolve(text)) is type(meaning)


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "ON", "off", "True", "FALSE", "", "~", "null", "Null", ".nan", "NaN", "-.inf", "inf", "Infinity"]
    + ["010", "-00.5", "0x1F", "0o17", "0b11", "1:30", "190:20:30.15", "1e400", "9" * 41],
)
def test_ambiguous_words_are_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        resolve(text)


def test_quotes_make_text_of_anything() -> None:
    reading = read_text("a: '010'\nb: \"no\"\nc: ''\nd: |\n  1\n", "f")
    assert reading.data == {"a": "010", "b": "no", "c": "", "d": "1\n"}
    assert reading.faults == []


def test_every_value_knows_its_line() -> None:
    reading = read_text("# first\na:\n  b: 1\n\n  c:\n    - x\n    - {d: 2}\n2_027: y\n", "f")
    assert reading.data == {"a": {"b": 1, "c": ["x", {"d": 2}]}, "2027": "y"}
    lines = {".".join(path): place.line for path, place in reading.places.items()}
    assert lines == {"": 2, "a": 2, "a.b": 3, "a.c": 5, "a.c.0": 6, "a.c.1": 7, "a.c.1.d": 7, "2027": 8}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_any_line_ending(newline: str) -> None:
    reading = read_text(newline.join(["a: 1", "b: .nan", "c: 3"]), "f")
    assert [fault.line for fault in reading.faults] == [2]


def only_fault(text: str) -> Fault:
    faults = read_text(text, "f").faults
    assert len(faults) == 1, faults
    return faults[0]


def test_depth_number_and_length_of_values_are_capped() -> None:
    deep = only_fault("a: " + "[" * 100_000)
    assert deep.message == f"is nested more than {MAX_DEPTH} levels deep."
    sound = read_text("a: " + "[" * (MAX_DEPTH - 2) + "1" + "]" * (MAX_DEPTH - 2), "f")
    assert sound.faults == []
    many = only_fault("\n".join(f"k{number}: 1" for number in range(MAX_VALUES + 5)))
    assert (many.line, many.message) == (MAX_VALUES, f"there are more than {MAX_VALUES} values up to here.")
    long = only_fault("a: 1\nb: " + "x" * (MAX_TEXT + 1))
    assert (long.line, long.path) == (2, "b = " + "x" * 57 + "...")
    assert long.message == f"is a text of {MAX_TEXT + 1} characters; at most {MAX_TEXT} are allowed."


def test_unseen_characters_are_refused_even_when_escaped() -> None:
    fault = only_fault('a: 1\nb: "x\\u202ey"')
    assert (fault.line, fault.path) == (2, r"b = x\u202ey")
    assert fault.message == "holds the character U+202E (right-to-left override), which nobody can see."
    assert only_fault('a: "\\ud800"').line == 1
    assert only_fault("a: 1\nb: x\u200by").message.startswith("the character U+200B (zero width space)")
    assert only_fault("a: 1\n\u2028b: 2").line == 2
    assert read_text("a: 缩小差距 → « gap » \U0001f33e", "f").faults == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("? [a, b]\n: 1", "a key must be one word or number, not a list, a mapping or an alias."),
        ("*a : 1", "a key must be one word or number, not a list, a mapping or an alias."),
        ("%YAML 1.1\n---\na: 1", "a line that starts with % (a directive) is not allowed."),
        ("a: 'open", "the quotes that open here are not closed."),
        (
            "a: 1\n  b: 2",
            'a ": " cannot stand here: text that holds one needs quotes, keys of one mapping the same indentation.',
        ),
        ("a:\n  b: 2\n c: 3", "the indentation does not fit the lines above."),
        ("a: 1\nb\nc: 2", 'a key must be followed by ": " and its value.'),
        ("", "is empty."),
        ("# only a comment", "is empty."),
    ],
)
def test_syntax_is_answered_in_plain_words(text: str, message: str) -> None:
    assert only_fault(text).message == message


def test_a_key_whose_text_is_not_a_word_asks_for_quotes() -> None:
    assert read_text("no: 1", "f").faulty == {("no",)}
    assert read_text("'no': 1", "f").data == {"no": 1}


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a: 1\nb: \xff\n", 2, "is not UTF-8: byte 0xff. Save the file as UTF-8."),
        ("a: 1".encode("utf-16"), 1, "is not UTF-8: byte 0xff. Save the file as UTF-8."),
        (b"#" * (MAX_BYTES + 1), 1, "is larger than 1024 KiB."),
        (b"- a\n- b\n", 1, "must be a mapping: lines of the form  key: value."),
        (b"just text", 1, "must be a mapping: lines of the form  key: value."),
        (b"", 1, "is empty."),
    ],
)
def test_bytes_come_first(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    reading = read_file(path, "a.yaml")
    assert [(fault.line, fault.message) for fault in reading.faults] == [(line, message)]
    assert reading.data == {}
    assert not reading.complete


def test_a_byte_order_mark_is_let_pass(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert (read_file(path, "a").data, read_file(path, "a").faults) == ({"a": 1}, [])


def test_only_ordinary_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    messages = {name: read_file(tmp_path / name, name).faults[0].message for name in ("pipe", "none", ".")}
    assert messages == {
        "pipe": "there is no such file.",
        "none": "there is no such file.",
        ".": "is a folder, not a file.",
    }


def test_a_path_is_shown_with_its_value_when_short() -> None:
    assert shown(("a", "b"), 60) == "a.b = 60"
    assert shown(("a",), True) == "a = true"
    assert shown(("a",), [1]) == "a"
    assert shown(()) == "(whole file)"


def test_no_text_breaks_the_reader() -> None:
    """Sound files with some characters changed are read or refused; they never raise."""
    luck = random.Random(7)
    signs = "{}[]:,-?&*!|>'\"%@`#\n\t \\~0é\u2028\x00\ud800"
    files = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / "good").rglob("*.yaml"))]
    refused = 0
    for _ in range(2_000):
        text = list(luck.choice(files))
        for _ in range(luck.randint(1, 6)):
            text[luck.randrange(len(text))] = luck.choice(signs)
        refused += bool(read_text("".join(text), "f").faults)
    assert 500 < refused < 2_000
