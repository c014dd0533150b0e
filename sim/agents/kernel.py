"""The compiled pass over all agents of a kind: decide, move, add up, in the same pieces on any number of threads."""

from __future__ import annotations

import numba
import numpy as np

from sim.agents.choice import MIGRATED, RECLASSIFIED, decide

CHUNKS = 32  # pieces of the table counted apart; the sum of integers does not depend on it


@numba.njit(cache=True, parallel=True)
def advance(  # type: ignore[no-untyped-def]
    home, cell, skill, seed, replicate, event, year,
    cumulative, group, mobility, reclassify, town, stayers_only, training, trainable, trained_skill, worth,
):  # fmt: skip
    """Let every agent decide, write its row, and add up moves by (kind of move, origin, destination).

    worth[h]: what an agent of home h counts for. Pieces are the same for any number of threads, and so are the sums.
    """
    agents, cells = home.size, cumulative.shape[1]
    moves = np.zeros((CHUNKS, 2, cells, cells))
    for chunk in numba.prange(CHUNKS):
        for agent in range(agents * chunk // CHUNKS, agents * (chunk + 1) // CHUNKS):
            was, counts_for = cell[agent], worth[home[agent]]
            new_home, new_cell, new_skill, happened = decide(
                home[agent], was, skill[agent], seed, replicate, event, year, agent,
                cumulative, group, mobility, reclassify, town, stayers_only, training, trainable, trained_skill,
            )  # fmt: skip
            home[agent], cell[agent], skill[agent] = new_home, new_cell, new_skill
            if happened == MIGRATED:
                moves[chunk, 0, was, new_cell] += counts_for
            elif happened == RECLASSIFIED:
                moves[chunk, 1, was, new_cell] += counts_for
    return moves.sum(axis=0)


@numba.njit(cache=True, parallel=True)
def count_homes(home, cell, cells):  # type: ignore[no-untyped-def]
    """Number of agents by (home, cell)."""
    counts = np.zeros((CHUNKS, cells, cells), dtype=np.int64)
    for chunk in numba.prange(CHUNKS):
        for agent in range(home.size * chunk // CHUNKS, home.size * (chunk + 1) // CHUNKS):
            counts[chunk, home[agent], cell[agent]] += 1
    return counts.sum(axis=0)


@numba.njit(cache=True, parallel=True)
def count_skills(cell, skill, luck, in_town, skills):  # type: ignore[no-untyped-def]
    """Number of workers by (cell of residence, skill, works in the town of its region)."""
    cells = in_town.size
    counts = np.zeros((CHUNKS, cells, skills, 2), dtype=np.int64)
    for chunk in numba.prange(CHUNKS):
        for agent in range(cell.size * chunk // CHUNKS, cell.size * (chunk + 1) // CHUNKS):
            place = cell[agent]
            works_in_town = 1 if luck[agent] < in_town[place] * 65536.0 else 0
            counts[chunk, place, skill[agent], works_in_town] += 1
    return counts.sum(axis=0)
