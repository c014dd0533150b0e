"""Experiments run and held against what others found: inside the band, outside, or why there is no number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.data import catalogue
from sim.errors import FactorFlowError, ScenarioFaults
from sim.evidence.published import experiments as declared
from sim.evidence.published.experiments import Experiment, Futures
from sim.evidence.published.facts import BASELINE_ONLY, Band, Fact, band_of, of_experiment
from sim.evidence.published.formulas import CHANGES, RETURNED, read
from sim.evidence.published.lived import Lived, live
from sim.evidence.published.returned import returned
from sim.experiments.replicate import MODEL_FAILURES, world_of

INSIDE, OUTSIDE, AGREES, DIFFERS = "inside", "OUTSIDE", "sign agrees", "sign differs"
NO_BAND, NOT_RUN = "no band", "not run"
_TOLD = ("name", "outcome", "value", "low", "high", "unit", "source", "address", "evidence", "use")
HEAD = ("experiment", "ours", "published", "acceptable", "verdict", "why; constants chosen with the band in sight")


@dataclass(frozen=True)
class Verdict:
    """One experiment: our number, the strength of the treatment where that is read too, or the reason why there is none.

    size: the strength; of a number counted among agents its standard error.

    failed: whether it should have run and did not.
    """

    experiment: Experiment
    facts: tuple[Fact, ...]
    band: Band | None
    ours: float | None
    size: float | None
    reason: str
    failed: bool

    @property
    def word(self) -> str:
        """What comes of holding our number against the published ones."""
        if self.ours is None:
            return NOT_RUN
        if self.band is not None:
            return INSIDE if self.band.holds(self.ours) else OUTSIDE
        signs = {fact.value for fact in self.facts if fact.unit == "sign" and fact.value}
        if not signs:
            return NO_BAND
        return AGREES if signs == {float(np.sign(self.ours))} else DIFFERS

    def said(self) -> str:
        """Our number with its unit, the years it is read in, and how strong the treatment was."""
        if self.ours is None:
            return ""
        size, when = self.experiment.size, "" if self.experiment.reading is None else self.experiment.reading.when
        strength = "" if size is None or self.size is None else f", with {number(self.size)}{_unit(size.unit)}"
        if self.experiment.agents and self.size is not None:
            strength = f", standard error {number(self.size, signed=False)}"
        notes = f"{when}{strength}".removeprefix(", ")
        return f"{self.value()}{_unit(self.experiment.unit)}{f' ({notes})' if notes else ''}"

    def value(self) -> str:
        """Our number, with a sign where it is a change."""
        reading = self.experiment.reading
        signed = reading is not None and reading.formula in CHANGES
        return "" if self.ours is None else number(self.ours, signed)

    def acceptable(self) -> str:
        """The band as text."""
        return "" if self.band is None else f"{self.band.low:g} to {self.band.high:g}"

    def published(self) -> str:
        """Every published number with its range and mark of evidence."""
        return "; ".join(fact.words(self.experiment.unit) for fact in self.facts)

    def why(self) -> str:
        """Why there is no number, or why the band is what it is; and what was chosen with it in sight."""
        because = self.reason or (self.band.why if self.band is not None else self.facts[0].why)
        if self.word == OUTSIDE:
            because += f" OUTSIDE: {self.experiment.outside or 'not explained yet.'}"
        bound = "Bounds the baseline to 2035 only." if all(fact.use == BASELINE_ONLY for fact in self.facts) else ""
        chosen = f"[{', '.join(self.experiment.constants)}]" if self.experiment.constants else ""
        return " ".join(part for part in (because, bound, chosen) if part)

    def words(self) -> tuple[str, ...]:
        """A row of the table, one for each of HEAD."""
        return self.experiment.what, self.said(), self.published(), self.acceptable(), self.word, self.why()

    def to_json(self) -> dict[str, Any]:
        """Everything, for other programs."""
        one, band = self.experiment, self.band
        return {
            "experiment": one.name,
            "group": one.group,
            "what": one.what,
            "unit": one.unit,
            "ours": self.ours,
            "size": self.size,
            "acceptable": None if band is None else [band.low, band.high],
            "verdict": self.word,
            "why": self.why(),
            "constants": list(one.constants),
            "published": [{word: getattr(fact, word) for word in _TOLD} for fact in self.facts],
        }


def number(value: float, signed: bool = True) -> str:
    """Three significant digits, with a plus where it is asked for; 0 stays 0."""
    if value == 0:
        return "0"
    decimals = min(6, max(0, 2 - int(np.floor(np.log10(abs(value))))))
    return f"{value:{'+' if signed else ''}.{decimals}f}"


def _unit(unit: str) -> str:
    return unit if unit.startswith("%") else f" {unit}"


def count(verdicts: Iterable[Verdict]) -> str:
    """How many are inside, outside and without a number, in a sentence."""
    words = [verdict.word for verdict in verdicts]
    inside, outside = words.count(INSIDE), words.count(OUTSIDE)
    more = [f"{words.count(word)} {said}" for word, said in (
        (AGREES, "more agree with a published sign"),
        (DIFFERS, "differ from one"),
        (NO_BAND, "have no band"),
        (NOT_RUN, "could not be run"),
    ) if words.count(word)]  # fmt: skip
    return f"{inside} of {inside + outside} experiments inside their bands{''.join(f'; {one}' for one in more)}."


@dataclass
class Laboratory:
    """Runs each world and scenario once, when it is first asked for; `lived` is called whenever a year has passed."""

    lived: Callable[[], None] = lambda: None
    _runs: dict[str, Lived | FactorFlowError] = field(default_factory=dict)

    def without(self, world: str) -> Lived:
        """The world without policies."""
        return self._run(world, world, None)

    def run(self, futures: Futures) -> Lived:
        """A world with policies, after its terms are sized."""
        before = self.without(futures.world)
        values = {size: read(size.reading, before, before) for size in futures.sized}
        return self._run(futures.name, futures.world, declared.sized(futures, values))

    def _run(self, name: str, world: str, futures: Futures | None) -> Lived:
        if name not in self._runs:
            try:
                scenario = declared.scenario_of(world, futures, declared.last_years()[name])
                self._runs[name] = live(scenario, lambda _: self.lived())
            except ScenarioFaults as reason:
                self._runs[name] = FactorFlowError("; ".join(fault.message for fault in reason.faults))
            except MODEL_FAILURES as reason:
                self._runs[name] = FactorFlowError(str(reason))
        found = self._runs[name]
        if isinstance(found, FactorFlowError):
            raise found
        return found


def years(asked: Iterable[Experiment]) -> int:
    """How many years these experiments run through, each run counted once."""
    runs = {(one.world, name) for one in asked if one.reading is not None for name in _runs_of(one)}
    first = {world: int(catalogue.worlds()[world]["first_year"]) for world, _ in runs}
    return sum(declared.last_years()[name] - first[world] + 1 for world, name in runs)


def _runs_of(one: Experiment) -> Iterator[str]:
    yield one.world
    if one.futures is not None:
        yield one.futures.name


def answers(asked: Iterable[Experiment], laboratory: Laboratory) -> Iterator[Verdict]:
    """A verdict for each experiment, in order."""
    for one in asked:
        ours, size, reason = None, None, one.not_run
        if one.reading is not None:
            try:
                ours, size = _measured(one, laboratory)
            except FactorFlowError as error:
                reason = f"The model gives no number: {error}"
        yield Verdict(one, of_experiment(one.name), band_of(one.name), ours, size, reason, ours is None and not one.not_run)


def _measured(one: Experiment, laboratory: Laboratory) -> tuple[float, float | None]:
    """The number of an experiment and the strength of its treatment, of agents its standard error.

    Raises FactorFlowError where there is none.
    """
    reading = one.reading
    assert reading is not None
    if reading.formula == RETURNED:
        return returned(world_of(one.world, {}), one.agents, reading.year or 0)
    without = laboratory.without(one.world)
    run = without if one.futures is None else laboratory.run(one.futures)
    if one.futures is not None and all(run.values.get(key) == value for key, value in without.values.items()):
        raise FactorFlowError("the policy changed nothing, so being inside would say nothing.")
    found = read(reading, run, without)
    if not np.isfinite(found):
        raise FactorFlowError(f"the reading is {found}.")
    return found, None if one.size is None else read(one.size, run, without)
