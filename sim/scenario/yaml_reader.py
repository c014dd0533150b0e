"""YAML to plain values that know their line: a small, strict part of YAML, all faults at once.

PyYAML only splits the text into events; nothing of it decides what a value means. Its own rules read `no` as false,
`010` as 8, `1:30` as 90 and `1e5` as text, and keep the last of two equal keys in silence.
"""

from __future__ import annotations

import re
import unicodedata
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from yaml import YAMLError, events
from yaml.error import MarkedYAMLError
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from sim.errors import Fault, Told, printable, unseen

MAX_BYTES = 1024 * 1024
MAX_VALUES = 10_000
MAX_DEPTH = 12
MAX_TEXT = 10_000
MAX_DIGITS = 40
MAX_ANSWER = 1_000

KeyPath = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a value stands: file and line, counted from 1."""

    file: str
    line: int


@dataclass
class Reading:
    """What was read: plain values, the place of each by its path, the faults, and the paths they make unusable.

    `complete` is False when reading stopped before the end, so that what is missing is not known. `numbers` holds the first
    character of every number and the one after its last, counted from 0.
    """

    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    faulty: set[KeyPath] = field(default_factory=set)
    complete: bool = True
    numbers: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def copy(self) -> Reading:
        """The same reading, to be changed without changing this one."""
        parts = dict(self.places), list(self.faults), set(self.faulty), self.complete, dict(self.numbers)
        return Reading(deepcopy(self.data), *parts)


class RefusedError(ValueError):
    """A plain scalar that is none of true, false, a decimal number or text; its words say what to write instead."""

    def __init__(self, message: str, told: Told | None = None) -> None:
        self.told = told
        super().__init__(message)


class _StoppedError(Exception):
    """Reading cannot go on; the fault is already noted."""


_NUMBER = re.compile(r"([-+]?)([0-9]+(?:_[0-9]+)*|(?=\.[0-9]))(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"[-+]?0[xXoObB][0-9a-fA-F_]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)


def resolve(text: str) -> bool | int | float | str:
    """The meaning of a plain scalar: true, false, a decimal number, else text; raises RefusedError for the ambiguous.

    A number with an exponent that comes out whole (1e5) is a whole number, so that it may count agents.
    """
    folded = text.casefold()
    if text in ("true", "false"):
        return text == "true"
    if folded in ("true", "false", "yes", "no", "on", "off"):
        meant = "true" if folded in ("true", "yes", "on") else "false"
        start = "write {} for a truth value" if folded == meant else "some programs read this as {0}. Write {0}"
        raise RefusedError(
            f'{start.format(meant)}, or "{text}" in quotes for text.', Told("truth", {"write": meant, "word": text})
        )
    if folded in ("", "~", "null"):
        message = "holds no value. Leave the line out to keep the default or what the file extends."
        raise RefusedError(message, Told("no_value"))
    if _NOT_FINITE.fullmatch(text):
        raise RefusedError("is not a finite number; text needs quotes.")
    if _OTHER_BASE.fullmatch(text) or _SEXAGESIMAL.fullmatch(text):
        raise RefusedError("is not a decimal number; text needs quotes.", Told("not_decimal"))
    number = _NUMBER.fullmatch(text)
    return _number(text, *number.groups()) if number else text


def _number(text: str, sign: str, whole: str, fraction: str | None, exponent: str | None) -> int | float:
    if len(whole) > 1 and whole.startswith("0"):
        message = "starts with 0, which some programs read as octal. Leave the 0 out, or use quotes for text."
        raise RefusedError(message, Told("octal"))
    if len(text) > MAX_DIGITS:
        raise RefusedError(f"is longer than {MAX_DIGITS} digits; text needs quotes.")
    if fraction is None and exponent is None:
        return int(sign + whole)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise RefusedError("is too large for a number.")
    whole_number = exponent is not None and value.is_integer() and abs(value) < 2**53
    return int(value) if whole_number else value


def shown(path: KeyPath, value: object = None) -> str:
    """A path in words, `a.b.c`, followed by ` = value` when one short value stands there."""
    words = printable(".".join(path), MAX_ANSWER) or "(whole file)"
    if value is None or isinstance(value, dict | list | tuple):
        return words
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{words} = {printable(text, 60)}"


class _Events(Reader, Scanner, Parser):
    """PyYAML's splitting of text into events, without anything that could make objects."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def take(self) -> Any:
        return self.get_event()  # type: ignore[no-untyped-call]

    def ahead(self) -> Any:
        return self.peek_event()  # type: ignore[no-untyped-call]


