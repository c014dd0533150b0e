"""Scenario files under Mesa's batch runner and data collector, without a subclass."""

import mesa
import pytest

from sim import build_model, load, run
from sim.errors import ScenarioFaults
from tests.test_end_to_end import ROOT

SHORT = {"run.continuum": True, "run.replicates": 1}


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
def test_a_batch_of_scenarios_gives_the_numbers_of_their_runs(tmp_path):
    files = [str(ROOT / f"scenarios/two_cells/{name}.yaml") for name in ("baseline", "open_registration")]
    asked = {"scenario": files, "settings": [SHORT]}
    rows = mesa.batch_run(build_model, asked, data_collection_period=1, display_progress=False)
    for file in files:
        told = {row["lived"]: row for row in rows if row["scenario"] == file}
        results = run(load(file, SHORT), out=tmp_path / file.rpartition("/")[2])
        assert set(told) == set(results.years)
        for measure in ("urban_rural_ratio", "output", "population", "welfare"):
            values = results.values(measure)[0]
            assert [told[year][measure] for year in values.index] == pytest.approx(values.tolist(), rel=1e-12)


def test_replicates_are_draws_and_faults_are_named():
    file = ROOT / "scenarios/two_cells/baseline.yaml"
    few = {"run.labour_agents": 1000, "run.capital_agents": 1000, "run.land_agents": 1000}
    one, other, again = (build_model(file, replicate, few) for replicate in (0, 1, 0))
    for model in (one, other, again) * 3:
        model.step()
    assert one.reading("income_per_head") == again.reading("income_per_head") != other.reading("income_per_head")
    with pytest.raises(ScenarioFaults, match="replicats"):
        build_model(file, settings="run.replicats=3")
    with pytest.raises(ValueError, match="laid on top of a file"):
        build_model(load(file), settings=few)


def test_reporters_and_a_collector_of_one_s_own():
    file = ROOT / "scenarios/two_cells/baseline.yaml"
    model = build_model(file, settings={**SHORT, "years.to": 3}, reporters={"people": lambda one: one.reading("population")})
    own = mesa.DataCollector(model_reporters={"year": "year"})
    while model.running:
        model.step()
        own.collect(model)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == ["lived", "people"] and table["lived"].tolist() == [1, 2, 3]
    assert own.get_model_vars_dataframe()["year"].tolist() == [2, 3, 4]
