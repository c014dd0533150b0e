"""Growth: productivity, public stocks and capital from one year to the next, and villages that become urban."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.arrays import Array, Index
from sim.compiled import compiled
from sim.economy.entries import Belt
from sim.economy.state import Economy, hours_of_work, weighted_log
from sim.once import once
from sim.world.world import World


def productivity(world: World, economy: Economy, infrastructure_index: Array, belts: Sequence[Belt] = ()) -> Array:
    """Gross productivity (cell, sector) of the year.

    A_cj = size_cj exp(gamma_j (knowledge_c + nu log(H_c / H_c0) + phi log g_c + sum_b nu_b log(H_b / H_b0)))

    H: efficiency units with a job, by the year before's share of those who want one, over those the base year had on the
    same ground, in the cell or in all of a belt b it belongs to, then over those of the belt's first year; g:
    infrastructure over that of the base year.
    Everything acts on value added, hence the exponent gamma. Source: Combes and Gobillon (2015) for nu, Bom and
    Ligthart (2014) for phi.
    """
    p = world.parameters
    hours = hours_of_work(world, economy.workforce).sum(axis=0) * economy.employment
    log_gain = (
        economy.knowledge
        + weighted_log(p.agglomeration, hours / economy.labour_reference)
        + weighted_log(p.infrastructure_elasticity, infrastructure_index)
    )
    for belt in belts:
        density = (belt.cells @ hours) / (belt.cells @ economy.belt_references[belt.policy])
        log_gain = log_gain + belt.elasticity * np.log(density) * belt.cells
    return np.asarray(economy.size * np.exp(np.outer(log_gain, world.technology.value_added)))


def infrastructure_index(economy: Economy) -> Array:
    """Infrastructure over the stock the base year had on the same ground, (cell,); 1 in the base year."""
    return _over_base(economy.infrastructure, economy.infrastructure_reference)


def services_per_head(economy: Economy) -> Array:
    """Public services per resident over those of the base year, (cell,)."""
    now = economy.services / economy.workforce.persons
    return _over_base(now, economy.services_reference / economy.persons_reference)


def _over_base(now: Array, base: Array) -> Array:
    """A public stock over that of the base year; 1 where the base year had none, for then there is nothing to compare."""
    return np.asarray(np.where(base > 0, now / np.where(base > 0, base, 1.0), 1.0))


def growth_of_year(world: World, year: int) -> Array:
    """Growth of productivity of a year, (cell,), log points: it fades to its long run, outside with a margin of its own.

    g_t = g_inf + (g - g_inf) 2^(-t/H); H = 0: g for good. Source: Pritchett and Summers (2014), regression to the mean.
    """
    p, outside = world.parameters, ~world.places.reported_cells
    if p.growth_half_life == 0.0:
        return np.asarray(p.growth + p.growth_outside * outside)
    fading = 2.0 ** (-(year - world.first_year) / p.growth_half_life)
    return np.asarray(p.growth_long_run + fading * (p.growth - p.growth_long_run + p.growth_outside * outside))


def settled_to_town(world: World, economy: Economy) -> tuple[Array, Array]:
    """Settled people (home, cell) after a share of the villagers outside moved to their towns, and those moves, persons.

    They keep their registration. The moves, (origin, destination), are counted with births and deaths.
    """
    rate, moves = world.parameters.moves_outside, np.zeros((world.cells, world.cells))
    villages = ~world.places.urban & ~world.places.reported_cells
    if rate == 0.0 or not villages.any():
        return economy.settled, moves
    settled = economy.settled.copy()
    for village in np.flatnonzero(villages):
        town, leaving = world.places.town_of_cell[village], rate * settled[:, village]
        settled[:, village] -= leaving
        settled[:, town] += leaving
        moves[village, town] = economy.people_scale * leaving.sum()
    return settled, moves


def learned(world: World, knowledge: Array, real_wage: Array, persons: Array, year: int) -> Array:
    """Log productivity of the next year: common growth, diffusion from better paid places, catching up with the like.

    dk_c = g_t + chi max(0, sum_d omega_cd log(real wage_d) - log(real wage_c))
           + eta (mean_k log(real wage) - log(real wage_c))

    omega: connections, inverse distance among reported cells; mean_k: over the residents of reported cells of the same
    kind, so that catching up moves no mean. The rest of the country, and a cell without any connection, grow by g alone.
    persons: residents, (cell,). Source: Nelson and Phelps (1966); Barro and Sala-i-Martin (1992).
    """
    inside, weight = world.places.reported_cells, connections(world)
    log_wage = np.log(real_wage)
    gap = np.where(weight.any(axis=1), np.maximum(0.0, weight @ log_wage - log_wage), 0.0)
    learning = growth_of_year(world, year) + world.parameters.diffusion * gap
    if world.parameters.catching_up > 0.0:
        for kind in (world.places.urban, ~world.places.urban):
            alike = kind & inside
            mean = (persons[alike] @ log_wage[alike]) / persons[alike].sum() if alike.any() else 0.0
            learning += np.where(alike, world.parameters.catching_up * (mean - log_wage), 0.0)
    return np.asarray(knowledge + learning)


@once(keeper=0)
def connections(world: World) -> Array:
    """Weights of what one place learns from others, (cell, cell), by inverse distance: rows add up to one or to nothing."""
    inside = world.places.reported_cells
    weight = np.where(inside[:, None] & inside[None, :], 1.0 / (20.0 + world.places.distance_km), 0.0)
    np.fill_diagonal(weight, 0.0)
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0))


def capital_bought(economy: Economy, investment: Array, price: Array) -> Array:
    """Capital bought for every owner in every place, (owner, place), yuan of 2014: K+_oc = I_o n_oc / n_o / p_c.

    What an owner saves, (owner,), is bought where the owner's slices stand (`Economy.investment_places`), at the goods
    prices p there.
    """
    return np.asarray(investment[:, None] * economy.investment_places / price)


def settled_capital(economy: Economy, bought: Array) -> Array:
    """The part of what was bought that no slice stands for, (owner, place): its owners have none, so it never moves."""
    return np.asarray(np.where(economy.has_slices[:, None], 0.0, bought))


def unit_value_next(economy: Economy, bought: Array, depreciation: float) -> Array:
    """Value of a slice of each owner's capital, (owner,): (1 - delta) q + what was bought, which belongs to all alike."""
    held = economy.capital_units.sum(axis=1)
    grown = (1 - depreciation) * economy.unit_value + bought.sum(axis=1) / np.where(held > 0, held, 1.0)
    return np.asarray(np.where(held > 0, grown, economy.unit_value))


