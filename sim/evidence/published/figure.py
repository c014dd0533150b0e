"""The figure of published effects: every experiment on the scale of its own band, ours as a dot, all numbers written."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.evidence.published.verdicts import INSIDE, Verdict, count
from sim.pages.plots import fonts, style

_ROW = 0.2  # inch
_NAMES, _NUMBERS = 2.75, 2.55  # inch on the left and on the right
_VALUE, _GAP = 0.62, 0.07  # inch right of the axes where our number ends; between words and what they stand beside
_FURTHEST = 0.75  # widths of the band on either side; what lies further is drawn at the edge
_TITLE = "Are the effects of the size the world has seen?"
_OUTSIDE, _INSIDE = style.COLOURS[2], style.COLOURS[1]


def figure(verdicts: Sequence[Verdict]) -> Figure:
    """A row for each experiment with a band and a number, in the order of the table."""
    shown = [verdict for verdict in verdicts if verdict.band is not None and verdict.ours is not None]
    words = style.Words(
        _TITLE,
        f"{count(verdicts)} Blue: inside. Orange: outside, with an arrow where it lies beyond the figure.",
        "Grey: what is acceptable, in the last column; before it, ours. Each row has the scale of its own band. "
        "Sources and reasons: docs/effects_published.md.",
    )
    height = _ROW * (len(shown) + 1)
    page = style.page(words, height, left=_NAMES, right=_NUMBERS, axis=0.05)
    axes = page.figure.add_subplot(page.grid(1, 1)[0, 0])
    axes.set_xlim(-_FURTHEST - 0.1, 1 + _FURTHEST + 0.1)
    axes.set_ylim(len(shown) - 0.5, -1.5)
    axes.axis("off")
    _beside(axes, -1, "ours", _VALUE, style.INK, right=True)
    _beside(axes, -1, "acceptable", _VALUE + 2 * _GAP, style.INK)
    for row, verdict in enumerate(shown):
        _draw(axes, row, verdict)
    return page.figure


def place(verdict: Verdict) -> float:
    """Where our number stands on the scale of the band: 0 at its low end, 1 at its high end, kept within the figure."""
    assert verdict.band is not None and verdict.ours is not None
    low, high = verdict.band.low, verdict.band.high
    return min(1 + _FURTHEST, max(-_FURTHEST, (verdict.ours - low) / (high - low)))


def _draw(axes: Axes, row: int, verdict: Verdict) -> None:
    band = verdict.band
    assert band is not None
    ink = _INSIDE if verdict.word == INSIDE else _OUTSIDE
    axes.add_patch(Rectangle((0.0, row - 0.32), 1.0, 0.64, color=style.PALE, linewidth=0))
    x = place(verdict)
    marker = "<" if x == -_FURTHEST else ">" if x == 1 + _FURTHEST else "o"
    axes.plot([x], [row], marker=marker, color=ink, markersize=5.5, markeredgecolor="white", markeredgewidth=0.6, zorder=5)
    _beside(axes, row, _name(verdict), -_GAP, style.INK, right=True)
    _beside(axes, row, _minus(verdict.value()), _VALUE, style.on_white(ink), right=True)
    _beside(axes, row, f"{_minus(verdict.acceptable())}{_unit(verdict)}", _VALUE + 2 * _GAP, style.GREY)


def _beside(axes: Axes, row: int, text: str, inches: float, colour: str, right: bool = False) -> None:
    """Text in a row, `inches` right of the axes, or left of them where that is negative; right: it ends there."""
    axes.annotate(
        text, (0.0 if inches < 0 else 1.0, row), xycoords=("axes fraction", "data"), xytext=(72 * inches, 0),
        textcoords="offset points", ha="right" if right else "left", va="center", annotation_clip=False,
        size=style.CAPTION_SIZE, color=colour, **fonts.plain(),
    )  # fmt: skip


def _name(verdict: Verdict) -> str:
    """The experiment's name, after its instrument where it does not say it itself."""
    name, group = (text.replace("_", " ") for text in (verdict.experiment.name, verdict.experiment.group))
    said = name if name.startswith(group) else f"{group}: {name}"
    return fonts.cut(said, _NAMES - _GAP, style.CAPTION_SIZE)


def _minus(text: str) -> str:
    return text.replace("-", "\u2212")


def _unit(verdict: Verdict) -> str:
    unit = verdict.experiment.unit
    return unit if unit.startswith("%") else f" {unit}"
