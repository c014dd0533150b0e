"""Faults of a text in the language of the page: those met most have sentences of their own, the rest stays English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sim.dashboard.page import said_in
from sim.errors import Fault, Told, printable
from sim.hints import candidates, nearest

_MOST = 24  # words that an answer names of all that are allowed
_LONGEST = 1_000


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """The Chinese sentences of faults by kind, and the parts that they are made of."""
    text = (files("sim.pages.phrases") / "faults_zh.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def said(fault: Fault, lang: str) -> tuple[str, str]:
    """The sentence of a fault, and the language it is in: the page's, where there is one, else English."""
    own = _sentence(fault.told) if lang == "zh" and fault.told is not None else None
    return (fault.message, "en") if own is None else (printable(own, _LONGEST), lang)


def _sentence(told: Told) -> str | None:
    """The Chinese sentence; None where a word of it is known in English alone."""
    values, known = dict(told.values), sentences()
    meaning = values.get("meaning", "")
    unit, spoken = values.get("unit", ""), said_in("zh")
    if (meaning and meaning not in spoken["meanings"]) or (unit not in ("", "none") and unit not in spoken["units"]):
        return None
    values["meaning"] = spoken["meanings"].get(meaning, "")
    values["terms"], values["unit"] = _terms(values, spoken["units"].get(unit, "")), _aside(spoken["units"].get(unit, ""))
    if told.kind == "meant" and not values["terms"]:
        values["terms"] = _aside(values["meaning"])
    values["choice"] = _choice(str(values.get("word", "")), values.get("choices", ()), values.get("allowed", ()))
    hint = values.get("hint")
    values["hint"] = "" if hint is None else known["hints"][hint.kind].format(**hint.values)
    if told.kind == "type":
        values["type"], values["found"] = known["types"][values["type"]], _found(values["found"])
    kind = _bound(values) if told.kind == "range" else told.kind
    values |= {end: f"{values[end]:.10g}" for end in ("low", "high") if values.get(end) is not None}
    return known["sentences"][kind].format(**values)


def _bound(values: Mapping[str, Any]) -> str:
    low, high = values["low"], values["high"]
    return "between" if low is not None and high is not None else "at_least" if high is None else "at_most"


def _terms(values: Mapping[str, Any], unit: str) -> str:
    """Unit and range in brackets; empty where there is neither."""
    low, high, words = values.get("low"), values.get("high"), sentences()["terms"]
    parts = [unit.strip("（）")] if unit else []
    if low is not None or high is not None:
        key = "range" if low is not None and high is not None else "at_least" if high is None else "at_most"
        ends = {"low": f"{low:.10g}" if low is not None else "", "high": f"{high:.10g}" if high is not None else ""}
        parts.append(words[key].format(**ends))
    return _aside("，".join(parts))


def _aside(words: str) -> str:
    return f"（{words.strip('（）')}）" if words else ""


def _choice(word: str, choices: Sequence[str], allowed: Sequence[str]) -> str:
    """What may stand instead: the word that is clearly meant, else the candidates, else all."""
    known = sentences()["choices"]
    guess = nearest(word, choices)
    if guess is not None:
        return known["guess"].format(guess=guess)
    near = candidates(word, choices)
    if near:
        return known["candidates"].format(words=_listed(near))
    every = [*choices, *allowed]
    return known["allowed"].format(words=_listed(every)) if every else known["none"]


def _listed(words: Sequence[str]) -> str:
    said = "、".join(words[:_MOST])
    return said if len(words) <= _MOST else sentences()["choices"]["more"].format(words=said, count=len(words))


def _found(value: object) -> str:
    words = sentences()["found"]
    if isinstance(value, bool):
        return words["truth"]
    if isinstance(value, int | float):
        return words["number"].format(value=value)
    kinds = {"text": str, "mapping": dict, "list": list}
    return words[next((name for name, kind in kinds.items() if isinstance(value, kind)), "other")]
