"""The pass over all agents of a kind: draw, decide, move, count, in the same pieces on any number of threads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from sim.agents.bits import SIXTY_FOUR, not_above, number_set, unlike
from sim.agents.choice import MIGRATED, RECLASSIFIED, TRANSFERRED, choose, decide, only_chooses, row_of
from sim.agents.listing import BLOCK, list_block, scratch, write_set
from sim.agents.odds import Odds
from sim.agents.threads import Threads
from sim.arrays import Array
from sim.compiled import borrowing
from sim.streams import fill_words

Rows = NDArray[np.unsignedinteger[Any]]
Counts = NDArray[np.int64]

CHUNKS = 32  # pieces of the table; rounded sums are added up in their order, whoever worked them out
TURNS = 4  # neighbours are counted in turn in so many small tables, so that none waits for the one before
_PARTS = 8  # of a piece: where sums do not round threads share work in smaller parts, and none waits long for the last
_ONE = np.uint64(1)
_ROOM = 1 << 26  # bytes of tables of moves that are held at once where every piece needs its own


class Table(NamedTuple):
    """The columns of a kind as the kernel takes them; skill and luck are empty for kinds without."""

    home: Rows
    cell: Rows
    skill: Rows
    luck: Rows


class Counted(NamedTuple):
    """Agents, or by how many more there are: by (home, cell); by (cell, skill, works in town); by (cell, skill) those of
    the homes `outside`, 1 for homes in the rest of the country and 0 for others, (home,). One skill where none is known.
    """

    homes: Counts
    workers: Counts
    newcomers: Counts


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
    table: Table,
    draw: Draw,
    odds: Odds,
    worth: Array,
    in_town: NDArray[np.int32],
    skills: int,
    outside: NDArray[np.int64] | None = None,
    threads: Threads | None = None,
) -> tuple[Array, Counted]:
    """Let every agent decide and write its row: moves by (kind of move, origin, destination), and what was counted.

    worth[h]: what an agent of home h counts for in moves. Counted are by how many more agents there are by (home, cell) and
    of the homes `outside` by (cell, skill), and workers after the moves, when luck below in_town[c], in 65536ths, works in
    town.
    """
    pieces, threads = borders(table.home.size), threads or Threads()
    if counted_by_ones(worth):
        moves, counted = advance_pieces(table, draw, pieces, odds, worth, in_town, skills, outside, threads)
        return moves[0], counted
    kinds = (_kinds(odds), in_town.size, in_town.size)
    few = table.home.size // CHUNKS < kinds[0] * in_town.size**2  # then hardly any pair of cells sees a move in a piece
    at_once = min(CHUNKS, max(numba.get_num_threads(), _ROOM // (8 * kinds[0] * in_town.size**2)))
    total, moves, tallies = np.zeros(kinds), np.zeros((at_once, *kinds)), dict[int, _Tally]()
    year = _Year(draw, odds, worth, in_town, skills, _flags(outside, in_town.size))
    for first in range(0, CHUNKS, at_once):
        some = pieces[first : first + at_once + 1]
        rows = Table(*(column[some[0] : some[-1]] for column in table))
        were = rows.home.copy(), rows.cell.copy()
        _live(rows, some, year, threads, tallies, moves)
        for of_piece, begin, end in zip(moves, some[:-1] - some[0], some[1:] - some[0], strict=False):
            if few:
                columns = (column[begin:end] for column in (*were, rows.home, rows.cell))
                _take_few(total, of_piece, *columns)
            else:
                total += of_piece
                of_piece.fill(0.0)
    return total, _counted(tallies, in_town.size, skills)


def counted_by_ones(worth: Array) -> bool:
    """Whether moves are whole numbers of agents, whose sums do not round in any order."""
    return bool((worth == 1.0).all())


class _Year(NamedTuple):
    """What all agents meet in a pass, as `advance` has it."""

    draw: Draw
    odds: Odds
    worth: Array
    in_town: NDArray[np.int32]
    skills: int
    outside: NDArray[np.int64]


class _Tally(NamedTuple):
    """What one thread counted: moves by ones, workers in turns, the rest as `Counted`."""

    moves: Array
    homes: Counts
    workers: Counts
    newcomers: Counts

    @classmethod
    def of(cls, kinds: int, cells: int, skills: int) -> _Tally:
        """Nothing counted yet, with room for so many kinds of moves."""
        homes, workers = np.zeros((cells, cells), dtype=np.int64), np.zeros((TURNS, cells * skills * 2), dtype=np.int64)
        return cls(np.zeros((kinds, cells, cells)), homes, workers, np.zeros((cells, max(skills, 1)), dtype=np.int64))


def advance_pieces(
    table: Table,
    draw: Draw,
    pieces: NDArray[np.int64],
    odds: Odds,
    worth: Array,
    in_town: NDArray[np.int32],
    skills: int,
    outside: NDArray[np.int64] | None = None,
    threads: Threads | None = None,
) -> tuple[Array, Counted]:
    """`advance` for the rows of some whole pieces of a table, with moves by (piece, kind of move, origin, destination).

    pieces: their `borders`; the first is the number of the first row's agent. Moves of unequal worth are rounded sums, which
    are the same wherever the pieces are held, as long as they are added in their order; those counted by ones come as one
    piece, the sum of a table a thread.
    """
    ones, kinds = counted_by_ones(worth), (_kinds(odds), in_town.size, in_town.size)
    moves, tallies = np.zeros((0 if ones else pieces.size - 1, *kinds)), dict[int, _Tally]()
    year = _Year(draw, odds, worth, in_town, skills, _flags(outside, in_town.size))
    _live(table, pieces, year, threads or Threads(), tallies, moves)
    summed = np.asarray(sum(own.moves for own in tallies.values()))[None] if ones else moves
    return summed, _counted(tallies, in_town.size, skills)


def _live(
    table: Table, pieces: NDArray[np.int64], year: _Year, threads: Threads, tallies: dict[int, _Tally], moves: Array
) -> None:
    """Let the rows of some pieces decide; counted are they in the threads' tallies, of unequal worth in a table a piece."""
    draw, odds, worth, in_town, skills, outside = year
    ones, offset = counted_by_ones(worth), int(pieces[0])
    ends = _in_parts(pieces) if ones else pieces

    def work(thread: int, first: int, last: int) -> None:
        if thread not in tallies:  # its own, and only where it gets work to do
            tallies[thread] = _Tally.of(_kinds(odds) if ones else 0, in_town.size, skills)
        own, room = tallies[thread], scratch()
        for begin, end in ((first, last),) if ones else ((piece, piece + 1) for piece in range(first, last)):
            here = Table(*(column[ends[begin] - offset : ends[end] - offset] for column in table))
            counts = own.moves if ones else moves[begin]
            _advance(*here, *draw, ends[begin], odds, worth, in_town, skills, outside, room, counts, *own[1:])

    threads.run(work, ends.size - 1, int(pieces[-1]) - offset)


