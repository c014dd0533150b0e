"""Where? A map of one measure: the country of every city as an area, its towns as a disc at the city's seat."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter

from sim.analysis.results import Results
from sim.cells import region_of
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.data.folder import BOUNDARIES
from sim.errors import ResultsError
from sim.pages.plots import fonts, labels, marks, style
from sim.pages.plots.bands import Difference, at_least, difference, quantiles
from sim.pages.recorded import world_of

TITLE = "Where are incomes high, and where does a scenario change them?"
MEANING = "a measure by cell, rural as areas and urban as discs; of two or more results the change, colours round zero"

_KM = 111.2  # per degree of latitude, on a sphere of the earth's mean radius
_LARGEST = 0.05  # radius of the largest disc over the width of the map
_STRIP = 0.13  # of the height of the map, under it: discs and scale
_HEIGHTS = {1: 5.4, 2: 3.7, 3: 2.5, 4: 1.9}  # inches: a map, by the number of maps in a row
_MOST_NUMBERED = 2  # maps in a row: in smaller ones numbers would cover each other
_REFERENCE = 2.2  # inches for the name of the reference in the name of the scale
_LEVEL = LinearSegmentedColormap.from_list("level", ["#fbfde3", "#a8ddb5", "#43a2ca", "#0868ac"])
_CHANGE = LinearSegmentedColormap.from_list(
    "change", ["#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d8daeb", "#998ec3", "#542788"]
)


@dataclass(frozen=True)
class Outline:
    """A region on the plane: its rings, (points, 2) each, and its seat, in km."""

    rings: tuple[np.ndarray, ...]
    seat: tuple[float, float]


@dataclass(frozen=True)
class Shown:
    """What one map shows: quantiles by cell, how to colour and write them, and the urban residents (persons)."""

    name: str
    found: pd.DataFrame
    band: bool
    people: Mapping[str, float]
    tone: ScalarMappable
    change: bool
    decimals: int


def figure(results: Sequence[Results], measure: str = "income_per_head", year: int | None = None) -> Figure:
    """A map of the first results if there is only one, otherwise of the change in each of the others.

    Changes of amounts (yuan, persons) are in per cent of the reference, others in their own unit. year: default the
    last one all have. Raises ResultsError if the world has no boundaries or its cells do not have the measure.
    """
    at_least(results, 1, "map")
    outlines = boundaries(world_of(results[0]))
    year = min(one.years[-1] for one in results) if year is None else year
    change, names = len(results) > 1, marks.names(results)
    columns = _columns(len(results) - change)
    short = fonts.width_of(names[0], style.TEXT_SIZE) < _REFERENCE and all(_heading_fits(name, columns) for name in names[1:])
    called = labels.naming(names, not change or short)
    unit, found = _found(results, called.short[0], measure, year, outlines)
    tables = [quantiles(one.values) for one in found]
    middle = pd.concat([table["p50"] for table in tables])
    largest = float(middle.abs().max()) or 1.0
    norm = Normalize(-largest, largest) if change else Normalize(float(middle.min()), float(middle.max()))
    tone = ScalarMappable(norm, _CHANGE if change else _LEVEL)
    decimals = max(0, 2 - math.floor(math.log10(largest)))
    maps = [
        Shown(name, table, one.has_band, _people(run, year, outlines), tone, change, decimals)
        for name, table, one, run in zip(
            called.short[1:] if change else called.short, tables, found, results[1:] if change else results, strict=True
        )
    ]

    rows, height, numbers = -(-len(maps) // columns), _HEIGHTS[columns], columns <= _MOST_NUMBERED
    head = 0.0 if len(maps) == 1 else 0.36
    most = max(max(shown.people.values()) for shown in maps) or 1.0
    words = _words(results, called, maps, found, measure, unit, year)
    foot = labels.Key(called.long, lines=False) if called.numbered else None
    page = style.page(words, (height + head) * rows + 0.1, left=0.0, right=0.0, axis=0.75, foot=foot)
    grid = page.grid(rows, columns, headroom=head + 0.05, hspace=head / height, wspace=0.03)
    for place, shown in enumerate(maps):
        axes = page.figure.add_subplot(grid[place // columns, place % columns])
        _draw(axes, outlines, shown, most, numbers=numbers, key=place == 0)
        if head:
            text = "\n".join(fonts.fold(marks.sentence(shown.name), _heading_room(columns), style.TEXT_SIZE, "bold"))
            axes.set_title(text, size=style.TEXT_SIZE, weight="bold", color=style.INK, loc="left", **fonts.plain())
    _bar(page, tone, measure, unit, year, change)
    return page.figure


def _columns(maps: int) -> int:
    """Maps in a row: two of three or four, three of more, four of more than nine."""
    return next(columns for columns, most in ((1, 1), (2, 4), (3, 9), (4, maps)) if maps <= most)


def _heading_room(columns: int) -> float:
    return style.WIDTH / columns - 0.4


def _heading_fits(name: str, columns: int) -> bool:
    """Whether the name of a scenario stands above its map in two lines without a broken word."""
    room = _heading_room(columns)
    lines = fonts.fold(name, room, style.TEXT_SIZE, "bold")
    return len(lines) <= 2 and fonts.whole_words(name, room * 0.9, style.TEXT_SIZE)  # bold is wider


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


def _source(world: AnyWorld) -> str:
    """Where the outlines of a world come from, in the words of its file."""
    here = catalogue.folder(world)
    said = {} if here is None else json.loads(here.files[BOUNDARIES])
    return fonts.legible(str(said.get("source", f"{BOUNDARIES} of the world")).rstrip("."))


def _found(
    results: Sequence[Results], reference: str, measure: str, year: int, outlines: Mapping[str, Outline]
) -> tuple[str, list[Difference]]:
    """Unit and values by cell (rows) and replicate: levels of the only results, or differences from the first."""
    unit = results[0].units.get(measure, "")
    cells = {id(one): _cells(one, measure, year, outlines) for one in results}
    if len(results) == 1:
        values = cells[id(results[0])]
        divisor, unit = marks.scaled(float(values.abs().max().max()), unit)
        return unit, [Difference(values / divisor, True, values.shape[1])]
    if not any(word in unit for word in (results[0].currency, "persons")):
        return unit, [difference(results[0], other, lambda one: cells[id(one)]) for other in results[1:]]
    found = [_per_cent(results[0], other, cells) for other in results[1:]]
    return f"% of {reference}", found


def _per_cent(reference: Results, other: Results, cells: Mapping[int, pd.DataFrame]) -> Difference:
    """Differences over the reference's median, in per cent: the median is the per cent that a comparison prints.

    The median is taken over the replicates that are paired, or over all where runs are not; nothing is no base.
    """
    found, base = difference(reference, other, lambda one: cells[id(one)]), cells[id(reference)]
    base = base[found.values.columns] if found.paired else base
    middle = base.median(axis=1).reindex(found.values.index)
    known = middle > 0
    return Difference(100 * found.values[known].div(middle[known], axis=0), found.paired, found.replicates)


def _cells(results: Results, measure: str, year: int, outlines: Mapping[str, Outline]) -> pd.DataFrame:
    """A measure in one year: a row per cell that lies on the map, a column per replicate."""
    series = results.series
    rows = series[(series["measure"] == measure) & (series["scope"] == "cell") & (series["year"] == year)]
    rows = rows.assign(place=rows["place"].astype(str))
    rows = rows[rows["place"].map(region_of).isin(list(outlines))]
    if rows.empty:
        raise ResultsError(f'{results.path}: the cells have no "{measure}" in {year}.')
    return rows.pivot(index="place", columns="replicate", values="value")


def _people(results: Results, year: int, outlines: Mapping[str, Outline]) -> dict[str, float]:
    """Median urban residents by region (persons)."""
    middle = quantiles(_cells(results, "population", year, outlines))["p50"]
    return {region: float(middle.get(f"{region}/urban", 0.0)) for region in outlines}


def _draw(axes: Axes, outlines: Mapping[str, Outline], shown: Shown, most: float, numbers: bool, key: bool) -> None:
    """One map; `most` urban residents have the largest disc, `numbers` are written beside the names, `key` below."""
    points = np.concatenate([ring for outline in outlines.values() for ring in outline.rings])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    width, height = east - west, north - south
    axes.set_xlim(west - 0.02 * width, east + 0.02 * width)
    axes.set_ylim(south - _STRIP * height, north + 0.02 * height)
    axes.set_aspect("equal", anchor="C")
    axes.set_axis_off()
    radius = _LARGEST * width / math.sqrt(most)
    discs = {region: max(radius * math.sqrt(people), 0.012 * width) for region, people in shown.people.items()}
    for region, outline in outlines.items():
        rings = Path.make_compound_path(*(Path(ring, closed=True) for ring in outline.rings))
        axes.add_artist(PathPatch(rings, **_fill(shown, f"{region}/rural"), edgecolor="#7a7a7a", linewidth=0.5))
    for region, outline in outlines.items():
        fill = _fill(shown, f"{region}/urban")
        edge = "#7a7a7a" if fill.get("hatch") else style.INK  # the hatch has the colour of the edge
        axes.add_artist(Circle(outline.seat, discs[region], **fill, edgecolor=edge, linewidth=0.7, zorder=3))
    size = style.CAPTION_SIZE if axes.get_position().width > 0.5 else 6.5
    km = _km_per_inch(axes)
    _labels(axes, outlines, discs, shown, numbers, size, km)
    if key:
        _strip(axes, most, radius, (west, south - 0.55 * _STRIP * height), size, km)


def _km_per_inch(axes: Axes) -> float:
    """Scale of the map, as wide or as high as its place on the page allows."""
    figure, box = axes.get_figure(root=True), axes.get_position()
    inches = figure.get_size_inches() if figure is not None else (style.WIDTH, style.WIDTH)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return float(max((east - west) / (box.width * inches[0]), (north - south) / (box.height * inches[1])))


def _fill(shown: Shown, cell: str) -> dict[str, Any]:
    """Colour of a cell, hatched where the 90% band of a change holds zero; grey where there is no number."""
    if cell not in shown.found.index:
        return {"facecolor": style.PALE}
    low, middle, high = (float(shown.found[word][cell]) for word in ("p05", "p50", "p95"))
    unsure = shown.change and shown.band and low <= 0 <= high
    return {"facecolor": shown.tone.to_rgba(np.array(middle)), "hatch": "//////" if unsure else None}


def _labels(
    axes: Axes,
    outlines: Mapping[str, Outline],
    discs: Mapping[str, float],
    shown: Shown,
    numbers: bool,
    size: float,
    km: float,
) -> None:
    """Names (and numbers, urban | rural) beside the discs, where they cover neither each other nor another disc."""
    west, east = axes.get_xlim()
    taken = [(*outline.seat, discs[region], discs[region]) for region, outline in outlines.items()]
    for region, outline in sorted(outlines.items(), key=lambda item: -discs[item[0]]):
        lines = [(marks.place_name(region), "bold")]
        if numbers:
            both = (shown.found["p50"].get(f"{region}/{kind}") for kind in ("urban", "rural"))
            lines.append((" | ".join(_number(shown, value) for value in both), "normal"))
        wide = max(fonts.width_of(line, size, weight) for line, weight in lines) * km / 2 + 1
        tall = len(lines) * size * style.LINE / 72 * km / 2
        (x, y), r = outline.seat, discs[region] + 2
        spots = [(x, y - r - tall), (x + r + wide, y), (x - r - wide, y), (x, y + r + tall)]
        spots += [(x + side * (r * 0.6 + wide), y + up * (r * 0.8 + tall)) for side in (1, -1) for up in (-1, 1)]
        beyond = [max(0.0, spot[0] + wide - east) + max(0.0, west - spot[0] + wide) for spot in spots]
        covered = [sum(_overlap((*spot, wide, tall), other) for other in taken) for spot in spots]
        spot = spots[min(range(len(spots)), key=lambda place: (round(covered[place] + 1e3 * beyond[place]), place))]
        taken.append((*spot, wide, tall))
        text: dict[str, Any] = {"size": size, "ha": "center", "va": "center", "color": style.INK, **fonts.plain()}
        sheet = (spot[0] - wide + 1, spot[1] - tall), 2 * (wide - 1), 2 * tall
        axes.add_artist(Rectangle(*sheet, facecolor="white", alpha=0.72, linewidth=0, zorder=4))
        for row, (line, weight) in enumerate(lines):
            axes.text(spot[0], spot[1] + tall * (1 - (2 * row + 1) / len(lines)), line, weight=weight, zorder=5, **text)


def _number(shown: Shown, value: float | None) -> str:
    if value is None:
        return "\u2013"
    text = f"{value:{'+' if shown.change else ''},.{shown.decimals}f}"
    return text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "\u2212")


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Area two boxes share; a box is centre and half widths: x, y, wide, tall."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0] - one[2], other[0] - other[2])
    along = min(one[1] + one[3], other[1] + other[3]) - max(one[1] - one[3], other[1] - other[3])
    return max(across, 0.0) * max(along, 0.0)


def _strip(axes: Axes, most: float, radius: float, start: tuple[float, float], size: float, km: float) -> None:
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


def _bar(page: style.Page, tone: ScalarMappable, measure: str, unit: str, year: int, change: bool) -> None:
    """The colours and their unit, between the maps and the caption."""
    height = float(page.figure.get_size_inches()[1])
    place = (0.2, (page.bottom - 0.3) / height, 0.6, 0.11 / height)
    axes = page.figure.add_axes(place)
    bar = page.figure.colorbar(tone, cax=axes, orientation="horizontal")
    bar.ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: marks.tick_words(value, list(bar.ax.get_xticks()), change))
    )
    bar.ax.tick_params(labelsize=style.TICK_SIZE, color=style.GREY, labelcolor=style.INK, width=0.6, length=3)
    bar.outline.set(linewidth=0.5, edgecolor=style.GREY)
    text = marks.with_unit(measure, unit)
    label = f"{'Change of ' if change else ''}{text}, {year}"
    bar.set_label(marks.sentence(label), size=style.TEXT_SIZE, color=style.INK)


def _words(
    results: Sequence[Results],
    naming: labels.Naming,
    maps: Sequence[Shown],
    found: Sequence[Difference],
    measure: str,
    unit: str,
    year: int,
) -> style.Words:
    called = naming.short
    change, name = maps[0].change, marks.phrase(measure)
    if not change:
        title = f"Where is {name} high?"
    elif len(maps) == 1:
        title = f"Where does {called[1]} change {name}?"
    else:
        title = f"Where do the scenarios change {name}?"
    first, middle = maps[0], maps[0].found["p50"]
    most, least = ((f"{_number(first, float(middle[at]))} in {marks.place_name(at)}") for at in _ends(middle))
    if not change:
        finding = f"{called[0]}, {year}, {unit}: from {least} to {most}."
    elif len(maps) == 1:
        finding = f"Change in {year}, {unit}: from {least} to {most}."
    else:
        large = max(maps, key=lambda one: float(one.found["p50"].abs().max()))
        at = str(large.found["p50"].abs().idxmax())
        largest = f"{_number(large, float(large.found['p50'][at]))} in {marks.place_name(at)}"
        finding = f"Change in {year} against {called[0]}, {unit}. The largest change: {largest} ({large.name})."
    caption = marks.joined(
        "Areas: rural, discs at the seats of the cities: urban, their size by urban residents.",
        "Numbers: urban | rural."
        if _columns(len(maps)) <= _MOST_NUMBERED
        else "Maps this small have no room for numbers: compare prints them, and so does a map of up to five results.",
        _median_words(found, change),
        "Hatched: the middle 90% of replicates span zero." if change and found[0].has_band else "",
        marks.luck_words("Hatching shows") if change and found[0].has_band else "",
        *marks.continuum_words(results, called),
        *marks.failures(results, called),
        marks.unshown_words(results),
        f"Boundaries: {_source(world_of(results[0]))}.",
    )
    return style.Words(title, finding, caption)


def _median_words(found: Sequence[Difference], change: bool) -> str:
    counts = sorted({one.replicates for one in found})
    if counts == [1]:
        return "One replicate of each run, so no spread to show."
    number = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    if not change:
        return f"Colours: median of {number} replicates."
    if all(one.paired for one in found):
        return f"Colours: median of {number} differences paired by replicate."
    return f"Colours: median difference of {number} replicates, not paired where seeds or agents differ."


def _ends(middle: pd.Series) -> tuple[str, str]:
    return str(middle.idxmax()), str(middle.idxmin())
