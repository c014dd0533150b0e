"""Which unknown matters? For every policy, its effect where a parameter was drawn low and where it was drawn high."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from sim.arrays import Array, Index
from sim.pages.plots import draws, fonts, style
from sim.pages.plots.draws import Experiment

TITLE = "Which of the things nobody knows moves the answer?"
MEANING = "of an experiment: each policy's effect in the draws with the lowest and the highest third of each parameter"

_LOW, _HIGH = style.COLOURS[1], style.COLOURS[2]
_MOST = 12  # parameters shown
_ROW, _LINE, _FOOT = 0.24, 0.155, 0.38  # inches: a parameter; a line of the name over a panel; ticks under it
_NAMES = 2.0  # inches for the names of parameters
_CHANCE = 1.96  # standard errors: 95%
_TITLE_LINES = 2
_RIGHT, _BESIDE = 0.2, 0.16  # inch beside the last panel; between panels, shares of one


@dataclass(frozen=True)
class Bars:
    """One policy's mean effect, and its means in the lowest and highest third by parameter, (parameter,); NaN: not drawn.

    chance: half the width in which 95% of thirds chosen at random lie.
    """

    mean: float
    low: Array
    high: Array
    chance: float


def bars(means: Array, values: Array) -> Bars:
    """The bars of one policy: effects (draw,), NaN left out, over what was drawn (draw, parameter).

    A third of n draws, chosen at random, has a mean with variance s^2 / m (1 - m / n), m = n / 3 (Cochran 1977).
    """
    known = np.isfinite(means)
    found, drawn = means[known], values[known]
    n = len(found)
    m = max(1, n // 3)
    low, high = (np.full(values.shape[1], np.nan) for _ in range(2))
    for column in range(values.shape[1]):
        if np.isfinite(drawn[:, column]).all() and np.ptp(drawn[:, column]) > 0:
            order = np.argsort(drawn[:, column], kind="stable")
            low[column], high[column] = found[order[:m]].mean(), found[order[-m:]].mean()
    spread = float(np.sqrt(found.var(ddof=1) / m * (1 - m / n)))
    return Bars(float(found.mean()), low, high, _CHANCE * spread)


def stands_out(one: Bars, parameter: int) -> bool:
    """Whether a third of a parameter has a mean beyond what 95% of thirds chosen at random have."""
    return bool(max(abs(one.low[parameter] - one.mean), abs(one.high[parameter] - one.mean)) > one.chance)


def figure_of_experiment(experiment: Experiment) -> Figure:
    """Small multiples, one a policy; parameters in one order, that of their mean range over policies.

    Raises ResultsError where draws are too few.
    """
    draws.enough(experiment, "tornado")
    means = experiment.means()
    kept = [i for i in range(len(means)) if np.isfinite(means[i]).sum() >= draws.LEAST]
    policies = [experiment.policies[i] for i in kept]
    found = [bars(means[i], experiment.values(experiment.policies[i])) for i in kept]
    size = np.nansum([np.abs(one.high - one.low) for one in found], axis=0)
    order = np.argsort(-size, kind="stable").astype(np.int64)[:_MOST]
    columns = 1 if len(found) == 1 else 2 if len(found) <= 4 else 3
    rows = -(-len(found) // columns)
    panel = _ROW * len(order) + 0.1
    width = (style.WIDTH - 2 * style.MARGIN - _NAMES - _RIGHT) / (columns + _BESIDE * (columns - 1))
    names, key = draws.calling(experiment, policies, width, style.TEXT_SIZE, _TITLE_LINES)
    head = _LINE * (1 + max(map(len, names))) + 0.12
    page = style.page(
        _words(experiment, policies, found, order),
        rows * (head + panel) + (rows - 1) * _FOOT,
        left=_NAMES,
        right=_RIGHT,
        axis=_FOOT,
        foot=key,
    )
    grid = page.grid(rows, columns, headroom=head, hspace=(head + _FOOT) / panel, wspace=_BESIDE)
    for place, (lines, one) in enumerate(zip(names, found, strict=True)):
        row, column = divmod(place, columns)
        axes = page.figure.add_subplot(grid[row, column])
        _draw(axes, one, order, width)
        _name(axes, lines, one, panel)
        axes.set_yticks(range(len(order)), _labels(experiment, order) if column == 0 else [""] * len(order), linespacing=0.95)
        axes.tick_params(axis="y", length=0)
    return page.figure


def _labels(experiment: Experiment, order: Index) -> list[str]:
    return [_label(draws.parameter(experiment.paths[int(i)])) for i in order]


def _label(name: str) -> str:
    """The name of a parameter in the room beside a panel, on two lines where it needs them."""
    room = _NAMES + style.MARGIN - 0.1
    lines = fonts.fold(name, room, style.TICK_SIZE)
    rest = " ".join(line.strip() for line in lines[1:])
    return "\n".join([lines[0].rstrip(), fonts.cut(rest, room, style.TICK_SIZE)] if rest else lines)


def _draw(axes: Axes, one: Bars, order: Index, width: float) -> None:
    """Bars from the mean of all draws to those of the thirds; in the grey, a third means no more than chance."""
    style.dress(axes, grid=False)
    places = np.arange(len(order))
    axes.axvspan(one.mean - one.chance, one.mean + one.chance, color=style.PALE, alpha=0.6, linewidth=0)
    for ends, ink, hatch in ((one.low, _LOW, ""), (one.high, _HIGH, "////")):
        lengths = ends[order] - one.mean
        there = np.isfinite(lengths)
        axes.barh(
            places[there],
            lengths[there],
            left=one.mean,
            height=0.62,
            color=ink,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
        )
    axes.axvline(one.mean, color=style.INK, linewidth=0.9)
    for place in places[~np.isfinite(one.low[order])]:
        axes.annotate(
            "not in it",
            (one.mean, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            size=style.CAPTION_SIZE,
            color=style.GREY,
        )
    axes.set_ylim(len(order) - 0.45, -0.55)
    axes.margins(x=0.06)
    axes.autoscale_view(scaley=False)
    axes.xaxis.set_major_locator(_locator(axes.get_xlim(), width))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))


def _locator(limits: tuple[float, float], width: float) -> FixedLocator:
    """As many round values as have labels that touch neither each other nor those of the next panel; width in inches."""
    low, high = limits
    beside = _BESIDE * width / 2 - 0.03
    shown: list[float] = []
    for most in (5, 4, 3, 2, 1):
        places = {float(one): width * (float(one) - low) / (high - low) for one in MaxNLocator(most).tick_values(low, high)}
        half = {one: fonts.width_of(_tick(one), style.TICK_SIZE) / 2 for one in places}
        shown = [one for one, at in places.items() if half[one] - beside <= at <= width + beside - half[one]]
        if all(places[b] - places[a] > half[a] + half[b] + 0.08 for a, b in pairwise(shown)):
            break
    return FixedLocator(shown)


def _tick(value: float, _: int | None = None) -> str:
    text = f"{value:+.4g}".replace("-", "\u2212")
    return "0" if not value else text


def _name(axes: Axes, lines: list[str], one: Bars, panel: float) -> None:
    """The policy over its panel, and its mean effect."""
    text = "\n".join([*lines, f"mean {_tick(float(f'{one.mean:.3g}'))}"])
    axes.text(
        0.0,
        1 + 0.05 / panel,
        text,
        transform=axes.transAxes,
        va="bottom",
        size=style.TEXT_SIZE,
        color=style.INK,
        **fonts.plain(),
    )


def _words(experiment: Experiment, policies: list[str], found: list[Bars], order: Index) -> style.Words:
    standing = [int(i) for i in order if any(stands_out(one, int(i)) for one in found)]
    first = standing[0] if standing else int(order[0])
    ranges = [(abs(one.high[first] - one.low[first]), policy, one) for policy, one in zip(policies, found, strict=True)]
    ranges = sorted((row for row in ranges if np.isfinite(row[0])), key=lambda row: -row[0])[:2]
    said = []
    for _, policy, one in ranges:
        low, high = _tick(float(f"{one.low[first]:.2g}")), _tick(float(f"{one.high[first]:.2g}"))
        said.append(f"{experiment.title(policy)}: {low} where it is low, {high} where it is high")
    name = draws.parameter(experiment.paths[first])
    finding = f"{draws.where(experiment)}. Most moves with the {name}. {'; '.join(said)}."
    if not standing:
        finding = f"{draws.where(experiment)}. No parameter stands out: every bar ends where a third chosen at random could."
    third = max(1, int(np.isfinite(experiment.means()).any(axis=0).sum()) // 3)
    left_out = len(experiment.paths) - len(order)
    caption = " ".join(
        part
        for part in (
            f"Bars: {draws.measure(experiment)}, mean of the {third} draws with a parameter's lowest values (blue, plain) "
            f"and of the {third} with the highest (orange, hatched), from the mean of all draws (line).",
            "Grey band: where the mean of 95% of thirds chosen at random lies, so that a bar ending inside it tells nothing.",
            "Every panel has a scale of its own; parameters stand in the order of their mean range.",
            f"{left_out} parameters that move less are not shown." if left_out else "",
            draws.basis(experiment),
        )
        if part
    )
    return style.Words(TITLE, finding, caption)
