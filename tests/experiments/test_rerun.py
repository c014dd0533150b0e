"""Tasks of an experiment are run anew from its folder alone: the same bytes, spread over draws and scenarios."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest

from sim import load
from sim.analysis.doubt.opened import open_experiment
from sim.analysis.record import sealed, sha256_of
from sim.experiments.doubt import run
from sim.experiments.executors import Where
from sim.experiments.plan import load_experiment
from sim.experiments.rerun import chosen, kept_by_experiment
from sim.vocabulary import vocabulary
from tests.experiments.conftest import PLAIN

ALONE = Where(1, None, None)


def written(file: Path) -> Path:
    return run(load_experiment(file, vocabulary()), Path("out"), ALONE)


def test_tasks_run_anew_give_the_same_bytes_and_are_spread(plain: Path, asked: Callable[..., Any]) -> None:
    folder = written(plain)
    kept = kept_by_experiment(folder, *open_experiment(folder))
    assert len(kept.tasks) == 8
    four = chosen(kept, 4)
    assert sorted(task.draw for task in four) == [0, 1, 2, 3] == sorted({task.draw for task in four})
    assert sorted(task.scenario.name for task in four) == ["baseline", "baseline", "open_registration", "open_registration"]
    assert chosen(kept, 4) == four and len(chosen(kept, 100)) == 8
    shutil.rmtree("s")  # the folder says all that is needed
    answer = asked("verify", folder, "--rerun", 8)
    assert answer.exit_code == 0 and "run anew, 8 of 8 tasks give the same bytes." in answer.output


def test_a_task_whose_numbers_were_never_computed_is_found_by_running_it_anew(plain: Path, asked: Callable[..., Any]) -> None:
    folder = written(plain)
    words, _ = open_experiment(folder)
    one, other = sorted((folder / "tasks").iterdir())[:2]
    one.write_bytes(other.read_bytes())  # a whole file, and the record made to agree
    (folder / "experiment.json").write_text(sealed(words, folder, words["record"]))
    assert asked("verify", folder).exit_code == 0
    answer = asked("verify", folder, "--rerun", 8)
    assert answer.exit_code == 2 and "run anew, 1 of 8 tasks differ:" in answer.output


def test_a_reading_that_no_task_gave_is_found_though_the_record_fits(plain: Path, asked: Callable[..., Any]) -> None:
    folder = written(plain)
    words, frame = open_experiment(folder)
    row = frame.index[(frame["policy"] == "open_registration") & frame["difference"].notna()][0]
    for column in ("value", "difference"):
        other = frame.copy()
        other.loc[row, column] -= 0.01
        (folder / "results.csv").write_text(other.to_csv(index=False, lineterminator="\n"))
        (folder / "experiment.json").write_text(sealed(words, folder, words["record"]))
        assert asked("verify", folder).exit_code == 0
        answer = asked("verify", folder, "--rerun", 8)
        assert answer.exit_code == 2 and "8 of 8 tasks give the same bytes" in answer.output
        assert "the tables do not say what tasks run anew give: open_registration in draw" in answer.output


@pytest.mark.parametrize("measure", ["income_per_head", "theil_between_kinds_within_regions"])
def test_a_row_of_a_run_that_no_task_gave_is_found(folder: Path, asked: Callable[..., Any], measure: str) -> None:
    """A number is lowered in the table and the manifest sealed again: recorded, or worked out from what is recorded."""
    few = ("run.labour_agents=1000", "run.replicates=2", "years.to=3")
    words = [word for setting in few for word in ("--set", setting)]
    assert asked("run", "s/baseline.yaml", *words, "--out", "r").exit_code == 0
    answer = asked("verify", "r", "--rerun", 2)
    assert answer.exit_code == 0 and "2 of 2 replicates give the same bytes." in answer.output, answer.output
    table = parquet.read_table("r/series.parquet")
    values = table["value"].to_numpy().copy()
    hit = np.flatnonzero((table["measure"].to_numpy() == measure) & (table["replicate"].to_numpy() == 1))[-1]
    values[hit] *= 0.99
    changed = table.set_column(table.schema.get_field_index("value"), table.schema.field("value"), [values])
    parquet.write_table(changed, "r/series.parquet", compression="zstd")
    said = json.loads(Path("r/manifest.json").read_text())
    said["files"]["series.parquet"]["sha256"] = sha256_of(Path("r/series.parquet"))
    Path("r/manifest.json").write_text(sealed(said, Path("r"), said["record"]))
    assert asked("verify", "r").exit_code == 0
    answer = asked("verify", "r", "--rerun", 2)
    assert answer.exit_code == 2 and "the tables do not say what replicates run anew give: 1." in answer.output


def test_an_experiment_that_lost_all_its_tasks_says_so(plain: Path, asked: Callable[..., Any]) -> None:
    folder = written(plain)
    words, _ = open_experiment(folder)
    left = [name for name in words["record"] if not name.startswith("tasks/")]
    shutil.rmtree(folder / "tasks")
    (folder / "experiment.json").write_text(sealed(words, folder, left))
    answer = asked("verify", folder, "--rerun", 1)
    assert answer.exit_code == 2 and "keeps no tasks that could be run anew" in answer.output


def test_a_record_that_names_other_values_is_refused(plain: Path, asked: Callable[..., Any]) -> None:
    folder = written(plain)
    words, _ = open_experiment(folder)
    words["scenarios"]["baseline"]["run"]["seed"] = 8
    (folder / "experiment.json").write_text(sealed(words, folder, words["record"]))
    answer = asked("verify", folder, "--rerun", 1)
    assert answer.exit_code == 2 and "4 tasks are not of what its record says was run" in answer.output


def test_an_experiment_in_an_own_world_keeps_its_tables(folder: Path, asked: Callable[..., Any]) -> None:
    assert asked("world", "new", "delta").exit_code == 0
    for name, more in (
        ("base", ""),
        ("open", "policies: {open: {instrument: residence_permit_reform, cut: 0.5, from: 2015}}\n"),
    ):
        Path(f"{name}.yaml").write_text(f"schema: 1\ntitle: {name}\nworld: ./delta\nyears: {{from: 2015, to: 2016}}\n{more}")
    text = PLAIN.replace("open_registration.yaml", "open.yaml").replace("to: baseline.yaml", "to: base.yaml")
    kept = [line for line in text.splitlines() if "choice" not in line and "cut" not in line and "{measure" not in line]
    file = Path("own.yaml")
    file.write_text("\n".join(kept).replace("questions:", "").replace("last_year: 6", "last_year: 2016"))
    own = written(file)
    assert "world/world.yaml" in open_experiment(own)[0]["record"]
    original = load(Path("open.yaml"), ["run.continuum=true", "run.replicates=1"]).digest()
    shutil.rmtree("delta")
    answer = asked("verify", own, "--rerun", 2)
    assert answer.exit_code == 0 and "run anew, 2 of 2 tasks give the same bytes." in answer.output, answer.output
    assert "knows nothing" not in answer.output
    assert asked("export", own).exit_code == 0  # the tables go along, beside the scenarios that name them
    assert load(Path("out-crate/inputs/open.yaml")).digest() == original
    assert asked("clean", own, "--yes").exit_code == 0 and not own.exists()
