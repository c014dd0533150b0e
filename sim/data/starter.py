"""A new world folder: small, complete and invented, for its writer to put other numbers in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sim.data.folder import ENTRY
from sim.errors import FactorFlowError
from sim.files import check_writable, written_folder

_TEMPLATE = files("sim.data") / "template"
_NAMED = (ENTRY, "tables.md")  # files that say the name of the world


def write_starter(path: Path) -> None:
    """Write a world folder that is not there yet; raises FactorFlowError, and leaves everything as it was, where one is."""
    check_writable(path, folder=True)
    said = {"name": path.name, "path": path.as_posix(), "title": _title(path.name)}
    try:
        with written_folder(path) as aside:
            for file in sorted(_TEMPLATE.iterdir(), key=lambda item: item.name):
                text = file.read_text(encoding="utf-8")
                text = text.format(**said) if file.name in _NAMED else text
                (aside / file.name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as reason:
        raise FactorFlowError(f"could not write {path}: {reason.strerror or reason}") from reason


def _title(name: str) -> str:
    """The name in words, in quotes: a folder may be called `no` or `y2035`."""
    return f'"{name.replace("_", " ").capitalize()} (invented numbers)"'
