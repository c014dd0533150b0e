"""Years that tasks live alike are lived once, and nobody can tell: the bytes are those of tasks that live all their years."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sim import load
from sim.economy.policies.base import PolicyInForce
from sim.economy.state import baseline_rules
from sim.errors import FactorFlowError
from sim.experiments.executors import Where
from sim.experiments.experiment import run_all
from sim.experiments.first_years import FirstYears, history
from sim.experiments.replicate import build_model, model_arguments
from sim.experiments.task import Done, Draw, Task, perform, tasks_of
from sim.experiments.workers import together
from sim.model import FactorFlowModel
from sim.scenario.schema import Scenario
from sim.year.years import Years
from tests.test_end_to_end import ROOT

VALLEY, PROVINCE = ROOT / "scenarios/two_cells", ROOT / "scenarios/zhejiang"
FEW = ["run.labour_agents=2000", "run.capital_agents=1000", "run.land_agents=1000", "years.to=8"]
CONTINUUM = ["run.continuum=true", "years.to=8"]
FILES = ("series.parquet", "flows.parquet", "summary.csv")
LATER = {
    "open": "from: 5",
    "later": "from: 7",
    "phased": "from: 5, phase_in: 3",
    "first": "from: 1",
    "brief": "from: 2, until: 3",
}


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The years that are simulated, one after the other."""
    years: list[int] = []
    honest = Years.step

    def step(model: Years) -> None:
        years.append(model.year)
        honest(model)

    monkeypatch.setattr(Years, "step", step)
    return years


def valley(folder: Path, settings: Sequence[str], **when: str) -> list[Scenario]:
    """The valley without policies, and under one that opens its town at different times."""
    shutil.copy(VALLEY / "baseline.yaml", folder)
    found = [load(folder / "baseline.yaml", settings)]
    for name, words in when.items():
        policy = f"{{instrument: residence_permit_reform, cut: 0.8, {words}}}"
        text = f"schema: 1\ntitle: {name}\nextends: baseline.yaml\npolicies:\n  town: {policy}\n"
        (folder / f"{name}.yaml").write_text(text)
        found.append(load(folder / f"{name}.yaml", settings))
    return found


def in_one_piece(tasks: Sequence[Task]) -> list[Done]:
    first_years = FirstYears(tasks)
    return [perform(task, first_years=first_years) for task in tasks]


def digests(found: Sequence[Done]) -> list[str]:
    assert all(done.reason is None for done in found)
    return [hashlib.sha256(done.content).hexdigest() for done in found]


@pytest.mark.parametrize("settings", [FEW, CONTINUUM], ids=["agents", "continuum"])
@pytest.mark.parametrize(
    ("names", "years"),
    [
        (("open",), 8 + 4),
        (("open", "later"), 8 + 4 + 2),
        (("first",), 8 + 8),
        (("brief", "open"), 8 + 7 + 4),
        (("first", "open", "later", "phased"), 8 + 8 + 4 + 2 + 4),
    ],
)
def test_bytes_are_those_of_all_years_lived_alone(
    tmp_path: Path, lived: list[int], settings: list[str], names: tuple[str, ...], years: int
) -> None:
    tasks = list(tasks_of(valley(tmp_path, settings, **{name: LATER[name] for name in names}), replicates=[1]))
    alone = digests([perform(task) for task in tasks])
    assert len(lived) == 8 * len(tasks) and len(set(alone)) == len(tasks)
    lived.clear()
    assert digests(in_one_piece(tasks)) == alone
    assert len(lived) == years
    lived.clear()
    assert digests(in_one_piece(tasks[::-1])) == alone[::-1]  # whoever comes first lives them
    assert len(lived) <= years + 8  # from the last year to the first, the copies left are of other years


def test_a_province_with_reclassified_villages_and_charges_goes_on_to_the_same_bytes(lived: list[int]) -> None:
    names = ("baseline", "growth_pole", "coastal_belt_compensated", "cash_transfer")
    scenarios = [load(PROVINCE / f"{name}.yaml", ["run.continuum=true", "years.to=2027"]) for name in names]
    tasks = list(tasks_of(scenarios, [Draw(1, {"parameters.labour_mobility": 0.11})], replicates=[0]))
    alone = digests([perform(task) for task in tasks])
    assert len(lived) == 4 * 14
    lived.clear()
    assert digests(in_one_piece(tasks)) == alone
    assert len(lived) == 10 + 4 * 4  # the first policies begin in 2024


def test_only_the_same_world_and_luck_are_shared(tmp_path: Path, lived: list[int]) -> None:
    scenarios = valley(tmp_path, FEW, open="from: 5")
    mobile = [Draw(number, {"parameters.labour_mobility": value}) for number, value in enumerate((0.05, 0.2))]
    tasks = list(tasks_of(scenarios, mobile, replicates=[0, 1]))
    alone = digests([perform(task) for task in tasks])
    lived.clear()
    assert digests(in_one_piece(tasks)) == alone and len(set(alone)) == 8
    assert len(lived) == 4 * (8 + 4)


