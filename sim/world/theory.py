"""Corners of the theory: tiny worlds described whole by their entry in `worlds_theory.yaml`, built by one recipe.

Amenities, costs and productivities are known, so choice is in levels: p_hd is proportional to
(amenity_d exp(-cost_hd) real income_d)^kappa. Taxes, transfers, growth, commuting and reclassification are off unless a
world says otherwise; what a corner does not use (land without rent, capital without return) stands there and earns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.cells import URBAN, kind_of, region_of
from sim.data import catalogue
from sim.errors import WorldError
from sim.world import inversion
from sim.world.parameters import Parameters
from sim.world.skills import SKILLS
from sim.world.world import GENERAL, PURPOSES, Choice, Places, PublicMoney, Stocks, Technology, World

_UNTRAINED = SKILLS.index("secondary")
_ENTRY = (
    *("title", "source", "first_year", "last_year", "regions", "outside", "sectors", "groups", "parameters"),
    *("technology", "cells", "trade_cost", "migration_cost"),
)
_SECTOR = ("labour", "capital", "land", "value_added", "materials", "spending", "pays_trade_cost")
_CELL = ("people", "settled", "amenity", "land", "capital", "wedge", "productivity")


@dataclass(frozen=True)
class Corner:
    """What a corner is made of, by cell: people who may move, people who never do, log-free amenity, land, capital, wedge.

    productivity: (cell, sector), gross, at one unit of labour; trade_cost: (importing, producing cell) log points;
    migration_cost: (home, place) log points. Sectors with technology.local_cost 1 pay trade costs, with 0 none.
    """

    first_year: int
    regions: tuple[str, ...]
    cells: tuple[str, ...]
    technology: Technology
    people: Array
    settled: Array
    amenity: Array
    land: Array
    capital: Array
    wedge: Array
    productivity: Array
    trade_cost: Array
    migration_cost: Array


def described(name: str) -> Corner:
    """The corner as its entry in the catalogue describes it.

    Raises WorldError on a word it does not know, which would otherwise count as left out, and a productivity as zero.
    """
    entry = catalogue.worlds()[name]
    sectors, cells = tuple(entry["sectors"]), tuple(entry["cells"])
    _every_word_is_known(name, entry, sectors)

    def column(field: str, default: float) -> Array:
        return np.array([float(entry["cells"][cell].get(field, default)) for cell in cells])

    made = [[float(entry["cells"][cell]["productivity"].get(sector, 0.0)) for sector in sectors] for cell in cells]
    nothing = np.zeros((len(cells), len(cells)))
    return Corner(
        first_year=int(entry["first_year"]),
        regions=tuple(entry["regions"]),
        cells=cells,
        technology=_technology(name, sectors, entry["technology"]),
        people=column("people", 0.0),
        settled=column("settled", 0.0),
        amenity=column("amenity", 1.0),
        land=column("land", 1.0),
        capital=column("capital", 1.0),
        wedge=column("wedge", 0.0),
        productivity=np.array(made),
        trade_cost=np.array(entry.get("trade_cost", nothing), dtype=float),
        migration_cost=np.array(entry.get("migration_cost", nothing), dtype=float),
    )


def _every_word_is_known(name: str, entry: Mapping[str, Any], sectors: tuple[str, ...]) -> None:
    """Raise WorldError with the place of the first word that is not known there, and with the words that are."""
    told: list[tuple[str, Mapping[str, Any], tuple[str, ...]]] = [("", entry, _ENTRY)]
    told.append(("technology", entry["technology"], sectors))
    for sector, share in entry["technology"].items():
        told.append((f"technology.{sector}", share, _SECTOR))
        told.append((f"technology.{sector}.materials", share.get("materials", {}), sectors))
    for cell, has in entry["cells"].items():
        told.append((f"cells.{cell}", has, _CELL))
        told.append((f"cells.{cell}.productivity", has.get("productivity", {}), sectors))
    for place, words, known in told:
        for word in words:
            if word not in known:
                where = f"{place}.{word}" if place else word
                raise WorldError(f'{name}: {where} is not known; allowed in place of "{word}": {", ".join(known)}')


def build(name: str, p: Mapping[str, float]) -> World:
    """The world of that name with these parameters."""
    return assemble(name, described(name), p)


def assemble(name: str, corner: Corner, p: Mapping[str, float]) -> World:
    """A world from a corner and parameters: every owner and worker at home, prices with the mean of one as numeraire."""
    people, cells = corner.people + corner.settled, len(corner.cells)
    away = 1 - np.eye(cells)
    places = _places(name, corner)
    crossed = (places.region_of_cell[:, None] != places.region_of_cell[None, :]).astype(float)
    border = crossed * (corner.trade_cost + p["trade_cost"])
    openness = np.exp(-p["trade_elasticity"] * border[:, :, None] * corner.technology.local_cost)
    made = corner.productivity > 0
    # productivity is told at one unit of labour; the model counts density from what the cell starts with
    scale = np.exp(np.outer(p["agglomeration"] * np.log(people), corner.technology.value_added))
    return World(
        name=name,
        first_year=corner.first_year,
        places=places,
        technology=corner.technology,
        parameters=Parameters.of(p),
        border=border,
        public=_public_money(corner),
        stocks=_stocks(corner, p),
        choice=_choice(corner, corner.migration_cost + away * p["migration_cost"], p),
        productivity=corner.productivity * scale,
        revenue=np.where(made, people[:, None] * np.where(corner.technology.spending > 0, corner.technology.spending, 1), 0),
        income_per_head=np.ones(cells),
        budgets=np.zeros(len(corner.regions) + 1),
        trade_shares=inversion.trade_shares(made.astype(float), openness),
        price_weights=np.full(cells, 1 / cells),
        price_level=1.0,
    )


def _technology(name: str, sectors: tuple[str, ...], told: Mapping[str, Mapping[str, Any]]) -> Technology:
    """Cost shares as the entry tells them: labour alone, no materials and costly trade unless it says otherwise."""

    def column(field: str, default: float) -> Array:
        return np.array([float(told[sector].get(field, default)) for sector in sectors])

    alike = dict.fromkeys(sectors, 1 / len(sectors))
    materials = [[float(told[sector].get("materials", alike).get(good, 0.0)) for good in sectors] for sector in sectors]
    technology = Technology(
        sectors=sectors,
        labour=column("labour", 1.0),
        capital=column("capital", 0.0),
        land=column("land", 0.0),
        value_added=column("value_added", 1.0),
        materials=np.array(materials),
        spending=column("spending", 1 / len(sectors)),
        segmentation=np.zeros(len(sectors)),
        local_cost=column("pays_trade_cost", 1.0),
    )
    sums = (technology.labour + technology.capital + technology.land, technology.materials.sum(axis=1))
    if not all(np.allclose(total, 1) for total in (*sums, technology.spending.sum())):
        raise WorldError(f"{name}: factor shares, material shares and spending shares must each add up to 1")
    return technology


def _places(name: str, corner: Corner) -> Places:
    return Places(
        world=name,
        regions=corner.regions,
        cells=corner.cells,
        region_of_cell=np.array([corner.regions.index(region_of(cell)) for cell in corner.cells]),
        urban=np.array([kind_of(cell) == URBAN for cell in corner.cells]),
        reported=np.ones(len(corner.regions), dtype=bool),
        groups={},
        distance_km=np.zeros((len(corner.cells), len(corner.cells))),
    )


def _public_money(corner: Corner) -> PublicMoney:
    """Every region keeps what it raises and buys goods at home; the government above the regions has nothing."""
    regions = len(corner.regions)
    return PublicMoney(
        wedge=corner.wedge,
        transfer_rate=np.zeros(len(corner.cells)),
        local_share=np.ones(regions),
        grant_share=np.zeros(regions),
        purpose_share=np.tile(np.eye(len(PURPOSES))[GENERAL], (regions + 1, 1)),
    )


def _stocks(corner: Corner, p: Mapping[str, float]) -> Stocks:
    cells = len(corner.cells)
    return Stocks(
        residents=np.diag(corner.people),
        settled=np.diag(corner.settled),
        skill_share=np.tile(np.eye(len(SKILLS))[_UNTRAINED], (cells, 1)),
        efficiency=np.ones(len(SKILLS)),
        skills=SKILLS,
        capital=np.diag(corner.capital),
        settled_capital=np.zeros((cells, cells)),
        land=np.diag(corner.land),
        work_in_town=np.zeros(cells),
        infrastructure=np.ones(cells),
        services=corner.people + corner.settled,
        saving_rate=np.full(cells, p["saving_rate"]),
        retained=0.0,
    )


def _choice(corner: Corner, cost: Array, p: Mapping[str, float]) -> Choice:
    """Amenities and costs as the pull of every place, kappa (log B_d - cost_hd) less the largest; no land moves.

    Nobody goes where the amenity is zero.
    """
    cells, there = len(corner.cells), corner.amenity > 0
    pull = p["labour_choice_elasticity"] * (np.log(np.where(there, corner.amenity, 1.0))[None, :] - cost)
    return Choice(
        labour_seed=np.tile(there.astype(float), (cells, 1)),
        capital_seed=np.ones((cells, cells)),
        land_seed=np.eye(cells),
        pull=pull - pull.max(axis=1, keepdims=True),  # choices only know differences, and no elasticity overflows
        registration_barrier=np.zeros((cells, cells)),
        levels=True,
    )
