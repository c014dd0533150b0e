"""People of a year: births less deaths, and registrations that follow those who moved to another region."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array
from sim.economy.state import Economy
from sim.world.world import World

_MOST_TRANSFERRED = 0.5  # of the migrants of a town in a year
_FADING = 10.0  # years in which growth of registered people beyond the nation's halves after the last year known


def natural_growth(world: World, year: int) -> float:
    """Births less deaths over residents in a year, alike everywhere: n_t = n + n' (t - t0), a straight line."""
    p = world.parameters
    return p.natural_growth + p.natural_growth_trend * (year - world.first_year)


def transfer_odds(world: World, economy: Economy) -> Array:
    """Probability that a migrant from another region who lives in a town is registered there from now on, (cell,).

    z_r = max(0, g_r - n) N_r / M_r, at most one half: where registered people N_r grow by more than births less deaths n,
    the rest are transfers, and they come from the M_r residents of its towns who are registered in other regions and may
    move. g_r: log growth of registered people of region r as counted, after the last count g - n fades by half in ten
    years. Those whom a region loses are those who are registered elsewhere. Times `transfers_of_registration`; zero in
    worlds without such counts.
    """
    p, counted, places = world.parameters, world.registered_growth, world.places
    if p.transfers_of_registration == 0.0 or counted is None:
        return np.zeros(world.cells)
    years = economy.year - world.first_year
    late = max(0, years - (len(counted) - 1))
    beyond = counted[years - late] - natural_growth(world, economy.year - late)
    wanted = np.maximum(0.0, np.where(np.isnan(beyond), 0.0, beyond)) * 2.0 ** (-late / _FADING)
    residence, member = economy.workforce.residence, places.membership()
    elsewhere = places.region_of_cell[:, None] != places.region_of_cell[None, :]
    may_move = residence - economy.people_scale * economy.settled
    migrants = member @ (np.where(elsewhere, may_move, 0.0).sum(axis=0) * places.urban)
    asked = p.transfers_of_registration * wanted * (member @ residence.sum(axis=1))
    odds = np.minimum(_MOST_TRANSFERRED, asked / np.where(migrants > 0, migrants, 1.0))
    return np.asarray(np.where(places.urban, odds[places.region_of_cell], 0.0))