class _Builder:
    """Builds plain values from events and notes every fault on the way."""

    def __init__(self, text: str, file: str, line: int | None, top: KeyPath) -> None:
        self.events = _Events(text)
        self.file, self.fixed_line, self.top = file, line, top
        self.values = 0
        self.reading = Reading()

    def line(self, mark: Any) -> int:
        return self.fixed_line or mark.line + 1

    def fault(self, mark: Any, path: KeyPath, message: str, value: object = None, told: Told | None = None) -> None:
        where = self.file, self.line(mark), shown(path, value)
        self.reading.faults.append(Fault(*where, printable(message, MAX_ANSWER), told))

    def refuse(self, mark: Any, path: KeyPath, message: str, value: object = None, told: Told | None = None) -> None:
        self.fault(mark, path, message, value, told)
        self.reading.faulty.add(path)

    def document(self) -> None:
        """One document, and nothing after it."""
        self.events.take()  # start of the stream
        start = self.events.take()
        if isinstance(start, events.StreamEndEvent):
            self.reading.complete = False
            self.fault(start.start_mark, self.top, "is empty.")
            return
        if start.version or start.tags:
            self.fault(start.start_mark, self.top, "a line that starts with % (a directive) is not allowed.")
        self.reading.data = self.value(self.top, 1)
        self.events.take()  # end of the document
        after = self.events.take()
        if not isinstance(after, events.StreamEndEvent):
            self.fault(after.start_mark, self.top, "a second document starts here (---); a file holds one scenario.")

    def value(self, path: KeyPath, depth: int) -> Any:
        """The value of the next event, with everything inside it."""
        event = self.events.take()
        self.values += 1
        if self.values > MAX_VALUES:
            self.fault(event.start_mark, path, f"there are more than {MAX_VALUES} values up to here.")
            raise _StoppedError
        if depth > MAX_DEPTH:
            self.fault(event.start_mark, path, f"is nested more than {MAX_DEPTH} levels deep.")
            raise _StoppedError
        self.reading.places.setdefault(path, Place(self.file, self.line(event.start_mark)))
        if isinstance(event, events.AliasEvent):
            self.refuse(event.start_mark, path, f"aliases (*{event.anchor}) are not allowed; write the value out.")
            return None
        self.plainness(event, path)
        if isinstance(event, events.MappingStartEvent):
            return self.mapping(path, depth)
        if isinstance(event, events.SequenceStartEvent):
            return self.sequence(path, depth)
        return self.scalar(event, path)

    def plainness(self, event: Any, path: KeyPath) -> None:
        if event.anchor is not None:
            self.fault(event.start_mark, path, f"anchors (&{event.anchor}) are not allowed; write the value out.")
        if event.tag is not None:
            self.refuse(event.start_mark, path, f"tags ({event.tag}) are not allowed; write the value alone.")

    def sequence(self, path: KeyPath, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(self.events.ahead(), events.SequenceEndEvent):
            items.append(self.value((*path, str(len(items))), depth + 1))
        self.events.take()
        return items

    def mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        first_line: dict[str, int] = {}
        while not isinstance(self.events.ahead(), events.MappingEndEvent):
            mark = self.events.ahead().start_mark
            key = self.key(path, depth)
            inside = (*path, key or "?")
            if key is not None and key in entries:
                told = Told("twice", {"line": first_line[key]})
                self.fault(mark, inside, f"is given twice; the first time in line {first_line[key]}.", told=told)
                key = None
            elif key is not None:
                first_line[key] = self.line(mark)
                self.reading.places[inside] = Place(self.file, self.line(mark))
            value = self.value(inside, depth + 1)
            if key is not None:
                entries[key] = value
        self.events.take()
        return entries

    def key(self, path: KeyPath, depth: int) -> str | None:
        """The next key as text, or None after a fault; 2027 and "2027" are the same key."""
        event = self.events.ahead()
        if not isinstance(event, events.ScalarEvent):
            self.fault(event.start_mark, path, "a key must be one word or number, not a list, a mapping or an alias.")
            if isinstance(event, events.AliasEvent):
                self.events.take()
            else:
                self.value((*path, "?"), depth + 1)
            return None
        self.events.take()
        self.plainness(event, (*path, event.value))
        text: str = event.value
        try:
            self.check_text(text)
            if "\n" in text or len(text) > 200:
                raise RefusedError("a key must be one short line.")
            if not text.strip():
                raise RefusedError("it is empty.")
            for character in text:
                if character.isspace() and character != " ":
                    raise RefusedError(f"it holds {_named(character)}, which looks like a space; use a plain one.")
            if event.style is None:
                if text == "<<":
                    raise RefusedError("merge keys are not allowed; write the values out, or use extends.")
                number = resolve(text)
                text = str(number) if isinstance(number, int) and not isinstance(number, bool) else text
        except RefusedError as refusal:
            self.refuse(event.start_mark, (*path, text[:60] or "?"), f"this key cannot stand: {refusal}")
            return None
        return text

    def scalar(self, event: Any, path: KeyPath) -> bool | int | float | str | None:
        text: str = event.value
        try:
            self.check_text(text)
            meaning = resolve(text) if event.style is None else text
            if isinstance(meaning, int | float) and not isinstance(meaning, bool):
                self.reading.numbers[path] = (event.start_mark.index, event.end_mark.index)
            return meaning
        except RefusedError as refusal:
            self.refuse(event.start_mark, path, str(refusal), text[:61] or None, refusal.told)
            return None

    @staticmethod
    def check_text(text: str) -> None:
        """Refuse text too long, or with characters nobody can see that an escape like "\\u202e" let in."""
        if len(text) > MAX_TEXT:
            raise RefusedError(f"is a text of {len(text)} characters; at most {MAX_TEXT} are allowed.")
        for character in text:
            if character not in "\n\t" and unseen(character):
                raise RefusedError(f"holds {_named(character)}, which nobody can see.")


_NAMELESS = {"Cc": "control character", "Cn": "not assigned", "Co": "private use", "Cs": "half of a character"}


def _named(character: str) -> str:
    name = unicodedata.name(character, _NAMELESS.get(unicodedata.category(character), "without a name"))
    return f"the character U+{ord(character):04X} ({name.lower()})"


def _unseen_characters(text: str) -> list[tuple[int, str]]:
    """Line and answer for every character nobody can see."""
    found = []
    # the lines of YAML, not of str.splitlines, which also breaks at the characters looked for here
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        for character in sorted({character for character in line if character != "\t" and unseen(character)}):
            found.append((number, f"{_named(character)} is not allowed: nobody can see it."))
    return found


_PLAINER = (
    ("but found ']'", "no_square", "nothing opens the ] that stands here.", "problem"),
    ("but found '}'", "no_brace", "nothing opens the } that stands here.", "problem"),
    ("'\\t' that cannot start any token", "tab", "a tab cannot indent a line; use spaces.", "problem"),
    (
        "mapping values are not allowed",
        "colon",
        'a ": " cannot stand here: text that holds one needs quotes, keys of one mapping the same indentation.',
        "problem",
    ),
    ("could not find expected ':'", "no_colon", 'a key must be followed by ": " and its value.', "context"),
    ("expected <block end>", "indentation", "the indentation does not fit the lines above.", "problem"),
    ("found unexpected end of stream", "quotes", "the quotes that open here are not closed.", "context"),
    ("expected ',' or '", "bracket", "the bracket that opens here is not closed, or a comma is missing in it.", "context"),
    ("did not find expected", "indentation", "the indentation does not fit the lines above.", "problem"),
)
"""What stands in the words of the parser, the kind of fault, its sentence, and which of two places is meant."""


def _syntax_fault(error: YAMLError, text: str, file: str, fixed_line: int | None, top: KeyPath) -> Fault:
    where_in_words = shown(top) if top else "(text)"
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Fault(file, fixed_line or line, where_in_words, "holds a character YAML does not allow.")
    assert isinstance(error, MarkedYAMLError)
    problem = str(error.problem or error.context)
    message, mark, told = f"cannot be read as YAML: {problem}.", error.problem_mark or error.context_mark, None
    for sign, kind, plainer, where in _PLAINER:
        if sign in problem:
            message, told = plainer, Told(kind)
            mark = error.context_mark if where == "context" and error.context_mark is not None else mark
            break
    return Fault(file, fixed_line or (mark.line + 1 if mark is not None else 1), where_in_words, message, told)


def read_text(text: str, file: str, line: int | None = None, top: KeyPath = ()) -> Reading:
    """Read one YAML document; `line` and `top` place it all on one line and below a path, for `--set path=value`."""
    unseen = _unseen_characters(text)
    if unseen:
        found = [Fault(file, line or at, shown(top) if top else "(text)", message) for at, message in unseen]
        return Reading(faults=found, complete=False)
    builder = _Builder(text, file, line, top)
    try:
        builder.document()
    except _StoppedError:
        builder.reading.complete = False
    except YAMLError as error:
        builder.reading.complete = False
        builder.reading.faults.append(_syntax_fault(error, text, file, line, top))
    return builder.reading


@lru_cache(maxsize=16)
def _read_before(text: str, file: str) -> Reading:
    """The reading of a file's text, kept, since many scenarios extend the same few files."""
    return read_text(text, file)


def read_file(path: Path, file: str) -> Reading:
    """Read a scenario file of at most 1 MiB of UTF-8 whose top is a mapping; `file` is its name in faults."""

    try:
        if not path.is_file():  # also keeps pipes and devices, which never end, from being opened
            return _unread(file, 1, "is a folder, not a file." if path.is_dir() else "there is no such file.")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return _unread(file, 1, f"cannot be opened: {error.strerror}.")
    return read_content(content, file)


def _unread(file: str, line: int, message: str) -> Reading:
    return Reading(data={}, faults=[Fault(file, line, "(whole file)", message)], complete=False)


def read_content(content: bytes, file: str) -> Reading:
    """Read what stands in a scenario file, or would stand in it once it is saved."""
    if len(content) > MAX_BYTES:
        return _unread(file, 1, f"is larger than {MAX_BYTES // 1024} KiB.")
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unread(file, line, f"is not UTF-8: byte {content[error.start]:#04x}. Save the file as UTF-8.")
    reading = _read_before(text, file).copy()
    if not isinstance(reading.data, dict):
        if reading.complete:
            reading.faults.append(Fault(file, 1, "(whole file)", "must be a mapping: lines of the form  key: value."))
        reading.data, reading.complete = {}, False
    reading.places[()] = Place(file, 1)
    return reading
