"""Whether what an experiment says of a scenario is of the one at hand: alike in all but how it is computed and its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.analysis.results import Results
from sim.digest import digest_of

_READERS = ("title", "question", "description", "world", "run", "years")


def likeness(scenario: Mapping[str, Any]) -> str:
    """The sha256 of a resolved scenario without words for readers, world, `run` and last year, which are matched apart."""
    words = {word: value for word, value in scenario.items() if word not in _READERS}
    return digest_of({**words, "from": dict(scenario.get("years") or {}).get("from")})


def matched(
    rows: Iterable[Mapping[str, Any]], baseline: Results, others: Mapping[str, Results], year: int
) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of an experiment by the label of the run they are of: the same scenario, baseline and last year.

    A row names the likeness of both as `scenario` and `baseline`, and its `year`. A run against itself, since its base year,
    needs no baseline. Runs in a world of the user's own match by what they say of it: see `same_tables`.
    """
    own = likeness(baseline.manifest["scenario"])
    wanted = {label: likeness(one.manifest["scenario"]) for label, one in others.items()}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        for label, like in wanted.items():
            against = others[label] is baseline or row.get("baseline") == own
            if row.get("scenario") == like and against and int(row["year"]) == year:
                found.setdefault(label, []).append(row)
    return found


def same_tables(words: Mapping[str, Any], runs: Sequence[Results]) -> bool:
    """Whether runs and an experiment read the same tables of their world; those of a version of the program may differ."""
    own = {name: entry["sha256"] for one in runs for name, entry in (one.manifest.get("world_files") or {}).items()}
    kept = {name[6:]: found for name, found in dict(words.get("record", {})).items() if name.startswith("world/")}
    return own == kept
