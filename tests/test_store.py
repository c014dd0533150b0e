"""Tasks and their store: what determines a task, what is kept, what is found again, and how any change is noticed."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import load, open_results, run
from sim.analysis.asked import status
from sim.analysis.taskfile import decoded, is_whole
from sim.cli import main
from sim.errors import FactorFlowError, ResultsError
from sim.experiments import first_years, workers
from sim.experiments import task as tasks_module
from sim.experiments.executors import Where
from sim.experiments.experiment import run_all
from sim.experiments.runner import Wanted, run_missing
from sim.experiments.store import Store
from sim.experiments.task import Draw, perform, tasks_of
from sim.files import locked

VALLEY = Path(__file__).parents[1] / "scenarios/two_cells"
FEW = {"run.labour_agents": 2000, "run.capital_agents": 1000, "run.land_agents": 1000, "run.replicates": 3, "years.to": 6}


def valley(*settings, name="baseline"):
    said = FEW | dict(setting.split("=") for setting in settings)
    return load(VALLEY / f"{name}.yaml", [f"{path}={value}" for path, value in said.items()])


def factorflow(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(valley(), out=tmp_path_factory.mktemp("whole") / "r").path


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "r")
    return tmp_path / "r"


@pytest.fixture
def performed(monkeypatch):
    """The replicates that are run in this process, in order."""
    done = []

    def noted(task, *words):
        done.append((task.scenario.name, task.draw, task.replicate))
        return perform(task, *words)

    monkeypatch.setattr(workers, "perform", noted)
    return done


def digests(*scenarios, **words):
    return [task.digest for task in tasks_of(scenarios, **words)]


def test_a_task_is_named_by_what_its_numbers_depend_on_and_nothing_else():
    (one,) = digests(valley(), replicates=[0])
    assert digests(valley("run.replicates=9", "run.minutes=5", "title=Another title"), replicates=[0]) == [one]
    others = [
        valley("run.seed=8"),
        valley("run.labour_agents=2001"),
        valley("run.continuum=true"),
        valley("years.to=7"),
        valley(name="open_registration"),
    ]
    found = [one, *digests(valley(), replicates=[1]), *digests(*others, replicates=[0])]
    program = tasks_module.program_of(valley())
    for word, name in (("versions", "source"), ("versions", "numpy"), ("data", next(iter(program["data"])))):
        changed = {**program, word: {**program[word], name: "other"}}
        found += digests(valley(), replicates=[0], program=changed)
    assert len(set(found)) == len(found) == 10


def test_scenarios_are_crossed_with_draws_and_replicates_draw_by_draw():
    name = next(iter(tasks_module.catalogue.parameters("two_cells")))
    value = tasks_module.catalogue.parameters("two_cells")[name].value
    draws = [Draw(0, {f"parameters.{name}": value}), Draw(1, {f"parameters.{name}": value * 1.01})]
    found = list(tasks_of([valley(), valley(name="open_registration")], draws, range(2)))
    assert [(task.draw, task.scenario.name, task.replicate) for task in found] == [
        (draw, scenario, number) for draw in (0, 1) for scenario in ("baseline", "open_registration") for number in (0, 1)
    ]
    assert len({task.digest for task in found}) == 8
    assert found[-1].scenario.parameters[name] == value * 1.01 and found[0].scenario.name == "baseline"
    with pytest.raises(FactorFlowError, match=r"baseline has no parameters\.luck"):
        list(tasks_of([valley()], [Draw(0, {"parameters.luck": 1.0})]))


def test_what_is_there_is_never_computed_again(folder, performed):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = run(valley(), out=folder)
    assert performed == [] and again.replicates == (0, 1, 2)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_more_replicates_take_those_that_another_run_below_results_has(tmp_path, monkeypatch, performed):
    monkeypatch.chdir(tmp_path)
    run(valley())
    more = run(valley("run.replicates=5"))
    assert [number for _, _, number in performed] == [0, 1, 2, 3, 4] and more.replicates == (0, 1, 2, 3, 4)
    alone = run(valley("run.replicates=5"), out=Path("results/alone"))  # a folder that was named takes from none
    assert len(performed) == 10
    for name in ("series.parquet", "flows.parquet", "accounts.parquet", "summary.csv"):
        assert (more.path / name).read_bytes() == (alone.path / name).read_bytes()


def test_a_task_that_was_cut_or_changed_is_run_again(folder, performed):
    (folder / "manifest.json").unlink()
    one, other, _ = sorted((folder / "tasks").iterdir())
    expected = {path: path.read_bytes() for path in (one, other)}
    one.write_bytes(expected[one][:-1])
    other.write_bytes(expected[other][:5000] + b"?" + expected[other][5001:])
    assert run(valley(), out=folder).replicates == (0, 1, 2)
    assert len(performed) == 2 and {path: path.read_bytes() for path in expected} == expected


def test_a_folder_that_holds_something_else_is_left_alone(folder, performed):
    for scenario in (valley("run.seed=9"), valley("run.replicates=2")):
        with pytest.raises(ResultsError, match="exists and is not overwritten: it holds another run"):
            run(scenario, out=folder)
    (folder.parent / "other").mkdir()
    with pytest.raises(ResultsError, match="exists and is not overwritten"):
        run(valley(), out=folder.parent / "other")
    summary = folder / "summary.csv"
    summary.write_text(summary.read_text() + "\n")
    with pytest.raises(ResultsError, match=r"summary.csv differs from what was written"):
        run(valley(), out=folder)
    assert performed == []


def test_scenarios_are_one_stream_and_come_in_their_order(tmp_path, performed):
    scenarios = [valley(), valley(name="open_registration")]
    told, outs = [], [tmp_path / "a", tmp_path / "b"]
    found = list(run_all(scenarios, outs, Where(), lambda *years: told.append(years)))
    assert [results.path for results in found] == outs and len(performed) == 6
    assert told[-1] == (36, 36) and [done for done, _ in told] == sorted({done for done, _ in told})


def test_a_failure_of_the_model_is_kept_with_its_reason(tmp_path, monkeypatch, performed):
    honest = first_years.build_model

    def stubborn(scenario, replicate=0, world=None):
        if replicate == 1:
            raise FactorFlowError("the market for land did not clear")
        return honest(scenario, replicate, world)

    monkeypatch.setattr(first_years, "build_model", stubborn)
    for _ in range(2):
        results = run(valley(), out=tmp_path / "r")
        row = results.manifest["replicates"][1]
        assert results.replicates == (0, 2) and row["reason"] == "the market for land did not clear"
    assert len(performed) == 3
    assert decoded((tmp_path / "r" / "tasks" / f"{row['task']}.task").read_bytes()).tables is None


def test_rows_of_many_tasks_are_gathered_as_they_are_asked_for(tmp_path):
    name = next(iter(tasks_module.catalogue.parameters("two_cells")))
    value = tasks_module.catalogue.parameters("two_cells")[name].value
    tasks = list(tasks_of([valley()], [Draw(n, {f"parameters.{name}": value * (1 + n / 100)}) for n in (0, 1)], range(2)))
    store = Store(tmp_path / "tasks")
    assert [number for number, _ in run_missing([Wanted(store, tasks)], Where(), lambda *_: None)] == [0] * 4
    assert list(store.missing(tasks)) == []
    found = store.gather(tasks, "series", lambda rows: (rows["measure"] == "population") & (rows["scope"] == "world"))
    assert found.groupby(["draw", "replicate"]).size().to_dict() == {(d, r): 6 for d in (0, 1) for r in (0, 1)}
    assert set(found["measure"]) == {"population"}


def test_two_programs_do_not_work_on_one_folder_at_once(folder):
    (folder / "manifest.json").unlink()
    with locked(folder) as mine:
        assert mine and status(folder).running
        with locked(folder) as other:
            assert not other
    assert not status(folder).running and status(folder).there == 3


def test_status_says_how_far_a_run_is(folder):
    assert "3 of 3 replicates, finished" in factorflow("status", folder).stdout
    (folder / "manifest.json").unlink()
    now = time.time()
    for number, path in enumerate(sorted((folder / "tasks").iterdir())):
        os.utime(path, (now + 10 * number, now + 10 * number))
    told = json.loads((folder / "asked.json").read_text())
    more = [{**told["tasks"][0], "task": f"{number:064x}"} for number in range(3)]
    (folder / "asked.json").write_text(json.dumps(told | {"tasks": [*told["tasks"], *more]}))
    assert "3 of 6 replicates, and nobody works on it" in factorflow("status", folder).stdout
    with locked(folder):
        assert "3 of 6 replicates, running, about 30 seconds left." in factorflow("status", folder).stdout
    answer = factorflow("compare", folder, folder)
    assert answer.exit_code == 2 and "holds a run that did not come to its end" in answer.stderr


def test_clean_removes_what_was_written_and_nothing_else(folder):
    (folder / "notes.txt").write_text("mine")
    asked = CliRunner().invoke(main, ["clean", str(folder)], input="n\n")
    assert "9" in asked.stdout and "Nothing was removed." in asked.stdout and open_results(folder)
    answer = factorflow("clean", folder, "--yes")
    assert answer.exit_code == 0 and "stays, for it holds what others put there" in answer.stderr
    assert [path.name for path in folder.rglob("*")] == ["notes.txt"]
    assert factorflow("clean", folder, "--yes").exit_code == 2


def test_clean_leaves_what_another_program_works_on(folder):
    (folder / "manifest.json").unlink()
    with locked(folder):
        assert factorflow("clean", folder, "--yes").exit_code == 3
    assert len(list((folder / "tasks").iterdir())) == 3
    assert factorflow("clean", folder, "--yes").exit_code == 0 and not folder.exists()


def test_replicates_run_anew_from_the_folder_alone_give_the_same_bytes(folder):
    answer = factorflow("verify", folder, "--rerun", 2)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.endswith("run anew, 2 of 2 replicates give the same bytes.\n")


def test_the_bytes_of_a_task_say_whether_they_are_whole(whole):
    content = next((whole / "tasks").iterdir()).read_bytes()
    assert is_whole(content) and not any(is_whole(content[:size]) for size in (0, 63, 64, len(content) - 1))
