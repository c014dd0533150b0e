"""What statistics say of a world: circles beside the curve of a run, and the first picture, before a year was lived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.dashboard.part import figure
from sim.data import catalogue
from sim.data.catalogue import AnyWorld
from sim.errors import FactorFlowError
from sim.pages.drawings.lines import curves
from sim.pages.drawings.svg import both
from sim.pages.phrases import called, phrase, said_by
from sim.pages.phrases.numbers import plain
from sim.scenario.inheritance import gather

if TYPE_CHECKING:
    from sim.dashboard.session import Session

# Neither the model nor a library of tables is imported here: this is what a page can show while those still are.

RATIO = "urban_rural_ratio"


@dataclass(frozen=True)
class Seen:
    """The observed ratio of a world: (year, value) by year, and who says so."""

    dots: Sequence[tuple[int, float]] = ()
    source: str = ""

    def within(self, first: int, last: int) -> Seen:
        """What was observed from a year to another."""
        return Seen([(year, value) for year, value in self.dots if first <= year <= last], self.source)


@lru_cache(maxsize=8)
def seen_of(world: AnyWorld) -> Seen:
    """The urban-rural ratio of the places of a world as its tables have it, weighed by residents as the model does."""
    name = catalogue.name_of(world)
    rows = [row for row in catalogue.observed_rows(world, points=False) if row[1:4] == ("world", name, RATIO)]
    return Seen([(row[0], row[4]) for row in rows], rows[0][6] if rows else "")


def first_picture(session: Session, lang: str) -> str:
    """What was observed of the shipped world that a text names; empty where that is not known or nothing was observed."""
    try:
        world = gather(session.file, (), session.content(session.text)).data.get("world")
    except FactorFlowError:  # a text that no file can hold, which the check answers
        return ""
    seen = seen_of(world) if isinstance(world, str) and world in catalogue.shipped_folders() else Seen()
    if not seen.dots:
        return ""
    year, value = seen.dots[-1]
    measure = phrase(f"dashboard.measures.{RATIO}", lang)
    title = phrase("dashboard.observed_title", lang, measure=measure, value=plain(value, 2), year=year)
    what = phrase("dashboard.observed_what", lang, place=called(str(world), lang), source=said_by(seen.source, lang))
    unit, name, label = (
        phrase(key, lang) for key in ("dashboard.units.ratio", "curves.observed", "dashboard.observed_label")
    )
    return figure(title, what, both(lambda width: curves([], label, width, unit, seen.dots, name)))
