"""The page of instruments, written from the instruments: `python -m sim.pages.reference > docs/instruments.md`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from sim.economy.policies import instruments
from sim.economy.policies.base import DEFAULT_FINANCING
from sim.pages.listing import Listing
from sim.pages.listing import instruments as tables
from sim.scenario.schema import PolicyTerms
from sim.scenario.spots import fields_of

COMMAND = "python -m sim.pages.reference > docs/instruments.md"
_EXAMPLES = Path(__file__).parents[2] / "scenarios" / "zhejiang"

_HEAD = f"""\
# Policy instruments

Written from the instruments themselves by `{COMMAND}`; a test fails when it is no
longer true. `factorflow list instruments` prints the same tables; [scenarios.md](scenarios.md) says how to write a scenario.

A policy is a name of yours, an `instrument`, and its terms. Every number among an instrument's own terms may be dated:
`cut: {{2024: 0.2, 2030: 0.6}}` holds from each year until the next. Whatever the terms say is in force from `from` to
`until`, and reaches full strength in equal steps over `phase_in` years. A policy of size zero is the baseline, bit for bit.

Every instrument has these terms:

"""


_BY_DEFAULT = {
    "income_levy": "by default households, by a levy on incomes in the territory of the government that spends",
    "general_purchases": "by default general purchases of the government that spends",
}[DEFAULT_FINANCING]
_FINANCED = (
    f" That is `financed_by: {DEFAULT_FINANCING}`, the default; `financed_by` can name general purchases of the government "
    "that spends, a levy on land rent, or the government above instead."
)


def instruments_page() -> str:
    """The whole page, in Markdown."""
    listed = {table.title.partition(":")[0]: table for table in tables()}
    common = list(fields_of(PolicyTerms))
    first = next(iter(listed.values()))
    parts = [_HEAD, _table(first, [row for row in first.rows if row[0] in common])]
    parts.append("\n| instrument | what it does | who pays |\n|---|---|---|\n")
    parts += [f"| [{name}](#{name}) | {module.MEANING} | {_payer(module)} |\n" for name, module in instruments().items()]
    for name, module in instruments().items():
        own = [row for row in listed[name].rows if row[0] not in common]
        parts += ["\n", *_section(name, module), _table(listed[name], own)]
    return "".join(parts)


def _section(name: str, module: ModuleType) -> Iterator[str]:
    """Heading, economics, payer and example of one instrument."""
    yield f"## {name}\n\n{inspect.cleandoc(module.__doc__ or '')}\n\n"
    yield f"Paid by: {_payer(module)}.{_FINANCED if _spends(module) else ''}\n\n"
    example = _EXAMPLES / f"{name}.yaml"
    if example.exists():
        yield f"Example: [scenarios/zhejiang/{example.name}](../scenarios/zhejiang/{example.name})\n\n"


def _spends(module: ModuleType) -> bool:
    return "financed_by" in fields_of(module.Terms)


def _payer(module: ModuleType) -> str:
    """Who pays where the terms do not say; PAID_BY is whose money is spent."""
    return f"{_BY_DEFAULT}: {module.PAID_BY}" if _spends(module) else str(module.PAID_BY)


def _table(listing: Listing, rows: list[tuple[str, ...]]) -> str:
    lines = [listing.columns, ("---",) * len(listing.columns), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    print(instruments_page(), end="")
