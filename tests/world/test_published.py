"""The published definition: facts beside their rows, links that make the base year the published one, and who has none."""

import csv
from pathlib import Path

import numpy as np
import pytest

from sim import load, run
from sim.data import catalogue, published
from sim.errors import ResultsError
from sim.evidence import checkup
from sim.model import FactorFlowModel
from sim.world.build import build_world
from tests.test_end_to_end import ROOT

INCOMES = Path(published.__file__).parent / "worlds" / "zhejiang" / "income.csv"
RATIO, SPAN = "urban_rural_ratio_published", "max_min_ratio_published"


def test_the_facts_are_the_known_ones():
    """2.09 in 2014 and 2.07 in 2015; richest over poorest city about 1.73 in 2014, to 2019 and no further."""
    here = catalogue.tables("zhejiang")
    found = {year: published.ratios(here, year) for year in range(2013, 2022)}
    assert [round(found[year][RATIO], 2) for year in range(2014, 2020)] == [2.08, 2.07, 2.07, 2.05, 2.04, 2.01]
    assert found[2014][RATIO] == pytest.approx(40392.72 / 19373.28, rel=1e-14)
    assert found[2014][SPAN] == pytest.approx(38922 / 22436, rel=1e-14)
    assert not found[2013] and not found[2020] and not found[2021]


def test_every_row_has_its_source_and_says_where_it_is_interpolated():
    with INCOMES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "all" or row["place"] == "all"]
    assert len(rows) == 11 * 6 + 2 * 6
    assert all(row["source"] and "recalled" not in row["source"] and row["unit"] == "yuan per head" for row in rows)
    copied = {(row["place"], row["year"]) for row in rows if row["kind"] == "all" and "interpolated" not in row["source"]}
    cities = {"Hangzhou": (2015, 2016, 2017), "Jinhua": (2014, 2015), "Quzhou": (2014,), "Taizhou": (2019,)}
    assert copied == {(city, str(year)) for city, years in cities.items() for year in years}


@pytest.mark.parametrize("world", ["zhejiang", "china"])
def test_residents_of_the_survey_earn_what_is_published(world):
    """Cells weighted by people and survey have the published income of all residents, in every place."""
    here = catalogue.tables(world)
    weights, of_all = published.survey_weights(here), published.of_all_residents(here, here.base_year)
    assert len(of_all) == len(here.places)
    for place, income in of_all.items():
        people = here.residents(place, here.base_year)
        heads = [weights[f"{place}/{kind}"] * persons for kind, persons in zip(("urban", "rural"), people, strict=True)]
        means = [here.at(place, "disposable_income", here.base_year, kind) for kind in ("urban", "rural")]
        assert min(heads) > 0
        assert np.average(means, weights=heads) == pytest.approx(income, rel=1e-12)
        assert sum(heads) == pytest.approx(sum(people), rel=1e-12)


@pytest.mark.parametrize("world", ["zhejiang", "china"])
def test_the_model_has_the_published_figures_in_the_base_year(world):
    here = catalogue.tables(world)
    model = FactorFlowModel(build_world(world), last_year=here.base_year + 1, continuum=True)
    while model.running:
        model.step()
    rows = checkup.published_since(here, model)
    assert [row[0] for row in rows] == [str(here.base_year), str(here.base_year + 1)]
    assert rows[0][1] == rows[0][2] and rows[0][3] == rows[0][4]
    assert rows[1][1] != rows[0][1]


@pytest.mark.parametrize("name", ["yangtze_delta", "riverland"])
def test_worlds_without_a_published_whole_have_no_links(name):
    here = catalogue.tables(name)
    assert published.links(here) == {} and published.survey_weights(here) == {}
    assert not {RATIO, SPAN} & set(catalogue.observed(name)["measure"])


def test_the_nation_of_a_world_with_an_outside_is_not_its_whole():
    """The rows `nation` of Zhejiang's table are of China; those of `all` are of the province."""
    here = catalogue.tables("zhejiang")
    assert published.means(here, 2014) == {"urban": 40392.72, "rural": 19373.28}
    assert here.at("nation", "disposable_income", 2014, "urban") == pytest.approx(28843.85)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("published")


def test_a_run_records_both_ratios_whatever_its_first_year(folder):
    """The link is that of the base year, also where the years before are not asked for."""
    few = ("run.continuum=true", "run.replicates=1", "years.from=2016", "years.to=2017")
    found = run(load(ROOT / "scenarios/zhejiang/baseline.yaml", few), out=folder / "few")
    link = published.links(catalogue.tables("zhejiang"))
    factor = link["urban"] / link["rural"]
    ours, theirs = (found.values(measure)[0] for measure in ("urban_rural_ratio", RATIO))
    np.testing.assert_allclose(theirs, factor * ours, rtol=1e-12)
    assert factor == pytest.approx(2.085 / 1.977, abs=1e-3)
    assert found.values(SPAN)[0].between(1.6, 1.8).all()


def test_who_has_none_is_told_why(folder):
    few = ("run.continuum=true", "run.replicates=1", "years.to=2011")
    found = run(load(ROOT / "scenarios/riverland/baseline.yaml", few), out=folder / "riverland")
    with pytest.raises(ResultsError, match="not defined in riverland: it needs a published urban and rural income"):
        found.values(RATIO)


def test_observed_points_stand_beside_both_measures():
    table = catalogue.observed("zhejiang")
    for measure in (RATIO, SPAN):
        rows = table[table["measure"] == measure]
        assert rows["year"].tolist() == list(range(2014, 2020)) and set(rows["scope"]) == {"world"}
