"""Mobility of regions between income classes with fixed limits relative to the mean (distribution dynamics, Quah)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.measures.base import Array, Index, Panel, Reading, Series, admitted, divided
from sim.errors import FactorFlowError

UNIT = "index, 0 for no mobility"
TITLE = "Mobility of regions between income classes"
SCOPES = ("world",)
RECORDED = False
MEANING = (
    "Shorrocks' index of yearly moves since the first year between classes below 0.75, 1, 1.25 of the mean region and above"
)
ALSO = {
    "class_mobility_eigenvalue": Series(
        "share kept a year",
        SCOPES,
        "second eigenvalue of the moves of class_mobility: nearer to 1, slower to the ergodic shares",
    ),
    "class_mobility_half_life": Series(
        "years",
        SCOPES,
        "years in which regions' shares in classes come half way to their ergodic ones, as class_mobility goes on",
    ),
}
MISSING = (
    "it needs regions in two classes at least, each of which was held in a year before the last, "
    "and for a half-life moves that leave no class out of reach"
)

# Quintiles drawn anew every year would hold as many regions in every class by construction, and hide sigma convergence.
LIMITS = (0.75, 1.0, 1.25)
_SAME = 1e-9


def income_class(income: Array, weight: Array | None = None, limits: Sequence[float] = LIMITS) -> Index:
    """Class (..., region) of each income by its ratio to the mean: 0 below limits[0], 1 from there on, and so on.

    Each region is one unit in the mean; weight (..., region) only says which count, others are in class -1.
    Incomes 10, 20, 30, 40, 50, mean 30: classes 0, 0, 2, 3, 3.
    """
    if not len(limits) or np.any(np.diff(limits) <= 0) or limits[0] <= 0:
        raise FactorFlowError(f"limits of income classes must rise from above zero; they are {', '.join(map(str, limits))}")
    counted = None if weight is None else (np.asarray(weight) > 0).astype(float)
    income, share = admitted(income, counted)
    relative = divided(income, (share * income).sum(axis=-1, keepdims=True))
    found = np.searchsorted(np.asarray(limits), relative, side="right")
    return np.where((share > 0) & ~np.isnan(relative), found, -1)


def transitions(classes: Index, count: int) -> Array:
    """Moves counted (..., from, to) of classes (..., year, region) below count, from each year to the next."""
    before, after = classes[..., :-1, :, None], classes[..., 1:, :, None]
    kinds = np.arange(count)
    counted = np.einsum("...tri,...trj->...ij", (before == kinds).astype(float), (after == kinds).astype(float))
    return np.asarray(counted)


def transition_matrix(moves: Array) -> Array:
    """Probabilities P (class, class) by row of moves counted; a class never left has no row and is NaN."""
    moves = np.asarray(moves, dtype=float)
    return divided(moves, moves.sum(axis=-1, keepdims=True))


def ergodic(matrix: Array) -> Array:
    """Shares pi (class,) that moves leave as they are, pi = pi P, sum 1; NaN where they are not the only ones.

    P = ((.9, .1, 0), (.05, .9, .05), (0, .2, .8)): 0.2857143, 0.5714286, 0.1428571.
    """
    matrix = _probabilities(matrix)
    count = len(matrix)
    system = np.vstack([matrix.T - np.eye(count), np.ones(count)])
    # A second eigenvalue of one means that what starts in some classes never reaches others: any mixture would stay.
    if not np.isfinite(matrix).all() or np.linalg.matrix_rank(system[:-1], tol=_SAME) < count - 1:
        return np.full(count, np.nan)
    found = np.linalg.lstsq(system, np.append(np.zeros(count), 1.0), rcond=None)[0]
    return np.asarray(np.maximum(found, 0.0))


def second_eigenvalue(matrix: Array) -> float:
    """Modulus of the second largest eigenvalue of P: how much of a distance from the ergodic shares is left a step later.

    0 if they are reached at once, 1 if they never are; NaN for fewer than two classes. The matrix above: 0.8707107.
    """
    matrix = _probabilities(matrix)
    if len(matrix) < 2 or not np.isfinite(matrix).all():
        return float("nan")
    return float(min(np.sort(np.abs(np.linalg.eigvals(matrix)))[-2], 1.0))


def mixing_half_life(matrix: Array) -> float:
    """Steps in which half of a distance from the ergodic shares is left, ln 0.5 / ln l2; NaN where l2 is 0 or 1.

    The matrix above: 5.0066. Source: Quah (1993), Shorrocks (1978).
    """
    second = second_eigenvalue(matrix)
    return float(np.log(0.5) / np.log(second)) if _SAME < second < 1 - _SAME else float("nan")


def shorrocks(matrix: Array) -> float:
    """Shorrocks' mobility (k - trace P) / (k - 1) of P with k classes: 0 if nobody moves, 1 if where one is tells nothing.

    NaN for fewer than two classes. The matrix above: 0.2. Source: Shorrocks (1978).
    """
    matrix = _probabilities(matrix)
    count = len(matrix)
    return float((count - np.trace(matrix)) / (count - 1)) if count > 1 else float("nan")


def sojourn(matrix: Array) -> Array:
    """Mean steps (class,) spent in a class before leaving it, 1 / (1 - p_ii); NaN for a class never left."""
    stay = np.diagonal(_probabilities(matrix))
    return divided(np.ones(len(stay)), np.where(stay < 1, 1 - stay, np.nan))


def _probabilities(matrix: Array) -> Array:
    matrix = np.asarray(matrix, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise FactorFlowError(f"a transition matrix has as many rows as columns; this one is {matrix.shape}")
    known = matrix[np.isfinite(matrix).all(axis=1)]
    if (known < 0).any() or (np.abs(known.sum(axis=1) - 1) > _SAME).any():
        raise FactorFlowError("every row of a transition matrix holds probabilities that add up to 1")
    return matrix


def readings(panel: Panel) -> list[Reading]:
    """The three numbers of the moves from the first year up to each later one, of the classes ever held until then."""
    income, people = panel.regional()
    count = len(LIMITS) + 1
    classes = income_class(np.where(people > 0, income, 1.0), people)
    shape = classes.shape[:2]
    found = {name: np.full(shape, np.nan) for name in ("class_mobility", *ALSO)}
    for replicate, year in np.ndindex(*shape):
        past = classes[replicate, : year + 1]
        held = np.isin(np.arange(count), past)
        matrix = transition_matrix(transitions(past, count)[np.ix_(held, held)])
        if year and np.isfinite(matrix).all():
            found["class_mobility"][replicate, year] = shorrocks(matrix)
            found["class_mobility_eigenvalue"][replicate, year] = second_eigenvalue(matrix)
            found["class_mobility_half_life"][replicate, year] = mixing_half_life(matrix)
    unit = {"class_mobility": UNIT} | {name: entry.unit for name, entry in ALSO.items()}
    return [Reading(name, unit[name], "world", panel.world, values) for name, values in found.items()]
