"""Experiment files: what is compared under which doubt, read strictly like scenarios, and the draws that follow."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.doubt.stopping import looks
from sim.digest import digest_of
from sim.errors import DesignError, ScenarioFaults, listed
from sim.experiments.refit import names_of
from sim.experiments.sampling.design import Posterior, dimensions, drawn
from sim.experiments.sampling.distributions import Distribution
from sim.experiments.sampling.samplers import balance, unit_draws
from sim.experiments.uncertain import choices, distributions_of, posterior_of
from sim.scenario.checks import Found, check_reading
from sim.scenario.experiment import KIND, Asked, Experiment, Replicates, Until
from sim.scenario.inheritance import Draft, absent, badly_written
from sim.scenario.load import draft_of, load_scenario, words_of
from sim.scenario.schema import Scenario
from sim.scenario.vocabulary import Vocabulary
from sim.scenario.yaml_reader import KeyPath

POSTERIOR = "posterior"  # the one word among the paths that is none
_COSTLY = (("budget", "minutes"), ("budget", "memory_gb"), ("run",), ("uncertain",))  # words answered last
_SHARED = ("seed", "labour_agents", "capital_agents", "land_agents", "continuum")  # else draws are not in common


@dataclass(frozen=True)
class Plan:
    """An experiment ready to be run: its words, its scenarios, and by scenario what is drawn of it.

    policies: scenarios by their names, in the order of the file; distributions: by scenario name and path, where the
    scenario has the path; posterior: rows of parameters estimated together; notes: what a reader has to be told; verb: what
    the tasks are run for; shares: points (draw, column) of the unit cube, where they are not those of the file's design;
    lines: where words stand that are answered once it is known what is drawn.
    """

    file: str
    name: str
    words: Experiment
    baseline: Scenario
    policies: Mapping[str, Scenario]
    distributions: Mapping[str, Mapping[str, Distribution]]
    posterior: Posterior | None
    notes: tuple[str, ...]
    verb: str = "doubt"
    shares: NDArray[np.float64] | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """Number of draws; one where nothing is drawn."""
        return self.words.design.draws if self.shares is None else len(self.shares)

    @property
    def own(self) -> tuple[str, ...]:
        """Every path that has a distribution, in the order of the columns of the unit cube."""
        return tuple(dict.fromkeys(path for each in self.distributions.values() for path in each))

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The baseline and then every policy."""
        return self.baseline, *self.policies.values()

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every path that is drawn, those of the posterior last."""
        return (*self.own, *(self.posterior.paths if self.posterior else ()))

    @cached_property
    def refit(self) -> tuple[str, ...]:
        """Parameters that are estimated again at each draw; none where the file does not ask for it."""
        return names_of(self.baseline.plays_in) if self.words.refit else ()

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of replicates after which one looks whether they are enough; one number where none is asked."""
        asked = self.words.replicates
        return (asked.at_most,) if asked.until is None else looks(asked.at_least, asked.at_most)

    @property
    def dimensions(self) -> int:
        """Columns of the unit cube: one a path, and one for the row of a posterior."""
        return dimensions(self.own, self.posterior)

    @cached_property
    def drawn(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Values (draw,) by scenario name and path; the same shares are one draw for all scenarios. Raises DesignError."""
        design, shares = self.words.design, self.shares
        if shares is None:
            shares = unit_draws(design.sampler, design.draws, self.dimensions, design.seed)
        found = {}
        for name, each in self.distributions.items():
            columns = [self.own.index(path) for path in each] + ([-1] if self.posterior else [])
            values = drawn(shares[:, columns], each, self.posterior)
            found[name] = {path: values[path] for path in self.paths if path in values}
        return found

    def digest(self) -> str:
        """The sha256 of what is computed and asked: scenarios, values of all draws, replicates, questions."""
        words = self.words.model_dump(mode="json", by_alias=True, include={"replicates", "questions", "refit"})
        values = {name: {path: column.tolist() for path, column in each.items()} for name, each in self.drawn.items()}
        return digest_of(
            {
                **words,
                "kind": KIND,
                "verb": self.verb,
                "scenarios": [one.digest() for one in self.scenarios],
                "draws": values,
            }
        )


def load_experiment(path: Path | str, vocabulary: Vocabulary) -> Plan:
    """The experiment of a file with its scenarios; raises ScenarioFaults with all that is wrong with any of them."""
    path = Path(path)
    draft = draft_of(path)
    count = draft.data.get("replicates")
    if isinstance(count, int) and not isinstance(count, bool):
        draft.data["replicates"] = {"at_least": count, "at_most": count}
    words = words_of(draft, Experiment, "an experiment")
    scenarios = _scenarios(words, path, draft, vocabulary)
    if draft.faults:
        raise ScenarioFaults(set(draft.faults))
    baseline, policies = scenarios[words.to], {scenarios[file].name: scenarios[file] for file in words.compare}
    _note(draft, _together(words, scenarios))
    _note(draft, _asked(words, baseline, vocabulary))
    every = (baseline, *policies.values())
    distributions, notes = distributions_of(words.uncertain, every, draft)
    _note(draft, choices(words, every))
    posterior = posterior_of(words.uncertain.get(POSTERIOR), path.parent, every, draft)
    plan = Plan(str(path), path.stem, words, baseline, policies, distributions, posterior, notes)
    if not draft.faults:
        _check_design(plan, draft)
    if draft.faults:
        raise ScenarioFaults(set(draft.faults))
    more = balance(words.design.sampler, words.design.draws)
    lines = {".".join(at): draft.place(at).line for at in _COSTLY}
    return replace(plan, notes=(*notes, *([more] if more else [])), lines=lines)


def _note(draft: Draft, found: Found) -> None:
    for at, message, value in found:
        if not draft.spoiled(at):
            draft.fault(at, message, value)


def _scenarios(words: Experiment, path: Path, draft: Draft, vocabulary: Vocabulary) -> dict[str, Scenario]:
    """The scenarios by the words they are named with, the faults of those that cannot be run noted."""
    settings = [
        f"run.{word}={str(value).lower()}"
        for word in ("continuum", "labour_agents")
        if (value := getattr(words.run, word)) is not None
    ]
    if words.run.continuum:
        settings.append("run.replicates=1")  # without draws every replicate is the same
    if words.run.last_year is not None:
        settings.append(f"years.to={words.run.last_year}")
    named: list[tuple[KeyPath, str]] = [(("compare", str(i)), file) for i, file in enumerate(words.compare)]
    found: dict[str, Scenario] = {}
    stems: dict[str, str] = {}
    for at, name in [*named, (("to",), words.to)]:
        wrong = badly_written(name)
        file = Path(os.path.normpath(path.parent / name)) if wrong is None else path
        wrong = wrong or absent(file)
        if wrong is None and file.stem in stems:
            wrong = "is named twice." if stems[file.stem] == name else f"has the name of {stems[file.stem]}: rename one."
        if wrong is not None:
            draft.fault(at, wrong, name)
            continue
        stems[file.stem] = name
        try:
            found[name] = load_scenario(file, vocabulary, settings)
        except ScenarioFaults as answer:
            count = f"{len(answer.faults)} fault{'s' if len(answer.faults) > 1 else ''}"
            draft.fault(at, f"cannot be run: {count}, listed with the lines where they stand.", name)
            draft.faults += answer.faults
    return found


def _together(words: Experiment, scenarios: Mapping[str, Scenario]) -> Found:
    """Scenarios share a world, years and what decides their draws; else their differences are no policy's work."""
    baseline = scenarios[words.to]
    for number, file in enumerate(words.compare):
        scenario, at = scenarios[file], ("compare", str(number))
        if scenario.plays_in != baseline.plays_in:
            yield at, f"plays in {scenario.world_name}, the baseline in {baseline.world_name}.", file
        if scenario.years.to != baseline.years.to or scenario.years.from_ != baseline.years.from_:
            spans = [f"{one.years.from_} to {one.years.to}" for one in (scenario, baseline)]
            yield at, f"runs from {spans[0]}, the baseline from {spans[1]}.", file
        for word in _SHARED:
            own, other = (getattr(one.run, word) for one in (scenario, baseline))
            if own != other:
                yield at, f"says run.{word} = {own}, the baseline {other}: nothing could be paired.", file
    yield from _replicates(words.replicates, baseline.run.continuum)


def _replicates(asked: Replicates, continuum: bool) -> Found:
    at = ("replicates",)
    if asked.at_least > asked.at_most:
        yield (*at, "at_least"), f"must not be above at_most = {asked.at_most}.", asked.at_least
    elif asked.until is None and asked.at_least != asked.at_most:
        yield at, "needs until, which says when one stops between at_least and at_most; or give one number.", None
    elif asked.until is not None and asked.at_least < 2:
        yield (*at, "at_least"), "must be 2 or more: one replicate has no spread.", asked.at_least
    elif continuum and asked.at_most > 1:
        yield at, "must be 1 in a continuum, which has no luck: all replicates are the same.", asked.at_most


def _asked(words: Experiment, baseline: Scenario, vocabulary: Vocabulary) -> Found:
    """Questions and the stopping rule name what the scenarios can be read for, and a bound."""
    world = vocabulary.words_of(baseline.plays_in)
    until = words.replicates.until
    readings: list[tuple[KeyPath, Asked | Until]] = [(("questions", str(i)), one) for i, one in enumerate(words.questions)]
    readings += [(("replicates", "until"), until)] if until is not None else []
    for at, one in readings:
        place = None if one.place is None else world.canonical(one.place)
        yield from check_reading(at, one.measure, place, one.year, baseline.years, world, vocabulary)
        if isinstance(one, Until):
            continue
        if one.at_most is None and one.at_least is None:
            yield at, "needs a bound: at_most or at_least.", None
        elif one.at_most is not None and one.at_least is not None and one.at_least > one.at_most:
            yield (*at, "at_least"), f"must not be above at_most = {one.at_most:.10g}.", one.at_least


def _check_design(plan: Plan, draft: Draft) -> None:
    """Note what keeps the draws from being drawn."""
    if not plan.paths:
        draft.fault(
            ("uncertain",), "must hold one path at least, e.g. parameters.labour_mobility: {log_uniform: [0.03, 0.2]}."
        )
        return
    twice = (
        sorted(set(plan.posterior.paths) & {path for each in plan.distributions.values() for path in each})
        if plan.posterior
        else []
    )
    if twice:
        draft.fault(("uncertain", POSTERIOR), f"gives {listed(twice)} too, which a distribution gives already.")
        return
    _note(draft, _held(plan))
    try:
        _ = plan.drawn
    except DesignError as reason:
        draft.fault(("design",), str(reason))


def _held(plan: Plan) -> Found:
    """What is estimated again at a draw is neither drawn nor given: what is held cannot be found."""
    if plan.words.refit and not plan.refit:
        yield ("refit",), f"cannot be true: nothing of the world {plan.baseline.world_name} was estimated.", True
    for name in plan.refit:
        path = f"parameters.{name}"
        hint = f"It is estimated again at each draw (refit: true), as are {listed(plan.refit)}; leave out one of the two."
        given = next((one.name for one in plan.scenarios if name in one.parameters), None)
        if path in plan.own:
            written = next((word for word in (path, "parameters.*") if word in plan.words.uncertain), path)
            yield ("uncertain", written), f"draws {name}. {hint}", None
        elif path in plan.paths:
            yield ("uncertain", POSTERIOR), f"gives {name}. {hint}", None
        elif given is not None:
            yield ("refit",), f"cannot be true: {given} gives {path} itself. {hint}", True


def numbered(plan: Plan) -> Iterator[tuple[int, dict[str, dict[str, float]]]]:
    """Draws by number: the values of every scenario by path."""
    for number in range(plan.draws):
        yield (
            number,
            {name: {path: float(column[number]) for path, column in each.items()} for name, each in plan.drawn.items()},
        )
