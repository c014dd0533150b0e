"""The continuum: shares instead of people, the limit of infinitely many agents, moved by the same tables."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from sim.agents.choice import MoveTables
from sim.agents.counted import Moves
from sim.arrays import Array, Flag

NO_AGENTS = (
    "the continuum is shares instead of people and has no agents; ask its stock() by (home, cell), "
    "or build the model with continuum=False"
)


class Continuum:
    """The stock of a kind by (home, cell, skill), moved by expected shares instead of draws."""

    def __init__(self, stock: Array, outside: Flag | None = None) -> None:
        """A continuum at a stock by (home, cell) or (home, cell, skill); outside: homes beyond the reported area, (home,)."""
        self.mass = stock if stock.ndim == 3 else stock[:, :, None]
        self.outside = np.zeros(len(stock), dtype=bool) if outside is None else outside

    def __getattr__(self, name: str) -> NoReturn:
        """Say that there are no agents to ask."""
        # Reached only by names that are not there; Python's own protocols (copy, pickle) ask too and want no advice.
        raise AttributeError(name if name.startswith("_") else f"cannot answer {name!r}: {NO_AGENTS}")

    def __len__(self) -> int:
        """Say that there are no agents to count."""
        raise TypeError(NO_AGENTS)

    def __getitem__(self, item: object) -> NoReturn:
        """Say that there are no agents to pick."""
        raise TypeError(NO_AGENTS)

    def __bool__(self) -> bool:
        """True; without this Python would ask `len`, which raises."""
        return True

    def branch(self, model: Any) -> Continuum:  # noqa: ARG002  # called as that of a population is
        """The same masses for another model; a year replaces them and writes into none."""
        return Continuum(self.mass, self.outside)

    def stock(self) -> Array:
        """The stock by (home, cell)."""
        return np.asarray(self.mass.sum(axis=2))

    def newcomers(self) -> Array:
        """The stock of the homes outside by (cell, skill)."""
        return np.asarray(self.mass[self.outside].sum(axis=0))

    def skills(self, in_town: Array, skills: int) -> Array:  # noqa: ARG002  # called as that of a population is
        """Persons by (cell, skill, works in town) when the shares in_town, (cell,), of residents work in town."""
        persons = self.mass.sum(axis=0)
        return np.stack([persons * (1 - in_town)[:, None], persons * in_town[:, None]], axis=2)

    def advance(
        self,
        tables: MoveTables,
        year: int,  # noqa: ARG002  # called as that of a population is
        worth: Array | None = None,
        in_town: Array | None = None,  # noqa: ARG002
    ) -> Moves:
        """Move expected shares: villages that become urban first, then training, then those who reconsider."""
        cells = self.mass.shape[0]
        worth = np.ones(cells) if worth is None else worth
        rate = np.where(tables.town == np.arange(cells), 0.0, tables.reclassify)
        towns = np.zeros((cells, cells))
        towns[np.arange(cells), tables.town] = rate
        towns[np.diag_indices(cells)] += 1 - rate
        stay = self.mass.copy()
        turned = np.zeros_like(self.mass)
        if tables.stayers_only:
            for cell in np.flatnonzero(rate):
                mass = rate[cell] * self.mass[cell, cell]
                stay[cell, cell] -= mass
                turned[tables.town[cell], tables.town[cell]] += mass
            moved = np.zeros((cells, cells))
            moved[np.arange(cells), tables.town] = rate * self.mass.sum(axis=2).diagonal() * worth
            transfers = _transferred(stay, turned, tables, worth) if tables.transfer.any() else None
        else:
            transfers = None
            stay, turned, moved = self._reclassified_stock(tables, rate, worth)
        stay, turned = self._train(stay, tables), self._train(turned, tables)
        groups = np.diff(tables.cumulative, axis=1, prepend=0.0).reshape(-1, cells, cells)
        leaving = tables.mobility * stay
        arriving, migration = np.zeros_like(stay), np.zeros((cells, cells))
        for number, shares in enumerate(groups):
            skills = np.flatnonzero(tables.group == number)
            arriving[:, :, skills] = shares[:, :, None] * leaving[:, :, skills].sum(axis=1)[:, None, :]
            migration += np.einsum("hck,hd,h->cd", leaving[:, :, skills], shares, worth)
        np.fill_diagonal(migration, 0.0)
        self.mass = stay - leaving + arriving + turned
        return Moves(migration=migration, reclassification=moved, transfers=transfers)

    def _reclassified_stock(self, tables: MoveTables, rate: Array, worth: Array) -> tuple[Array, Array, Array]:
        """Capital and land of reclassified villages: an agent's home and cell turn on the same draw."""
        cells = self.mass.shape[0]
        town, unturned = tables.town, np.zeros_like(self.mass)
        turned, moved = np.zeros_like(self.mass), np.zeros((cells, cells))
        # both turn below the smaller rate, only one of home and cell between the two, neither above the larger
        both = np.minimum(rate[:, None], rate[None, :])[:, :, None] * self.mass
        either = np.abs(rate[:, None] - rate[None, :])[:, :, None] * self.mass
        cell_alone = (rate[None, :] >= rate[:, None])[:, :, None]
        unturned += self.mass - both - either
        homes, places = np.indices((cells, cells))
        np.add.at(turned, (town[homes], town[places]), both)
        np.add.at(turned, (homes, town[places]), np.where(cell_alone, either, 0.0))
        np.add.at(unturned, (town[homes], places), np.where(cell_alone, 0.0, either))
        left = town != np.arange(cells)
        moved[left, town[left]] = ((worth @ self.mass.sum(axis=2)) * rate)[left]
        return unturned, turned, moved

    def _train(self, mass: Array, tables: MoveTables) -> Array:
        """Move the trained share of every trainable skill to its trained form."""
        result = mass.copy()
        for skill in np.flatnonzero(tables.trainable):
            trained = mass[:, :, skill] * tables.training[None, :]
            result[:, :, skill] -= trained
            result[:, :, tables.trained_skill[skill]] += trained
        return result


def _transferred(stay: Array, turned: Array, tables: MoveTables, worth: Array) -> Array:
    """Take those whose registration moves to where they live out of `stay` into `turned`: (home before, home after)."""
    town, transfers = tables.town, np.zeros(stay.shape[:2])
    for cell in np.flatnonzero(tables.transfer):
        odds = np.where(town != town[cell], tables.transfer[cell], 0.0)
        mass = odds[:, None] * stay[:, cell]
        stay[:, cell] -= mass
        turned[cell, cell] += mass.sum(axis=0)
        transfers[:, cell] = mass.sum(axis=1) * worth
    return transfers
