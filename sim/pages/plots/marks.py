"""What several figures draw and say alike: bands, starts of policies, observed points, names, captions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sim.analysis.results import Results
from sim.data import catalogue
from sim.pages.plots import fonts, labels, style
from sim.pages.plots.bands import scope_of
from sim.pages.recorded import world_of

MOST_BANDS = 8  # scenarios: of more, bands would hide each other and names would not fit
_MOST_STARTS = 10  # years with policies named above the axes; more are named in the caption
_PAD = 0.06  # inch kept free beside the first and the last year, so that circles are whole
ROW = 0.17  # inch: height of one line of policy names above the axes
OBSERVED: dict[str, Any] = {"marker": "o", "markersize": 3.8, "markerfacecolor": "white", "markeredgecolor": style.INK}

# Measures whose name alone would not do on an axis.
_PHRASES = {
    "urban_rural_ratio": "urban over rural income per head",
    "urban_rural_ratio_fixed_returns": "urban over rural income per head, returns of the base year",
    "income_per_head": "disposable income per head",
    "real_income_per_head": "real disposable income per head",
    "max_min_ratio": "income per head, richest over poorest region",
    "max_min_ratio_published": "income per head as published, richest over poorest region",
    "urban_rural_ratio_published": "urban over rural income per head as published",
    "coast_mountain_ratio": "income per head, coast over mountain",
    "williamson_cv": "Williamson's coefficient of variation of income per head",
    "gini": "the Gini index of income per head",
    "theil": "the Theil index of income per head",
    "theil_between_regions": "the Theil index of income per head, between regions",
    "theil_between_kinds_within_regions": "the Theil index of income per head, urban against rural within regions",
    "sigma_convergence": "the standard deviation of log income per head over regions",
    "beta_convergence": "beta: slope of growth on initial log income",
    "urban_share": "the urban share of the population",
    "work_in_town_share": "the share of rural residents who work in town",
}
_WITHOUT_UNIT = ("", "1", "none")
_LARGE = ((1e10, 1e9, "billion"), (1e7, 1e6, "million"))


@dataclass(frozen=True)
class Start:
    """A year in which policies start, their names, and the colour of the scenario that has them."""

    year: int
    policies: tuple[str, ...]
    colour: str

    @property
    def text(self) -> str:
        """The names of the policies, one after the other."""
        return ", ".join(self.policies)

    def within(self, room: float) -> str:
        """Year and as many names as fit into `room` inches, then how many more there are."""
        for count in range(len(self.policies), 0, -1):
            more = len(self.policies) - count
            text = f"{self.year}: {', '.join(self.policies[:count])}{f' and {more} more' if more else ''}"
            if fonts.width_of(text, style.CAPTION_SIZE) <= room:
                return text
        if len(self.policies) > 1:
            return f"{self.year}: {len(self.policies)} policies"
        return fonts.cut(f"{self.year}: {self.text}", room, style.CAPTION_SIZE)


def names(results: Sequence[Results]) -> list[str]:
    """What to call each of several results; never twice the same.

    The title, or the name where the fonts of this computer lack characters of the title, or the place in the order.
    """
    called = []
    for order, one in enumerate(results):
        spoken = (" ".join(one.title.split()), " ".join(one.name.replace("_", " ").split()))
        called.append(next((word for word in spoken if word and fonts.can_show(word)), f"scenario {order + 1}"))
    twice = Counter(called)
    distinct = [
        f"{name} ({fonts.legible(one.path.name)})" if twice[name] > 1 else name
        for name, one in zip(called, results, strict=True)
    ]
    again = Counter(distinct)
    return [f"{name}, {order + 1}" if again[name] > 1 else name for order, name in enumerate(distinct)]


def unshown(results: Sequence[Results]) -> list[tuple[str, str, str]]:
    """Title, name in the figure and digest of the results whose title no font of this computer can show."""
    called = zip(results, names(results), strict=True)
    hidden = [(one, name) for one, name in called if not fonts.can_show(" ".join(one.title.split()))]
    return [(one.title, name, str(one.manifest["scenario_digest"])[:8]) for one, name in hidden]


def unshown_words(results: Sequence[Results]) -> str:
    """Which scenarios are not called by their title, with the digests by which they are known."""
    named = [f"{name} (digest {digest})" for _, name, digest in unshown(results)]
    return f"No font of this computer has the characters of the title of {', '.join(named)}." if named else ""


def calling(results: Sequence[Results], values: Sequence[str], room: float, height: float) -> labels.Naming:
    """Names at the ends of lines beside axes `height` inches high; numbers where names do not fit, or are many.

    values: the numbers that stand before the names, one for each of the results.
    """
    called = names(results)
    texts = [f"{value}  {name}" for value, name in zip(values, called, strict=True)]
    return labels.naming(called, len(results) <= MOST_BANDS and labels.fit(texts, room, height))


def world_name(results: Results) -> str:
    """Name of the world for people: `Riverland`, `Two cells`."""
    return fonts.legible(results.world.replace("_", " ").capitalize())


def place_name(place: str) -> str:
    """Name of a place for people: `Port`, `Port, rural`, `all urban places`."""
    if place in ("urban", "rural"):
        return f"all {place} places"
    return fonts.legible(place.replace("_", " ").replace("/", ", "))


def phrase(measure: str) -> str:
    """Name of a measure for people, in lower case unless it begins with a proper name."""
    return _PHRASES.get(measure, measure.replace("_", " "))


def sentence(text: str) -> str:
    """The text with a capital at the beginning."""
    return text[:1].upper() + text[1:]


def with_unit(measure: str, unit: str) -> str:
    """Name and unit of a measure, as on an axis: `disposable income per head (yuan of 2014 per head and year)`."""
    return phrase(measure) if unit in _WITHOUT_UNIT else f"{phrase(measure)} ({unit})"


def scaled(largest: float, unit: str) -> tuple[float, str]:
    """Divisor and unit in which a quantity has few digits: million or billion of what is counted in persons or yuan."""
    for limit, divisor, word in _LARGE:
        if abs(largest) >= limit:
            return divisor, unit if unit in _WITHOUT_UNIT else f"{word} {unit}"
    return 1.0, unit


def draw_bands(axes: Axes, found: pd.DataFrame, order: int, band: bool, width: float = 1.6, since: int | None = None) -> None:
    """Median as a line and, if there is a spread to show, the 50% and 90% bands, in the colour of the order.

    since: first year of the bands, by default that of the line.
    """
    ink, years = style.colour(order), found.index.to_numpy()
    if band:
        wide = found if since is None else found.loc[since:]
        across = wide.index.to_numpy()
        if len(wide) == 1:  # of a single year a bar
            wide, across = pd.concat([wide] * 2), across[0] + np.array([-0.04, 0.04])
        axes.fill_between(across, wide["p05"], wide["p95"], color=ink, alpha=0.14, linewidth=0)
        axes.fill_between(across, wide["p25"], wide["p75"], color=ink, alpha=0.26, linewidth=0)
    marker = "o" if len(years) == 1 else ""  # a single year would draw no line
    above = 3 - order / 100  # the reference on top: where scenarios still agree, its colour is seen
    axes.plot(years, found["p50"], color=ink, linewidth=width, linestyle=style.dashes(order), marker=marker, zorder=above)


def year_axis(axes: Axes, first: int, last: int, most: int = 8) -> None:
    """Whole years from first to last, counted from the first, with at most `most` of them written.

    A little room is kept beside both ends, so that a circle or a line in the first or last year is whole.
    """
    figure = axes.get_figure(root=True)
    width = axes.get_position().width * (style.WIDTH if figure is None else float(figure.get_size_inches()[0]))
    span = max(last - first, 1)
    pad = 0.5 if last == first else span * _PAD / (width - 2 * _PAD)
    axes.set_xlim(first - pad, last + pad)
    step = next((step for step in (1, 2, 3, 5, 10, 20, 50) if (last - first) // step < most), span)
    axes.set_xticks(range(first, last + 1, step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))


def value_axis(axes: Axes, sign: bool = False) -> None:
    """Thousands with commas and a true minus sign; `sign`: a plus where the value is positive."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_words(value, list(axes.get_yticks()), sign)))


