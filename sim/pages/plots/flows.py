"""Who moved where? Moves between groups of regions, town and country, summed over the years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.results import Results
from sim.cells import cell_name, kind_of, region_of
from sim.errors import ResultsError
from sim.pages.plots import fonts, labels, marks, style
from sim.pages.plots.bands import Difference, at_least, difference, quantiles
from sim.pages.recorded import entry_of

TITLE = "Who moved where?"
MEANING = "moves of a factor between groups of regions, urban and rural, summed over the years; against the reference"

# What moves; the events that are moves in space, the first that was recorded is shown; the units it is shown in, the
# larger one from 100,000 on.
_SHOWN: Mapping[str, tuple[str, tuple[str, ...], tuple[tuple[float, str], ...]]] = {
    "labour": ("people", ("migration",), ((1e3, "thousand moves"), (1e6, "million moves"))),
    "capital": (
        "capital",
        ("placement", "migration"),
        ((1e9, "billion {money}"), (1e12, "trillion {money}")),
    ),
    "land": ("land", ("conversion", "migration"), ((1.0, "km\u00b2"), (1e3, "thousand km\u00b2"))),
}
_FEW = 5  # agents: changes of fewer stay pale
_TYPE = 6.2  # points: numbers in the fields
_KINDS = ("rural", "urban")
_FIELD, _LOW_FIELD = 0.3, 0.2  # inch: height of a field, and where there are more than two rows of tables
_LEFT = 1.15  # inch: groups and kinds beside the tables
_HEADING = 2  # lines of the name of a table
_NET = 1.25  # fields: the row of net gains with the gap above it
_HEAD = 0.86  # inch above each table: its name, groups and kinds
_LEVEL = LinearSegmentedColormap.from_list("level", ["#ffffff", "#9ecae1", "#08519c"])
_CHANGE = LinearSegmentedColormap.from_list("change", ["#b35806", "#fdb863", "#ffffff", "#b2abd2", "#542788"])


def figure(
    results: Sequence[Results],
    factor: str = "labour",
    event: str | None = None,
    years: tuple[int, int] | None = None,
) -> Figure:
    """A table of origins by destinations for the first results, and one of differences for each of the others.

    event: migration, reclassification or whatever was recorded (default: the one that moves the factor in space);
    years: first and last to be added up (default: all that the results share). Raises ResultsError for an unknown
    factor, and if nothing moved.
    """
    at_least(results, 1, "flows")
    if factor not in _SHOWN:
        raise ResultsError(f'there is no factor "{factor}"; flows are of {", ".join(_SHOWN)}.')
    event = event or _default_event(results, factor)
    span = years or (max(one.years[0] for one in results), min(one.years[-1] for one in results))
    group_of = groups(results, factor, event)
    sums = {id(one): _between(one, factor, event, span, group_of) for one in results}
    largest = max(float(table.to_numpy().max(initial=0.0)) for table in sums.values())
    if largest == 0.0:
        there = ", ".join(_events(results, factor)) or "none"
        raise ResultsError(
            f"no {event} of {factor} was recorded from {span[0]} to {span[1]}. Recorded events of {factor}: {there}."
        )
    units = _SHOWN[factor][2]
    divisor, unit = units[0] if largest < 1e5 * units[0][0] else units[1]
    unit = unit.format(money=results[0].money)
    sums = {one: table / divisor for one, table in sums.items()}

    names = marks.names(results)
    columns = min(len(results), 2)
    wide = (style.WIDTH - 2 * style.MARGIN - _LEFT) / columns - 0.1  # inches: a table
    whole = [name if order == 0 else f"{name}, less {names[0]}" for order, name in enumerate(names)]
    called = labels.naming(names, all(_heading_fits(text, wide) for text in whole))
    panels = [(called.short[0], Difference(sums[id(results[0])], True, len(results[0].replicates)), False)]
    for other, name in zip(results[1:], called.short[1:], strict=True):
        found = difference(results[0], other, lambda one: sums[id(one)])
        panels.append((f"{name}, less {called.short[0]}", found, True))
    rows = list(dict.fromkeys(group_of.values()))
    agent = _agent(results, factor, event, span) / divisor
    words = _words(results, called, panels, f"{_SHOWN[factor][0]} ({event})", unit, span, group_of, agent)
    if len(results) > marks.MOST_BANDS:
        return _overview(called, panels, rows, words, agent)
    return _tables(called, panels, rows, words, agent)


def _tables(
    called: labels.Naming,
    panels: Sequence[tuple[str, Difference, bool]],
    rows: Sequence[tuple[str, str]],
    words: style.Words,
    agent: float,
) -> Figure:
    """A table for each of the results; all tables of differences share one scale of colours."""
    columns, read = min(len(panels), 2), [_read(found, len(rows)) for _, found, _ in panels]
    levels = _largest(read[0][0]), _largest(read[0][1])
    changes = _deepest((table for table, _ in read[1:]), agent), _deepest((net for _, net in read[1:]), agent)
    tall = -(-len(panels) // columns)
    height = (_FIELD if tall <= 2 else _LOW_FIELD) * (len(rows) + _NET)
    foot = labels.Key(called.long, lines=False) if called.numbered else None
    page = style.page(words, (height + _HEAD) * tall, left=_LEFT, right=0.0, axis=0.1, foot=foot)
    grid = page.grid(tall, columns, headroom=_HEAD, hspace=_HEAD / height, wspace=0.05)
    for place, (name, found, change) in enumerate(panels):
        axes = page.figure.add_subplot(grid[place // columns, place % columns])
        _draw(axes, read[place], changes if change else levels, change, found.has_band)
        _headings(axes, name, rows, first=place % columns == 0)
    return page.figure


def _read(found: Difference, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quantiles of the moves between groups, and of the net gain of each group."""
    return quantiles(found.values), quantiles(_net(found.values, count))


