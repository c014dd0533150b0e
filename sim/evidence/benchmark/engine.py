"""The task on the product's own kernel: its draws, its tables, its choice; earning, saving and counting in the same pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.choice import choose, everybody_chooses
from sim.agents.distribution import Distribution, bin_of, bins
from sim.agents.kernel import CHUNKS
from sim.agents.listing import BLOCK
from sim.agents.odds import odds_of
from sim.agents.threads import Threads
from sim.arrays import Array, Index
from sim.compiled import borrowing, compiled
from sim.evidence.benchmark.task import KEPT, SAVED, Report, Task, shares
from sim.streams import fill_words

BYTES_TOUCHED = 1 + 1 + 2 * 8  # an agent-year reads its home, writes its cell, reads and writes its wealth
_BINS = bins(-4, 4)
EVENT = 99  # a number no event of the model has


class KernelEngine:
    """Typed columns: home and cell a byte each, wealth eight."""

    def __init__(self, task: Task) -> None:
        """The task at its start."""
        home, wealth = task.start()
        narrow = np.uint8 if task.cells <= 256 else np.uint16
        self.task, self.cost, self.now = task, task.cost(), 0
        self.home, self.wealth = home.astype(narrow), wealth
        self.cell = self.home.copy()
        self.people = np.bincount(home, minlength=task.cells)
        self._threads = Threads()

    def year(self) -> Report:
        """Simulate one year in one pass."""
        self.now += 1
        pay = self.task.pay(self.people)
        odds = odds_of(everybody_chooses(shares(self.cost, pay)))
        people, held, counts = _tables(self.task.cells)

        def work(_: int, first: int, last: int) -> None:
            words = np.empty((4, BLOCK), dtype=np.uint32)
            _live(
                self.home, self.cell, self.wealth, self.task.seed, 0, EVENT, self.now, odds, SAVED * pay, KEPT, _BINS,
                first, last, words, people, held, counts,
            )  # fmt: skip

        self._threads.run(work, CHUNKS, self.task.agents)
        people, held, counts = _added_up(people, held, counts)
        self.people = people
        distribution = Distribution(counts, _BINS)
        return Report(people, held / np.maximum(people, 1), float(held.sum() / self.task.agents), distribution.gini())


def _tables(cells: int) -> tuple[Index, Array, NDArray[np.int32]]:
    """Empty tables of every piece: agents by cell and their wealth, in two, and agents by bin of wealth."""
    people, held = np.zeros((CHUNKS, 2, cells), dtype=np.int64), np.zeros((CHUNKS, 2, cells))
    return people, held, np.zeros((CHUNKS, _BINS.number), dtype=np.int32)


@borrowing()
def _live(  # type: ignore[no-untyped-def]
    home, cell, wealth, seed, replicate, event, year, odds, saved, kept, of, one, other, words, people, held, counts
):
    """A year of the agents of the pieces from one to before another, each counted apart."""
    agents = home.size
    for chunk in range(one, other):
        begin, end = agents * chunk // CHUNKS, agents * (chunk + 1) // CHUNKS
        for first in range(begin, end, BLOCK):
            last = min(first + BLOCK, end)
            fill_words(words, seed, replicate, event, year, first, last - first)
            _choose_and_save(home[first:last], cell[first:last], wealth[first:last], words, odds, saved, kept)
            _count(cell[first:last], wealth[first:last], people[chunk], held[chunk], counts[chunk], of)


@compiled()
def _added_up(people, held, counts):  # type: ignore[no-untyped-def]
    """The sums of all pieces, in the same order always, so that they are the same."""
    everybody, amount, histogram = np.zeros_like(people[0, 0]), np.zeros_like(held[0, 0]), np.zeros_like(counts[0])
    for chunk in range(CHUNKS):
        for turn in range(2):
            for cell in range(everybody.size):
                everybody[cell] += people[chunk, turn, cell]
                amount[cell] += held[chunk, turn, cell]
        for place in range(histogram.size):
            histogram[place] += counts[chunk, place]
    return everybody, amount, histogram


@borrowing()
def _choose_and_save(home, cell, wealth, words, odds, saved, kept):  # type: ignore[no-untyped-def]
    """Let a block of agents who reconsider choose and move, and then earn and save."""
    for agent in range(home.size):
        chosen = choose(np.uint64(home[agent]), words[1, agent], odds)  # without skills a home's row is its number
        place = chosen if words[0, agent] < odds.mobility else np.uint64(cell[agent])
        cell[agent] = place
        wealth[agent] = kept * wealth[agent] + saved[place]


@borrowing()
def _count(cell, wealth, people, held, counts, of):  # type: ignore[no-untyped-def]
    """Add a block to the counts; neighbours in turn to two tables of cells, so that none waits for the one before."""
    bits = wealth.view(np.int64)
    for agent in range(cell.size):
        turn, place = agent & 1, cell[agent]
        counts[bin_of(bits[agent], of)] += 1
        people[turn, place] += 1
        held[turn, place] += wealth[agent]