def observed(results: Results, measure: str, scope: str, place: str) -> pd.DataFrame:
    """What was observed of one place in the world of results: columns year, value, source, by year; may have no rows."""
    world = world_of(results)
    table = catalogue.observed(world)
    rows = table[(table["measure"] == measure) & (table["scope"] == scope) & (table["place"] == place)]
    return rows.sort_values("year")[["year", "value", "source"]]


def _policy_word(policy: dict[str, Any]) -> str:
    """Name of a policy, of its instrument where the fonts of this computer cannot show it."""
    name = str(policy["name"])
    return fonts.legible((name if fonts.can_show(name) else str(policy["instrument"])).replace("_", " "))


def starts(results: Sequence[Results]) -> list[Start]:
    """The years in which policies start, earliest first; policies in force from the first year are not among them."""
    having: dict[tuple[int, str], list[int]] = {}
    for order, one in enumerate(results):
        for policy in one.policies:
            year, until = int(policy["from"]), policy.get("until")
            if one.years[0] < year <= one.years[-1]:
                word = _policy_word(policy)
                word += "" if until is None or int(until) >= one.years[-1] else f" (to {until})"
                having.setdefault((year, word), []).append(order)
    together: dict[tuple[int, tuple[int, ...]], list[str]] = {}
    for (year, word), orders in having.items():
        together.setdefault((year, tuple(orders)), []).append(word)
    return [
        Start(year, tuple(words), style.colour(orders[0]) if len(orders) == 1 < len(results) else style.INK)
        for (year, orders), words in sorted(together.items())
    ]


