"""Measures that no run records: worked out from the cells when asked for, by name, with a reason where they are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sim import compare
from sim.analysis.measures import derived, evaluate, series
from sim.analysis.measures.palma import palma
from sim.analysis.panels import panel_of
from sim.analysis.results import Results
from sim.cli import main
from sim.errors import FactorFlowError, ResultsError
from tests.measures.panels import changed, panel
from tests.plots.conftest import CITIES, make_results

SINCE_FIRST = ("gap_half_life", "class_mobility", "convergence_clubs", "log_t")  # they read all years up to one
OF_LOGS = ("convergence_clubs", "log_t")  # relative paths of log incomes depend on the unit of money


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Results]:
    """A baseline and a policy, three replicates each."""
    folder = tmp_path_factory.mktemp("derived")
    reform = make_results(folder / "reform", name="reform", title="Reform", effect=0.01, replicates=3)
    return [make_results(folder / "baseline", replicates=3), reform]


def everything(data):
    files = sorted({one.measure for one in derived().values()})
    return {(one.measure, one.scope, one.place): one.values for one in evaluate(data, files)}


@pytest.fixture(scope="module")
def data():
    """Eleven years of six regions that draw together, so that every derived measure is defined somewhere."""
    rng = np.random.default_rng(2)
    level = rng.normal(9.5, 0.4, (3, 1, 12))
    fade = 0.93 ** np.arange(11)[:, None]
    income = np.exp(9.5 + (level - 9.5) * fade + 0.05 * np.arange(11)[:, None] + rng.normal(0, 0.02, (3, 11, 12)))
    return panel(income, rng.uniform(1e5, 1e6, income.shape))


def test_the_register_names_exactly_what_is_read(data):
    found = everything(data)
    words = series()
    assert {name for name, _, _ in found} == set(derived())
    for name in derived():
        assert {scope for one, scope, _ in found if one == name} == set(words[name].scopes), name
        assert derived()[name].missing and words[name].unit


def test_the_order_of_cells_does_not_matter(data):
    order = np.random.default_rng(5).permutation(12)
    parts = {name: getattr(data, name)[..., order] for name in ("income", "population", "region_of_cell", "kind_of_cell")}
    again = everything(changed(data, cells=tuple(data.cells[cell] for cell in order), **parts))
    for key, values in everything(data).items():
        np.testing.assert_allclose(again[key], values, rtol=1e-7, atol=1e-12, err_msg=str(key))


def test_the_unit_of_money_matters_to_log_t_alone_and_the_size_of_the_population_to_none(data):
    whole = everything(data)
    again = everything(changed(data, income=data.income * 7, population=data.population * 9))
    for key, values in whole.items():
        if not key[0].startswith(OF_LOGS):
            np.testing.assert_allclose(again[key], values, rtol=1e-7, atol=1e-12, err_msg=str(key))
    assert not np.allclose(again["log_t", "world", "valley"], whole["log_t", "world", "valley"], equal_nan=True)


def test_a_replicate_is_measured_as_if_alone_and_a_year_does_not_know_the_later_ones(data):
    whole = everything(data)
    at = np.s_[1:2, :10]
    alone = everything(changed(data, income=data.income[at], population=data.population[at], years=data.years[:10]))
    assert alone
    for key, values in alone.items():
        np.testing.assert_allclose(values, whole[key][at], rtol=1e-9, atol=1e-12, err_msg=str(key))
    later = np.s_[:, 4:5]
    year = everything(changed(data, income=data.income[later], population=data.population[later], years=data.years[4:5]))
    assert {name for name, _, _ in year} == {name for name in derived() if not name.startswith(SINCE_FIRST)}
    for key, values in year.items():
        np.testing.assert_allclose(values, whole[key][later], rtol=1e-12, err_msg=str(key))


def test_an_empty_cell_is_as_good_as_none_and_its_income_is_not_read(data):
    people = data.population.copy()
    people[..., 3] = 0
    income = data.income.copy()
    income[..., 3] = np.nan
    keep = np.arange(12) != 3
    parts = {name: getattr(data, name)[..., keep] for name in ("income", "population", "region_of_cell", "kind_of_cell")}
    without = everything(changed(data, cells=tuple(np.array(data.cells)[keep]), **parts))
    found = everything(changed(data, income=income, population=people))
    assert set(found) == set(without) and ("coupling_coordination", "region", "r1") not in found
    for key, values in without.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-7, atol=1e-12, err_msg=str(key))


def test_values_are_worked_out_from_the_cells_of_every_replicate(two):
    values = two[0].values("palma")
    assert values.shape == (22, 3) and "palma" not in set(two[0].series["measure"])
    rows = two[0].series
    rows = rows[(rows["scope"] == "cell") & (rows["replicate"] == 1) & (rows["year"] == 2020)].astype({"place": str})
    table = rows.pivot(index="place", columns="measure", values="value")
    exact = palma(table["income_per_head"].to_numpy(), table["population"].to_numpy())
    assert values.loc[2020, 1] == pytest.approx(float(exact), rel=1e-12)
    assert two[0].units["palma"] == "ratio"
    region = two[0].values("coupling_coordination", "region", "Lishui")
    assert region.shape == (22, 3) and ((region > 0) & (region < 1)).all().all()
    assert two[0].values("convergence_clubs").index[0] == 2023  # the tenth year


def test_compare_takes_them_by_name_and_pairs_them(two):
    plain, asked = compare(*two), compare(*two, also=["palma", "output"])
    assert "palma" not in set(plain.table["measure"])
    assert set(asked.table["measure"]) - set(plain.table["measure"]) == {"palma"}
    row = asked.rows("reform", "palma").loc["zhejiang"]
    difference = two[1].values("palma").loc[2035] - two[0].values("palma").loc[2035]
    assert row["difference"] == pytest.approx(difference.median(), rel=1e-9) and row["unit"] == "ratio"
    assert row["difference"] < 0 and row["paired"]  # rural incomes rise
    kept = asked.table[asked.table["measure"] != "palma"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, plain.table)


def test_a_missing_one_says_why(two, tmp_path):
    short = make_results(tmp_path / "short", replicates=1)
    short.series = short.series[short.series["year"] < 2016]
    with pytest.raises(
        ResultsError, match="convergence_clubs is not defined in any year: it needs three regions.* ten years"
    ):
        short.values("convergence_clubs")
    with pytest.raises(ResultsError, match="log_t is not defined in any year"):
        compare(short, two[1], also=["log_t"])
    with pytest.raises(ResultsError, match='no "palma" of "Lishui" at scope|no measure "palma" at scope region'):
        two[0].values("palma", "region", "Lishui")


def test_cells_not_recorded_are_named(two):
    cells = two[0].series
    for wrong in (cells[cells["scope"] != "cell"], cells.drop(cells.index[(cells["place"] == "Lishui/rural").argmax()])):
        with pytest.raises(FactorFlowError, match="not both recorded|not a number"):
            panel_of(wrong, "zhejiang", ())


def test_outside_regions_are_not_read(two):
    whole, fewer = (panel_of(two[0].series, "zhejiang", outside) for outside in ((), ("Lishui", "Quzhou")))
    assert set(whole.regions) - set(fewer.regions) == {"Lishui", "Quzhou"} and len(whole.regions) == len(CITIES)


def test_the_command_shows_a_derived_measure(two, tmp_path: Path):
    words = ["compare", *(str(one.path) for one in two), "--measure", "atkinson", "--csv", str(tmp_path / "rows.csv")]
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 0 and "atkinson" in answer.output
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert set(rows["measure"]) == {"atkinson"} and len(rows) == 22
    lacking = CliRunner().invoke(main, [*words[:3], "--measure", "atkinsn"])
    assert lacking.exit_code == 2
