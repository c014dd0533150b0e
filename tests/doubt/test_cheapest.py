"""The cheapest mix: tables by hand, a known optimum, what it costs in runs, and a search that is taken up again."""

import numpy as np
import pytest

from sim.analysis.doubt.cheapest import cheapest
from sim.errors import DesignError
from sim.experiments.sampling.search import METHODS, Term, search

TERMS = (
    Term("policies.permits.cut", 0, 1, 0.05),
    Term("policies.roads.share", 0, 0.2, 0.01),
    Term("policies.cash.rate", 0, 0.1, 0.005),
)


def test_a_table_by_hand():
    cost = np.array([5.0, 3.0, 3.0, 1.0, np.nan, 2.0])
    probability = np.array([0.99, 0.85, 0.9, 0.2, 1.0, 0.1])
    found = cheapest(cost, probability, 0.8, low=probability - 0.08)
    assert (found.row, found.best, found.left_out, found.frontier) == (2, 0, 1, (3, 2, 0)) and found.sure
    assert not cheapest(cost, probability, 0.85, low=probability - 0.08).sure
    none = cheapest(cost, probability, 1.0)
    assert none.row is None and none.best == 0 and not none.sure
    with pytest.raises(DesignError, match="none of the 2 mixes"):
        cheapest(np.full(2, np.nan), np.ones(2), 0.5)


def evaluate(mixes):
    """The target is 10 cut + 40 share + 60 rate >= 9; costs of a unit 4, 30, 70: the cut is worth most by far, up to 0.5.

    Beyond 0.5 the cut brings nothing, so that 0.5 of it and 0.1 of the roads is cheapest: 2 + 3.
    """
    power = 10 * np.minimum(mixes[:, 0], 0.5) + mixes[:, 1:] @ [40, 60]
    return mixes @ [4, 30, 70], 1 / (1 + np.exp(-20 * (power - 9 + 1e-9)))


@pytest.mark.parametrize("method", METHODS)
def test_a_known_optimum_is_found_and_what_it_took_is_told(method):
    if method == "optuna":
        pytest.importorskip("optuna", reason="Optuna is not installed (pip install 'factorflow[search]')")
    budget = {"coordinates": 400, "optuna": 120}[method]
    found = search(TERMS, evaluate, 0.5, budget, method, seed=1)
    cost, probability = evaluate(found.mixes)
    assert cost == pytest.approx(found.cost) and probability == pytest.approx(found.probability)
    assert len(found.mixes) <= budget and len({tuple(mix) for mix in found.mixes}) == len(found.mixes)
    best = found.best
    if method == "coordinates":
        assert list(best.values()) == pytest.approx([0.5, 0.1, 0]) and found.complete
        assert len(found.mixes) < 400  # of 9,261
    else:
        assert found.cost[found.answer.row] < 5 * 1.15 and not found.complete


def test_all_mixes_are_tried_where_the_budget_allows():
    terms = (Term("a", 0, 1, 0.5), Term("b", 1, 2, 0.25))
    found = search(terms, lambda mixes: (mixes.sum(axis=1), mixes[:, 0]), 0.5, 15)
    assert found.complete and len(found.mixes) == 15 and found.best == {"a": 0.5, "b": 1.0}
    assert not search(terms, lambda mixes: (mixes.sum(axis=1), mixes[:, 0]), 0.5, 14).mixes.shape[0] > 14


@pytest.mark.parametrize("method", METHODS)
def test_a_killed_search_asks_for_the_same_again(method):
    if method == "optuna":
        pytest.importorskip("optuna", reason="Optuna is not installed (pip install 'factorflow[search]')")
    store, asked = {}, []

    def stored(mixes, most=None):
        for mix in map(tuple, mixes):
            if mix not in store:
                asked.append(mix)
                if most is not None and len(asked) > most:
                    asked.pop()
                    raise KeyboardInterrupt
                store[mix] = tuple(float(one[0]) for one in evaluate(np.array([mix])))
        return tuple(np.array([store[tuple(mix)] for mix in mixes]).T)

    with pytest.raises(KeyboardInterrupt):
        search(TERMS, lambda mixes: stored(mixes, 37), 0.5, 60, method, seed=2)
    resumed = search(TERMS, stored, 0.5, 60, method, seed=2)
    whole = search(TERMS, evaluate, 0.5, 60, method, seed=2)
    assert np.array_equal(resumed.mixes, whole.mixes) and resumed.answer == whole.answer
    assert len(asked) == len(set(asked)) == len(whole.mixes)  # nothing was computed twice


def test_failed_mixes_are_passed_over():
    def failing(mixes):
        cost, probability = evaluate(mixes)
        return cost, np.where(mixes[:, 2] > 0.05, np.nan, probability)

    found = search(TERMS, failing, 0.5, 400)
    assert list(found.best.values()) == pytest.approx([0.5, 0.1, 0])
    assert found.answer.left_out == np.isnan(found.probability).sum() > 0


def test_what_cannot_be_searched_is_answered():
    for terms, budget, method in (
        ((), 5, "coordinates"),
        ((Term("a", 1, 0, 0.1),), 5, "coordinates"),
        ((Term("a", 0, 1, 2),), 5, "coordinates"),
        (TERMS, 0, "coordinates"),
        (TERMS, 5, "optun"),
    ):
        with pytest.raises(DesignError, match="found|takes"):
            search(terms, evaluate, 0.5, budget, method)
