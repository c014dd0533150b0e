"""The outlines of the cities and provinces: whole, closed, in the right place, small enough to carry."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.path import Path

from sim.data import catalogue
from sim.errors import ResultsError
from sim.pages.outlines import boundaries


def area(ring: np.ndarray) -> float:
    """Area of a closed ring by the surveyor's formula."""
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def test_the_map_has_the_cities_of_the_world() -> None:
    cities = [region for region in catalogue.worlds()["zhejiang"]["regions"] if region != "outside"]
    assert sorted(boundaries("zhejiang")) == sorted(cities)


def test_every_seat_lies_in_its_city_and_every_ring_is_closed() -> None:
    for outline in boundaries("zhejiang").values():
        assert any(Path(ring).contains_point(outline.seat) for ring in outline.rings)
        assert all((ring[0] == ring[-1]).all() and len(ring) >= 4 for ring in outline.rings)


def test_areas_and_distances_are_those_of_the_province() -> None:
    outlines = boundaries("zhejiang")
    areas = {name: sum(area(ring) for ring in outline.rings) for name, outline in outlines.items()}
    assert sum(areas.values()) == pytest.approx(105_500, rel=0.02)  # official land area, km2; the outline has bays
    assert areas["Hangzhou"] == pytest.approx(16_596, rel=0.03) and areas["Quzhou"] == pytest.approx(8_836, rel=0.02)
    apart = np.subtract(outlines["Hangzhou"].seat, outlines["Ningbo"].seat)
    assert float(np.hypot(*apart)) == pytest.approx(142, abs=4)  # great circle, km


def test_neighbours_share_their_border_point_by_point() -> None:
    """Every edge inside the province belongs to two cities, so that no gap can show between them."""
    edges: Counter[frozenset[tuple[float, float]]] = Counter()
    for outline in boundaries("zhejiang").values():
        for ring in outline.rings:
            points = [tuple(np.round(point, 6)) for point in ring]
            edges.update(frozenset(pair) for pair in pairwise(points))
    assert set(edges.values()) == {1, 2}
    assert sum(count == 2 for count in edges.values()) > 500


@pytest.mark.parametrize(("world", "count"), [("zhejiang", 11)])
def test_files_are_small_and_have_a_card(world: str, count: int) -> None:
    folder = files("sim.data") / "worlds" / world
    text = (folder / "boundaries.geojson").read_text(encoding="utf-8")
    card = (folder / "boundaries.md").read_text(encoding="utf-8")
    assert len(text) < 60_000 and len(json.loads(text)["features"]) == count
    assert "Apache License 2.0" in card and "echarts` 4.9.0" in card


def test_a_world_without_a_map_is_refused() -> None:
    with pytest.raises(ResultsError, match="no map of the world atlantis"):
        boundaries("atlantis")