def _largest(table: pd.DataFrame) -> float:
    """The largest median of a table, whatever its sign; one where all are nothing."""
    return float(table["p50"].abs().max()) or 1.0


def _deepest(tables: Iterable[pd.DataFrame], agent: float) -> float:
    """The number in the deepest colour of all differences: their largest, but not so few agents as are luck."""
    return max([10 * _FEW * agent, *(_largest(table) for table in tables)])


def _agent(results: Sequence[Results], factor: str, event: str, span: tuple[int, int]) -> float:
    """What one agent stands for: the smallest flow of a year, in the median year; zero where nobody draws."""
    found = [0.0]
    for one in results:
        if not one.manifest["scenario"].get("run", {}).get("continuum"):
            flows = one.flows
            kept = (
                (flows["factor"] == factor) & (flows["event"] == event) & flows["year"].between(*span) & (flows["value"] > 0)
            )
            smallest = flows[kept].groupby("year")["value"].min()
            found.append(0.0 if smallest.empty else float(smallest.median()))
    return max(found)


def _overview(
    called: labels.Naming,
    panels: Sequence[tuple[str, Difference, bool]],
    rows: Sequence[tuple[str, str]],
    words: style.Words,
    agent: float,
) -> Figure:
    """For many scenarios: one table, a row of net gains for the reference and a row of differences for each other."""
    height = _LOW_FIELD * (len(panels) + _NET - 1)
    foot = labels.Key(called.long, lines=False)
    page = style.page(words, height + _HEAD, left=_LEFT, right=0.0, axis=0.1, foot=foot)
    axes = page.figure.add_subplot(page.grid(1, 1, headroom=_HEAD)[0, 0])
    axes.set_xlim(0, len(rows))
    axes.set_ylim(len(panels) + _NET - 1, 0)
    axes.set_axis_off()
    tables = [quantiles(_net(found.values, len(rows))) for _, found, _ in panels]
    scales = _largest(tables[0]), _deepest(tables[1:], agent)
    small: dict[str, Any] = {"size": 7.0, "color": style.GREY, "va": "center", "ha": "right"}
    for order, ((_, found, change), table) in enumerate(zip(panels, tables, strict=True)):
        scale, line = scales[change], order + (_NET - 1 if change else 0.0)
        decimals = max(0, 2 - math.floor(math.log10(scale)))
        for place in range(len(rows)):
            read = table.iloc[place]
            text = _number(read, decimals, True, change and found.has_band)
            _field(axes, (place, line), text, float(read["p50"]) / scale, True)
        axes.text(-0.12, line + 0.5, f"({order + 1}) less (1)" if change else "(1)", **small)
    _headings(axes, "Net gains", rows, first=False)
    return page.figure


