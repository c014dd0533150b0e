"""The figures of who pays: bars of payers, and what general purchases lose, policies by regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from sim.analysis.differences import Differences
from sim.analysis.outcome import Money
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
    told = {one.outcome.label: payer_rows(tables[one.outcome.label], one.outcome.money, speaker) for one in found}
    scale = Scale.of(told.values(), speaker)
    drawn = []
    for one in found:
        table, rows = tables[one.outcome.label], told[one.outcome.label]
        if not rows:
            continue
        values = [(one.outcome.label, *row) for row in table.itertuples(index=False)]
        if one.outcome.money.receipts > 0:  # beside the net payments, which they have been taken off
            values.append((one.outcome.label, HOUSEHOLDS, "taxes", one.outcome.money.receipts, None))
        data = csv_text(("scenario", *table.columns), values)
        title = speaker.title(one.title)
        drawing = Markup(payers_drawn(rows, title, speaker, scale, one.order, one.outcome.label))
        head = figures.named(title, one.order)
        drawn.append(Figure(f"payers-{one.order}", drawing, "", data, command, head=head, key=one.outcome.label))
    return drawn


Row = tuple[str, float]
"""What a payer is called, and its net payment."""


@dataclass(frozen=True)
class Scale:
    """What drawings of payers share: the largest payment, the size in which sums are counted, and the room for names."""

    largest: float
    size: float
    room: float

    @classmethod
    def of(cls, told: Iterable[Sequence[Row]], speaker: Speaker) -> Scale:
        """The scale on which all of these rows can be drawn."""
        rows = [row for one in told for row in one]
        largest = max((abs(net) for _, net in rows), default=0.0)
        size, _ = figures.money_size(largest, speaker)
        return cls(largest, size, max((svg.width_of(name, 12) for name, _ in rows), default=0.0) + 4)


def payers_drawn(rows: Sequence[Row], title: str, speaker: Speaker, scale: Scale, order: int, key: str) -> str:
    """A bar for every payer of the scenario of a title, wide and narrow."""
    drawn = [bars.Bar(name, net / scale.size, speaker.money(net), order=order, key=key) for name, net in rows]
    label, limit = speaker.say("payers.label", title=title), scale.largest / scale.size
    return svg.both(lambda width: bars.bars(drawn, label, width, limit=limit, names=scale.room))


def payer_rows(table: pd.DataFrame, money: Money, speaker: Speaker) -> list[Row]:
    """The rows of a drawing: the largest by size, the rest of those who pay and of those who gain, and taxes."""
    size = table["net"].abs().sort_values(ascending=False, kind="stable")
    kept = table.loc[sorted(size.index[:_MOST_PAYERS])]
    found = [(_payer(str(row["who"]), str(row["payer"]), speaker), float(row["net"])) for row in kept.to_dict("records")]
    rest = table.drop(kept.index)["net"]
    for word, part in (("pay", rest[rest > 0]), ("gain", rest[rest < 0])):
        if len(part):
            number = "one" if len(part) == 1 else "many"
            found.append((speaker.say(f"payers.rest_{word}_{number}", count=len(part)), float(part.sum())))
    if money.receipts > 0:
        found.append((speaker.say("payers.in_taxes"), money.receipts))
    return found


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
