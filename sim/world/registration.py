"""Who is registered where and lives where in the base year: a table that meets every published margin.

Census tables count migrants by where they live and by how far they came, not from which city. The missing cells are
filled by iterative proportional fitting (Deming and Stephan 1940) from a gravity start, margins kept exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.errors import WorldError


@dataclass(frozen=True)
class CityCounts:
    """Counts by city (persons), base year: residents, registered, migrants by how far they came."""

    cities: tuple[str, ...]
    urban: Array
    rural: Array
    registered: Array
    from_other_provinces: Array
    from_other_counties: Array
    within_county: Array


def fit_margins(seed: Array, rows: Array, columns: Array, tolerance: float = 1e-13) -> Array:
    """The matrix nearest to `seed` with the given row and column sums (same total; seed positive where it matters)."""
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9):
        raise WorldError(f"row sums ({rows.sum():.6g}) and column sums ({columns.sum():.6g}) have different totals")
    table = seed.copy()
    for _ in range(20_000):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= (columns / table.sum(axis=0))[None, :]
        if np.abs(table.sum(axis=1) / rows - 1).max() < tolerance:
            return table
    raise WorldError("no table meets both margins: the fitting did not settle")


def between_cities(counts: CityCounts, distance_km: Array, parameters: Mapping[str, float]) -> Array:
    """Registered persons by (city of registration, city of residence, last column outside the province).

    Row sums are registered persons; column sums are residents less those from other provinces; the persons who live
    outside follow. The weight of staying is set so that moves between cities match the counts of migrants from other
    counties, less the share that stays inside one city.
    """
    residents = counts.urban + counts.rural - counts.from_other_provinces
    away = counts.registered.sum() - residents.sum()
    if away <= 0:
        raise WorldError("more residents than registered persons and migrants together: check the population table")
    wanted = (1 - parameters["share_of_county_moves_inside_city"]) * counts.from_other_counties.sum()
    gravity = (1 + distance_km) ** -parameters["registration_distance_elasticity"]
    columns = np.append(residents, away)

    def table(stay: float) -> Array:
        seed = np.hstack([gravity * residents[None, :], np.full((residents.size, 1), gravity.mean() * away)])
        seed[np.diag_indices(residents.size)] = stay * residents * gravity.max()
        return fit_margins(seed, counts.registered, columns)

    def moves(stay: float) -> float:
        inner = table(stay)[:, :-1]
        return float(inner.sum() - np.trace(inner))

    from scipy.optimize import brentq

    ends = [moves(float(np.exp(end))) - wanted for end in (-5.0, 12.0)]
    if ends[0] * ends[1] > 0:
        raise WorldError(
            f"{wanted:.4g} people would have moved between cities; with these distances it can be "
            f"{ends[1] + wanted:.4g} to {ends[0] + wanted:.4g}"
        )
    stay = float(np.exp(brentq(lambda x: moves(float(np.exp(x))) - wanted, -5.0, 12.0, xtol=1e-13)))
    return table(stay)


def registration_table(
    counts: CityCounts, distance_km: Array, outside: Array, parameters: Mapping[str, float]
) -> tuple[Array, Array]:
    """Residents by (cell of registration, cell of residence): those who may move, and those who never do.

    Cells are ordered city by city, urban before rural, the two cells of the rest of the country last; `outside` holds
    their residents. Column sums are the residents of every cell; assumed shares say which kind of cell migrants come
    from and go to. The people outside the province who may come are `migrant_pool` times those already in it.
    """
    cities = counts.urban.size
    cells = 2 * cities + 2
    table = np.zeros((cells, cells))
    rural_origin, urban_destination = parameters["rural_share_of_migrants"], parameters["urban_share_of_destinations"]
    origin = np.array([1 - rural_origin, rural_origin])
    destination = np.array([urban_destination, 1 - urban_destination])
    flows = between_cities(counts, distance_km, parameters)
    for home in range(cities):
        for place in range(cities):
            if home != place:
                block = flows[home, place] * np.outer(origin, destination)
                table[2 * home : 2 * home + 2, 2 * place : 2 * place + 2] = block
        table[2 * home : 2 * home + 2, -2:] = flows[home, -1] * np.outer(origin, destination)
        table[-2:, 2 * home : 2 * home + 2] = counts.from_other_provinces[home] * np.outer(origin, destination)
    crossing = parameters["share_of_moves_between_kinds"] * (
        counts.within_county + parameters["share_of_county_moves_inside_city"] * counts.from_other_counties
    )
    for home in range(cities):
        urban, rural = 2 * home, 2 * home + 1
        table[rural, urban] = parameters["share_of_moves_to_town"] * crossing[home]
        table[urban, rural] = (1 - parameters["share_of_moves_to_town"]) * crossing[home]
        table[urban, urban] = counts.urban[home] - table[:, urban].sum()
        table[rural, rural] = counts.rural[home] - table[:, rural].sum()
    short = sorted({number // 2 for number in np.argwhere(table < 0).ravel().tolist()})
    if short:
        raise WorldError(
            f"{', '.join((*counts.cities, 'outside')[number] for number in short)}: the shares of migrants leave fewer "
            "people in a town or its villages than migrants"
        )
    settled = np.zeros_like(table)
    inside = table[-2:, :-2].sum()
    waiting = (parameters["migrant_pool"] - 1) * inside * origin
    rest = outside - table[:-2, -2:].sum(axis=0) - waiting
    table[-2, -2], table[-1, -1] = waiting
    settled[-2, -2], settled[-1, -1] = rest
    if (rest < 0).any():
        raise WorldError("the pool of possible migrants is larger than the rest of the country")
    return table, settled
