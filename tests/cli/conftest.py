"""A stand-in for everything below the command line: scenarios of one line, runs that take no time."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import sim
from sim.analysis.results import Results, open_results, verify
from sim.analysis.saving import default_folder, free_folder
from sim.analysis.versions import versions
from sim.data.catalogue import fingerprints
from sim.errors import FactorFlowError, Fault, ResultsError, ScenarioFaults
from sim.experiments.executors import processes
from tests.results.synthetic import future


@dataclass
class Stage:
    """What the stand-ins were asked to do, and how they shall behave."""

    runs: list[tuple[str, int]] = field(default_factory=list)
    failed: Sequence[int] = ()
    interrupt: bool = False
    effect: float = -0.05
    stops: Sequence[str] = ()  # scenarios whose runs stop


class OneLine(SimpleNamespace):
    """A scenario whose file holds its effect on the ratio, e.g. `-0.05`; anything else is a fault."""

    def digest(self) -> str:
        return f"{self.name}{self.effect}{self.settings}".encode().hex().ljust(64, "0")[:64]


def load_scenario(path: Path, vocabulary: Any, settings: Sequence[str] = ()) -> OneLine:
    try:
        effect = float(path.read_text())
    except ValueError:
        raise ScenarioFaults([Fault(str(path), 1, "effect", f'"{path.read_text()}" is not a number.')]) from None
    title = path.stem.replace("_", " ").capitalize()
    words = {"name": path.stem, "title": title, "question": f"What does {title} do?", "world": "zhejiang"}
    words |= {"plays_in": "zhejiang", "world_name": "zhejiang", "run": SimpleNamespace(replicates=3, lived=3)}
    return OneLine(**words, effect=effect, settings=tuple(settings))


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **contents: Any) -> None:
    module = ModuleType(name)
    vars(module).update(contents)
    monkeypatch.setitem(sys.modules, name, module)
    package, _, last = name.rpartition(".")
    monkeypatch.setattr(import_module(package), last, module, raising=False)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """An empty folder to work in with three scenarios, and the stand-ins in place."""
    here = Stage()

    def asked(scenario: OneLine) -> dict[str, Any]:
        return {"scenario_digest": scenario.digest(), "versions": versions(), "data": fingerprints("zhejiang")}

    def found(scenario: OneLine) -> Results | None:
        folder = default_folder(scenario.name, scenario.digest())
        for path in sorted(folder.parent.glob(f"{folder.name}*")):
            with suppress(ResultsError):
                verify(opened := open_results(path))
                if all(opened.manifest[word] == value for word, value in asked(scenario).items()):
                    return opened
        return None

    def run_all(
        scenarios: Sequence[OneLine], outs: Sequence[Path | None], where: Any, progress: Any, begins: Any, waits: Any
    ) -> Iterator[Results | FactorFlowError]:
        held = [found(one) if out is None else None for one, out in zip(scenarios, outs, strict=True)]
        for scenario, out, whole in zip(scenarios, outs, held, strict=True):
            begins(scenario, whole.path if whole else out, 3 if whole else 0)
        for scenario, out, whole in zip(scenarios, outs, held, strict=True):
            if whole is not None:
                yield whole
                continue
            here.runs.append((scenario.name, where.jobs))
            if progress is not None:
                progress(1, 2)
            if scenario.name in here.stops:
                yield FactorFlowError(f"all 3 replicates of {scenario.name} failed")
                continue
            if here.interrupt:
                raise KeyboardInterrupt
            told = asked(scenario) | {"name": scenario.name, "failed": here.failed, "title": scenario.title}
            folder = free_folder(default_folder(scenario.name, scenario.digest())) if out is None else out
            yield future(folder, lambda r, y, scenario=scenario: scenario.effect, replicates=(0, 1, 2), **told)

    estimate = SimpleNamespace(seconds=2.0, bytes=1, sentence="About 2 seconds and 1 MB.")
    monkeypatch.setattr(sim, "__version__", "1.2.3", raising=False)
    stand_in(monkeypatch, "sim.experiments.experiment", run_all=run_all, found=found)
    stand_in(
        monkeypatch,
        "sim.experiments.cost",
        estimate=lambda *asked: estimate,
        faults=lambda *asked: [],
        jobs_that_pay=lambda asked: 1,
    )
    stand_in(monkeypatch, "sim.experiments.trial", check=lambda scenarios, pool=None: None, faults=lambda *asked: [])
    monkeypatch.setattr(processes, "pool", lambda jobs: nullcontext())  # nobody is asked: what is tried and run stands in
    stand_in(monkeypatch, "sim.vocabulary", vocabulary=lambda: None)
    stand_in(monkeypatch, "sim.scenario.load", load_scenario=load_scenario)
    monkeypatch.chdir(tmp_path)
    Path("scenarios").mkdir()
    for name, effect in (("baseline", "0"), ("aid", "-0.05"), ("broken", "much"), ("worse", "plenty")):
        Path(f"scenarios/{name}.yaml").write_text(effect)
    return here


@pytest.fixture(autouse=True)
def nobody_says_how_wide_a_page_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output goes to a pipe; runners of tests that say COLUMNS themselves would fold it."""
    monkeypatch.delenv("COLUMNS", raising=False)
