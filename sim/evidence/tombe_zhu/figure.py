"""The figure of the conflict: effect of freer migration on regional gaps against agglomeration, by land institution."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.evidence.tombe_zhu.conflict import SAME, Conflict, Line
from sim.pages.plots import labels, style

_TITLE = "Does freer migration narrow the gaps?"
_COLOURS = {"forfeited": style.COLOURS[1], "kept": style.COLOURS[2]}
_NAMES = {"forfeited": "migrants forfeit the rent of home", "kept": "migrants keep the rent of home"}
_LABELS = 1.75  # inches beside the axes


def figure(found: Conflict) -> Figure:
    """Two panels, a line for each land institution; circles mark where narrowing turns into widening."""
    page = style.page(_words(found), 4.6, right=_LABELS, axis=0.5)
    grid = page.grid(2, 1, height_ratios=(2.2, 1.0), hspace=0.18)
    provinces, sectors = (page.figure.add_subplot(place) for place in (grid[0, 0], grid[1, 0]))
    for axes, name in ((provinces, "effect"), (sectors, "sectors")):
        style.dress(axes)
        axes.axhline(0.0, color=style.GREY, linewidth=0.8)
        for line in found.lines:
            axes.plot(found.agglomeration, getattr(line, name), color=_COLOURS[line.institution], linewidth=1.8)
        axes.set_xlim(found.agglomeration[0], found.agglomeration[-1])
        _room_for_words(axes, at_zero=axes is sectors)
    for flip, line, side in _flips(found):
        ink = _COLOURS[line.institution]
        provinces.plot([flip], [0.0], marker="o", color="white", markeredgecolor=ink, markersize=6, zorder=5)
        provinces.annotate(
            f"{flip:.2f}", (flip, 0.0), xytext=(6 * side, -13 if side > 0 else 5), textcoords="offset points",
            size=style.TEXT_SIZE, color=ink, ha="left" if side > 0 else "right",
        )  # fmt: skip
    provinces.tick_params(labelbottom=False)
    sectors.set_xlabel(
        "agglomeration \u03bd: elasticity of value-added productivity to workers", size=style.TEXT_SIZE, color=style.INK
    )
    style.side_words(provinces, "Gap between provinces (% change)")
    style.side_words(sectors, "Gap between farm and other work (% change)")
    for axes, name in ((provinces, "effect"), (sectors, "sectors")):
        ends = [(getattr(line, name)[-1], line.institution) for line in found.lines]
        labels.end_labels(axes, [(end, f"{style.signed(end)}%  {_NAMES[law]}", _COLOURS[law]) for end, law in ends], _LABELS)
    return page.figure


def _room_for_words(axes: Axes, at_zero: bool) -> None:
    """Write which way gaps go above and below zero, at the corners or along the line, and keep room on both sides."""
    axes.margins(y=0.08)
    low, high = axes.get_ylim()
    part = 0.28 if at_zero else 0.14
    low, high = min(low, -part * (high - low)), max(high, part * (high - low))
    axes.set_ylim(low, high)
    for word, corner, above in (("widens", high, True), ("narrows", low, False)):
        under = above != at_zero  # the word hangs below its height
        axes.annotate(
            word, (0.0, 0.0 if at_zero else corner), xytext=(6, -4 if under else 3), textcoords="offset points",
            size=style.TEXT_SIZE, color=style.GREY, va="top" if under else "bottom", style="italic",
        )  # fmt: skip


def _flips(found: Conflict) -> list[tuple[float, Line, int]]:
    """Where signs change, from left to right, and on which side of the circle its number stands."""
    turns = sorted(((line.flip, line) for line in found.lines if line.flip is not None), key=lambda turn: turn[0])
    return [(flip, line, -1 if number == 0 and len(turns) > 1 else 1) for number, (flip, line) in enumerate(turns)]


def _words(found: Conflict) -> style.Words:
    clauses = []
    for line in found.lines:
        where, narrows = f"where {_NAMES[line.institution]}", line.effect[0] < 0
        if line.flip is None:
            clauses.append(f"{'narrows' if narrows else 'widens'} at every \u03bd shown {where}")
        else:
            below, above = ("narrows", "widens") if narrows else ("widens", "narrows")
            clauses.append(f"{below} below \u03bd = {line.flip:.2f} and {above} above {where}")
    signs = {value < 0 for line in found.lines for value in line.sectors}
    both = "narrows at some \u03bd and widens at others"
    throughout = both if len(signs) > 1 else "narrows throughout" if True in signs else "widens throughout"
    finding = f"The gap between provinces {'; it '.join(clauses)}. That between farm and other work "
    finding += f"{throughout}."
    alike = ", ".join(
        f"{line.flip_unweighted:.2f} ({line.institution})" for line in found.lines if line.flip_unweighted is not None
    )
    starts = [line.starts for line in found.lines]
    one = all(line.apart is not None and line.apart < SAME for line in found.lines)
    one = one and all(tried == cleared for tried, cleared in starts)
    unique = "lead to the same equilibrium" if one else "do not all lead to one equilibrium"
    caption = [
        found.place,
        "Gaps: variance of log real income of provinces, weighted by workers; real income of other over farm work.",
        "Kept rent: land income goes to all the registered, and costs fall after this reform.",
        *([f"With provinces counting alike the sign changes at \u03bd = {alike}."] if alike else []),
        f"{sum(tried for tried, _ in starts)} other initial populations, at the flips and at the largest \u03bd, {unique}.",
    ]
    return style.Words(_TITLE, finding, " ".join(caption))
