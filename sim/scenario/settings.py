"""What `load` takes as a mapping, in the words of `--set path=value`: one reader decides what a value means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import Fault, ScenarioFaults
from sim.scenario.yaml_reader import MAX_ANSWER, shown

SETTING = "--set"  # where a value that stands in no file is said to stand


def as_settings(settings: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    """Settings as texts `path=value`; of a mapping each path with its value as YAML spells it.

    Text is quoted, so that "no" stays text and "3" no number. Raises ScenarioFaults for what YAML has no word for.
    """
    if isinstance(settings, str):
        return (settings,)
    if not isinstance(settings, Mapping):
        return tuple(settings)
    said, faults = [], []
    for number, (path, value) in enumerate(settings.items(), start=1):
        try:
            said.append(f"{path}={_spelled(value)}")
        except TypeError as reason:
            message = f"is {reason}; it must be true, false, a number, text, or a list or mapping of these."
            faults.append(Fault(SETTING, number, shown((str(path)[:MAX_ANSWER],)), message))
    if faults:
        raise ScenarioFaults(faults)
    return tuple(said)


def _spelled(value: Any) -> str:
    """A value as flow YAML; numbers of NumPy count as numbers, nothing at all as `null`, which the reader refuses."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if value is None:
        return "null"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_spelled(key)}: {_spelled(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_spelled, value))}]"
    raise TypeError(f"a {type(value).__name__}")