def _counted(tallies: dict[int, _Tally], cells: int, skills: int) -> Counted:
    """What all threads counted together."""
    homes, workers, newcomers = (np.asarray(sum(one[kind] for one in tallies.values())) for kind in (1, 2, 3))
    return Counted(homes, workers.sum(axis=0).reshape(cells, skills, 2), newcomers)


@borrowing()
def _take_few(total, moves, home, cell, new_home, new_cell):  # type: ignore[no-untyped-def]
    """Add the moves of a piece to all, (kind of move, origin, destination), and clear them, where its agents went alone.

    What several agents moved is added by the first of them, as one sum, as if the tables were added up whole.
    """
    kinds = moves.shape[0]
    for agent in range(cell.size):
        if cell[agent] != new_cell[agent] or home[agent] != new_home[agent]:
            for kind in range(kinds):
                one, other = cell[agent], new_cell[agent]
                if kind == 2:
                    one, other = home[agent], new_home[agent]
                if moves[kind, one, other] != 0.0:
                    total[kind, one, other] += moves[kind, one, other]
                    moves[kind, one, other] = 0.0


def _in_parts(pieces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Borders of the parts of every piece."""
    return np.append((pieces[:-1, None] + np.diff(pieces)[:, None] * np.arange(_PARTS) // _PARTS).ravel(), pieces[-1])


def _flags(outside: NDArray[np.int64] | None, homes: int) -> NDArray[np.int64]:
    """The homes outside as `Counted` takes them; none where none are told."""
    return np.zeros(homes, dtype=np.int64) if outside is None else outside


def _kinds(odds: Odds) -> int:
    """Kinds of moves there can be in a year; with many cells a table of transfers takes room."""
    return 3 if odds.transfer.any() else 2


def count(table: Table, in_town: NDArray[np.int32], skills: int, outside: NDArray[np.int64] | None = None) -> Counted:
    """All agents as they are, counted as `advance` counts them."""
    cells, ends, outside = in_town.size, _in_parts(borders(table.home.size)), _flags(outside, in_town.size)
    tallies: dict[int, _Tally] = {}

    def work(thread: int, first: int, last: int) -> None:
        if thread not in tallies:
            tallies[thread] = _Tally.of(0, cells, skills)
        here = (column[ends[first] : ends[last]] for column in table)
        _count(*here, in_town, skills, outside, scratch().listed[0], *tallies[thread][1:])

    Threads().run(work, ends.size - 1, table.home.size)
    return _counted(tallies, cells, skills)


@borrowing()
def _advance(  # type: ignore[no-untyped-def]
    home, cell, skill, luck, seed, replicate, event, year, number, odds, worth, in_town, skills, outside,
    room, moves, change, workers, newcomers,
):  # fmt: skip
    """Let rows decide that follow one another, the first of which is the agent of a number; on one thread."""
    for first in range(0, home.size, BLOCK):
        last = min(first + BLOCK, home.size)
        fill_words(room.words, seed, replicate, event, year, number + first, last - first)
        move_block(
            home[first:last], cell[first:last], skill[first:last], odds, worth, outside, room, moves, change, newcomers
        )
        if skill.size > 0:
            count_workers(cell[first:last], skill[first:last], luck[first:last], in_town, skills, room.listed[0], workers)


@borrowing()
def _count(home, cell, skill, luck, in_town, skills, outside, others, homes, workers, newcomers):  # type: ignore[no-untyped-def]
    for first in range(0, home.size, BLOCK):
        last = min(first + BLOCK, home.size)
        count_block(home[first:last], cell[first:last], homes)
        for agent in range(first, last):
            newcomers[cell[agent], skill[agent] if skill.size > 0 else 0] += outside[home[agent]]
        if skill.size > 0:
            count_workers(cell[first:last], skill[first:last], luck[first:last], in_town, skills, others, workers)


@borrowing()
def move_block(home, cell, skill, odds, worth, outside, room, moves, change, newcomers):  # type: ignore[no-untyped-def]
    """Let a block of agents decide and write its rows, and add up its moves.

    Most agents have words with which nothing can happen. So those who may move and no more, and those whose village or
    schooling may change, are listed first; for the former the rule is the choice alone, and for most of the latter too,
    since a word may matter in another place than theirs.
    """
    skilled, words, listed = skill.size > 0, room.words, room.listed
    movers, others = list_block(home.size, words, listed, odds)
    going = 0
    for number in range(movers):  # without a branch on what is chosen, which nobody can foresee
        agent = listed[1, number]
        chosen = choose(row_of(home[agent], skill[agent] if skilled else 0, odds), words[1, agent], odds)
        listed[0, going], listed[1, going] = chosen, agent
        going += chosen != cell[agent]
    for number in range(going):
        agent = listed[1, number]
        own = skill[agent] if skilled else 0
        _go(agent, listed[0, number], own, home, cell, worth, outside, moves, change, newcomers)
    for number in range(others):  # in the order of the agents, which rounded sums of moves depend on
        agent = listed[2, number]
        was, owner = cell[agent], home[agent]
        own = skill[agent] if skilled else 0
        if only_chooses(owner, was, words[2, agent], words[3, agent], odds):
            if words[0, agent] < odds.mobility:
                chosen = choose(row_of(owner, own, odds), words[1, agent], odds)
                if chosen != was:
                    _go(agent, chosen, own, home, cell, worth, outside, moves, change, newcomers)
            continue
        new_home, new_cell, new_skill, happened = decide(
            np.int64(owner), np.int64(was), np.int64(own),
            words[0, agent], words[1, agent], words[2, agent], words[3, agent], odds,
        )  # fmt: skip
        home[agent], cell[agent] = new_home, new_cell
        if skilled:
            skill[agent] = new_skill
        change[owner, was] -= 1
        change[new_home, new_cell] += 1
        newcomers[was, own] -= outside[owner]
        newcomers[new_cell, new_skill] += outside[new_home]
        if happened == MIGRATED:
            moves[0, was, new_cell] += worth[owner]
        elif happened == RECLASSIFIED:
            moves[1, was, new_cell] += worth[owner]
        elif happened == TRANSFERRED:
            moves[2, owner, new_home] += worth[owner]


@borrowing(inline="always")
def _go(agent, chosen, own, home, cell, worth, outside, moves, change, newcomers):  # type: ignore[no-untyped-def]
    """Let an agent live in the cell it chose, and count the move."""
    was, owner = cell[agent], home[agent]
    cell[agent] = chosen
    moves[0, was, chosen] += worth[owner]
    change[owner, was] -= 1
    change[owner, chosen] += 1
    newcomers[was, own] -= outside[owner]
    newcomers[chosen, own] += outside[owner]


@borrowing()
def count_block(home, cell, homes):  # type: ignore[no-untyped-def]
    """Add a block of agents to the counts by (home, cell); neighbours alike, as at the start, are counted together."""
    first = 0
    for agent in range(home.size):
        if home[agent] != home[first] or cell[agent] != cell[first]:
            homes[home[first], cell[first]] += agent - first
            first = agent
    homes[home[first], cell[first]] += home.size - first


@borrowing()
def count_workers(cell, skill, luck, in_town, skills, others, workers):  # type: ignore[no-untyped-def]
    """Add a block of agents to the counts by (cell, skill, works in town), flat, in `TURNS` tables in turn.

    Agents begin in the order of their cells and skills and seldom leave them, so those of the commonest are counted 64 at
    once and only the others, for whom there is room in `others`, one by one.
    """
    usual = _commonest(cell, skill)
    place, known, limit = cell[usual], skill[usual], in_town[cell[usual]]
    alike, working, end = np.uint64(0), np.uint64(0), np.uint64(0)
    for first in range(0, cell.size, SIXTY_FOUR):
        if cell.size - first < SIXTY_FOUR:
            other = (_ONE << np.uint64(cell.size - first)) - _ONE  # so few are left: one by one
        else:
            other = unlike(cell, first, place) | unlike(skill, first, known)
            alike += number_set(~other)
            if limit > 0:
                working += number_set(~other & not_above(luck, first, np.uint16(limit - 1)))
        end = write_set(other, first, others, end)
    kind = (np.int64(place) * skills + np.int64(known)) * 2
    workers[0, kind] += alike - working
    workers[0, kind + 1] += working
    for number in range(end):
        agent = others[number]
        kind = (np.int64(cell[agent]) * skills + np.int64(skill[agent])) * 2
        workers[number % TURNS, kind + np.int64(luck[agent] < in_town[cell[agent]])] += 1


@borrowing(inline="always")
def _commonest(cell, skill):  # type: ignore[no-untyped-def]
    """The one of three agents, first, middle and last, with whom most of a block share cell and skill."""
    best, most = 0, np.uint64(0)
    for agent in (0, cell.size // 2, cell.size - 1):
        number = np.uint64(0)
        for first in range(0, cell.size // SIXTY_FOUR * SIXTY_FOUR, SIXTY_FOUR):
            number += number_set(~(unlike(cell, first, cell[agent]) | unlike(skill, first, skill[agent])))
        if number > most:
            best, most = agent, number
    return best
