"""One scenario file that is edited: its text as a page holds it, checked as if it were saved, and saved byte for byte.

Nothing is written before somebody saves: an unsaved text is read in the place of the file, so that what it extends and the
tables of its world are found where they would be.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import FactorFlowError, Fault, ScenarioFaults
from sim.files import written
from sim.scenario.yaml_reader import MAX_BYTES

if TYPE_CHECKING:
    from sim.dashboard.sliders import Slider
    from sim.scenario.schema import Scenario
    from sim.scenario.vocabulary import Vocabulary, WorldWords

# The loader is imported when a text is first checked, so that a page is served before.

_MARK = "\ufeff"
_ENDS = re.compile(r"\r\n|\r|\n")
NOTHING = "none"
"""The state of a file that is not there."""


class ConflictError(FactorFlowError):
    """The file is no longer what the page has seen; `state` is that of the file now."""

    def __init__(self, message: str, state: str) -> None:
        self.state = state
        super().__init__(message)


@dataclass(frozen=True)
class Checked:
    """What a text says: the scenario, or everything that is wrong with it; and its numbers that can be dragged."""

    scenario: Scenario | None
    faults: tuple[Fault, ...]
    sliders: tuple[Slider, ...]


class Session:
    """The file of one scenario, the text that is being made of it, and the bytes last seen on disk.

    text: what was last worked on, which a page that is opened again shows though it was not saved.
    Raises FactorFlowError where the file is not a text that could be edited.
    """

    def __init__(self, file: Path, vocabulary: Callable[[], Vocabulary]) -> None:
        self.file, self.vocabulary = file, vocabulary
        self.folder = Path(os.path.realpath(file.parent))
        self._world: WorldWords | None = None
        self._saved = b""
        self.text = self.reread()

    @property
    def saved(self) -> str:
        """The text last seen on disk."""
        return _plain(self._saved.decode("utf-8"))

    @property
    def state(self) -> str:
        """A name for the bytes last seen on disk."""
        return _state(self._saved)

    def reread(self) -> str:
        """Take the text of the file as it is now; what was not saved is gone. Raises FactorFlowError."""
        try:
            with self.file.open("rb") as stream:
                found = stream.read(MAX_BYTES + 1)
        except OSError as reason:
            raise FactorFlowError(f"{self.file}: cannot be opened: {reason.strerror}.") from reason
        if len(found) > MAX_BYTES:
            raise FactorFlowError(f"{self.file}: is larger than {MAX_BYTES // 1024} KiB, so it is no scenario.")
        try:
            text = found.decode("utf-8")
        except UnicodeDecodeError as reason:
            line = found.count(b"\n", 0, reason.start) + 1
            raise FactorFlowError(f"{self.file}, line {line}: is not UTF-8. Save the file as UTF-8.") from None
        self._saved = found
        self.text = _plain(text)
        return self.text

    def content(self, text: str) -> bytes:
        """The bytes a text of the page is saved as: its lines end as they did in the file, a mark at the start stays.

        A browser knows one end of line. Raises FactorFlowError for half a character.
        """
        before = self._saved.decode("utf-8")
        mark = _MARK if before.startswith(_MARK) else ""
        try:
            return (mark + _in_the_ends_of(before.removeprefix(_MARK), text)).encode("utf-8")
        except UnicodeEncodeError:
            raise FactorFlowError("the text holds half a character, which no file can hold.") from None

    def check(self, text: str) -> Checked:
        """Everything that is wrong with a text, and its sliders."""
        from sim.dashboard.sliders import sliders_of
        from sim.scenario.load import load_scenario

        content, words = self.content(text), self.vocabulary()
        scenario, faults = None, tuple[Fault, ...]()
        try:
            scenario = load_scenario(self.file, words, content=content)
            self._world = words.words_of(scenario.plays_in)
        except ScenarioFaults as answer:
            faults = answer.faults
        return Checked(scenario, faults, sliders_of(text, content, self.file, words, self._world, self.saved))

    def save(self, text: str, over: str | None = None) -> str:
        """Write a text in the place of the file, whole or not at all; returns the state of the file.

        over: the state of the file that may be written over, by default the one last seen. Raises ConflictError where it is
        another by now, and FactorFlowError where it cannot be written.
        """
        target = Path(os.path.realpath(self.file))
        if not target.is_relative_to(self.folder):
            raise FactorFlowError(f"{self.file} is a link that leads outside its folder, where nothing is written.")
        content = self.content(text)
        if len(content) > MAX_BYTES:
            raise FactorFlowError(f"the text is larger than {MAX_BYTES // 1024} KiB, so no scenario could be read from it.")
        try:
            there = target.read_bytes() if target.is_file() else None
            now = NOTHING if there is None else _state(there)
            if now != (self.state if over is None else over):
                what = "is no longer there" if there is None else "was changed by another program since it was read"
                raise ConflictError(f"{self.file} {what}. It was not written over.", now)
            mode = stat.S_IMODE(target.stat().st_mode) if there is not None else 0o644
            with written(target, mode=mode) as aside:
                aside.write_bytes(content)
        except OSError as reason:
            raise FactorFlowError(f"could not write {self.file}: {reason.strerror or reason}.") from reason
        self._saved, self.text = content, text
        return self.state


def _state(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(text: str) -> str:
    """A text as a browser holds it: without a mark at its start, all lines ended by one character."""
    return _ENDS.sub("\n", text.removeprefix(_MARK))


def _in_the_ends_of(before: str, text: str) -> str:
    """A text whose lines end as the same lines did before, new ones as most did."""
    ends = _ENDS.findall(before)
    kinds = Counter(ends)
    usual = kinds.most_common(1)[0][0] if kinds else "\n"
    if len(kinds) < 2:
        return text.replace("\n", usual)
    lines = text.split("\n")
    wanted = [usual] * (len(lines) - 1)
    for one in SequenceMatcher(None, _ENDS.split(before), lines, autojunk=False).get_matching_blocks():
        for step in range(one.size):
            if one.a + step < len(ends) and one.b + step < len(wanted):
                wanted[one.b + step] = ends[one.a + step]
    return "".join(line + end for line, end in zip(lines, [*wanted, ""], strict=True))
