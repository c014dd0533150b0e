"""Every error the package raises, with the values that caused it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIRST = 20  # of what may have no end, such as the faults of a file, this many are named and the rest is counted
_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # Unicode's categories of what nobody can see

_WIDE_SPACE = "\u3000"  # the space of Chinese text, which Python does not call printable


def unseen(character: str) -> bool:
    """Whether nobody can see a character: controls, marks that change the direction of writing, halves, unassigned."""
    return unicodedata.category(character) in _UNSEEN


def first_unseen(text: str, but: str = "") -> str | None:
    """The first character of a text that nobody can see, those in `but` aside; None where there is none."""
    if text.isprintable():  # then all can be seen, and no character needs to be looked at by itself
        return None
    return next((one for one in text if one not in but and unseen(one)), None)


def printable(text: object, longest: int | None = None, keep: str = "") -> str:
    """Words of a file or a file's name as they may be shown: `\\x1b` for an escape, and cut to `longest` characters.

    Everything that is printed passes here, because a terminal obeys the characters nobody can see. `keep` are let through.
    """
    text = str(text)
    if longest is not None and len(text) > longest:
        text = text[: longest - 3] + "..."
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in keep + _WIDE_SPACE else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    """The escape of a character in Python and JSON; a byte of a file's name that is not UTF-8 is shown as that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    plain = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character)
    return plain or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def listed(words: Iterable[object], first: int = FIRST, longest: int = 200) -> str:
    """Words in a row, `a, b, c`: the first of them, and how many more there are."""
    shown = [printable(word, longest) for word in words]
    more = f" and {len(shown) - first:,} more" if len(shown) > first else ""
    return ", ".join(shown[:first]) + more


class FactorFlowError(Exception):
    """Base of all errors of the package: its text is meant for the person at the keyboard."""

    def __str__(self) -> str:
        return printable(super().__str__(), keep="\n")


@dataclass(frozen=True)
class Told:
    """What a fault says apart from its words, for pages in other languages: its kind, and the values of the sentence."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a scenario: where it stands, what was found, what is allowed.

    told: the same without words, for the kinds that are met most.
    """

    file: str
    line: int
    path: str
    message: str
    told: Told | None = field(default=None, compare=False)


class ScenarioFaults(FactorFlowError):
    """A scenario cannot be run; `faults` holds everything that is wrong with it, not only the first thing."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(self._answer())

    def _answer(self) -> str:
        by_file: dict[str, list[Fault]] = {}
        for fault in self.faults:
            by_file.setdefault(fault.file, []).append(fault)
        lines: list[str] = []
        for file, here in list(by_file.items())[:FIRST]:
            lines += [f"{printable(file)}: {len(here):,} fault{'s' if len(here) > 1 else ''}", ""]
            for fault in here[:FIRST]:
                lines += [f"  line {fault.line}  {printable(fault.path)}", f"           {printable(fault.message)}"]
            if len(here) > FIRST:
                lines.append(f"  and {len(here) - FIRST:,} more: these are the first {FIRST}.")
            lines.append("")
        rest = list(by_file.values())[FIRST:]
        if rest:
            lines.append(f"{len(rest):,} more files have {sum(map(len, rest)):,} faults.")
        return "\n".join(lines).rstrip()


class ResultsError(FactorFlowError):
    """A results folder cannot be read, or would be overwritten."""


class DesignError(FactorFlowError):
    """An experiment cannot be drawn or analysed as asked: names what was found and what is allowed."""


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
            f"{study} needs observed {what}; {found}{''.join(f'{chr(10)}  {fault}' for fault in _first(faults))}\n"
            "The package holds the published parameters and tables but not these data, which have no licence to pass on. "
            f"Give their folder with --data DIR. It holds:{files}"
        )


def _first(faults: Sequence[str]) -> list[str]:
    """The first of many faults and how many more there are."""
    more = [f"and {len(faults) - FIRST:,} more"] if len(faults) > FIRST else []
    return [printable(fault, 500) for fault in faults[:FIRST]] + more
