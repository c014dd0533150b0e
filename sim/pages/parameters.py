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
    regional = [name for name in worlds if catalogue.folder(name) is not None]
    parts = [_HEAD, "\n## Worlds made of tables\n\n", *_regional(regional)]
    for name in worlds:
        if name not in (*corners, *regional):
            parts += [f"\n## {name}\n\n{worlds[name]['title']}.\n\n", _table(catalogue.parameters(name).values())]
    parts += ["\n## Corners of the theory\n\n", *_corners(corners)]
    return "".join(parts)


def _regional(names: list[str]) -> Iterator[str]:
    """What worlds made of tables have in common, then what each says otherwise."""
    yield "What a world of tables has where its own `parameters.csv` says nothing else.\n\n"
    yield _table(catalogue.shared_parameters(names[0]).values())
    for name in names:
        common = catalogue.shared_parameters(name)
        own = [one for word, one in catalogue.parameters(name).items() if one != common.get(word)]
        unread = [word for word in common if word not in catalogue.parameters(name)]
        yield f"\n### {name}\n\n{catalogue.worlds()[name]['title']}.\n\n{_table(own)}"
        yield f"\nNot read in this world: {', '.join(f'`{word}`' for word in unread)}.\n" if unread else ""


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