def headroom(events: Sequence[Start]) -> float:
    """Inches above the axes that the names of the policies need."""
    return ROW * len(events) + 0.05 if 0 < len(events) <= _MOST_STARTS else 0.0


def draw_starts(axes: Axes, events: Sequence[Start], height: float, named: bool = True) -> None:
    """A dotted line in every year in which a policy starts, its name above the axes (`height` inches high).

    The earliest name stands highest: a line then never has to cross the name of a later policy, which is to its right.
    """
    across = axes.get_xaxis_transform()
    named = named and headroom(events) > 0
    for row, event in enumerate(reversed(events)):
        top = 1 + (0.05 + ROW * (row + 0.8)) / height if named else 1.0
        line: dict[str, Any] = {"color": event.colour, "linewidth": 1, "linestyle": ":"}
        axes.plot([event.year] * 2, [0, top], transform=across, clip_on=False, **line)
        if named:
            _name_start(axes, event, 1 + (0.05 + ROW * (row + 0.42)) / height)


def _name_start(axes: Axes, event: Start, top: float) -> None:
    """The name of a policy to the right of its line, or to the left where the page would cut it off."""
    first, last = axes.get_xlim()
    box = axes.get_position()
    start = (box.x0 + box.width * (event.year - first) / (last - first)) * style.WIDTH
    right, left = (room - style.MARGIN - 0.1 for room in (style.WIDTH - start, start))
    text = event.within(max(right, left))
    fits = fonts.width_of(text, style.CAPTION_SIZE) <= right
    axes.annotate(
        text,
        xy=(event.year, top),
        xycoords=axes.get_xaxis_transform(),
        xytext=(3 if fits else -3, 0),
        textcoords="offset points",
        size=style.CAPTION_SIZE,
        color=style.on_white(event.colour),
        ha="left" if fits else "right",
        va="center",
        annotation_clip=False,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        **fonts.plain(),
    )


def starts_words(events: Sequence[Start], named: bool = False) -> str:
    """The starts of policies in words; `named`: their names stand above the axes as far as half a page holds them."""
    if not events:
        return ""
    half = style.WIDTH / 2 - style.MARGIN - 0.1  # one side of a line has as much, wherever it is
    whole = all(event.within(half) == f"{event.year}: {event.text}" for event in events)
    if named and headroom(events) and whole:
        return "Dotted line: a policy starts."
    by_year: dict[int, list[str]] = {}
    for event in events:
        by_year.setdefault(event.year, []).append(event.text)
    listed = "; ".join(f"{year}: {', '.join(texts)}" for year, texts in by_year.items())
    return f"Dotted lines: policies start ({listed})."


def standing_words(results: Sequence[Results]) -> str:
    """The policies in force from the first year on, which have no line of their own."""
    words = [_policy_word(policy) for one in results for policy in one.policies if int(policy["from"]) <= one.years[0]]
    named = ", ".join(dict.fromkeys(words))
    return f"In force from the first year on: {named}." if named else ""


