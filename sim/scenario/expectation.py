"""Expectation files: what somebody expects a scenario to bring, in words, numbers and a reason; read like scenarios.

A file holds a list; each item names a measure, a place, a year, a bound, and why one should find it so.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from sim.errors import ScenarioFaults
from sim.scenario.checks import Found, check_reading
from sim.scenario.inheritance import Draft, absent, badly_written
from sim.scenario.load import draft_of, load_scenario, words_of
from sim.scenario.schema import Scenario, Words
from sim.scenario.vocabulary import Vocabulary
from sim.scenario.words import Version, quantity, word

_OF_A_SCENARIO = frozenset({"extends", "world", "policies", "years"})


class Computed(Words):
    """How the scenarios are computed here; what is left out is as the scenario says."""

    continuum: bool | None = word(None, meaning="true: a continuum of people instead of agents, in one run without draws")
    replicates: int | None = quantity(
        None, unit="replicates", meaning="number of runs; the median of them is read", at_least=1, at_most=1_000
    )
    labour_agents: int | None = quantity(
        None, unit="agents", meaning="number of labour agents", at_least=1_000, at_most=100_000_000
    )


class Expectation(Words):
    """One expectation: what is read, the bound it must keep, and why."""

    scenario: str | None = word(None, meaning="scenario file, as seen from this one; left out: that of the whole file")
    difference_from: str | None = word(
        None, meaning="scenario file; the bound is then on the scenario's value less the value of this one"
    )
    measure: str = word(meaning="name of the measure")
    place: str | None = word(
        None, meaning="region, cell (region/kind) or kind the measure is read for; left out: the whole world"
    )
    year: int = quantity(unit="year", meaning="year in which the value is read")
    above: float | None = quantity(None, unit="of the measure", meaning="the value must be larger")
    below: float | None = quantity(None, unit="of the measure", meaning="the value must be smaller")
    # strict=False only lets a YAML list become a tuple; the numbers inside stay strict
    between: Annotated[tuple[float, float], Field(strict=False)] | None = word(
        None, meaning="two numbers, the smaller first: the value must not be outside them"
    )
    why: str = Field(description="one sentence: why one should find it so", min_length=8, max_length=1000)

    def wanted(self) -> str:
        """The bound in words."""
        less = "" if self.difference_from is None else f"difference from {Path(self.difference_from).stem} "
        if self.between is not None:
            return f"{less}between {self.between[0]:.6g} and {self.between[1]:.6g}"
        return f"{less}above {self.above:.6g}" if self.above is not None else f"{less}below {self.below:.6g}"

    def kept_by(self, value: float) -> bool:
        """True when a value keeps the bound; a value that is no number keeps none."""
        if self.between is not None:
            return self.between[0] <= value <= self.between[1]
        return value > self.above if self.above is not None else self.below is not None and value < self.below


class Expectations(Words):
    """A file of expectations."""

    schema_: Version = Field(
        validation_alias="schema", serialization_alias="schema", description="version of the scenario language: 1"
    )
    title: str = Field(description="what these expectations are about", min_length=1, max_length=200)
    scenario: str | None = word(None, meaning="scenario file of all items that name no other, as seen from this file")
    run: Computed = word(Computed(), meaning="how the scenarios are computed, where not as they say")
    expectations: tuple[Expectation, ...] = Field(strict=False, description="what is expected, one item each")


@dataclass(frozen=True)
class Question:
    """An expectation with the scenario it is about, and the one it is held against, if any."""

    expectation: Expectation
    scenario: Scenario
    reference: Scenario | None


@dataclass(frozen=True)
class Questions:
    """A file of expectations, ready to be answered."""

    file: str
    title: str
    items: tuple[Question, ...]


def load_expectations(path: Path | str, vocabulary: Vocabulary, computed: Computed | None = None) -> Questions:
    """The expectations of a file with their scenarios, computed as the file says or, where given, as `computed` does.

    Raises ScenarioFaults with all that is wrong with any of them.
    """
    path = Path(path)
    draft = draft_of(path)
    if "expectations" not in draft.data and _OF_A_SCENARIO & set(draft.data):
        draft.fault((), "is a scenario, not a file of expectations; `factorflow compare` holds it against another.")
        raise ScenarioFaults(set(draft.faults))
    asked = words_of(draft, Expectations, "a file of expectations")
    scenarios = _scenarios(asked, computed or asked.run, path, draft, vocabulary)
    asked = _by_own_names(asked, scenarios, vocabulary)
    if not asked.expectations:
        draft.fault(("expectations",), "must hold at least one expectation.")
    for number, item in enumerate(asked.expectations):
        for at, message, value in _check(item, number, asked, scenarios, vocabulary):
            # an item with a word that could not be read has been reported; what it lacks now follows from that
            if not any(amiss[:2] == at[:2] for amiss in draft.faulty):
                draft.fault(at, message, value)
    if draft.faults:
        raise ScenarioFaults(set(draft.faults))
    questions = (
        Question(
            item,
            scenarios[item.scenario or asked.scenario or ""],
            None if item.difference_from is None else scenarios[item.difference_from],
        )
        for item in asked.expectations
    )
    return Questions(str(path), asked.title, tuple(questions))


def _named(asked: Expectations) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every scenario file that is named, with the path at which it is."""
    if asked.scenario is not None:
        yield ("scenario",), asked.scenario
    for number, item in enumerate(asked.expectations):
        for role, name in (("scenario", item.scenario), ("difference_from", item.difference_from)):
            if name is not None:
                yield ("expectations", str(number), role), name


