"""Whether what an experiment says of a scenario is of the one at hand: alike in all but how it is computed and its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.digest import digest_of

_READERS = ("title", "question", "description", "world", "run", "years")


def likeness(scenario: Mapping[str, Any]) -> str:
    """The sha256 of a resolved scenario without words for readers, world, `run` and last year, which are matched apart."""
    words = {word: value for word, value in scenario.items() if word not in _READERS}
    return digest_of({**words, "from": dict(scenario.get("years") or {}).get("from")})


def matched(
    rows: Sequence[Mapping[str, Any]], baseline: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]], year: int
) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of an experiment by the label of the scenario they are of: the same scenario, baseline and last year.

    baseline, others: resolved scenarios; one that is the baseline itself, told since its base year, needs no baseline.
    A row names the likeness of both as `scenario` and `baseline`, and its `year`.
    """
    own = likeness(baseline)
    found: dict[str, list[Mapping[str, Any]]] = {}
    for label, scenario in others.items():
        like, alone = likeness(scenario), scenario is baseline
        same = [row for row in rows if row["scenario"] == like and (alone or row["baseline"] == own)]
        if any(int(row["year"]) == year for row in same):
            found[label] = [row for row in same if int(row["year"]) == year]
    return found
