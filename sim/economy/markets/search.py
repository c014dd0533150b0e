"""The search for revenues at which markets clear where there are many: few sweeps, each aimed by those before it."""

from __future__ import annotations

from collections import deque

import numpy as np

from sim.arrays import Array, Flag
from sim.economy.markets.given import DemandAt
from sim.economy.markets.sweeps import Markets, State, begin, offer, price, scale, sell, spend
from sim.economy.markets.ways import Pairs, Ways

_REMEMBERED = 8  # steps that aim the next
_PRICED = 3  # rounds of prices in a sweep: those of materials, which are prices themselves, hardly lag behind then
_WORSE = 2.0  # times the least error so far at which what was remembered misleads


def search(state: State, markets: Markets, trade: Ways | Pairs, demand: DemandAt, tolerance: float, most: int) -> int:
    """Sweep until every market clears, demand asked anew at every guess of revenues; returns how many sweeps it took.

    Incomes are guessed too, and settle on the way: each sweep works them out once more.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # what is no number is named by whoever asks
        return _searched(state, markets, trade, demand, tolerance, most)


def _searched(state: State, markets: Markets, trade: Ways | Pairs, demand: DemandAt, tolerance: float, most: int) -> int:
    begin(state, markets)
    made, mixing, done = markets.productivity > 0.0, Mixing(), 0
    income = demand.incomes_at(state.revenue)
    usual = np.abs(income)
    while done < most:
        done += 1
        before = _point(state, made, income / usual)
        final, housing, goods, found = demand.bought_at(state.revenue, income)
        state.by_cell[0], state.by_cell[1], state.by_cell[2] = final, housing, goods
        for _ in range(_PRICED):
            offer(state, markets)
            state.work[2] = trade.market(state.work[1])
            change = price(state, markets)
        spend(state, markets)
        state.work[4] = trade.sales(state.work[3])
        total = sell(state, markets)
        change = max(change, float(np.abs(found / income - 1.0).max()))
        if (change < tolerance and state.residual.max() < tolerance) or not np.isfinite(total):
            break
        scale(state.revenue, markets.size / total)
        aimed = mixing.next(before, _point(state, made, found / usual))
        revenues, prices, incomes = np.split(aimed, np.cumsum([made.sum(), state.work[0].size]))
        state.revenue[made], state.work[0], income = np.exp(revenues), prices.reshape(state.work[0].shape), incomes * usual
        scale(state.revenue, markets.size / state.revenue.sum())
    return done


def _point(state: State, made: Flag, income: Array) -> Array:
    """What a sweep maps to the next: log revenues where anything is made, log prices of goods, incomes over the first."""
    return np.concatenate([np.log(state.revenue[made]), state.work[0].ravel(), income])


class Mixing:
    """The next guess from the last few: the mixture of them whose errors cancel best.

    x_{k+1} = g_k - sum_i w_i (g_{k-i+1} - g_{k-i}),  w least squares of f_k - sum_i w_i (f_{k-i+1} - f_{k-i}), f = g(x) - x

    Source: Anderson (1965), in the form of Walker and Ni (2011). A guess that is much worse than the best so far makes it
    forget and go on by plain steps.
    """

    def __init__(self) -> None:
        self._errors: deque[Array] = deque(maxlen=_REMEMBERED + 1)
        self._images: deque[Array] = deque(maxlen=_REMEMBERED + 1)
        self._least = np.inf

    def next(self, point: Array, image: Array) -> Array:
        """The guess to try after `point`, which a plain step takes to `image`."""
        error = image - point
        size = float(np.abs(error).max())
        if not np.isfinite(size):
            return image  # whoever asks sees that no market will clear
        if size > _WORSE * self._least:
            self._errors.clear()
            self._images.clear()
        self._least = size if not self._errors else min(self._least, size)
        self._errors.append(error)
        self._images.append(image)
        if len(self._errors) < 2:
            return image
        errors, images = (np.diff(np.stack(kept), axis=0) for kept in (self._errors, self._images))
        lengths = np.sqrt(np.einsum("in,in->i", errors, errors, optimize=False))[:, None]
        errors, images = errors / lengths, images / lengths  # so that old errors, far larger, do not drown the new
        # sums in a fixed order, which a linear-algebra library on several threads would not keep
        products = np.einsum("in,jn->ij", errors, errors, optimize=False)
        wanted = np.einsum("in,n->i", errors, error, optimize=False)
        weights = np.linalg.lstsq(products, wanted, rcond=1e-14)[0]
        return np.asarray(image - np.einsum("i,in->n", weights, images, optimize=False))
