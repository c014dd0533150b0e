"""What is recorded of a year, what the headline reads, and what the check-up calls observed: numbers worked out by hand."""

from math import log
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim import compare, load, run
from sim.data import catalogue
from sim.data.folder import WorldFolder
from sim.economy import prices
from sim.experiments import reading
from sim.year import record as records
from sim.year import recorder, values
from tests.results import synthetic
from tests.test_end_to_end import ROOT

# Two regions with a town and a country each, and a town outside that no reported number may know.
CELLS = ("West/urban", "West/rural", "East/urban", "East/rural", "far/urban")
PERSONS = np.array([2.0, 6, 3, 1, 10])
INCOME, REAL = np.array([30.0, 10, 40, 20, 999]), np.array([12.0, 6, 8, 3, 999])
OUTPUT = np.array([5.0, 7, 11, 13, 999])
BASE_WAGE, OTHER = np.array([10.0, 5, 12, 4, 999]), np.array([3.0, 1, 4, 2, 999])


def valley():
    places = SimpleNamespace(
        world="valley",
        cells=CELLS,
        regions=("West", "East", "far"),
        region_of_cell=np.array([0, 0, 1, 1, 2]),
        urban=np.array([True, False, True, False, True]),
        reported_cells=np.array([True, True, True, True, False]),
        town_of_cell=np.array([0, 0, 2, 2, 4]),
    )
    return SimpleNamespace(
        cells=5,
        places=places,
        stocks=SimpleNamespace(efficiency=np.array([1.0])),
        public=SimpleNamespace(wedge=np.array([0.5, 0.25, 0.5, 0.25, 0])),
        parameters=SimpleNamespace(**{"housing_share": 0.5}),
        technology=SimpleNamespace(
            sectors=("agriculture", "services"), value_added=np.array([0.5, 0.25]), spending=np.array([0.5, 0.5])
        ),
    )


def economy():
    """Two of the six villagers of West work in its town; everybody else works at home."""
    at_home, in_town = np.array([2.0, 4, 3, 1, 10]), np.array([0.0, 2, 0, 0, 0])
    skills = np.stack([at_home, in_town], axis=1)[:, None, :]
    return SimpleNamespace(year=2035, workforce=SimpleNamespace(persons=PERSONS, skills=skills, effort=None))


@pytest.fixture(scope="module")
def recorded():
    record = records.Record()
    readings = {"population": PERSONS, "income_per_head": INCOME, "real_income_per_head": REAL, "output": OUTPUT}
    extra = {"work_in_town_share": np.array([0.0, 1 / 3, 0, 0, 0])}
    base = SimpleNamespace(wage=BASE_WAGE, other_income=OTHER)
    recorder.record_year(record, valley(), economy(), readings, extra, np.array([1.0, 2, 3]), base)
    return {row[1:4]: row[4] for row in record.series}


@pytest.mark.parametrize(
    ("key", "by_hand"),
    [
        (("cell", "West/rural", "income_per_head"), 10),
        (("cell", "East/urban", "real_income_per_head"), 8),
        (("region", "West", "income_per_head"), (60 + 60) / 8),
        (("region", "East", "income_per_head"), (120 + 20) / 4),
        (("region", "West", "real_income_per_head"), (24 + 36) / 8),
        (("region", "East", "population"), 4),
        (("region", "East", "output"), 24),
        (("region", "West", "urban_share"), 1 / 4),
        (("region", "East", "public_revenue"), 2),
        (("kind", "urban", "income_per_head"), (60 + 120) / 5),
        (("kind", "rural", "income_per_head"), (60 + 20) / 7),
        (("kind", "rural", "real_income_per_head"), (36 + 3) / 7),
        (("kind", "urban", "population"), 5),
        (("world", "valley", "income_per_head"), 260 / 12),
        (("world", "valley", "real_income_per_head"), 87 / 12),
        (("world", "valley", "population"), 12),
        (("world", "valley", "output"), 36),
        (("world", "valley", "urban_share"), 5 / 12),
    ],
)
def test_groups_are_sums_or_means_over_their_residents(recorded, key, by_hand):
    assert recorded[key] == pytest.approx(by_hand, rel=1e-14)


def test_the_share_working_in_town_is_recorded_of_villages_alone(recorded):
    assert recorded["cell", "West/rural", "work_in_town_share"] == 1 / 3
    assert ("cell", "West/urban", "work_in_town_share") not in recorded


