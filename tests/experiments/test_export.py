"""A crate holds results that still verify, inputs that still run, and words that the field's validator accepts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import load
from sim.data import catalogue
from sim.experiments.plan import load_experiment
from sim.vocabulary import vocabulary
from tests.experiments.crates import program, validated
from tests.results.futures import future

needs_validator = pytest.mark.skipif(not program().is_file(), reason="roc-validator is not installed: see [test]")
FEW = ("--set", "run.continuum=true", "--set", "run.replicates=1", "--set", "years.to=6")


@pytest.fixture
def experiment(plain: Path, asked: Callable[..., Any]) -> Path:
    """The crate of the small experiment, in the folder `x-crate`."""
    assert asked("doubt", plain, "--out", "x").exit_code == 0
    answer = asked("export", "x")
    assert answer.exit_code == 0 and answer.stdout == "x-crate\n" and not answer.stderr
    return Path("x-crate")


@pytest.fixture
def compared(folder: Path, asked: Callable[..., Any]) -> Path:
    """The crate of two runs and what they differ by."""
    files = ("s/baseline.yaml", "s/open_registration.yaml")
    assert asked("run", *files, *FEW, "--out", "r").exit_code == 0
    words = ("--agent", "A Person", "--licence", "https://spdx.org/licenses/CC-BY-4.0", "--out", "crate")
    assert asked("export", "r/baseline", "r/open_registration", *words).exit_code == 0
    return Path("crate")


def entities(crate: Path) -> dict[str, dict[str, Any]]:
    graph = json.loads((crate / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    found = {one["@id"]: one for one in graph}
    assert len(found) == len(graph)
    return found


def named(value: Any) -> list[str]:
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


def check_whole(crate: Path) -> None:
    """What the crate names is there with its hash, what is there is named, and every name leads somewhere in it."""
    found = entities(crate)
    parts = named(found["./"]["hasPart"])
    files = [path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()]
    folders = [name for name in parts if name.endswith("/")]
    assert sorted(parts) == sorted(
        [*folders, *(name for name in files if not name.startswith((*folders, "ro-crate-metadata.json")))]
    )
    for name in set(parts) - set(folders):
        content = (crate / name).read_bytes()
        assert found[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert found[name]["contentSize"] == str(len(content))
    for action in named(found["./"]["mentions"]):
        for word in ("instrument", "object", "result"):
            assert set(named(found[action][word])) <= set(found)


def test_the_crate_of_an_experiment_says_what_was_done_and_still_verifies(
    experiment: Path, asked: Callable[..., Any]
) -> None:
    check_whole(experiment)
    found, words = entities(experiment), json.loads(Path("x/experiment.json").read_text())
    action = found["#made-x"]
    assert (action["startTime"], action["endTime"]) == (words["started"], words["finished"])
    assert named(action["instrument"]) == [f"#factorflow-{words['versions']['factorflow']}-{words['versions']['source']}"]
    scenarios = {f"inputs/{name}.yaml" for name in ("open", "baseline", "open_registration")}
    assert set(named(action["object"])) == scenarios | {f"inputs/{name}" for name in catalogue.fingerprints("two_cells")}
    assert named(action["result"]) == ["x/asked.json", "x/experiment.json", "x/results.csv", "x/tasks/"]
    assert "agent" not in action and found["./"]["license"].startswith("No licence was stated")
    assert "give the same bytes" in asked("verify", experiment / "x", "--rerun", 1).output
    own, copy = (load_experiment(Path(file), vocabulary()) for file in ("s/open.yaml", experiment / "inputs/open.yaml"))
    assert own.digest() == copy.digest()  # what is exported asks for the same again


def test_the_crate_of_a_comparison_has_a_step_for_each_run_and_one_for_the_table(compared: Path) -> None:
    check_whole(compared)
    found = entities(compared)
    assert named(found["./"]["mentions"]) == ["#made-baseline", "#made-open_registration", "#compared"]
    assert named(found["#compared"]["result"]) == ["comparison.csv"]
    assert "baseline/series.parquet" in named(found["#compared"]["object"])
    assert found["#agent"]["name"] == "A Person" and named(found["#compared"]["agent"]) == ["#agent"]
    assert named(found["./"]["license"]) == ["https://spdx.org/licenses/CC-BY-4.0"]
    original = load(Path("s/open_registration.yaml"), list(FEW[1::2]))
    assert load(compared / "inputs/open_registration.yaml").digest() == original.digest()


@needs_validator
@pytest.mark.parametrize("kind", ["experiment", "compared"])
def test_the_validator_of_the_field_accepts_a_crate(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    code, found = validated(request.getfixturevalue(kind), tmp_path)
    assert code == 0 and found["passed"] and found["issues"] == [], found["issues"]


@needs_validator
def test_the_validator_refuses_a_crate_that_does_not_say_what_made_it(experiment: Path, tmp_path: Path) -> None:
    file = experiment / "ro-crate-metadata.json"
    words = json.loads(file.read_text(encoding="utf-8"))
    for one in words["@graph"]:
        one.pop("instrument", None)
    file.write_text(json.dumps(words), encoding="utf-8")
    code, found = validated(experiment, tmp_path)
    assert code == 1 and any("MUST have an instrument" in one["message"] for one in found["issues"])


def test_the_same_folder_gives_the_same_crate(experiment: Path, asked: Callable[..., Any]) -> None:
    assert asked("export", "x", "--out", "again").exit_code == 0
    first, second = (
        {path.relative_to(crate): path.read_bytes() for path in crate.rglob("*") if path.is_file()}
        for crate in (experiment, Path("again"))
    )
    assert first == second


def test_what_cannot_be_exported_is_answered_and_nothing_remains(experiment: Path, asked: Callable[..., Any]) -> None:
    before = sorted(Path().iterdir())
    for words, said in (
        (("x",), "x-crate exists and is not overwritten"),
        (("x", "x", "--out", "y"), "an experiment is exported alone"),
        (("s", "--out", "y"), "is not a results folder"),
    ):
        answer = asked("export", *words)
        assert answer.exit_code == 2 and said in answer.output
    Path("x/results.csv").write_text("draw\n")
    answer = asked("export", "x", "--out", "y")
    assert answer.exit_code == 2 and "results.csv differs from what was written" in answer.output
    assert sorted(Path().iterdir()) == before


def test_tables_that_are_not_what_was_read_are_left_out_and_said(
    plain: Path, asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked("doubt", plain, "--out", "x").exit_code == 0
    monkeypatch.setattr(catalogue, "content", lambda name: b"other" if name == "worlds.yaml" else None)
    answer = asked("export", "x")
    assert answer.exit_code == 0 and "Left out, for they are not here as they were read then: " in answer.stderr
    assert "worlds.yaml" in answer.stderr and not Path("x-crate/inputs/worlds.yaml").exists()


def test_what_failed_is_said_of_the_step_that_made_it(tmp_path: Path, asked: Callable[..., Any]) -> None:
    for name, failed in (("whole", []), ("part", [12])):
        future(tmp_path / name, failed=failed)
        assert asked("export", tmp_path / name, "--out", tmp_path / f"{name}-crate").exit_code == 0
    whole, part = (entities(tmp_path / f"{name}-crate")[f"#made-{name}"] for name in ("whole", "part"))
    assert whole["actionStatus"] == "http://schema.org/CompletedActionStatus" and "error" not in whole
    assert part["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert part["error"] == "1 of 13 replicates failed; the first: no clearing in 2015"


@pytest.mark.parametrize("name", ["inputs", "Comparison.csv", "ro-crate-metadata.json"])
def test_a_name_that_the_crate_has_itself_is_refused(tmp_path: Path, asked: Callable[..., Any], name: str) -> None:
    future(tmp_path / name)
    answer = asked("export", tmp_path / name, "--out", tmp_path / "crate")
    said = " ".join(answer.output.split())
    assert answer.exit_code == 2 and f"a crate has a {name} of its own" in said and not (tmp_path / "crate").exists()
