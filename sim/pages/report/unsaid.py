"""Terms of policies that no file says: what stands there by default, what it means, and that it is assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sim.analysis.results import Results
from sim.economy.policies import instruments
from sim.pages.report.content import Heading, Row, Table, plain_cells
from sim.pages.report.words import Speaker
from sim.scenario.inquiry import DEFAULT
from sim.scenario.inquiry import said as value_said
from sim.scenario.spots import Spot, fields_of

_NO_TERMS = ("instrument", "combine")  # what it is, and that it may stand beside another


@dataclass(frozen=True)
class Unsaid:
    """A term of a policy that was left at its default, with what the schema says of it."""

    policy: str
    instrument: str
    term: str
    value: Any
    spot: Spot


def unsaid(runs: Sequence[Results]) -> list[Unsaid]:
    """Terms that have a value nobody wrote down, over all policies of runs, each once."""
    found: dict[tuple[str, str, str, str], Unsaid] = {}
    for run in runs:
        origins: Mapping[str, str] = run.manifest.get("origins") or {}
        for name, terms in (run.manifest["scenario"].get("policies") or {}).items():
            if terms["instrument"] not in instruments():
                continue  # an instrument of another version of the program
            fields = fields_of(instruments()[terms["instrument"]].Terms)
            for term, value in terms.items():
                if term in _NO_TERMS or term not in fields or not _by_default(origins, f"policies.{name}.{term}"):
                    continue
                key = (str(name), str(terms["instrument"]), term, value_said(value))
                found.setdefault(key, Unsaid(key[0], key[1], term, value, fields[term]))
    return list(found.values())


def _by_default(origins: Mapping[str, str], path: str) -> bool:
    below = [origin for at, origin in origins.items() if at.startswith(f"{path}.")]
    return origins.get(path, DEFAULT if below and set(below) == {DEFAULT} else "") == DEFAULT


def terms_by_default(runs: Sequence[Results], speaker: Speaker) -> list[str | Heading | Table]:
    """A heading, a sentence and a table of the terms that were left at their defaults; nothing where there are none."""
    say, found = speaker.say, unsaid(runs)
    if not found:
        return []
    rows = [
        Row(plain_cells(_policy(one, speaker), one.term, _value(one, speaker), _meaning(one, speaker), say("unsaid.assumed")))
        for one in found
    ]
    head = [say(f"unsaid.head.{word}") for word in ("policy", "term", "value", "meaning", "source")]
    return [
        Heading("unsaid", say("unsaid.title", count=len(found))),
        say("unsaid.what"),
        Table(say("unsaid.title", count=len(found)), head, rows),
    ]


def _policy(one: Unsaid, speaker: Speaker) -> str:
    if speaker.lang == "en":
        return one.policy
    return speaker.aside(speaker.known(f"instruments.{one.instrument}") or one.instrument, one.policy)


def _value(one: Unsaid, speaker: Speaker) -> str:
    value = value_said(one.value)
    unit = one.spot.unit if one.spot.unit != "none" else ""
    if not unit:
        return value
    if speaker.lang == "en":
        return f"{value} {unit}"
    return f"{value}{_chinese()['units'].get(unit, '')}"


def _meaning(one: Unsaid, speaker: Speaker) -> str:
    if one.spot.unit or isinstance(one.value, Mapping):  # a number, whose words the schema has
        return one.spot.meaning if speaker.lang == "en" else _chinese()["meanings"][one.spot.meaning]
    return speaker.known(f"unsaid.terms.{one.term}") or one.spot.meaning


@cache
def _chinese() -> Mapping[str, Mapping[str, str]]:
    """Chinese words for what the schema says in English, numbers and their units."""
    text = (files("sim.pages.phrases") / "meanings_zh.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
