"""Which policy comes first? Every draw at the values of the two parameters that decide it most, and where the order flips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from sim.analysis.doubt.ranks import Flip, flips
from sim.analysis.doubt.screening import screened
from sim.arrays import Array, Index
from sim.errors import ResultsError
from sim.pages.plots import draws, fonts, style
from sim.pages.plots.draws import Experiment

TITLE = "Which policy narrows the gap most, and where does that flip?"
MEANING = "of an experiment: every draw over the two parameters that decide most which policy comes first, and the flip line"

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
_HEIGHT, _KEY, _LINE = 4.0, 1.85, 0.34  # inches: the map, the names beside it, the names of its two sides above it
_TIE, _FAILED = -1, -2
_TICKS = 3  # of a logarithmic axis at least


@dataclass(frozen=True)
class Map:
    """Who comes first, (draw,): the place among `names`, or that two tie, or that a task failed; over two parameters.

    flip: where the order of the two that come first most often reverses; None where one alone is ever first.
    """

    names: tuple[str, ...]
    first: Index
    axes: tuple[int, int]
    flip: Flip | None


def placed(experiment: Experiment) -> Map:
    """The map of an experiment; a policy that is alone is held against the baseline. Raises ResultsError."""
    means, names = experiment.means(), experiment.policies
    if len(names) == 1:
        means, names = (
            np.vstack([means, np.where(np.isfinite(means), 0.0, np.nan)]),
            (*names, str(experiment.words["baseline"])),
        )
    whole = np.isfinite(means).all(axis=0)
    ordered = np.sort(np.where(whole, means, 0.0), axis=0)
    first = np.where(whole, means, 0.0).argmin(axis=0)
    first = np.where(ordered[0] == ordered[1], _TIE, first)
    first = np.where(whole, first, _FAILED)
    often = sorted(range(len(names)), key=lambda i: (-int((first == i).sum()), i))[:2]
    values = experiment.values(str(experiment.words["baseline"]))
    shared = [i for i in range(len(experiment.paths)) if np.isfinite(values[:, i]).all() and np.ptp(values[:, i]) > 0]
    if len(shared) < 2:  # what only a policy has counts too
        values = experiment.values(experiment.policies[0])
        shared = [i for i in range(len(experiment.paths)) if np.isfinite(values[:, i]).all()]
    if len(shared) < 2:
        raise ResultsError(f"flips needs two numbers that were drawn; the experiment {experiment.words['name']} has one.")
    paths = [experiment.paths[i] for i in shared]
    lead = means[often[0]] - means[often[1]]
    (flip,) = flips(means[often], values[:, shared], [names[i] for i in often], paths, larger_is_better=False)
    ranked = [shared[paths.index(one.parameter)] for one in screened(values[:, shared], lead, paths)]
    if flip.parameter is not None:
        across = shared[paths.index(flip.parameter)]
        ranked = [across, *(i for i in ranked if i != across)]
    return Map(tuple(names), first, (ranked[0], ranked[1]), flip if (first == often[1]).any() else None)


def figure_of_experiment(experiment: Experiment) -> Figure:
    """The map with a mark a draw, the names with how often each is first beside it. Raises ResultsError."""
    draws.enough(experiment, "flips")
    found = placed(experiment)
    line = found.flip is not None and found.flip.parameter is not None
    height = max(_HEIGHT, _key_height(experiment, found))
    page = style.page(_words(experiment, found), height + _LINE * line, left=0.85, right=_KEY, axis=0.55)
    axes = page.figure.add_subplot(page.grid(1, 1, headroom=_LINE * line)[0, 0])
    style.dress(axes, grid=False)
    values = _values(experiment, found)
    for place in (*range(len(found.names)), _TIE, _FAILED):
        here = found.first == place
        axes.scatter(values[here, 0], values[here, 1], zorder=3, **_mark(place))
    for path, axis in zip(found.axes, (axes.xaxis, axes.yaxis), strict=True):
        if experiment.is_logarithmic(experiment.paths[path]):
            axis.set_tick_params(which="minor", labelsize=0)
            _logarithmic(axes, axis is axes.xaxis, values[:, 0 if axis is axes.xaxis else 1])
    axes.set_xlabel(draws.with_unit(experiment, experiment.paths[found.axes[0]]), size=style.TEXT_SIZE, color=style.INK)
    style.side_words(axes, draws.with_unit(experiment, experiment.paths[found.axes[1]]))
    if line and found.flip is not None:
        _draw_flip(axes, experiment, found.flip, page.right - page.left, height)
    _draw_key(axes, experiment, found, page.right - page.left, height)
    return page.figure


def _values(experiment: Experiment, found: Map) -> Array:
    own = experiment.values(str(experiment.words["baseline"]))[:, list(found.axes)]
    return own if np.isfinite(own).all() else experiment.values(experiment.policies[0])[:, list(found.axes)]


def _mark(place: int) -> dict[str, Any]:
    """How a draw is marked; two draws that look alike have the same first."""
    if place == _FAILED:
        return {"marker": "x", "s": 22, "color": style.GREY, "linewidths": 0.8}
    if place == _TIE:
        return {"marker": "o", "s": 26, "facecolors": "white", "edgecolors": style.INK, "linewidths": 0.8}
    marker = MARKERS[place % len(MARKERS)]
    return {"marker": marker, "s": 30, "color": _ink(place), "edgecolors": "white", "linewidths": 0.4}


def _ink(place: int) -> str:
    return style.colour(1 + place)


def _logarithmic(axes: Axes, across: bool, values: Array) -> None:
    """A logarithmic axis whose ticks are round numbers, written as numbers."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    for digits in ((1, 10), (1, 3), (1, 2, 5), (1, 2, 3, 5, 7), (1, 1.2, 1.5, 2, 3, 4, 5, 7)):
        ticks = sorted({digit * 10.0**power for power in range(-9, 10) for digit in digits})
        ticks = [value for value in ticks if low * 0.98 <= value <= high * 1.02]
        if len(ticks) >= _TICKS:
            break
    if across:
        axes.set_xscale("log")
    else:
        axes.set_yscale("log")
    axis = axes.xaxis if across else axes.yaxis
    axis.set_minor_locator(NullLocator())
    if len(ticks) > 1:
        axis.set_ticks(ticks)
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _draw_flip(axes: Axes, experiment: Experiment, flip: Flip, width: float, height: float) -> None:
    """The line at which the order of two policies reverses, and above it which of them is ahead on which side."""
    assert flip.value is not None
    axes.axvline(flip.value, color=style.INK, linewidth=1, linestyle=(0, (5, 3)), zorder=2)
    axes.set_xlim(axes.get_xlim())
    at = float(axes.transAxes.inverted().transform(axes.transData.transform((flip.value, 1.0)))[0])
    below, above = (flip.one, flip.other) if flip.better_below == flip.one else (flip.other, flip.one)
    sides = ((below, at, "right", -1, "\u2190 {}"), (above, 1 - at, "left", 1, "{} \u2192"))
    beyond = {"right": 0.85, "left": _KEY}  # inches beside the axes that a name may take
    for row, (name, room, side, sign, said) in enumerate(sides):
        text = fonts.cut(said.format(_title(experiment, name)), room * width + beyond[side] - 0.3, style.CAPTION_SIZE)
        across, up = at + sign * 0.1 / width, 1 + (0.05 + 0.14 * row) / height
        place = experiment.policies.index(name) if name in experiment.policies else len(experiment.policies)
        axes.scatter([across], [up + 0.06 / height], transform=axes.transAxes, clip_on=False, **_mark(place))
        axes.text(
            across + sign * 0.1 / width,
            up,
            text,
            transform=axes.transAxes,
            ha=side,
            va="bottom",
            size=style.CAPTION_SIZE,
            color=style.INK,
            **fonts.plain(),
        )


