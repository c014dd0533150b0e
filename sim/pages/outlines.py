"""Outlines of the regions of a world on a plane, as its `boundaries.geojson` has them, and where they come from."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np

from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import BOUNDARIES
from sim.errors import ResultsError

_KM = 111.2  # per degree of latitude, on a sphere of the earth's mean radius


@dataclass(frozen=True)
class Outline:
    """A region on the plane: its rings, (points, 2) each, and its seat, in km."""

    rings: tuple[np.ndarray, ...]
    seat: tuple[float, float]


def boundaries(world: AnyWorld) -> dict[str, Outline]:
    """Outlines of the regions of a world, from its `boundaries.geojson`, in km round the middle of the world.

    x = R cos(phi0) (lambda - lambda0), y = R (phi - phi0): true to scale at the middle latitude phi0 (plate carree).
    """
    here = catalogue.folder(world)
    if here is None or BOUNDARIES not in here.files:
        raise ResultsError(f"there is no map of the world {catalogue.name_of(world)}: its folder has no {BOUNDARIES}.")
    features = json.loads(here.files[BOUNDARIES])["features"]
    rings: dict[str, list[np.ndarray]] = {}
    for feature in features:
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings[feature["properties"]["name"]] = [np.array(ring) for polygon in polygons for ring in polygon]
    points = np.concatenate([ring for region in rings.values() for ring in region])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    scale = np.array([_KM * math.cos(math.radians(middle[1])), _KM])
    seats = {one["properties"]["name"]: (np.array(one["properties"]["seat"]) - middle) * scale for one in features}
    return {
        name: Outline(tuple((ring - middle) * scale for ring in region), (float(seats[name][0]), float(seats[name][1])))
        for name, region in rings.items()
    }


def source_of(world: AnyWorld) -> str:
    """Where the outlines of a world come from, in the words of its file."""
    here = catalogue.folder(world)
    said = {} if here is None else json.loads(here.files[BOUNDARIES])
    return str(said.get("source", f"{BOUNDARIES} of the world")).rstrip(".")
