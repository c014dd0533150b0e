"""The figures of a page: numbers of a comparison as drawings in two widths, each with its data."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from sim.analysis.differences import Differences
from sim.analysis.outcome import RATIO
from sim.analysis.pairing import median_and_band
from sim.analysis.results import Results
from sim.analysis.winners import WHOLE, Moved, moved, moves, places
from sim.cells import RURAL, URBAN, cell_name
from sim.data import catalogue
from sim.errors import ResultsError
from sim.pages.drawings import bars, heat, lines, maps, svg
from sim.pages.drawings.heat import Cell, HeatRow
from sim.pages.outlines import boundaries, source_of
from sim.pages.phrases import numbers
from sim.pages.report.content import Figure, csv_text
from sim.pages.report.verdict import Story, in_order_of_cost
from sim.pages.report.words import Speaker

_MOST_BANDS = 6  # lines with a band: those of more would hide each other
_MOST_STARTS = 3


def ratio_curves(labels: Mapping[str, Results], speaker: Speaker, command: str) -> Figure | None:
    """The ratio of town and country by year, a line a run, the first grey; None where it was not recorded by all."""
    runs = list(labels.values())
    tables = [_ratio(one) for one in runs]
    if any(table is None for table in tables):
        return None
    found = [median_and_band(table) for table in tables if table is not None]
    drawn = _lines(labels, found, speaker, signed=False)
    dots, source = _observed(runs[0], speaker)
    start, last = runs[0].years[0], max(one.years[-1] for one in runs)
    dots = [(year, value) for year, value in dots if start <= year <= last]

    def draw(width: int) -> str:
        return lines.curves(
            drawn, speaker.say("curves.label"), width, speaker.say("curves.unit"), dots, speaker.say("curves.observed"),
            _starts(runs, speaker),
        )  # fmt: skip

    told: list[tuple[object, ...]] = [("observed", year, value, None, None) for year, value in dots]
    told += [row for one, table in zip(labels, found, strict=True) for row in _band_rows(one, table)]
    data = csv_text(("scenario", "year", "median", "p05", "p95"), told)
    return Figure("figure-curves", Markup(svg.both(draw)), "", data, command, source)


def ratio_differences(differences: Differences, speaker: Speaker, command: str) -> Figure | None:
    """The paired differences of the ratio by year, zero in sight; None where it was not recorded by all."""
    found, runs = [], list(differences.scenarios.values())
    for label in differences.scenarios:
        table = differences.table
        rows = table[(table["scenario"] == label) & (table["measure"] == RATIO) & (table["scope"] == "world")]
        if rows.empty:
            return None
        band = rows.set_index("year")[["difference", "p05", "p95", "replicates"]]
        found.append(band.rename(columns={"difference": "median"}))
    drawn = _lines(differences.scenarios, found, speaker, signed=True, first=1)

    def draw(width: int) -> str:
        return lines.curves(
            drawn, speaker.say("difference.label"), width, speaker.say("difference.unit"), starts=_starts(runs, speaker),
            zero=True, above=speaker.say("difference.above"), below=speaker.say("difference.below"),
        )  # fmt: skip

    told = [row for one, table in zip(differences.scenarios, found, strict=True) for row in _band_rows(one, table)]
    data = csv_text(("scenario", "year", "difference", "p05", "p95"), told)
    return Figure("figure-difference", Markup(svg.both(draw)), "", data, command)


def cost_ranking(found: Sequence[Story], speaker: Speaker, command: str) -> Figure:
    """Net public cost of a hundredth of the ratio, a bar a policy, cheapest first; the outline is gross."""
    ranked = in_order_of_cost(found)
    largest = max((abs(_per_point(one, gross=True) or 0.0) for one in ranked), default=0.0)
    size, word = money_size(largest, speaker)
    rows = [
        bars.Bar(
            speaker.title(one.title), _over(_per_point(one), size), _ranking_words(one, speaker),
            _over(_per_point(one, gross=True), size), one.order, one.outcome.label,
        )
        for one in ranked
    ]  # fmt: skip
    money = (
        speaker.dated() if not word else f"{word} {speaker.dated()}" if speaker.lang == "en" else f"{word}{speaker.dated()}"
    )
    first, last = (speaker.year(year) for year in (found[0].outcome.money.first, found[0].outcome.year))
    unit = speaker.say("ranking.unit", money=money, first=first, year=last)

    def draw(width: int) -> str:
        return bars.bars(rows, speaker.say("ranking.label"), width, unit)

    head = (
        "scenario",
        "change_of_ratio",
        "p05",
        "p95",
        "gap_closed",
        "gross",
        "receipts",
        "net",
        "net_per_hundredth",
        "gross_per_hundredth",
        "net_per_hundredth_p05",
        "net_per_hundredth_p95",
    )
    told = []
    for one in ranked:
        ratio, money_of = one.outcome.ratio, one.outcome.money
        moved = (None, None, None) if ratio is None else (ratio.difference, ratio.low, ratio.high)
        sums = (money_of.cost, money_of.receipts, money_of.net, one.outcome.cost_per_point, _per_point(one, gross=True))
        band = one.outcome.point_band if one.outcome.cost_per_point is not None else (None, None)
        told.append((one.outcome.label, *moved, one.outcome.closed, *sums, *band))
    return Figure("figure-ranking", Markup(svg.both(draw)), "", csv_text(head, told), command)


def maps_of_change(found: Sequence[Story], differences: Differences, speaker: Speaker, command: str) -> Figure | None:
    """Small multiples of the change of real income, one scale for all; None where the world has no outlines."""
    try:
        outlines = boundaries(speaker.world)
    except ResultsError:
        return None
    regions = {
        name: maps.Region(speaker.region(name), [[(float(x), float(y)) for x, y in ring] for ring in one.rings], one.seat)
        for name, one in outlines.items()
    }
    panels = []
    for story in found:
        label = story.outcome.label
        people = differences.medians(label, "population", "cell")
        share = {one.cell: one.share for one in places(story.table)}
        sides = [
            {name: share[cell_name(name, kind)] for name in outlines if cell_name(name, kind) in share}
            for kind in (RURAL, URBAN)
        ]
        towns = {name: float(people.get(cell_name(name, URBAN), 0.0)) for name in outlines}
        panels.append(maps.Panel(speaker.title(story.title), story.order, sides[0], sides[1], towns, label))
    limit = max(
        (abs(value) for panel in panels for side in (panel.country, panel.towns) for value in side.values()), default=0.0
    )
    limit = limit or 0.01

    def draw(width: int) -> str:
        return maps.maps(regions, panels, speaker.say("map.label"), width, limit) + _key(limit, width, speaker)

    told = ("region", "kind", "share", "difference", "p05", "p95", "verdict")
    rows = [
        (story.outcome.label, *(row[column] for column in told))
        for story in found
        for row in story.table[story.table["tenth"] == WHOLE].to_dict("records")
    ]
    data = csv_text(("scenario", *told), rows)
    source = speaker.say("map.source", outlines=speaker.source(source_of(speaker.world)))
    return Figure("figure-map", Markup(svg.both(draw)), "", data, command, source)


def _key(limit: float, width: int, speaker: Speaker) -> str:
    low, high = (numbers.per_cent(end, 0 if limit >= 0.1 else 1) for end in (-limit, limit))
    return heat.scale_key(limit, low, high, width, speaker.say("map.key"))


def winners_tables(found: Sequence[Story], speaker: Speaker, command: str) -> list[Figure]:
    """A heat table for each policy on one scale: places by tenths of their residents."""
    rows = {one.outcome.label: _heat_rows(one.table, speaker) for one in found}
    limit, figures = _scale_of(rows.values()), []
    for one in found:
        label, each = one.outcome.label, rows[one.outcome.label]
        tenths = max((len(row.cells) for row in each), default=1) - 1
        columns = [*map(str, range(1, tenths + 1)), speaker.say("winners.mean")]
        over = speaker.say("winners.over") if tenths else ""
        head = heat.Head(columns, over, speaker.say("winners.beside"), last_apart=tenths > 0)
        title = speaker.title(one.title)
        counted = {side: speaker.people(getattr(one.sides, side)) for side in ("gain", "lose", "still")}

        def draw(width: int, each: list[HeatRow] = each, head: heat.Head = head, title: str = title) -> str:
            return heat.heat(each, head, speaker.say("winners.label", title=title), width, limit)

        table = one.table.sort_values(["region", "kind", "tenth"])
        told = [(label, *(None if pd.isna(value) else value for value in row)) for row in table.itertuples(index=False)]
        data = csv_text(("scenario", *table.columns), told)
        figures.append(
            Figure(
                f"winners-{one.order}", Markup(svg.both(draw)), speaker.say("winners.counted", **counted), data, command,
                head=named(title, one.order), key=label,
            )
        )  # fmt: skip
    return figures


def scale_of_winners(found: Sequence[Story], speaker: Speaker) -> float:
    """The end of the scale of `winners_tables`."""
    return _scale_of(_heat_rows(one.table, speaker) for one in found)


def _scale_of(tables: Iterable[list[HeatRow]]) -> float:
    return heat.limit_of([row for each in tables for row in each]) or 0.01


def named(title: str, order: int) -> Markup:
    """A title with its colour and dash before it."""
    return Markup(lines.swatch(order)) + title


def _heat_rows(table: pd.DataFrame, speaker: Speaker) -> list[HeatRow]:
    """Places as rows, the poorest in the base first, villages before towns of a region; the mean of the place last."""
    rows = []
    by_key = {(one.region, one.kind, one.tenth): one for one in moved(table)}
    regions: dict[str, float] = {}
    for one in places(table):
        regions[one.region] = min(one.before, regions.get(one.region, math.inf))
    tenths = sorted({tenth for _, _, tenth in by_key} - {WHOLE})
    for place, region in enumerate(sorted(regions, key=lambda region: regions[region])):
        for kind in (RURAL, URBAN):
            mean = by_key.get((region, kind, WHOLE))
            if mean is None:
                continue
            cells = [_cell(by_key.get((region, kind, number))) for number in (*tenths, WHOLE)]
            people = speaker.people(mean.people)
            if math.isfinite(mean.newcomers):
                people = speaker.say("winners.people", people=people, newcomers=speaker.people(mean.newcomers))
            rows.append(HeatRow(speaker.place(region, kind), cells, people, gap=kind == RURAL and place > 0))
    return rows


def _cell(row: Moved | None) -> Cell:
    return Cell(None) if row is None else shown(row.share, row.verdict)


def shown(share: float, verdict: str) -> Cell:
    """A share as a cell: pale where luck alone could do it."""
    return Cell(share, clear=bool(moves(verdict, share)) or verdict == "none")


def _ratio(results: Results) -> pd.DataFrame | None:
    try:
        return results.values(RATIO)
    except ResultsError:
        return None


def hides(count: int) -> bool:
    """Whether the bands of so many lines would hide each other, and are not drawn."""
    return count > _MOST_BANDS


def _lines(
    runs: Mapping[str, Results], found: Sequence[pd.DataFrame], speaker: Speaker, signed: bool, first: int = 0
) -> list[lines.Line]:
    drawn = []
    for order, ((label, one), table) in enumerate(zip(runs.items(), found, strict=True), start=first):
        band = not speaker.luck and not hides(len(runs)) and int(table["replicates"].max()) > 1
        low, high = (list(map(float, table[end])) if band else None for end in ("p05", "p95"))
        last = float(table["median"].iloc[-1])
        end = (numbers.signed if signed else numbers.plain)(last, 3)
        title = speaker.title(one.title)
        drawn.append(
            lines.Line(title, order, list(map(int, table.index)), list(map(float, table["median"])), low, high, end, label)
        )
    return drawn


def _band_rows(name: str, table: pd.DataFrame) -> list[tuple[object, ...]]:
    several = int(table["replicates"].max()) > 1
    return [
        (name, int(str(year)), float(row["median"]), *((float(row["p05"]), float(row["p95"])) if several else (None, None)))
        for year, row in table.iterrows()
    ]


def _observed(results: Results, speaker: Speaker) -> tuple[list[tuple[int, float]], str]:
    """Observed ratios of the whole world by year, and who says so."""
    table = catalogue.observed(speaker.world)
    rows = table[(table["measure"] == RATIO) & (table["scope"] == "world") & (table["place"] == results.world)]
    rows = rows.sort_values("year")
    source = speaker.source(str(rows["source"].iloc[0])) if len(rows) else ""
    return list(zip(map(int, rows["year"]), map(float, rows["value"]), strict=True)), source


def _starts(runs: Sequence[Results], speaker: Speaker) -> list[tuple[int, str]]:
    """The years in which policies start: the one policy, or how many; a policy of several scenarios is one."""
    by_year: dict[int, dict[str, str]] = {}
    for one in runs:
        for policy in one.policies:
            if one.years[0] < int(policy["from"]) <= one.years[-1]:
                terms = one.manifest["scenario"].get("policies", {}).get(policy["name"], {})
                said = json.dumps([policy, terms], sort_keys=True, default=str)
                by_year.setdefault(int(policy["from"]), {})[said] = str(policy["instrument"])
    found = []
    for year, instruments in sorted(by_year.items())[:_MOST_STARTS]:
        count, instrument = len(instruments), next(iter(instruments.values()))
        word = speaker.instrument(instrument)
        found.append(
            (
                year,
                speaker.say("curves.starts", policies=word) if count == 1 else speaker.say("curves.start_more", count=count),
            )
        )
    return found


def _per_point(story: Story, gross: bool = False) -> float | None:
    """Net, or gross, cost of a hundredth of the ratio closed; None where the gap does not clearly narrow.

    Zero where budgets pay nothing net: a gain is no cheapness, see `Outcome.cost_per_point`.
    """
    outcome = story.outcome
    if not outcome.closes:
        return None
    return outcome.money.cost / outcome.points if gross else outcome.cost_per_point or 0.0


def _over(value: float | None, size: float) -> float | None:
    return None if value is None else value / size


def money_size(largest: float, speaker: Speaker) -> tuple[float, str]:
    """The size in which sums of a drawing are counted, and its word."""
    sizes = ((1e8, "亿"), (1e4, "万")) if speaker.lang == "zh" else ((1e9, "billion"), (1e6, "million"))
    return next(((size, word) for size, word in sizes if largest >= size / 20), (1.0, ""))


def _ranking_words(story: Story, speaker: Speaker) -> str:
    outcome, money = story.outcome, story.outcome.money
    both = {"net": speaker.money(money.net), "gross": speaker.money(money.cost)}
    sums = (
        speaker.say("ranking.sums_same", net=both["net"]) if money.net == money.cost else speaker.say("ranking.sums", **both)
    )
    if outcome.closed is not None and outcome.clear and outcome.closed <= 0:
        return speaker.say("ranking.row_widens", sums=sums)
    if not outcome.closes:
        if story.word == "unclear" and outcome.narrows is not None and outcome.ratio is not None:
            return speaker.say("ranking.row_counted", narrows=outcome.narrows, pairs=outcome.ratio.replicates, sums=sums)
        word = {"unknown": "unknown", "unrecorded": "unrecorded"}.get(story.word, "unclear")
        return speaker.say(f"ranking.row_{word}", sums=sums)
    receipts = speaker.money(money.receipts)
    match story.cost:
        case "costs":
            point = speaker.per_point(outcome.cost_per_point or 0.0)
            low, high = outcome.point_band
            if math.isfinite(low) and outcome.ratio is not None and outcome.ratio.replicates > 1:
                ends = {"low": speaker.money(low), "high": speaker.money(high)}
                key = "number.between" if math.isfinite(high) else "number.no_end"
                point = speaker.aside(point, speaker.say(key, **ends))
            return speaker.say("ranking.row", point=point, sums=sums)
        case "covered":
            return speaker.say("ranking.row_covered", gross=both["gross"])
        case "raises":
            return speaker.say("ranking.row_raises", net=speaker.money(-money.net), receipts=receipts)
        case "saves":
            return speaker.say("ranking.row_saves", net=speaker.money(-money.net))
    return speaker.say("ranking.row_free")
