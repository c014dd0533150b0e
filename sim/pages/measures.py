"""The page of measures, written from the measures: `python -m sim.pages.measures > docs/measures.md`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from sim.analysis.measures import available, derived
from sim.pages.listing import Listing
from sim.pages.listing import measures as tables

COMMAND = "python -m sim.pages.measures > docs/measures.md"

_HEAD = f"""\
# Measures

Written from the measures themselves by `{COMMAND}`; a test fails when it is no longer true.
`factorflow list measures` prints the same tables. Any of them is asked for by its name:
`factorflow compare A B --measure gini`, `factorflow plot DIR convergence --measure theil`, in Python `results.sel("gini")`.

Money is in the currency and the prices of the world's base year (here yuan of 2014). A measure that is not defined, such as a
spread over one region, is left out of the results, never written as zero.

"""
_PARTS = """
Comparisons work out two more by tenth, for every reported place and the year they speak of:
`real_income_newcomers_tenth_1` to `_10`, what the newcomers of a tenth have together over how many they are, and
`real_income_registered_here_tenth_1` to `_10`, the same of the rest of the tenth, who are registered in the reported area.
"""
_DERIVED = "\nNo run records it: it is worked out from the cells when it is asked for.\n"


def measures_page() -> str:
    """The whole page, in Markdown."""
    named, recorded = tables()
    parts = [_HEAD, _table(named), "\n## Recorded as they are\n\n", _table(recorded), _PARTS]
    parts += [
        "\n## How they are computed\n\nIncomes and residents of the cells of the reported area are what all of these read.\n"
    ]
    for name, module in available().items():
        parts += _section(name, module)
    return "".join(parts)


def _section(name: str, module: ModuleType) -> Iterator[str]:
    """Heading, what the file says, and the formula with its source as its function states it."""
    yield f"\n### {name}\n\n{inspect.cleandoc(module.__doc__ or '')}\n"
    function = getattr(module, name, None)
    if callable(function) and function.__doc__:
        yield f"\n```text\n{inspect.cleandoc(function.__doc__)}\n```\n"
    if name in derived():
        yield _DERIVED
    if missing := getattr(module, "MISSING", None):
        yield f"\nNot defined everywhere: {missing}.\n"


def _table(listing: Listing) -> str:
    lines = [listing.columns, ("---",) * len(listing.columns), *listing.rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    print(measures_page(), end="")
