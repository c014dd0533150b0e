"""One agent as Mesa knows it: a row number and a way to the table, made when asked for and kept by nobody.

This file alone of the agents imports Mesa, which takes half a second; years are lived without it until an agent is asked for.
"""

from __future__ import annotations

from typing import Any, NoReturn, Protocol

import mesa
import numpy as np
from scipy.special import ndtri

from sim.streams import ABILITY, draws


class Table(Protocol):
    """What an agent needs of the population it is a row of."""

    first_id: int
    weight: float
    key: tuple[int, int]

    def owner(self) -> Any:
        """The model."""

    def advance_one(self, row: int) -> int:
        """Let the agent of a row decide."""

    def values(self, name: str, index: Any) -> Any:
        """An attribute at some rows."""

    def write(self, name: str, index: Any, value: object) -> None:
        """Write a column at some rows."""


class FactorAgent(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """A row of a population: reading an attribute reads the table, writing one writes it, checked.

    Two agents are equal when they are the same row of the same population. An agent never registers with its model:
    what is not held any more is freed, and `model.agents` makes it anew.
    """

    population: Table
    row: int
    pos = None  # agents stand in cells, not on one of Mesa's grids

    def __init__(self, population: Table, row: int) -> None:
        """An agent for a row; populations make them."""
        # Mesa's own __init__ would register the agent, and the model would then keep every row ever asked for.
        object.__setattr__(self, "population", population)
        object.__setattr__(self, "row", row)

    @property
    def model(self) -> Any:
        """The model the agent lives in."""
        return self.population.owner()

    @property
    def unique_id(self) -> int:
        """The agent's number in its model, from 1 as Mesa counts: labour first, then capital, then land; its luck belongs
        to its row."""
        return self.row + self.population.first_id

    @property
    def home(self) -> int:
        """Number of the cell where the agent is registered (labour) or owned (capital, land)."""
        return int(self._read("home"))

    @property
    def cell(self) -> int:
        """Number of the cell where the agent lives (labour), works (capital) or is used (land)."""
        return int(self._read("cell"))

    @property
    def home_name(self) -> str:
        """Name of the home cell, such as Port/rural."""
        return str(self._read("home_name"))

    @property
    def cell_name(self) -> str:
        """Name of the cell, such as Port/urban."""
        return str(self._read("cell_name"))

    @property
    def quantity(self) -> float:
        """What the agent stands for: persons of the base year (labour), slices (capital) or km2 (land)."""
        return self.population.weight

    def step(self) -> int:
        """Decide on the tables of the last year; STAYED, MIGRATED or RECLASSIFIED of `sim.agents.choice`."""
        return self.population.advance_one(self.row)

    def remove(self) -> NoReturn:
        """Refuse: the rows of a population are counted once, at the start."""
        raise TypeError(f"{self!r} cannot be removed: a population keeps the agents it was built with")

    def _read(self, name: str) -> Any:
        return self.population.values(name, np.array([self.row]))[0]

    def __setattr__(self, name: str, value: object) -> None:
        """Write a column."""
        # Anything but a column would be lost with this object, so `write` refuses it.
        self.population.write(name, np.array([self.row]), value)

    def __eq__(self, other: object) -> bool:
        """Whether the other is the same row of the same population."""
        return isinstance(other, FactorAgent) and other.population is self.population and other.row == self.row

    def __hash__(self) -> int:
        """Equal agents hash alike."""
        return hash((id(self.population), self.row))

    def __repr__(self) -> str:
        """Kind, number and place."""
        return f"<{type(self).__name__} {self.unique_id} in {self.cell_name}>"


class LabourAgent(FactorAgent):
    """A worker with a household: registered at home, resident in a cell, with a skill."""

    @property
    def skill(self) -> int:
        """Number of the schooling, from 0; training raises it once."""
        return int(self._read("skill"))

    @property
    def workplace_luck(self) -> int:
        """Place in the queue for work in town, in 65536ths."""
        return int(self._read("workplace_luck"))

    @property
    def works_in_town(self) -> bool:
        """Whether the agent works in the town of the region where it lives."""
        return bool(self._read("works_in_town"))

    @property
    def ability(self) -> float:
        """Rank z of the worker's ability, standard normal: it belongs to seed and number, is kept nowhere and moves nobody.

        Income is that of the worker's kind times exp(s z - s^2 / 2), s the spread of the kind of place where one lives.
        """
        return float(ndtri(draws(*self.population.key, ABILITY, 0, self.row)[0]))


class CapitalAgent(FactorAgent):
    """A slice of the portfolio of the owners at home, at work in a cell."""


class LandAgent(FactorAgent):
    """A parcel whose right belongs to the village or town at home and is used in a cell."""
