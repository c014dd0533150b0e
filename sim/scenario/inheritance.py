"""From a file to one tree of values: `extends` followed and merged, then what `--set` says laid on top."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import Fault, Told, printable
from sim.files import wrong_name
from sim.hints import nearest, one_of
from sim.scenario.settings import SETTING
from sim.scenario.yaml_reader import (
    MAX_ANSWER,
    KeyPath,
    Place,
    Reading,
    RefusedError,
    read_content,
    read_file,
    read_text,
    shown,
)

MAX_FILES = 8
MAX_PATH = 1_000
# what a file says about itself; inherited, a file would carry another's title
OWN_WORDS = ("title", "title_zh", "question", "description", "extends")


@dataclass
class Draft:
    """The merged values of a scenario before they are checked, each with its place.

    `partial` is True when something could not be read, so that nothing can be called missing.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    faulty: set[KeyPath] = field(default_factory=set)
    partial: bool = False

    def place(self, path: KeyPath) -> Place:
        """Where a path stands, or the nearest thing around it that stands somewhere."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, Place("", 1))

    def spoiled(self, path: KeyPath) -> bool:
        """True when a fault already noted makes this value, or one around it, meaningless."""
        return any(path[:length] in self.faulty for length in range(len(path) + 1))

    def fault(self, path: KeyPath, message: str, value: object = None, told: Told | None = None) -> None:
        """Note a fault at a path."""
        place = self.place(path)
        self.faults.append(Fault(place.file, place.line, shown(path, value), printable(message, MAX_ANSWER), told))


def gather(path: Path, settings: Sequence[str], content: bytes | None = None) -> Draft:
    """The values of a scenario file, of the files it extends and of the settings, with all faults of reading them.

    content: what is to be read in place of what stands in the file, as if it had been saved.
    """
    readings, faults, broken = _chain(path, content)
    draft = Draft(places={(): Place(str(path), 1)}, faults=faults, partial=broken)
    wrong = wrong_name(path.stem)  # results and figures are called by it
    if wrong is not None:
        draft.faults.append(Fault(str(path), 1, "(whole file)", f"the file's name {wrong} Give it another."))
    for reading in reversed(readings):
        draft.faults += reading.faults
        draft.partial |= not reading.complete
        for own in OWN_WORDS:
            _forget(draft, draft.data.pop(own, None), (own,))
        _merge(draft, draft.data, reading, reading.data, ())
        draft.faulty |= reading.faulty
        draft.places[()] = reading.places.get((), draft.places[()])
    lay(draft, settings)
    return draft


def lay(draft: Draft, settings: Sequence[str]) -> None:
    """Lay `path=value` settings over the values, with all faults of reading them."""
    for number, setting in enumerate(settings, start=1):
        _set(draft, setting, number, settings[: number - 1])


def _chain(path: Path, content: bytes | None) -> tuple[list[Reading], list[Fault], bool]:
    """The file that is run, then each file extended, up to the one that extends nothing; True if one is amiss."""
    folder = _real(path.parent)
    current, label = path, str(path)
    seen = {_real(path): label}
    readings: list[Reading] = []
    while True:
        reading = read_file(current, label) if content is None or readings else read_content(content, label)
        readings.append(reading)
        wanted = reading.data.get("extends")
        if not isinstance(wanted, str):
            amiss = "extends" in reading.data
            if amiss and ("extends",) not in reading.faulty:
                return readings, [_extends_fault(reading, wanted, "must be the path of a scenario file.")], True
            return readings, [], amiss
        target = current.parent / wanted
        message = _not_extendable(wanted, target, folder, seen)
        if message is None and len(readings) == MAX_FILES:
            message = f"at most {MAX_FILES} files may build on each other."
        if message is not None:
            return readings, [_extends_fault(reading, wanted, message)], True
        current, label = target, os.path.normpath(Path(label).parent / wanted)
        seen[_real(current)] = label


def _real(path: Path) -> Path:
    """The path with all links followed; unlike Path.resolve it does not raise on links that lead in a circle."""
    return Path(os.path.realpath(path))


def _extends_fault(reading: Reading, wanted: object, message: str) -> Fault:
    place = reading.places[("extends",)]
    reading.faulty.add(("extends",))
    return Fault(place.file, place.line, shown(("extends",), wanted), printable(message, MAX_ANSWER))


def _not_extendable(wanted: str, target: Path, folder: Path, seen: dict[Path, str]) -> str | None:
    """Why a file may not be extended: only plain files in the folder of the file that is run, or below it."""
    if "://" in wanted:
        return "is an address; only a file in the folder of this scenario, or below it, can be extended."
    if badly_written(wanted) is not None:
        return badly_written(wanted)
    resolved = _real(target)
    if not resolved.is_relative_to(folder):
        return f"leads outside {folder.name or folder}, the folder of the scenario that is run."
    if resolved in seen:
        return f"closes a circle: {' -> '.join((*seen.values(), seen[resolved]))}."
    return absent(resolved)


def not_below(wanted: str, folder: Path, shipped: Iterable[str]) -> str | None:
    """Why a world that is no shipped one is no folder below that of the file that names it; None where it is one."""
    if badly_written(wanted) is not None or ".." in Path(wanted).parts:
        return "must be the name of a shipped world, or a path below the folder of this file: no .., no / in front."
    target = folder / wanted
    try:
        there = target.is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        below = f", and no folder {wanted} below {folder.name or 'this one'}" if "/" in wanted else ""
        return f"there is no such world{below}. {one_of(wanted, shipped)}"
    resolved, home = _real(target), _real(folder)
    if not resolved.is_relative_to(home) or resolved == home:
        return f"leads outside {folder.name or folder}, the folder of the file that names it."
    return None


def absent(path: Path) -> str | None:
    """Why there is no file at a path; None where there is one."""
    try:
        if path.is_file():
            return None
        if path.exists():
            return "is not a file."
        return f"there is no such file.{_meant(path)}"
    except OSError as error:
        return f"cannot be opened: {error.strerror}."


def _meant(path: Path) -> str:
    """A hint at the file that is clearly meant by one that is not there: its ending left out, or a slip of the pen."""
    with_ending = path.with_name(f"{path.name}.yaml")
    if with_ending.is_file():
        return f' Did you mean "{with_ending.name}"?'
    beside = (
        {file.stem: file.name for file in sorted(path.parent.glob("*.y*ml")) if file.is_file()}
        if path.parent.is_dir()
        else {}
    )
    near = nearest(path.stem, beside)
    if near is None and len(path.stem) > 2:  # a name that breaks off: base.yaml for baseline.yaml
        near = next((stem for stem in beside if stem.startswith(path.stem)), None)
    return f' Did you mean "{beside[near]}"?' if near is not None else ""


def badly_written(path: str) -> str | None:
    """Why a path may not stand in a file: it must mean the same on every machine."""
    if os.path.isabs(path) or "\\" in path or "\0" in path or path.startswith("~") or ":" in path:
        return "must be a path relative to this file, with / between its parts."
    return f"is longer than {MAX_PATH} characters." if len(path) > MAX_PATH else None


def _parts(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    """The paths of a value and of everything in it."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _parts(part, (*path, str(key)))