def merged_value(economy: Economy, units: Array, town: Index) -> Array:
    """Unit values after villages' portfolios joined their towns', (owner,): pooled, so that their worth is kept.

    units: slices by (owner, place) after the moves; an owner's slices only ever join those of its town.
    """
    before, after = economy.capital_units.sum(axis=1), units.sum(axis=1)
    leaving = np.where(town == np.arange(town.size), 0.0, before - after)
    worth = (before - leaving) * economy.unit_value
    np.add.at(worth, town, leaving * economy.unit_value)
    return np.asarray(np.where(after > 0, worth / np.where(after > 0, after, 1.0), economy.unit_value))


def merged_quality(economy: Economy, land: Array, ground: Array, town: Index, rent: Array) -> Array:
    """Effective land per km2 of every town's own land after villages joined it, (cell,).

    A village's fields are no building land: the area `ground` (km2) that changed its name comes into town as what it is
    worth there, times rent_v / rent_u; building rights the village held in town come as they are. land: (owner, place)
    after the moves; rent: per km2 of base-year quality.
    """
    own_before, own_after = economy.land.diagonal(), land.diagonal()
    village = town != np.arange(town.size)
    priced = village & (rent[town] > 0)
    relative_rent = np.where(priced, rent / np.where(priced, rent[town], 1.0), 0.0)
    effective, rights = own_before * economy.land_quality, own_after - own_before
    np.add.at(rights, town, np.where(village, -ground, 0.0))
    np.add.at(effective, town, np.where(village, ground * relative_rent, 0.0))
    quality = (effective + rights) / np.where(own_after > 0, own_after, 1.0)
    return np.asarray(np.where(village | (own_after <= 0), 1.0, quality))


def absorbed_seed(seed: Array, share: Array, town: Index) -> Array:
    """Base-year stocks by (home, place) on the ground cells now cover, after a share of each village joined its town.

    seed: (home, place), or those of several factors, (factor, home, place). The village's own people take all their ties
    along, once: those who stayed now stay in the town; of those who came from elsewhere, the share who came to that
    ground now count as having come to the town. Sums are kept.
    """
    after = seed.copy()
    _absorb_ties(after.reshape(-1, *seed.shape[-2:]), share, town)
    return after


