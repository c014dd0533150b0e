"""Who of a block of agents has a word that may matter, found without a branch."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled

BLOCK = 512  # agents whose words are drawn at a time: they and their rows stay in a processor's nearest cache
EIGHT = 8  # agents looked at together: as many flags as a machine word has bytes

# For every set of eight flags, read as a number of eight bits: the places of those that are set, one after another, and how
# many they are.
_PLACES = np.zeros((256, EIGHT), dtype=np.uint16)
_NUMBER = np.zeros(256, dtype=np.uint8)
for _flags in range(256):
    _set = [bit for bit in range(EIGHT) if _flags >> bit & 1]
    _PLACES[_flags, : len(_set)], _NUMBER[_flags] = _set, len(_set)
_GATHER = np.uint64(0x0102040810204080)  # times eight bytes of 0 or 1: their bits side by side in the highest byte
_HIGHEST = np.uint64(56)


@compiled()
def list_block(agents, words, flags, listed, odds):  # type: ignore[no-untyped-def]
    """List those of a block who may move and no more, and those whose village or schooling may change; how many they are.

    words: (4, agent); flags: (`BLOCK`,) to work on; listed: (3, `BLOCK` + `EIGHT`): everybody with a word that may matter,
    those who may move and no more, all others of them, each in the order of the agents.
    """
    _flag(agents, words, flags, odds)
    eights = flags.view(np.uint64)
    everybody, moving, other = listed[0], listed[1], listed[2]
    some, movers, others = np.uint64(0), np.uint64(0), np.uint64(0)
    for eight in range((agents + EIGHT - 1) // EIGHT):
        found = (eights[eight] * _GATHER) >> _HIGHEST
        for place in range(EIGHT):
            everybody[some + np.uint64(place)] = np.uint16(EIGHT * eight) + _PLACES[found, place]
        some += np.uint64(_NUMBER[found])
    for number in range(some):
        agent = everybody[number]
        rare = (words[2, agent] < odds.village_any) | (words[3, agent] < odds.training_any)
        moving[movers], other[others] = agent, agent
        movers += np.uint64(not rare)
        others += np.uint64(rare)
    return movers, others


@compiled()
def _flag(agents, words, flags, odds):  # type: ignore[no-untyped-def]
    """Flag the agents of a block with a word that may matter, eights filled up with zeros.

    w < n is asked as w <= n - 1, which compares numbers of 32 bits, twice as many at a time; n may be 2^32.
    """
    any_move, any_village, any_course = odds.mobility > 0, odds.village_any > 0, odds.training_any > 0
    move, village, course = _last(odds.mobility), _last(odds.village_any), _last(odds.training_any)
    for agent in range(agents):
        flags[agent] = (
            (any_move & (words[0, agent] <= move))
            | (any_village & (words[2, agent] <= village))
            | (any_course & (words[3, agent] <= course))
        )
    for agent in range(agents, (agents + EIGHT - 1) // EIGHT * EIGHT):
        flags[agent] = 0


@compiled(inline="always")
def _last(number):  # type: ignore[no-untyped-def]
    """The largest word below a number of words."""
    return np.uint32(max(number, 1) - 1)
