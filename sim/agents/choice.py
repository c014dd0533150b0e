"""The one choice rule of labour, capital and land: reconsider at times, then go where return net of barriers is best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, Flag, Index
from sim.compiled import compiled
from sim.errors import FactorFlowError

STAYED, MIGRATED, RECLASSIFIED, TRANSFERRED = 0, 1, 2, 3

_ROUNDING = 1e-9
_SOUND, _NO_SHARE, _FALLS, _OPEN = 0, 1, 2, 3
_WORD_BITS, _ONE = np.uint64(32), np.uint64(1)


@dataclass(frozen=True)
class MoveTables:
    """All an agent of a kind needs to decide in a year.

    cumulative[g * cells + h, d]: cumulative choice shares of agents of home h whose skill stands in group g = group[k];
    mobility: yearly probability to reconsider; reclassify[c]: probability that an agent's village c becomes urban
    (town[c] its new cell); with stayers_only it takes only agents at home there; transfer[c]: probability that an agent
    from another region who lives in c is registered there from then on, with stayers_only alone; training[c]: probability
    that a trainable worker in c is trained; trained_skill[k].
    """

    cumulative: Array
    group: Index
    mobility: float
    reclassify: Array
    town: Index
    stayers_only: bool
    transfer: Array
    training: Array
    trainable: Flag
    trained_skill: Index

    def __post_init__(self) -> None:
        """Raise InvalidTable where a number would lead compiled code astray: each is a share, each row ends at one."""
        cells = self.cumulative.shape[1]
        row, place, fault = _first_fault(self.cumulative)
        if fault == _NO_SHARE:
            raise _no_share("choice shares", (row, place), self.cumulative[row, place])
        tables = {
            "the mobility": np.atleast_1d(self.mobility),
            "villages that become urban": self.reclassify,
            "transfers of registration": self.transfer,
            "training": self.training,
        }
        shares = np.concatenate([table.ravel() for table in tables.values()])
        if not (shares.min() >= -_ROUNDING and shares.max() <= 1 + _ROUNDING):  # what is no number is neither
            _name_no_share(tables)
        if fault == _FALLS:
            raise InvalidTable("choice shares", (row, place), float("nan"), "fall along a row of running sums")
        if fault == _OPEN:
            raise InvalidTable("choice shares", (row,), float(self.cumulative[row, -1]), "must add up to 1")
        rows = len(self.cumulative)
        if self.town.min() < 0 or self.town.max() >= cells or (self.group.max() + 1) * cells > rows or self.group.min() < 0:
            raise InvalidTable("towns and groups", (0,), float("nan"), "point beyond the table of choice shares")


def _name_no_share(tables: Mapping[str, Array]) -> None:
    """Raise InvalidTable for the first number that is no share."""
    for what, table in tables.items():
        wrong = np.argwhere(~((table >= -_ROUNDING) & (table <= 1 + _ROUNDING)))
        if len(wrong):
            raise _no_share(what, tuple(wrong[0]), table[tuple(wrong[0])])


def _no_share(what: str, at: tuple[int, ...], value: float) -> InvalidTable:
    return InvalidTable(what, at, float(value), "must lie between 0 and 1")


@compiled()
def _first_fault(cumulative):  # type: ignore[no-untyped-def]
    """The first number that is no share, with its row and place; where there is none the first that falls along its row;
    else the first row that does not end at one."""
    rows, cells = cumulative.shape
    falls, open_row = (-1, -1), -1
    for row in range(rows):
        for place in range(cells):
            share = cumulative[row, place]
            if not (-_ROUNDING <= share <= 1 + _ROUNDING):
                return row, place, _NO_SHARE
            if place > 0 and falls[0] < 0 and not share - cumulative[row, place - 1] >= -_ROUNDING:
                falls = (row, place - 1)
        if open_row < 0 and cumulative[row, cells - 1] != 1.0:
            open_row = row
    if falls[0] >= 0:
        return falls[0], falls[1], _FALLS
    if open_row >= 0:
        return open_row, cells - 1, _OPEN
    return -1, -1, _SOUND


class InvalidTable(FactorFlowError):
    """A table of decisions holds a number that is no share; `at` says where: (group x home, place) or (cell,)."""

    def __init__(self, what: str, at: tuple[int, ...], value: float, wanted: str) -> None:
        self.what, self.at, self.value, self.wanted = what, tuple(int(place) for place in at), value, wanted
        super().__init__(f"the table of {what} holds {value:.4g} at {self.at}: its entries {wanted}")


def choice_shares(seed: Array, kappa: float, gain: Array, pull: Array) -> Array:
    """Shares p_hd of places chosen by agents of home h, (home, place); rows sum to one; without a start, all at home.

    p_hd = M_hd exp(kappa gain_hd + pull_hd) / sum_d' (.)

    seed: base-year stocks M (persons, yuan or km2), or exp(kappa (log amenity - cost)) in worlds that know them;
    gain: log points of value gained since the base year plus barriers removed; pull: log points by type of move.
    The largest exponent is taken out first, so no elasticity overflows. Source: McFadden (1974); Tombe and Zhu (2019).
    """
    weight = np.multiply(kappa, gain)
    weight += pull  # in place from here on: with many cells fresh arrays take longer than the sums
    weight[~(seed > 0)] = -np.inf
    highest = weight.max(axis=1, keepdims=True)
    weight -= np.where(np.isfinite(highest), highest, 0.0)
    np.exp(weight, out=weight)
    weight *= seed
    total = weight.sum(axis=1, keepdims=True)
    weight /= np.where(total > 0, total, 1.0)
    nowhere = np.flatnonzero(total[:, 0] <= 0)
    weight[nowhere, nowhere] = 1.0
    return np.asarray(weight)


def cumulative_shares(shares: Array) -> Array:
    """Cumulative shares by row whose last positive entry is raised to one, so that every draw finds a place."""
    running = np.empty(shares.shape)
    row, place = _run_up(running, shares)
    if row >= 0:
        raise _no_share("choice shares", (row, place), shares[row, place])
    return running


@compiled()
def _run_up(running, shares):  # type: ignore[no-untyped-def]
    """Write cumulative shares by row, one from where a row reaches its sum; returns where a share is none, else (-1, -1)."""
    rows, cells = shares.shape
    for row in range(rows):
        whole = 0.0
        for place in range(cells):
            if not (np.isfinite(shares[row, place]) and shares[row, place] >= 0):
                return row, place
            whole += shares[row, place]
            running[row, place] = whole
        for place in range(cells - 1, -1, -1):
            if running[row, place] < whole:
                break
            running[row, place] = 1.0
    return -1, -1


def everybody_chooses(chosen: Array) -> MoveTables:
    """Tables of a year in which all reconsider, no village becomes urban and nobody is trained."""
    cells = len(chosen)
    return MoveTables(
        cumulative=cumulative_shares(chosen),
        group=np.zeros(1, dtype=np.int64),
        mobility=1.0,
        reclassify=np.zeros(cells),
        town=np.arange(cells),
        stayers_only=True,
        transfer=np.zeros(cells),
        training=np.zeros(cells),
        trainable=np.zeros(1, dtype=bool),
        trained_skill=np.zeros(1, dtype=np.int64),
    )


@compiled(inline="always")
def row_of(home, skill, odds):  # type: ignore[no-untyped-def]
    """The row of shares of an agent of a home and skill, unsigned: such numbers need no look at which end they count from."""
    return np.uint64(odds.group[skill]) * np.uint64(odds.town.size) + np.uint64(home)


@compiled(inline="always")
def choose(row, place, odds):  # type: ignore[no-untyped-def]
    """The place a word stands for in a row of shares: the first whose bound is not below it."""
    cells = np.uint64(odds.town.size)
    at = row * cells + np.uint64(odds.guide[(row << odds.bits) | (np.uint64(place) >> (_WORD_BITS - odds.bits))])
    at += np.uint64(place > odds.bounds[at])  # a step without a branch, since hardly any bucket needs a second
    while place > odds.bounds[at]:
        at += _ONE
    return at - row * cells


@compiled(inline="always")
def only_chooses(home, cell, village, course, odds):  # type: ignore[no-untyped-def]
    """Whether an agent with these words keeps village and schooling, so that `decide` is no more than to move or to stay."""
    if odds.stayers_only:
        kept = village >= (odds.reclassify[cell] if home == cell else odds.transfer[cell])
    else:
        kept = (village >= odds.reclassify[cell]) & (village >= odds.reclassify[home])
    return kept & (course >= odds.training[cell])


@compiled(inline="always")
def decide(home, cell, skill, move, place, village, course, odds):  # type: ignore[no-untyped-def]
    """What an agent with these four words does in a year: (home, cell, skill, event).

    The one rule: an agent's own step calls it, and the kernel does for all agents but those whose words let it skip a part.
    """
    happened = STAYED
    if odds.stayers_only:
        if home == cell:
            if village < odds.reclassify[cell] and odds.town[cell] != cell:
                home = odds.town[home]
                cell = home
                happened = RECLASSIFIED
        elif village < odds.transfer[cell] and odds.town[home] != odds.town[cell]:
            home = cell
            happened = TRANSFERRED
    else:
        was = cell
        if village < odds.reclassify[cell]:
            cell = odds.town[cell]
        if village < odds.reclassify[home]:
            home = odds.town[home]
        if cell != was:
            happened = RECLASSIFIED
    if course < odds.training[cell] and odds.trainable[skill]:
        skill = odds.trained_skill[skill]
    if happened == STAYED and move < odds.mobility:
        chosen = np.int64(choose(row_of(home, skill, odds), place, odds))
        if chosen != cell:
            cell = chosen
            happened = MIGRATED
    return home, cell, skill, happened
