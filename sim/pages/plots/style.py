"""How every figure looks: page, colours and line styles, sizes of type, numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from sim.pages.plots import fonts

WIDTH = 7.5  # inch: the text width of an A4 or letter page
DPI = 200
MARGIN = 0.15  # inch
ROOM = (WIDTH - 2 * MARGIN) * 0.98  # inch for a line of text: drawn it is a little wider than measured

INK, GREY, PALE = "#222222", "#5f5f5f", "#d9d9d9"
# Okabe and Ito (2008) and, last, Tol's indigo: distinguishable by colour-blind readers; the reference scenario is dark grey.
COLOURS = ("#4d4d4d", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288")
# Of the first eight, lines near each other in lightness differ in style too; then colours repeat in other styles.
_LATER = ((0, (8, 2)), (0, (1, 1.5)), (0, (8, 1.5, 1.5, 1.5)), (0, (5, 1, 1, 1, 1, 1)))
_STYLES = ("solid", "solid", "solid", (0, (6, 2)), (0, (3, 1)), "solid", (0, (6, 1.5, 1.5, 1.5)), (0, (1.5, 1.2)))

TITLE_SIZE, TEXT_SIZE, TICK_SIZE, CAPTION_SIZE = 12.0, 8.5, 8.0, 7.5
LINE = 1.3  # distance of lines over size of type


class Foot(Protocol):
    """Something drawn between the axes and the caption, such as the key of the lines."""

    def height(self, room: float) -> float:
        """Inches it takes in `room` inches."""

    def draw(self, figure: Figure, left: float, top: float, room: float) -> None:
        """Draw it, `left` and `top` in inches from the lower left corner of the figure."""


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


def page(
    words: Words, height: float, left: float = 1.05, right: float = 0.2, axis: float = 0.36, foot: Foot | None = None
) -> Page:
    """A page with title, finding and caption, as high as they need and `height` inches for the axes.

    left, right: inches kept free beside the axes for their labels; axis: inches under them for ticks and unit; foot:
    what is drawn under that, such as a key.
    """
    blocks = [
        (words.title, TITLE_SIZE, INK, "bold"),
        (words.finding, TEXT_SIZE + 0.5, GREY, "normal"),
        (words.caption, CAPTION_SIZE, GREY, "normal"),
    ]
    folded = [fonts.fold(text, ROOM, size, weight) for text, size, _, weight in blocks]
    heights = [len(lines) * size * LINE / 72 for lines, (_, size, _, _) in zip(folded, blocks, strict=True)]
    head = MARGIN + heights[0] + heights[1] + 0.12
    below = MARGIN + heights[2] + 0.08
    key = foot.height(ROOM) if foot is not None else 0.0
    total = head + height + axis + key + below
    figure = Figure(figsize=(WIDTH, total), dpi=DPI, facecolor="white")
    tops = (total - MARGIN, total - MARGIN - heights[0] - 0.02, MARGIN + heights[2])
    for lines, (_, size, colour, weight), top in zip(folded, blocks, tops, strict=True):
        place = (MARGIN / WIDTH, top / total)
        figure.text(*place, "\n".join(lines), size=size, color=colour, weight=weight, va="top", **fonts.plain())
    if foot is not None:
        foot.draw(figure, MARGIN, below + key, ROOM)
    start = below + key + axis
    return Page(figure, MARGIN + left, start, WIDTH - MARGIN - right, start + height)


def colour(index: int) -> str:
    """Colour of the results at a place in the order in which they were given; the reference, 0, is grey and no other is."""
    return COLOURS[0] if index == 0 else COLOURS[1 + (index - 1) % (len(COLOURS) - 1)]


def dashes(index: int) -> Any:
    """Line style of the results at a place in the order: no colour comes twice in the same style up to the 29th."""
    lap, place = divmod(index - 1, len(COLOURS) - 1) if index else (0, -1)
    place += 1
    return _STYLES[place] if lap == 0 else _LATER[(place + lap - 1) % len(_LATER)]


@cache
def on_white(ink: str) -> str:
    """The colour for text on white: darkened until the contrast is 4.5 to 1 (WCAG 2.1)."""
    part = np.array(to_rgb(ink))
    while 1.05 / (_luminance(part) + 0.05) < 4.5:
        part = 0.97 * part
    return str(to_hex(tuple(part)))


def _luminance(part: np.ndarray) -> float:
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


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
    lines = fonts.fold(text, max(box.height * height, 1.6), TEXT_SIZE)
    middle = box.y0 + box.height / 2
    spot: dict[str, Any] = {"x": MARGIN / width, "y": middle, "rotation": 90, "ha": "left", "va": "center"}
    figure.text(s="\n".join(lines), size=TEXT_SIZE, color=INK, multialignment="center", **spot, **fonts.plain())
