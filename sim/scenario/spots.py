"""What may stand at a path of a file: the type, and the meaning, unit and range of a number, read from the models."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Spot:
    """What may stand at a path: the type, and the meaning, unit and range of a number."""

    annotation: Any
    meaning: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None

    def range(self) -> str:
        """The permitted range in words, `0 to 1`; empty when there is none."""
        if self.low is not None and self.high is not None:
            return f"{self.low:.10g} to {self.high:.10g}"
        if self.low is not None:
            return f"at least {self.low:.10g}"
        return "" if self.high is None else f"at most {self.high:.10g}"

    def values(self) -> dict[str, Any]:
        """Unit and range as a fault tells them without words."""
        return {"unit": self.unit, "low": self.low, "high": self.high}

    def terms(self) -> str:
        """Unit and range in brackets, ` (share, 0 to 1)`; empty when there is neither."""
        words = ", ".join(part for part in (self.unit if self.unit != "none" else "", self.range()) if part)
        return f" ({words})" if words else ""


def fields_of(model: type[BaseModel]) -> dict[str, Spot]:
    """The words of a model as they are written in a file, with what may stand behind each."""
    spots = {}
    for name, info in model.model_fields.items():
        written = info.validation_alias if isinstance(info.validation_alias, str) else name
        spots[written] = spot_of(info.annotation, [info])
    return spots


def spot_of(annotation: Any, hints: Iterable[Any]) -> Spot:
    """Unwrap Annotated and `| None`, collecting meaning, unit and bounds on the way."""
    hints = list(hints)
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            hints += more
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        else:
            break
    meaning, unit, low, high = "", "", None, None
    for hint in hints:
        extra = getattr(hint, "json_schema_extra", None)
        unit = unit or (str(extra.get("unit", "")) if isinstance(extra, dict) else "")
        meaning = meaning or getattr(hint, "description", None) or ""
        for bound in hint.metadata if isinstance(hint, FieldInfo) else [hint]:
            low = getattr(bound, "ge", low)
            high = getattr(bound, "le", high)
    return Spot(annotation, meaning, unit, low, high)


def spot_at(model: type[BaseModel], where: Iterable[object]) -> Spot:
    """What may stand at a path below a model; an unknown step ends the walk."""
    spot = Spot(model)
    for step in where:
        inner = get_args(spot.annotation)
        if isinstance(spot.annotation, type) and issubclass(spot.annotation, BaseModel):
            fields = fields_of(spot.annotation)
            if step not in fields:
                return spot
            spot = fields[str(step)]
        elif get_origin(spot.annotation) is dict:
            # the numbers of a mapping are mostly explained once, on the mapping
            value = spot_of(inner[1], [])
            spot = Spot(value.annotation, value.meaning or spot.meaning, value.unit or spot.unit, value.low, value.high)
        elif inner:
            spot = spot_of(inner[0], [])
    return spot


def range_answer(spot: Spot) -> str:
    """The answer to a number outside its range, with the unit."""
    unit = f" ({spot.unit})" if spot.unit and spot.unit != "none" else ""
    if spot.low is not None and spot.high is not None:
        return f"must lie between {spot.low:.10g} and {spot.high:.10g}{unit}."
    return f"must be {spot.range()}{unit}."