def test_the_ratio_at_fixed_returns_takes_commuting_wedges_and_other_income_and_weighs_by_persons(recorded):
    """Pay per head 10, (4 5 + 2 10) / 6, 12, 4; less the wedge and with other income 8, 6, 10, 5."""
    base = SimpleNamespace(wage=BASE_WAGE, other_income=OTHER)
    income = prices.income_at_base_returns(valley(), economy(), base)
    np.testing.assert_allclose(income[:4], [8, 6, 10, 5], rtol=1e-14)
    urban, rural = (2 * 8 + 3 * 10) / 5, (6 * 6 + 1 * 5) / 7
    assert recorded["world", "valley", "urban_rural_ratio_fixed_returns"] == pytest.approx(urban / rural, rel=1e-14)


def test_readings_of_a_cell():
    """Prices fourfold and rents ninefold cost sqrt(4 9) = 6 times as much to live; housing counts among the services."""
    ones = np.ones(5)
    clearing = SimpleNamespace(
        wage=7 * ones,
        employment=0.9 * ones,
        rental=0.2 * ones,
        land_rent=18 * ones,
        price_index=8 * ones,
        revenue=np.outer(PERSONS, [8.0, 16.0]),
    )
    money = SimpleNamespace(disposable=PERSONS * INCOME, value_added=8 * PERSONS, housing=3 * ones)
    base = SimpleNamespace(price_index=2 * ones, land_rent=2 * ones)
    state = SimpleNamespace(**vars(economy()), capital=100 * ones, effective_land=50 * ones)
    found = recorder.cell_readings(valley(), state, clearing, money, base, np.zeros((5, 2)))
    by_hand = {
        "population": PERSONS,
        "income_per_head": INCOME,
        "real_income_per_head": INCOME / 6,
        "wage": 7 * ones,
        "unemployment": 0.1 * ones,
        "rental_rate": 0.2 * ones,
        "land_rent": 18 * ones,
        "capital": 100 * ones,
        "land": 50 * ones,
        "output": 8 * PERSONS + 3,
        "price_index": 4 * ones,
        "output_agriculture": 4 * PERSONS,
        "output_services": 4 * PERSONS + 3,
    }
    assert found.keys() == by_hand.keys()
    for measure, expected in by_hand.items():
        np.testing.assert_allclose(found[measure], expected, rtol=1e-13, err_msg=measure)


def test_vouchers_make_goods_cheaper_by_their_share_of_spending():
    """Half of spending 3/4 cheaper halves the goods index; with half of income on goods living costs 6 / sqrt(2)."""
    ones = np.ones(5)
    clearing = SimpleNamespace(price_index=4 * ones, land_rent=9 * ones)
    base = SimpleNamespace(price_index=ones, land_rent=ones)
    discount = np.tile([0.75, 0.0], (5, 1))
    np.testing.assert_allclose(prices.living_cost(valley(), clearing, base, discount), 6 / np.sqrt(2), rtol=1e-14)


def test_welfare_weighs_graduates_by_their_share_and_homes_by_the_persons_registered_there():
    """Home A: 3 of 4 stayed. Others gain log 2 by staying, graduates log 4; a barrier worth log 3 fell on the way to B.

    others log((3 2 + 1 3) / 4), graduates log((3 4 + 1 3) / 4); a quarter of A are graduates. Home B: all stayed, log 3 and
    log 5, half of them graduates. 30 are registered in A, 10 in B; C is not reported.
    """
    cells = 3
    seed = np.array([[3.0, 1, 0], [0, 1, 0], [0, 0, 1]])
    others, graduates = (np.zeros((cells, cells)) for _ in range(2))
    others[0, 0], others[1, 1], others[2, 2] = log(2), log(3), 50
    graduates[0, 0], graduates[1, 1], graduates[2, 2] = log(4), log(5), 90
    barrier, cut = np.zeros((cells, cells)), np.ones((cells, cells))
    barrier[0, 1] = log(3)
    skill_share = np.zeros((cells, 5))
    skill_share[:, 0], skill_share[:, 4] = [0.75, 0.5, 0.5], [0.25, 0.5, 0.5]
    world = SimpleNamespace(
        cells=cells,
        parameters=SimpleNamespace(**{"labour_choice_elasticity": 1.0}),
        stocks=SimpleNamespace(skill_share=skill_share),
        choice=SimpleNamespace(registration_barrier=barrier, pull=np.zeros((cells, cells)), flow=None),
        places=SimpleNamespace(reported_cells=np.array([True, True, False])),
    )
    residence = np.array([[10.0, 15, 5], [0, 4, 6], [500, 0, 500]])  # registered by row: 30, 10, 1000
    state = SimpleNamespace(year=2014, labour_seed=seed, workforce=SimpleNamespace(residence=residence))
    by_home, mean = values.welfare(world, state, SimpleNamespace(registration_cut=cut), np.stack([others, graduates]))
    home_a = 0.75 * log(9 / 4) + 0.25 * log(15 / 4)
    home_b = 0.5 * log(3) + 0.5 * log(5)
    np.testing.assert_allclose(by_home[:2], [home_a, home_b], rtol=1e-13)
    assert mean == pytest.approx((30 * home_a + 10 * home_b) / 40, rel=1e-13)
    _, alike = values.welfare(world, state, SimpleNamespace(registration_cut=0 * cut), others)
    assert alike == pytest.approx((30 * log(7 / 4) + 10 * log(3)) / 40, rel=1e-13)


