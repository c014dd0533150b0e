"""Incomes of a whole world as statistics publish them, survey means, and what links the tables' own means to them."""

from __future__ import annotations

from collections.abc import Mapping

from sim.cells import KINDS, cell_name
from sim.data.folder import ALL, EVERYWHERE, NATION, WorldFolder

SOURCES = {
    "urban_rural_ratio_published": "survey means of the whole as published",
    "max_min_ratio_published": "survey means of all residents, published or interpolated as income.csv says",
}
"""Measures in the published definition, and what figures call the source of their observed points."""

_INCOME = "disposable_income"


def means(here: WorldFolder, year: int) -> dict[str, float]:
    """Published income per head of all residents by kind, nominal: rows of `all` or, where nothing is outside, `nation`."""
    whole = (EVERYWHERE, NATION) if here.entry["outside"] == "none" else (EVERYWHERE,)
    for place in whole:
        found = {kind: here.at(place, _INCOME, year, kind) for kind in KINDS}
        known = {kind: value for kind, value in found.items() if value is not None}
        if len(known) == len(KINDS):
            return known
    return {}


def of_all_residents(here: WorldFolder, year: int) -> dict[str, float]:
    """Published income per head of all residents of every place, a survey mean, nominal; empty unless every place has one."""
    found = {place: here.at(place, _INCOME, year, ALL) for place in here.places}
    known = {place: value for place, value in found.items() if value is not None}
    return known if len(known) == len(here.places) else {}


def ratios(here: WorldFolder, year: int) -> dict[str, float]:
    """The ratios of a year in the published definition by measure: urban over rural, richest over poorest place."""
    by_kind, by_place = means(here, year), of_all_residents(here, year)
    found = {"urban_rural_ratio_published": by_kind["urban"] / by_kind["rural"]} if by_kind else {}
    return found | ({"max_min_ratio_published": max(by_place.values()) / min(by_place.values())} if by_place else {})


def links(here: WorldFolder | None) -> Mapping[str, float]:
    """Published mean income over the mean of the tables' places by residents, by kind, in the base year; empty if unknown.

    The household survey does not weigh places as a census does, and figures of places do not add up to that of the
    whole. The base year has the tables' incomes and residents exactly, so the link holds whatever the parameters.
    """
    published = {} if here is None else means(here, here.base_year)
    if here is None or not published:
        return {}
    found = {}
    for number, kind in enumerate(KINDS):
        money = people = 0.0
        for place in here.places:
            heads, income = here.residents(place, here.base_year), here.at(place, _INCOME, here.base_year, kind)
            if heads is None or income is None:
                return {}
            money, people = money + heads[number] * income, people + heads[number]
        found[kind] = published[kind] / (money / people)
    return found


def survey_weights(here: WorldFolder | None) -> Mapping[str, float]:
    """Persons of the survey a resident of a cell stands for, by cell, in the base year; empty where not every place has one.

    s = (y - v) / (u - v) is the survey's share of town residents in a place, y, u, v its published incomes of all, urban
    and rural residents; a resident of the town counts s / n, one of the villages (1 - s) / (1 - n), n the share of the
    tables. So weighted residents have the income of all residents that is published.
    """
    if here is None:
        return {}
    found = {}
    for place, income in of_all_residents(here, here.base_year).items():
        heads = here.residents(place, here.base_year)
        urban, rural = (here.at(place, _INCOME, here.base_year, kind) for kind in KINDS)
        if heads is None or urban is None or rural is None or not min(urban, rural) < income < max(urban, rural):
            return {}  # a mean that lies outside what it is made of is none
        share, counted = (income - rural) / (urban - rural), heads[0] / sum(heads)
        found[cell_name(place, "urban")] = share / counted
        found[cell_name(place, "rural")] = (1 - share) / (1 - counted)
    return found
