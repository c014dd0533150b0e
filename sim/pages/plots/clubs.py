"""Do regions draw together in clubs? Income of every region over their mean, coloured by convergence club."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from sim.analysis.measures import convergence_clubs
from sim.analysis.measures.convergence_clubs import CRITICAL, LEAST_REGIONS, LEAST_YEARS, Clubs
from sim.analysis.results import Results
from sim.pages.plots import fonts, labels, marks, regions, style
from sim.pages.plots.bands import at_least

TITLE = "Do all regions draw together, or only those of one club?"
MEANING = "income per head of every region over their mean by year, coloured by convergence club (Phillips-Sul log t test)"

_SIZE = 7.0  # points: the names of regions
_HEIGHT, _HEAD, _BETWEEN = 3.4, 0.24, 0.12  # inches: the axes, the name above them, the gap between two
_ROOM = {1: 2.2, 2: 1.45}  # inches beside the axes for names, at most, by the number of panels
_NONE = "\u2013"  # before the name of a region in no club
_SPARE = 0.18  # inch between axes and page edge that the longest name leaves free


@dataclass(frozen=True)
class Panel:
    """One scenario: income over the mean of regions (year, region); the clubs (None where undefined), slope b and t.

    alike: in how many of how many replicates there are as many clubs.
    """

    paths: pd.DataFrame
    clubs: Clubs | None
    slope: float
    t: float
    alike: tuple[int, int]

    def club_of(self, region: str) -> int | None:
        """Number of a region's club from 1, None for one that belongs to none, or where there are no clubs."""
        place = list(self.paths.columns).index(region)
        members = () if self.clubs is None else self.clubs.members
        return next((number for number, club in enumerate(members, start=1) if place in club), None)


def figure(results: Sequence[Results]) -> Figure:
    """A panel for the scenario, of several for the first and the last of them; every line is labelled with its region.

    Raises ResultsError if the results have fewer than two regions with income.
    """
    at_least(results, 1, "clubs")
    shown = list(results) if len(results) < 3 else [results[0], results[-1]]
    panels = [_panel(found) for found in regions.incomes(shown, "clubs")]
    names = [[_label(panel, region) for region in panel.paths.columns] for panel in panels]
    widest = max(fonts.width_of(text, _SIZE) for texts in names for text in texts)
    room = min(_ROOM[len(panels)], widest + _SPARE)
    across = (style.WIDTH - 2 * style.MARGIN - 0.82 - len(panels) * (room + _BETWEEN) + _BETWEEN) / len(panels)
    called = regions.heads(shown, across + room - 0.1, style.TEXT_SIZE)
    folded = max(sum(len(fonts.fold(text, room - 0.13, _SIZE)) for text in texts) for texts in names)
    height = max(_HEIGHT, folded * (_SIZE * style.LINE + 2) / 72)
    several = len(panels) > 1
    head = _HEAD if several else 0.0
    foot = labels.Key(called.long, lines=False) if called.numbered and several else None
    words = _words(results, shown, called, panels)
    page = style.page(words, height + head, left=0.82, right=room, foot=foot)
    gap = (room + _BETWEEN) / across if several else 0.0
    grid = page.grid(1, len(panels), headroom=head, wspace=gap)
    values = np.concatenate([panel.paths.to_numpy().ravel() for panel in panels])
    limits = (float(values.min()) / 1.03, float(values.max()) * 1.03)
    for place, panel in enumerate(panels):
        axes = page.figure.add_subplot(grid[0, place])
        _draw(axes, panel, limits, room, named=place == 0)
        if several:
            name = f"({place + 1})" if called.numbered else called.short[place]
            ink: dict[str, Any] = {
                "size": style.TEXT_SIZE,
                "color": style.INK,
                **fonts.plain(),
            }  # Chinese fonts may lack a bold
            axes.set_title(name, loc="left", pad=5, **ink)
    return page.figure


def _panel(tables: Sequence[pd.DataFrame]) -> Panel:
    """The clubs of the median incomes; and of how many replicates there are as many."""
    if all(table.equals(tables[0]) for table in tables):  # the continuum has one future, however often it is run
        tables = tables[:1]
    middle = regions.median(tables)
    paths = middle.div(middle.mean(axis=1), axis=0)
    found = _clubs(middle)
    if found is None:
        return Panel(paths, None, np.nan, np.nan, (0, len(tables)))
    clubs, slope, t = found
    each = [found if len(tables) == 1 else _clubs(table) for table in tables]
    alike = sum(one is not None and len(one[0].members) == len(clubs.members) for one in each)
    return Panel(paths, clubs, slope, t, (alike, len(tables)))


def _clubs(incomes: pd.DataFrame) -> tuple[Clubs, float, float] | None:
    """Merged clubs, slope and t of incomes (year, region); None where the test is not defined."""
    values = incomes.to_numpy(dtype=float).T
    if len(values) < LEAST_REGIONS or values.shape[1] < LEAST_YEARS or (values <= 1).any():
        return None
    logs = np.log(values)
    slope, t = convergence_clubs.log_t(convergence_clubs.dispersion(logs))
    if not np.isfinite(t):
        return None
    return convergence_clubs.merge_clubs(logs, convergence_clubs.find_clubs(logs)), float(slope), float(t)


