"""The compiled pass over all agents of a kind: draw, decide, move, count, in the same pieces on any number of threads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from sim.agents.choice import MIGRATED, RECLASSIFIED, TRANSFERRED, choose, decide, row_of
from sim.agents.odds import Odds
from sim.arrays import Array
from sim.compiled import compiled
from sim.streams import fill_words

Rows = NDArray[np.unsignedinteger[Any]]
Counts = NDArray[np.int64]

CHUNKS = 32  # pieces of the table counted apart; the sum of integers does not depend on it
BLOCK = 512  # agents whose words are drawn at a time: they and their rows stay in a processor's nearest cache


class Table(NamedTuple):
    """The columns of a kind as the kernel takes them; skill and luck are empty for kinds without."""

    home: Rows
    cell: Rows
    skill: Rows
    luck: Rows


class Draw(NamedTuple):
    """Which random words agents meet in a pass: those of a seed, a replicate, an event and a year."""

    seed: int
    replicate: int
    event: int
    year: int


def borders(agents: int, begin: int = 0, end: int = CHUNKS) -> NDArray[np.int64]:
    """Numbers of the agents at which the pieces begin to end - 1 of a table of `agents` begin, and where the last ends."""
    return np.arange(begin, end + 1, dtype=np.int64) * agents // CHUNKS


def advance(
    table: Table, draw: Draw, odds: Odds, worth: Array, in_town: NDArray[np.int32], skills: int
) -> tuple[Array, Counts, Counts]:
    """Let every agent decide and write its row: (moves by (kind of move, origin, destination), homes, workers).

    worth[h]: what an agent of home h counts for in moves; homes: agents by (home, cell) after the moves; workers: by (cell,
    skill, works in town) when luck below in_town[c], in 65536ths, works in town.
    """
    pieces = borders(table.home.size)
    moves, homes, workers = advance_pieces(table, draw, pieces, odds, worth, in_town, skills)
    return moves.sum(axis=0), homes, workers


def advance_pieces(
    table: Table, draw: Draw, pieces: NDArray[np.int64], odds: Odds, worth: Array, in_town: NDArray[np.int32], skills: int
) -> tuple[Array, Counts, Counts]:
    """`advance` for the rows of some whole pieces of a table, with moves by (piece, kind of move, origin, destination).

    pieces: their `borders`; the first is the number of the first row's agent. Moves of unequal worth are rounded sums, which
    are the same wherever the pieces are held, as long as they are added in their order.
    """
    cells, chunks = in_town.size, pieces.size - 1
    kinds = 3 if odds.transfer.any() else 2  # with many cells a table of transfers takes room
    moves = np.zeros((chunks, kinds, cells, cells))
    homes, workers = _tables(chunks, cells, skills)
    _advance(*table, *draw, pieces, odds, worth, in_town, moves, homes, workers)
    return moves, homes.sum(axis=0), workers.sum(axis=0)


def count(table: Table, in_town: NDArray[np.int32], skills: int) -> tuple[Counts, Counts]:
    """The counts of `advance` without a move: agents by (home, cell), and by (cell, skill, works in town)."""
    homes, workers = _tables(CHUNKS, in_town.size, skills)
    _count(*table, in_town, homes, workers)
    return homes.sum(axis=0), workers.sum(axis=0)


def _tables(chunks: int, cells: int, skills: int) -> tuple[Counts, Counts]:
    """Empty counts for every piece; made here, where making and adding up need no compiling."""
    return np.zeros((chunks, cells, cells), dtype=np.int64), np.zeros((chunks, cells, skills, 2), dtype=np.int64)


@compiled(parallel=True)
def _advance(  # type: ignore[no-untyped-def]
    home, cell, skill, luck, seed, replicate, event, year, pieces, odds, worth, in_town, moves, homes, workers
):
    offset = pieces[0]
    for chunk in numba.prange(pieces.size - 1):
        words = np.empty((4, BLOCK), dtype=np.uint32)
        flags, listed = np.empty((2, BLOCK), dtype=np.uint8), np.empty((2, BLOCK), dtype=np.uint16)
        begin, end = pieces[chunk] - offset, pieces[chunk + 1] - offset
        for first in range(begin, end, BLOCK):
            last = min(first + BLOCK, end)
            fill_words(words, seed, replicate, event, year, offset + first, last - first)
            move_block(home[first:last], cell[first:last], skill[first:last], words, flags, listed, odds, worth, moves[chunk])
            count_block(home[first:last], cell[first:last], homes[chunk])
            if skill.size > 0:
                count_workers(cell[first:last], skill[first:last], luck[first:last], in_town, workers[chunk])


@compiled()  # on one thread: it runs once a replicate, and a parallel loop compiles three times as long
def _count(home, cell, skill, luck, in_town, homes, workers):  # type: ignore[no-untyped-def]
    for chunk in range(CHUNKS):
        first, last = home.size * chunk // CHUNKS, home.size * (chunk + 1) // CHUNKS
        count_block(home[first:last], cell[first:last], homes[chunk])
        if skill.size > 0:
            count_workers(cell[first:last], skill[first:last], luck[first:last], in_town, workers[chunk])


@compiled()
def move_block(home, cell, skill, words, flags, listed, odds, worth, moves):  # type: ignore[no-untyped-def]
    """Let a block of agents decide and write its rows, and add up its moves.

    Most agents have words with which nothing can happen. So those who may move and no more, and those whose village or
    schooling may change, are listed first, in loops without a branch; for the former the rule is the choice alone.
    """
    skilled, movers, others = skill.size > 0, 0, 0
    for agent in range(home.size):
        rare = (words[2, agent] < odds.village_any) | (words[3, agent] < odds.training_any)
        flags[0, agent] = (words[0, agent] < odds.mobility) & (not rare)
        flags[1, agent] = rare
    for agent in range(home.size):
        listed[0, movers], listed[1, others] = agent, agent
        movers += flags[0, agent]
        others += flags[1, agent]
    for number in range(movers):
        agent = listed[0, number]
        was, owner = cell[agent], home[agent]
        chosen = choose(row_of(owner, skill[agent] if skilled else 0, odds), words[1, agent], odds)
        cell[agent] = chosen
        moves[0, was, chosen] += worth[owner] if chosen != was else 0.0
    for number in range(others):
        agent = listed[1, number]
        was, owner = cell[agent], home[agent]
        counts_for = worth[owner]
        new_home, new_cell, new_skill, happened = decide(
            np.int64(home[agent]), np.int64(was), np.int64(skill[agent]) if skilled else 0,
            words[0, agent], words[1, agent], words[2, agent], words[3, agent], odds,
        )  # fmt: skip
        home[agent], cell[agent] = new_home, new_cell
        if skilled:
            skill[agent] = new_skill
        if happened == MIGRATED:
            moves[0, was, new_cell] += counts_for
        elif happened == RECLASSIFIED:
            moves[1, was, new_cell] += counts_for
        elif happened == TRANSFERRED:
            moves[2, owner, new_home] += counts_for


@compiled()
def count_block(home, cell, homes):  # type: ignore[no-untyped-def]
    """Add a block of agents to the counts by (home, cell)."""
    for agent in range(home.size):
        homes[home[agent], cell[agent]] += 1


@compiled()
def count_workers(cell, skill, luck, in_town, workers):  # type: ignore[no-untyped-def]
    """Add a block of agents to the counts by (cell, skill, works in town)."""
    for agent in range(cell.size):
        place = cell[agent]
        workers[place, skill[agent], 1 if luck[agent] < in_town[place] else 0] += 1
