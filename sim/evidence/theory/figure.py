"""The figure of agents against the continuum: errors by number of agents on log axes, with their fitted slopes."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from sim.evidence.theory.agents import AGGREGATES, YEARS, Errors
from sim.pages.plots import labels, style

_LABELS = 1.75  # inches beside the axes


def figure(found: Errors) -> Figure:
    """Root mean square errors, their fitted lines, and the slope of minus one half as a guide."""
    slopes = [f"{style.number(slope)} ({name})" for name, slope in zip(AGGREGATES, found.slopes, strict=True)]
    words = style.Words(
        "How many agents does it take?",
        "Errors against the continuum fall like one over the root of the number of agents (slope \u22120.5). "
        f"Fitted slopes: {', '.join(slopes)}.",
        f"World theory_factors, two places with labour, capital and land, after {YEARS} years; as many agents of labour as "
        f"of capital. Circles: root mean square of {found.seeds} seeds. Lines: least squares in logs. Grey: slope \u22120.5.",
    )
    page = style.page(words, 3.4, right=_LABELS)
    axes = page.figure.add_subplot(page.grid(1, 1)[0, 0])
    style.dress(axes)
    axes.set(xscale="log", yscale="log", xlim=(found.sizes[0] / 1.5, found.sizes[-1] * 1.5))
    size = np.array(found.sizes, dtype=float)
    guide = found.error[0, 0] * 2 * (size / size[0]) ** -0.5
    axes.plot(size, guide, color=style.GREY, linewidth=0.8, linestyle=(0, (2, 2)))
    entries = [(float(guide[-1]), "slope \u22120.5", style.GREY)]
    for order, (name, errors, slope) in enumerate(zip(AGGREGATES, found.error, found.slopes, strict=True), start=1):
        fitted = np.exp(np.log(errors).mean() + slope * (np.log(size) - np.log(size).mean()))
        axes.plot(size, fitted, color=style.colour(order), linewidth=1.4)
        axes.plot(size, errors, "o", color=style.colour(order), markersize=4.5, markeredgecolor="white")
        entries.append((float(fitted[-1]), name, style.colour(order)))
    axes.set_xticks(size, [f"{number:,}" for number in found.sizes])
    axes.set_xlabel("agents of each kind", fontsize=style.TEXT_SIZE, color=style.INK)
    low, high = found.error.min() / 2, guide.max() * 2
    ticks = 10.0 ** np.arange(np.ceil(np.log10(low)), np.floor(np.log10(high)) + 1)
    axes.set_yticks(ticks, [f"{tick:f}".rstrip("0") for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(low, high)
    style.side_words(axes, "Relative error, share of the continuum's value")
    labels.end_labels(axes, entries, _LABELS)
    return page.figure