def _title(experiment: Experiment, name: str) -> str:
    return experiment.title(name) if name in experiment.policies else fonts.legible(name.replace("_", " "))


def _entries(experiment: Experiment, found: Map) -> list[tuple[int, str]]:
    count = {place: int((found.first == place).sum()) for place in (*range(len(found.names)), _TIE, _FAILED)}
    entries = [(place, f"{count[place]:,}  {_title(experiment, name)}") for place, name in enumerate(found.names)]
    return entries + [(p, f"{count[p]:,}  {said}") for p, said in ((_TIE, "a tie"), (_FAILED, "a task failed")) if count[p]]


def _folded(experiment: Experiment, found: Map) -> list[list[str]]:
    room = _KEY - 0.42
    return [fonts.fold(text, room, style.CAPTION_SIZE) for _, text in _entries(experiment, found)]


def _key_height(experiment: Experiment, found: Map) -> float:
    lines = sum(len(one) for one in _folded(experiment, found))
    return (lines * style.CAPTION_SIZE * style.LINE) / 72 + 0.08 * len(found.names) + 0.5


def _draw_key(axes: Axes, experiment: Experiment, found: Map, width: float, height: float) -> None:
    """Beside the map: the mark of every policy, its name, and in how many draws it comes first."""
    top = height - 0.08
    across = 1 + 0.14 / width
    place: dict[str, Any] = {"transform": axes.transAxes, "va": "top", "color": style.INK, "size": style.CAPTION_SIZE}
    axes.text(across, top / height, "First in draws", weight="bold", **place, **fonts.plain())
    top -= 0.2
    for (number, _), lines in zip(_entries(experiment, found), _folded(experiment, found), strict=True):
        tall = len(lines) * style.CAPTION_SIZE * style.LINE / 72
        axes.scatter(
            [across + 0.06 / width], [(top - 0.065) / height], transform=axes.transAxes, clip_on=False, **_mark(number)
        )
        axes.text(across + 0.2 / width, top / height, "\n".join(lines), **place, **fonts.plain())
        top -= tall + 0.07


def _words(experiment: Experiment, found: Map) -> style.Words:
    count = int((found.first >= 0).sum())
    most = max(range(len(found.names)), key=lambda i: int((found.first == i).sum()))
    times = int((found.first == most).sum())
    finding = (
        f"{draws.where(experiment)}. {_title(experiment, found.names[most])} comes first in {times:,} of {count:,} draws"
    )
    flip = found.flip
    if flip is None:
        finding += "; the order of the first does not flip."
    elif flip.parameter is None:
        other = flip.other if flip.one == found.names[most] else flip.one
        finding += f", {_title(experiment, other)} next; no parameter alone tells which."
    else:
        finding += (
            f". The order of the two that are first most often flips at {draws.parameter(flip.parameter)} {flip.value:.3g}, "
            f"right in {flip.accuracy:.0%} of draws."
        )
    x, y = (draws.parameter(experiment.paths[i]) for i in found.axes)
    line = (
        " Dashed line: the split of one parameter that tells most draws right; few shuffled tables (5%) have one as good."
        if flip is not None and flip.parameter is not None
        else ""
    )
    caption = (
        f"A mark is a draw, at its {x} and {y}: these two parameters say best which of the two most frequent winners is "
        f"ahead. Its colour and shape say which policy has the smallest {draws.measure(experiment)}.{line} "
        f"{draws.basis(experiment)}"
    )
    return style.Words(TITLE, finding, caption)
