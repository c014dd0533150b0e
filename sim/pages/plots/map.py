"""Where? A map of one measure: the country of every city as an area, its towns as a disc at the city's seat."""

from __future__ import annotations

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
from sim.errors import ResultsError
from sim.pages.outlines import Outline, boundaries, source_of
from sim.pages.plots import fonts, labels, marks, spots, style
from sim.pages.plots.bands import Difference, at_least, difference, quantiles
from sim.pages.recorded import world_of

TITLE = "Where are incomes high, and where does a scenario change them?"
MEANING = "a measure by cell, rural as areas and urban as discs; of two or more results the change, colours round zero"

_LARGEST = 0.05  # radius of the largest disc over the width of the map
_STRIP = 0.13  # of the height of the map, under it: discs and scale
_HEIGHTS = {1: 5.4, 2: 3.7, 3: 2.5, 4: 1.9}  # inches: a map, by the number of maps in a row
_COLUMNS_OF_SMALL = 4  # maps in a row from which they are small
_MOST_NUMBERED = 2  # maps in a row: in smaller ones numbers would cover each other
_CROWDED = 0.03  # of a name covered by other names: more, and it is left out, or the numbers of all
_REFERENCE = 2.2  # inches for the name of the reference in the name of the scale
_LEVEL = LinearSegmentedColormap.from_list("level", ["#fbfde3", "#a8ddb5", "#43a2ca", "#0868ac"])
_CHANGE = LinearSegmentedColormap.from_list(
    "change", ["#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d8daeb", "#998ec3", "#542788"]
)


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

    rows, frame = -(-len(maps) // columns), _frame(outlines, columns)
    radius = _radius(outlines, maps)
    numbers = columns <= _MOST_NUMBERED and not any(_crowded(outlines, shown, radius, frame, columns) for shown in maps)
    # under small maps the strip with the scale reaches further down, towards the next headings
    height, head = frame[1], 0.0 if len(maps) == 1 else 0.36 if columns < _COLUMNS_OF_SMALL else 0.5
    words = _words(results, called, maps, found, measure, unit, year, numbers, outlines.keys() > maps[0].people.keys())
    foot = labels.Key(called.long, lines=False) if called.numbered else None
    page = style.page(words, (height + head) * rows + 0.1, left=0.0, right=0.0, axis=0.75, foot=foot)
    grid = page.grid(rows, columns, headroom=head + 0.05, hspace=head / height, wspace=0.03)
    for place, shown in enumerate(maps):
        axes = page.figure.add_subplot(grid[place // columns, place % columns])
        _draw(axes, outlines, shown, radius, numbers=numbers, key=place == 0)
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
    """Median urban residents by region of the world (persons); outlines beyond it have none."""
    middle = quantiles(_cells(results, "population", year, outlines))["p50"]
    here = {region_of(str(cell)) for cell in middle.index}
    return {region: float(middle.get(f"{region}/urban", 0.0)) for region in outlines if region in here}


def _extent(outlines: Mapping[str, Outline]) -> tuple[float, float, float, float]:
    """West, south, east and north end of all outlines, km."""
    points = np.concatenate([ring for outline in outlines.values() for ring in outline.rings])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _frame(outlines: Mapping[str, Outline], columns: int) -> tuple[float, float]:
    """Width and height of a map on the page in inches: no higher than a wide world needs."""
    west, south, east, north = _extent(outlines)
    width = (style.WIDTH - 2 * style.MARGIN) / columns * 0.98
    return width, min(_HEIGHTS[columns], width * (1.02 + _STRIP) * (north - south) / (1.04 * (east - west)))


def _radius(outlines: Mapping[str, Outline], maps: Sequence[Shown]) -> float:
    """Radius of a disc over the square root of its residents, km: the same in all maps, so small that none hides another."""
    west, _, east, _ = _extent(outlines)
    most = max(max(shown.people.values()) for shown in maps) or 1.0
    radius = _LARGEST * (east - west) / math.sqrt(most)
    seats = {region: outline.seat for region, outline in outlines.items()}
    return radius * min(spots.shrunk(seats, _discs(shown, radius, east - west)) for shown in maps)


def _discs(shown: Shown, radius: float, width: float) -> dict[str, float]:
    return {region: max(radius * math.sqrt(people), 0.012 * width) for region, people in shown.people.items()}


def _crowded(outlines: Mapping[str, Outline], shown: Shown, radius: float, frame: tuple[float, float], columns: int) -> bool:
    """Whether names with their numbers would cover each other on a map of this size."""
    west, south, east, north = _extent(outlines)
    km = max(1.04 * (east - west) / frame[0], (1.02 + _STRIP) * (north - south) / frame[1])
    size = _size(1 / columns)
    return any(spot.covered > _CROWDED for spot in _placed(outlines, shown, radius, True, size, km).values())


def _size(width: float) -> float:
    """Size of names by the width of the map over that of the page."""
    return style.CAPTION_SIZE if width > 0.5 else 6.5


def _draw(axes: Axes, outlines: Mapping[str, Outline], shown: Shown, radius: float, numbers: bool, key: bool) -> None:
    """One map; a disc has `radius` times the root of its residents, `numbers` are written beside the names, `key` below."""
    west, south, east, north = _extent(outlines)
    width, height = east - west, north - south
    axes.set_xlim(west - 0.02 * width, east + 0.02 * width)
    axes.set_ylim(south - _STRIP * height, north + 0.02 * height)
    axes.set_aspect("equal", anchor="C")
    axes.set_axis_off()
    for region, outline in outlines.items():
        rings = Path.make_compound_path(*(Path(ring, closed=True) for ring in outline.rings))
        axes.add_artist(PathPatch(rings, **_fill(shown, f"{region}/rural"), edgecolor="#7a7a7a", linewidth=0.5))
    for region, disc in _discs(shown, radius, width).items():
        fill = _fill(shown, f"{region}/urban")
        edge = "#7a7a7a" if fill.get("hatch") else style.INK  # the hatch has the colour of the edge
        axes.add_artist(Circle(outlines[region].seat, disc, **fill, edgecolor=edge, linewidth=0.7, zorder=3))
    size, km = _size(axes.get_position().width), spots.km_per_inch(axes)
    for region, spot in _placed(outlines, shown, radius, numbers, size, km).items():
        if numbers or spot.covered <= _CROWDED:
            _name(axes, spot.box, _lines(shown, region, numbers), size)
    if key:
        most = max(shown.people.values()) or 1.0
        spots.strip(axes, most, radius, (west, south - 0.55 * _STRIP * height), size, km)


def _fill(shown: Shown, cell: str) -> dict[str, Any]:
    """Colour of a cell, hatched where the 90% band of a change holds zero; grey where there is no number."""
    if cell not in shown.found.index:
        return {"facecolor": style.PALE}
    low, middle, high = (float(shown.found[word][cell]) for word in ("p05", "p50", "p95"))
    unsure = shown.change and shown.band and low <= 0 <= high
    return {"facecolor": shown.tone.to_rgba(np.array(middle)), "hatch": "//////" if unsure else None}


def _placed(
    outlines: Mapping[str, Outline], shown: Shown, radius: float, numbers: bool, size: float, km: float
) -> dict[str, spots.Spot]:
    """Spots of the names of all regions of the world."""
    west, south, east, _ = _extent(outlines)
    discs, room = _discs(shown, radius, east - west), 0.02 * (east - west)
    seats = {region: outlines[region].seat for region in discs}
    names = {region: _lines(shown, region, numbers) for region in discs}
    return spots.arrange(seats, discs, names, size, km, (west - room, east + room, south))


def _lines(shown: Shown, region: str, numbers: bool) -> list[tuple[str, str]]:
    """The name of a region and, below it, its numbers, urban | rural."""
    lines = [(marks.place_name(region), "bold")]
    if numbers:
        both = (shown.found["p50"].get(f"{region}/{kind}") for kind in ("urban", "rural"))
        lines.append((" | ".join(_number(shown, value) for value in both), "normal"))
    return lines


def _name(axes: Axes, box: spots.Box, lines: Sequence[tuple[str, str]], size: float) -> None:
    x, y, wide, tall = box
    text: dict[str, Any] = {"size": size, "ha": "center", "va": "center", "color": style.INK, **fonts.plain()}
    sheet = (x - wide + 1, y - tall), 2 * (wide - 1), 2 * tall
    axes.add_artist(Rectangle(*sheet, facecolor="white", alpha=0.72, linewidth=0, zorder=4))
    for row, (line, weight) in enumerate(lines):
        axes.text(x, y + tall * (1 - (2 * row + 1) / len(lines)), line, weight=weight, zorder=5, **text)


def _number(shown: Shown, value: float | None) -> str:
    if value is None:
        return "\u2013"
    text = f"{value:{'+' if shown.change else ''},.{shown.decimals}f}"
    return text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "\u2212")


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
    bar.set_label(marks.sentence(label), size=style.TEXT_SIZE, color=style.INK, **fonts.plain())


def _words(
    results: Sequence[Results],
    naming: labels.Naming,
    maps: Sequence[Shown],
    found: Sequence[Difference],
    measure: str,
    unit: str,
    year: int,
    numbers: bool,
    beyond: bool,
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
        "Areas: rural, discs: urban, their size by urban residents.",
        _numbers_words(len(maps), numbers),
        "Grey: no figures." if beyond else "",
        _median_words(found, change),
        "Hatched: the middle 90% of replicates span zero." if change and found[0].has_band else "",
        marks.luck_words("Hatching shows") if change and found[0].has_band else "",
        *marks.continuum_words(results, called),
        *marks.failures(results, called),
        marks.unshown_words(results),
        f"Boundaries: {fonts.legible(source_of(world_of(results[0])))}.",
    )
    return style.Words(title, finding, caption)


def _numbers_words(maps: int, numbers: bool) -> str:
    if numbers:
        return "Numbers: urban | rural."
    if _columns(maps) > _MOST_NUMBERED:
        return "Maps this small have no room for numbers: compare prints them, and so does a map of up to five results."
    return "Numbers, and names that would cover others, are left out for so many places: compare prints them."


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
