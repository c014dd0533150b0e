"""What is run to be held against published numbers, as declared in `sim/data/published_experiments.yaml`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from sim.data import catalogue
from sim.economy.state import GENERAL_PURCHASES
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.vocabulary import vocabulary

WORLD = "zhejiang"


@dataclass(frozen=True)
class Reading:
    """How a number is read off a run: a formula, what it reads, where (nothing: the whole world), and from when to when.

    by: a second measure or parameter; times: a factor on the result; unit: of the result, where it is not the experiment's.
    """

    formula: str
    measure: str = "output"
    places: tuple[str, ...] = ()
    year: int | None = None
    since: int | None = None
    by: str = ""
    times: float = 1.0
    unit: str = ""

    @property
    def when(self) -> str:
        """The years that are read, as text."""
        if self.year is None:
            return ""
        return f"{self.since} to {self.year}" if self.since not in (None, self.year) else str(self.year)


@dataclass(frozen=True)
class Size:
    """A term of a policy that is `times` a reading of the world without policies."""

    policy: str
    term: str
    reading: Reading


@dataclass(frozen=True)
class Futures:
    """What one run needs: its title, its world, policies in the words of a scenario file, and terms that are sized."""

    name: str
    title: str
    world: str
    policies: Mapping[str, Mapping[str, Any]]
    sized: tuple[Size, ...]


@dataclass(frozen=True)
class Experiment:
    """One number of the model that others have measured too.

    futures: what is run, None: the world without policies. agents: how many follow the reading where luck is the question,
    0: the continuum. size: a second reading that says how strong the treatment is. constants: parameters of the world, or
    terms of an instrument, chosen with the band in sight. not_run: why there is no reading. outside: why the model lies
    outside of the band, where it does.
    """

    name: str
    group: str
    what: str
    unit: str
    reading: Reading | None
    futures: Futures | None
    size: Reading | None
    constants: tuple[str, ...]
    agents: int
    not_run: str
    outside: str

    @property
    def world(self) -> str:
        """Name of the world it plays in."""
        return WORLD if self.futures is None else self.futures.world

    @property
    def last_year(self) -> int:
        """The last year that is read; 0 where no year is."""
        return max((one.year or 0 for one in (self.reading, self.size) if one is not None), default=0)


@cache
def experiments() -> Mapping[str, Experiment]:
    """All experiments by name, in the order of the file."""
    told = yaml.safe_load((files("sim.data") / "published_experiments.yaml").read_text(encoding="utf-8"))
    runs = {name: _futures(name, entry) for name, entry in told["scenarios"].items()}
    return {name: _experiment(name, entry, runs) for name, entry in told["experiments"].items()}


def last_years() -> Mapping[str, int]:
    """The last year that any experiment reads of a scenario, by its name; of a world without policies by the world's."""
    found: dict[str, int] = {}
    for one in experiments().values():
        for name in {one.world, *(() if one.futures is None else (one.futures.name,))}:
            found[name] = max(found.get(name, 0), one.last_year)
    return found


def scenario_of(world: str, futures: Futures | None, last_year: int) -> Scenario:
    """What is run, read and checked as a scenario file is; futures None: the world without policies.

    Raises ScenarioFaults where the instruments no longer take these terms.
    """
    name = world if futures is None else futures.name
    text = {
        "schema": 1,
        "title": "No policy" if futures is None else futures.title,
        "world": world,
        "years": {"from": int(catalogue.worlds()[world]["first_year"]), "to": last_year},
        "policies": {} if futures is None else {key: _paid(terms) for key, terms in futures.policies.items()},
        "run": {"continuum": True, "replicates": 1},
    }
    with tempfile.TemporaryDirectory(prefix="factorflow-") as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
        return load_scenario(path, vocabulary())


def _paid(terms: Mapping[str, Any]) -> dict[str, Any]:
    """The terms, with money from general purchases where they do not say: published effects are those of what is spent.

    Whoever measures what a programme did to a place leaves out what its levy did to those who paid.
    """
    spends = "financed_by" in vocabulary().instruments[terms["instrument"]].model_fields
    return {**({"financed_by": GENERAL_PURCHASES} if spends else {}), **terms}


def sized(futures: Futures, values: Mapping[Size, float]) -> Futures:
    """The same with its terms set, rounded to four digits as a law would say them."""
    policies = {key: dict(deepcopy(terms)) for key, terms in futures.policies.items()}
    for size, value in values.items():
        policies[size.policy][size.term] = float(f"{value:.4g}")
    return replace(futures, policies=policies)


def _futures(name: str, entry: Mapping[str, Any]) -> Futures:
    sizes = tuple(
        Size(policy, term, _reading({"formula": "level", **told}))
        for (policy, term), told in ((path.split("."), told) for path, told in entry.get("sized", {}).items())
    )
    return Futures(name, entry["title"], entry.get("world", WORLD), entry["policies"], sizes)


def _experiment(name: str, entry: Mapping[str, Any], runs: Mapping[str, Futures]) -> Experiment:
    return Experiment(
        name=name,
        group=entry["group"],
        what=entry["what"],
        unit=entry["unit"],
        reading=_reading(entry["reading"]) if "reading" in entry else None,
        futures=runs[entry["scenario"]] if "scenario" in entry else None,
        size=_reading(entry["size"]) if "size" in entry else None,
        constants=tuple(entry.get("constants", ())),
        agents=entry.get("agents", 0),
        not_run=entry.get("not_run", ""),
        outside=entry.get("outside", ""),
    )


def _reading(entry: Mapping[str, Any]) -> Reading:
    return Reading(**{**entry, "places": tuple(entry.get("places", ()))})
