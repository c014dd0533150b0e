"""The vocabulary a scenario is checked against: the worlds, instruments and measures this version knows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sim.cells import KINDS, kind_of
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import WorldFolder
from sim.errors import Fault
from sim.scenario.vocabulary import ParameterWord, Vocabulary, WorldWords
from sim.units import YUAN, recorded_scopes


@cache
def vocabulary() -> Vocabulary:
    """Everything a scenario may name, gathered from the data folder, the instruments and the measures."""
    from sim.analysis.measures import series
    from sim.economy.policies.base import instruments

    worlds = {name: world_words(name) for name in catalogue.worlds()}
    recorded = recorded_scopes(sector for world in worlds.values() for sector in world.sectors)
    return Vocabulary(
        instruments={name: module.Terms for name, module in instruments().items()},
        worlds=worlds,
        measures={**recorded, **{name: tuple(entry.scopes) for name, entry in series().items()}},
        read_tables=_read_tables,
        words_of_tables=world_words,
    )


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
