"""Other names of places, in any script, replaced by those of the world before anything else is checked."""

from __future__ import annotations

from typing import Any

from sim.scenario.inheritance import Draft
from sim.scenario.vocabulary import WorldWords
from sim.scenario.yaml_reader import KeyPath

# below these words names of places may stand; what stands higher up are names and words of the writer's own
_BELOW = ("policies", "groups", "targets")


def replace_aliases(draft: Draft, world: WorldWords) -> None:
    """Say every place by the name the world gives it, so that a scenario is the same whichever name was written.

    A fault is noted where one mapping names the same place twice.
    """
    if not world.aliases:
        return
    for word in _BELOW:
        part = draft.data.get(word)
        for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            part[key] = _replaced(value, (word, str(key)), draft, world)  # type: ignore[index]


def _replaced(value: Any, path: KeyPath, draft: Draft, world: WorldWords) -> Any:
    if isinstance(value, str):
        return world.canonical(value)
    if isinstance(value, list):
        return [_replaced(item, (*path, str(number)), draft, world) for number, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, part in value.items():
        name = world.canonical(key)
        if name in found or (name != key and name in value):
            draft.fault((*path, key), f'names "{name}" more than once.')
            continue
        found[name] = _replaced(part, (*path, key), draft, world)
        if name != key:
            _move((*path, key), (*path, name), draft)
    return found


def _move(old: KeyPath, new: KeyPath, draft: Draft) -> None:
    """What is known of a path and of all below it is known of the new one."""
    for path in [path for path in draft.places if path[: len(old)] == old]:
        draft.places[new + path[len(old) :]] = draft.places.pop(path)
    draft.faulty |= {new + path[len(old) :] for path in draft.faulty if path[: len(old)] == old}
