"""What pydantic found, said in the words of the scenario language: what stands there, what is allowed, in what unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import Told
from sim.hints import nearest, one_of
from sim.scenario.dated import YEAR_PATTERN
from sim.scenario.inheritance import Draft
from sim.scenario.spots import Spot, fields_of, range_answer, spot_at, spot_of
from sim.scenario.yaml_reader import KeyPath, RefusedError, resolve


def explain(
    error: ValidationError,
    model: type[BaseModel],
    draft: Draft,
    prefix: KeyPath = (),
    owner: str = "",
    whole: str = "a scenario",
) -> None:
    """Note every fault pydantic found, at its place; faults that follow from another one are left out."""
    details = error.errors(include_url=False)
    meant = {(*detail["loc"][:-1], _meant(detail["loc"], model)) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        on_key = detail["loc"][-1:] == ("[key]",)
        where = detail["loc"][:-1] if on_key else detail["loc"]
        path = (*prefix, *(str(step) for step in where))
        if draft.spoiled(path):
            continue
        kind, value = detail["type"], detail["input"]
        if kind == "missing":
            if not draft.partial and where not in meant:  # a misspelt word is one fault
                spot = spot_at(model, where)
                message = f"is missing and must be given: {spot.meaning}{spot.terms()}."
                draft.fault(path, message, told=Told("missing", {"meaning": spot.meaning, **spot.values()}))
        elif kind == "extra_forbidden":
            draft.fault(path, *_unknown(where, model, owner, whole))
        elif kind == "literal_error" and on_key:
            choices = _key_choices(model, where)
            message = f'"{value}" cannot stand here. {one_of(str(value), choices)}'
            draft.fault(path, message, told=Told("choice", {"word": str(value), "choices": tuple(choices)}))
        else:
            spot = spot_at(model, where)
            message, told = _message(detail, spot), _told(detail, spot)
            if owner and kind in ("int_type", "float_type") and _looks_dated(value) and not _is_year(where[-1]):
                message += " This number cannot be dated: end the policy and let another one follow."
                told = None
            draft.fault(path, message, None if on_key else value, told)


def _looks_dated(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(map(_is_year, value))


def _is_year(found: object) -> bool:
    return re.fullmatch(YEAR_PATTERN, str(found)) is not None


def _key_choices(model: type[BaseModel], where: tuple[int | str, ...]) -> list[str]:
    keys = get_args(spot_at(model, where[:-1]).annotation)[:1]
    return [str(choice) for key in keys for choice in get_args(spot_of(key, []).annotation)]


def _meant(where: tuple[int | str, ...], model: type[BaseModel]) -> str | None:
    """The word that exists and is clearly meant by one that does not."""
    return nearest(str(where[-1]), fields_of(spot_at(model, where[:-1]).annotation))


def _unknown(where: tuple[int | str, ...], model: type[BaseModel], owner: str, whole: str) -> tuple[str, None, Told]:
    """The answer to a word that does not exist, with the nearest one that does; no value; the same without words."""
    found = str(where[-1])
    fields = fields_of(spot_at(model, where[:-1]).annotation)
    group = owner if len(where) == 1 else str(where[-2]) if isinstance(where[-2], str) else f"an item of {where[-3]}"
    start = f'there is no {"term" if owner else "word"} "{found}" in {group or whole}.'
    guess = _meant(where, model)
    if guess is None:
        return f"{start} Allowed: {', '.join(fields)}.", None, Told("unknown", {"word": found, "allowed": tuple(fields)})
    spot = fields[guess]
    told = Told("meant", {"word": found, "guess": guess, "meaning": spot.meaning, **spot.values()})
    return f'{start} Did you mean "{guess}"{spot.terms() or f" ({spot.meaning})"}?', None, told


def _found(value: object) -> str:
    if isinstance(value, bool):
        return f"found {str(value).lower()}"
    if isinstance(value, str):
        return "found text"
    if isinstance(value, int | float):
        return f"found the number {value}"
    return "found a mapping" if isinstance(value, dict) else "found a list" if isinstance(value, list) else "found this"


_HINTS = {
    "per_cent": " For {found} per cent write {write}.",
    "point": " The decimal sign is a point: write {write}.",
    "number": " A number in quotes is text: write {write} without quotes.",
}


def _hint(value: object, spot: Spot) -> Told | None:
    """What to write instead, where it can be guessed."""
    if isinstance(value, str):
        text = value.strip()
        if text.endswith("%") and _is_number(text[:-1].strip()):
            share = float(text[:-1].strip().replace("_", "")) / 100
            return Told("per_cent", {"found": text[:-1].strip(), "write": f"{share:.10g}"})
        if text.count(",") == 1 and spot.annotation is float and _is_number(text.replace(",", ".")):
            return Told("point", {"write": text.replace(",", ".")})
        if _is_number(text):
            return Told("number", {"write": text})
    elif isinstance(value, int | float) and spot.unit.startswith("share") and 1 < value <= 100 * (spot.high or 0.0):
        return Told("per_cent", {"found": f"{value:.10g}", "write": f"{value / 100:.10g}"})
    return None


def _hinted(value: object, spot: Spot) -> str:
    hint = _hint(value, spot)
    return "" if hint is None else _HINTS[hint.kind].format(**hint.values)


def _is_number(text: str) -> bool:
    try:
        meaning = resolve(text)
    except RefusedError:
        return False
    return isinstance(meaning, int | float) and not isinstance(meaning, bool)


_KINDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping (name: value)",
    "model_type": "a mapping (word: value)",
    "tuple_type": "a list",
    "list_type": "a list",
}


_BOUNDS = ("greater_than_equal", "less_than_equal", "greater_than", "less_than")


def _told(detail: ErrorDetails, spot: Spot) -> Told | None:
    """What a message says, without words; None for the kinds that are seldom met."""
    kind, value = detail["type"], detail["input"]
    told = detail.get("ctx", {}).get("told")
    if isinstance(told, Told):
        return told
    if kind in _KINDS:
        hint = _hint(value, spot)
        if kind in ("tuple_type", "list_type") and isinstance(value, str):
            hint = Told("list", {"write": value})
        elif kind == "string_type" and not isinstance(value, dict | list):
            hint = Told("in_quotes")
        return Told("type", {"type": kind, "found": value, "hint": hint, **spot.values()})
    if kind in _BOUNDS:
        return Told("range", {"hint": _hint(value, spot), **spot.values()})
    choices = get_args(spot.annotation) if kind == "literal_error" and get_origin(spot.annotation) is Literal else ()
    if choices and isinstance(value, str) and all(isinstance(choice, str) for choice in choices):
        return Told("choice", {"word": value, "choices": choices})
    return None


def _message(detail: ErrorDetails, spot: Spot) -> str:
    kind, value = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind in ("tuple_type", "list_type") and isinstance(value, str):
        return f"must be {_KINDS[kind]}{spot.terms()}; {_found(value)}. Write [{value}]."
    if kind in _KINDS:
        quotes = " Put it in quotes." if kind == "string_type" and not isinstance(value, dict | list) else ""
        return f"must be {_KINDS[kind]}{spot.terms()}; {_found(value)}.{_hinted(value, spot)}{quotes}"
    if kind in _BOUNDS:
        return f"{range_answer(spot)}{_hinted(value, spot)}"
    if kind == "literal_error":
        choices = get_args(spot.annotation) if get_origin(spot.annotation) is Literal else ()
        if all(isinstance(choice, str) for choice in choices) and isinstance(value, str):
            return f"is not one of the words allowed here. {one_of(value, choices)}"
        return f"must be {context.get('expected', 'another value')}."
    if kind == "string_too_short":
        least = context.get("min_length", 1)
        return "must not be empty." if least == 1 else f"must not be shorter than {least} characters."
    if kind == "string_too_long":
        return f"must not be longer than {context.get('max_length')} characters."
    if kind in ("too_long", "too_short"):
        bound = f"at most {context['max_length']}" if kind == "too_long" else f"at least {context['min_length']}"
        return f"must hold {bound} items; found {context['actual_length']}."
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    message = detail["msg"]
    return message if message.endswith((".", "?")) else f"{message}."