def replicate_words(results: Sequence[Results], called: Sequence[str], what: str = "Line", many: str = "replicates") -> str:
    """What line and bands are, how many replicates they rest on, whose doubt they show, which replicates failed.

    called: what the figure calls each of the results.
    """
    counts = [len(one.replicates) for one in results]
    bands = max(counts) > 1 and len(results) <= MOST_BANDS
    if max(counts) == 1:
        words = f"{what}: the one replicate of each run, so there is no band."
    else:
        words = f"{what}: median of {counted_words(counts, many, called)}"
        words += "; darker band: the middle 50% of them, paler band: 90%." if bands else "."
    if bands and min(counts) == 1:
        words += " One replicate alone has no band."
    if max(counts) > 1 and not bands:
        words += f" {too_many_words()}"
    return joined(words, luck_words() if bands else "", *continuum_words(results, called), *failures(results, called))


def too_many_words() -> str:
    """Why there are no bands although there are replicates."""
    return f"Bands are left out: those of more than {MOST_BANDS} scenarios would hide each other."


def luck_words(what: str = "Bands show") -> str:
    """Whose doubt a band is."""
    return f"{what} the luck of the draw alone, not what is unknown about parameters."


def counted_words(counts: Sequence[int], many: str, called: Sequence[str]) -> str:
    """How many replicates: `20 replicates`, or `20 replicates (5 of A, 6 of B and C)` where runs differ."""
    if len(set(counts)) == 1:
        return f"{counts[0]} {many}"
    common = Counter(counts).most_common(1)[0][0] if len(counts) > 2 else None
    each = [f"{count} of {called[order]}" for order, count in enumerate(counts) if count != common]
    each += [f"{common} of each of the others"] if common is not None else []
    if len(each) > 4:
        return f"{min(counts)} to {max(counts)} {many}"
    return f"the {many} ({', '.join(each)})"


def continuum_words(results: Sequence[Results], called: Sequence[str]) -> list[str]:
    """A sentence if scenarios were computed in the continuum, where nobody draws."""
    smooth = [bool(one.manifest["scenario"].get("run", {}).get("continuum")) for one in results]
    if not any(smooth):
        return []
    which = ", ".join(name for name, one in zip(called, smooth, strict=True) if one)
    which = "The economy is" if all(smooth) else f"{sentence(which)} {'is' if sum(smooth) == 1 else 'are'}"
    return [f"{which} computed in the continuum, that is without draws and so without a band."]


def failures(results: Sequence[Results], called: Sequence[str]) -> list[str]:
    """A sentence for each of the results in which replicates failed."""
    sentences = []
    for one, name in zip(results, called, strict=True):
        tried = len(one.manifest["replicates"])
        if tried > len(one.replicates):
            lost = tried - len(one.replicates)
            sentences.append(f"{lost} of {tried} replicates of {name} failed and {'is' if lost == 1 else 'are'} left out.")
    return sentences


def observed_words(sources: pd.Series) -> str:
    """Where the observed points come from; nothing if there are none."""
    named = "; ".join(dict.fromkeys(str(source) for source in sources))
    return f"Open circles: observed ({named})." if named else ""


def joined(*sentences: str) -> str:
    """Sentences one after the other, leaving out those that are empty."""
    return " ".join(part for part in sentences if part)


def read(results: Results, measure: str, place: str | None) -> pd.DataFrame:
    """One measure of a place named in any of the scopes: rows years, columns replicates."""
    scope = scope_of(results, place)
    return results.values(measure, scope, results.world if scope == "world" else place)


def tick_words(value: float, ticks: Sequence[float], sign: bool = False) -> str:
    """A tick with as many decimals as the distance of the ticks needs; `sign`: a plus where it is positive."""
    step = abs(float(ticks[1] - ticks[0])) if len(ticks) > 1 else abs(value)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 0
    if abs(round(step, decimals) - step) > 1e-6 * step:  # steps of 0.25 need one more than steps of 0.2
        decimals += 1
    text = f"{value:{'+' if sign else ''},.{decimals}f}"
    return text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "\u2212")
