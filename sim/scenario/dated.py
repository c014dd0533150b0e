"""Dated values: a quantity given as `{2024: 0.2, 2030: 0.6}` holds from each year until the next.

They are split into plain terms, one a moment, before anything is checked, so that every range and every rule between
terms is asked of every moment, and instruments never see anything but plain numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from sim.scenario.spots import fields_of

YEAR_PATTERN = "0|[1-9][0-9]{0,3}"
# words about when a policy holds are not themselves dated
_UNDATED = frozenset({"from", "until", "phase_in"})

Model = TypeVar("Model", bound=BaseModel)
Steps = dict[int, Any]
"""Values by the year they hold from, years rising."""
Span = tuple[int, int]


def datable(model: type[BaseModel]) -> tuple[str, ...]:
    """The terms that may be dated: every plain number except those that say when the policy holds."""
    fields = fields_of(model)
    return tuple(name for name, spot in fields.items() if spot.annotation in (int, float) and name not in _UNDATED)


def in_force(steps: Mapping[int, Any], year: int) -> Any:
    """The value that holds in a year; before the first one given, the first."""
    return steps[max((start for start in steps if start <= year), default=min(steps))]


def split(
    model: type[Model], data: Mapping[str, Any], validate: Callable[[Any], Model], run: Span | None
) -> tuple[Model, dict[str, Steps]]:
    """The terms of the first moment, and every dated term's values by year; raises ValidationError with all faults."""
    written = {term: data[term] for term in datable(model) if isinstance(data.get(term), dict)}
    faults = [fault for term, values in written.items() for fault in _amiss(term, values, data, run)]
    dated = {term: _steps(values) for term, values in written.items()}
    undated = {word: value for word, value in data.items() if word not in written}
    moments = sorted({year for steps in dated.values() for year in steps}, reverse=True)
    checked: dict[str, Steps] = {term: {} for term in written}
    terms: Model | None = None
    for moment in moments or [0]:
        values = {term: in_force(steps, moment) for term, steps in dated.items() if steps}
        try:
            terms = validate({**undated, **values})
        except ValidationError as error:
            faults += [_at_moment(detail, dated, moment) for detail in error.errors(include_url=False)]
            continue
        for term in values:
            if moment in dated[term]:
                checked[term] = {moment: getattr(terms, term), **checked[term]}
    if faults or terms is None:
        raise ValidationError.from_exception_data(model.__name__, _each_fault_once(faults, written))
    return terms, checked


def _steps(values: Mapping[Any, Any]) -> Steps:
    return {int(word): values[word] for word in sorted(filter(_is_year, values), key=int)}


def _is_year(word: object) -> bool:
    return not isinstance(word, bool) and isinstance(word, int | str) and bool(re.fullmatch(YEAR_PATTERN, str(word)))


def _amiss(term: str, values: Mapping[Any, Any], data: Mapping[str, Any], run: Span | None) -> Iterator[InitErrorDetails]:
    """What is wrong with the years of one dated term."""
    first, last = data.get("from", data.get("from_")), data.get("until")
    for word, value in values.items():
        if not _is_year(word):
            yield _fault((term, str(word)), _HOW.format(word=word), value)
            continue
        year = int(word)
        if isinstance(first, int) and year < first:
            yield _fault((term, str(word)), f"lies before the policy's first year, from = {first}.", value)
        elif isinstance(last, int) and year > last:
            yield _fault((term, str(word)), f"lies after the policy's last year, until = {last}.", value)
        elif run is not None and not run[0] <= year <= run[1]:
            yield _fault((term, str(word)), f"lies outside the run ({run[0]} to {run[1]}).", value)
    years = [int(word) for word in values if _is_year(word)]
    if not values:
        yield _fault((term,), "holds no year; a dated value is written {2024: 0.2, 2030: 0.6}.", values)
    elif len(set(years)) < len(years):
        yield _fault((term,), "gives a year twice, as a number and as text.", values)
    elif years and isinstance(first, int) and min(years) > first:
        gap = f"{first}" if min(years) == first + 1 else f"{first} to {min(years) - 1}"
        yield _fault((term,), f"says nothing of {gap}: the policy's first year, from = {first}, needs a value.", values)


_HOW = '"{word}" is not a year. A dated value is written {{2024: 0.2, 2030: 0.6}}; it holds from its year until the next.'


def _fault(at: tuple[str, ...], message: str, value: object) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("dated", "{answer}", {"answer": message}), loc=at, input=value)


def _at_moment(detail: ErrorDetails, dated: Mapping[str, Steps], moment: int) -> InitErrorDetails:
    """A fault of the plain terms of a moment, at the year of the dated value that caused it."""
    where = detail["loc"]
    steps = dated.get(str(where[0])) if where else None
    if steps:
        where = (where[0], str(max((year for year in steps if year <= moment), default=min(steps))), *where[1:])
    kind: Any = detail["type"]
    if kind not in get_args(ErrorType):
        kind = PydanticCustomError(kind, "{answer}", {"answer": detail["msg"]})
    return InitErrorDetails(type=kind, loc=where, input=detail["input"], ctx=detail.get("ctx", {}))


def _each_fault_once(faults: list[InitErrorDetails], written: Mapping[str, Any]) -> list[InitErrorDetails]:
    """Each fault once, however many moments it holds in; a dated term without a good year is not also missing."""
    once = {(str(fault["type"]), fault.get("loc", ())): fault for fault in faults}
    return [fault for (kind, where), fault in once.items() if not (kind == "missing" and where and where[0] in written)]
