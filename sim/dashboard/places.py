"""Where and for whom: the map of a run, who gains and who loses by place and tenth, and what places are called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from sim.analysis.change import Change
from sim.analysis.winners import Sides, counts, moves, sides_of
from sim.cells import URBAN
from sim.dashboard.part import figure
from sim.dashboard.readings import Readings
from sim.data.catalogue import AnyWorld
from sim.errors import ResultsError
from sim.pages.drawings.heat import Cell, Head, HeatRow, heat, limit_of, scale_key
from sim.pages.drawings.maps import Panel, Region, maps
from sim.pages.drawings.svg import both
from sim.pages.outlines import boundaries
from sim.pages.phrases import phrase
from sim.pages.phrases.numbers import people, per_cent
from sim.pages.report.words import Speaker


@dataclass(frozen=True)
class Names:
    """What both futures are called on a page, and who speaks there; baseline: None where there is none."""

    speaker: Speaker
    scenario: str
    baseline: str | None

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.speaker.lang


def sides_in(readings: Readings) -> Sides | None:
    """Who lives where incomes rise, fall or do neither, by tenth of every place, else by place; None where unknown."""
    if readings.tenths:
        return sides_of((counts(one.income.verdict, one.income.share), one.persons) for one in readings.tenths)
    outcome = readings.outcome
    inside = [one for one in (outcome.people or () if outcome else ()) if not one.outside]
    return sides_of((counts(one.decisive.verdict, one.decisive.share), one.persons) for one in inside) if inside else None


def map_part(readings: Readings, names: Names) -> str:
    """The map of what changes, or why there is none."""
    world = readings.pair.scenario.plays_in
    regions = _regions(world, names.speaker)
    if regions is None:
        return str(Markup('<p class="what">{}</p>').format(phrase("map.missing", names.lang)))
    outcome = readings.outcome
    here = {one.region: one for one in (outcome.people or () if outcome else ()) if one.region in regions}
    if not here or outcome is None or outcome.people is None:
        return ""
    inside = [one for one in outcome.people if not one.outside and one.region in regions]
    towns = {one.region: one.decisive.share for one in inside if one.kind == URBAN}
    country = {one.region: one.decisive.share for one in inside if one.kind != URBAN}
    residents = {one.region: one.persons for one in inside if one.kind == URBAN}
    panel = Panel(names.scenario, 1, country, towns, residents, key="1")
    largest = max((abs(one.decisive.share) for one in inside), default=0.0) or 0.01
    label = phrase("map.label", names.lang)
    drawn = both(lambda width: maps(regions, [panel], label, width, largest))
    key = both(lambda width: _scale(largest, width, names.lang))
    best, worst = (pick(inside, key=lambda one: one.decisive.share) for pick in (max, min))
    said = {
        "best": names.speaker.place(best.region, best.kind), "rise": per_cent(best.decisive.share),
        "worst": names.speaker.place(worst.region, worst.kind), "fall": per_cent(worst.decisive.share),
    }  # fmt: skip
    return figure(_map_title(said, best.rises, worst.falls, names), _what("map", readings, names), drawn + key)


def _map_title(said: Mapping[str, str], rises: bool, falls: bool, names: Names) -> str:
    """What the map shows; falls or rises that are no more than luck are not spoken of."""
    if rises and falls:
        return phrase("dashboard.map_title", names.lang, **said)
    if rises or falls:
        return phrase("dashboard.map_gains" if rises else "dashboard.map_losses", names.lang, **said)
    return phrase("map.none", names.lang)


def _scale(largest: float, width: int, lang: str) -> str:
    return scale_key(largest, per_cent(-largest), per_cent(largest), width, phrase("map.key", lang))


@lru_cache(maxsize=8)
def _regions(world: AnyWorld, speaker: Speaker) -> Mapping[str, Region] | None:
    """The outlines of a world's regions; None where it has none."""
    try:
        found = boundaries(world)
    except ResultsError:
        return None
    return {
        name: Region(speaker.region(name), [[(float(x), float(y)) for x, y in ring] for ring in one.rings], one.seat)
        for name, one in found.items()
    }


def winners_part(readings: Readings, names: Names) -> str:
    """Who gains and who loses, a row a place, a column a tenth; means of places where no tenths are known."""
    outcome = readings.outcome
    if outcome is None or outcome.people is None:
        return ""
    tenths: dict[tuple[str, str], dict[int, Change]] = {}
    for tenth in readings.tenths:
        tenths.setdefault((tenth.region, tenth.kind), {})[tenth.number] = tenth.income
    rows, last = [], ""
    for one in sorted((one for one in outcome.people if not one.outside), key=lambda one: (one.region, one.kind != URBAN)):
        parts = tenths.get((one.region, one.kind), {})
        cells = [_cell(parts.get(number)) for number in range(1, 11)] if tenths else []
        rows.append(
            HeatRow(
                names.speaker.place(one.region, one.kind),
                [*cells, _cell(one.decisive)],
                people(one.persons, names.lang),
                gap=bool(last) and one.region != last,
            )
        )
        last = one.region
    columns = [*(map(str, range(1, 11)) if tenths else ()), phrase("winners.mean", names.lang)]
    over, beside = phrase("winners.over", names.lang) if tenths else "", phrase("dashboard.people_head", names.lang)
    head = Head(columns, over, beside, last_apart=bool(tenths))
    label = phrase("winners.label", names.lang, title=names.scenario)
    limit = limit_of(rows) or 0.01
    drawn = both(lambda width: heat(rows, head, label, width, limit))
    what = _what("winners", readings, names) if tenths else phrase("dashboard.places_what", names.lang)
    if not names.speaker.luck:
        what += f"{'' if names.lang == 'zh' else ' '}{phrase('winners.pale', names.lang)}"
    return figure(_winners_title(readings, names), what, drawn)


def _winners_title(readings: Readings, names: Names) -> str:
    sides = sides_in(readings)
    if sides is None or not (sides.gain or sides.lose):
        return phrase("winners.none", names.lang)
    gain, lose = (people(number, names.lang) for number in (sides.gain, sides.lose))
    if names.baseline is None:
        first, last = (names.speaker.year(year) for year in (readings.years[0], readings.last))
        return phrase("winners.one", names.lang, first=first, year=last, gain=gain, lose=lose)
    return phrase("dashboard.winners_few", names.lang, title=names.scenario, gain=gain, lose=lose)


def _cell(change: Change | None) -> Cell:
    if change is None or not math.isfinite(change.share):
        return Cell(None)
    return Cell(change.share, bool(moves(change.verdict, change.share)) or change.verdict == "none")


def _what(section: str, readings: Readings, names: Names) -> str:
    years = {"first": names.speaker.year(readings.years[0]), "year": names.speaker.year(readings.last)}
    if names.baseline is None:
        return phrase(f"{section}.what_one", names.lang, **years)
    return phrase(f"{section}.what", names.lang, base=names.baseline, **years)
