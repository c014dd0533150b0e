"""Scenario files under Mesa's batch runner, without a subclass of one's own."""

import mesa
import pytest

from sim import load, run
from sim.errors import ScenarioFaults
from sim.experiments.batch import ScenarioModel
from tests.test_end_to_end import ROOT

SHORT = ("run.continuum=true", "run.replicates=1")


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
def test_a_batch_of_scenarios_gives_the_numbers_of_their_runs(tmp_path):
    files = [str(ROOT / f"scenarios/two_cells/{name}.yaml") for name in ("baseline", "open_registration")]
    settings = SHORT
    rows = mesa.batch_run(
        ScenarioModel, {"file": files, "settings": [settings]}, data_collection_period=1, display_progress=False
    )
    for file in files:
        told = {row["lived"]: row for row in rows if row["file"] == file}
        results = run(load(file, settings), out=tmp_path / file.rpartition("/")[2])
        assert set(told) == set(results.years)
        for measure in ("urban_rural_ratio", "output", "population", "welfare"):
            values = results.values(measure)[0]
            assert [told[year][measure] for year in values.index] == pytest.approx(values.tolist(), rel=1e-12)


def test_replicates_are_draws_and_faults_are_named():
    file = ROOT / "scenarios/two_cells/baseline.yaml"
    few = ("run.labour_agents=1000", "run.capital_agents=1000", "run.land_agents=1000")
    one, other, again = (ScenarioModel(file, few, replicate) for replicate in (0, 1, 0))
    for model in (one, other, again) * 3:
        model.step()
    assert one.reading("income_per_head") == again.reading("income_per_head") != other.reading("income_per_head")
    with pytest.raises(ScenarioFaults, match="replicats"):
        ScenarioModel(file, "run.replicats=3")
