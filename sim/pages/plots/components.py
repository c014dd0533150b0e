"""What makes the answer unsure? Shares of ignorance, luck and both together in the variance of each policy's effect."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from sim.analysis.doubt.components import Component, Components, components
from sim.errors import DesignError
from sim.pages.plots import draws, fonts, style
from sim.pages.plots.draws import Experiment

TITLE = "Is it ignorance or luck that makes the answer unsure?"
MEANING = "of an experiment: shares of ignorance, luck and their interaction in the variance of each policy's effect"

PARTS = ("ignorance", "luck", "interaction")
_INKS = (style.COLOURS[1], style.COLOURS[5], style.COLOURS[4])
_HATCHES = ("", "////", "....")
_NAMES, _TABLE, _COLUMN = 1.75, 3.3, 1.1  # inches: names, numbers beside the bars, one column of them
_ROW, _HEAD = 0.52, 0.42  # inches: a policy, and the heads of the columns above all
_LINES = 3
_SCALE = 1_000  # standard deviations are shown in thousandths of the ratio


@dataclass(frozen=True)
class Row:
    """One policy with its components; None where failures left nothing in common."""

    policy: str
    parts: Components | None


def rows(experiment: Experiment) -> list[Row]:
    """The components of every policy's effect on the ratio in the last year."""
    found = []
    for policy in experiment.policies:
        table = experiment.changes(policy)
        try:
            found.append(Row(policy, components(table) if np.isfinite(table).any() else None))
        except DesignError:
            found.append(Row(policy, None))
    return found


def figure_of_experiment(experiment: Experiment) -> Figure:
    """A bar a policy, divided into its shares, with standard deviations and their intervals beside it."""
    draws.enough(experiment, "components")
    found = rows(experiment)
    height = _ROW * len(found)
    names, key = draws.calling(experiment, [row.policy for row in found], _NAMES - 0.12, style.CAPTION_SIZE, _LINES)
    page = style.page(_words(experiment, found), height + _HEAD, left=_NAMES, right=_TABLE, axis=0.36, foot=key)
    axes = page.figure.add_subplot(page.grid(1, 1, headroom=_HEAD)[0, 0])
    style.dress(axes, grid=False)
    width = page.right - page.left
    for place, (row, lines) in enumerate(zip(found, names, strict=True)):
        _draw(axes, place, row, width)
        _text(axes, -0.1 / width, place, "\n".join(lines), style.INK, "right")
    for number, (part, ink) in enumerate(zip(PARTS, _INKS, strict=True)):
        across = 1 + (0.2 + _COLUMN * number) / width
        head = f"{part}\nsd x 1,000"
        axes.text(
            across,
            1 + 0.06 / height,
            head,
            transform=axes.transAxes,
            va="bottom",
            size=style.CAPTION_SIZE,
            weight="bold",
            color=style.on_white(ink),
            **fonts.plain(),
        )
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xticks([0, 0.5, 1])
    axes.spines["left"].set_visible(False)
    return page.figure


def _draw(axes: Axes, place: int, row: Row, width: float) -> None:
    shares = {} if row.parts is None else row.parts.shares()
    start = 0.0
    for part, ink, hatch in zip(PARTS, _INKS, _HATCHES, strict=True):
        share = shares.get(part, 0.0)
        axes.barh(place, share, left=start, height=0.56, color=ink, hatch=hatch, edgecolor="white", linewidth=0.4)
        if share * width > 0.42:
            _text(
                axes, start + share / 2, place, f"{share:.0%}", "white" if part == "ignorance" else style.INK, "center", part
            )
        start += share
    if not shares:
        _text(axes, 0.02, place, "no spread" if row.parts is not None else "failures left too little", style.GREY, "left")
    for number, (part, ink) in enumerate(zip(PARTS, _INKS, strict=True)):
        one = None if row.parts is None else getattr(row.parts, part)
        told = "cannot be\ntold" if one is None else _numbers(one)
        _text(axes, 1 + (0.2 + _COLUMN * number) / width, place, told, style.GREY if one is None else style.on_white(ink))


def _numbers(one: Component) -> str:
    """A standard deviation and, below, its interval."""
    middle, low, high = (f"{_SCALE * math.sqrt(value):.3g}" for value in (one.value, one.low, one.high))
    return f"{middle}\n({low} to {high})"


def _text(axes: Axes, across: float, place: int, text: str, ink: str, side: str = "left", on: str = "") -> None:
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6} if on in ("luck", "interaction") else None
    axes.text(
        across,
        place,
        text,
        transform=axes.get_yaxis_transform(),
        ha=side,
        va="center",
        size=style.CAPTION_SIZE,
        color=ink,
        bbox=box,
        **fonts.plain(),
    )


def _words(experiment: Experiment, found: list[Row]) -> style.Words:
    known = [row for row in found if row.parts is not None and row.parts.shares()]
    untold = [row for row in known if row.parts is not None and row.parts.luck is None]
    if not known:
        finding = f"{draws.where(experiment)}. No policy's effect differs between draws."
    elif len(untold) == len(known):
        finding = f"{draws.where(experiment)}. Luck cannot be told here, so ignorance is all there is to see."
    else:
        shares = [(row.parts.shares()["ignorance"], row.policy) for row in known if row.parts is not None]
        low, high = min(shares), max(shares)
        finding = f"{draws.where(experiment)}. Ignorance is {low[0]:.0%} of the variance for {experiment.title(low[1])}"
        finding += f" and {high[0]:.0%} for {experiment.title(high[1])}." if len(shares) > 1 else "."
    why = ""
    if untold:
        why = (
            " In a continuum all replicates are the same: there is no luck, and none can be told."
            if experiment.words.get("continuum")
            else " With one replicate luck cannot be told: ignorance then holds the interaction of both, if there is any."
        )
    zero = any(getattr(row.parts, part).negative for row in known for part in PARTS if getattr(row.parts, part) is not None)
    caption = (
        f"Bar: variance of the {draws.measure(experiment)}, between draws (ignorance: what nobody knows), between "
        "seeds (luck) and what both do only together (interaction), shares of their sum. Beside it the standard deviation of "
        f"each (sd, in thousandths of the ratio), in brackets its 95% interval.{why}"
        f"{' An estimate below zero is shown as zero.' if zero else ''} {draws.basis(experiment)}"
    )
    return style.Words(TITLE, finding, caption)