def test_welfare_of_all_takes_those_who_never_move_at_the_gain_of_their_own_place():
    """Ten of home A choose and gain 0.5; ninety of home B never move: sixty gain 0.1 in A, thirty lose 0.2 in B.

    Everything is twice as many as in the base year. General purchases add 1 in A and 2 in B, to whoever lives there.
    """
    settled = np.array([[0.0, 0], [30, 15]])
    residence = np.array([[10.0, 0], [60, 30]])
    state = SimpleNamespace(settled=settled, people_scale=2.0, workforce=SimpleNamespace(residence=residence))
    world = SimpleNamespace(stocks=SimpleNamespace(skill_share=np.zeros((2, 5))))
    public = np.array([1.0, 2.0])
    by_home = np.array([0.5 + 1, 7.0 + 4 / 3])
    gain = np.array([[9.0, 9], [0.1, -0.2]])
    wanted = (10 * 0.5 + 60 * 0.1 - 30 * 0.2 + 70 * 1 + 30 * 2) / 100
    assert values.welfare_of_all(world, state, gain, by_home, public) == pytest.approx(wanted, rel=1e-13)
    both = np.stack([gain, gain + 1])
    assert values.welfare_of_all(world, state, both, by_home, public) == pytest.approx(wanted, rel=1e-13)


def test_welfare_and_policies_are_recorded_as_given():
    record = records.Record()
    recorder.record_welfare(record, valley(), 2035, np.array([0.1, 0.2, 0.3, 0.4, 9]), 0.25, 0.125)
    recorder.record_policies(record, 2035, {"aid": (5.0, 2.0)})
    assert record.series == [
        (2035, "cell", "West/urban", "welfare", 0.1),
        (2035, "cell", "West/rural", "welfare", 0.2),
        (2035, "cell", "East/urban", "welfare", 0.3),
        (2035, "cell", "East/rural", "welfare", 0.4),
        (2035, "world", "valley", "welfare", 0.25),
        (2035, "world", "valley", "welfare_nation", 0.125),
        (2035, "policy", "aid", "public_cost", 5.0),
        (2035, "policy", "aid", "public_receipts", 2.0),
    ]


# The headline: disposable income in yuan of the year's prices, weighted by persons.


def test_measures_read_disposable_income_of_the_reported_cells_and_nothing_else():
    """Every other reading of these cells would give another ratio: real income 53/35, output 8/15, a mean by cell 7/3."""
    cells = ("Hangzhou/urban", "Hangzhou/rural", "Ningbo/urban", "Ningbo/rural", "outside/urban")
    decoys = {"real_income_per_head": REAL, "wage": BASE_WAGE, "output": OUTPUT, "income_p50": OTHER}
    tables = {"income_per_head": INCOME, "population": PERSONS, **decoys}
    rows = [
        (replicate, 2035, "cell", cell, measure, value * (1 + replicate if measure == "income_per_head" else 1))
        for replicate in range(2)
        for measure, values in tables.items()
        for cell, value in zip(cells, values, strict=True)
    ]
    series = pd.DataFrame(rows, columns=["replicate", "year", "scope", "place", "measure", "value"])
    found, units = reading.measured(series, load(ROOT / "scenarios" / "zhejiang" / "baseline.yaml"))
    read = found.set_index(["replicate", "scope", "place", "measure"])["value"]
    towns, villages = (2 * 30 + 3 * 40) / 5, (6 * 10 + 1 * 20) / 7
    for replicate in range(2):
        assert read[replicate, "world", "zhejiang", "urban_rural_ratio"] == pytest.approx(towns / villages, rel=1e-14)
        assert read[replicate, "region", "Hangzhou", "urban_rural_ratio"] == pytest.approx(3, rel=1e-14)
        assert read[replicate, "region", "Ningbo", "urban_rural_ratio"] == pytest.approx(2, rel=1e-14)
        assert read[replicate, "world", "zhejiang", "max_min_ratio"] == pytest.approx(35 / 15, rel=1e-14)
    assert units["urban_rural_ratio"] == "ratio"
    assert not found["place"].str.contains("outside").any()