def _label(panel: Panel, region: str) -> str:
    club = panel.club_of(region)
    mark = "" if panel.clubs is None else f"{_NONE if club is None else club}  "
    return f"{mark}{marks.place_name(region)}  {panel.paths[region].iloc[-1]:.2f}"


def _draw(axes: Axes, panel: Panel, limits: tuple[float, float], room: float, named: bool) -> None:
    style.dress(axes)
    axes.set_yscale("log")
    axes.set_ylim(*limits)
    ticks = MaxNLocator(6).tick_values(*limits)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if limits[0] <= tick <= limits[1]]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: marks.tick_words(value, list(ticks)) if named else ""))
    years = panel.paths.index
    marks.year_axis(axes, int(years[0]), int(years[-1]), most=8 if room == _ROOM[1] else 5)
    axes.axhline(1.0, color=style.GREY, linewidth=0.6, zorder=1)
    entries = []
    for region in panel.paths.columns:
        club = panel.club_of(region)
        ink = style.COLOURS[0] if club is None else style.colour(1 + (club - 1) % (len(style.COLOURS) - 1))
        line: dict[str, Any] = {"linestyle": (0, (1.5, 1.5)) if club is None and panel.clubs else style.dashes(club or 0)}
        marker = "o" if len(years) == 1 else ""
        axes.plot(years, panel.paths[region], color=ink, linewidth=1.2, marker=marker, markersize=3, zorder=3, **line)
        entries.append((float(panel.paths[region].iloc[-1]), _label(panel, region), ink))
    if named:
        style.side_words(axes, "Disposable income per head over the mean of the regions (no unit, log scale)")
    labels.end_labels(axes, entries, room, _SIZE)


def _words(
    results: Sequence[Results], shown: Sequence[Results], called: labels.Naming, panels: Sequence[Panel]
) -> style.Words:
    where, count = marks.world_name(results[0]), len(panels[0].paths.columns)
    several = len(panels) > 1
    said = [_finding(panel) + (f" ({name})" if several else "") for panel, name in zip(panels, called.short, strict=True)]
    finding = f"{where}, {count} regions: {'; '.join(said)}."
    tests = [_test(panel, name if several else "") for panel, name in zip(panels, called.short, strict=True)]
    defined = any(panel.clubs is not None for panel in panels)
    caption = marks.joined(
        "Colour, and the number before a name: the region's club, 1 with the highest income in the last year; dotted, with a "
        "dash: in no club. After the name: the last value."
        if defined
        else "After a name: the last value.",
        *dict.fromkeys(tests),
        f"Of {len(results)} scenarios the first and the last are shown; the lines of more could not be told apart."
        if len(results) > len(shown)
        else "",
        regions.median_words(shown, called.short),
        marks.starts_words(marks.starts(shown)).replace("Dotted lines: policies start", "Policies start"),
        marks.standing_words(shown),
        marks.unshown_words(results),
        regions.unshown_words([panels[0].paths]),
    )
    return style.Words(TITLE, finding, caption)


def _finding(panel: Panel) -> str:
    """How many clubs, and how many regions in each."""
    if panel.clubs is None:
        return "no clubs can be told"
    sizes = [len(club) for club in panel.clubs.members]
    alone = len(panel.clubs.divergent)
    rest = f", {alone} in none" if alone else ""
    if len(sizes) == 1 and not alone:
        return "all are one club"
    if not sizes:
        return "no club"
    listed = " and ".join(part for part in (", ".join(map(str, sizes[:-1])), str(sizes[-1])) if part)
    return f"{len(sizes)} club{'s' if len(sizes) > 1 else ''} of {listed} regions{rest}"


def _test(panel: Panel, name: str) -> str:
    """The log t test of all regions in words."""
    first, last = int(panel.paths.index[0]), int(panel.paths.index[-1])
    if panel.clubs is None:
        return (
            f"The log t test, which finds the clubs, needs {LEAST_YEARS} years and {LEAST_REGIONS} regions with incomes that "
            f"differ in each of them: {last - first + 1} years and {len(panel.paths.columns)} regions are given."
        )
    of = f" ({name})" if name else ""
    value = style.number(panel.t)
    if panel.t <= CRITICAL:
        verdict = f"t = {value}, below {style.number(CRITICAL)}: that all converge is rejected"
    else:
        kind = "levels" if panel.slope >= 2 else "growth, not of levels," if panel.slope >= 0 else "growth at best"
        verdict = f"t = {value}, not below {style.number(CRITICAL)}: convergence of {kind} of all is not rejected"
    alike, replicates = panel.alike
    luck = f" As many clubs are found in {alike} of {replicates} replicates." if replicates > 1 else ""
    return f"Log t test of all regions, {first} to {last}{of}: {verdict} (slope {style.number(panel.slope)}).{luck}"
