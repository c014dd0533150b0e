"""Coupling coordination degree of town and country: a descriptive score of how far, and how evenly, both are developed."""

from __future__ import annotations

import numpy as np

from sim.analysis.measures.base import Array, Panel, Reading, Series, divided, weighted_mean
from sim.errors import FactorFlowError

UNIT = "index 0 to 1"
TITLE = "Coupling coordination degree of town and country"
SCOPES = ("world", "region")
RECORDED = False
MEANING = "sqrt(C T) of urban and rural income, each over that of the richest cell of the year; read it beside theil and gini"
ALSO = {
    "coupling_coordination_corrected": Series(
        UNIT, SCOPES, "as coupling_coordination, with the coupling C that does not crowd near 1 (Wang et al. 2021)"
    )
}
MISSING = "it needs a town and a country that both have income"


def coupling(scores: Array) -> Array:
    """Coupling degree C (...,) of the scores u (..., subsystem) in (0, 1], in the standard form.

    C = n (prod_i u_i)^(1/n) / sum_i u_i: geometric over arithmetic mean; 1 where all are equal. NaN where a score is 0.
    Scores 0.4 and 0.8: 0.942809.
    """
    scores = _scores(scores)
    positive = np.where(scores > 0, scores, np.nan)
    return np.asarray(np.exp(np.log(positive).mean(axis=-1)) / positive.mean(axis=-1))


def coupling_corrected(scores: Array) -> Array:
    """Coupling degree C (...,) of two scores u (..., 2) in (0, 1], in the form of Wang et al. (2021).

    C = sqrt[(1 - (u2 - u1)) u1 / u2], u1 the smaller; 1 where both are equal. NaN where a score is 0.
    Scores 0.4 and 0.8: 0.547723. Raises FactorFlowError for other than two subsystems, for which it is not proposed here.
    """
    scores = _scores(scores)
    if scores.shape[-1] != 2:
        raise FactorFlowError(f"the corrected coupling degree is that of two subsystems; there are {scores.shape[-1]}")
    low, high = scores.min(axis=-1), scores.max(axis=-1)
    return np.asarray(np.sqrt((1 - (high - low)) * divided(np.where(low > 0, low, np.nan), high)))


def coordination(scores: Array, weight: Array | None = None, *, corrected: bool = False) -> Array:
    """Coupling coordination degree D = sqrt(C T) (...,), T = sum_i a_i u_i of scores u (..., subsystem), weights a.

    Weights (..., subsystem) are made to add up to 1; equal where none are given. NaN where a score is 0.
    Scores 0.4 and 0.8, equal weights: T 0.6, D 0.752121, corrected 0.573266. It depends on how scores were normalised
    and on weights that somebody chose: a description, no evidence of convergence.
    """
    degree = coupling_corrected(scores) if corrected else coupling(scores)
    weight = (
        np.ones(np.shape(scores)) if weight is None else np.broadcast_to(np.asarray(weight, dtype=float), np.shape(scores))
    )
    return np.asarray(np.sqrt(degree * weighted_mean(scores, weight)))


def _scores(scores: Array) -> Array:
    scores = np.asarray(scores, dtype=float)
    if scores.ndim < 1 or scores.shape[-1] < 2:
        raise FactorFlowError("a coupling degree needs two subsystems at least")
    outside = (scores < 0) | (scores > 1)  # missing scores pass, and have no degree
    if outside.any():
        raise FactorFlowError(f"scores of subsystems lie between 0 and 1; one is {scores[outside][0]:g}")
    return scores


def readings(panel: Panel) -> list[Reading]:
    """Both degrees of the world and of every region, from the mean incomes of its town and its country, weighted alike.

    Divided by the richest cell of the same year instead of by a range over all years: the score of a year then does not
    depend on other years, and two scenarios are measured alike.
    """
    richest = np.where(panel.population > 0, panel.income, 0.0).max(axis=-1)
    places = [("world", panel.world, np.ones(len(panel.cells), dtype=bool))]
    places += [("region", region, panel.region_of_cell == number) for number, region in enumerate(panel.regions)]
    found = []
    for scope, place, here in places:
        if not ((here & panel.urban).any() and (here & ~panel.urban).any()):
            continue
        means = [
            weighted_mean(panel.income, np.where(here & kind, panel.population, 0.0)) for kind in (panel.urban, ~panel.urban)
        ]
        scores = np.minimum(divided(np.stack(means, axis=-1), richest[..., None]), 1.0)
        scores = np.where(np.isnan(scores).any(axis=-1, keepdims=True), 0.0, scores)
        found += [
            Reading("coupling_coordination", UNIT, scope, place, coordination(scores)),
            Reading("coupling_coordination_corrected", UNIT, scope, place, coordination(scores, corrected=True)),
        ]
    return found
