"""Draws: the published generator, word for word, and uniform numbers that depend on their key alone."""

import numpy as np
import pytest

from sim.streams import draws, philox

ONES = 0xFFFFFFFF
# known answers of Philox 4x32-10 from the authors' Random123 distribution
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers(counter, key, words):
    assert tuple(int(word) for word in philox(*counter, *key)) == words


def test_each_part_of_the_key_changes_the_draw():
    key = (7, 0, 1, 2014, 12345)
    changed = [draws(*(value + (index == position) for index, value in enumerate(key)))[0] for position in range(5)]
    assert len({draws(*key)[0], *changed}) == 6


def test_draws_are_uniform_and_their_four_parts_uncorrelated():
    sample = np.array([draws(7, 0, 1, 2014, agent) for agent in range(40_000)])
    assert np.abs(sample.mean(axis=0) - 0.5).max() < 4 * np.sqrt(1 / 12 / 40_000)
    correlation = np.corrcoef(sample.T) - np.eye(4)
    assert np.abs(correlation).max() < 4 / np.sqrt(40_000)
