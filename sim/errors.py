"""Every error the package raises, with the values that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class FactorFlowError(Exception):
    """Base of all errors of the package: its text is meant for the person at the keyboard."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a scenario: where it stands, what was found, what is allowed."""

    file: str
    line: int
    path: str
    message: str


class ScenarioFaults(FactorFlowError):
    """A scenario cannot be run; `faults` holds everything that is wrong with it, not only the first thing."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(self._answer())

    def _answer(self) -> str:
        lines: list[str] = []
        for file in dict.fromkeys(fault.file for fault in self.faults):
            here = [fault for fault in self.faults if fault.file == file]
            lines += [f"{file}: {len(here)} fault{'s' if len(here) > 1 else ''}", ""]
            for fault in here:
                lines += [f"  line {fault.line}  {fault.path}", f"           {fault.message}"]
            lines.append("")
        return "\n".join(lines).rstrip()


class ResultsError(FactorFlowError):
    """A results folder cannot be read, or would be overwritten."""


class WorldError(FactorFlowError):
    """The data of a world contradict each other or the model: names what was found and what is needed."""


class MarketDidNotClear(FactorFlowError):
    """The goods and factor markets of a year found no common solution; `beside` says what is unusual there, if anything."""

    def __init__(self, market: str, year: int, size: float, sweeps: int, beside: str = "") -> None:
        self.market, self.year, self.size, self.sweeps = market, year, size, sweeps
        super().__init__(
            f"the market for {market} did not clear in {year}: after {sweeps} sweeps supply and demand still differ by "
            f"{size:.2e} of its size.{beside}"
        )


class AccountsDoNotClose(FactorFlowError):
    """An accounting identity fails: something was created or lost."""

    def __init__(self, identity: str, year: int, residual: float, allowed: float) -> None:
        self.identity, self.year, self.residual, self.allowed = identity, year, residual, allowed
        super().__init__(
            f"the accounts of {year} do not close: {identity} is off by {residual:.2e} (relative), allowed {allowed:.0e}. "
            "This is a fault of the model, not of the scenario; please report it."
        )


class DataFolder(FactorFlowError):
    """A folder of data that the package may not carry is not given, not complete or not what is expected."""

    def __init__(self, study: str, what: str, folder: Path | None, faults: Sequence[str], needed: Mapping[str, str]) -> None:
        self.folder, self.faults = folder, tuple(faults)
        found = "no folder was given." if folder is None and not faults else f"{folder or 'the tables'}:"
        files = "".join(f"\n  {name:<28} {meaning}" for name, meaning in needed.items())
        super().__init__(
            f"{study} needs observed {what}; {found}{''.join(f'{chr(10)}  {fault}' for fault in faults)}\n"
            "The package holds the published parameters and tables but not these data, which have no licence to pass on. "
            f"Give their folder with --data DIR. It holds:{files}"
        )
