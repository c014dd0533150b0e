"""What a text is held against: what it extends in the end, the file as it was saved, or another scenario beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sim.dashboard.session import Session
from sim.errors import FactorFlowError
from sim.scenario.yaml_reader import read_file, read_text

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

ROOT, SAVED = "", "saved"
"""Choices that are no file's name: the last of the files a text extends, and the file as it was saved."""

_MOST = 200  # files to choose from
_HEAD = 4_000  # characters in which a file says what it is
_SCENARIO = re.compile(r"^(world|extends):", re.MULTILINE)
_OTHER = re.compile(r"^(kind|expectations):", re.MULTILINE)


def beside(session: Session) -> list[str]:
    """Names of the scenario files in the folder of the file, without itself."""
    found = [path for path in sorted(session.file.parent.glob("*.y*ml")) if path.name != session.file.name]
    return [path.name for path in found[:_MOST] if _is_scenario(path)]


def _is_scenario(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            head = stream.read(_HEAD)
    except (OSError, UnicodeDecodeError):
        return False
    return bool(_SCENARIO.search(head)) and not _OTHER.search(head)


def baseline_of(session: Session, text: str, chosen: str) -> Scenario:
    """The scenario a sound text is held against; a text that extends nothing is held against its file as it was saved.

    Raises FactorFlowError for a choice that is not offered, and ScenarioFaults where the one chosen has faults.
    """
    from sim.scenario.load import load_scenario  # not before it is needed: a page is served first

    words = session.vocabulary()
    if chosen not in (ROOT, SAVED):
        if chosen not in beside(session):
            raise FactorFlowError(f"there is no scenario {chosen!r} beside {session.file.name}.")
        return load_scenario(session.file.parent / chosen, words)
    root = _root(session, text) if chosen == ROOT else None
    if root is not None:
        return load_scenario(root, words)
    return load_scenario(session.file, words, content=session.content(session.saved))


def _root(session: Session, text: str) -> Path | None:
    """The last of the files a sound text extends; None where it extends none."""
    data, path = read_text(text, session.file.name).data, session.file
    last = None
    while isinstance(data, dict) and isinstance(data.get("extends"), str):
        last = path = path.parent / data["extends"]
        data = read_file(path, str(path)).data
    return last
