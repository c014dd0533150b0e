"""Everything a user may set in a scenario, on one page; frozen, strictly typed, unknown words refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from sim.digest import digest_of
from sim.scenario.dated import Steps, datable, in_force, split
from sim.scenario.vocabulary import WorldWords
from sim.scenario.words import KindName, Places, Version, quantity, word


class Words(BaseModel):
    """A group of words in a scenario file: what is not declared here is refused, nothing is converted."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,  # of what no file names nothing is built
    )


class Between(Words):
    """The moves a rule is about: from one kind of cell to another."""

    origin: KindName = word(meaning="kind of cell the move starts from: urban or rural")
    destination: KindName = word(meaning="kind of cell the move leads to: urban or rural")


class PolicyTerms(Words):
    """The terms every policy instrument has; an instrument adds its own."""

    instrument: str = word(meaning="name of the policy instrument")
    # "from" is a word of Python, so the file's word and the attribute's differ
    from_: int = Field(
        validation_alias="from",
        serialization_alias="from",
        description="first year in which the policy is in force",
        json_schema_extra={"unit": "year"},
    )
    until: int | None = quantity(
        None, unit="year", meaning="last year in which the policy is in force; left out: to the end of the run"
    )
    phase_in: int = quantity(
        0, unit="years", meaning="years until the policy has its full strength; 0: at once", at_least=0, at_most=100
    )
    combine: bool = word(
        False, meaning="true on both of two policies that change the same rule in the same years: they act together"
    )

    _dated: dict[str, Steps] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _with_dated(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Take in dated values: the terms hold the first of each, `at(year)` those of a year."""
        if not isinstance(data, dict) or not any(isinstance(data.get(term), dict) for term in datable(cls)):
            return handler(data)
        terms, dated = split(cls, data, handler, (info.context or {}).get("run"))
        terms._dated = dated
        return terms

    @model_serializer(mode="wrap")
    def _dated_in_full(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write dated values as they are written in a file."""
        steps = {term: {str(year): value for year, value in values.items()} for term, values in self._dated.items()}
        return {**handler(self), **steps}

    @property
    def dated(self) -> Mapping[str, Steps]:
        """The dated terms: values by the year they hold from, years rising."""
        return self._dated

    def at(self, year: int) -> Self:
        """The terms that hold in a year, all of them plain."""
        if not self._dated:
            return self
        plain = self.model_copy(update={term: in_force(steps, year) for term, steps in self._dated.items()})
        plain._dated = {}
        return plain

    def strength(self, year: int) -> float:
        """How far the policy is phased in: 0 out of force, rising by equal steps to 1 in the last year of `phase_in`."""
        if year < self.from_ or (self.until is not None and year > self.until):
            return 0.0
        return min(1.0, (year - self.from_ + 1) / max(1, self.phase_in))

    def rule_keys(self, world: WorldWords) -> frozenset[str]:  # noqa: ARG002  # instruments look into it
        """Names of the rules this policy changes; two policies that share one in a year must both say `combine`."""
        return frozenset({self.instrument})

    def last_year(self, end_of_run: int) -> int:
        """The last year in which the policy is in force, given the last year of the run."""
        return end_of_run if self.until is None else self.until


class Years(Words):
    """The years that are simulated, both included."""

    from_: int = Field(
        validation_alias="from",
        serialization_alias="from",
        description="first year of the run: the base year of the world or later",
        json_schema_extra={"unit": "year"},
    )
    to: int = quantity(unit="year", meaning="last year of the run")


class Run(Words):
    """How the scenario is computed: seed, number of agents, replicates."""

    seed: int = quantity(
        7, unit="none", meaning="start of all random draws: the same seed, the same run", at_least=0, at_most=2**31 - 1
    )
    labour_agents: int = quantity(
        100_000, unit="agents", meaning="number of labour agents", at_least=1_000, at_most=100_000_000
    )
    capital_agents: int = quantity(
        100_000, unit="agents", meaning="number of capital agents", at_least=1_000, at_most=100_000_000
    )
    land_agents: int = quantity(50_000, unit="agents", meaning="number of land agents", at_least=1_000, at_most=100_000_000)
    replicates: int = quantity(
        20,
        unit="replicates",
        meaning="number of runs that differ only in their draws; a continuum has none and is run once",
        at_least=1,
        at_most=1_000,
    )
    minutes: float | None = quantity(
        None,
        unit="minutes",
        meaning="longest time the run may be expected to take, else it is refused before it starts; left out: any",
        at_least=0.01,
        at_most=1_000_000,
    )
    continuum: bool = word(False, meaning="true: shares of a continuum of people instead of agents, without any draws")

    @property
    def lived(self) -> int:
        """How many replicates are run: as many as are asked for, but one of a continuum, all of whose are the same."""
        return 1 if self.continuum else self.replicates


class Target(Words):
    """A value the results are held against; at least one of `at_most` and `at_least`."""

    measure: str = word(meaning="name of the measure")
    year: int = quantity(unit="year", meaning="year in which the value is read")
    place: str | None = word(
        None, meaning="region, cell (region/kind) or kind the measure is read for; left out: the whole world"
    )
    at_most: float | None = quantity(None, unit="of the measure", meaning="largest value that meets the target")
    at_least: float | None = quantity(None, unit="of the measure", meaning="smallest value that meets the target")


SAID = ("title", "title_zh", "question", "description")
"""What a file says about itself to readers: no part of what is computed."""


class Scenario(Words):
    """One future: a world, a span of years, and the dated policies in force."""

    schema_: Version = Field(
        validation_alias="schema", serialization_alias="schema", description="version of the scenario language: 1"
    )
    title: str = Field(description="what the scenario is called in reports and figures", min_length=1, max_length=200)
    title_zh: str | None = Field(
        None, description="its title in Chinese, for pages in Chinese; left out: the title", min_length=1, max_length=200
    )
    question: str = word("", meaning="the question the scenario is run to answer")
    description: str = word("", meaning="anything a reader should know")
    extends: str | None = word(
        None, meaning="scenario file this one starts from, in the same folder or below; only what differs is written"
    )
    world: str = word(meaning="where the scenario plays: a world by its name, or ./ and a folder of tables below this file")
    years: Years = word(meaning="years that are simulated")
    groups: dict[str, Places] = word(
        {}, meaning="groups of regions of yours: a name, and a list of regions and of groups the world has"
    )
    parameters: dict[str, float] = word({}, meaning="parameters of the world by name, where they differ from its own")
    policies: dict[str, SerializeAsAny[PolicyTerms]] = word(
        {}, meaning="the policies in force: a name of yours, and an instrument with its terms"
    )
    run: Run = word(Run(), meaning="how the scenario is computed")
    # strict=False only lets a YAML list become a tuple; the targets inside stay strict
    targets: tuple[Target, ...] = Field((), strict=False, description="values the results are held against")

    _name: str = PrivateAttr(default="")
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _tables: Any = PrivateAttr(default=None)

    @property
    def plays_in(self) -> Any:
        """The world as those take it who build it: the name of a shipped one, or the tables of a user's folder.

        Tables are held, not read again, so that what was checked is what is computed, in every process.
        """
        return self.world if self._tables is None else self._tables

    @property
    def world_name(self) -> str:
        """What the world is called in results: the name of a shipped one, or that of its folder."""
        return self.world if self._tables is None else str(self._tables.name)

    @property
    def name(self) -> str:
        """The name of the scenario: its file name without the ending."""
        return self._name

    @property
    def origins(self) -> Mapping[str, str]:
        """Where every value of `resolved()` comes from, by dotted path: file:line, "default" or "--set"."""
        return self._origins

    def come_from(self, name: str, origins: Mapping[str, str], tables: Any = None) -> Scenario:
        """The same scenario with its name, the origin of its values, and the tables of its world where it has some."""
        placed = self.model_copy()
        placed._name, placed._origins, placed._tables = name, dict(origins), tables
        return placed

    def resolved(self) -> dict[str, Any]:
        """All values in force, defaults included, in the words of a scenario file, keys sorted, ready for JSON."""
        plain = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"extends"})
        return dict(json.loads(json.dumps(plain, sort_keys=True, allow_nan=False)))

    def digest(self) -> str:
        """The sha256 of the canonical JSON of what is computed: `resolved()` without words for readers and run.minutes.

        A folder of tables counts by its name and what is in it, wherever it stands.
        """
        computed = {k: v for k, v in self.resolved().items() if k not in SAID}
        computed["run"].pop("minutes", None)
        if self._tables is not None:
            computed["world"] = [self._tables.name, self._tables.digest]
        return digest_of(computed)
