"""Scenarios that hold policies of another one: what is said of them together is in part the work of the other."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from sim.analysis.change import Change, rounded
from sim.analysis.differences import Differences
from sim.analysis.outcome import RATIO, Outcome
from sim.analysis.pairing import why_unpaired
from sim.analysis.results import Results

_AGREED = "combine"  # that policies may stand side by side, which is no term of what they do


@dataclass(frozen=True)
class Contained:
    """What one scenario (whole) holds of another (part) with the same terms: names of policies, as the whole calls them.

    beyond: how the last year's ratio of the whole differs from that of the part, and net what it costs more (both None,
    NaN where the part has a policy that the whole lacks, so that their difference is not what is added).
    """

    whole: Outcome
    part: Outcome
    policies: tuple[str, ...]
    beyond: Change | None
    net: float


def contained(differences: Differences, found: Sequence[Outcome]) -> list[Contained]:
    """Each pair of scenarios of which one holds a policy of the other, leaving out what the baseline holds.

    Of two that share policies and each have some of their own, or are the same, the first is told. Nothing is run: the
    difference is that of the two runs, replicate by replicate where their draws are the same.
    """
    base = _policies(differences.baseline)
    own = {
        one.label: {
            name: terms for name, terms in _policies(differences.scenarios[one.label]).items() if terms not in base.values()
        }
        for one in found
    }
    told: list[Contained] = []
    for whole, part in permutations(found, 2):
        theirs = list(own[part.label].values())
        shared = tuple(name for name, terms in own[whole.label].items() if terms in theirs)
        everything = all(terms in own[whole.label].values() for terms in theirs)
        if not shared or any((one.whole, one.part) == (part, whole) for one in told):
            continue
        reverse = all(terms in theirs for terms in own[whole.label].values())
        if reverse and not everything:
            continue  # the other holds this one: it is told the other way round
        beyond = _beyond(differences, whole.label, part.label) if everything else None
        net = whole.money.net - part.money.net if everything else math.nan
        told.append(Contained(whole, part, shared, beyond, net))
    return told


def _policies(results: Results) -> dict[str, str]:
    """Terms of every policy in one text, with the members of the groups of regions they name."""
    scenario: Mapping[str, Any] = results.manifest["scenario"]
    groups = {name: sorted(members) for name, members in (scenario.get("groups") or {}).items()}
    found = {}
    for name, terms in (scenario.get("policies") or {}).items():
        said = json.dumps({word: value for word, value in terms.items() if word != _AGREED}, sort_keys=True)
        named = {group: members for group, members in groups.items() if f'"{group}"' in said}
        found[str(name)] = f"{said} {json.dumps(named, sort_keys=True)}"
    return found


def _beyond(differences: Differences, whole: str, part: str) -> Change | None:
    """The ratio of one scenario less that of another in the last common year; None where it was not recorded by both."""
    rows = differences.rows(whole, RATIO), differences.rows(part, RATIO)
    if rows[0].empty or rows[1].empty:
        return None
    runs = [differences.scenarios[label] for label in (part, whole)]
    before, after = (run.values(RATIO).loc[differences.year] for run in runs)
    paired = not why_unpaired(*runs)
    first, last = float(np.median(before.to_numpy())), float(np.median(after.to_numpy()))
    low, middle, high, count = math.nan, last - first, math.nan, 1
    if paired:
        shared = before.index.intersection(after.index)
        between = after[shared].to_numpy(dtype=np.float64) - before[shared].to_numpy(dtype=np.float64)
        low, middle, high = (float(end) for end in np.quantile(between, (0.05, 0.5, 0.95)))
        count = len(between)
    numbers = {"before": first, "after": last, "difference": middle, "low": low, "high": high}
    return rounded(numbers, str(rows[0]["unit"].iloc[0]), paired, count, differences.drawn)
