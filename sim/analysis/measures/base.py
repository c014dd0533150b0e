"""What all measures share: the panel they read, the readings they return, and the register of them all."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from sim.cells import KINDS
from sim.errors import FactorFlowError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flag = NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """Incomes and residents of the reported cells.

    income: disposable income per head, yuan, (replicate, year, cell); population: persons, same shape; years: (year,);
    region_of_cell: number of each cell's region; kind_of_cell: "urban" or "rural"; groups: regions by name of a group.
    links: published mean income over that of the cells by kind in the base year, empty where none is published; survey:
    persons of the household survey a resident of a cell stands for, (cell,), None where unknown.
    Where nobody lives the income may be anything. Raises FactorFlowError where a number is missing or negative: a NaN never
    enters a mean.
    """

    income: Array
    population: Array
    years: Index
    cells: tuple[str, ...]
    regions: tuple[str, ...]
    region_of_cell: Index
    kind_of_cell: NDArray[np.str_]
    world: str
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, float] = field(default_factory=dict)
    survey: Array | None = None

    def __post_init__(self) -> None:
        """Refuse tables that do not fit each other, and missing or negative numbers by cell, year and replicate."""
        self._refuse_misfits()
        for name, values, needed in (
            ("population", self.population, np.ones(self.population.shape, bool)),
            ("income", self.income, self.population > 0),
        ):
            for wrong, fault in ((~np.isfinite(values), "not a number"), (values < 0, "below zero")):
                found = np.argwhere(wrong & needed)
                if found.size:
                    replicate, year, cell = found[0]
                    raise FactorFlowError(
                        f"{name} of {self.cells[cell]} in {self.years[year]} (replicate {replicate}) is {fault}"
                    )

    def _refuse_misfits(self) -> None:
        shape = (len(self.income), len(self.years), len(self.cells))
        for name, values in (("income", self.income), ("population", self.population)):
            if values.shape != shape:
                raise FactorFlowError(f"{name} is a table of {values.shape}, not (replicate, year, cell) = {shape}")
        if np.any(np.diff(self.years) <= 0):
            raise FactorFlowError(f"the years of a panel must rise, these do not: {list(map(int, self.years))}")
        if not len(self.region_of_cell) == len(self.kind_of_cell) == len(self.cells):
            raise FactorFlowError("every cell of a panel needs one region and one kind")
        if set(map(int, self.region_of_cell)) != set(range(len(self.regions))):
            raise FactorFlowError(f"cells name their regions by the numbers 0 to {len(self.regions) - 1}, each at least once")
        strange = sorted({str(kind) for kind in self.kind_of_cell} - set(KINDS))
        if strange:
            raise FactorFlowError(f"cells are urban or rural, not {', '.join(strange)}")

    @property
    def urban(self) -> Flag:
        """True for urban cells, (cell,)."""
        return np.asarray(self.kind_of_cell == "urban")

    def regional(self, where: Flag | None = None) -> tuple[Array, Array]:
        """Income per head (NaN where nobody lives) and residents of the regions, each (replicate, year, region).

        where (cell,) keeps some cells only, e.g. the urban ones.
        """
        people = self.population if where is None else np.where(where, self.population, 0.0)
        return grouped(self.income, people, self.region_of_cell, len(self.regions))


@dataclass(frozen=True)
class Reading:
    """One measure of one place: values (replicate, year) in its unit; NaN where it is not defined (left unrecorded)."""

    measure: str
    unit: str
    scope: str
    place: str
    values: Array


@dataclass(frozen=True)
class Series:
    """What is known of a series before any run: its unit, the scopes it is read for, what it means."""

    unit: str
    scopes: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Derived:
    """A series that no run records, worked out from the cells when it is asked for: its file, and when it is missing."""

    measure: str
    missing: str


@cache
def available() -> Mapping[str, ModuleType]:
    """The measures on offer by name, found by walking this folder."""
    folder = importlib.import_module("sim.analysis.measures")
    names = sorted(item.name for item in pkgutil.iter_modules(folder.__path__) if item.name != "base")
    return {name: importlib.import_module(f"sim.analysis.measures.{name}") for name in names}


def series() -> dict[str, Series]:
    """Every series the measures write, by name: one named like its file, and those the file adds in `ALSO`."""
    found: dict[str, Series] = {}
    for name, module in available().items():
        found[name] = Series(module.UNIT, module.SCOPES, module.MEANING)
        found |= getattr(module, "ALSO", {})
    return found


def derived() -> dict[str, Derived]:
    """Every series that is not recorded, by name: those of the files that say so with `RECORDED = False`."""
    return {
        series: Derived(name, module.MISSING)
        for name, module in available().items()
        if not getattr(module, "RECORDED", True)
        for series in (name, *getattr(module, "ALSO", {}))
    }


def why_missing(measure: str) -> str | None:
    """What a measure needs that a world may lack, in words; None where it needs nothing but incomes and residents."""
    return getattr(available().get(measure), "MISSING", None)


def evaluate_all(panel: Panel) -> list[Reading]:
    """The readings of every measure that runs record; what is defined in no year of no replicate is no reading."""
    recorded = set(available()) - {one.measure for one in derived().values()}
    return evaluate(panel, sorted(recorded))


def evaluate(panel: Panel, measures: Iterable[str]) -> list[Reading]:
    """The readings of the measures named by their files; what is defined in no year of no replicate is no reading."""
    found = [reading for name in measures for reading in available()[name].readings(panel)]
    return [reading for reading in found if np.isfinite(reading.values).any()]


def admitted(value: Array, weight: Array | None = None, *, positive: bool = False) -> tuple[Array, Array]:
    """Values fit for a formula and their weights as shares, each (..., unit); equal weights where none are given.

    Units of weight zero are left out: they keep a share of 0 and get the harmless value 1, whatever theirs was. Shares
    are NaN where no unit has weight. Raises FactorFlowError at a weight that is negative or no number, and at a value
    that is negative or no number (with positive: or zero, as logarithms need).
    """
    value = np.asarray(value, dtype=float)
    weight = np.ones(value.shape) if weight is None else np.asarray(weight, dtype=float)
    _refuse(~np.isfinite(weight) | (weight < 0), weight, "weight", "zero or more")
    # In one order of memory, so that sums do not depend, in their last digit, on how many replicates stand beside.
    value, weight = (np.ascontiguousarray(part) for part in np.broadcast_arrays(value, weight))
    kept = weight > 0
    low = value <= 0 if positive else value < 0
    _refuse(kept & (~np.isfinite(value) | low), value, "income", "above zero" if positive else "zero or more")
    return np.where(kept, value, 1.0), divided(weight, weight.sum(axis=-1, keepdims=True))


def _refuse(wrong: Flag, values: Array, name: str, wanted: str) -> None:
    if wrong.any():
        place = tuple(int(number) for number in np.argwhere(wrong)[0])
        raise FactorFlowError(f"{name} must be a number, {wanted}; at {place} it is {values[place]:g}")


def divided(above: Array, below: Array) -> Array:
    """The quotient, NaN where `below` is zero or NaN: not defined, and said so without a warning."""
    above, below = np.broadcast_arrays(above, below)
    fit = (below != 0) & ~np.isnan(below)
    return np.asarray(np.where(fit, above, np.nan) / np.where(fit, below, 1.0))


def weighted_mean(value: Array, weight: Array) -> Array:
    """Mean (...,) along the last axis by weights; units of no weight are left out; NaN where none has any."""
    value, share = admitted(value, weight)
    return np.asarray((share * value).sum(axis=-1))


def grouped(income: Array, weight: Array, group: Index, count: int) -> tuple[Array, Array]:
    """Mean income (NaN for empty groups) and weight of groups, each (..., group); group (unit,) numbers them."""
    member = (group[:, None] == np.arange(count)).astype(float)
    total = np.where(weight > 0, income, 0.0) * weight
    # einsum, not matmul: its sums have one fixed order, whatever the number of threads of the linear algebra library.
    people = np.einsum("...c,cg->...g", weight, member)
    return divided(np.einsum("...c,cg->...g", total, member), people), people
