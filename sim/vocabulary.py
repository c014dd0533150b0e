"""The vocabulary a scenario is checked against: the worlds, instruments and measures this version knows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sim.cells import KINDS, kind_of
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import WorldFolder
from sim.economy.policies import instruments
from sim.errors import Fault
from sim.named import Named
from sim.scenario.vocabulary import ParameterWord, Vocabulary, WorldWords
from sim.units import YUAN, recorded_scopes


@cache
def vocabulary() -> Vocabulary:
    """Everything a scenario may name: instruments, worlds and measures, each read when it is asked for."""
    terms = instruments()
    return Vocabulary(
        instruments=Named(lambda: terms, lambda name: terms[name].Terms),
        worlds=Named(catalogue.worlds, world_words),
        measures=Named(_measures, lambda name: _measures()[name]),
        read_tables=_read_tables,
        words_of_tables=world_words,
    )


@cache
def _measures() -> dict[str, tuple[str, ...]]:
    """The scopes of everything that runs record and of every measure, by name."""
    from sim.analysis.measures import series

    recorded = recorded_scopes(sector for world in catalogue.worlds().values() for sector in world["sectors"])
    return {**recorded, **{name: tuple(entry.scopes) for name, entry in series().items()}}


def _read_tables(path: Path, called: str) -> tuple[WorldFolder | None, list[Fault]]:
    """The tables of a world in a folder and what is wrong with them; read strictly, for a user wrote them."""
    from sim.world.strict import folder_at

    return folder_at(path, called)


def world_words(world: AnyWorld) -> WorldWords:
    """The names and years of one world."""
    return _words_of_tables(world) if isinstance(world, WorldFolder) else _words(world)


@cache
def _words_of_tables(world: WorldFolder) -> WorldWords:
    return _words(world)


def _words(world: AnyWorld) -> WorldWords:
    name, entry = catalogue.name_of(world), catalogue.entry(world)
    there = {kind_of(cell) for cell in entry.get("cells", ())} or set(KINDS)
    return WorldWords(
        name=name,
        regions=tuple(entry["regions"]),
        kinds=tuple(kind for kind in KINDS if kind in there),
        sectors=tuple(entry["sectors"]),
        groups={group: tuple(members) for group, members in entry["groups"].items()},
        parameters={
            parameter.name: ParameterWord(
                name=parameter.name,
                unit=parameter.unit,
                value=parameter.value,
                low=parameter.low,
                high=parameter.high,
                meaning=parameter.meaning,
                source=parameter.source,
                assumed=parameter.assumed,
            )
            for parameter in catalogue.parameters(world).values()
        },
        first_year=int(entry["first_year"]),
        last_year=int(entry["last_year"]),
        aliases=catalogue.aliases(world),
        money=str(catalogue.entry(world).get("money", YUAN)),
    )
