"""The words of an experiment file: which policies are compared under which doubt, how often, and what is asked of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.schema import Words
from sim.scenario.words import Version, quantity, word
from sim.scenario.yaml_reader import read_file

KIND = "experiment"

# strict=False only lets a YAML list become a tuple; the numbers inside stay strict
Ends = Annotated[tuple[float, float, float], Field(strict=False)]


class Design(Words):
    """Which values of what nobody knows are lived."""

    draws: int = quantity(64, unit="draws", meaning="number of draws", at_least=1, at_most=2**20)
    sampler: Literal["sobol", "latin_hypercube", "grid"] = word("sobol", meaning="how draws fill the space")
    seed: int = quantity(
        1, unit="none", meaning="start of the draws: the same seed, the same draws", at_least=0, at_most=2**31 - 1
    )


class Until(Words):
    """When enough replicates have been run: the interval of the mean difference is as narrow as this, for every policy."""

    measure: str = word(meaning="name of the measure")
    year: int = quantity(unit="year", meaning="year in which the measure is read")
    place: str | None = word(
        None, meaning="region, cell (region/kind) or kind the measure is read for; left out: the whole world"
    )
    half_width: float = quantity(
        unit="of the measure", meaning="half the width of the interval of the mean difference", at_least=1e-12
    )


class Replicates(Words):
    """How many replicates every draw is lived in, or between which numbers one stops."""

    at_least: int = quantity(1, unit="replicates", meaning="fewest replicates of a draw", at_least=1, at_most=1_000)
    at_most: int = quantity(1, unit="replicates", meaning="most replicates of a draw", at_least=1, at_most=1_000)
    until: Until | None = word(None, meaning="when one stops between at_least and at_most")


class Budget(Words):
    """What the experiment may cost; dearer, it is refused before it starts."""

    minutes: float | None = quantity(
        None, unit="minutes", meaning="longest time it may be expected to take", at_least=0.01, at_most=1_000_000
    )
    memory_gb: float | None = quantity(
        None, unit="GB", meaning="most memory it may be expected to take", at_least=0.01, at_most=1_000_000
    )


class Asked(Words):
    """A question: how probable it is that a measure keeps a bound."""

    measure: str = word(meaning="name of the measure")
    year: int = quantity(unit="year", meaning="year in which the measure is read")
    place: str | None = word(
        None, meaning="region, cell (region/kind) or kind the measure is read for; left out: the whole world"
    )
    of: Literal["value", "difference"] = word(
        "value", meaning="whether the bound is on the value or on what a policy changes"
    )
    at_most: float | None = quantity(None, unit="of the measure", meaning="largest value that meets the target")
    at_least: float | None = quantity(None, unit="of the measure", meaning="smallest value that meets the target")


class Lived(Words):
    """How the scenarios are computed here; what is left out is as they say."""

    continuum: bool | None = word(None, meaning="true: a continuum of people instead of agents, in one run without draws")
    labour_agents: int | None = quantity(
        None, unit="agents", meaning="number of labour agents", at_least=1_000, at_most=100_000_000
    )
    last_year: int | None = quantity(None, unit="year", meaning="last year that is run")


class Experiment(Words):
    """A file of kind experiment."""

    schema_: Version = Field(
        validation_alias="schema", serialization_alias="schema", description="version of the scenario language: 1"
    )
    kind: Literal["experiment"] = word(meaning="what the file is: experiment")
    title: str = Field(description="what the experiment is about", min_length=1, max_length=200)
    description: str = word("", meaning="anything a reader should know")
    # strict=False only lets a YAML list become a tuple; what is inside stays strict
    compare: tuple[str, ...] = Field(
        strict=False, description="scenario files, as seen from this one", min_length=1, max_length=100
    )
    to: str = word(meaning="scenario file of the baseline, as seen from this one")
    uncertain: dict[str, Any] = word(
        meaning="distributions by path: parameters.NAME or policies.NAME.TERM, * for any name; posterior: a table of draws"
    )
    design: Design = word(Design(), meaning="which values are lived")
    replicates: Replicates = word(Replicates(), meaning="a number, or at_least, at_most and until")
    budget: Budget = word(Budget(), meaning="what the experiment may cost")
    questions: tuple[Asked, ...] = Field((), strict=False, description="what is asked, one item each")
    choose: dict[str, Ends] = word(
        {}, meaning="terms that `design` chooses, policies.NAME.TERM: their lower end, upper end and step"
    )
    run: Lived = word(Lived(), meaning="how the scenarios are computed, where not as they say")
    refit: bool = word(False, meaning="true: what was estimated is estimated again at each draw")


def is_experiment(path: Path | str) -> bool:
    """Whether a file says that it is an experiment."""
    return bool(read_file(Path(path), str(path)).data.get("kind") == KIND)
