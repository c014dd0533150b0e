"""The words of a page in one language: scenarios, places, money and years as its readers call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sim.analysis.change import Change
from sim.analysis.outcome import UPPER
from sim.analysis.verdicts import Against
from sim.cells import URBAN
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.pages.phrases import called, known, listed, numbers, phrase, said_by, title_in
from sim.units import is_date

_OUTSIDE = "outside"


@cache
def _places(world: AnyWorld) -> Mapping[str, str]:
    """Chinese names of the places of a world, as its table of places has them."""
    here = catalogue.folder(world)
    return {} if here is None else {row["place"]: row["name_zh"] for row in here.rows_of_places if row["name_zh"]}


@dataclass(frozen=True)
class Speaker:
    """How a page speaks: its language, the world it is of, and the unit of its money, as `yuan of 2014`.

    luck: `smooth` where people are shares, so that there is no luck; `single` where one draw is all there is, so that there
    is no band; empty where there are bands. A phrase that speaks of luck has another form for those that have none.
    """

    lang: str
    world: AnyWorld
    unit: str
    luck: str = ""
    titles_zh: Mapping[str, str] = field(default_factory=dict, compare=False)  # a user's own Chinese titles by the English

    def say(self, key: str, **values: object) -> str:
        """A phrase, its values written already, in the form for the luck there is."""
        own = f"{key}_{self.luck}"
        return phrase(own if self.luck and self.known(own) is not None else key, self.lang, **values)

    def instrument(self, name: str) -> str:
        """An instrument, as it is called in this world."""
        world = catalogue.name_of(self.world)
        return self.known(f"instruments_{world}.{name}") or self.known(f"instruments.{name}") or name.replace("_", " ")

    def known(self, key: str) -> str | None:
        """A phrase that need not exist."""
        return known(key, self.lang)

    def title(self, title: str) -> str:
        """The title of a scenario; in Chinese what it says itself as `title_zh`, or the name of one that is shipped."""
        return title_in(self.lang, title, self.titles_zh.get(title))

    def titles(self, titles: Sequence[str]) -> str:
        """Several titles in a row, each between marks."""
        return listed([f"“{self.title(one)}”" for one in titles], self.lang)

    def world_name(self) -> str:
        """The name of the world."""
        return called(catalogue.name_of(self.world), self.lang)

    def region(self, region: str) -> str:
        """The name of a region."""
        if region == _OUTSIDE:
            return self.say("place.outside")
        if region == UPPER:
            return self.say("place.upper")
        return _places(self.world).get(region, region) if self.lang == "zh" else region.replace("_", " ")

    def place(self, region: str, kind: str) -> str:
        """The name of the towns or the villages of a region."""
        return self.say("place.towns" if kind == URBAN else "place.villages", region=self.region(region))

    def year(self, year: int) -> str:
        """A year, or its number where years are counted from the start of a world without dates."""
        return self.say("number.year" if is_date(year) else "number.model_year", year=year)

    def money(self, value: float, sign: bool = False) -> str:
        """A sum with its unit."""
        return numbers.money(value, self.unit, self.lang, sign)

    def per_point(self, value: float) -> str:
        """Money for a hundredth of the ratio."""
        return self.say("number.per_point", money=self.money(value))

    def dated(self) -> str:
        """The money of the page with the year of its prices."""
        return numbers.dated_currency(self.unit, self.lang)

    def people(self, number: float) -> str:
        """So many people."""
        return numbers.people(number, self.lang)

    def change(self, change: Change) -> str:
        """A difference with its sign, as many digits as its band allows."""
        return change.signed.replace("-", numbers.MINUS)

    def level(self, change: Change, value: float) -> str:
        """A value with the digits of a change."""
        return change.number(value).replace("-", numbers.MINUS)

    def between(self, change: Change) -> str:
        """The band of a change, or why there is none."""
        if change.replicates < 2 or not change.drawn:
            return self.say("verdict.no_band" if change.drawn else "verdict.continuum_band")
        ends = (change.with_sign(end).replace("-", numbers.MINUS) for end in (change.low, change.high))
        return self.say("number.between", **dict(zip(("low", "high"), ends, strict=True)))

    def aside(self, words: str, more: str) -> str:
        """Words with more in brackets."""
        return self.say("number.aside", words=words, more=more)

    def source(self, source: str) -> str:
        """Where observed points come from."""
        return said_by(source, self.lang)

    def finding(self, found: Finding) -> str:
        """A finding in words: every value is written as what it is called."""
        return self.say(found.key, **{name: self._written(name, value) for name, value in found.values.items()})

    def _written(self, name: str, value: Any) -> str:
        if name in _TITLES:
            return self.title(value)
        if name == "titles":
            return self.titles(value)
        if name in ("year", "first"):
            return self.year(value)
        if name in _SUMS:
            return self.money(value)
        if name == "point":
            return self.per_point(value)
        if name in ("gain", "lose"):
            return self.people(value)
        if name in ("fall", "rise", "share"):
            return numbers.per_cent(value)
        if name == "part":
            return numbers.per_cent(value, sign=False)
        if name in ("payer", "region"):
            return self.region(value)
        if isinstance(value, Change):
            return self.between(value)
        if isinstance(value, str) and name in ("before", "after", "change", "low", "high"):
            return value.replace("-", numbers.MINUS)
        if isinstance(value, tuple):  # a place: region and kind
            return self.place(*value)
        return self.finding(value) if isinstance(value, Finding) else str(value)


_TITLES = frozenset({"title", "base", "worst_title", "best_title", "other", "winner"})
_SUMS = frozenset({"net", "receipts", "gross", "cost"})


@dataclass(frozen=True)
class Finding:
    """What was found by rule: the key of the sentence and its values, as numbers and names, not yet as words.

    year, first: years; net, receipts, gross, cost: money; point: money for a hundredth of the ratio; title, winner, base,
    worst_title, best_title: titles; titles: several; gain, lose: persons; fall, rise, share: shares,
    part: one without a sign; payer, region: regions;
    a pair: a place, region and kind; a change: its band.
    """

    key: str
    values: Mapping[str, Any]


def finding(key: str, **values: Any) -> Finding:
    """A finding from its values."""
    return Finding(key, values)


def against_words(one: Against) -> Finding:
    """What goes the other way, in words."""
    if one.what == "regions":
        return finding("verdict.regions_against", count=one.count, all=one.all, part=one.people)
    return finding(f"verdict.{one.what}_against")
