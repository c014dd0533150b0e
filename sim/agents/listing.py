"""Who of a block of agents has a word that may matter, found without a branch an agent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.bits import SIXTY_FOUR, lowest, not_above, number_set
from sim.compiled import borrowing

BLOCK = 512  # agents whose words are drawn at a time: they and their rows stay in a processor's nearest cache
_AT_ONCE = 8  # numbers written in a row: most often all that are set of 64, so that processors foresee that no more come
_ONE, _ALL = np.uint64(1), np.uint64(2**64 - 1)


class Scratch(NamedTuple):
    """Room to work on a block: words, (4, agent); listed, (3, agent): room, those who may move and no more, all others."""

    words: NDArray[np.uint32]
    listed: NDArray[np.uint16]


def scratch() -> Scratch:
    """Room for one thread."""
    return Scratch(np.zeros((4, BLOCK), dtype=np.uint32), np.zeros((3, BLOCK + _AT_ONCE), dtype=np.uint16))


@borrowing()
def list_block(agents, words, listed, odds):  # type: ignore[no-untyped-def]
    """List those of a block who may move and no more, and those whose village or schooling may change; how many they are.

    Each list is in the order of the agents. w < n is asked as w <= n - 1, in 32 bits, since n may be 2^32.
    """
    any_move, any_village, any_course = odds.mobility > 0, odds.village_any > 0, odds.training_any > 0
    move, village, course = _last(odds.mobility), _last(odds.village_any), _last(odds.training_any)
    movers, others = np.uint64(0), np.uint64(0)
    for first in range(0, agents, SIXTY_FOUR):
        here = _ALL if agents - first >= SIXTY_FOUR else (_ONE << np.uint64(agents - first)) - _ONE
        rare = not_above(words[2], first, village) & here if any_village else np.uint64(0)
        if any_course:
            rare |= not_above(words[3], first, course) & here
        may = not_above(words[0], first, move) & here & ~rare if any_move else np.uint64(0)
        movers = write_set(may, first, listed[1], movers)
        others = write_set(rare, first, listed[2], others)
    return movers, others


@borrowing(inline="always")
def write_set(bits, first, listed, end):  # type: ignore[no-untyped-def]
    """Write `first` plus the numbers of the bits that are set at the end of a list; the end of it thereafter."""
    after = end + number_set(bits)
    while end < after:
        for place in range(_AT_ONCE):
            listed[end + np.uint64(place)] = np.uint64(first) + lowest(bits)
            bits &= bits - _ONE
        end += np.uint64(_AT_ONCE)
    return after


@borrowing(inline="always")
def _last(number):  # type: ignore[no-untyped-def]
    """The largest word below a number of words."""
    return np.uint32(max(number, 1) - 1)