def _scenarios(
    asked: Expectations, computed: Computed, path: Path, draft: Draft, vocabulary: Vocabulary
) -> dict[str, Scenario]:
    """The scenarios that can be run by the name they are given, the faults of the others noted, each once."""
    settings = [f"run.{name}={str(value).lower()}" for name, value in computed.model_dump(exclude_none=True).items()]
    if computed.continuum and computed.replicates is None:
        settings.append("run.replicates=1")  # without draws every replicate is the same
    found: dict[str, Scenario] = {}
    tried: set[str] = set()
    for at, name in _named(asked):
        if name in tried:
            continue
        tried.add(name)
        wrong = badly_written(name)
        file = Path(os.path.normpath(path.parent / name)) if wrong is None else path
        wrong = wrong or absent(file)
        if wrong is not None:
            draft.fault(at, wrong, name)
            continue
        try:
            found[name] = load_scenario(file, vocabulary, settings)
        except ScenarioFaults as answer:
            count = f"{len(answer.faults)} fault{'s' if len(answer.faults) > 1 else ''}"
            draft.fault(at, f"cannot be run: {count}, listed with the lines where they stand.", name)
            draft.faults += answer.faults
    return found


def _by_own_names(asked: Expectations, scenarios: Mapping[str, Scenario], vocabulary: Vocabulary) -> Expectations:
    """The same with places called as their worlds call them."""
    items = []
    for item in asked.expectations:
        scenario = scenarios.get(item.scenario or asked.scenario or "")
        known = item.place is not None and scenario is not None
        place = vocabulary.words_of(scenario.plays_in).canonical(item.place) if known else item.place  # type: ignore[union-attr, arg-type]
        items.append(item.model_copy(update={"place": place}))
    return asked.model_copy(update={"expectations": tuple(items)})


def _check(
    item: Expectation, number: int, asked: Expectations, scenarios: Mapping[str, Scenario], vocabulary: Vocabulary
) -> Found:
    """One bound, a scenario, and a reading that this scenario gives."""
    path = ("expectations", str(number))
    bounds = [name for name in ("above", "below", "between") if getattr(item, name) is not None]
    if len(bounds) != 1:
        found = f"; found {' and '.join(bounds)}" if bounds else ""
        yield path, f"needs one bound: above, below or between{found}.", None
    if item.between is not None and item.between[0] > item.between[1]:
        yield (*path, "between"), "must name the smaller number first.", None
    name = item.scenario or asked.scenario
    if name is None:
        yield (*path, "scenario"), "is missing and must be given, here or for the whole file.", None
    scenario = scenarios.get(name or "")
    if scenario is None:
        return
    words = vocabulary.words_of(scenario.plays_in)
    yield from check_reading(path, item.measure, item.place, item.year, scenario.years, words, vocabulary)
    reference = scenarios.get(item.difference_from or "")
    if reference is not None:
        at = (*path, "difference_from")
        if reference.world_name != scenario.world_name:
            yield at, f"plays in {reference.world_name}, the scenario in {scenario.world_name}.", item.difference_from
        elif reference.plays_in != scenario.plays_in:
            yield at, f"plays in another {scenario.world_name} than the scenario: their tables differ.", item.difference_from
        elif not reference.years.from_ <= item.year <= reference.years.to:
            span = f"{reference.years.from_} to {reference.years.to}"
            yield at, f"runs from {span}, without the year {item.year}.", item.difference_from
