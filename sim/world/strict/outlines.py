"""The map of a world, boundaries.geojson: polygons of its places in degrees, each with a seat."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from sim.data.folder import BOUNDARIES
from sim.hints import one_of
from sim.world.strict.noted import WHOLE, Noted

_MOST_POINTS = 400_000


def check_outlines(text: str, places: tuple[str, ...], noted: Noted) -> None:
    """Note the first thing wrong with every feature of the map, and places that have none."""
    try:
        said = json.loads(text, parse_constant=_not_a_number, parse_int=_number, parse_float=_number)
    except json.JSONDecodeError as error:
        noted.add(BOUNDARIES, error.lineno, WHOLE, f"is not JSON: {error.msg}.")
        return
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        noted.add(BOUNDARIES, 1, WHOLE, f"is not JSON: {why}.")
        return
    features = said.get("features") if isinstance(said, dict) and said.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        noted.add(BOUNDARIES, 1, WHOLE, "must be a FeatureCollection of GeoJSON with at least one feature.")
        return
    source = said.get("source")
    if not isinstance(source, str) or not source.strip() or len(source) > 300 or not source.isprintable():
        noted.add(
            BOUNDARIES, 1, "source", 'must say beside "features" where the outlines come from, in up to 300 characters.'
        )
    seen: dict[str, int] = {}
    others: list[tuple[str, str]] = []
    for index, feature in enumerate(features):
        where = f"features.{index}"
        wrong = next(_wrong(feature), None)
        if wrong is not None:
            noted.add(BOUNDARIES, 1, f"{where}.{wrong[0]}", wrong[1])
            continue
        name = feature["properties"]["name"]
        if name not in places:
            others.append((where, name))  # land round the world that is drawn without figures
        elif name in seen:
            message = f"stands here a second time; the first is features.{seen[name]}."
            noted.add(BOUNDARIES, 1, f"{where}.properties.name", message, name)
        seen.setdefault(name, index)
    without = [place for place in places if place not in seen]
    if without:
        for where, name in others:
            said_here = f"there is no such place in places.csv. {one_of(name, without)}"
            noted.add(BOUNDARIES, 1, f"{where}.properties.name", said_here, name)
    if without and not noted.of(BOUNDARIES):
        noted.add(
            BOUNDARIES, 1, WHOLE, f"has no outline of {', '.join(without[:6])}; every place has one, or there is no map."
        )


def _wrong(feature: Any) -> Iterator[tuple[str, str]]:
    """Where in a feature something is wrong, and what."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(properties.get("name"), str):
        yield "properties.name", "must be the name of a place."
        return
    if not _is_point(properties.get("seat")):
        yield "properties.seat", "must be [longitude, latitude] of the town, where its disc is drawn."
    shape = feature.get("geometry")
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        yield "geometry.type", "must be Polygon or MultiPolygon."
        return
    polygons = [shape.get("coordinates")] if kind == "Polygon" else shape.get("coordinates")
    if not isinstance(polygons, list) or not polygons:
        yield "geometry.coordinates", "must be lists of rings."
        return
    points = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            yield "geometry.coordinates", "must be lists of rings."
            return
        for ring in polygon:
            if not isinstance(ring, list) or len(ring) < 4 or not all(map(_is_point, ring)):
                yield "geometry.coordinates", "a ring must be 4 points or more, [longitude, latitude] in degrees each."
                return
            if ring[0] != ring[-1]:
                yield "geometry.coordinates", "a ring must end where it starts."
                return
            if min(len({point[axis] for point in ring}) for axis in (0, 1)) < 2:
                yield "geometry.coordinates", "a ring must enclose an area."
                return
            points += len(ring)
    if points > _MOST_POINTS:
        yield "geometry.coordinates", f"has {points:,} points; at most {_MOST_POINTS:,} are drawn."


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, float) and math.isfinite(one) for one in value)
        and abs(value[0]) <= 180
        and abs(value[1]) <= 90
    )


def _number(text: str) -> float:
    return float(text) if len(text) <= 60 else math.nan


def _not_a_number(text: str) -> Any:
    raise ValueError(f"it holds {text}, which is not a finite number")