def _forget(draft: Draft, value: Any, path: KeyPath) -> None:
    """Drop the places and faults of a value that is replaced."""
    for part in _parts(value, path):
        draft.places.pop(part, None)
        draft.faulty.discard(part)


def _merge(draft: Draft, older: dict[str, Any], reading: Reading, newer: dict[str, Any], path: KeyPath) -> None:
    """Lay the newer mapping over the older one: the later file wins, key by key."""
    for key, value in newer.items():
        inside = (*path, key)
        before = older.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and not _another_instrument(path, before, value):
            draft.places[inside] = reading.places[inside]
            if before and not value:
                message = "is empty, which changes nothing: what a file extends can be changed, not taken away."
                draft.fault(inside, message)
            _merge(draft, before, reading, value, inside)
            continue
        _forget(draft, before, inside)
        older[key] = value
        draft.places.update((part, reading.places[part]) for part in _parts(value, inside))


def _another_instrument(path: KeyPath, before: dict[str, Any], value: dict[str, Any]) -> bool:
    """True for a policy that changes its instrument: the terms of the old one mean nothing to the new one."""
    return path == ("policies",) and value.get("instrument", before.get("instrument")) != before.get("instrument")


def _set(draft: Draft, setting: str, number: int, earlier: Sequence[str]) -> None:
    """Lay one `path=value` over the values; the value is read by the same reader as a file."""
    path, text = _halves(setting)
    place = Place(SETTING, number)
    try:
        if not all(path) or not text.strip():
            raise RefusedError("must have the form path=value, for example run.replicates=3.")
        if path[0] == "extends":
            raise RefusedError("extends can only be written in a file.")
        again = _set_before(path, earlier)
        if again is not None:
            raise RefusedError(again)
        target = _target(draft, path, place)
    except RefusedError as refusal:
        draft.faults.append(Fault(SETTING, number, shown((setting,)), str(refusal)))
        return
    reading = read_text(text, SETTING, number, path)
    key: Any = int(path[-1]) if isinstance(target, list) else path[-1]
    _forget(draft, target[key] if isinstance(target, list) else target.get(key), path)
    target[key] = reading.data
    draft.places |= {**reading.places, path: place}
    draft.faults += reading.faults
    draft.faulty |= reading.faulty if reading.complete else {path}


def _set_before(path: KeyPath, earlier: Sequence[str]) -> str | None:
    """Why a path may not be set once more: the one set last would drop the other, or a part of it, in silence."""
    for other in (_halves(setting)[0] for setting in earlier):
        shorter = min(path, other, key=len)
        if path[: len(shorter)] == other[: len(shorter)]:
            if path == other:
                return "is set twice."
            return f"{shown(shorter)} is set twice: {shown(max(path, other, key=len))} is a part of it."
    return None


def _halves(setting: str) -> tuple[KeyPath, str]:
    words, _, text = setting.partition("=")
    steps = (word.strip() for word in words.split("."))
    # items of a list: 0 and 00 are the same one
    return tuple(str(int(step)) if step.isascii() and step.isdigit() and len(step) < 10 else step for step in steps), text


def _target(draft: Draft, path: KeyPath, place: Place) -> Any:
    """The mapping or list that holds the last word of the path; mappings on the way are made where there are none."""
    target: Any = draft.data
    for depth, key in enumerate(path):
        if isinstance(target, list):
            if not (key.isascii() and key.isdigit() and int(key) < len(target)):
                raise RefusedError(f"{shown(path[:depth])} is a list with the items 0 to {len(target) - 1}.")
        elif not isinstance(target, dict):
            raise RefusedError(f"{shown(path[:depth])} is one value; it has no parts.")
        if depth == len(path) - 1:
            break
        target = target[int(key)] if isinstance(target, list) else target.setdefault(key, {})
        draft.places.setdefault(path[: depth + 1], place)
    return target