def _heading_fits(text: str, room: float) -> bool:
    lines = fonts.fold(text, room, style.TEXT_SIZE, "bold")
    return len(lines) <= _HEADING and fonts.whole_words(text, room * 0.9, style.TEXT_SIZE)  # bold is wider


def _events(results: Sequence[Results], factor: str) -> list[str]:
    """The events recorded of a factor in any of the results."""
    return sorted({str(event) for one in results for event in one.flows.loc[one.flows["factor"] == factor, "event"].unique()})


def _default_event(results: Sequence[Results], factor: str) -> str:
    """The event that moves a factor in space: the first of those known that was recorded."""
    recorded, known = _events(results, factor), _SHOWN[factor][1]
    return next((event for event in known if event in recorded), known[0])


def groups(results: Sequence[Results], factor: str, event: str) -> dict[str, tuple[str, str]]:
    """The group and kind of every cell that took part, in the order in which they are shown.

    Groups are those the world names, as far as they do not overlap (the first named comes first), then the other
    regions, then what lies outside the world. A world without groups shows its regions one by one.
    """
    world = entry_of(results[0])
    named = results[0].manifest.get("groups") or world.get("groups") or {}
    outside = set(world.get("outside", ()))
    seen: set[str] = set()
    for one in results:
        moves = one.flows[(one.flows["factor"] == factor) & (one.flows["event"] == event)]
        seen |= {str(cell) for column in ("origin", "destination") for cell in moves[column].unique()}
    cells = sorted(seen)
    regions = sorted({region_of(cell) for cell in cells})
    group_of: dict[str, str] = {}
    for group, members in named.items():
        if not set(members) & set(group_of):
            group_of |= {member: str(group).replace("_", " ") for member in members}
    rest = "other places" if group_of else ""
    for region in [one for one in regions if one not in outside] + [one for one in regions if one in outside]:
        group_of.setdefault(region, "outside" if region in outside else rest or region)
    order = list(dict.fromkeys(group for region, group in group_of.items() if region in regions))
    order.sort(key=lambda group: (group == "outside", group == rest))
    kinds = sorted({kind_of(cell) for cell in cells}, key=lambda kind: (kind not in _KINDS, kind))
    by_group = {(group, kind): [r for r in regions if group_of[r] == group] for group in order for kind in kinds}
    return {
        cell_name(region, kind): (group, kind)
        for (group, kind), members in by_group.items()
        for region in members
        if cell_name(region, kind) in cells
    }


