"""The program as a person uses it: files in, folders, words and figures out; the README's words are true."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim import compare, load, open_results, run
from sim.errors import ScenarioFaults

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted(
    path for path in (ROOT / "scenarios").rglob("*.yaml") if path.parent.name not in ("expectations", "experiments")
)


def factorflow(*words, folder):
    """The program started in another folder than the project's."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda path: path.stem)
def test_every_shipped_scenario_is_without_fault(file):
    assert load(file).resolved()["schema"] == 1


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda path: path.stem)
def test_every_account_of_every_shipped_scenario_closes(file, tmp_path):
    results = run(load(file, ["run.continuum=true", "run.replicates=1"]), out=tmp_path / "r")
    assert results.accounts["residual"].max() < 1e-9
    assert set(results.accounts["year"]) == set(results.years)


def fingerprints(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.parquet")}


def test_the_same_bytes_twice_and_on_two_processes(tmp_path):
    scenario = load(ROOT / "scenarios/zhejiang/mountain_sea.yaml", ["run.labour_agents=20000", "run.replicates=3"])
    folders = [run(scenario, out=tmp_path / str(jobs) / "r", jobs=jobs).path for jobs in (1, 2)]
    folders.append(run(scenario, out=tmp_path / "elsewhere" / "again").path)
    assert fingerprints(folders[0]) == fingerprints(folders[1]) == fingerprints(folders[2])
    assert len(fingerprints(folders[0])) == 3


def test_a_failed_replicate_is_a_row_with_a_reason(tmp_path, monkeypatch):
    from sim.errors import MarketDidNotClear
    from sim.experiments import first_years

    honest = first_years.build_model

    def stubborn(scenario, replicate=0, world=None, *elsewhere):
        if replicate == 1:
            raise MarketDidNotClear("services in Hangzhou/urban", 2031, 0.02, 20_000)
        return honest(scenario, replicate, world)

    monkeypatch.setattr(first_years, "build_model", stubborn)
    results = run(load(ROOT / "scenarios/two_cells/baseline.yaml", ["run.replicates=3"]), out=tmp_path / "r")
    assert results.replicates == (0, 2)
    assert "services in Hangzhou/urban did not clear in 2031" in results.manifest["replicates"][1]["reason"]
    assert set(results.series["replicate"]) == {0, 2}


def test_pairing_narrows_the_spread_of_a_difference(tmp_path):
    settings = ["run.labour_agents=20000", "run.replicates=12", "years.to=2030"]
    folder = ROOT / "scenarios/zhejiang"
    both = [
        run(load(folder / f"{name}.yaml", settings), out=tmp_path / name)
        for name in ("baseline", "infrastructure_investment")
    ]
    left = compare(*both).spread_left_by_pairing("infrastructure_investment")
    assert left is not None
    assert left < 0.8


def test_check_answers_and_writes_nothing(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\ntitle: x\nworld: zhejiang\nyears: {from: 2014, to: 2020}\nrun: {replicats: 3}\n")
    told = factorflow("check", bad, folder=tmp_path)
    assert told.returncode == 2
    assert "line 5" in told.stderr
    assert '"replicates"' in told.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["bad.yaml"]
    good = factorflow("check", ROOT / "scenarios/zhejiang/baseline.yaml", folder=tmp_path)
    assert good.returncode == 0
    assert "no faults" in good.stdout


def test_policies_that_a_world_does_not_have_are_refused(tmp_path):
    text = (ROOT / "scenarios/zhejiang/paired_assistance.yaml").read_text().replace("Quzhou,", "Quzou,")
    text = text.replace("extends: baseline.yaml", "world: zhejiang\nyears: {from: 2014, to: 2035}")
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(ScenarioFaults, match='Did you mean "Quzhou"'):
        load(tmp_path / "s.yaml")


def test_run_compare_and_plot_from_the_shell(tmp_path):
    valley = ROOT / "scenarios/two_cells"
    ran = factorflow("run", valley / "baseline.yaml", folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    folder = tmp_path / ran.stdout.splitlines()[-1]
    assert open_results(folder).replicates == (0, 1, 2, 3, 4)
    files = (valley / "baseline.yaml", valley / "open_registration.yaml")
    told = factorflow("compare", *files, "--figure", "convergence", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("By year 20 A valley that opens its town brings the urban-rural income ratio")
    assert (tmp_path / told.stdout.splitlines()[-1]).stat().st_size > 10_000


def test_the_readme_names_only_what_is_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:sim|tests|scenarios|docs)/[\w./-]+)`", text):
        assert (ROOT / path).exists() or path == "scenarios/zhejiang/roads.yaml", path
    from sim.cli import main

    for command in re.findall(r"factorflow (\w+)", text):
        assert command in main.commands, command


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


def test_the_scenario_of_the_readme_is_without_fault(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "baseline.yaml").write_text((ROOT / "scenarios/zhejiang/baseline.yaml").read_text())
    (tmp_path / "roads.yaml").write_text(block.group(1))
    assert list(load(tmp_path / "roads.yaml").policies) == ["village_roads"]
