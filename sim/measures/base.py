"""What all measures share: the panel they read, the readings they return, and the register of them all."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from sim.errors import FactorFlowError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Incomes and residents of the reported cells.

    income: disposable income per head, yuan, (replicate, year, cell); population: persons, same shape; years: (year,);
    region_of_cell: number of each cell's region; kind_of_cell: "urban" or "rural". Raises FactorFlowError where a
    number is missing: a NaN never enters a mean.
    """

    income: Array
    population: Array
    years: NDArray[np.int64]
    cells: tuple[str, ...]
    regions: tuple[str, ...]
    region_of_cell: NDArray[np.int64]
    kind_of_cell: NDArray[np.str_]
    world: str

    def __post_init__(self) -> None:
        """Refuse missing numbers, naming the first cell and year that has one."""
        for name, values in (("income", self.income), ("population", self.population)):
            wrong = np.argwhere(~np.isfinite(values))
            if wrong.size:
                replicate, year, cell = wrong[0]
                raise FactorFlowError(
                    f"{name} of {self.cells[cell]} in {self.years[year]} (replicate {replicate}) is not a number"
                )

    @property
    def urban(self) -> NDArray[np.bool_]:
        """True for urban cells, (cell,)."""
        return np.asarray(self.kind_of_cell == "urban")

    def regional(self) -> tuple[Array, Array]:
        """Income per head and residents of the regions, each (replicate, year, region)."""
        member = (self.region_of_cell[:, None] == np.arange(len(self.regions))).astype(float)
        people = self.population @ member
        income = (self.income * self.population) @ member
        return income / np.where(people > 0, people, 1.0), people


@dataclass(frozen=True)
class Reading:
    """One measure of one place: values (replicate, year) in its unit; NaN where it is not defined (left unrecorded)."""

    measure: str
    unit: str
    scope: str
    place: str
    values: Array


@cache
def available() -> Mapping[str, ModuleType]:
    """The measures on offer by name, found by walking this folder."""
    folder = importlib.import_module("sim.measures")
    names = sorted(item.name for item in pkgutil.iter_modules(folder.__path__) if item.name != "base")
    return {name: importlib.import_module(f"sim.measures.{name}") for name in names}


def evaluate_all(panel: Panel) -> list[Reading]:
    """The readings of every measure on offer."""
    return [reading for module in available().values() for reading in module.readings(panel)]


def shares(weight: Array) -> Array:
    """Weights along the last axis divided by their sum."""
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def weighted_mean(value: Array, weight: Array) -> Array:
    """Mean along the last axis by weights; units of no weight are left out whatever their value."""
    return np.asarray((np.where(weight > 0, value, 0.0) * weight).sum(axis=-1) / weight.sum(axis=-1))
