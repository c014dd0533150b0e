"""What a run looks like so far, as pieces of the page: the finding in words, the curve, the difference, map and winners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from markupsafe import Markup

from sim.analysis.change import Change
from sim.analysis.outcome import RATIO, Money
from sim.analysis.verdicts import own_word, verdict_word
from sim.arrays import Array
from sim.dashboard import paying, places
from sim.dashboard.live import Pair
from sim.dashboard.observed import Seen, seen_of
from sim.dashboard.page import MEASURES, View
from sim.dashboard.part import figure
from sim.dashboard.readings import Band, Readings
from sim.pages.drawings.lines import Line, curves
from sim.pages.drawings.svg import both
from sim.pages.phrases import known, listed, phrase
from sim.pages.phrases.numbers import people, plain, signed
from sim.pages.report.words import Speaker, against_words

_KINDS = {
    "urban_rural_ratio": "ratio", "real_income_per_head": "per_head", "income_per_head": "per_head",
    "output_per_head": "per_head", "general_purchases_per_head": "per_head", "output": "amount", "population": "people",
    "population_newcomers": "people", "urban_share": "share", "individual_gini": "index",
}  # fmt: skip
_SIZES = {("amount", "en"): 1e9, ("amount", "zh"): 1e8, ("people", "en"): 1e6, ("people", "zh"): 1e4}


def parts_of(pair: Pair, view: View) -> dict[str, Any]:
    """The pieces of the page by the place where they stand, as HTML, and both lines of the headline as text."""
    shown = Shown(Readings(pair), view)
    if not shown.readings.any:
        return {"parts": {}, "headline": "", "cost": ""}
    parts = {
        "verdict": shown.verdict(),
        "curve": shown.curve(),
        "difference": shown.difference(),
        "map": places.map_part(shown.readings, shown.names),
        "winners": places.winners_part(shown.readings, shown.names),
        "payers": paying.payers_part(shown.readings, shown.names),
    }
    return {"parts": parts, "headline": shown.headline(), "cost": shown.cost()}


@dataclass(frozen=True)
class _Scaled:
    """A measure as it is written: divided by the size of its unit."""

    size: float
    unit: str

    def change(self, change: Change) -> Change:
        """The same change in this unit."""
        numbers = {name: getattr(change, name) / self.size for name in ("before", "after", "difference", "low", "high")}
        return replace(change, **numbers)

    def row(self, values: Array) -> list[float]:
        """The same values in this unit."""
        return [float(value) for value in values / self.size]


class Shown:
    """One picture: readings in a language, of a measure."""

    def __init__(self, readings: Readings, view: View) -> None:
        self.readings, self.lang = readings, view.lang
        pair = readings.pair
        recorded = [name for name in (view.measure, *MEASURES) if readings.has(readings.world(name))]
        self.measure = recorded[0] if recorded else view.measure
        sides = [one for one in (pair.scenario, pair.baseline) if one is not None]
        chinese = {one.title: one.title_zh for one in sides if one.title_zh is not None}
        run = pair.scenario.run
        luck = "smooth" if run.continuum else "single" if run.replicates < 2 else ""
        self.speaker = Speaker(view.lang, pair.scenario.plays_in, readings.money, luck, chinese)
        base = None if pair.baseline is None else self.speaker.title(pair.baseline.title)
        self.names = places.Names(self.speaker, self.speaker.title(pair.scenario.title), base)

    def say(self, key: str, **values: object) -> str:
        """A phrase of the dashboard, with the names of both futures and the years at hand."""
        first, last = (self.speaker.year(year) for year in (self.readings.years[0], self.readings.last))
        at_hand = {"title": self.names.scenario, "base": self.names.baseline or "", "first": first, "year": last}
        return phrase(f"dashboard.{key}", self.lang, **{**at_hand, **values})

    @cached_property
    def scaled(self) -> _Scaled:
        """The unit the measure is written in."""
        kind = _KINDS[self.measure]
        unit = phrase(f"dashboard.units.{kind}", self.lang, money=self.speaker.dated())
        return _Scaled(_SIZES.get((kind, self.lang), 1.0), unit)

    @cached_property
    def change(self) -> Change | None:
        """The change of the measure."""
        key = self.readings.world(self.measure)
        found = self.readings.changes([key]).get(key)
        return None if found is None else self.scaled.change(found)

    def headline(self) -> str:
        """The number everybody looks at: the measure in the last year lived."""
        change = self.change
        if change is None:
            return ""
        value, moved = plain(change.after, change.decimals), signed(change.difference, change.decimals)
        if self.names.baseline is None:
            return self.say("headline", value=value)
        return self.say("headline_change", value=value, change=moved)

    def cost(self) -> str:
        """The line below: what it costs net, where anything is paid or raised."""
        outcome = self.readings.outcome
        if outcome is None or not outcome.money.any:
            return ""
        return self.say("headline_cost", net=self.speaker.money(outcome.money.net))

    def verdict(self) -> str:
        """What the scenario does to the gap, what it costs, and how many gain and lose."""
        outcome, pair = self.readings.outcome, self.readings.pair
        assert outcome is not None
        words = [self._how_sure(outcome.ratio)] if outcome.ratio is not None else []
        money_words = self._cost(outcome.money)
        words += [money_words] if money_words else []
        sides = places.sides_in(self.readings)
        if sides is not None:
            gain, lose = (people(number, self.lang) for number in (sides.gain, sides.lose))
            words.append(self.say("people", gain=gain, lose=lose))
        if self.readings.last < pair.scenario.years.to:
            words.append(self.say("until", last=self.speaker.year(pair.scenario.years.to)))
        elif pair.baseline is not None:
            words.append(self.say("like"))
        title = self._finding(outcome.ratio)
        rows = Markup("").join(Markup("<li>{}</li>").format(one) for one in words)
        return str(Markup("<h3>{}</h3><ul>{}</ul>").format(title, rows))

    def _finding(self, ratio: Change | None) -> str:
        own = self.names.baseline is None
        against = () if own else self.readings.against
        kind = f"own_{own_word(ratio)}" if own else verdict_word(ratio, bool(against))
        numbers = {}
        if ratio is not None:
            # the median that the curve and the headline show, wherever it lies on the side the paired difference says
            shown = own or (ratio.after - ratio.before) * ratio.difference > 0
            levels = {"before": ratio.before, "after": ratio.after if shown else ratio.reached}
            numbers = {name: plain(value, ratio.decimals) for name, value in levels.items()}
            numbers["change"] = signed(ratio.difference, ratio.decimals)
        if against:
            numbers["against"] = self.speaker.finding(against_words(against[0]))
        years = {"first": self.speaker.year(self.readings.years[0]), "year": self.speaker.year(self.readings.last)}
        return phrase(f"verdict.{kind}", self.lang, title=self.names.scenario, **numbers, **years)

    def _how_sure(self, ratio: Change) -> str:
        change = signed(ratio.difference, ratio.decimals)
        if self.names.baseline is None:
            return self.say("since", change=change)
        if ratio.replicates < 2:
            return self.say("one_pair" if ratio.drawn else "smooth", change=change)
        low, high = (signed(value, ratio.decimals) for value in (ratio.low, ratio.high))
        band = phrase("number.band", self.lang, low=low, high=high)
        return self.say("pairs", change=change, band=band, runs=ratio.replicates)

    def _cost(self, spent: Money) -> str:
        if self.names.baseline is None:
            return self.say("cost_own", net=self.speaker.money(spent.net)) if spent.any else ""
        if not spent.any:
            return self.say("cost_none")
        return self.say("cost", net=self.speaker.money(spent.net))

    def curve(self) -> str:
        """The measure by year, the scenario over its baseline."""
        readings, key = self.readings, self.readings.world(self.measure)
        digits = self.change.decimals if self.change is not None else 2
        lines = []
        if readings.baselines:
            lines.append(self._line(self.names.baseline or "", 0, readings.level(key, baseline=True), plain, digits))
        lines.append(self._line(self.names.scenario, 1, readings.level(key), plain, digits))
        place = self.speaker.world_name()
        name = self.say(f"measures.{self.measure}")
        title = name
        if self.change is not None:
            value, moved = plain(self.change.after, digits), signed(self.change.difference, digits)
            title = self.say("level_change" if self.names.baseline else "level", measure=name, value=value, change=moved)
        what, seen = self.say("level_what", measure=name, place=place), self._seen()
        if self.measure == RATIO:
            said = {"place": place, "line": self.speaker.say("curves.line"), "source": self.speaker.source(seen.source)}
            what = self.speaker.say("curves.what" if seen.dots else "curves.what_plain", **said)
        label, observed = self.say("level_label", measure=name), phrase("curves.observed", self.lang)
        unit, starts = self.scaled.unit, self._starts()
        drawn = both(lambda width: curves(lines, label, width, unit, seen.dots, observed, starts))
        return figure(title, what, drawn)

    def _seen(self) -> Seen:
        """What was observed of the measure in the years of the run."""
        here = self.readings.pair.scenario
        return seen_of(here.plays_in).within(here.years.from_, here.years.to) if self.measure == RATIO else Seen()

    def difference(self) -> str:
        """The difference from the baseline by year; a sentence where there is none."""
        if self.names.baseline is None or not self.readings.baselines:
            return str(Markup('<p class="what">{}</p>').format(self.say("no_difference")))
        key, change = self.readings.world(self.measure), self.change
        digits = change.decimals if change is not None else 2
        line = self._line(self.names.scenario, 1, self.readings.difference(key), signed, digits)
        name = self.say(f"measures.{self.measure}")
        ratio = self.measure == RATIO
        above, below = (phrase(f"difference.{side}", self.lang) if ratio else "" for side in ("above", "below"))
        label = self.say("difference_label", measure=name)
        unit = self.scaled.unit
        drawn = both(lambda width: curves([line], label, width, unit=unit, zero=True, above=above, below=below))
        moved = signed(change.difference, digits) if change is not None else ""
        return figure(self.say("difference_title", measure=name, change=moved), self.say("difference_what"), drawn)

    def _line(self, name: str, order: int, band: Band, write: Any, digits: int) -> Line:
        middle, low, high = (self.scaled.row(values) for values in (band.middle, band.low, band.high))
        last = next((value for value in reversed(middle) if math.isfinite(value)), math.nan)
        end = write(last, digits) if math.isfinite(last) else ""
        line = Line(name, order, self.readings.years, middle, end=end, key=str(order))
        return replace(line, low=low, high=high) if any(map(math.isfinite, low)) else line

    def _starts(self) -> Sequence[tuple[int, str]]:
        """The years in which policies that the baseline has not begin, with what they are."""
        pair = self.readings.pair
        before = {} if pair.baseline is None else pair.baseline.policies
        begun: dict[int, list[str]] = {}
        for name, terms in pair.scenario.policies.items():
            if before.get(name) != terms and self.readings.years[0] < terms.from_ <= self.readings.last:
                words = known(f"instruments.{terms.instrument}", self.lang) or terms.instrument
                if words not in begun.setdefault(terms.from_, []):
                    begun[terms.from_].append(words)
        return [(year, self._start(words)) for year, words in sorted(begun.items())]

    def _start(self, words: list[str]) -> str:
        if len(words) > 2:
            return phrase("curves.start_more", self.lang, count=len(words))
        key = "curves.starts" if len(words) == 1 else "curves.start_many"
        return phrase(key, self.lang, policies=listed(words, self.lang))
