"""The figure of the conflict: effect of freer migration on regional gaps against agglomeration, by land institution."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.plots import style
from sim.validation.tombe_zhu.conflict import SAME, Conflict, Line

_TITLE = "Does freer migration narrow the gap between provinces?"
_COLOURS = {"forfeited": style.COLOURS[1], "kept": style.COLOURS[2]}
_NAMES = {"forfeited": "migrants forfeit the rent of home", "kept": "migrants keep the rent of home"}
_LABELS = 1.75  # inches beside the axes


def figure(found: Conflict) -> Figure:
    """One line for each land institution; circles mark where narrowing turns into widening."""
    page = style.page(_words(found), 3.4, right=_LABELS, axis=0.5)
    axes = page.figure.add_subplot(page.grid(1, 1)[0, 0])
    style.dress(axes)
    axes.axhline(0.0, color=style.GREY, linewidth=0.8)
    for line in found.lines:
        ink = _COLOURS[line.institution]
        axes.plot(found.agglomeration, line.effect, color=ink, linewidth=1.8)
        if line.flip is not None:
            axes.plot([line.flip], [0.0], marker="o", color="white", markeredgecolor=ink, markersize=6, zorder=5)
    axes.set_xlim(found.agglomeration[0], found.agglomeration[-1])
    axes.margins(y=0.08)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.12 * (high - low)), high)
    for flip, line, side in _flips(found):
        axes.annotate(
            f"{flip:.2f}", (flip, 0.0), xytext=(6 * side, -13 if side > 0 else 5), textcoords="offset points",
            size=style.TEXT_SIZE, color=_COLOURS[line.institution], ha="left" if side > 0 else "right",
        )  # fmt: skip
    edge = axes.get_ylim()
    for word, height in (("widens", edge[1]), ("narrows", edge[0])):
        up = height > 0
        axes.annotate(
            word, (0.0, height), xytext=(6, -4 if up else 4), textcoords="offset points", size=style.TEXT_SIZE,
            color=style.GREY, va="top" if up else "bottom", style="italic",
        )  # fmt: skip
    axes.set_xlabel("agglomeration \u03bd: elasticity of value-added productivity to workers", size=style.TEXT_SIZE)
    style.side_words(axes, "Change of the variance of log real income of provinces (%)")
    entries = [
        (line.effect[-1], f"{style.signed(line.effect[-1])}%  {_NAMES[line.institution]}", _COLOURS[line.institution])
        for line in found.lines
    ]
    style.end_labels(axes, entries, _LABELS)
    return page.figure


def _flips(found: Conflict) -> list[tuple[float, Line, int]]:
    """Where signs change, from left to right, and on which side of the circle its number stands."""
    turns = sorted(((line.flip, line) for line in found.lines if line.flip is not None), key=lambda turn: turn[0])
    return [(flip, line, -1 if number == 0 and len(turns) > 1 else 1) for number, (flip, line) in enumerate(turns)]


def _words(found: Conflict) -> style.Words:
    told = []
    for line in found.lines:
        where, narrows = f"where {_NAMES[line.institution]}, it", line.effect[0] < 0
        if line.flip is None:
            told.append(f"{where} {'narrows' if narrows else 'widens'} the gap at every \u03bd shown")
        else:
            below, above = ("narrows", "widens") if narrows else ("widens", "narrows")
            told.append(f"{where} {below} the gap below \u03bd = {line.flip:.2f} and {above} it above")
    starts = [line.starts for line in found.lines]
    one = all(line.apart is not None and line.apart < SAME for line in found.lines)
    one = one and all(tried == cleared for tried, cleared in starts)
    unique = "lead to the same equilibrium" if one else "do not all lead to one equilibrium"
    alike = ", ".join(
        f"{line.flip_unweighted:.2f} ({line.institution})" for line in found.lines if line.flip_unweighted is not None
    )
    number = sum(tried for tried, _ in starts)
    caption = " ".join(
        [
            found.place,
            "Variance weighted by workers, incomes by residence.",
            "Kept rent: land income goes to all the registered, and costs fall after this reform.",
            *([f"With provinces counting alike the sign changes at \u03bd = {alike}."] if alike else []),
            f"{number} other initial populations, at the flips and at the largest \u03bd, {unique}.",
        ]
    )
    finding = "; ".join(told)
    return style.Words(_TITLE, f"{finding[0].upper()}{finding[1:]}.", caption)