def test_a_run_that_ends_sooner_is_shared_whole(tmp_path: Path, lived: list[int]) -> None:
    scenarios = valley(tmp_path, CONTINUUM)
    short = load(VALLEY / "baseline.yaml", ["run.continuum=true", "years.to=5"])
    tasks = list(tasks_of([*scenarios, short], replicates=[0]))
    alone = digests([perform(task) for task in tasks])
    lived.clear()
    assert digests(in_one_piece(tasks)) == alone and len(lived) == 8
    lived.clear()
    assert digests(in_one_piece(tasks[::-1])) == alone[::-1] and len(lived) == 5 + 8


def test_a_year_that_fails_is_the_same_reason_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Years.step

    def step(model: Years) -> None:
        if model.year == 3:
            raise FactorFlowError("the market for land did not clear")
        honest(model)

    tasks = list(tasks_of(valley(tmp_path, CONTINUUM, open="from: 5", brief="from: 2, until: 3"), replicates=[0]))
    monkeypatch.setattr(Years, "step", step)
    alone, shared = [perform(task) for task in tasks], in_one_piece(tasks)
    assert [done.content for done in shared] == [done.content for done in alone]
    assert {done.reason for done in shared} == {"the market for land did not clear"}


def test_histories_tell_apart_what_a_year_depends_on(tmp_path: Path) -> None:
    valley(tmp_path, CONTINUUM)
    for name, cut, more in (
        ("dated", "{3: 0.2, 6: 0.8}", ""),
        ("plain", "0.2", ""),
        ("named", "0.2", "groups: {all: [valley]}\n"),
    ):
        policy = f"policies:\n  town: {{instrument: residence_permit_reform, from: 3, cut: {cut}}}\n"
        (tmp_path / f"{name}.yaml").write_text(f"schema: 1\ntitle: {name}\nextends: baseline.yaml\n{policy}{more}")
    dated, plain, named = (history(load(tmp_path / f"{name}.yaml", CONTINUUM)) for name in ("dated", "plain", "named"))
    assert dated[:5] == plain[:5] and dated[5:] != plain[5:] and [dated[5], plain[5]] != [None, None]
    assert named[:2] == plain[:2] == [None, None] and named[2] != plain[2]  # a group may stand for other regions


@pytest.mark.parametrize("file", sorted(PROVINCE.glob("*.yaml")), ids=lambda file: file.stem)
def test_no_law_does_anything_before_it_is_in_force(file: Path) -> None:
    scenario = load(file, ["run.continuum=true"])
    model = build_model(scenario)
    rules = baseline_rules(model.world, model.economy)
    for law, terms in zip(model.laws, scenario.policies.values(), strict=True):
        assert isinstance(law, PolicyInForce)
        if terms.from_ > model.world.first_year:
            assert law(rules, model.world, terms.from_ - 1) is rules and law.in_force(terms.from_ - 1) is None
        assert law.in_force(terms.from_) is not None


@pytest.mark.parametrize("settings", [FEW, CONTINUUM], ids=["agents", "continuum"])
def test_a_branch_leaves_its_model_as_it_was(tmp_path: Path, settings: list[str]) -> None:
    plain, opened = (FactorFlowModel(**model_arguments(one, 0, None)) for one in valley(tmp_path, settings, first="from: 1"))
    for _ in range(3):
        plain.step()
    before = {name: value.copy() for name, value in vars(plain.economy).items() if isinstance(value, np.ndarray)}
    stock, series = plain.labour.stock(), list(plain.record.series)
    branch = plain.branch(plain.world, opened.laws, 8)
    assert branch.steps == 3 and branch.running and branch.agents.model is branch
    while branch.running:
        branch.step()
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(plain.economy, name), value, err_msg=name)
    np.testing.assert_array_equal(plain.labour.stock(), stock)
    assert plain.record.series == series and plain.year == 4
    assert (branch.labour.stock() != stock).any()


def test_pieces_keep_together_what_lives_alike_and_leave_none_idle(tmp_path: Path) -> None:
    scenarios = valley(tmp_path, FEW, open="from: 5", later="from: 7")
    tasks = list(tasks_of(scenarios, replicates=range(8)))
    pieces = [[(task.scenario.name, task.replicate) for task in piece] for piece in together(tasks, 2)]
    assert pieces == [[(name, number) for name in ("baseline", "open", "later")] for number in range(8)]
    assert [len(piece) for piece in together(tasks[:1] + tasks[8:9], 2)] == [1, 1]  # two tasks, two workers
    assert sum(map(len, together(tasks, 5))) == 24 and max(map(len, together(tasks, 12))) == 1


def test_two_scenarios_of_a_command_are_written_alike_on_any_number_of_processes(tmp_path: Path, lived: list[int]) -> None:
    scenarios = valley(tmp_path, [*FEW, "run.replicates=2"], open="from: 5")
    files = {}
    for jobs in (1, 2):
        outs = [tmp_path / f"{one.name}-{jobs}" for one in scenarios]
        list(run_all(scenarios, outs, Where(jobs)))
        files[jobs] = [
            (out / name).read_bytes() for out in outs for name in ("series.parquet", "flows.parquet", "summary.csv")
        ]
    assert files[1] == files[2] and len(lived) == 2 * (8 + 4)