def test_the_headline_of_a_run_is_nominal_disposable_income_of_towns_over_villages(tmp_path):
    settings = ["run.continuum=true", "run.replicates=1", "parameters.housing_share=0.3"]
    results = run(load(ROOT / "scenarios" / "two_cells" / "open_registration.yaml", settings), out=tmp_path / "open")
    last = results.series[results.series["year"] == 20]
    read = last.set_index(["scope", "place", "measure"])["value"].to_dict()
    ratio = read["world", "two_cells", "urban_rural_ratio"]

    def of(measure):
        return read["kind", "urban", measure] / read["kind", "rural", measure]

    assert ratio == pytest.approx(of("income_per_head"), rel=1e-13)
    assert abs(ratio / of("real_income_per_head") - 1) > 0.001  # the two can be told apart
    assert results.values("urban_rural_ratio").loc[20, 0] == ratio


def test_the_headline_of_a_comparison_is_the_median_of_paired_differences_in_the_last_year(tmp_path):
    """Replicates 2.00, 2.01, 2.02 fall by 0.10, 0.30, 0.12: median 0.12, where the difference of medians is 0.19."""
    fall = {0: -0.10, 1: -0.30, 2: -0.12}
    before = synthetic.future(tmp_path / "before", replicates=range(3))
    after = synthetic.future(tmp_path / "after", lambda replicate, when: fall[replicate] * (when == 2016), range(3))
    rows = compare(before, after).headline().set_index(["measure", "scope", "place"])
    row = rows.loc["urban_rural_ratio", "world", "zhejiang"]
    assert row["year"] == 2016 and row["paired"]
    assert row["difference"] == pytest.approx(-0.12, abs=1e-12)
    assert row["baseline_median"] == pytest.approx(2.01, abs=1e-12)
    assert row["scenario_median"] == pytest.approx(1.90, abs=1e-12)
    # linear interpolation over -0.30, -0.12, -0.10 at a tenth of the first step and nine tenths of the second
    assert row["p05"] == pytest.approx(-0.30 + 0.1 * 0.18, abs=1e-12)
    assert row["p95"] == pytest.approx(-0.12 + 0.9 * 0.02, abs=1e-12)


# What the check-up holds the model against.


def test_the_observed_ratio_weighs_cities_by_residents():
    """The valley's numbers again: cities 3 and 2, together (180 / 5) / (80 / 7) = 3.15; by city alone 35 / 15."""
    income = {("West", "urban"): 30.0, ("West", "rural"): 10.0, ("East", "urban"): 40.0, ("East", "rural"): 20.0}
    persons = {("West", "urban"): 2.0, ("West", "rural"): 6.0, ("East", "urban"): 3.0, ("East", "rural"): 1.0}
    head, years = "place,kind,origin,year,variable,value,unit,source", range(2014, 2020)
    tables = {
        "income": [f"{city},{kind},,{when},disposable_income,{value},yuan per head,made up"
                   for (city, kind), value in income.items() for when in years],
        "population": [f"{city},{kind},,{when},residents,{value},persons,made up"
                       for (city, kind), value in persons.items() for when in years],
        "prices": [f"all,,,{when},consumer_price_index,102,previous year = 100,made up" for when in years[1:]],
    }  # fmt: skip
    files = {f"{name}.csv": "\n".join([head, *rows]).encode() for name, rows in tables.items()}
    files["places.csv"] = b"place,name_zh,also,latitude,longitude,area_km2,parent,source\nWest,,,,,,,x\nEast,,,,,,,x\n"
    files["world.yaml"] = b"title: Two\nbase_year: 2014\nlast_year: 2060\ncurrency: yuan\nsectors: []\noutside: none\n"
    seen = catalogue.observed(WorldFolder("two", files)).set_index(["year", "scope", "place", "measure"])["value"]
    for when in years:
        assert seen[when, "world", "two", "urban_rural_ratio"] == pytest.approx(63 / 20, rel=1e-14)
        assert seen[when, "region", "West", "urban_rural_ratio"] == 3
        assert seen[when, "region", "East", "urban_rural_ratio"] == 2
        assert seen[when, "cell", "East/rural", "income_per_head"] == pytest.approx(20 / 1.02 ** (when - 2014), rel=1e-12)
