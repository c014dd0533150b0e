"""Experiments are run task by task: nothing twice, the same bytes whoever ran it, failures as rows, counts as by hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import load
from sim.analysis.doubt.answers import answers
from sim.analysis.doubt.opened import open_experiment
from sim.data import doubted as doubted_module
from sim.data.doubted import doubted
from sim.experiments import task as tasks_module
from sim.experiments import workers
from sim.experiments.doubt import run
from sim.experiments.executors import Where
from sim.experiments.plan import Plan, load_experiment
from sim.experiments.replicate import build_model
from sim.vocabulary import vocabulary
from tests.experiments.conftest import PLAIN

ALONE = Where(1, None, None)
_perform = tasks_module.perform


def planned(path: Path) -> Plan:
    return load_experiment(path, vocabulary())


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str]]]:
    done: list[tuple[int, str]] = []

    def noted(task: Any, *words: Any) -> Any:
        done.append((task.draw, task.scenario.name))
        return _perform(task, *words)

    monkeypatch.setattr(workers, "perform", noted)
    yield done


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file but for the two that say when it was."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("experiment.json", "asked.json")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_every_draw_is_lived_as_a_run_with_its_numbers_would_be(plain: Path) -> None:
    plan = planned(plain)
    words, frame = open_experiment(run(plan, Path("out"), ALONE))
    assert words["paths"] == list(plan.paths) and len(frame[frame["measure"] == "urban_rural_ratio"]) == 8
    draw = 2
    settings = ["run.continuum=true", "run.replicates=1", "years.to=6"]
    settings += [f"{path}={float(values[draw])!r}" for path, values in plan.drawn["open_registration"].items()]
    model = build_model(load("s/open_registration.yaml", settings))
    while model.running:
        model.step()
    income = {
        row[2]: row[4] for row in model.record.series if row[0] == 6 and row[1] == "kind" and row[3] == "income_per_head"
    }
    row = frame[
        (frame["draw"] == draw) & (frame["policy"] == "open_registration") & (frame["measure"] == "urban_rural_ratio")
    ]
    assert row["value"].item() == pytest.approx(income["urban"] / income["rural"], rel=1e-12)
    before = frame[(frame["draw"] == draw) & (frame["policy"] == "baseline") & (frame["measure"] == "urban_rural_ratio")]
    assert row["difference"].item() == row["value"].item() - before["value"].item() != 0


def test_what_is_there_is_not_run_again_and_what_is_missing_is(plain: Path, performed: list[Any]) -> None:
    folder = run(planned(plain), Path("out"), ALONE)
    assert len(performed) == 8 and performed[:2] == [(0, "baseline"), (0, "open_registration")]
    whole = bytes_of(folder)
    performed.clear()
    assert run(planned(plain), Path("out"), ALONE) == folder and performed == []
    for file in sorted((folder / "tasks").iterdir())[:3]:
        file.unlink()
    (folder / "experiment.json").unlink()
    (folder / "results.csv").unlink()
    run(planned(plain), Path("out"), ALONE)
    assert len(performed) == 3 and bytes_of(folder) == whole


def test_an_interrupted_experiment_goes_on_where_it_was(
    plain: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[..., Any]
) -> None:
    run(planned(plain), Path("whole"), ALONE)
    count = 0

    def interrupted(task: Any, *words: Any) -> Any:
        nonlocal count
        count += 1
        if count == 6:
            raise KeyboardInterrupt
        return _perform(task, *words)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as raised:
        patch.setattr(workers, "perform", interrupted)
        run(planned(plain), Path("part"), ALONE)
    assert "5 of 8 tasks of open are kept in part" in raised.value.__notes__[0]
    assert "part: 5 of 8 tasks, and nobody works on it" in asked("status", "part").output
    assert bytes_of(run(planned(plain), Path("part"), ALONE)) == bytes_of(Path("whole"))


def test_the_status_is_told_from_another_window_while_tasks_are_run(
    plain: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[..., Any]
) -> None:
    told: list[str] = []

    def looked(task: Any, *words: Any) -> Any:
        told.append(asked("status", "out").output)
        return _perform(task, *words)

    monkeypatch.setattr(workers, "perform", looked)
    run(planned(plain), Path("out"), ALONE)
    assert [line.partition(", running")[0] for line in told] == [f"out: {number} of 8 tasks" for number in range(8)]
    assert all(", running" in line for line in told) and " left." in told[-1] and " left." not in told[0]
    assert "out: 8 of 8 tasks, finished." in asked("status", "out").output


def test_a_task_that_draws_share_is_counted_once(plain: Path, asked: Callable[..., Any], performed: list[Any]) -> None:
    only_cuts = [line for line in PLAIN.splitlines() if "parameters." not in line]
    plain.write_text("\n".join(only_cuts))
    run(planned(plain), Path("out"), ALONE)
    assert len(performed) == 5  # the baseline has no cut
    assert "out: 5 of 5 tasks, finished." in asked("status", "out").output
    words = asked("verify", "out", "--rerun", 5).output
    assert "8 files are what was written." in words and "run anew, 5 of 5 tasks give the same bytes." in words


def test_an_extended_experiment_takes_the_draws_that_are_there(plain: Path, performed: list[Any]) -> None:
    first = run(planned(plain), None, ALONE)
    plain.write_text(PLAIN.replace("draws: 4", "draws: 8"))
    performed.clear()
    second = run(planned(plain), None, ALONE)
    assert first != second and {draw for draw, _ in performed} == {4, 5, 6, 7}
    few, many = (open_experiment(folder)[1] for folder in (first, second))
    pd.testing.assert_frame_equal(few, many[many["draw"] < 4].reset_index(drop=True))


def test_two_processes_write_the_same_bytes(plain: Path) -> None:
    one, two = (run(planned(plain), Path(f"out{jobs}"), Where(jobs, None, None)) for jobs in (1, 2))
    assert bytes_of(one) == bytes_of(two) and len(bytes_of(one)) == 9


def test_a_draw_whose_world_cannot_be_built_is_a_row_with_its_place(folder: Path, asked: Callable[..., Any]) -> None:
    shutil.copytree(Path(__file__).parents[2] / "scenarios/riverland", folder / "r")
    (folder / "r/e.yaml").write_text(
        "schema: 1\nkind: experiment\ntitle: Schooling\ncompare: [open_registration.yaml]\nto: baseline.yaml\n"
        "uncertain:\n  parameters.rural_schooling_gap: {choice: [1, 8]}\ndesign: {draws: 4}\n"
        "run: {continuum: true, last_year: 2016}\n"
    )
    plan = planned(Path("r/e.yaml"))
    bad = [number for number, value in enumerate(plan.drawn["baseline"]["parameters.rural_schooling_gap"]) if value == 8]
    assert len(bad) == 2
    told = asked("doubt", "r/e.yaml", "--out", "out", "--json")
    assert told.exit_code == 3
    found = json.loads(told.stdout)
    assert [(one["draw"], one["policy"], one["values"]) for one in found["failures"]] == [
        (number, name, {"parameters.rural_schooling_gap": 8.0})
        for number in bad
        for name in ("baseline", "open_registration")
    ]
    assert all("mean years of schooling" in one["reason"] for one in found["failures"])
    assert found["effects"][0]["holds"]["draws"] == 2 and found["effects"][0]["holds"]["left_out"] == 2
    assert found["half_lives"][0]["never"] >= 2
    assert f"draw {bad[0]} (rural_schooling_gap 8)" in asked("doubt", "out").output


def test_answers_are_those_counted_by_hand(plain: Path) -> None:
    words, frame = open_experiment(run(planned(plain), Path("out"), ALONE))
    ratio = frame[(frame["measure"] == "urban_rural_ratio") & (frame["year"] == 6)]
    bound = float(np.sort(ratio["value"])[2]) + 1e-9  # three of all eight are below
    words["questions"] = [
        {"measure": "urban_rural_ratio", "year": 6, "place": words["world"], "of": "value", "at_most": bound},
        {"measure": "urban_rural_ratio", "year": 6, "place": words["world"], "of": "difference", "at_most": 0.0},
    ]
    found = answers(frame, words)
    for policy in ("baseline", "open_registration"):
        (one,) = [each for each in found.answers if each.policy == policy and each.question["of"] == "value"]
        by_hand = int((ratio[ratio["policy"] == policy]["value"] <= bound).sum())
        assert (one.holds.holds, one.holds.draws) == (by_hand, 4)
        assert one.probability is not None and one.probability.value == by_hand / 4
    differences = ratio[ratio["policy"] == "open_registration"]["difference"]
    (changed,) = [one for one in found.answers if one.question["of"] == "difference"]
    assert changed.policy == "open_registration" and changed.holds.holds == int((differences <= 0).sum())
    effect = found.effects[0]
    assert effect.parts is not None and effect.parts.luck is None and effect.parts.ignorance is not None
    assert effect.parts.ignorance.value == pytest.approx(float(np.var(differences, ddof=1)))
    assert effect.holds.holds == int((np.sign(differences) == np.sign(differences.mean())).sum())
    rural = frame[(frame["measure"] == "real_income_per_head") & (frame["place"] == "valley/rural")]
    lost = int((rural["difference"] < 0).sum())
    losers = dict(found.lose["open_registration"])
    assert (losers["valley/rural"].holds if lost >= 2 else 0) == (lost if lost >= 2 else 0)
    assert sum(found.first.values()) == 4 and found.weights == {}
    (cost,) = found.costs
    assert (cost.narrows.holds, cost.narrows.draws) == (int((differences < 0).sum()), 4)


def test_the_cost_of_a_point_has_a_band_where_every_draw_narrows_and_else_the_count(plain: Path) -> None:
    words, frame = open_experiment(run(planned(plain), Path("out"), ALONE))
    policy = frame["policy"] == "open_registration"
    frame.loc[policy & (frame["measure"] == "net_public_cost"), "difference"] = 6e9
    frame.loc[policy & (frame["measure"] == "urban_rural_ratio"), "difference"] = [-0.02, -0.03, -0.04, -0.06]
    (cost,) = answers(frame, words).costs
    by_draw = np.array([3e9, 2e9, 1.5e9, 1e9])
    assert [cost.low, cost.middle, cost.high] == pytest.approx(np.quantile(by_draw, (0.05, 0.5, 0.95)).tolist())
    frame.loc[policy & (frame["measure"] == "urban_rural_ratio") & (frame["draw"] == 2), "difference"] = 0.01
    (cost,) = answers(frame, words).costs
    assert np.isnan(cost.high) and (cost.narrows.holds, cost.narrows.draws) == (3, 4)


def test_luck_is_told_with_seeds_and_not_in_a_continuum(plain: Path, asked: Callable[..., Any]) -> None:
    told = asked("doubt", plain)
    assert told.exit_code == 0 and "not estimable" in told.output and "luck cannot be told" in told.output
    agents = PLAIN.replace("run: {continuum: true, last_year: 6}", "replicates: 3\nrun: {last_year: 6, labour_agents: 2000}")
    plain.write_text(agents)
    folder = run(planned(plain), Path("out"), ALONE)
    words, frame = open_experiment(folder)
    parts = answers(frame, words).effects[0].parts
    assert words["replicates"] == 3 and parts is not None and parts.luck is not None and parts.interaction is not None
    assert (parts.draws, parts.seeds, parts.cells) == (4, 3, 12) and parts.interaction.value > 0


def test_replicates_stop_when_the_interval_is_as_narrow_as_asked(plain: Path, asked: Callable[..., Any]) -> None:
    rule = "replicates: {{at_least: 2, at_most: 6, until: {{measure: urban_rural_ratio, year: 6, half_width: {}}}}}\n"
    text = PLAIN.replace("draws: 4", "draws: 2").replace(
        "run: {continuum: true, last_year: 6}", "run: {last_year: 6, labour_agents: 2000}"
    )
    found: dict[float, Any] = {}
    for width in (100, 1e-9):
        plain.write_text(text + rule.format(width))
        words, frame = open_experiment(run(planned(plain), Path(f"out{width}"), ALONE))
        found[width] = (words["replicates"], int(frame["replicate"].max()) + 1, words["notes"][-1])
        tasks = 4 * words["replicates"]  # what was not needed is not missed
        assert f"out{width}: {tasks} of {tasks} tasks, finished." in asked("status", f"out{width}").output
    assert found[100][:2] == (2, 2) and "is within the 100 asked for" in found[100][2]
    assert found[1e-9][:2] == (6, 6) and "6 replicates are the most allowed" in found[1e-9][2]


def test_the_price_is_told_and_the_budget_kept(plain: Path, asked: Callable[..., Any]) -> None:
    told = asked("check", plain)
    assert told.exit_code == 0 and "8 tasks: 4 draws x 2 scenarios x a continuum" in told.output
    plain.write_text(PLAIN + "budget: {minutes: 0.01}\n")
    for verb in ("check", "doubt"):
        refused = asked(verb, plain)
        assert refused.exit_code == 2 and "budget.minutes = 0.01" in refused.output and "8 tasks" in refused.output
    assert not Path("results").exists()


def test_a_changed_byte_is_noticed(plain: Path, asked: Callable[..., Any]) -> None:
    folder = run(planned(plain), Path("out"), ALONE)
    assert asked("verify", folder).exit_code == 0
    for name in ("results.csv", "asked.json", "experiment.json", next((folder / "tasks").iterdir()).relative_to(folder)):
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(before.replace(b"1", b"2", 1) if b"1" in before else before + b"1")
        refused = asked("verify", folder)
        assert refused.exit_code == 2 and Path(name).name in refused.output
        assert asked("doubt", folder).exit_code == 2
        (folder / name).write_bytes(before)
    assert asked("verify", folder).exit_code == 0


def test_an_experiment_is_no_scenario(plain: Path, asked: Callable[..., Any]) -> None:
    for words in (("run", plain), ("compare", plain, "s/baseline.yaml")):
        refused = asked(*words)
        assert refused.exit_code == 2 and "`factorflow doubt` runs it" in refused.output


def test_clean_removes_what_an_experiment_wrote_and_nothing_else(plain: Path, asked: Callable[..., Any]) -> None:
    folder = run(planned(plain), Path("out"), ALONE)
    (folder / "mine.txt").write_text("mine")
    assert "holds what others put there" in asked("clean", folder, "--yes").output
    assert [path.name for path in folder.rglob("*")] == ["mine.txt"]


def test_a_comparison_names_what_matters_from_the_shipped_table(
    plain: Path, asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.write_text(PLAIN.replace("draws: 4", "draws: 16"))
    assert asked("doubt", plain, "--csv", "doubt_two_cells.csv").exit_code == 0
    rows = doubted("two_cells", Path())
    frame = open_experiment(next(Path("results").iterdir()))[1]
    changed = frame[(frame["policy"] == "open_registration") & (frame["measure"] == "urban_rural_ratio")]["difference"]
    assert {row["parameter"] for row in rows} == set(planned(plain).paths) and rows[0]["draws"] == "16"
    assert float(rows[0]["low"]) == pytest.approx(np.quantile(changed, 0.05))
    first, second = (row["parameter"].partition(".")[2] for row in rows[:2])
    assert float(rows[0]["explained"]) >= float(rows[1]["explained"]) >= float(rows[2]["explained"])
    words = [word for word in ("run.continuum=true", "run.replicates=1", "years.to=6") for word in ("--set", word)]
    compared = ("compare", "s/baseline.yaml", "s/open_registration.yaml", *words)
    assert "Ignorance" not in asked(*compared).output
    monkeypatch.setattr(doubted_module, "doubted", lambda world: doubted(world, Path()))
    told = " ".join(asked(*compared).output.split())  # however wide the lines are
    assert "over 16 draws of what nobody knows, open_registration changes the ratio by" in told
    assert told.index(f"what matters most is {first} (") < told.index(f"{second} (")
