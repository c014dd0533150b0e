"""The record within a page: what was run, folded in so that the page can be made again; and how it is read back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.analysis.results import Results
from sim.errors import ResultsError, printable
from sim.files import wrong_name

ID = "factorflow-record"
_FORMAT = 1
_MOST_BYTES = 64 * 1024 * 1024
_FOUND = re.compile(rf'<script type="application/json" id="{ID}">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Kept:
    """A scenario within a page: its name and digest, its words, and the tables of its world where that is a user's."""

    name: str
    digest: str
    words: Mapping[str, Any]
    world: str
    tables: Mapping[str, bytes]


def record_of(runs: Mapping[str, Results], commands: Sequence[str]) -> str:
    """The record of runs by label as JSON that may stand in a page: the baseline first, `<` written as an escape."""
    rows = []
    for name, one in runs.items():
        told = {word: one.manifest.get(word, {}) for word in ("scenario", "versions", "data", "files")}
        tables = {file: base64.b64encode(content).decode("ascii") for file, content in sorted(one.world_files.items())}
        rows.append({"name": name, "digest": one.manifest["scenario_digest"], "world": one.world, "tables": tables, **told})
    text = json.dumps({"format": _FORMAT, "commands": list(commands), "scenarios": rows}, ensure_ascii=False, sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def read_record(page: Path) -> list[Kept]:
    """The scenarios folded into a page; raises ResultsError where it holds none, or what it holds cannot be one."""
    try:
        with page.open("rb") as stream:
            text = stream.read(_MOST_BYTES).decode("utf-8")
    except OSError as reason:
        raise ResultsError(f"{page} cannot be read: {reason.strerror}.") from reason
    except UnicodeDecodeError as reason:
        raise ResultsError(f"{page} is no page of factorflow report: it is not UTF-8.") from reason
    found = _FOUND.search(text)
    if found is None:
        raise ResultsError(f"{page} is no page of factorflow report: it holds no record.")
    try:
        told = json.loads(found.group(1))
        if told["format"] != _FORMAT:
            raise ResultsError(f"{page} has a record of format {printable(told['format'], 20)}; known is {_FORMAT}.")
        kept = [
            Kept(
                str(row["name"]), str(row["digest"]), dict(row["scenario"]), str(row["world"]),
                {str(name): base64.b64decode(content, validate=True) for name, content in dict(row["tables"]).items()},
            )
            for row in told["scenarios"]
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as reason:
        raise ResultsError(f"{page} has a record that cannot be read: {printable(reason, 200)}") from reason
    _check_names(page, kept)
    for one in kept:
        for word in (one.name, one.world, *one.tables):
            wrong = wrong_name(word)
            if wrong is not None:
                raise ResultsError(f'{page}: the name "{printable(word, 80)}" in its record {wrong}')
    return kept


def _check_names(page: Path, kept: Sequence[Kept]) -> None:
    """Raise ResultsError for a record without scenarios, or of which one would take the place of another."""
    if not kept:
        raise ResultsError(f"{page} has a record without any scenario.")
    names, tables = set[str](), dict[str, Mapping[str, bytes]]()
    for one in kept:
        if one.name.casefold() in names:
            raise ResultsError(f'{page}: two scenarios in its record are called "{printable(one.name, 80)}".')
        names.add(one.name.casefold())
        if one.tables and tables.setdefault(one.world.casefold(), one.tables) != one.tables:
            raise ResultsError(
                f'{page}: the scenario "{printable(one.name, 80)}" in its record has other tables of one world.'
            )
