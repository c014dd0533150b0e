"""The table of effects: rows from expectations, differences paired by replicate, signs of whole bands, a page."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.errors import FactorFlowError
from sim.evidence.effects import Effect, page, rows, signs
from sim.experiments.experiment import run
from sim.scenario.expectation import Computed, load_expectations
from sim.vocabulary import vocabulary
from tests.test_end_to_end import ROOT

FILE = """\
schema: 1
title: The valley
run: {continuum: true}
expectations:
  - {scenario: open.yaml, difference_from: base.yaml, measure: urban_share, year: 8, above: 0, why: Open towns fill up.}
  - {scenario: open.yaml, difference_from: base.yaml, measure: urban_rural_ratio, year: 6, between: [-1, 1], why: As it was.}
  - {scenario: base.yaml, measure: urban_share, year: 8, above: 0, why: Not a difference at all.}
"""
RUN = "run: {labour_agents: 2000, capital_agents: 2000, land_agents: 2000, replicates: 3}\n"


@pytest.fixture
def asked(tmp_path):
    head = "schema: 1\ntitle: %s\nworld: two_cells\nyears: {from: 1, to: 8}\n" + RUN
    (tmp_path / "base.yaml").write_text(head % "Base")
    policy = "policies:\n  it: {instrument: residence_permit_reform, cut: 1.0, service_share: 0.05, from: 2}\n"
    (tmp_path / "open.yaml").write_text(head % "Open" + policy)
    (tmp_path / "expected.yaml").write_text(FILE)
    return tmp_path / "expected.yaml"


@pytest.fixture
def told(asked, tmp_path):
    questions = load_expectations(asked, vocabulary(), Computed())
    made = {}

    def results_of(scenario):
        if scenario.name not in made:
            made[scenario.name] = run(scenario, out=tmp_path / f"results-{scenario.name}")
        return made[scenario.name]

    return questions, list(rows(questions, results_of)), made


def test_one_row_a_scenario_with_agents_whatever_the_file_says(told):
    _, (row,), made = told
    assert row.instruments == ("residence_permit_reform",)
    assert row.pairs == 3
    first, second = row.readings
    one, other = (made[name].values("urban_share").loc[8].to_numpy() for name in ("open", "base"))
    assert first.found.median == np.median(one - other)
    assert np.ptp(one - other) > 0  # draws, not the continuum
    assert first.expected_sign == first.found.sign == 1
    one, other = (made[name].values("urban_rural_ratio").loc[6].to_numpy() for name in ("open", "base"))
    assert second.found.median == np.median(one - other) and second.expected_sign == 0
    lines = signs(row)
    assert [line[1:3] for line in lines] == [("urban_share", "+"), ("urban_rural_ratio", "between -1 and 1")]
    assert lines[1][3] == f"- ({second.found.median:.2g})"


def test_accounts_of_the_scenario_close_and_output_a_head_is_output_over_people(told):
    _, (row,), made = told
    assert row.residual == made["open"].accounts["residual"].max() and 0 < row.residual < 1e-9
    heads = [made[name].values("population").loc[8].to_numpy() for name in ("open", "base")]
    one, other = (made[name].values("output").loc[8].to_numpy() for name in ("open", "base"))
    wanted = np.median(100 * np.log(one / heads[0] / (other / heads[1])))
    assert row.effects["output_per_head"].median == pytest.approx(wanted, rel=1e-12)


def test_output_is_in_per_cent_and_cost_is_what_the_policy_paid(told):
    _, (row,), made = told
    one, other = (made[name].values("output").loc[8].to_numpy() for name in ("open", "base"))
    assert row.effects["output"].median == pytest.approx(np.median(100 * np.log(one / other)), rel=1e-12)
    series = made["open"].series
    paid = series[(series["measure"] == "public_cost") & (series["year"] == 8)]["value"]
    assert row.effects["public_cost"].median == pytest.approx(paid.median() / 1e9, rel=1e-12)
    assert row.effects["public_cost"].median > 0
    assert row.effects["public_receipts"].median == 0


def test_the_sign_is_that_of_the_whole_band():
    assert [Effect(1.0, low, high, "").sign for low, high in ((0.5, 2), (-1, 2), (-3, -0.1), (0, 0))] == [1, 0, -1, 0]


def test_the_page_tells_where_theory_and_model_part(told):
    questions, (row,), _ = told
    text = page([row], questions, "factorflow effects")
    assert "Open towns fill up." in text and "is not the one expected" not in text
    turned = replace(row, readings=(replace(row.readings[0], expected_sign=-1),))
    text = page([turned], questions, "factorflow effects")
    assert "Open: the sign found of urban_share is not the one expected." in text


def test_a_file_without_differences_has_no_effects(asked, tmp_path):
    asked.write_text(FILE.replace("difference_from: base.yaml, ", ""))
    questions = load_expectations(asked, vocabulary())
    with pytest.raises(FactorFlowError, match="no expectation with difference_from"):
        list(rows(questions, None))


def test_the_command_prints_json_and_writes_the_page(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(main, ["effects", str(asked), "--replicates", "2", "--json", "--out", "effects.md"])
    assert answer.exit_code == 0, answer.output
    (row,) = json.loads(answer.stdout)
    assert row["readings"][0]["expectation"]["measure"] == "urban_share" and row["readings"][0]["expected_sign"] == 1
    assert row["pairs"] == 2 and row["effects"]["welfare"]["unit"] == "%"
    text = (tmp_path / "effects.md").read_text()
    assert text.startswith("# What each policy does")
    assert f"`factorflow effects {asked.as_posix()} --replicates 2 --out effects.md`" in text
    assert not (ROOT / "effects.md").exists()
