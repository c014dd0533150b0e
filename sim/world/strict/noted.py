"""Faults of a world folder as they are found: each with file, line, column, what was found and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.errors import Fault, ScenarioFaults, printable

_MOST = 500  # faults of a file from which on no more are looked for
WHOLE = "(whole file)"


class WorldFaults(ScenarioFaults):
    """A world cannot be built from a folder; `faults` holds everything that is wrong with its files."""


@dataclass
class Noted:
    """The faults of one folder, its files called as the user calls them."""

    folder: str
    faults: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, where: str, message: str, found: object = None) -> None:
        """Note a fault in a line of a file; `where` is the column or word, `found` what stands there."""
        said = where if found is None else f"{where} = {printable(found, 60) or '(empty)'}"
        self.faults.append(Fault(self.called(file), line, said, printable(message, 1_000)))

    def called(self, file: str) -> str:
        """A file by the path that leads to it."""
        return f"{self.folder}/{file}" if file else self.folder

    def of(self, file: str) -> int:
        """How many faults a file has."""
        return sum(fault.file == self.called(file) for fault in self.faults)

    def full(self, file: str) -> bool:
        """Whether a file has so many faults that no more are looked for."""
        return len(self.faults) >= _MOST and self.of(file) >= _MOST
