"""The words instruments' terms are written in: quantities with a unit, and names checked against a world."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.errors import Told
from sim.hints import one_of
from sim.scenario.vocabulary import WorldWords


def quantity(
    default: Any = ..., *, unit: str, meaning: str, at_least: float | None = None, at_most: float | None = None
) -> Any:
    """A number a user may set: without a default it must be given; outside [at_least, at_most] it is refused."""
    return Field(default, ge=at_least, le=at_most, description=meaning, json_schema_extra={"unit": unit})


def word(default: Any = ..., *, meaning: str) -> Any:
    """Anything else a user may set (a name, a list, a group of terms): without a default it must be given."""
    return Field(default, description=meaning)


def world_of(info: ValidationInfo) -> WorldWords | None:
    """The world a scenario is checked against; None when its terms are made outside the loader or it is unknown."""
    world = (info.context or {}).get("world")
    return world if isinstance(world, WorldWords) else None


def _checked(found: str, allowed: Iterable[str], kind: str, world: WorldWords) -> str:
    allowed = tuple(allowed)
    if found not in allowed:
        raise PydanticCustomError(
            "unknown_name",
            "{answer}",
            {
                "answer": f'there is no {kind} "{found}" in the world {world.name}. {one_of(found, allowed)}',
                "told": Told("choice", {"word": found, "choices": allowed}),
            },
        )
    return found


def _region(found: str, info: ValidationInfo) -> str:
    world = world_of(info)
    return found if world is None else _checked(found, world.regions, "region", world)


def _place(found: str, info: ValidationInfo) -> str:
    world = world_of(info)
    return found if world is None else _checked(found, (*world.regions, *world.groups), "region or group", world)


def _kind(found: str, info: ValidationInfo) -> str:
    world = world_of(info)
    return found if world is None else _checked(found, world.kinds, "kind of cell", world)


def _sector(found: str, info: ValidationInfo) -> str:
    world = world_of(info)
    return found if world is None else _checked(found, world.sectors, "sector", world)


def _named_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise PydanticCustomError("no_name", "must name at least one; leave the line out to keep the default.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PydanticCustomError("repeated_name", "{answer}", {"answer": f'names "{name}" more than once.'})
        seen.add(name)
    return names


def _places_named_once(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Refuse a region beside a group that holds it: a reader would think that it counts twice."""
    groups = {} if (world := world_of(info)) is None else world.groups
    for group in names:
        for name in names:
            if name != group and name in groups.get(group, ()):
                answer = f'names "{name}" twice, for the group "{group}" holds it. Leave one of them out.'
                raise PydanticCustomError("repeated_name", "{answer}", {"answer": answer})
    return names


def _sum_to_one(shares: Mapping[Any, float]) -> Mapping[Any, float]:
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-9:
        parts = " + ".join(f"{share:.10g}" for share in shares.values())
        found = f"{parts} = {total:.10g}" if shares else "none is given"
        told = Told("shares", {"sum": found}) if shares else None
        raise PydanticCustomError("shares", "{answer}", {"answer": f"the shares must add up to 1; {found}.", "told": told})
    return shares


def names_of(kind: str) -> Any:
    """Mark a text as a name of the world, for the JSON schema: region, place, kind or sector."""
    return Field(json_schema_extra={"names": kind})


RegionName = Annotated[str, AfterValidator(_region), names_of("region")]
"""The name of a region of the world."""

PlaceName = Annotated[str, AfterValidator(_place), names_of("place")]
"""The name of a region or of a group of regions of the world."""

KindName = Annotated[str, AfterValidator(_kind), names_of("kind")]
"""The kind of a cell: urban or rural."""

SectorName = Annotated[str, AfterValidator(_sector), names_of("sector")]
"""The name of a sector of the world."""

# strict=False only lets a YAML list become a tuple; the names inside stay strict
Places = Annotated[
    tuple[PlaceName, ...], Field(strict=False), AfterValidator(_named_once), AfterValidator(_places_named_once)
]
"""A list of regions and groups; `expand_places` turns it into regions."""

Sectors = Annotated[tuple[SectorName, ...], Field(strict=False), AfterValidator(_named_once)]
"""A list of sectors."""


def _one(found: object) -> object:
    # to Python true is 1 and so is 1.0; in a file they are not
    if isinstance(found, bool) or not isinstance(found, int):
        raise PydanticCustomError("version", "must be 1.")
    return found


Version = Annotated[Literal[1], BeforeValidator(_one)]
"""The version of the language a file is written in."""

Share = Annotated[float, Field(ge=0, le=1, json_schema_extra={"unit": "share"})]
"""A number from 0 to 1."""

adding_up_to_one = AfterValidator(_sum_to_one)
"""For a mapping of shares that divide a whole: `Annotated[dict[Literal["a", "b"], Share], adding_up_to_one]`."""


def expand_places(places: Sequence[str] | None, world: WorldWords) -> tuple[str, ...]:
    """The regions named by a list of regions and groups, each once, in the world's order; None means all regions."""
    if places is None:
        return world.regions
    named = {region for place in places for region in world.groups.get(place, (place,))}
    return tuple(region for region in world.regions if region in named)


def with_groups(world: WorldWords, groups: Mapping[str, Sequence[str]]) -> WorldWords:
    """The words of a world with the groups a scenario adds to its own."""
    added = {name: expand_places(members, world) for name, members in groups.items()}
    return replace(world, groups={**world.groups, **added})
