"""Paths with a star, spread over what a scenario has: `policies.*.cut` for every policy that has a cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.errors import DesignError, listed
from sim.hints import one_of

STAR = "*"


def expanded(path: str, scenario: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths that a path with stars stands for, in the order of the scenario; a path without star is itself.

    scenario: nested words as read, lists left alone. A star stands for one whole step. A policy without the term is passed
    over; a term written as null counts as left out. No match raises DesignError with what could have stood there.
    """
    steps = path.split(".")
    if STAR not in steps:
        if STAR in path:
            raise DesignError(f"found {path!r}: a star stands for one whole step, as in policies.*.cut.")
        return (path,)
    found = tuple(".".join(one) for one in _matches(steps, scenario))
    if found:
        return found
    at = len(steps) - 1 - steps[::-1].index(STAR)
    holders = [
        holder for one in _matches(steps[: at + 1], scenario) if isinstance(holder := value_at(one, scenario), Mapping)
    ]
    if not holders:
        raise DesignError(f"found {path!r}: the scenario has nothing at {'.'.join(steps[:at])}.")
    terms = sorted({str(term) for holder in holders for term, value in holder.items() if value is not None})
    term_word = steps[at + 1] if at + 1 < len(steps) else STAR
    raise DesignError(f"found {path!r}: none of the {len(holders)} there has {term_word}. {one_of(term_word, terms)}")


def spread(paths: Mapping[str, Any], scenarios: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Paths with stars spread over all scenarios of an experiment: {path: what was said of it}, in order.

    A path that a star gives and that also stands there itself keeps what is said of it itself. A star has to match in one
    scenario at least: the baseline has no policies. Raises DesignError.
    """
    given: dict[str, Any] = {}
    for path, said in paths.items():
        reached: dict[str, Any] = {}
        faults: list[str] = []
        for name, scenario in scenarios.items():
            try:
                reached |= dict.fromkeys(expanded(path, scenario), said)
            except DesignError as fault:
                faults.append(f"{name}: {fault}")
        if not reached:
            raise DesignError(f"no scenario has {path}: {listed(faults)}")
        given |= {one: what for one, what in reached.items() if one not in paths or one == path}
    return given


def value_at(steps: tuple[str, ...] | list[str], scenario: Mapping[str, Any]) -> Any:
    """What stands at a path of steps; None where nothing does."""
    here: Any = scenario
    for step in steps:
        if not isinstance(here, Mapping):
            return None
        here = here.get(step)
    return here


def _matches(steps: list[str], scenario: Mapping[str, Any]) -> list[list[str]]:
    reached: list[list[str]] = [[]]
    for step in steps:
        longer: list[list[str]] = []
        for one in reached:
            here = value_at(one, scenario)
            if isinstance(here, Mapping):
                longer += [[*one, str(name)] for name in (here if step == STAR else (step,)) if here.get(name) is not None]
        reached = longer
    return reached
