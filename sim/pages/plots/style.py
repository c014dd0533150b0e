"""How every figure looks: page, colours, type, direct labels that keep clear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from scipy.optimize import isotonic_regression

WIDTH = 7.5  # inch: the text width of an A4 or letter page
DPI = 200
MARGIN = 0.15  # inch

INK, GREY, PALE = "#222222", "#5f5f5f", "#d9d9d9"
# Okabe and Ito (2008), told apart by colour-blind readers; the reference scenario is dark grey.
COLOURS = ("#4d4d4d", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("solid", (0, (6, 2)), (0, (2, 1.5)))  # when there are more scenarios than colours

TITLE_SIZE, TEXT_SIZE, TICK_SIZE, CAPTION_SIZE = 12.0, 8.5, 8.0, 7.5
LINE = 1.3  # distance of lines over size of type

# Fonts with Chinese characters on Linux, Windows and macOS; the first one installed stands in for missing characters.
_CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei"),
    *("Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Songti SC"),
)


@dataclass(frozen=True)
class Page:
    """A figure with its words in place and the room left for axes: left, bottom, right, top in inches."""

    figure: Figure
    left: float
    bottom: float
    right: float
    top: float

    def grid(self, rows: int, columns: int, headroom: float = 0.0, **more: Any) -> GridSpec:
        """Places for axes in the room of the page, `headroom` inches kept free above them; more: see GridSpec."""
        width, height = self.figure.get_size_inches()
        return self.figure.add_gridspec(
            rows,
            columns,
            left=self.left / width,
            right=self.right / width,
            bottom=self.bottom / height,
            top=(self.top - headroom) / height,
            **more,
        )


@dataclass(frozen=True)
class Words:
    """What stands on a page: the question, the finding under it, and the caption at the foot."""

    title: str
    finding: str
    caption: str


def page(words: Words, height: float, left: float = 1.05, right: float = 0.2, axis: float = 0.36) -> Page:
    """A page with title, finding and caption, as high as they need and `height` inches for the axes.

    left, right: inches kept free beside the axes for their labels; axis: inches under them for ticks and unit.
    """
    room = (WIDTH - 2 * MARGIN) * 0.98  # drawn text is a little wider than measured
    blocks = [
        (words.title, TITLE_SIZE, INK, "bold"),
        (words.finding, TEXT_SIZE + 0.5, GREY, "normal"),
        (words.caption, CAPTION_SIZE, GREY, "normal"),
    ]
    folded = [fold(text, room, size, weight) for text, size, _, weight in blocks]
    heights = [len(lines) * size * LINE / 72 for lines, (_, size, _, _) in zip(folded, blocks, strict=True)]
    head = MARGIN + heights[0] + heights[1] + 0.12
    foot = MARGIN + heights[2] + 0.08 + axis
    total = head + height + foot
    figure = Figure(figsize=(WIDTH, total), dpi=DPI, facecolor="white")
    tops = (total - MARGIN, total - MARGIN - heights[0] - 0.02, MARGIN + heights[2])
    for lines, (_, size, colour, weight), top in zip(folded, blocks, tops, strict=True):
        place = (MARGIN / WIDTH, top / total)
        figure.text(*place, "\n".join(lines), size=size, color=colour, weight=weight, va="top", **plain())
    return Page(figure, MARGIN + left, foot, WIDTH - MARGIN - right, foot + height)


def plain() -> dict[str, Any]:
    """What every text made of names needs: fonts that have the characters, and no formulas between dollar signs."""
    return {"family": list(families()), "linespacing": 1.2, "parse_math": False}


@cache
def families() -> tuple[str, ...]:
    """DejaVu Sans, which comes with matplotlib, then the first installed font that has Chinese characters."""
    there = set(font_manager.get_font_names())
    return ("DejaVu Sans", *[name for name in _CHINESE if name in there][:1])


def can_show(text: str) -> bool:
    """Whether the fonts of this computer have the characters of a text."""
    return len(families()) > 1 or not any(_wide(letter) for letter in text)


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text in inches, at a size in points."""
    known = "".join("\u2014" if _wide(letter) else letter for letter in text)  # a dash is as wide as a character
    font = font_manager.FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(known, font, ismath=False)[0]) / 72


