"""Which known word an unknown one is meant to be: one answer where it is clear, else none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sim.errors import listed

_SHOWN = 24

# what people write for a word of the language that looks different
_MEANT = {
    "below": ("at_most",), "above": ("at_least",), "at_most": ("below",), "at_least": ("above",), "max": ("at_most",),
    "min": ("at_least",), "start": ("from",), "begin": ("from",), "end": ("until",), "stop": ("until",), "to": ("until",),
    "until": ("to",), "over": ("above",), "hukou": ("residence_permit_reform",), "户口": ("residence_permit_reform",),
    "户籍": ("residence_permit_reform",),
}  # fmt: skip


def nearest(found: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is clearly meant by the one found, or None where none or more than one could be.

    Clear is: the same letters in other case, a word listed as meaning the same, the only word that contains all parts of
    the one found, or a slip of the pen: at most 1, 2 or 3 letters wrong in words up to 8, 13 or more letters, the first
    letter right (it seldom is the wrong one, Pollock and Zamora 1984), and every other word at least twice as far away.
    """
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    word = re.sub(r"^[\W_]+|[\W_]+$", "", found).casefold()
    if not word:
        return None
    for meant in (word, *_MEANT.get(word, ())):
        if meant in by_folded:
            return by_folded[meant]
    near = sorted((_distance(word, other), other) for other in by_folded if other[0] == word[0] or not word[0].isascii())
    at_most = 1 if len(word) < 9 else 2 if len(word) < 14 else 3
    if near and near[0][0] <= at_most and len(near[1:]) == sum(far >= 2 * near[0][0] for far, _ in near[1:]):
        return by_folded[near[0][1]]
    holding = candidates(word, by_folded)
    return by_folded[holding[0]] if len(holding) == 1 else None


def candidates(found: str, allowed: Iterable[str]) -> list[str]:
    """The allowed words that contain every part of the one found: `mobility` is a part of `labour_mobility`."""
    parts = {_singular(part) for part in re.split(r"[\W_]+", found.casefold()) if len(part) > 2}
    if found.casefold() == "hukou":
        parts = {"registration"}
    return [word for word in allowed if parts and parts <= {_singular(part) for part in re.split(r"[\W_]+", word.casefold())}]


def one_of(found: str, allowed: Iterable[str], start: str = "Allowed") -> str:
    """The end of an answer about an unknown word: the right word where it is clear, else the candidates, else all."""
    allowed = tuple(allowed)
    guess = nearest(found, allowed)
    if guess is not None:
        return f'Did you mean "{guess}"?'
    if not allowed:
        return "None may stand here."
    holding = candidates(found, allowed)
    if holding:
        return f"Candidates: {listed(holding, _SHOWN)}."
    return f"{start}: {listed(allowed, _SHOWN)}."


def _singular(part: str) -> str:
    return f"{part[:-3]}y" if part.endswith("ies") else part


def _distance(one: str, other: str) -> int:
    """Letters to insert, leave out, replace, or swap with their neighbour to make one word of the other (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, second in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != second))
            if i > 1 and j > 1 and letter == other[j - 2] and second == one[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
