"""Which published experiments are evidence: held against a number of the same kind, without constants chosen to fit."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

INSIDE, OUTSIDE = "inside", "OUTSIDE"
_MONEY_FOR_MONEY = re.compile(r"(.+) per \1")  # a euro per euro is a yuan per yuan


@cache
def experiments() -> tuple[Mapping[str, str], ...]:
    """Published experiments with our numbers, as `docs/effects_published.md` has them."""
    return _rows("published_results.csv")


@cache
def _facts() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in _rows("published_effects.csv"):
        found.setdefault(row["experiment"], []).append(row)
    return found


@cache
def _chosen() -> frozenset[str]:
    """Experiments with constants that were chosen with the band in sight."""
    text = (files("sim.data") / "published_experiments.yaml").read_text(encoding="utf-8")
    read = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return frozenset(name for name, entry in read["experiments"].items() if entry.get("constants"))


def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    text = (files("sim.data") / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def of_another_quantity(row: Mapping[str, str]) -> list[bool]:
    """For each published number of an experiment, in their order, whether it measures something else than ours."""
    return [_other(fact["unit"], row["unit"]) for fact in _facts()[row["experiment"]]]


def _other(unit: str, ours: str) -> bool:
    if unit in (ours, "none", "sign") or unit.endswith(f" {ours}"):
        return False
    return not (_MONEY_FOR_MONEY.fullmatch(unit) and _MONEY_FOR_MONEY.fullmatch(ours))


def why_none(row: Mapping[str, str]) -> str:
    """Why lying inside is no evidence: `chosen`, `other` (quantity), `published` (lies outside itself); empty where it is.

    Lying outside is evidence against the model whatever was chosen.
    """
    if row["verdict"] != INSIDE:
        return ""
    if row["experiment"] in _chosen():
        return "chosen"
    facts = _facts()[row["experiment"]]
    same = [fact for fact, other in zip(facts, of_another_quantity(row), strict=True) if not other]
    if not same:
        return "other"
    low, high = (float(end) for end in row["acceptable"].split(" to "))
    counted = [fact for fact in same if fact["unit"] != "sign"] or same
    return "" if any(_within(fact, low, high) for fact in counted) else "published"


def _within(fact: Mapping[str, str], low: float, high: float) -> bool:
    """Whether a published number, its range or its sign has anything in common with a band."""
    if fact["unit"] == "sign":
        value = float(fact["value"])
        return low <= 0 <= high if not value else (high > 0 if value > 0 else low < 0)
    numbers = [float(fact[column]) for column in ("value", "low", "high") if fact[column]]
    return min(numbers) <= high and max(numbers) >= low
