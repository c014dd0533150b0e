"""A random draw belongs to (seed, event, year, agent): a counter-based generator, never a sequence.

The same agent has the same luck in every scenario, on every thread, whatever was drawn before.
Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
"""

from __future__ import annotations

import numpy as np

from sim.compiled import borrowing, compiled

LABOUR_MOVES, CAPITAL_MOVES, LAND_MOVES, WORKPLACE, ABILITY = 1, 2, 3, 4, 5  # events: one number each, never reused

_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_UNIT = 1.0 / 4294967296.0


@compiled(inline="always")
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Four 32-bit words for a counter of four 32-bit words under a key of two: ten rounds of multiply and mix."""
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key0, key1 = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        product0 = _MULTIPLIER_0 * x0
        product1 = _MULTIPLIER_1 * x2
        x0 = (product1 >> _SHIFT) ^ x1 ^ key0
        x2 = (product0 >> _SHIFT) ^ x3 ^ key1
        x1 = product1 & _LOW
        x3 = product0 & _LOW
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return x0, x1, x2, x3  # type: ignore[return-value]


@compiled(inline="always")
def words(seed: int, replicate: int, event: int, year: int, agent: int) -> tuple[int, int, int, int]:
    """The four 32-bit words that belong to this agent, this year, this event."""
    low = np.uint64(agent) & _LOW
    high = np.uint64(agent) >> _SHIFT
    return philox(low, high, year, event, seed, replicate)  # type: ignore[no-any-return]


@borrowing()
def fill_words(block, seed, replicate, event, year, first, agents):  # type: ignore[no-untyped-def]
    """The words of `agents` agents from `first` on into block, (4, agent): a plain loop that compilers turn into vectors.

    Two loops, since the higher half of the numbers changes once at most: what hangs on it alone is worked out beforehand.
    """
    low, high = np.uint64(first) & _LOW, np.uint64(first) >> _SHIFT
    border = min(np.int64(agents), np.int64(_LOW - low) + 1)
    for place in range(border):
        a, b, c, d = philox(low + np.uint64(place), high, year, event, seed, replicate)
        block[0, place], block[1, place], block[2, place], block[3, place] = a, b, c, d
    for place in range(border, agents):
        a, b, c, d = philox(np.uint64(place - border), high + np.uint64(1), year, event, seed, replicate)
        block[0, place], block[1, place], block[2, place], block[3, place] = a, b, c, d


@compiled(inline="always")
def uniform(word: int) -> float:
    """The number in (0, 1) a word stands for: the middle of its 2^-32."""
    return (word + 0.5) * _UNIT


@compiled(inline="always")
def draws(seed: int, replicate: int, event: int, year: int, agent: int) -> tuple[float, float, float, float]:
    """Four independent uniform numbers in (0, 1) that belong to this agent, this year, this event."""
    a, b, c, d = words(seed, replicate, event, year, agent)
    return uniform(a), uniform(b), uniform(c), uniform(d)
