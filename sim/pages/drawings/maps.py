"""Small multiples of one map on one diverging scale: country as areas, towns as discs at their seats, numbers with signs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.digits import signed
from sim.pages.drawings import ink
from sim.pages.drawings.axes import Scale
from sim.pages.drawings.svg import LEADING, NARROW, WIDE, block, drawing, element, group, path, width_of, wrapped

_ROOM = 60.0  # px a region needs for its numbers
_LEAST = 1.1  # px between two points of an outline that is drawn
_HEAD, _SMALL = 13.0, 9.6  # size of the names above maps, and of what stands in them

Point = tuple[float, float]


@dataclass(frozen=True)
class Region:
    """A region on a plane, in km, x to the east and y to the north: its rings and its seat; name: as readers know it."""

    name: str
    rings: Sequence[Sequence[Point]]
    seat: Point


@dataclass(frozen=True)
class Panel:
    """One map: the scenario's name, its order and key, and by region what the country and the towns change by, as shares.

    town_people: persons who live in the towns, by region: the area of a disc.
    """

    name: str
    order: int
    country: Mapping[str, float]
    towns: Mapping[str, float]
    town_people: Mapping[str, float]
    key: str = ""


def maps(regions: Mapping[str, Region], panels: Sequence[Panel], label: str, width: int = WIDE, limit: float = 1.0) -> str:
    """A map for each panel, coloured from -limit to limit (shares), numbers in per cent where a map is large enough.

    regions: by the names that panels use. Beside a disc stand the numbers of towns | country.
    """
    narrow = width < (WIDE + NARROW) / 2
    columns = 1 if narrow or len(panels) == 1 else 2 if len(panels) <= 6 else 3
    each = (width - 14.0 * (columns - 1)) / columns
    each = min(each, 520.0)
    points = [point for region in regions.values() for ring in region.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    high = each * (north - south) / (east - west)
    if high > 1.15 * each:
        each_drawn, high = each * 1.15 * each / high, 1.15 * each
    else:
        each_drawn = each
    x, y = Scale(west, east, 3, each_drawn - 3), Scale(south, north, high - 3, 3)
    shapes = {name: _shape(region, x, y) for name, region in regions.items()}
    numbers = math.sqrt(each_drawn * high / max(1, len(regions))) > _ROOM
    parts, top = list[str](), 0.0
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        heads = [wrapped(panel.name, each - 34, _HEAD) for panel in row]
        head = max(map(len, heads)) * _HEAD * LEADING + 6
        for place, (panel, lines) in enumerate(zip(row, heads, strict=True)):
            left = place * (each + 14.0)
            body = [
                _head(panel, lines),
                group(_map(panel, regions, shapes, x, y, limit, numbers), transform=f"translate(0 {head:.0f})"),
            ]
            parts.append(group(body, transform=f"translate({left:.0f} {top:.0f})", data_policy=panel.key))
        top += head + high + 12
    return drawing(width, top, label, parts)


def _head(panel: Panel, lines: Sequence[str]) -> str:
    sample = element(
        "line",
        x1=2,
        x2=24,
        y1=8,
        y2=8,
        stroke=ink.colour(panel.order),
        stroke_width=3,
        stroke_dasharray=ink.dashes(panel.order),
    )
    return sample + block(lines, 30, 0, _HEAD, font_weight="bold")


def _shape(region: Region, x: Scale, y: Scale) -> str:
    """The rings of a region as a path, without points that nobody could tell from their neighbours."""
    drawn = []
    for ring in region.rings:
        kept: list[Point] = []
        for point in ring:
            here = (x(point[0]), y(point[1]))
            if not kept or math.dist(here, kept[-1]) >= _LEAST:
                kept.append(here)
        if len(kept) > 3:
            drawn.append(path(kept, close=True))
    return "".join(drawn)


def _map(
    panel: Panel, regions: Mapping[str, Region], shapes: Mapping[str, str], x: Scale, y: Scale, limit: float, numbers: bool
) -> list[str]:
    parts = [
        element(
            "path", d=shape, fill=ink.diverging(panel.country.get(name, math.nan), limit), stroke="#8a8a8a", stroke_width=0.7
        )
        for name, shape in shapes.items()
    ]
    most = max(panel.town_people.values(), default=1.0) or 1.0
    seats = {name: (x(region.seat[0]), y(region.seat[1])) for name, region in regions.items()}
    radii = {name: max(3.0, 13.0 * math.sqrt(panel.town_people.get(name, 0.0) / most)) for name in regions}
    for name in panel.towns:
        fill = ink.diverging(panel.towns[name], limit)
        disc: dict[str, Any] = {"cx": seats[name][0], "cy": seats[name][1], "r": radii[name]}
        parts.append(element("circle", **disc, fill=fill, stroke=ink.INK, stroke_width=0.9))
    if numbers:
        parts += _numbers(panel, regions, seats, radii, abs(x.end - x.start) + 6)
    return parts


def _numbers(
    panel: Panel, regions: Mapping[str, Region], seats: Mapping[str, Point], radii: Mapping[str, float], width: float
) -> list[str]:
    """Beside every disc the name of the region, and under it the numbers of towns and country; where least is covered."""
    taken = [(x - radii[name], y - radii[name], x + radii[name], y + radii[name]) for name, (x, y) in seats.items()]
    parts, high = [], 2 * _SMALL * LEADING
    for name in sorted(regions, key=lambda one: (-seats[one][0], one)):
        told = [_per_cent(side[name]) for side in (panel.towns, panel.country) if name in side]
        rows = [regions[name].name, " | ".join(told)] if told else [regions[name].name]
        half = max(width_of(row, _SMALL) for row in rows) / 2
        (x, y), away = seats[name], radii[name] + 2
        middles = [
            (x, y - away - high / 2), (x, y + away + high / 2), (x - away - half, y), (x + away + half, y),
            *((x + side * half * 0.8, y + down * (away + high / 2)) for side in (-1, 1) for down in (-1, 1)),
        ]  # fmt: skip
        boxes = [_box(min(max(one, half), width - half), other, half, high) for one, other in middles]
        best = min(boxes, key=lambda box: sum(_shared(box, other) for other in taken))
        taken.append(best)
        parts.append(block(rows, (best[0] + best[2]) / 2, best[1], _SMALL, **_RIM))
    return parts


_RIM: dict[str, Any] = {
    "stroke": "#ffffff",
    "stroke_width": 3.6,
    "stroke_linejoin": "round",
    "paint_order": "stroke",
    "text_anchor": "middle",
}
"""A white rim: words keep readable on any fill."""

_Box = tuple[float, float, float, float]


def _box(x: float, y: float, half: float, high: float) -> _Box:
    return x - half, y - high / 2, x + half, y + high / 2


def _shared(one: _Box, other: _Box) -> float:
    """The area two boxes share."""
    across, down = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, down)


def _per_cent(share: float) -> str:
    return signed(100 * share, 1)
