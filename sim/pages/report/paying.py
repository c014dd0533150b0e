"""The figures of who pays: bars of payers, and what general purchases lose, policies by regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.analysis.differences import Differences
from sim.analysis.payers import HOUSEHOLDS, payers, purchases
from sim.pages.drawings import bars, heat, svg
from sim.pages.drawings.heat import Cell, HeatRow
from sim.pages.report import figures
from sim.pages.report.content import Figure, csv_text
from sim.pages.report.verdict import Story
from sim.pages.report.words import Speaker

_MOST_PAYERS = 12


def payer_bars(found: Sequence[Story], speaker: Speaker, command: str) -> list[Figure]:
    """Who pays, a drawing for each policy that somebody pays for, on one scale."""
    tables = {one.outcome.label: payers(one.outcome) for one in found}
    largest = max((float(table["net"].abs().max()) for table in tables.values() if len(table)), default=0.0)
    size, _ = figures.money_size(largest, speaker)
    names = [
        _payer(str(row["who"]), str(row["payer"]), speaker) for table in tables.values() for row in table.to_dict("records")
    ]
    room = max((svg.width_of(name, 12) for name in names), default=0.0) + 4
    drawn = []
    for one in found:
        table = tables[one.outcome.label]
        if table.empty:
            continue
        rows = [_payer_bar(row, size, one, speaker) for row in table.head(_MOST_PAYERS).to_dict("records")]
        rest = table.iloc[_MOST_PAYERS:]
        if len(rest):
            total = float(rest["net"].sum())
            rows.append(
                bars.Bar(speaker.say("payers.rest", count=len(rest)), total / size, speaker.money(total), order=one.order)
            )
        title = speaker.title(one.title)

        def draw(width: int, rows: list[bars.Bar] = rows, title: str = title) -> str:
            return bars.bars(rows, speaker.say("payers.label", title=title), width, limit=largest / size, names=room)

        data = csv_text(("scenario", *table.columns), [(one.outcome.label, *row) for row in table.itertuples(index=False)])
        head = figures.named(title, one.order)
        drawn.append(
            Figure(f"payers-{one.order}", Markup(svg.both(draw)), "", data, command, head=head, key=one.outcome.label)
        )
    return drawn


def _payer_bar(row: Mapping[Any, Any], size: float, story: Story, speaker: Speaker) -> bars.Bar:
    name, net = _payer(str(row["who"]), str(row["payer"]), speaker), float(row["net"])
    return bars.Bar(name, net / size, speaker.money(net), order=story.order, key=story.outcome.label)


def _payer(who: str, payer: str, speaker: Speaker) -> str:
    key = "payers.household" if who == HOUSEHOLDS else "payers.government"
    return speaker.say(key, region=speaker.region(payer))


def purchases_table(
    found: Sequence[Story], differences: Differences, speaker: Speaker, command: str
) -> tuple[Figure | None, Mapping[str, pd.DataFrame]]:
    """Change of general purchases a head, policies by regions, and the tables by scenario; None where not recorded."""
    tables = {one.outcome.label: purchases(differences, one.outcome.label) for one in found}
    if all(table.empty for table in tables.values()):
        return None, tables
    regions = list(next(table for table in tables.values() if len(table))["region"])
    rows, told = [], []
    for one in found:
        shown = {
            row["region"]: figures.shown(row["share"], row["verdict"]) for row in tables[one.outcome.label].to_dict("records")
        }
        rows.append(HeatRow(speaker.title(one.title), [shown.get(region, Cell(None)) for region in regions]))
        told += [(one.outcome.label, *row) for row in tables[one.outcome.label].itertuples(index=False)]
    limit = heat.limit_of(rows, 1.0) or 0.01
    head = heat.Head([speaker.region(region) for region in regions])

    def draw(width: int) -> str:
        return heat.heat(rows, head, speaker.say("payers.purchases"), width, limit)

    columns = next(iter(tables.values())).columns
    return Figure("figure-purchases", Markup(svg.both(draw)), "", csv_text(("scenario", *columns), told), command), tables
