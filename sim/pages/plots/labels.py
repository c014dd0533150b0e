"""Labels at the ends of lines that keep clear of each other, and the numbered key for names too long for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.pages.plots import fonts, style

_MOST_LINES = 6  # of one label
_GAP = 0.09  # inch between the axes and the labels
_SPARE = 0.12  # inch of the room beside the axes that a label leaves free
_SAMPLE, _NUMBER = 0.32, 0.34  # inch: the line and the number before a name in the key


@dataclass(frozen=True)
class Naming:
    """How the scenarios of a figure are called: `long` their names, `short` what stands in the figure.

    numbered: whether the short ones are numbers, and the names stand in a key under the figure.
    """

    long: tuple[str, ...]
    short: tuple[str, ...]
    numbered: bool

    def label(self, order: int, value: str) -> str:
        """The label at the end of a line: its last value and what it is called."""
        return f"{value}  ({order + 1})" if self.numbered else f"{value}  {self.short[order]}"


def naming(names: Sequence[str], fits: bool) -> Naming:
    """Names where they fit, otherwise numbers."""
    short = names if fits else [f"scenario {order + 1}" for order in range(len(names))]
    return Naming(tuple(names), tuple(short), not fits)


def fit(texts: Sequence[str], room: float, height: float, size: float = style.TEXT_SIZE) -> bool:
    """Whether labels fit beside axes `height` inches high, in `room` inches: whole words, six lines each at most."""
    lines = [fonts.fold(text, room - _SPARE, size) for text in texts]
    whole = all(fonts.whole_words(text, room - _SPARE, size) for text in texts)
    return whole and max(map(len, lines)) <= _MOST_LINES and sum(_tall(one, size) for one in lines) <= height


def room_for(called: Naming, values: Sequence[str], names: float, numbers: float) -> float:
    """Inches beside the axes: `names` for names; for numbers `numbers` at least, and every label in one line.

    values: the last values of the results, in their order; of several axes one after the other.
    """
    if not called.numbered:
        return names
    texts = [called.label(place % len(called.short), value) for place, value in enumerate(values)]
    return max(numbers, max(fonts.width_of(text, style.TEXT_SIZE) for text in texts) + _SPARE + 0.01)


def height_for(count: int, height: float) -> float:
    """Inches that axes need for labels of one line for `count` scenarios, `height` at least."""
    return max(height, count * _tall([""], style.TEXT_SIZE))


def _tall(lines: Sequence[str], size: float) -> float:
    return (len(lines) * size * style.LINE + 2) / 72


def spread(wanted: Sequence[float], heights: Sequence[float], low: float = -np.inf, high: float = np.inf) -> list[float]:
    """Centres of labels that do not overlap and lie as near as can be to where they are wanted.

    Minimises sum (x_i - wanted_i)^2 subject to x_j - x_i >= (height_i + height_j) / 2 for neighbours in the order of
    `wanted` (an isotonic regression after shifting by the labels below), then moves all into [low, high] as far as
    they fit. All arguments in one unit of length.
    """
    if not len(wanted):
        return []
    order = np.argsort(np.asarray(wanted, dtype=float), kind="stable")
    tall = np.asarray(heights, dtype=float)[order]
    offset = np.cumsum(tall) - tall / 2
    base = _rising(np.asarray(wanted, dtype=float)[order] - offset)
    base = np.maximum(np.minimum(base, high - tall.sum()), low)
    centres = np.empty(len(order))
    centres[order] = base + offset
    return [float(centre) for centre in centres]


def _rising(values: np.ndarray) -> np.ndarray:
    """The rising values nearest to those given, in least squares: neighbours that fall are pooled to their mean.

    Ayer et al. (1955); the few lines here stand for scipy.optimize, which takes half a second to import.
    """
    pools: list[tuple[float, int]] = []  # sum and count
    for value in values:
        total, count = float(value), 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            total, count = total + pools[-1][0], count + pools.pop()[1]
        pools.append((total, count))
    return np.repeat([total / count for total, count in pools], [count for _, count in pools])


def end_labels(axes: Axes, entries: Sequence[tuple[float, str, str]], room: float, size: float = style.TEXT_SIZE) -> None:
    """Write (value, text, colour) at the right end of lines, apart from each other, in `room` inches beside the axes.

    Call it last: limits and size of the axes must not change afterwards. A label that had to move is tied to its line.
    """
    figure = axes.get_figure(root=True)
    if not entries or figure is None:  # an axes taken out of its figure has no size
        return
    box = axes.get_position()
    height = box.height * figure.get_size_inches()[1]
    gap = _GAP / (box.width * figure.get_size_inches()[0])
    folded = [fonts.fold(text, room - _SPARE, size) for _, text, _ in entries]
    tall = [_tall(lines, size) / height for lines in folded]
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = [float(to_axes.transform((axes.get_xlim()[1], value))[1]) for value, _, _ in entries]
    # What does not fit beside the axes goes beyond it below and above alike.
    beyond = max(0.0, sum(tall) - 1) / 2
    centres = spread(wanted, tall, -beyond, 1 + beyond)
    for (_, _, ink), lines, there, here in zip(entries, folded, wanted, centres, strict=True):
        place = {"x": 1 + gap, "y": here, "transform": axes.transAxes, "va": "center"}
        axes.text(s="\n".join(lines), size=size, color=style.on_white(ink), **place, **fonts.plain())
        if abs(here - there) * height > 0.02:
            tie = Line2D([1.0, 1 + gap * 0.85], [there, here], color=ink, linewidth=0.5, transform=axes.transAxes)
            tie.set_clip_on(False)
            axes.add_line(tie)


@dataclass(frozen=True)
class Key:
    """The numbered names under a figure; `lines`: whether each has a sample of its line."""

    names: tuple[str, ...]
    lines: bool = True

    @property
    def _indent(self) -> float:
        return _NUMBER + (_SAMPLE if self.lines else 0.0)

    def _columns(self, room: float) -> int:
        short = all(fonts.width_of(name, style.CAPTION_SIZE) <= room / 2 - self._indent - 0.1 for name in self.names)
        return 2 if short and len(self.names) > 3 else 1

    def _folded(self, room: float) -> list[list[str]]:
        return [fonts.fold(name, room / self._columns(room) - self._indent, style.CAPTION_SIZE) for name in self.names]

    def height(self, room: float) -> float:
        """Inches the key takes in `room` inches."""
        tall = [_tall(lines, style.CAPTION_SIZE) for lines in self._folded(room)]
        each = -(-len(tall) // self._columns(room))
        return max(sum(tall[start : start + each]) for start in range(0, len(tall), each)) + 0.1

    def draw(self, figure: Figure, left: float, top: float, room: float) -> None:
        """Write it on a figure, `left` and `top` in inches from its lower left corner."""
        width, height = figure.get_size_inches()
        columns, size = self._columns(room), style.CAPTION_SIZE
        each = -(-len(self.names) // columns)
        for order, lines in enumerate(self._folded(room)):
            if order % each == 0:
                x, y = left + order // each * room / columns, top
            ink = style.on_white(style.colour(order)) if self.lines else style.INK
            words: dict[str, Any] = {"size": size, "color": ink, "va": "top", **fonts.plain()}
            figure.text(x / width, y / height, f"({order + 1})", **words)
            figure.text((x + self._indent) / width, y / height, "\n".join(lines), **words)
            if self.lines:
                span, middle = [(x + _NUMBER) / width, (x + self._indent - 0.08) / width], (y - 0.06) / height
                sample = Line2D(span, [middle] * 2, color=style.colour(order), linestyle=style.dashes(order), linewidth=1.4)
                figure.add_artist(sample)
            y -= _tall(lines, size)
