"""Experiment files are read as strictly as scenarios: every fault at its line, with what is allowed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from sim.data import catalogue
from sim.errors import ScenarioFaults
from sim.experiments.plan import Plan, load_experiment
from sim.scenario.json_schema import experiments_schema
from sim.scenario.yaml_reader import read_file
from sim.vocabulary import vocabulary
from tests.experiments.conftest import PLAIN


def read(folder: Path, text: str) -> Plan:
    (folder / "s/e.yaml").write_text(text)
    return load_experiment("s/e.yaml", vocabulary())


def test_a_sound_file_is_drawn_for_every_scenario(folder: Path) -> None:
    plan = read(folder, PLAIN)
    assert plan.paths == (  # the order of words in a file means nothing
        "parameters.labour_choice_elasticity",
        "parameters.labour_mobility",
        "policies.open_town.cut",
    )
    assert {name: sorted(each) for name, each in plan.drawn.items()} == {
        "baseline": ["parameters.labour_choice_elasticity", "parameters.labour_mobility"],
        "open_registration": [
            "parameters.labour_choice_elasticity",
            "parameters.labour_mobility",
            "policies.open_town.cut",
        ],
    }
    for path in plan.paths[:2]:  # a draw is one for all scenarios
        assert np.array_equal(plan.drawn["baseline"][path], plan.drawn["open_registration"][path])
    cuts = plan.drawn["open_registration"]["policies.open_town.cut"]
    assert len(set(cuts)) == 4 and (cuts > 0.2).all() and (cuts < 0.9).all()
    assert plan.baseline.run.continuum and plan.baseline.years.to == 6


def test_more_draws_of_a_sobol_design_keep_those_before(folder: Path) -> None:
    few, many = read(folder, PLAIN), read(folder, PLAIN.replace("draws: 4", "draws: 8"))
    path = "parameters.labour_mobility"
    assert np.array_equal(few.drawn["baseline"][path], many.drawn["baseline"][path][:4])
    assert few.digest() != many.digest() == read(folder, PLAIN.replace("draws: 4", "draws: 8")).digest()


def test_uneven_draws_and_what_is_cut_off_are_said(folder: Path) -> None:
    text = PLAIN.replace("draws: 4", "draws: 5").replace("{uniform: [0.2, 0.9]}", "{relative_normal: 0.2}")
    notes = read(folder, text).notes
    assert len(notes) == 2
    assert notes[0].startswith("policies.open_town.cut: 50.0% of its probability lies outside the permitted 0 to 1")
    assert notes[1].startswith("5 draws of a Sobol sequence are not spread evenly; 4 or 8 are")


def test_rows_of_a_posterior_stay_together(folder: Path) -> None:
    table = "parameters.capital_mobility,parameters.saving_rate,weight\n0.1,0.2,1\n0.2,0.3,0\n0.3,0.4,3\n"
    (folder / "s/known.csv").write_text(table)
    plan = read(folder, PLAIN.replace("design:", "  posterior: known.csv\ndesign:").replace("draws: 4", "draws: 64"))
    rows = list(zip(*(plan.drawn["baseline"][path].tolist() for path in plan.paths[-2:]), strict=True))
    assert set(rows) == {(0.1, 0.2), (0.3, 0.4)}
    assert rows.count((0.3, 0.4)) == 48


MOBILITY = "  parameters.labour_mobility: {log_uniform: [0.05, 0.3]}"
ONE = "{measure: urban_rural_ratio, year: 6, at_most: 1.6}"
BROKEN = {
    "a parameter misspelt": (MOBILITY, "  parameters.labour_mobilty: {uniform: [0, 1]}", 7, '"labour_mobility"'),
    "a parameter out of range": (MOBILITY, "  parameters.labour_mobility: {uniform: [0.1, 3]}", 7, "permitted range 0 to 1"),
    "no distribution": (MOBILITY, "  parameters.labour_mobility: 0.2", 7, "a distribution is one of uniform"),
    "an unknown distribution": (MOBILITY, "  parameters.labour_mobility: {uniforn: [0, 1]}", 7, '"uniform"'),
    "ends in falling order": (MOBILITY, "  parameters.labour_mobility: {uniform: [0.3, 0.1]}", 7, "have to rise"),
    "another kind of path": (MOBILITY, "  run.seed: {uniform: [1, 3]}", 7, "must be parameters.NAME"),
    "a policy nobody has": ("policies.*.cut", "policies.opentown.cut", 9, '"open_town"'),
    "a term nobody has": ("policies.*.cut", "policies.*.cutt", 9, '"cut"'),
    "a term that is no number": ("policies.*.cut", "policies.open_town.combine", 9, "no number with decimals"),
    "an unknown word": ("design:", "desing:", 10, '"design"'),
    "an unknown sampler": ("sobol", "sobel", 10, '"sobol"'),
    "no draws": ("draws: 4", "draws: 0", 10, "between 1 and 1048576"),
    "a grid that does not fit": ("draws: 4, sampler: sobol", "draws: 4, sampler: grid", 10, "such as 1, 8"),
    "a measure misspelt": (ONE, "{measure: urban_rural_ration, year: 6, at_most: 1.6}", 12, '"urban_rural_ratio"'),
    "a year outside": (ONE, "{measure: urban_rural_ratio, year: 9, at_most: 1.6}", 12, "outside the run (1 to 6)"),
    "no bound": (ONE, "{measure: urban_rural_ratio, year: 6}", 12, "needs a bound"),
    "crossed bounds": (ONE, "{measure: urban_rural_ratio, year: 6, at_most: 1, at_least: 2}", 12, "above at_most = 1"),
    "a place nobody knows": ("valley/rural", "valley/rurla", 13, "no such place"),
    "a scenario that is not there": ("[open_registration.yaml]", "[opened.yaml]", 4, "there is no such file"),
    "the baseline twice": ("[open_registration.yaml]", "[baseline.yaml]", 5, "is named twice"),
    "replicates in a continuum": ("run:", "replicates: 4\nrun:", 14, "must be 1 in a continuum"),
    "replicates without a rule": ("run:", "replicates: {at_least: 2, at_most: 4}\nrun:", 14, "needs until"),
    "refitting": ("run:", "refit: true\nrun:", 14, "nothing of the world two_cells was estimated"),
    "a year before the policy": ("last_year: 6", "last_year: 3", 4, "cannot be run: 1 fault"),
    "another kind of file": ("kind: experiment", "kind: trial", 2, "experiment"),
    "a posterior that is not there": ("design:", "  posterior: known.csv\ndesign:", 10, "there is no such file"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_named_at_its_line(case: str, folder: Path) -> None:
    old, new, line, words = BROKEN[case]
    assert PLAIN.count(old) == 1
    with pytest.raises(ScenarioFaults) as raised:
        read(folder, PLAIN.replace(old, new))
    found = [(fault.line, fault.message) for fault in raised.value.faults if fault.file == "s/e.yaml"]
    assert len(found) == 1, found
    assert found[0][0] == line and words in found[0][1], found


def test_a_broken_posterior_is_named_cell_by_cell(folder: Path) -> None:
    (folder / "s/known.csv").write_text("parameters.capital_mobility,luck,weight\n0.1,1,1\n2,1,-1\n0.1,1\n")
    with pytest.raises(ScenarioFaults) as raised:
        read(folder, PLAIN.replace("design:", "  posterior: known.csv\ndesign:"))
    found = [(fault.line, fault.path) for fault in raised.value.faults if fault.file.endswith("known.csv")]
    assert found == [(1, "luck"), (3, "parameters.capital_mobility = 2"), (3, "weight = -1"), (4, "2 cells")]


def test_scenarios_that_share_no_draws_are_refused(folder: Path) -> None:
    path = folder / "s/open_registration.yaml"
    path.write_text(path.read_text() + "run: {seed: 8}\n")
    with pytest.raises(ScenarioFaults, match=r"run\.seed = 8, the baseline 7"):
        read(folder, PLAIN)


def test_every_fault_is_named_in_one_answer(folder: Path) -> None:
    text = (
        PLAIN.replace("labour_mobility", "labour_mobilty")
        .replace("1.6}", "1.6, placee: valley}")
        .replace("draws: 4", "draws: 0")
    )
    with pytest.raises(ScenarioFaults) as raised:
        read(folder, text)
    assert {fault.line for fault in raised.value.faults} >= {10, 12}


def test_the_example_of_the_page_and_the_shipped_file_are_sound(folder: Path) -> None:
    root = Path(__file__).parents[2]
    shutil.copytree(root / "scenarios/zhejiang", folder / "z")
    (text,) = re.findall(
        r"^```yaml\n(.*?)^```", (root / "docs/doubt.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (folder / "z/known.csv").write_text("parameters.saving_rate,weight\n0.28,1\n0.3,2\n")
    (folder / "z/e.yaml").write_text(text)
    plan = load_experiment("z/e.yaml", vocabulary())
    assert plan.paths == ("parameters.migrant_pool", "policies.open_registration.cut", "parameters.saving_rate")
    shipped = load_experiment("z/experiments/doubt.yaml", vocabulary())
    assert (len(shipped.policies), len(shipped.paths), shipped.draws) == (4, 8, 64)
    world = catalogue.parameters("zhejiang")
    assert all(
        world[path.partition(".")[2]].assumed or "Table 3" in world[path.partition(".")[2]].source for path in shipped.paths
    )


def test_the_schema_takes_what_the_reader_takes(folder: Path) -> None:
    schema = jsonschema.Draft7Validator(experiments_schema(vocabulary()))
    shipped = Path(__file__).parents[2] / "scenarios/zhejiang/experiments/doubt.yaml"
    for text in (PLAIN, shipped.read_text(encoding="utf-8")):
        assert list(schema.iter_errors(read_text(folder, text))) == []
    for case in (
        "an unknown word",
        "an unknown sampler",
        "no draws",
        "no bound",
        "a measure misspelt",
        "another kind of path",
    ):
        old, new, _, _ = BROKEN[case]
        assert list(schema.iter_errors(read_text(folder, PLAIN.replace(old, new)))) != [], case


def read_text(folder: Path, text: str) -> Any:
    (folder / "e.yaml").write_text(text)
    return read_file(folder / "e.yaml", "e.yaml").data
