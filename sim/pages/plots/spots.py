"""Discs and names on a map: sizes at which neighbours do not hide each other, spots at which names cover nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from sim.pages.plots import fonts, style

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Centre and half widths: x, y, wide, tall."""
Lines = Sequence[tuple[str, str]]
"""Lines of a name with their weights."""

_LEAST_SHRUNK = 0.5  # discs are made no smaller than this for their neighbours' sake


@dataclass(frozen=True)
class Spot:
    """Where a name stands, and the share of its box that names placed before it cover."""

    box: Box
    covered: float


def shrunk(seats: Mapping[str, Point], radii: Mapping[str, float]) -> float:
    """Factor on all radii at which no two discs overlap; between a half and one."""
    pairs = itertools.combinations(radii, 2)
    apart = (math.dist(seats[one], seats[other]) / (radii[one] + radii[other]) for one, other in pairs)
    return max(_LEAST_SHRUNK, min([1.0, *apart]))


def arrange(
    seats: Mapping[str, Point],
    discs: Mapping[str, float],
    names: Mapping[str, Lines],
    size: float,
    km: float,
    bounds: tuple[float, float, float],
) -> dict[str, Spot]:
    """A spot for every name beside its disc, largest discs first, where it covers least of names and of other discs.

    km: of an inch; bounds: west, east and south end of the room for names, km.
    """
    west, east, south = bounds
    taken: list[Box] = [(*seats[region], disc, disc) for region, disc in discs.items()]
    placed: dict[str, Spot] = {}
    for region in sorted(discs, key=lambda name: -discs[name]):
        lines = names[region]
        wide = max(fonts.width_of(line, size, weight) for line, weight in lines) * km / 2 + 1
        tall = len(lines) * size * style.LINE / 72 * km / 2
        (x, y), r = seats[region], discs[region] + 2
        spots = [(x, y - r - tall), (x + r + wide, y), (x - r - wide, y), (x, y + r + tall)]
        spots += [(x + side * (r * 0.6 + wide), y + up * (r * 0.8 + tall)) for side in (1, -1) for up in (-1, 1)]
        beyond = [
            max(0.0, across + wide - east) + max(0.0, west - across + wide) + max(0.0, south - along + tall)
            for across, along in spots
        ]
        covered = [sum(overlap((*spot, wide, tall), other) for other in taken) for spot in spots]
        spot = spots[min(range(len(spots)), key=lambda place: (round(covered[place] + 1e3 * beyond[place]), place))]
        box = (*spot, wide, tall)
        under = max((overlap(box, other.box) for other in placed.values()), default=0.0)
        placed[region] = Spot(box, under / (4 * wide * tall))
        taken.append(box)
    return placed


def overlap(one: Box, other: Box) -> float:
    """Area two boxes share."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0] - one[2], other[0] - other[2])
    along = min(one[1] + one[3], other[1] + other[3]) - max(one[1] - one[3], other[1] - other[3])
    return max(across, 0.0) * max(along, 0.0)


def strip(axes: Axes, most: float, radius: float, start: tuple[float, float], size: float, km: float) -> None:
    """Under the map: a bar of round length, and discs of round numbers of residents."""
    x, y = start
    small: dict[str, Any] = {"size": size, "color": style.INK}
    width = axes.get_xlim()[1] - axes.get_xlim()[0]
    length = max([step for step in (20, 50, 100, 200, 500, 1000) if step <= 0.25 * width], default=10)
    tick = 0.05 * km
    axes.plot([x, x, x + length, x + length], [y + tick, y, y, y + tick], color=style.INK, linewidth=0.9)
    axes.text(x + length / 2, y - tick, f"{length} km", ha="center", va="top", **small)
    steps = [digit * 10**power for power in range(3, 10) for digit in (1, 2, 5)]
    x += length + 0.2 * km
    entries = [("urban residents", 0)]
    entries += [(_people_words(step), step) for step in reversed([step for step in steps if step <= most][-1:-6:-2])]
    wide = [2 * radius * math.sqrt(people) + (fonts.width_of(words, size) + 0.2) * km for words, people in entries]
    while len(entries) > 2 and x + sum(wide) > axes.get_xlim()[1] + 0.2 * km:
        entries.pop(1)
        wide.pop(1)
    for (words, people), step in zip(entries, wide, strict=True):
        disc = radius * math.sqrt(people)
        if people:
            ring = Circle((x + disc, y), disc, facecolor="white", edgecolor=style.INK, linewidth=0.7)
            axes.add_artist(ring).set_clip_on(False)
        axes.text(x + 2 * disc + 0.05 * km, y, words, ha="left", va="center", **small)
        x += step


def _people_words(people: int) -> str:
    return f"{people / 1e6:g} million" if people >= 1e6 else f"{people:,}"


def km_per_inch(axes: Axes) -> float:
    """Scale of the map, as wide or as high as its place on the page allows."""
    figure, box = axes.get_figure(root=True), axes.get_position()
    inches = figure.get_size_inches() if figure is not None else (style.WIDTH, style.WIDTH)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return float(max((east - west) / (box.width * inches[0]), (north - south) / (box.height * inches[1])))