def _between(
    results: Results, factor: str, event: str, span: tuple[int, int], group_of: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """Moves between groups over the years: a row per origin and destination, a column per replicate."""
    flows = results.flows
    kept = (flows["factor"] == factor) & (flows["event"] == event) & flows["year"].between(*span)
    moves = flows[kept].groupby(["origin", "destination", "replicate"], observed=True)["value"].sum().reset_index()
    moves = moves[moves["origin"].astype(str) != moves["destination"].astype(str)]
    places = list(dict.fromkeys(group_of.values()))
    number = {cell: places.index(group) for cell, group in group_of.items()}
    pair = moves["origin"].astype(str).map(number) * len(places) + moves["destination"].astype(str).map(number)
    table = moves.assign(pair=pair).pivot_table(index="pair", columns="replicate", values="value", aggfunc="sum")
    whole = pd.RangeIndex(len(places) ** 2, name="pair")
    return table.reindex(index=whole, columns=pd.Index(results.replicates, name="replicate")).fillna(0.0)


def _net(values: pd.DataFrame, count: int) -> pd.DataFrame:
    """Arrivals less departures of every group: a row per group, a column per replicate."""
    cube = values.to_numpy().reshape(count, count, -1)
    return pd.DataFrame(cube.sum(axis=0) - cube.sum(axis=1))


def _draw(axes: Axes, read: tuple[pd.DataFrame, pd.DataFrame], scales: tuple[float, float], change: bool, band: bool) -> None:
    """A field for every origin (rows) and destination (columns), and under them the net gain of each destination.

    scales: the numbers in the deepest colour, of moves and of net gains.
    """
    between, net = read
    count = len(net)
    axes.set_xlim(0, count)
    axes.set_ylim(count + _NET, 0)
    axes.set_axis_off()
    decimals = max(0, 2 - math.floor(math.log10(_largest(between))))
    for place in range(count * count):
        spot, one = (place % count, place // count), between.iloc[place]
        _field(axes, spot, _number(one, decimals, change, band), float(one["p50"]) / scales[0], change)
    for place in range(count):
        below, one = (place, count + _NET - 1), net.iloc[place]
        _field(axes, below, _number(one, decimals, True, change and band), float(one["p50"]) / scales[1], True)


def _field(axes: Axes, spot: tuple[float, float], text: str, share: float, change: bool) -> None:
    """One field of the table; `share` is its number over the one in the deepest colour."""
    # The square root keeps small streams apart; differences share it, on either side of zero.
    depth = math.copysign(math.sqrt(abs(share)), share)
    face = _CHANGE(0.5 + depth / 2) if change else _LEVEL(depth)
    axes.add_artist(Rectangle(spot, 1, 1, facecolor=face, edgecolor="white", linewidth=0.8))
    ink = "white" if abs(depth) > 0.8 else style.GREY if text.startswith("(") and abs(depth) < 0.5 else style.INK
    figure = axes.get_figure(root=True)
    width = axes.get_position().width * style.WIDTH / axes.get_xlim()[1] if figure is not None else 0.4
    size = _TYPE * min(1.0, 0.95 * width / fonts.width_of(text, _TYPE))
    axes.text(spot[0] + 0.5, spot[1] + 0.5, text, ha="center", va="center", size=size, color=ink)


def _number(found: pd.Series, decimals: int, sign: bool, band: bool) -> str:
    """The median as text: a dot if it rounds to nothing, in brackets if the 90% band holds zero."""
    middle = float(found["p50"])
    text = f"{middle:{'+' if sign else ''},.{decimals}f}".replace("-", "\u2212")
    if not text.strip("+\u22120.,"):
        return "\u00b7"
    return f"({text})" if sign and band and float(found["p05"]) <= 0 <= float(found["p95"]) else text


def _headings(axes: Axes, name: str, rows: Sequence[tuple[str, str]], first: bool) -> None:
    """Names of the groups and kinds over the columns and, beside the first table of a row, before the rows."""
    figure = axes.get_figure(root=True)
    width = axes.get_position().width * style.WIDTH if figure is not None else 3.0
    field = width / len(rows)
    small: dict[str, Any] = {"size": 7.0, "color": style.GREY, "va": "center"}
    for place, (_, kind) in enumerate(rows):
        axes.text(place + 0.5, -0.35, kind, ha="center", **small)
        if first:
            axes.text(-0.12, place + 0.5, kind, ha="right", **small)
    for group in dict.fromkeys(group for group, _ in rows):
        inside = [place for place, (one, _) in enumerate(rows) if one == group]
        middle = sum(inside) / len(inside) + 0.5
        across = "\n".join(fonts.fold(group, field * len(inside), style.CAPTION_SIZE))
        named: dict[str, Any] = {"size": style.CAPTION_SIZE, "color": style.INK, **fonts.plain()}
        axes.text(middle, -0.75, across, ha="center", va="bottom", **named)
        if first:
            down = "\n".join(fonts.fold(group, 0.75, style.CAPTION_SIZE))
            axes.text(-0.55 / field, middle, down, ha="right", va="center", **named)
    if first:
        axes.text(-0.12, len(rows) + _NET - 0.5, "net gain", ha="right", **small)
        axes.text(-0.12, -1.75, "from \u2193    to \u2192", ha="right", **small)
    title = "\n".join(fonts.fold(marks.sentence(name), width, style.TEXT_SIZE, "bold"))
    axes.text(0, -1.65, title, size=style.TEXT_SIZE, weight="bold", color=style.INK, va="bottom", **fonts.plain())


def _words(
    results: Sequence[Results],
    naming: labels.Naming,
    panels: Sequence[tuple[str, Difference, bool]],
    what: str,
    unit: str,
    span: tuple[int, int],
    group_of: Mapping[str, tuple[str, str]],
    agent: float,
) -> style.Words:
    rows = list(dict.fromkeys(group_of.values()))
    middle = quantiles(panels[0][1].values)["p50"]
    largest = int(middle.to_numpy().argmax())
    source, target = (" ".join(rows[place]) for place in divmod(largest, len(rows)))
    total = f"{style.number(float(middle.sum()))} {unit}"
    finding = (
        f"{marks.sentence(what)} from {span[0]} to {span[1]}. {marks.sentence(panels[0][0])}: {total} "
        f"in all, the largest stream from {source} to {target} ({style.number(float(middle.iloc[largest]))})."
    )
    if len(panels) == 2:
        found = quantiles(_net(panels[1][1].values, len(rows)))
        most = int(found["p50"].abs().to_numpy().argmax())
        low, gain, high = (float(found[word].iloc[most]) for word in ("p05", "p50", "p95"))
        called = marks.sentence(naming.short[1])
        if panels[1][1].has_band and low <= 0 <= high:
            finding += f" {called} changes no net gain by more than the spread between replicates."
        elif gain:
            finding += f" {called} changes most the net gain of {' '.join(rows[most])}: {style.signed(gain)}."
    many = len(results) > marks.MOST_BANDS
    shown = f"Of more than {marks.MOST_BANDS} scenarios net gains alone are shown." if many else ""
    caption = marks.joined(
        shown,
        f"Numbers: {unit}, all years added up, {_counted(panels)}; darker is more. Net gain: arrivals less departures.",
        "Whoever moves twice counts twice." if unit.endswith("moves") else "",
        _colour_words(len(panels), agent, unit),
        "Moves inside a group are between its regions, or between town and country." if _members(group_of) else "",
        "In brackets: the middle 90% of replicates span zero." if panels[-1][2] and panels[-1][1].has_band else "",
        "A dot: rounds to zero.",
        _members(group_of),
        marks.luck_words("Brackets show") if panels[-1][2] and panels[-1][1].has_band else "",
        *marks.continuum_words(results, naming.short),
        *marks.failures(results, naming.short),
        marks.unshown_words(results),
    )
    return style.Words(TITLE, finding, caption)


def _colour_words(panels: int, agent: float, unit: str) -> str:
    """Which tables share a scale of colours, and how pale the differences of a few agents are."""
    if panels < 2:
        return ""
    scale = "" if panels == 2 else "Differences have one scale of colours in all tables, net gains another. "
    few = f"One agent: {agent:,.2g} {unit}; differences of fewer than {_FEW} agents stay pale." if agent else ""
    return (scale + few).strip()


def _counted(panels: Sequence[tuple[str, Difference, bool]]) -> str:
    counts = sorted({found.replicates for _, found, _ in panels})
    if counts == [1]:
        return "the one replicate of each run (no spread to show)"
    number = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    unlike = any(not found.paired for _, found, _ in panels)
    kind = "; differences not paired where seeds or agents differ" if unlike else ""
    paired = ", differences paired by replicate" if len(panels) > 1 and not unlike else ""
    return f"median of {number} replicates{paired}{kind}"


def _members(group_of: Mapping[str, tuple[str, str]]) -> str:
    """Which regions the groups hold, for groups that are not single regions."""
    holds: dict[str, list[str]] = {}
    for cell, (group, _) in group_of.items():
        region = region_of(cell)
        if region != group and region not in holds.setdefault(group, []):
            holds[group].append(region)
    return " ".join(
        f"{marks.sentence(group)}: {', '.join(map(marks.place_name, regions))}."
        for group, regions in holds.items()
        if regions
    )
