"""The page of parameters, written from their declarations: `python -m sim.pages.parameters > docs/parameters.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.data import catalogue
from sim.data.catalogue import Parameter

COMMAND = "python -m sim.pages.parameters > docs/parameters.md"

_HEAD = f"""\
# Parameters

Written from `sim/data/parameters_*.csv` and `sim/data/worlds_theory.yaml` by `{COMMAND}`; a test fails
when it is no longer true. `factorflow list worlds` prints the same numbers. A scenario sets any of them under `parameters:`
within its range, or by `--set parameters.NAME=VALUE`. "Assumed" stands before the source of a number that no source
identifies for this place and time.
"""
_COLUMNS = "| parameter | value | unit | range | meaning | source |\n|---|---|---|---|---|---|\n"


def parameters_page() -> str:
    """The whole page, in Markdown."""
    worlds = catalogue.worlds()
    corners = [name for name in worlds if "cells" in worlds[name]]
    parts = [_HEAD]
    for name in worlds:
        if name not in corners:
            parts += [f"\n## {name}\n\n{worlds[name]['title']}.\n\n", _table(catalogue.parameters(name).values())]
    parts += ["\n## Corners of the theory\n\n", *_corners(corners)]
    return "".join(parts)


def _corners(names: list[str]) -> Iterator[str]:
    """What the corners have in common, then what each says otherwise."""
    worlds = catalogue.worlds()
    yield "The worlds below share one table; what they say otherwise stands beside their names.\n\n"
    yield _table(catalogue.family_parameters(names[0]).values())
    yield "\n| world | what it is | parameters it says otherwise | source |\n|---|---|---|---|\n"
    for name in names:
        entry = worlds[name]
        said = ", ".join(f"{word} {value:.6g}" for word, value in entry["parameters"].items())
        yield f"| {name} | {entry['title']} | {said} | {entry['source']} |\n"


def _table(parameters: Iterable[Parameter]) -> str:
    return _COLUMNS + "".join(map(_row, parameters))


def _row(parameter: Parameter) -> str:
    source = f"Assumed. {parameter.source}" if parameter.assumed else parameter.source
    cells = (
        f"`{parameter.name}`",
        f"{parameter.value:g}",
        parameter.unit,
        f"{parameter.low:g} to {parameter.high:g}",
        parameter.meaning,
        source,
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    print(parameters_page(), end="")
