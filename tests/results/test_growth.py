"""Growth that accelerates without end is named, in numbers, by run and by compare; growth that fades is not."""

import numpy as np
import pandas as pd
import pytest

from sim import compare, load, run
from sim.analysis.growth import accelerating, growth_per_head
from tests.test_end_to_end import ROOT

CONTINUUM = ["run.continuum=true", "run.replicates=1"]
RUNAWAY = [
    "parameters.infrastructure_stock=0",
    "parameters.growth_half_life=0",
    "parameters.infrastructure_elasticity=0.22",
    "parameters.infrastructure_transport=0.38",
]


def lived(folder, *settings):
    return run(load(ROOT / "scenarios/zhejiang/baseline.yaml", [*CONTINUUM, *settings]), out=folder)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    return lived(tmp_path_factory.mktemp("calm") / "r")


@pytest.fixture(scope="module")
def wild(tmp_path_factory):
    return lived(tmp_path_factory.mktemp("wild") / "r", *RUNAWAY)


def test_growth_is_the_log_change_of_output_over_residents(calm):
    output, people = (calm.values(measure)[0] for measure in ("output", "population"))
    expected = np.log(output[2015] / people[2015]) - np.log(output[2014] / people[2014])
    assert growth_per_head(calm)[2015] == pytest.approx(expected, rel=1e-14)
    assert list(growth_per_head(calm).index) == list(range(2015, 2036))


def test_a_path_that_slows_down_is_not_named(calm):
    assert accelerating(calm) is None


def test_a_path_without_rest_is_named_with_its_numbers(calm, wild):
    note = accelerating(wild)
    assert note is not None and "by 8.6, 12.5, 14.5% in the first, the middle and the last year" in note
    assert note in compare(calm, wild).notes


def test_few_years_say_nothing(tmp_path):
    assert accelerating(lived(tmp_path / "r", *RUNAWAY, "years.to=2018")) is None


class Levels:
    """Results of ten years in which output per head doubles ever faster, but for what a stranger wrote over it."""

    title, units = "Written over", {"output": "yuan of 2014", "population": "persons"}

    def __init__(self, **written):
        years = range(2014, 2024)
        self.tables = {
            "output": pd.DataFrame({0: [np.exp(0.02 * year**2) for year in range(10)]}, index=years),
            "population": pd.DataFrame({0: [1.0] * 10}, index=years),
        }
        for measure, value in written.items():
            self.tables[measure].loc[2018, 0] = value

    def values(self, measure):
        return self.tables[measure]


@pytest.mark.parametrize("written", [{"output": 0.0}, {"output": -1.0}, {"population": 0.0}, {"population": -1.0}])
def test_output_that_is_not_positive_has_no_growth_to_accelerate(written):
    assert "grows ever faster" in accelerating(Levels())
    assert accelerating(Levels(**written)) is None
