"""Expectations held against runs: each scenario is run once, and every item of the file gets a verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from sim.analysis.results import Results
from sim.errors import FactorFlowError, ResultsError
from sim.experiments import cost, experiment
from sim.experiments.executors import Where
from sim.experiments.runner import Progress
from sim.pages.recorded import world_of
from sim.scenario.checks import scope_of
from sim.scenario.expectation import Expectation, Question, Questions
from sim.scenario.schema import Scenario
from sim.vocabulary import world_words

Watched = Callable[[str], AbstractContextManager[Progress | None]]


@dataclass(frozen=True)
class Verdict:
    """What came out for one expectation: the median over replicates, None where the run gave no value."""

    expectation: Expectation
    scenario: str
    found: float | None
    holds: bool
    failed: int
    """Replicates that came to no end and are left out of the median."""

    HEAD: ClassVar[tuple[str, ...]] = ("", "scenario", "measure", "place", "year", "expected", "found", "why")

    def words(self) -> tuple[str, ...]:
        """The verdict as text, one for each of HEAD."""
        item = self.expectation
        found = "no value" if self.found is None else f"{self.found:.6g}"
        first = "pass" if self.holds else "FAIL"
        return first, self.scenario, item.measure, item.place or "", str(item.year), item.wanted(), found, item.why


def answer(questions: Questions, jobs: int | None = 1, watched: Watched | None = None) -> Iterator[Verdict]:
    """A verdict for every expectation of a file, in its order; results are put aside and thrown away.

    jobs: replicates at a time; None: as many as pay.
    Raises FactorFlowError where no replicate of a scenario comes to its end.
    """
    asked: dict[str, Scenario] = {}
    for question in questions.items:
        both = (question.scenario, question.reference)
        asked |= {one.digest(): one for one in both if one is not None and one.digest() not in asked}
    title = "1 scenario" if len(asked) == 1 else f"{len(asked)} scenarios"
    with (
        tempfile.TemporaryDirectory(prefix="factorflow-") as folder,
        nullcontext() if watched is None else watched(title) as progress,
    ):
        runs: dict[str, Results] = {}
        where = Where(jobs).settled(lambda: cost.jobs_that_pay([*asked.values()]))
        outs = [Path(folder) / digest for digest in asked]
        coming = zip(asked, experiment.run_all([*asked.values()], outs, where, progress), strict=True)
        for question in questions.items:
            for scenario in (question.scenario, question.reference):
                while scenario is not None and scenario.digest() not in runs:
                    digest, found = next(coming)
                    if isinstance(found, FactorFlowError):
                        raise found
                    runs[digest] = found
            yield _verdict(question, runs)


def _verdict(question: Question, runs: dict[str, Results]) -> Verdict:
    """The median over replicates; of a difference, over the replicates both scenarios have."""
    item = question.expectation
    results = runs[question.scenario.digest()]
    reference = None if question.reference is None else runs[question.reference.digest()]
    values = _read(results, item)
    if reference is not None:
        other = _read(reference, item)
        values = {number: values[number] - other[number] for number in values.keys() & other.keys()}
    found = float(np.median(sorted(values.values()))) if values else None
    ended = [len(run.manifest["replicates"]) - len(run.replicates) for run in (results, reference) if run is not None]
    holds = found is not None and item.kept_by(found)
    return Verdict(item, question.scenario.name, found, holds, sum(ended))


def _read(results: Results, item: Expectation) -> dict[int, float]:
    """The measure by replicate; empty where it is not defined."""
    scope = scope_of(item.place, world_words(world_of(results))) or "world"
    try:
        rows = results.values(item.measure, scope, None if scope == "world" else item.place)
    except ResultsError:
        return {}
    if item.year not in rows.index:
        return {}
    numbers = zip(rows.columns, rows.loc[item.year].to_numpy(), strict=True)
    return {int(replicate): float(value) for replicate, value in numbers if np.isfinite(value)}
