"""Who is who in the section of winners and losers: people by registration, whole and by place and tenth."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.analysis.groups import Group, movers
from sim.analysis.winners import WORTH, apart, counts, places, side_by_side, sides_of
from sim.cells import RURAL, URBAN
from sim.pages.drawings import bars, heat, svg
from sim.pages.drawings.heat import Cell as Shade
from sim.pages.drawings.heat import HeatRow
from sim.pages.drawings.lines import swatch
from sim.pages.phrases import numbers
from sim.pages.report import figures
from sim.pages.report.content import Cell, Figure, Heading, Row, Table, csv_text, plain_cells
from sim.pages.report.verdict import Story
from sim.pages.report.words import Speaker
from sim.units import PARTS

_OF_PARTS = ("people_before", "people", "before", "share", "p05", "p95", "verdict")
Item = Figure | Table | Heading | str


def by_registration(found: Sequence[Story], speaker: Speaker, command: str, year: str, base: str) -> list[Item]:
    """Means of everybody of one registration, then of their parts of every tenth of a place; nothing where none are outside.

    base: what the changes are against, in words.
    """
    groups, say = _groups(found, speaker), speaker.say
    told = list[Item]()
    if groups is not None:
        told += [Heading("registration", groups.label), say("winners.registration_what", year=year), groups]
    telling = [one for one in found if len(one.parts)]
    if not telling:
        return told + ([say("parted.missing")] if groups is not None else [])
    told += [Heading("registration-tenths", say("parted.title")), _alike(telling, speaker), say("parted.what", base=base)]
    told += [_heads(telling, speaker), _share_of_newcomers(telling[0], speaker, command, base)]
    limit = figures.scale_of_winners(found, speaker)
    return told + [_pair(one, speaker, command, limit) for one in telling]


def _alike(found: Sequence[Story], speaker: Speaker) -> str:
    """Whether both parts of a tenth gain or lose alike, to WORTH of an income for nine of ten people."""
    points = apart(one.parts for one in found)
    word = "alike" if points <= WORTH else "unlike"
    return speaker.say(f"parted.{word}", points=f"{100 * points:.2f}".rstrip("0").rstrip("."))


def _of(story: Story, part: str) -> pd.DataFrame:
    return story.parts[story.parts["registration"] == part]


def _heads(found: Sequence[Story], speaker: Speaker) -> Table:
    """Of each part the people whose mean income rises, falls or neither; where most losers live."""
    say = speaker.say
    head = [say("verdict.head_policy"), *(say(f"parted.head_{word}") for word in (*PARTS, "losers"))]
    rows = []
    for story in found:
        cells = [Cell(speaker.title(story.title), Markup(swatch(story.order)))]
        for part in PARTS:
            gain, lose, still = _sides(story, part)
            words = f"{speaker.people(gain)} / {speaker.people(lose)}"
            cells.append(Cell(words, Markup(bars.shares(gain, still, lose, words))))
        cells += plain_cells(_losers(story, speaker))
        rows.append(Row(cells, story.outcome.label))
    return Table(say("parted.title"), head, rows)


def _sides(story: Story, part: str) -> tuple[float, float, float]:
    table = _of(story, part)
    columns = (table[column] for column in ("verdict", "share", "people"))
    found = sides_of((counts(verdict, share), people) for verdict, share, people in zip(*columns, strict=True))
    return found.gain, found.lose, found.still


def _losers(story: Story, speaker: Speaker) -> str:
    """Of each part the place where most of those live whose mean income falls: how many, and how much it falls for them."""
    told = []
    for part in PARTS:
        places_of: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for row in _of(story, part).to_dict("records"):
            if counts(row["verdict"], row["share"]) < 0:
                places_of.setdefault((row["region"], row["kind"]), []).append((row["people"], row["share"]))
        if places_of:
            place, rows = max(places_of.items(), key=lambda one: math.fsum(people for people, _ in one[1]))
            people = math.fsum(people for people, _ in rows)
            share = math.fsum(people * share for people, share in rows) / people if people else 0.0
            words = {"group": speaker.say(f"parted.{part}"), "place": speaker.place(*place)}
            told.append(speaker.say("parted.fall", **words, share=numbers.per_cent(share), people=speaker.people(people)))
    if len(told) == len(PARTS):
        return speaker.say("parted.both", one=told[0], other=told[1])
    return told[0] if told else speaker.say("parted.nobody")


def _share_of_newcomers(story: Story, speaker: Speaker, command: str, base: str) -> Figure:
    """Newcomers as a part of every tenth of a place in the baseline, in per cent, and how many they are in the place."""
    places_of = _of(story, "newcomers").groupby(["region", "kind"])
    known = {key: rows.set_index("tenth")["people_before"] for key, rows in places_of}
    tenth = story.parts.groupby(["region", "kind", "tenth"])["people_before"].sum()
    rows, told = [], list[tuple[object, ...]]()
    for region, kind, gap in _order(story):
        came = known.get((region, kind), pd.Series(dtype=float))
        heads = [(came.get(number, 0.0), tenth.get((region, kind, number), math.nan)) for number in range(1, 11)]
        shares = [Shade(some / whole) for some, whole in heads]
        told += [(region, kind, number, *pair) for number, pair in enumerate(heads, start=1)]
        rows.append(HeatRow(speaker.place(region, kind), shares, speaker.people(float(came.sum())), gap))
    label = speaker.say("parted.share_label", base=base)
    head = heat.Head([*map(str, range(1, 11))], label, speaker.say("parted.newcomers"), signs=False)
    limit = heat.limit_of(rows, 1.0) or 0.01

    def draw(width: int) -> str:
        return heat.heat(rows, head, label, width, limit)

    data = csv_text(("region", "kind", "tenth", "newcomers", "people"), told)
    return Figure("newcomers", Markup(svg.both(draw)), speaker.say("parted.share_what"), data, command)


def _pair(story: Story, speaker: Speaker, command: str, limit: float) -> Figure:
    """Two tables of a policy beside each other, below each other on a phone: those registered here, and newcomers."""
    title, drawn, captions = speaker.title(story.title), [], []
    for part in PARTS:
        table, group = _of(story, part), speaker.say(f"parted.{part}")
        known = {(row["region"], row["kind"], row["tenth"]): row for row in table.to_dict("records")}
        rows = [
            HeatRow(
                speaker.place(region, kind), [_shade(known.get((region, kind, number))) for number in range(1, 11)], gap=gap
            )
            for region, kind, gap in _order(story)
        ]  # fmt: skip
        over = speaker.say("parted.over", group=group, people=speaker.people(math.fsum(table["people"])))
        label = speaker.say("parted.label", title=title, group=group)
        drawn.append(heat.heat(rows, heat.Head([*map(str, range(1, 11))], over), label, svg.NARROW, limit))
        words = dict(zip(("gain", "lose", "still"), map(speaker.people, _sides(story, part)), strict=True))
        captions.append(speaker.say("parted.counted", group=group, counted=speaker.say("winners.counted", **words)))
    pair = Markup('<div class="pair">' + "".join(f"<div>{one}</div>" for one in drawn) + "</div>")
    return Figure(
        f"registration-{story.order}", pair, speaker.say("parted.both", one=captions[0], other=captions[1]), _data(story),
        command, head=figures.named(title, story.order), key=story.outcome.label,
    )  # fmt: skip


def _shade(row: Mapping[Hashable, Any] | None) -> Shade:
    return Shade(None) if row is None else figures.shown(float(row["share"]), str(row["verdict"]))


def _data(story: Story) -> str:
    """A row a tenth, columns of either part."""
    table = side_by_side(story.parts, _OF_PARTS).reset_index()
    label = story.outcome.label
    rows = [(label, *(None if pd.isna(value) else value for value in row)) for row in table.itertuples(index=False)]
    return csv_text(("scenario", *map(str, table.columns)), rows)


def _order(story: Story) -> list[tuple[str, str, bool]]:
    """Places as in the table of everybody: the poorest region first, villages before towns; whether a region begins."""
    poorest: dict[str, float] = {}
    for one in places(story.table):
        poorest[one.region] = min(one.before, poorest.get(one.region, math.inf))
    there = {(one.region, one.kind) for one in places(story.table)}
    regions = sorted(poorest, key=lambda region: poorest[region])
    pairs = [(region, kind, kind == RURAL and place > 0) for place, region in enumerate(regions) for kind in (RURAL, URBAN)]
    return [one for one in pairs if one[:2] in there]


def _groups(found: Sequence[Story], speaker: Speaker) -> Table | None:
    """Real income by registration, a row a policy and a column a group, and movers with those who stayed outside together."""
    telling = [one for one in found if one.outcome.groups]
    if not telling:
        return None
    names = [*(one.name for one in telling[0].outcome.groups), "movers"]
    head = [speaker.say("verdict.head_policy"), *(speaker.say(f"winners.group_{name}") for name in names)]
    rows = []
    for story in telling:
        cells = [Cell(speaker.title(story.title), Markup(swatch(story.order)))]
        cells += plain_cells(*(_group(one, speaker) for one in story.outcome.groups))
        together = movers(story.outcome.groups)
        cells += plain_cells("–" if together is None else numbers.per_cent(together))
        rows.append(Row(cells, story.outcome.label))
    return Table(speaker.say("winners.registration"), head, rows)


def _group(one: Group, speaker: Speaker) -> str:
    """What the income of a group changes by, with its band, and how many they are."""
    income, before = numbers.per_cent(one.income.share), abs(one.income.before) or 1.0
    if one.income.replicates > 1:
        low, high = (numbers.per_cent(end / before) for end in (one.income.low, one.income.high))
        income = speaker.aside(income, speaker.say("number.between", low=low, high=high))
    if one.income.verdict == "unclear":
        income = (
            f"{income}, {speaker.say('winners.unclear')}"
            if speaker.lang == "en"
            else f"{income}，{speaker.say('winners.unclear')}"
        )
    people, change = speaker.people(one.persons.after), numbers.per_cent(one.persons.share)
    return speaker.say("winners.group", income=income, people=people, change=change)
