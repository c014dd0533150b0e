"""Tombe and Zhu (2019): the figure, the reading of data, the command, and what was published."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.errors import DataFolder
from sim.evidence.tombe_zhu import accounting, conflict, costs, data, experiments, figure, outcomes, published, stylised
from sim.evidence.tombe_zhu.solver import Shock, solve
from tests.plots.page import placed
from tests.validation.folders import made_up_folder, observed_folder

TECHNOLOGY = published.technology()


# -- the figure --


def test_agglomeration_turns_the_sign_and_kept_rent_turns_it_earlier():
    economy, cost = stylised.example()
    found = conflict.conflict(economy, cost, stylised.EXAMPLE, agglomeration=tuple(np.linspace(0, 0.8, 5)))
    forfeited, kept = found.lines
    assert (forfeited.institution, kept.institution) == ("forfeited", "kept")
    for line in found.lines:
        assert line.effect[0] < 0 < line.effect[-1] and line.flip is not None
        assert max(line.sectors) < 0  # farm and other work come nearer whatever nu is
        law = conflict.INSTITUTIONS[line.institution]
        assert abs(conflict.effect(economy, cost, line.flip, law)[0]) < 1e-3
        below, above = (conflict.effect(economy, cost, line.flip + step, law)[0] for step in (-0.02, 0.02))
        assert below < 0 < above
    assert kept.flip < forfeited.flip
    drawn = figure.figure(found)
    assert any(f"{forfeited.flip:.2f}" in text and f"{kept.flip:.2f}" in text for text, _ in placed(drawn))
    width, height = drawn.get_size_inches() * drawn.dpi
    for text, box in placed(drawn):
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text


# -- reading --


def test_a_made_up_folder_becomes_an_economy_in_balance(tmp_path):
    read = data.read(made_up_folder(tmp_path))
    table = pd.read_csv(tmp_path / "provinces.csv")
    assert read.economy.registrants[:-2] == pytest.approx(table["registrants_2000_m"])
    farm = table["nominal_gdp_2000_rel"].to_numpy()[::2]
    value_added = read.economy.revenue[:-2] * np.tile(TECHNOLOGY.value_added, 30)
    assert value_added[::2] == pytest.approx(farm, rel=1e-8)
    assert value_added[1::2].sum() == pytest.approx(table["nominal_gdp_2000_rel"].to_numpy()[1::2].sum(), rel=1e-8)
    assert np.abs(outcomes.six(solve(read.economy, Shock()))).max() < 1e-6
    assert set(read.head_ries) == {(sector, year) for sector in ("ag", "na") for year in (2002, 2007)}


def test_everything_that_is_missing_or_wrong_is_named(tmp_path):
    with pytest.raises(DataFolder, match="no folder was given") as answer:
        data.read(None)
    assert all(name in str(answer.value) for name in data.FILES)
    with pytest.raises(DataFolder) as answer:
        data.read(tmp_path)
    assert answer.value.faults == tuple(f"{name} is missing" for name in data.FILES)
    made_up_folder(tmp_path)
    for name in ("migration_shares_2005.csv", "trade_shares_nonag_2002.csv"):
        table = pd.read_csv(tmp_path / name, index_col=0)
        table.iloc[7] *= 1.1
        table.to_csv(tmp_path / name)
    table = pd.read_csv(tmp_path / "head_ries_ag_2007.csv", index_col=0)
    table.iloc[3, 4] = -1.0
    table.to_csv(tmp_path / "head_ries_ag_2007.csv")
    table = pd.read_csv(tmp_path / "head_ries_na_2007.csv", index_col=0)
    table.iloc[::-1].to_csv(tmp_path / "head_ries_na_2007.csv")
    with pytest.raises(DataFolder) as answer:
        data.read(tmp_path)
    assert len(answer.value.faults) == 4
    assert "sums to 1.1" in str(answer.value) and "in its order" in str(answer.value) and "positive" in str(answer.value)


# -- the command --


def factorflow(*words):
    return CliRunner().invoke(main, ["validate", "tombe-zhu", *map(str, words)])


def test_without_data_the_command_says_what_is_needed():
    answer = factorflow()
    assert answer.exit_code == 2
    assert "--data DIR" in answer.stderr and all(name in answer.stderr for name in data.FILES)


def test_with_a_file_missing_the_command_names_it(tmp_path):
    (made_up_folder(tmp_path) / "migration_shares_2005.csv").unlink()
    answer = factorflow("--data", tmp_path, "--figure", tmp_path / "figure.png")
    assert answer.exit_code == 2
    assert "migration_shares_2005.csv is missing" in answer.stderr and "provinces.csv is missing" not in answer.stderr
    assert not (tmp_path / "figure.png").exists()


def test_without_data_the_figure_is_of_a_made_up_economy(tmp_path):
    answer = factorflow("--figure", tmp_path / "figure.png", "--json")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert told["tables"] == [] and told["conflict"]["place"] == stylised.EXAMPLE
    assert (tmp_path / "figure.png").stat().st_size > 10_000


# -- against what was published; these need the observed shares --


@pytest.fixture(scope="module")
def table7(calibration):
    return experiments.table7(calibration)


def test_the_first_row_of_table_7_is_the_published_one(table7):
    """Stocks of migrants are fitted; product and welfare are not."""
    row = table7.rows[0]
    assert row.name == "all" and row.published == (0.1, 0.1, 14.5, 80.8, 4.8, 11.1)
    assert row.ours[2:4] == pytest.approx(row.published[2:4], abs=1e-3)
    assert row.ours[4] == pytest.approx(4.8, abs=0.1)
    assert row.ours[5] == pytest.approx(11.1, abs=0.6)


def test_table_7_lies_as_near_as_these_data_come(table7):
    assert [row.name for row in table7.rows] == list(published.tables()["table7"])
    for row in table7.rows:
        apart = np.abs(np.array(row.ours) - row.published)
        if row.name != "and_theta_infinite":
            assert apart[4] < 0.5 and apart[3] < 5 and apart[2] < 3
        assert apart[5] < 0.75 and (apart[:2] < 0.6).all()
    assert table7.distance()[4] < 0.35 and table7.distance()[5] < 0.35


def test_observed_2005_comes_out_of_measured_changes(observed):
    """Measured costs and the productivity that reproduces incomes give the shares of 2005, except abroad's trade."""
    shock = Shock(migration_cost=costs.measured_change(observed))
    productivity = accounting.residual_productivity(observed, shock)
    after = solve(observed.economy, replace(shock, productivity=productivity))
    assert after.real_wage[:-2] == pytest.approx(observed.growth[:-2], rel=1e-6)
    shares = after.migration[:-2, :-2]
    assert np.abs(shares - observed.migration_later[:-2, :-2]).max() < 0.04  # registrants changed; the model keeps them


def test_the_text_of_the_article_comes_out(calibration):
    ours = {row.name: row.ours[0] for row in experiments.facts(calibration).rows}
    assert ours["workers in another province, %"] == pytest.approx(7.5, abs=0.15)
    assert ours["workers in the other sector of their province, %"] == pytest.approx(15.2, abs=0.15)
    assert ours["farm workers, points of employment"] == pytest.approx(-3, abs=0.3)
    assert ours["the same, a third between provinces"] == pytest.approx(-33.3, abs=5)


@pytest.mark.slow
def test_the_command_prints_every_table(tmp_path):
    folder = observed_folder()
    answer = factorflow("--data", folder, "--json", "--figure", tmp_path / "figure.png")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    names = [table["name"] for table in told["tables"]]
    assert names == ["table5", "table7", "facts", "agents", "trade", "growth", "reforms"]
    flips = {line["institution"]: line["flip"] for line in told["conflict"]["lines"]}
    assert flips == pytest.approx({"forfeited": 0.175, "kept": 0.100}, abs=0.01)