@compiled()
def _absorb_ties(seeds, share, town):  # type: ignore[no-untyped-def]
    """`absorbed_seed` of several factors in place, village after village: they have ties to one another."""
    cells = share.size
    leaving = np.empty(cells)
    for village in range(cells):
        into, part = town[village], share[village]
        if not part > 0:
            continue
        for seed in seeds:
            for place in range(cells):
                leaving[place] = part * seed[village, place]
                seed[village, place] -= leaving[place]
            leaving[into] += leaving[village]
            leaving[village] = 0.0
            for home in range(cells):
                if home != village:  # who stays in a village that stays one
                    came = part * seed[home, village]
                    seed[home, village] -= came
                    seed[home, into] += came
            for place in range(cells):
                seed[into, place] += leaving[place]


@compiled()
def _absorb_enclaves(enclave, share, town):  # type: ignore[no-untyped-def]
    """Enclaves (owner, place) in place, after a part of every village's ground joined its town, owned or standing there.

    What a village owns on its own ground goes along once.
    """
    cells = share.size
    owned, placed = np.empty(cells), np.empty(cells)
    for village in range(cells):
        into, part = town[village], share[village]
        if not part > 0:
            continue
        before = enclave[village, village]
        enclave[village, village] = 0.0
        for other in range(cells):
            owned[other], placed[other] = part * enclave[village, other], part * enclave[other, village]
        for other in range(cells):
            enclave[village, other] -= owned[other]
            enclave[into, other] += owned[other]
        for other in range(cells):
            enclave[other, village] -= placed[other]
            enclave[other, into] += placed[other]
        enclave[village, village] += before - part * before
        enclave[into, into] += part * before


_OF_THE_GROUND = (
    "infrastructure",
    "services",
    "labour_reference",
    "infrastructure_reference",
    "services_reference",
    "persons_reference",
    "ground",
)


def absorb_villages(economy: Economy, share: Array, town: Index, unit_cost: Array, theta: float) -> None:
    """Move the part `share` of every village's ground, with all that stands on it, to its town.

    People, land and capital move as agents; here go productivity, public stocks, base-year references and ties, so that
    a change of name alone changes no price and no one's plans: A_u^theta gains share (x_u / x_v)^theta A_v^theta, with x
    the cost at size one, and the village loses the same share of its scale. Revenues, the next start, follow.
    """
    seeds = np.stack([economy.labour_seed, economy.capital_seed, economy.land_seed])
    economy.labour_seed, economy.capital_seed, economy.land_seed = absorbed_seed(seeds, share, town)
    if economy.enclave.any():
        economy.enclave = economy.enclave.copy()
        _absorb_enclaves(economy.enclave, share, town)
    stocks = [name for name in _OF_THE_GROUND if getattr(economy, name) is not None]
    belts = list(economy.belt_references)
    moved = np.stack([*(getattr(economy, name) for name in stocks), *economy.belt_references.values()])
    size, revenue = economy.size.copy(), economy.revenue.copy()  # a model that branched off may hold these too
    for village in _one_a_town(np.flatnonzero(share > 0), town):
        into, part = town[village], share[village][:, None]
        gained = part * (size[village] * unit_cost[into] / unit_cost[village]) ** theta
        size[into] = (size[into] ** theta + gained) ** (1 / theta)
        size[village] *= (1 - part) ** (1 / theta)
        revenue[into] += part * revenue[village]
        revenue[village] *= 1 - part
        moved[:, into] += share[village] * moved[:, village]
        moved[:, village] *= 1 - share[village]
    economy.size, economy.revenue = size, revenue
    for name, stock in zip(stocks, moved, strict=False):
        setattr(economy, name, stock)
    economy.belt_references = dict(zip(belts, moved[len(stocks) :], strict=True))


def _one_a_town(villages: Index, town: Index) -> Iterator[Index]:
    """Villages that join their towns at once, so that each town has one of them at a time, in their order."""
    while villages.size:
        first = np.zeros(villages.size, dtype=bool)
        first[np.unique(town[villages], return_index=True)[1]] = True
        yield villages[first]
        villages = villages[~first]
