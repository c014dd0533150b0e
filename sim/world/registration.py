"""Who is registered where and lives where in the base year: a table that meets every published margin.

Census tables count migrants by where they live and by how far they came, not from which city. The missing cells are
filled by iterative proportional fitting (Deming and Stephan 1940) from a gravity start, margins kept exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import Array, Flag
from sim.errors import WorldError
from sim.world.observed import Migrants, Observed


def fit_margins(seed: Array, rows: Array, columns: Array, tolerance: float = 1e-13) -> Array:
    """The matrix nearest to `seed` with the given row and column sums (same total; seed positive where it matters)."""
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9):
        raise WorldError(f"row sums ({rows.sum():.6g}) and column sums ({columns.sum():.6g}) have different totals")
    table = seed.copy()
    by_row, by_column = np.empty(rows.size), np.empty(columns.size)
    found = np.add.reduce(table, axis=1)  # of small tables: NumPy's shortest words, and no sum made twice
    for _ in range(20_000):
        table *= np.divide(rows, found, out=by_row)[:, None]
        table *= np.divide(columns, np.add.reduce(table, axis=0), out=by_column)
        found = np.add.reduce(table, axis=1)
        if np.maximum.reduce(np.abs(found / rows - 1)) < tolerance:
            return table
    raise WorldError("no table meets both margins: the fitting did not settle")


def flows_by_distance(
    residents: Array, migrants: Migrants, distance_km: Array, outside: Flag, parameters: Mapping[str, float]
) -> Array:
    """Registered persons by (region of registration, of residence) from counts by how far people came.

    What was found last is kept: draws of what these flows do not depend on share it, and it takes half of building a world.
    residents: (region,) persons; distance_km: (region, region). Row sums are registered persons; column sums are residents
    less those from outside; the persons who live outside follow. The weight of staying is set so that moves between
    regions match the counts of migrants from other counties, less the share that stays inside one.
    """
    inside, elasticity = (
        parameters[name] for name in ("share_of_county_moves_inside_city", "registration_distance_elasticity")
    )
    counts = tuple(map(_counted, (migrants.registered, migrants.from_outside, migrants.from_other_counties)))
    given = (residents, *counts, distance_km, outside, np.array([inside, elasticity]))
    key = tuple((part.shape, part.tobytes()) for part in map(np.ascontiguousarray, given))
    if key not in _LAST:
        _LAST.clear()
        _LAST[key] = _flows_by_distance(residents, counts, distance_km, outside, inside, elasticity)
    return _LAST[key].copy()


_LAST: dict[tuple[object, ...], Array] = {}  # the flows found last, by all that they follow from


def _flows_by_distance(
    residents: Array, counts: tuple[Array, ...], distance_km: Array, outside: Flag, inside: float, elasticity: float
) -> Array:
    registered, from_outside, from_other_counties = counts
    here = ~outside
    own = residents[here] - from_outside
    away = registered.sum() - own.sum()
    if away <= 0:
        raise WorldError("more residents than registered persons and migrants together: check the population table")
    wanted = (1 - inside) * from_other_counties.sum()
    gravity = (1 + distance_km[np.ix_(here, here)]) ** -elasticity
    columns = np.append(own, away)

    def table(stay: float) -> Array:
        seed = np.hstack([gravity * own[None, :], np.full((own.size, 1), gravity.mean() * away)])
        seed[np.diag_indices(own.size)] = stay * own * gravity.max()
        return fit_margins(seed, registered, columns)

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
    return np.vstack([table(stay), np.append(from_outside, 0.0)])


def _counted(counts: Array | None) -> Array:
    if counts is None:
        raise WorldError("counts of migrants by how far they came are not complete")
    return counts


def flows_by_arrivals(migrants: Migrants) -> Array:
    """Registered persons by (region of registration, of residence): arrivals divided by origin as the start is."""
    start, arrivals = _counted(migrants.start), _counted(migrants.arrivals)
    total = start.sum(axis=0)
    return np.asarray(start * (arrivals / np.where(total > 0, total, 1.0))[None, :])


def registration_table(observed: Observed, parameters: Mapping[str, float]) -> tuple[Array, Array]:
    """Residents by (cell of registration, cell of residence): those who may move, and those who never do.

    Cells are ordered region by region, urban before rural. Column sums are the residents of every cell; assumed shares say
    which kind of cell migrants come from and go to. Outside, those who may come are `migrant_pool` times those already in
    the other regions; in a world without an outside everybody may move.
    """
    people, migrants, out = observed.residents, observed.migrants, observed.outside
    apart = observed.distance_km * (1 - np.eye(out.size))
    if migrants.registered is not None:
        flows = flows_by_distance(people.sum(axis=1), migrants, apart, out, parameters)
    else:
        flows = flows_by_arrivals(migrants)
    regions = out.size
    rural_origin, urban_destination = parameters["rural_share_of_migrants"], parameters["urban_share_of_destinations"]
    origin = np.array([1 - rural_origin, rural_origin])
    destination = np.array([urban_destination, 1 - urban_destination])
    between = np.where(np.eye(regions) > 0, 0.0, flows)
    by_kind = between[:, None, :, None] * np.outer(origin, destination)[None, :, None, :]
    table = by_kind.reshape(2 * regions, 2 * regions)
    crossing = parameters["share_of_moves_between_kinds"] * migrants.inside
    for home in np.flatnonzero(~out).tolist():
        urban, rural = 2 * home, 2 * home + 1
        table[rural, urban] = parameters["share_of_moves_to_town"] * crossing[home]
        table[urban, rural] = (1 - parameters["share_of_moves_to_town"]) * crossing[home]
        table[urban, urban] = people[home, 0] - table[:, urban].sum()
        table[rural, rural] = people[home, 1] - table[:, rural].sum()
    short = sorted({number // 2 for number in np.argwhere(table < 0).ravel().tolist()})
    if short:
        raise WorldError(
            f"{', '.join(observed.regions[number] for number in short)}: the shares of migrants leave fewer "
            "people in a town or its villages than migrants"
        )
    settled = np.zeros_like(table)
    for region in np.flatnonzero(out).tolist():
        _stay_outside(table, settled, slice(2 * region, 2 * region + 2), people[region], origin, parameters)
    return table, settled


def _stay_outside(
    table: Array, settled: Array, cells: slice, people: Array, origin: Array, parameters: Mapping[str, float]
) -> None:
    """Fill in those who live outside and are registered there: a pool who may come, and the rest, who never do."""
    inside = np.ones(table.shape[0], dtype=bool)
    inside[cells] = False
    waiting = (parameters["migrant_pool"] - 1) * table[cells, inside].sum() * origin
    rest = people - table[inside, cells].sum(axis=0) - waiting
    table[cells, cells][np.diag_indices(2)] = waiting
    settled[cells, cells][np.diag_indices(2)] = rest
    if (rest < 0).any():
        raise WorldError("the pool of possible migrants is larger than the rest of the country")