def fold(text: str, room: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines no wider than `room` inches, at spaces, or between Chinese characters."""
    lines: list[str] = []
    for part in text.split("\n") if text else []:
        line = ""
        for word in _words(part):
            if line.strip() and width_of((line + word).rstrip(), size, weight) > room:
                lines.append(line.rstrip())
                line = ""
            line += word if line else word.lstrip()
        lines.append(line.rstrip())
    return lines


def _words(text: str) -> list[str]:
    words = [""]
    for letter in text:
        if words[-1] and (words[-1][-1] == " " or _wide(letter) or _wide(words[-1][-1])):
            words.append("")
        words[-1] += letter
    return words


def _wide(letter: str) -> bool:
    return ord(letter) >= 0x2E80


def colour(index: int) -> str:
    """Colour of the results at a place in the order in which they were given."""
    return COLOURS[index % len(COLOURS)]


def dashes(index: int) -> Any:
    """Line style of the results at a place in the order: solid until the colours are used up."""
    return DASHES[min(index // len(COLOURS), len(DASHES) - 1)]


def number(value: float) -> str:
    """A number for a label: at least three significant digits, thousands with commas, a true minus sign."""
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "\u2013"
    decimals = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:,.{min(decimals, 6)}f}"
    return "0" if not text.strip("-0.,") else text.replace("-", "\u2212")


def signed(value: float) -> str:
    """A difference for a label: as `number`, with its sign."""
    text = number(value)
    return text if text.startswith("\u2212") or text == "0" else f"+{text}"


def dress(axes: Axes, grid: bool = True) -> None:
    """Take away what carries no information: box, ticks, all but pale lines across."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set(color=GREY, linewidth=0.6)
    axes.tick_params(labelsize=TICK_SIZE, color=GREY, labelcolor=INK, width=0.6, length=3)
    if grid:
        axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)


def side_words(axes: Axes, text: str) -> None:
    """Name and unit beside a value axis, at the left margin of the page and folded to the height of the axes."""
    figure = axes.get_figure(root=True)
    if figure is None:  # an axes taken out of its figure has no page
        return
    box, (width, height) = axes.get_position(), figure.get_size_inches()
    lines = fold(text, max(box.height * height, 1.6), TEXT_SIZE)
    middle = box.y0 + box.height / 2
    spot: dict[str, Any] = {"x": MARGIN / width, "y": middle, "rotation": 90, "ha": "left", "va": "center"}
    figure.text(s="\n".join(lines), size=TEXT_SIZE, color=INK, multialignment="center", **spot, **plain())


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
    base = isotonic_regression(np.asarray(wanted, dtype=float)[order] - offset).x
    base = np.maximum(np.minimum(base, high - tall.sum()), low)
    centres = np.empty(len(order))
    centres[order] = base + offset
    return [float(centre) for centre in centres]


def end_labels(axes: Axes, entries: Sequence[tuple[float, str, str]], room: float, size: float = TEXT_SIZE) -> None:
    """Write (value, text, colour) at the right end of lines, apart from each other, in `room` inches beside the axes.

    Call it last: limits and size of the axes must not change afterwards. A label that had to move is tied to its line.
    """
    if not entries:
        return
    figure = axes.get_figure(root=True)
    if figure is None:  # an axes taken out of its figure has no size
        return
    box = axes.get_position()
    height = box.height * figure.get_size_inches()[1]
    gap = 0.09 / (box.width * figure.get_size_inches()[0])
    folded = [fold(text, room - 0.12, size) for _, text, _ in entries]
    tall = [(len(lines) * size * LINE + 2) / 72 / height for lines in folded]
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = [float(to_axes.transform((axes.get_xlim()[1], value))[1]) for value, _, _ in entries]
    for (_, _, ink), lines, there, here in zip(entries, folded, wanted, spread(wanted, tall, -0.12, 1.12), strict=True):
        text = "\n".join(lines)
        axes.text(1 + gap, here, text, transform=axes.transAxes, size=size, color=ink, va="center", **plain())
        if abs(here - there) * height > 0.02:
            tie = Line2D([1.0, 1 + gap * 0.85], [there, here], color=ink, linewidth=0.5, transform=axes.transAxes)
            tie.set_clip_on(False)
            axes.add_line(tie)
